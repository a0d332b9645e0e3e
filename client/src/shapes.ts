// What the catalogue does not know of SQL functions: the form of JSON that they take and answer, which words a text may
// be, and which answers may be null. Held against what they really take and answer on the rows of the database tests, by
// supabase/tests/client-shapes.mjs.
import type {
  CompanyRole, CompanyStatus, DocumentStatus, DocumentType, LegalDocument, SpecialistStatus, SubscriptionStatus, Tables,
} from './generated/database.js';
import type { Schemas } from './generated/functions.js';

/** A document of ours, in the version in force, and whether it was accepted. */
interface Acceptance {
  version: string;
  accepted: boolean;
}

/** By weekday, Monday first: when mail is read, or null for a day without. Times as 08:00; the end of a day is 24:00. */
export type MailWindows = ({ from: string; until: string } | null)[];

/** Why somebody can have no session, whatever the time; the last five of one that is to move. */
type Refusal =
  | 'email_not_confirmed' | 'own_session' | 'booking_limit' | 'not_a_member' | 'no_plan' | 'plan_ends_before' | 'sessions_used_up' | 'rate_limited'
  | 'specialist_not_found' | 'session_type_not_offered' | 'booking_not_open' | 'too_late_to_move' | 'move_limit';

/** So many sessions of a type, and how many are left. */
interface Package {
  package_id: string;
  company_id: string;
  session_type: string;
  given_by: 'platform' | 'company';
  sessions: number;
  sessions_left: number;
  expires_on: string;
  status: 'active' | 'ended';
}

/** How the erasure of a person stands. */
interface Erasure {
  request_id: string;
  asked_at: string;
  /** Until then it can be taken back. */
  starts_at: string;
  due_by: string;
  state: 'asked' | 'under_way' | 'done' | 'withdrawn';
}

type Row<T extends keyof Tables> = Tables[T]['Row'];

/** A series, and what became of each of its sessions. */
interface Series {
  series_id: string;
  rule: string;
  status: Row<'recurring_bookings'>['status'];
  sessions: {
    on_day: string;
    starts_at: string;
    /** Null where its time has not come. */
    outcome: Row<'recurring_booking_occurrences'>['outcome'] | null;
    /** Why it is not booked, or was not moved, in the words of book_session() and reschedule_booking(). */
    refusal: string | null;
    booking_id: string | null;
  }[];
}

/** Arguments that are text or JSON to the catalogue. */
export interface Arguments {
  accept_document: { p_document: LegalDocument };
  announce_recording: { p_media_type: 'video/mp4' | 'video/webm' | 'audio/mp4' | 'audio/webm' | 'audio/mpeg' | 'audio/ogg' };
  assign_company_plan: { p_status: SubscriptionStatus };
  change_place: { p_kind: 'video' | 'phone' | 'in_person' };
  close_booking: { p_outcome: 'completed' | 'no_show' };
  decide_document: { p_decision: Schemas['Verdict'] };
  invite_employees: { p_invitations: (Schemas['Invitee'] & { index?: number })[] };
  preview_send_at: { p_mail_windows: MailWindows };
  read_communication_logs: {
    p_filters: Partial<Record<'user_id' | 'template_key' | 'category' | 'status' | 'from' | 'to', string>>;
  };
  read_audit_logs: {
    p_filters: Partial<Record<'action' | 'entity_type' | 'entity_id' | 'person' | 'user_id' | 'actor_id' | 'status' | 'text' | 'from' | 'to', string>>;
  };
  review_company_verification: { p_status: 'in_review' | 'verified' | 'rejected' };
  save_preferences: { p_mail_windows: MailWindows };
  set_company_status: { p_status: CompanyStatus };
  set_member_role: { p_role: CompanyRole };
  specialist_verification_queue: { p_status: DocumentStatus };
  stop_series: { p_sessions: 'keep' | 'cancel' };
  submit_document: { p_type: DocumentType; p_mime_type: 'application/pdf' | 'image/jpeg' | 'image/png' };
  take_time_off: { p_sessions: 'keep' | 'cancel' };
  withdraw_acceptance: { p_document: LegalDocument };
}

