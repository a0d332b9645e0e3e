// Generated from the migrations by supabase/tests/database-types.mjs. Do not edit.

export type Json = string | number | boolean | null | {
    [key: string]: Json | undefined;
} | Json[];
export type Database = {
    "public": {
        Tables: {
            "audit_logs": {
                Row: {
                    "action": string;
                    "actor_id": string | null;
                    "actor_role": string;
                    "context": NonNullable<Json>;
                    "entity_id": string | null;
                    "entity_type": string;
                    "error_message": string | null;
                    "id": number;
                    "ip_address": unknown;
                    "new_values": Json | null;
                    "occurred_at": string;
                    "old_values": Json | null;
                    "request_id": string | null;
                    "source": string | null;
                    "status": string;
                    "user_agent": string | null;
                    "user_id": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "action": string;
                    "actor_id"?: string | null;
                    "actor_role": string;
                    "context"?: NonNullable<Json>;
                    "entity_id"?: string | null;
                    "entity_type": string;
                    "error_message"?: string | null;
                    "id"?: never;
                    "ip_address"?: unknown;
                    "new_values"?: Json | null;
                    "occurred_at"?: string;
                    "old_values"?: Json | null;
                    "request_id"?: string | null;
                    "source"?: string | null;
                    "status": string;
                    "user_agent"?: string | null;
                    "user_id"?: string | null;
                };
                Update: {
                    "action"?: string;
                    "actor_id"?: string | null;
                    "actor_role"?: string;
                    "context"?: NonNullable<Json>;
                    "entity_id"?: string | null;
                    "entity_type"?: string;
                    "error_message"?: string | null;
                    "id"?: never;
                    "ip_address"?: unknown;
                    "new_values"?: Json | null;
                    "occurred_at"?: string;
                    "old_values"?: Json | null;
                    "request_id"?: string | null;
                    "source"?: string | null;
                    "status"?: string;
                    "user_agent"?: string | null;
                    "user_id"?: string | null;
                };
                Relationships: [
                ];
            };
            "booking_reminders": {
                Row: {
                    "booking_id": string;
                    "created_at": string;
                    "enqueued_at": string | null;
                    "id": string;
                    "lead_minutes": number;
                    "remind_at": string;
                    "starts_at": string;
                    "status": string;
                    "updated_at": string;
                    "user_id": string;
                    "voided_at": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "booking_id": string;
                    "created_at"?: string;
                    "enqueued_at"?: string | null;
                    "id"?: string;
                    "lead_minutes": number;
                    "remind_at": string;
                    "starts_at": string;
                    "status"?: string;
                    "updated_at"?: string;
                    "user_id": string;
                    "voided_at"?: string | null;
                };
                Update: {
                    "booking_id"?: string;
                    "created_at"?: string;
                    "enqueued_at"?: string | null;
                    "id"?: string;
                    "lead_minutes"?: number;
                    "remind_at"?: string;
                    "starts_at"?: string;
                    "status"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "voided_at"?: string | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "booking_reminders_booking_id_fkey";
                        columns: [
                            "booking_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "bookings";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "booking_reminders_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "booking_status_history": {
                Row: {
                    "booking_id": string;
                    "changed_by": string | null;
                    "created_at": string;
                    "id": string;
                    "metadata": NonNullable<Json>;
                    "new_status": Database["public"]["Enums"]["booking_status"];
                    "old_status": Database["public"]["Enums"]["booking_status"] | null;
                    "reason": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "booking_id": string;
                    "changed_by"?: string | null;
                    "created_at"?: string;
                    "id"?: string;
                    "metadata"?: NonNullable<Json>;
                    "new_status": Database["public"]["Enums"]["booking_status"];
                    "old_status"?: Database["public"]["Enums"]["booking_status"] | null;
                    "reason"?: string | null;
                };
                Update: {
                    "booking_id"?: string;
                    "changed_by"?: string | null;
                    "created_at"?: string;
                    "id"?: string;
                    "metadata"?: NonNullable<Json>;
                    "new_status"?: Database["public"]["Enums"]["booking_status"];
                    "old_status"?: Database["public"]["Enums"]["booking_status"] | null;
                    "reason"?: string | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "booking_status_history_booking_id_fkey";
                        columns: [
                            "booking_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "bookings";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "bookings": {
                Row: {
                    "cancelled_at": string | null;
                    "company_id": string;
                    "created_at": string;
                    "employee_id": string | null;
                    "ends_at": string;
                    "id": string;
                    "releases_at": string | null;
                    "session_type_id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "status": Database["public"]["Enums"]["booking_status"];
                    "status_reason": string | null;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "cancelled_at"?: string | null;
                    "company_id": string;
                    "created_at"?: string;
                    "employee_id"?: string | null;
                    "ends_at": string;
                    "id"?: string;
                    "releases_at"?: string | null;
                    "session_type_id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "status": Database["public"]["Enums"]["booking_status"];
                    "status_reason"?: string | null;
                    "updated_at"?: string;
                };
                Update: {
                    "cancelled_at"?: string | null;
                    "company_id"?: string;
                    "created_at"?: string;
                    "employee_id"?: string | null;
                    "ends_at"?: string;
                    "id"?: string;
                    "releases_at"?: string | null;
                    "session_type_id"?: string;
                    "specialist_id"?: string;
                    "starts_at"?: string;
                    "status"?: Database["public"]["Enums"]["booking_status"];
                    "status_reason"?: string | null;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "bookings_company_id_fkey";
                        columns: [
                            "company_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "companies";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "bookings_employee_id_fkey";
                        columns: [
                            "employee_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "bookings_session_type_id_fkey";
                        columns: [
                            "session_type_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "session_types";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "bookings_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "communication_logs": {
                Row: {
                    "booking_reminder_id": string | null;
                    "category": string;
                    "created_at": string;
                    "dedupe_key": string;
                    "error_code": string | null;
                    "id": number;
                    "provider_message_id": string | null;
                    "recipient": string | null;
                    "settled_at": string | null;
                    "status": string;
                    "stream": string;
                    "template_id": number | null;
                    "template_key": string;
                    "token_id": string | null;
                    "token_purpose": string | null;
                    "user_id": string | null;
                    "variables": Json | null;
                };
                ComputedFields: never;
                Insert: {
                    "booking_reminder_id"?: string | null;
                    "category": string;
                    "created_at"?: string;
                    "dedupe_key": string;
                    "error_code"?: string | null;
                    "id"?: never;
                    "provider_message_id"?: string | null;
                    "recipient"?: string | null;
                    "settled_at"?: string | null;
                    "status"?: string;
                    "stream": string;
                    "template_id"?: number | null;
                    "template_key": string;
                    "token_id"?: string | null;
                    "token_purpose"?: string | null;
                    "user_id"?: string | null;
                    "variables"?: Json | null;
                };
                Update: {
                    "booking_reminder_id"?: string | null;
                    "category"?: string;
                    "created_at"?: string;
                    "dedupe_key"?: string;
                    "error_code"?: string | null;
                    "id"?: never;
                    "provider_message_id"?: string | null;
                    "recipient"?: string | null;
                    "settled_at"?: string | null;
                    "status"?: string;
                    "stream"?: string;
                    "template_id"?: number | null;
                    "template_key"?: string;
                    "token_id"?: string | null;
                    "token_purpose"?: string | null;
                    "user_id"?: string | null;
                    "variables"?: Json | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "communication_logs_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "companies": {
                Row: {
                    "allowed_email_domains": (string)[];
                    "created_at": string;
                    "id": string;
                    "locale": string;
                    "name": string;
                    "status": Database["public"]["Enums"]["company_status"];
                    "time_zone": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "allowed_email_domains"?: (string)[];
                    "created_at"?: string;
                    "id"?: string;
                    "locale"?: string;
                    "name": string;
                    "status"?: Database["public"]["Enums"]["company_status"];
                    "time_zone"?: string;
                    "updated_at"?: string;
                };
                Update: {
                    "allowed_email_domains"?: (string)[];
                    "created_at"?: string;
                    "id"?: string;
                    "locale"?: string;
                    "name"?: string;
                    "status"?: Database["public"]["Enums"]["company_status"];
                    "time_zone"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "company_dpa_acceptance": {
                Row: {
                    "accepted_at": string;
                    "accepted_by": string | null;
                    "company_id": string;
                    "created_at": string;
                    "id": string;
                    "ip_address": unknown;
                    "user_agent": string | null;
                    "version": string;
                };
                ComputedFields: never;
                Insert: {
                    "accepted_at"?: string;
                    "accepted_by"?: string | null;
                    "company_id": string;
                    "created_at"?: string;
                    "id"?: string;
                    "ip_address"?: unknown;
                    "user_agent"?: string | null;
                    "version": string;
                };
                Update: {
                    "accepted_at"?: string;
                    "accepted_by"?: string | null;
                    "company_id"?: string;
                    "created_at"?: string;
                    "id"?: string;
                    "ip_address"?: unknown;
                    "user_agent"?: string | null;
                    "version"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "company_dpa_acceptance_company_id_fkey";
                        columns: [
                            "company_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "companies";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "company_employee_invitations": {
                Row: {
                    "accepted_at": string | null;
                    "accepted_by": string | null;
                    "company_id": string;
                    "created_at": string;
                    "email": string;
                    "expires_at": string;
                    "full_name": string | null;
                    "id": string;
                    "invited_by": string | null;
                    "locale": string | null;
                    "mails": number;
                    "mails_since": string;
                    "revoked_at": string | null;
                    "role": Database["public"]["Enums"]["company_role"];
                    "sent_at": string;
                    "status": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "accepted_at"?: string | null;
                    "accepted_by"?: string | null;
                    "company_id": string;
                    "created_at"?: string;
                    "email": string;
                    "expires_at": string;
                    "full_name"?: string | null;
                    "id"?: string;
                    "invited_by"?: string | null;
                    "locale"?: string | null;
                    "mails"?: number;
                    "mails_since"?: string;
                    "revoked_at"?: string | null;
                    "role"?: Database["public"]["Enums"]["company_role"];
                    "sent_at"?: string;
                    "status"?: string;
                    "updated_at"?: string;
                };
                Update: {
                    "accepted_at"?: string | null;
                    "accepted_by"?: string | null;
                    "company_id"?: string;
                    "created_at"?: string;
                    "email"?: string;
                    "expires_at"?: string;
                    "full_name"?: string | null;
                    "id"?: string;
                    "invited_by"?: string | null;
                    "locale"?: string | null;
                    "mails"?: number;
                    "mails_since"?: string;
                    "revoked_at"?: string | null;
                    "role"?: Database["public"]["Enums"]["company_role"];
                    "sent_at"?: string;
                    "status"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "company_employee_invitations_company_id_fkey";
                        columns: [
                            "company_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "companies";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "company_employee_invitations_invited_by_fkey";
                        columns: [
                            "invited_by"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "company_members": {
                Row: {
                    "company_id": string;
                    "created_at": string;
                    "email": string;
                    "removed_at": string | null;
                    "role": Database["public"]["Enums"]["company_role"];
                    "status": string;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "company_id": string;
                    "created_at"?: string;
                    "email": string;
                    "removed_at"?: string | null;
                    "role"?: Database["public"]["Enums"]["company_role"];
                    "status"?: string;
                    "updated_at"?: string;
                    "user_id": string;
                };
                Update: {
                    "company_id"?: string;
                    "created_at"?: string;
                    "email"?: string;
                    "removed_at"?: string | null;
                    "role"?: Database["public"]["Enums"]["company_role"];
                    "status"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "company_members_company_id_fkey";
                        columns: [
                            "company_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "companies";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "company_members_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "company_subscription_plans": {
                Row: {
                    "created_at": string;
                    "description": string;
                    "features": NonNullable<Json>;
                    "id": string;
                    "is_active": boolean;
                    "name": string;
                    "seats": number;
                    "sessions_per_month": number | null;
                    "slug": string;
                    "sort_order": number;
                    "trial_days": number;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "description"?: string;
                    "features"?: NonNullable<Json>;
                    "id"?: string;
                    "is_active"?: boolean;
                    "name": string;
                    "seats": number;
                    "sessions_per_month"?: number | null;
                    "slug": string;
                    "sort_order"?: number;
                    "trial_days"?: number;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "description"?: string;
                    "features"?: NonNullable<Json>;
                    "id"?: string;
                    "is_active"?: boolean;
                    "name"?: string;
                    "seats"?: number;
                    "sessions_per_month"?: number | null;
                    "slug"?: string;
                    "sort_order"?: number;
                    "trial_days"?: number;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "company_subscriptions": {
                Row: {
                    "assigned_by": string | null;
                    "auto_renew": boolean;
                    "cancellation_reason": string | null;
                    "cancelled_at": string | null;
                    "company_id": string;
                    "created_at": string;
                    "ends_on": string | null;
                    "id": string;
                    "plan_id": string;
                    "seats": number | null;
                    "starts_on": string;
                    "status": Database["public"]["Enums"]["subscription_status"];
                    "time_zone": string;
                    "trial_ends_on": string | null;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "assigned_by"?: string | null;
                    "auto_renew"?: boolean;
                    "cancellation_reason"?: string | null;
                    "cancelled_at"?: string | null;
                    "company_id": string;
                    "created_at"?: string;
                    "ends_on"?: string | null;
                    "id"?: string;
                    "plan_id": string;
                    "seats"?: number | null;
                    "starts_on": string;
                    "status": Database["public"]["Enums"]["subscription_status"];
                    "time_zone"?: string;
                    "trial_ends_on"?: string | null;
                    "updated_at"?: string;
                };
                Update: {
                    "assigned_by"?: string | null;
                    "auto_renew"?: boolean;
                    "cancellation_reason"?: string | null;
                    "cancelled_at"?: string | null;
                    "company_id"?: string;
                    "created_at"?: string;
                    "ends_on"?: string | null;
                    "id"?: string;
                    "plan_id"?: string;
                    "seats"?: number | null;
                    "starts_on"?: string;
                    "status"?: Database["public"]["Enums"]["subscription_status"];
                    "time_zone"?: string;
                    "trial_ends_on"?: string | null;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "company_subscriptions_company_id_fkey";
                        columns: [
                            "company_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "companies";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "company_subscriptions_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "company_subscription_plans";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "company_verification": {
                Row: {
                    "business_licence": string | null;
                    "company_id": string;
                    "created_at": string;
                    "id": string;
                    "registration_number": string;
                    "rejected_at": string | null;
                    "rejection_reason": string | null;
                    "reviewed_by": string | null;
                    "status": string;
                    "submitted_by": string | null;
                    "tax_id": string;
                    "updated_at": string;
                    "verified_at": string | null;
                    "verified_by": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "business_licence"?: string | null;
                    "company_id": string;
                    "created_at"?: string;
                    "id"?: string;
                    "registration_number": string;
                    "rejected_at"?: string | null;
                    "rejection_reason"?: string | null;
                    "reviewed_by"?: string | null;
                    "status"?: string;
                    "submitted_by"?: string | null;
                    "tax_id": string;
                    "updated_at"?: string;
                    "verified_at"?: string | null;
                    "verified_by"?: string | null;
                };
                Update: {
                    "business_licence"?: string | null;
                    "company_id"?: string;
                    "created_at"?: string;
                    "id"?: string;
                    "registration_number"?: string;
                    "rejected_at"?: string | null;
                    "rejection_reason"?: string | null;
                    "reviewed_by"?: string | null;
                    "status"?: string;
                    "submitted_by"?: string | null;
                    "tax_id"?: string;
                    "updated_at"?: string;
                    "verified_at"?: string | null;
                    "verified_by"?: string | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "company_verification_company_id_fkey";
                        columns: [
                            "company_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "companies";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "email_changes": {
                Row: {
                    "cancelled_at": string | null;
                    "confirmed_at": string | null;
                    "consumed_at": string | null;
                    "created_at": string;
                    "expires_at": string;
                    "id": string;
                    "new_email": string;
                    "old_email": string;
                    "reverted_at": string | null;
                    "status": string;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "cancelled_at"?: string | null;
                    "confirmed_at"?: string | null;
                    "consumed_at"?: string | null;
                    "created_at"?: string;
                    "expires_at": string;
                    "id"?: string;
                    "new_email": string;
                    "old_email": string;
                    "reverted_at"?: string | null;
                    "status"?: string;
                    "updated_at"?: string;
                    "user_id": string;
                };
                Update: {
                    "cancelled_at"?: string | null;
                    "confirmed_at"?: string | null;
                    "consumed_at"?: string | null;
                    "created_at"?: string;
                    "expires_at"?: string;
                    "id"?: string;
                    "new_email"?: string;
                    "old_email"?: string;
                    "reverted_at"?: string | null;
                    "status"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "email_changes_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "email_templates": {
                Row: {
                    "created_at": string;
                    "html": string;
                    "id": number;
                    "key": string;
                    "locale": string;
                    "published_at": string | null;
                    "subject": string;
                    "text": string;
                    "updated_at": string;
                    "version": number;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "html": string;
                    "id"?: never;
                    "key": string;
                    "locale": string;
                    "published_at"?: string | null;
                    "subject": string;
                    "text": string;
                    "updated_at"?: string;
                    "version"?: number;
                };
                Update: {
                    "created_at"?: string;
                    "html"?: string;
                    "id"?: never;
                    "key"?: string;
                    "locale"?: string;
                    "published_at"?: string | null;
                    "subject"?: string;
                    "text"?: string;
                    "updated_at"?: string;
                    "version"?: number;
                };
                Relationships: [
                ];
            };
            "email_verification_tokens": {
                Row: {
                    "attempts": number;
                    "created_at": string;
                    "email": string;
                    "expires_at": string;
                    "id": string;
                    "max_attempts": number;
                    "superseded_at": string | null;
                    "token_hash": string | null;
                    "updated_at": string;
                    "user_id": string;
                    "verified_at": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "attempts"?: number;
                    "created_at"?: string;
                    "email": string;
                    "expires_at": string;
                    "id"?: string;
                    "max_attempts"?: number;
                    "superseded_at"?: string | null;
                    "token_hash"?: string | null;
                    "updated_at"?: string;
                    "user_id": string;
                    "verified_at"?: string | null;
                };
                Update: {
                    "attempts"?: number;
                    "created_at"?: string;
                    "email"?: string;
                    "expires_at"?: string;
                    "id"?: string;
                    "max_attempts"?: number;
                    "superseded_at"?: string | null;
                    "token_hash"?: string | null;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "verified_at"?: string | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "email_verification_tokens_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "failed_login_attempts": {
                Row: {
                    "failures": number;
                    "held_back": number;
                    "held_until": string | null;
                    "id": number;
                    "ip": unknown;
                    "occurred_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "failures": number;
                    "held_back"?: number;
                    "held_until"?: string | null;
                    "id"?: never;
                    "ip"?: unknown;
                    "occurred_at"?: string;
                    "user_id": string;
                };
                Update: {
                    "failures"?: number;
                    "held_back"?: number;
                    "held_until"?: string | null;
                    "id"?: never;
                    "ip"?: unknown;
                    "occurred_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "failed_login_attempts_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "notification_preferences": {
                Row: {
                    "account_email": boolean;
                    "booking_email": boolean;
                    "created_at": string;
                    "quiet_hours_end": string | null;
                    "quiet_hours_start": string | null;
                    "reminder_email": boolean;
                    "reminder_lead_minutes": (number)[];
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "account_email"?: boolean;
                    "booking_email"?: boolean;
                    "created_at"?: string;
                    "quiet_hours_end"?: string | null;
                    "quiet_hours_start"?: string | null;
                    "reminder_email"?: boolean;
                    "reminder_lead_minutes"?: (number)[];
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Update: {
                    "account_email"?: boolean;
                    "booking_email"?: boolean;
                    "created_at"?: string;
                    "quiet_hours_end"?: string | null;
                    "quiet_hours_start"?: string | null;
                    "reminder_email"?: boolean;
                    "reminder_lead_minutes"?: (number)[];
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "notification_preferences_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "password_reset_tokens": {
                Row: {
                    "attempts": number;
                    "completed_at": string | null;
                    "created_at": string;
                    "email": string;
                    "expires_at": string;
                    "id": string;
                    "max_attempts": number;
                    "released_at": string | null;
                    "superseded_at": string | null;
                    "token_hash": string | null;
                    "updated_at": string;
                    "used_at": string | null;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "attempts"?: number;
                    "completed_at"?: string | null;
                    "created_at"?: string;
                    "email": string;
                    "expires_at": string;
                    "id"?: string;
                    "max_attempts"?: number;
                    "released_at"?: string | null;
                    "superseded_at"?: string | null;
                    "token_hash"?: string | null;
                    "updated_at"?: string;
                    "used_at"?: string | null;
                    "user_id": string;
                };
                Update: {
                    "attempts"?: number;
                    "completed_at"?: string | null;
                    "created_at"?: string;
                    "email"?: string;
                    "expires_at"?: string;
                    "id"?: string;
                    "max_attempts"?: number;
                    "released_at"?: string | null;
                    "superseded_at"?: string | null;
                    "token_hash"?: string | null;
                    "updated_at"?: string;
                    "used_at"?: string | null;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "password_reset_tokens_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "pillar_required_documents": {
                Row: {
                    "created_at": string;
                    "document_type": Database["public"]["Enums"]["document_type"];
                    "pillar_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "document_type": Database["public"]["Enums"]["document_type"];
                    "pillar_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "document_type"?: Database["public"]["Enums"]["document_type"];
                    "pillar_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "pillar_required_documents_pillar_id_fkey";
                        columns: [
                            "pillar_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "pillars";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "pillars": {
                Row: {
                    "created_at": string;
                    "description": string;
                    "id": string;
                    "is_active": boolean;
                    "name": string;
                    "slug": string;
                    "sort_order": number;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "description"?: string;
                    "id"?: string;
                    "is_active"?: boolean;
                    "name": string;
                    "slug": string;
                    "sort_order"?: number;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "description"?: string;
                    "id"?: string;
                    "is_active"?: boolean;
                    "name"?: string;
                    "slug"?: string;
                    "sort_order"?: number;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "profiles": {
                Row: {
                    "created_at": string;
                    "display_name": string;
                    "email": string | null;
                    "email_confirmed_at": string | null;
                    "id": string;
                    "locale": string;
                    "time_zone": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "display_name"?: string;
                    "email"?: string | null;
                    "email_confirmed_at"?: string | null;
                    "id": string;
                    "locale"?: string;
                    "time_zone"?: string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "display_name"?: string;
                    "email"?: string | null;
                    "email_confirmed_at"?: string | null;
                    "id"?: string;
                    "locale"?: string;
                    "time_zone"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "session_tokens": {
                Row: {
                    "created_at": string;
                    "device": string | null;
                    "end_reason": string | null;
                    "ended_at": string | null;
                    "expires_at": string | null;
                    "id": string;
                    "ip": unknown;
                    "last_used_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at": string;
                    "device"?: string | null;
                    "end_reason"?: string | null;
                    "ended_at"?: string | null;
                    "expires_at"?: string | null;
                    "id": string;
                    "ip"?: unknown;
                    "last_used_at": string;
                    "user_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "device"?: string | null;
                    "end_reason"?: string | null;
                    "ended_at"?: string | null;
                    "expires_at"?: string | null;
                    "id"?: string;
                    "ip"?: unknown;
                    "last_used_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "session_tokens_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "session_types": {
                Row: {
                    "created_at": string;
                    "default_minutes": number;
                    "description": string;
                    "id": string;
                    "is_active": boolean;
                    "kind": Database["public"]["Enums"]["session_kind"];
                    "name": string;
                    "pillar_id": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "default_minutes": number;
                    "description"?: string;
                    "id"?: string;
                    "is_active"?: boolean;
                    "kind": Database["public"]["Enums"]["session_kind"];
                    "name": string;
                    "pillar_id": string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "default_minutes"?: number;
                    "description"?: string;
                    "id"?: string;
                    "is_active"?: boolean;
                    "kind"?: Database["public"]["Enums"]["session_kind"];
                    "name"?: string;
                    "pillar_id"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "session_types_pillar_id_fkey";
                        columns: [
                            "pillar_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "pillars";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialist_availability_exceptions": {
                Row: {
                    "created_at": string;
                    "ends_at": string;
                    "id": string;
                    "kind": string;
                    "note": string | null;
                    "specialist_id": string;
                    "starts_at": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "ends_at": string;
                    "id"?: string;
                    "kind": string;
                    "note"?: string | null;
                    "specialist_id"?: string;
                    "starts_at": string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "ends_at"?: string;
                    "id"?: string;
                    "kind"?: string;
                    "note"?: string | null;
                    "specialist_id"?: string;
                    "starts_at"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "specialist_availability_exceptions_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialist_documents": {
                Row: {
                    "created_at": string;
                    "decided_at": string | null;
                    "decided_by": string | null;
                    "document_number": string;
                    "document_type": Database["public"]["Enums"]["document_type"];
                    "expiry_date": string | null;
                    "expiry_notice": number | null;
                    "file_hash": string;
                    "file_path": string;
                    "file_size": number;
                    "id": string;
                    "issuing_authority": string;
                    "mime_type": string;
                    "opened_by": (string)[];
                    "pillar_ids": (string)[];
                    "rejection_reason": string | null;
                    "review_started_at": string | null;
                    "reviewed_hash": string | null;
                    "reviewed_path": string | null;
                    "reviewed_size": number | null;
                    "specialist_id": string;
                    "updated_at": string;
                    "uploaded_at": string;
                    "verification_status": Database["public"]["Enums"]["document_status"];
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "decided_at"?: string | null;
                    "decided_by"?: string | null;
                    "document_number": string;
                    "document_type": Database["public"]["Enums"]["document_type"];
                    "expiry_date"?: string | null;
                    "expiry_notice"?: number | null;
                    "file_hash": string;
                    "file_path"?: never;
                    "file_size": number;
                    "id"?: string;
                    "issuing_authority": string;
                    "mime_type": string;
                    "opened_by"?: (string)[];
                    "pillar_ids"?: (string)[];
                    "rejection_reason"?: string | null;
                    "review_started_at"?: string | null;
                    "reviewed_hash"?: string | null;
                    "reviewed_path"?: string | null;
                    "reviewed_size"?: number | null;
                    "specialist_id": string;
                    "updated_at"?: string;
                    "uploaded_at"?: string;
                    "verification_status"?: Database["public"]["Enums"]["document_status"];
                };
                Update: {
                    "created_at"?: string;
                    "decided_at"?: string | null;
                    "decided_by"?: string | null;
                    "document_number"?: string;
                    "document_type"?: Database["public"]["Enums"]["document_type"];
                    "expiry_date"?: string | null;
                    "expiry_notice"?: number | null;
                    "file_hash"?: string;
                    "file_path"?: never;
                    "file_size"?: number;
                    "id"?: string;
                    "issuing_authority"?: string;
                    "mime_type"?: string;
                    "opened_by"?: (string)[];
                    "pillar_ids"?: (string)[];
                    "rejection_reason"?: string | null;
                    "review_started_at"?: string | null;
                    "reviewed_hash"?: string | null;
                    "reviewed_path"?: string | null;
                    "reviewed_size"?: number | null;
                    "specialist_id"?: string;
                    "updated_at"?: string;
                    "uploaded_at"?: string;
                    "verification_status"?: Database["public"]["Enums"]["document_status"];
                };
                Relationships: [
                    {
                        foreignKeyName: "specialist_documents_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialist_freed_times": {
                Row: {
                    "created_at": string;
                    "ends_at": string;
                    "id": string;
                    "offered_at": string;
                    "specialist_id": string;
                    "starts_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "ends_at": string;
                    "id"?: string;
                    "offered_at": string;
                    "specialist_id": string;
                    "starts_at": string;
                };
                Update: {
                    "created_at"?: string;
                    "ends_at"?: string;
                    "id"?: string;
                    "offered_at"?: string;
                    "specialist_id"?: string;
                    "starts_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "specialist_freed_times_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialist_pillars": {
                Row: {
                    "created_at": string;
                    "pillar_id": string;
                    "specialist_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "pillar_id": string;
                    "specialist_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "pillar_id"?: string;
                    "specialist_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "specialist_pillars_pillar_id_fkey";
                        columns: [
                            "pillar_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "pillars";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "specialist_pillars_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialist_rates": {
                Row: {
                    "amount": number;
                    "created_at": string;
                    "currency": string;
                    "effective_from": string;
                    "effective_until": string | null;
                    "id": string;
                    "package_sessions": number | null;
                    "rate_type": string;
                    "service_type": Database["public"]["Enums"]["session_kind"];
                    "session_minutes": number | null;
                    "specialist_id": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "amount": number;
                    "created_at"?: string;
                    "currency"?: string;
                    "effective_from"?: string;
                    "effective_until"?: string | null;
                    "id"?: string;
                    "package_sessions"?: number | null;
                    "rate_type": string;
                    "service_type": Database["public"]["Enums"]["session_kind"];
                    "session_minutes"?: number | null;
                    "specialist_id"?: string;
                    "updated_at"?: string;
                };
                Update: {
                    "amount"?: number;
                    "created_at"?: string;
                    "currency"?: string;
                    "effective_from"?: string;
                    "effective_until"?: string | null;
                    "id"?: string;
                    "package_sessions"?: number | null;
                    "rate_type"?: string;
                    "service_type"?: Database["public"]["Enums"]["session_kind"];
                    "session_minutes"?: number | null;
                    "specialist_id"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "specialist_rates_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialist_working_hours": {
                Row: {
                    "created_at": string;
                    "day_of_week": number;
                    "effective_from": string;
                    "effective_until": string | null;
                    "ends_at": string;
                    "id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "day_of_week": number;
                    "effective_from"?: string;
                    "effective_until"?: string | null;
                    "ends_at": string;
                    "id"?: string;
                    "specialist_id"?: string;
                    "starts_at": string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "day_of_week"?: number;
                    "effective_from"?: string;
                    "effective_until"?: string | null;
                    "ends_at"?: string;
                    "id"?: string;
                    "specialist_id"?: string;
                    "starts_at"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "specialist_working_hours_specialist_id_fkey";
                        columns: [
                            "specialist_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "specialists";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "specialists": {
                Row: {
                    "bio": string;
                    "created_at": string;
                    "display_name": string;
                    "headline": string;
                    "id": string;
                    "languages": (string)[];
                    "status": Database["public"]["Enums"]["specialist_status"];
                    "time_zone": string;
                    "updated_at": string;
                    "user_id": string;
                    "verified_at": string | null;
                    "verified_by": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "bio"?: string;
                    "created_at"?: string;
                    "display_name": string;
                    "headline"?: string;
                    "id"?: string;
                    "languages"?: (string)[];
                    "status"?: Database["public"]["Enums"]["specialist_status"];
                    "time_zone"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "verified_at"?: string | null;
                    "verified_by"?: string | null;
                };
                Update: {
                    "bio"?: string;
                    "created_at"?: string;
                    "display_name"?: string;
                    "headline"?: string;
                    "id"?: string;
                    "languages"?: (string)[];
                    "status"?: Database["public"]["Enums"]["specialist_status"];
                    "time_zone"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "verified_at"?: string | null;
                    "verified_by"?: string | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "specialists_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "profiles";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "system_settings": {
                Row: {
                    "created_at": string;
                    "description": string;
                    "key": string;
                    "maximum": number | null;
                    "minimum": number | null;
                    "updated_at": string;
                    "updated_by": string | null;
                    "value": NonNullable<Json>;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "description": string;
                    "key": string;
                    "maximum"?: number | null;
                    "minimum"?: number | null;
                    "updated_at"?: string;
                    "updated_by"?: string | null;
                    "value": NonNullable<Json>;
                };
                Update: {
                    "created_at"?: string;
                    "description"?: string;
                    "key"?: string;
                    "maximum"?: number | null;
                    "minimum"?: number | null;
                    "updated_at"?: string;
                    "updated_by"?: string | null;
                    "value"?: NonNullable<Json>;
                };
                Relationships: [
                ];
            };
            "terms_acceptance": {
                Row: {
                    "accepted_at": string;
                    "created_at": string;
                    "document": Database["public"]["Enums"]["legal_document"];
                    "id": string;
                    "ip_address": unknown;
                    "user_agent": string | null;
                    "user_id": string;
                    "version": string;
                };
                ComputedFields: never;
                Insert: {
                    "accepted_at"?: string;
                    "created_at"?: string;
                    "document": Database["public"]["Enums"]["legal_document"];
                    "id"?: string;
                    "ip_address"?: unknown;
                    "user_agent"?: string | null;
                    "user_id": string;
                    "version": string;
                };
                Update: {
                    "accepted_at"?: string;
                    "created_at"?: string;
                    "document"?: Database["public"]["Enums"]["legal_document"];
                    "id"?: string;
                    "ip_address"?: unknown;
                    "user_agent"?: string | null;
                    "user_id"?: string;
                    "version"?: string;
                };
                Relationships: [
                ];
            };
            "user_roles": {
                Row: {
                    "created_at": string;
                    "granted_by": string | null;
                    "role": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "granted_by"?: string | null;
                    "role": string;
                    "user_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "granted_by"?: string | null;
                    "role"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                ];
            };
        };
        Views: {
            [_ in never]: never;
        };
        Functions: {
            "accept_document": {
                Args: {
                    "p_document": string;
                    "p_version": string;
                };
                Returns: undefined;
            };
            "accept_dpa": {
                Args: {
                    "p_company_id": string;
                    "p_version": string;
                };
                Returns: undefined;
            };
            "accept_invitation": {
                Args: {
                    "p_context"?: Json;
                    "p_full_name": string;
                    "p_own_account"?: boolean;
                    "p_private_address"?: Json;
                    "p_terms": Json;
                    "p_token_hash": string;
                    "p_token_id": string;
                    "p_user_id": string;
                };
                Returns: Json;
            };
            "assign_company_plan": {
                Args: {
                    "p_auto_renew"?: boolean;
                    "p_company_id": string;
                    "p_context"?: Json;
                    "p_ends_on"?: string;
                    "p_force_reason"?: string;
                    "p_plan": string;
                    "p_seats"?: number;
                    "p_starts_on"?: string;
                    "p_status": string;
                    "p_trial_days"?: number;
                };
                Returns: Json;
            };
            "available_slots": {
                Args: {
                    "p_from"?: string;
                    "p_pillar_id"?: string;
                    "p_session_type_id"?: string;
                    "p_specialist_id"?: string;
                    "p_to"?: string;
                };
                Returns: {
                    "ends_at": string;
                    "specialist_id": string;
                    "starts_at": string;
                }[];
            };
            "book_session": {
                Args: {
                    "p_company_id"?: string;
                    "p_session_type_id": string;
                    "p_specialist_id": string;
                    "p_starts_at": string;
                };
                Returns: {
                    "cancelled_at": string | null;
                    "company_id": string;
                    "created_at": string;
                    "employee_id": string | null;
                    "ends_at": string;
                    "id": string;
                    "releases_at": string | null;
                    "session_type_id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "status": string;
                    "status_reason": string | null;
                    "updated_at": string;
                };
                SetofOptions: {
                    from: "*";
                    to: "bookings";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "cancel_booking": {
                Args: {
                    "p_booking_id": string;
                    "p_reason"?: string;
                };
                Returns: {
                    "cancelled_at": string | null;
                    "company_id": string;
                    "created_at": string;
                    "employee_id": string | null;
                    "ends_at": string;
                    "id": string;
                    "releases_at": string | null;
                    "session_type_id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "status": string;
                    "status_reason": string | null;
                    "updated_at": string;
                };
                SetofOptions: {
                    from: "*";
                    to: "bookings";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "cancel_booking_as_admin": {
                Args: {
                    "p_booking_id": string;
                    "p_reason": string;
                };
                Returns: undefined;
            };
            "cancel_bookings_of_specialist": {
                Args: {
                    "p_reason": string;
                    "p_specialist_id": string;
                };
                Returns: number;
            };
            "change_company": {
                Args: {
                    "p_company_id": string;
                    "p_locale"?: string;
                    "p_name"?: string;
                    "p_time_zone"?: string;
                };
                Returns: undefined;
            };
            "check_invitation": {
                Args: {
                    "p_context"?: Json;
                    "p_full_name"?: string;
                    "p_password_prefixes"?: (string)[];
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
            "check_password_reset": {
                Args: {
                    "p_context"?: Json;
                    "p_password_prefixes": (string)[];
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
            "check_sign_up": {
                Args: {
                    "p_context"?: Json;
                    "p_password_prefixes"?: (string)[];
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
            "claim_emails": {
                Args: {
                    "p_lease_seconds": number;
                    "p_limit": number;
                    "p_now"?: string;
                    "p_stream": string;
                };
                Returns: Json;
            };
            "close_booking": {
                Args: {
                    "p_booking_id": string;
                    "p_outcome": string;
                };
                Returns: {
                    "cancelled_at": string | null;
                    "company_id": string;
                    "created_at": string;
                    "employee_id": string | null;
                    "ends_at": string;
                    "id": string;
                    "releases_at": string | null;
                    "session_type_id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "status": string;
                    "status_reason": string | null;
                    "updated_at": string;
                };
                SetofOptions: {
                    from: "*";
                    to: "bookings";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "company_directory": {
                Args: {
                    "p_after"?: string;
                    "p_company_id": string;
                };
                Returns: {
                    "display_name": string;
                    "email": string;
                    "joined_at": string;
                    "role": string;
                    "status": string;
                    "user_id": string;
                }[];
            };
            "company_plan": {
                Args: {
                    "p_company_id": string;
                };
                Returns: Json;
            };
            "consume_email_verification": {
                Args: {
                    "p_context": Json;
                    "p_introduction"?: Json;
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
            "consume_password_reset": {
                Args: {
                    "p_context"?: Json;
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
            "current_user_id": {
                Args: Record<PropertyKey, never>;
                Returns: string;
            };
            "deactivate_member": {
                Args: {
                    "p_company_id": string;
                    "p_user_id": string;
                };
                Returns: undefined;
            };
            "decide_document": {
                Args: {
                    "p_context"?: Json;
                    "p_decision": string;
                    "p_document_id": string;
                    "p_expires_on"?: string;
                    "p_reason"?: string;
                };
                Returns: Json;
            };
            "end_other_sessions": {
                Args: Record<PropertyKey, never>;
                Returns: number;
            };
            "end_session": {
                Args: {
                    "p_session_id": string;
                };
                Returns: undefined;
            };
            "former_work_address": {
                Args: Record<PropertyKey, never>;
                Returns: string;
            };
            "grant_platform_admin": {
                Args: {
                    "p_user_id": string;
                };
                Returns: undefined;
            };
            "invite_employees": {
                Args: {
                    "p_company_id": string;
                    "p_context"?: Json;
                    "p_invitations": Json;
                };
                Returns: Json;
            };
            "leave_company": {
                Args: {
                    "p_company_id": string;
                };
                Returns: undefined;
            };
            "my_verification": {
                Args: Record<PropertyKey, never>;
                Returns: Json;
            };
            "orphaned_files": {
                Args: {
                    "p_limit": number;
                };
                Returns: Json;
            };
            "read_audit_logs": {
                Args: {
                    "p_cursor"?: number;
                    "p_filters"?: Json;
                    "p_limit"?: number;
                    "p_reason": string;
                };
                Returns: {
                    "action": string;
                    "actor_id": string | null;
                    "actor_role": string;
                    "context": NonNullable<Json>;
                    "entity_id": string | null;
                    "entity_type": string;
                    "error_message": string | null;
                    "id": number;
                    "ip_address": unknown;
                    "new_values": Json | null;
                    "occurred_at": string;
                    "old_values": Json | null;
                    "request_id": string | null;
                    "source": string | null;
                    "status": string;
                    "user_agent": string | null;
                    "user_id": string | null;
                }[];
                SetofOptions: {
                    from: "*";
                    to: "audit_logs";
                    isOneToOne: false;
                    isSetofReturn: true;
                };
            };
            "read_failed_login_attempts": {
                Args: {
                    "p_cursor"?: number;
                    "p_limit"?: number;
                    "p_reason": string;
                    "p_user_id"?: string;
                };
                Returns: {
                    "failures": number;
                    "held_back": number;
                    "held_until": string | null;
                    "id": number;
                    "ip": unknown;
                    "occurred_at": string;
                    "user_id": string;
                }[];
                SetofOptions: {
                    from: "*";
                    to: "failed_login_attempts";
                    isOneToOne: false;
                    isSetofReturn: true;
                };
            };
            "read_person": {
                Args: {
                    "p_reason": string;
                    "p_user_id": string;
                };
                Returns: Json;
            };
            "record_reviewed_copy": {
                Args: {
                    "p_document_id": string;
                    "p_file_hash": string;
                    "p_file_size": number;
                    "p_opened_by": string;
                    "p_path": string;
                };
                Returns: string;
            };
            "redrive_emails": {
                Args: {
                    "p_error_code"?: string;
                    "p_limit"?: number;
                };
                Returns: Json;
            };
            "release_password_reset": {
                Args: {
                    "p_context"?: Json;
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: undefined;
            };
            "request_email_change": {
                Args: {
                    "p_address_key": string;
                    "p_client_key"?: string;
                    "p_context"?: Json;
                    "p_email": string;
                    "p_user_id": string;
                };
                Returns: Json;
            };
            "request_email_verification": {
                Args: {
                    "p_address_key": string;
                    "p_client_key"?: string;
                    "p_context"?: Json;
                    "p_email": string;
                };
                Returns: Json;
            };
            "request_password_reset": {
                Args: {
                    "p_address_key": string;
                    "p_client_key"?: string;
                    "p_context"?: Json;
                    "p_email": string;
                };
                Returns: Json;
            };
            "request_sign_up": {
                Args: {
                    "p_address_key": string;
                    "p_client_key"?: string;
                    "p_context"?: Json;
                    "p_email": string;
                    "p_locale"?: string;
                };
                Returns: Json;
            };
            "reschedule_booking": {
                Args: {
                    "p_booking_id": string;
                    "p_starts_at": string;
                };
                Returns: {
                    "cancelled_at": string | null;
                    "company_id": string;
                    "created_at": string;
                    "employee_id": string | null;
                    "ends_at": string;
                    "id": string;
                    "releases_at": string | null;
                    "session_type_id": string;
                    "specialist_id": string;
                    "starts_at": string;
                    "status": string;
                    "status_reason": string | null;
                    "updated_at": string;
                };
                SetofOptions: {
                    from: "*";
                    to: "bookings";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "resend_invitation": {
                Args: {
                    "p_context"?: Json;
                    "p_invitation_id": string;
                };
                Returns: Json;
            };
            "review_company_verification": {
                Args: {
                    "p_reason"?: string;
                    "p_status": string;
                    "p_verification_id": string;
                };
                Returns: undefined;
            };
            "revoke_invitation": {
                Args: {
                    "p_context"?: Json;
                    "p_invitation_id": string;
                };
                Returns: Json;
            };
            "revoke_platform_admin": {
                Args: {
                    "p_user_id": string;
                };
                Returns: undefined;
            };
            "seal_token_hashes": {
                Args: {
                    "p_tokens": Json;
                };
                Returns: Json;
            };
            "set_allowed_domains": {
                Args: {
                    "p_company_id": string;
                    "p_domains": (string)[];
                };
                Returns: (string)[];
            };
            "set_company_status": {
                Args: {
                    "p_company_id": string;
                    "p_reason": string;
                    "p_status": string;
                };
                Returns: undefined;
            };
            "set_member_role": {
                Args: {
                    "p_company_id": string;
                    "p_role": string;
                    "p_user_id": string;
                };
                Returns: undefined;
            };
            "settle_emails": {
                Args: {
                    "p_now"?: string;
                    "p_results": Json;
                };
                Returns: Json;
            };
            "specialist_agenda": {
                Args: {
                    "p_from": string;
                    "p_until": string;
                };
                Returns: {
                    "booking_id": string;
                    "employee_name": string;
                    "ends_at": string;
                    "session_type": string;
                    "starts_at": string;
                    "status": string;
                }[];
            };
            "specialist_verification_queue": {
                Args: {
                    "p_cursor"?: string;
                    "p_limit"?: number;
                    "p_status"?: string;
                };
                Returns: Json;
            };
            "start_document_review": {
                Args: {
                    "p_context"?: Json;
                    "p_document_id": string;
                };
                Returns: Json;
            };
            "submit_company_verification": {
                Args: {
                    "p_business_licence"?: string;
                    "p_company_id": string;
                    "p_registration_number": string;
                    "p_tax_id": string;
                };
                Returns: string;
            };
            "submit_document": {
                Args: {
                    "p_document_id"?: string;
                    "p_document_number": string;
                    "p_expiry_date": string;
                    "p_file_hash": string;
                    "p_file_size": number;
                    "p_issuing_authority": string;
                    "p_mime_type": string;
                    "p_type": string;
                };
                Returns: Json;
            };
            "take_sign_up": {
                Args: {
                    "p_context"?: Json;
                    "p_introduction": Json;
                    "p_terms": Json;
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
            "use_email_change_link": {
                Args: {
                    "p_context"?: Json;
                    "p_purpose": string;
                    "p_token_hash": string;
                    "p_token_id": string;
                };
                Returns: Json;
            };
        };
        Enums: {
            "booking_status": "pending" | "held" | "confirmed" | "completed" | "cancelled" | "no_show";
            "company_role": "employee" | "manager" | "admin";
            "company_status": "active" | "suspended";
            "document_status": "pending" | "verified" | "rejected" | "expired";
            "document_type": "license" | "diploma" | "insurance" | "certification" | "other";
            "legal_document": "terms" | "privacy" | "professional_standards";
            "session_kind": "initial_consultation" | "follow_up" | "assessment" | "coaching" | "workshop";
            "specialist_status": "pending" | "verified" | "rejected" | "suspended";
            "subscription_status": "trial" | "active" | "suspended" | "cancelled";
        };
        CompositeTypes: {
            [_ in never]: never;
        };
    };
};
type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;
type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];
export type Tables<DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) | {
    schema: keyof DatabaseWithoutInternals;
}, TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]) : never = never> = DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
    Row: infer R;
} ? R : never : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
    Row: infer R;
} ? R : never : never;
export type TablesInsert<DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | {
    schema: keyof DatabaseWithoutInternals;
}, TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] : never = never> = DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
} ? I : never : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
    Insert: infer I;
} ? I : never : never;
export type TablesUpdate<DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | {
    schema: keyof DatabaseWithoutInternals;
}, TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] : never = never> = DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
} ? U : never : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
    Update: infer U;
} ? U : never : never;
export type Enums<DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"] | {
    schema: keyof DatabaseWithoutInternals;
}, EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"] : never = never> = DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName] : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"] ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions] : never;
export type CompositeTypes<PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"] | {
    schema: keyof DatabaseWithoutInternals;
}, CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"] : never = never> = PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName] : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"] ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions] : never;
export const Constants = {
    "public": {
        Enums: {
            "booking_status": ["pending", "held", "confirmed", "completed", "cancelled", "no_show"],
            "company_role": ["employee", "manager", "admin"],
            "company_status": ["active", "suspended"],
            "document_status": ["pending", "verified", "rejected", "expired"],
            "document_type": ["license", "diploma", "insurance", "certification", "other"],
            "legal_document": ["terms", "privacy", "professional_standards"],
            "session_kind": ["initial_consultation", "follow_up", "assessment", "coaching", "workshop"],
            "specialist_status": ["pending", "verified", "rejected", "suspended"],
            "subscription_status": ["trial", "active", "suspended", "cancelled"]
        }
    }
} as const;