/** Answers that are JSON, text or a row without more to the catalogue. */
export interface Answers {
  announce_recording: { path: string; recording: Schemas['Recording'] };
  assign_company_plan: Schemas['Subscription'];
  available_slots: {
    slots: { specialist_id: string; session_type_id: string; starts_at: string; ends_at: string; requires_acceptance: boolean }[];
    next_cursor: string | null;
    /** Why the caller can have none of these times. */
    refused: Refusal | null;
  };
  change_series: Series;
  company_analytics: { month: string; people: number | null; pillars: { pillar_id: string; people: number | null }[]; released_at: string }[];
  company_directory: {
    user_id: string;
    display_name: string;
    email: string;
    role: CompanyRole;
    status: Row<'company_members'>['status'];
    joined_at: string;
  }[];
  company_plan: {
    entitlement: {
      subscription_id: string;
      plan: string;
      status: SubscriptionStatus;
      seats: number;
      sessions_per_month: number | null;
      package_sessions: number;
      features: Record<string, unknown>;
      ends_on: string | null;
      time_zone: string;
    } | null;
    seats: Schemas['Seats'];
    dpa: Acceptance;
  };
  current_user_id: string | null;
  decide_document: Schemas['DecideResponse'];
  documents_to_accept: { document: LegalDocument; version: string; accepted_version: string | null }[];
  mail_fault: string | null;
  make_series: Series;
  my_calendar_feed: { created_at: string; last_read_at: string | null }[];
  mail_figures: {
    category: string;
    queued: number;
    sent: number;
    delivered: number;
    bounced: number;
    complained: number;
    failed: number;
    skipped: number;
    seconds_to_send_p95: number | null;
  }[];
  email_kind: {
    key: string;
    has_link: boolean;
    is_refusable: boolean;
    pages: string[];
    samples: Record<string, unknown>;
    optional: string[];
    admin_id: string;
  };
  evaluate_feature_flags: {
    key: string;
    value: boolean | string | number | { [member: string]: unknown };
    variant: string;
    reason: 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED';
  }[];
  former_work_address: string | null;
  invite_employees: { results: Omit<Schemas['InvitationResult'], 'email'>[]; seats: Schemas['Seats'] };
  my_preferences: {
    account_email: boolean;
    reminder_email: boolean;
    agenda_email: boolean;
    agenda_at: string;
    reminder_lead_minutes: number[];
    mail_windows: MailWindows | null;
    locale: string;
    time_zone: string;
  };
  my_packages: (Package & { session_type_id: string; company: string })[];
  my_session_notes: { booking_id: string; shared_at: string | null; seen_at: string | null }[];
  my_verification: {
    specialist_id: string;
    status: SpecialistStatus;
    missing: DocumentType[];
    standards: Acceptance;
  } | null;
  open_recording: { path: string; file_name: string };
  read_communication_logs: {
    items: {
      id: number;
      category: string;
      template_key: string;
      version: number | null;
      status: string;
      error_code: string | null;
      provider_message_id: string | null;
      created_at: string;
      settled_at: string | null;
    }[];
    next_cursor: number | null;
  };
  ask_erasure: Erasure;
  ask_erasure_for: Erasure;
  my_erasure: Erasure | null;
  /** `due` and `held`: at most 10,000 rows are counted; null where an admin is not to know of any. */
  retention_preview: { name: string; description: string; setting: string | null; kept_from: string; due: number | null; held: number | null }[];
  withdraw_erasure: Erasure;
  erasure_receipt: {
    format: string;
    erasure: Erasure;
    kept: { table: string; party: string; rows: number | null; why: string }[] | null;
    checkpoints: string[];
    tables: Record<string, Record<string, unknown>[]>;
  };
  export_my_data: {
    rows: { table: string; party: string; row: Record<string, unknown> }[];
    cursor: string | null;
    checkpoint: string | null;
    about: { table: string; purpose: string; basis: string; kept_for: string; withheld: Record<string, string[]> }[] | null;
  };
  prove_audit_consistency: { path: string[]; checkpoint: string };
  prove_audit_entry: { leaf_index: number; leaf_hash: string; leaf: string; entry: string | null; path: string[]; checkpoint: string };
  read_company_figures: {
    month: string;
    people: number;
    sessions: number;
    missed: number;
    cancelled: number;
    counted_at: string;
    pillars: { pillar_id: string; people: number; sessions: number; missed: number; cancelled: number }[];
  }[];
  read_legal_holds: {
    id: string;
    user_id: string;
    reason: string;
    placed_at: string;
    lifted_at: string | null;
    lift_reason: string | null;
  }[];
  read_person: {
    profile: Row<'profiles'>;
    roles: Row<'user_roles'>['role'][];
    memberships: {
      company_id: string;
      company: string;
      email: string;
      role: CompanyRole;
      status: Row<'company_members'>['status'];
    }[];
    specialist: (Row<'specialists'> & { status_since: string; verified_by: string | null }) | null;
    packages: Package[];
    bookings: number;
    terms_acceptance: Row<'terms_acceptance'>[];
    email_verification_tokens: (Row<'email_verification_tokens'> & { email: string })[];
    password_reset_tokens: (Row<'password_reset_tokens'> & { email: string; released_at: string | null })[];
    email_changes: (Row<'email_changes'> & { old_email: string; new_email: string; consumed_at: string | null })[];
  };
  read_session_note: {
    booking_id: string;
    version: number;
    /** The text, as `session-notes` sealed it: ask `session-notes/read` for what it says. */
    sealed: string;
    note: Omit<Schemas['OpenedNote'], 'text'>;
  };
  receive_recording: { path: string; copy_path: string; file_hash: string; mime_type: string; file_size: number };
  redrive_failed_emails: { redriven: number; reissued: number };
  resend_invitation: Schemas['InvitationChange'];
  revoke_invitation: Schemas['InvitationChange'];
  save_preferences: { next_send_at: string };
  sessions_in_doubt: {
    items: {
      booking_id: string;
      specialist_id: string;
      specialist: string;
      session_type_id: string;
      session_type: string;
      starts_at: string;
      why: 'not_verified' | 'pillar_dropped' | 'documents_end_before';
      /** Null of a pillar that was dropped, and where a document is missing altogether. */
      since: string | null;
    }[];
    next_cursor: string | null;
  };
  share_session_note: Schemas['NoteState'];
  specialist_agenda: {
    booking_id: string;
    starts_at: string;
    ends_at: string;
    status: Row<'bookings'>['status'];
    session_type: string;
    employee_name: string;
  }[];
  specialist_series: {
    series_id: string;
    session_type: string;
    employee_name: string;
    rule: string;
    wall_starts_at: string;
    time_zone: string;
    /** Of the next session by the rule. */
    next_starts_at: string | null;
  }[];
  specialist_verification_queue: Schemas['QueuePage'];
  start_document_review: {
    document: Schemas['QueueItem'];
    path: string;
    file_hash: string;
    mime_type: string;
    file_size: number;
    file_name: string;
    differs: 'length' | 'type' | null;
    reviewed_path: string | null;
    copy_path: string;
    opened_by: string;
  };
  submit_document: Row<'specialist_documents'>;
  take_time_off: {
    /** Null where sessions are in the way, and nothing was said about them. */
    time_off_id: string | null;
    sessions: {
      id: string;
      session_type_id: string;
      session_type: string;
      starts_at: string;
      ends_at: string;
      status: 'pending' | 'held' | 'confirmed' | 'proposed';
    }[];
    /** Sessions of series then that are not booked, and will not be. */
    series: { series_id: string; session_type: string; starts_at: string }[];
  };
  write_session_note: Schemas['NoteState'];
}
