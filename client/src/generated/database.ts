// Generated from the migrations by client/generate/database.mjs. Do not edit.

/** What a column of jsonb holds. */
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

/** How a booked session stands. */
export type BookingStatus = 'pending' | 'held' | 'confirmed' | 'completed' | 'no_show' | 'cancelled' | 'declined' | 'lapsed' | 'released';

/** Why a session was cancelled. People choose one of the first four. */
export type CancellationCategory = 'illness' | 'schedule' | 'no_longer_needed' | 'other' | 'time_off' | 'membership_ended' | 'account_closed' | 'by_the_platform';

/** The roles of members in their company. */
export type CompanyRole = 'employee' | 'manager' | 'admin';

/** A suspended company is entitled to nothing. */
export type CompanyStatus = 'active' | 'suspended';

/** How a document of a specialist stands. */
export type DocumentStatus = 'pending' | 'verified' | 'rejected' | 'expired';

/** The kinds of documents of specialists. */
export type DocumentType = 'license' | 'diploma' | 'insurance' | 'certification' | 'other';

/** The documents that a person accepts, version by version. */
export type LegalDocument = 'terms' | 'privacy' | 'professional_standards';

/** What a mail is about. Security mail, and what changes a booked session, cannot be switched off. */
export type MailCategory = 'security' | 'account' | 'booking' | 'reminder' | 'agenda';

/** queued until settled; sent: accepted by the provider; failed: given up; skipped: no longer wanted. */
export type MailStatus = 'queued' | 'sent' | 'failed' | 'skipped';

/** Where a session takes place. */
export type PlaceKind = 'video' | 'phone' | 'in_person';

/** What became of a session of a series. */
export type SeriesOutcome = 'booked' | 'waiting' | 'skipped' | 'left_out';

/** Whether a series goes on. */
export type SeriesStatus = 'active' | 'ended' | 'stopped';

/** The purposes of sessions. */
export type SessionKind = 'initial_consultation' | 'follow_up' | 'assessment' | 'coaching' | 'workshop';

/** How an application as a specialist stands. */
export type SpecialistStatus = 'pending' | 'verified' | 'rejected' | 'suspended';

/** How a subscription stands. */
export type SubscriptionStatus = 'trial' | 'active' | 'suspended' | 'cancelled';

/** What a person did: signed in; booked or asked for, moved, or cancelled a session. */
export type UserActivity = 'signed_in' | 'booked' | 'moved' | 'cancelled';

/** Tables, by the columns that clients may read, insert and update. Row level security decides about the rows. */
export type Tables = {
  /** Append-only record of security-relevant and administrative acts, partitioned by month. */
  audit_logs: {
    Row: {
      action: string;
      /** Database role of the act: authenticated, service_role, anon, or an owner role for jobs. */
      actor_role: string;
      /** Anything else that explains the act, such as its reason. The person whom the entry is about reads it: nothing goes here that they must not see. */
      context: Json;
      /** Never the id of a link: with that, whoever reads this as the person uses up its attempts. */
      entity_id: string | null;
      entity_type: string;
      occurred_at: string;
      status: 'success' | 'failure' | 'denied';
      /** The person whom the entry is about; they see part of it. No foreign key: the entry outlives the account. */
      user_id: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [];
  };
  /** What became of each session that was cancelled. */
  booking_cancellations: {
    Row: {
      actor: 'employee' | 'specialist' | 'admin' | 'system';
      booking_id: string;
      cancelled_at: string;
      /** Whichever of the two it was; null for everybody else, and once the account is gone. */
      cancelled_by: string | null;
      category: CancellationCategory;
      created_at: string;
      /** Later than bookings.cancel_by, which was fixed when the session was booked. */
      late: boolean;
      /** In the words of who cancelled, for the other. */
      reason: string | null;
      /** Counts among the sessions of its month: the employee cancelled a confirmed session late. */
      session_used: boolean;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'booking_cancellations_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: true; referencedRelation: 'bookings'; referencedColumns: ["id"] },
    ];
  };
  /** What became of each session of a package. Their sum is what is left. */
  booking_package_entries: {
    Row: {
      /** As what somebody acted. Who granted or corrected it is in the audit log. */
      actor: 'employee' | 'specialist' | 'company' | 'admin' | 'system';
      booking_id: string | null;
      /** The clock's time, so that entries of one transaction keep their order. */
      created_at: string;
      /** Not a number that counts: its gaps would tell how many others use. */
      id: string;
      kind: 'grant' | 'use' | 'return' | 'expiry' | 'correction';
      package_id: string;
      sessions: number;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'booking_package_entries_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: false; referencedRelation: 'bookings'; referencedColumns: ["id"] },
      { foreignKeyName: 'booking_package_entries_package_id_fkey'; columns: ["package_id"]; isOneToOne: false; referencedRelation: 'booking_packages'; referencedColumns: ["id"] },
    ];
  };
  /** So many sessions of a type that a member of a company may have beside the allowance of the month. */
  booking_packages: {
    Row: {
      /** At whose cost. Whoever is its member no more, or has it suspended or without a plan, books none of them meanwhile. */
      company_id: string;
      created_at: string;
      /** The last day on which one of the sessions can be, where the company's plan counts its days. */
      expires_on: string;
      /** By whose word: the company's, as far as its plan goes, or a platform admin's. */
      given_by: 'platform' | 'company';
      id: string;
      /** How many were left when the last day was over. */
      lapsed: number;
      session_type_id: string;
      /** How many there are, corrections included. */
      sessions: number;
      /** ended: the last day is over. */
      status: 'active' | 'ended';
      updated_at: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'booking_packages_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'booking_packages_session_type_id_fkey'; columns: ["session_type_id"]; isOneToOne: false; referencedRelation: 'session_types'; referencedColumns: ["id"] },
      { foreignKeyName: 'booking_packages_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Another time for a session, asked of the other; at most one is open. */
  booking_proposals: {
    Row: {
      answered_at: string | null;
      booking_id: string;
      created_at: string;
      ends_at: string;
      /** Until when it can be accepted and keeps its time: before either of the two starts. */
      expires_at: string;
      id: string;
      proposed_by: 'employee' | 'specialist';
      /** In the words of who declined. */
      reason: string | null;
      starts_at: string;
      status: 'open' | 'accepted' | 'declined' | 'withdrawn' | 'expired';
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'booking_proposals_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: false; referencedRelation: 'bookings'; referencedColumns: ["id"] },
    ];
  };
  /** One reminder of one session. A reminder for a time that changed is moved, or voided when its mail was queued already; what nobody wants any more is deleted. */
  booking_reminders: {
    Row: {
      booking_id: string;
      created_at: string;
      /** When it is mailed. Another time than remind_at where that is in quiet hours: their end if that comes before the session, or else their beginning. */
      due_at: string;
      enqueued_at: string | null;
      id: string;
      /** How long before the start, as the person had chosen: private.reminder_at(). */
      lead_minutes: number;
      /** When the person wants to be reminded. */
      remind_at: string;
      /** Start of the session that the reminder announces. */
      starts_at: string;
      /** scheduled until due; enqueued: handed to the outbox; voided: handed over for a time that no longer holds. */
      status: 'scheduled' | 'enqueued' | 'voided';
      updated_at: string;
      user_id: string;
      voided_at: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'booking_reminders_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: false; referencedRelation: 'bookings'; referencedColumns: ["id"] },
      { foreignKeyName: 'booking_reminders_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Each status a booking took, and each time it moved. */
  booking_status_history: {
    Row: {
      actor: 'employee' | 'specialist' | 'admin' | 'system';
      booking_id: string;
      /** Whichever of the two it was; null for everybody else: their id would tell who booked. */
      changed_by: string | null;
      /** The clock's time, so that steps of one transaction keep their order. */
      created_at: string;
      /** What happened, in the words of private.booking_transitions; beside them proposals of another time, and another place (placed). */
      event: string;
      /** Not a number that counts: its gaps would tell how many sessions there are besides. */
      id: string;
      /** moved_from, moved_to: times of a move or a proposal. late: later than the session could be cancelled without being used. category: of a cancellation. */
      metadata: Json;
      new_status: BookingStatus;
      /** Null for the first entry; equal to new_status when only the time changed. */
      old_status: BookingStatus | null;
      reason: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'booking_status_history_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: false; referencedRelation: 'bookings'; referencedColumns: ["id"] },
    ];
  };
  /** A session. Only held and confirmed ones keep their time. */
  bookings: {
    Row: {
      /** From when the specialist has no other session: the start without the buffer before it. */
      busy_from: string;
      busy_until: string;
      /** SEQUENCE of the calendar entry (RFC 5545): grows with each change of time, state or place. */
      calendar_sequence: number;
      /** Until when the employee cancels without having used the session: by what held when it was booked. Moving a session later than that leaves it where it was. */
      cancel_by: string;
      cancelled_at: string | null;
      closed_at: string | null;
      /** The company whose entitlement the session uses. */
      company_id: string;
      created_at: string;
      /** Null once the person was erased; then the booking is over, or will be cancelled. */
      employee_id: string | null;
      ends_at: string;
      /** Until when a hold keeps its time, or a request waits for its answer. */
      expires_at: string | null;
      id: string;
      /** Since when its employee knows that the specialist may not give it: something that they must hold is not valid on that day. */
      in_doubt_since: string | null;
      place_detail: string;
      place_kind: PlaceKind;
      /** When a session whose person was erased is cancelled by a job, so that nobody sees it go with the person. */
      releases_at: string | null;
      session_type_id: string;
      specialist_id: string;
      starts_at: string;
      /** pending: asked for, keeps no time. held: keeps its time until confirmed. confirmed: takes place. completed, no_show, cancelled, declined, lapsed (a request), released (a hold): over. */
      status: BookingStatus;
      status_category: CancellationCategory | null;
      /** Why the status is what it is, in the words of whoever changed it; copied into the history. */
      status_reason: string | null;
      /** The specialist's zone when the time was agreed. */
      time_zone: string;
      /** How often the employee has moved it by themselves. */
      times_moved: number;
      updated_at: string;
      /** Whether it counts among the sessions of its month. */
      uses_session: boolean;
      /** What the clock on the specialist's wall shows at the start: what was agreed, should the rules of the zone change. */
      wall_starts_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'bookings_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'bookings_employee_id_fkey'; columns: ["employee_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
      { foreignKeyName: 'bookings_session_type_id_fkey'; columns: ["session_type_id"]; isOneToOne: false; referencedRelation: 'session_types'; referencedColumns: ["id"] },
      { foreignKeyName: 'bookings_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** Log of all mail: a person reads which mails they were sent, and what became of each. */
  communication_logs: {
    Row: {
      category: MailCategory | null;
      created_at: string | null;
      /** Why it was not sent. */
      error_code: string | null;
      settled_at: string | null;
      /** queued until settled; sent: accepted by the provider; failed: given up; skipped: no longer wanted. */
      status: MailStatus | null;
      template_key: string | null;
      user_id: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [];
  };
  /** An employer whose people may book sessions. */
  companies: {
    Row: {
      /** Domains that may be invited. Empty: any. */
      allowed_email_domains: string[];
      created_at: string;
      id: string;
      locale: string;
      name: string;
      status: CompanyStatus;
      time_zone: string;
      updated_at: string;
    };
    Insert: {
      /** Domains that may be invited. Empty: any. */
      allowed_email_domains?: string[];
      locale?: string;
      name: string;
      time_zone?: string;
    };
    Update: Record<string, never>;
    Relationships: [];
  };
  /** How many people of a company had a session in a month (UTC), as it may know. What is written stays, whatever is corrected later. */
  company_analytics_months: {
    Row: {
      company_id: string;
      month: string;
      /** About so many. Null: it is withheld, as too few were in it or too few were not. */
      people: number | null;
      released_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_analytics_months_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
    ];
  };
  /** The same for each pillar that was active when the month was released. Somebody may be in several. */
  company_analytics_pillars: {
    Row: {
      company_id: string;
      month: string;
      /** About so many. Null: it is withheld, for the same reason or because it could be told from the others. */
      people: number | null;
      pillar_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_analytics_pillars_of_month'; columns: ["company_id","month"]; isOneToOne: false; referencedRelation: 'company_analytics_months'; referencedColumns: ["company_id","month"] },
      { foreignKeyName: 'company_analytics_pillars_pillar_id_fkey'; columns: ["pillar_id"]; isOneToOne: false; referencedRelation: 'pillars'; referencedColumns: ["id"] },
    ];
  };
  /** Evidence that a company accepted the data processing agreement, per version. */
  company_dpa_acceptance: {
    Row: {
      accepted_at: string;
      accepted_by: string | null;
      company_id: string;
      created_at: string;
      id: string;
      version: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_dpa_acceptance_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
    ];
  };
  /** An invitation of an address to a company. */
  company_employee_invitations: {
    Row: {
      accepted_at: string | null;
      accepted_by: string | null;
      company_id: string;
      created_at: string;
      email: string;
      expires_at: string;
      /** The name by which the admin calls them. Never in the mail, and only suggested to who accepts. */
      full_name: string | null;
      id: string;
      /** The admin who answers for it, having mailed it last. Without one, nobody accepts it. */
      invited_by: string | null;
      locale: string | null;
      /** How many were sent since mails_since; a window lasts a day. */
      mails: number;
      mails_since: string;
      revoked_at: string | null;
      role: CompanyRole;
      sent_at: string;
      /** pending counts as a seat until expires_at; expired is written by a job, later than it is true. */
      status: 'pending' | 'accepted' | 'revoked' | 'expired';
      updated_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_employee_invitations_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'company_employee_invitations_invited_by_fkey'; columns: ["invited_by"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Membership of a person in a company, kept after removal. */
  company_members: {
    Row: {
      company_id: string;
      created_at: string;
      removed_at: string | null;
      /** employee books; manager also sees who the members are; admin also changes them and invites. */
      role: CompanyRole;
      status: 'active' | 'removed';
      updated_at: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_members_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'company_members_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** How many sessions in packages a company gave its people in a month (UTC). */
  company_package_months: {
    Row: {
      company_id: string;
      month: string;
      released_at: string;
      /** Rounded down to fives. Null: they were of fewer than five people, or none. */
      sessions_given: number | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_package_months_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
    ];
  };
  /** A plan that a company can be given: seats, sessions a month for each member, features. */
  company_subscription_plans: {
    Row: {
      created_at: string;
      description: string;
      features: Json;
      id: string;
      /** Whether it can still be given. A company that has it keeps it. */
      is_active: boolean;
      name: string;
      /** Sessions that the company may give a member in packages within a year, whatever it gives the others. */
      package_sessions: number;
      /** How many members and people invited there may be, together. */
      seats: number;
      /** Sessions of each member in a calendar month, whatever the others have; null: as many as they like. */
      sessions_per_month: number | null;
      slug: string;
      sort_order: number;
      /** Length of a trial unless another is said. 0: no trial on offer. */
      trial_days: number;
      updated_at: string;
    };
    Insert: {
      description?: string;
      features?: Json;
      /** Whether it can still be given. A company that has it keeps it. */
      is_active?: boolean;
      name: string;
      /** Sessions that the company may give a member in packages within a year, whatever it gives the others. */
      package_sessions?: number;
      /** How many members and people invited there may be, together. */
      seats: number;
      /** Sessions of each member in a calendar month, whatever the others have; null: as many as they like. */
      sessions_per_month?: number | null;
      slug: string;
      sort_order?: number;
      /** Length of a trial unless another is said. 0: no trial on offer. */
      trial_days?: number;
    };
    Update: {
      description?: string;
      /** Whether it can still be given. A company that has it keeps it. */
      is_active?: boolean;
      name?: string;
      sort_order?: number;
      /** Length of a trial unless another is said. 0: no trial on offer. */
      trial_days?: number;
    };
    Relationships: [];
  };
  /** The plan of a company. At most one that is not cancelled. */
  company_subscriptions: {
    Row: {
      /** A note for whoever renews by hand. Nothing renews by itself. */
      auto_renew: boolean;
      cancellation_reason: string | null;
      cancelled_at: string | null;
      company_id: string;
      created_at: string;
      /** Last day. Null: until further notice. */
      ends_on: string | null;
      id: string;
      plan_id: string;
      /** Seats agreed with this company; null: those of the plan. */
      seats: number | null;
      starts_on: string;
      /** trial and active entitle, from starts_on to the end; suspended does not, and can become active again; cancelled is over. */
      status: SubscriptionStatus;
      /** Where its days and months are counted: the company's when it was assigned, whatever the company says later. */
      time_zone: string;
      /** Last day of the trial that it is, or once was. */
      trial_ends_on: string | null;
      updated_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_subscriptions_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'company_subscriptions_plan_id_fkey'; columns: ["plan_id"]; isOneToOne: false; referencedRelation: 'company_subscription_plans'; referencedColumns: ["id"] },
    ];
  };
  /** The statements of a company about itself, and the outcome of checking them. */
  company_verification: {
    Row: {
      /** Number of the licence, where the trade needs one. */
      business_licence: string | null;
      company_id: string;
      created_at: string;
      id: string;
      registration_number: string;
      rejected_at: string | null;
      rejection_reason: string | null;
      status: 'pending' | 'in_review' | 'verified' | 'rejected';
      tax_id: string;
      updated_at: string;
      verified_at: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'company_verification_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
    ];
  };
  /** What is deleted by its age, and when. Written by migrations alone. */
  data_retention_policies: {
    Row: {
      /** SQL over a row r: which rows the policy is about. $1 is from when on they are kept. */
      condition: string;
      /** The column from which the time counts; it has an index. */
      counts_from: string;
      created_at: string;
      description: string;
      /** The columns that are emptied. */
      emptied: string[];
      /** Expressions over a row r that are ids of people: it stays while one of them is under a legal hold. */
      held_by: string[];
      /** Whether platform admins are told how many rows there are: of notes, say, not, since who places a hold on somebody and lifts it again would find out by it whether there are some of theirs. */
      is_counted: boolean;
      kept_for: string | null;
      /** The table and, of a further policy of it, what it is about. */
      name: string;
      /** The setting with the number of days, or of hours where its name says so. Null where the time is fixed. */
      setting: string | null;
      table_name: string;
      /** delete: the row goes. empty: columns of it are emptied. end: a job of its own ends it. retire: it goes with its month of the log. */
      way: 'delete' | 'empty' | 'end' | 'retire';
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'data_retention_policies_setting_fkey'; columns: ["setting"]; isOneToOne: false; referencedRelation: 'system_settings'; referencedColumns: ["key"] },
    ];
  };
  /** Runs that deleted, emptied or ended something: how many rows, and how many a legal hold kept. */
  data_retention_runs: {
    Row: {
      created_at: string;
      deleted: number;
      held: number;
      id: string;
      kept_from: string;
      policy: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'data_retention_runs_policy_fkey'; columns: ["policy"]; isOneToOne: false; referencedRelation: 'data_retention_policies'; referencedColumns: ["name"] },
    ];
  };
  /** A change of the address of an account, from the request on. */
  email_changes: {
    Row: {
      cancelled_at: string | null;
      /** When Auth had the new address. */
      confirmed_at: string | null;
      created_at: string;
      /** Until when it can be confirmed. */
      expires_at: string;
      id: string;
      /** When Auth had the old address again. */
      reverted_at: string | null;
      /** confirming, reverting: Auth is being told. superseded: a newer change was asked for, or the address became another meanwhile. */
      status: 'requested' | 'confirming' | 'confirmed' | 'cancelled' | 'reverting' | 'reverted' | 'superseded';
      updated_at: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'email_changes_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** The mails that the product sends: what each is for, and what its texts may say. */
  email_kinds: {
    Row: {
      /** When it is sent. */
      about: string;
      category: MailCategory;
      created_at: string;
      /** Whether it carries a link of its own, of a token: the variable link. */
      has_link: boolean;
      key: string;
      /** Those of its variables that may be nothing: null, false, 0 or empty. */
      optional: string[];
      /** The pages of SITE_URL that its texts may link to. */
      pages: string[];
      /** Its variables, each with an example. What ends with _at is an instant, with _on a day. */
      samples: Json;
      updated_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [];
  };
  /** Texts of mails, in the part of Mustache that docs/decisions/0004-templates.md names. The highest published version of a key and locale is in force. */
  email_templates: {
    Row: {
      created_at: string;
      /** Inner body; the sender wraps it into the layout and escapes values. */
      html: string;
      id: number;
      key: string;
      locale: string;
      /** Set: in force, and unchangeable from then on. Null: a draft. */
      published_at: string | null;
      subject: string;
      text: string;
      updated_at: string;
      version: number;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'email_templates_key_fkey'; columns: ["key"]; isOneToOne: false; referencedRelation: 'email_kinds'; referencedColumns: ["key"] },
    ];
  };
  /** One row per confirmation link. The id is the public half of the link. */
  email_verification_tokens: {
    Row: {
      /** Tries with a wrong secret. */
      attempts: number;
      created_at: string;
      expires_at: string;
      max_attempts: number;
      /** When a newer token of the person took its place. */
      superseded_at: string | null;
      updated_at: string;
      user_id: string;
      verified_at: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'email_verification_tokens_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Wrong passwords of accounts that exist, and wrong codes of their second factors. Auth asks about no others, so guesses at unknown addresses are not here. */
  failed_login_attempts: {
    Row: {
      /** How many in a row this was; 0 where the network alone had to wait. */
      failures: number;
      /** Attempts refused in that time, with the right password or a wrong one. Counted here, so that a flood adds no rows. */
      held_back: number;
      /** Until when signing in had to wait after it. */
      held_until: string | null;
      occurred_at: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'failed_login_attempts_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** The variant that people of a company are served, whatever the share. One that the flag has no more counts for nothing. */
  feature_flag_companies: {
    Row: {
      company_id: string;
      created_at: string;
      flag_key: string;
      variant: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'feature_flag_companies_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'feature_flag_companies_flag_key_fkey'; columns: ["flag_key"]; isOneToOne: false; referencedRelation: 'feature_flags'; referencedColumns: ["key"] },
    ];
  };
  /** What is on for whom. */
  feature_flags: {
    Row: {
      created_at: string;
      description: string;
      ends_at: string | null;
      /** The day by which nothing should ask for it any more. Afterwards it goes on as before, and stands among the stale ones. Null for a switch that stays. */
      expires_on: string | null;
      is_on: boolean;
      /** Whether it is told who has not signed in. */
      is_public: boolean;
      /** Told, as the names of variants are, to everybody who has signed in: no company and no person is named in it. */
      key: string;
      /** Served where it is off. */
      off_variant: string;
      /** The team that takes it away again. */
      owner: string;
      /** Served where it is on: [["variant", weight], ...]. */
      rollout: Json;
      /** Flags of one seed have the same people in their shares. Empty: the key, so that each flag has its own. */
      seed: string;
      starts_at: string | null;
      updated_at: string;
      updated_by: string | null;
      /** What can be served: a name and its value each, all of one type. */
      variants: Json;
    };
    Insert: {
      description: string;
      ends_at?: string | null;
      /** The day by which nothing should ask for it any more. Afterwards it goes on as before, and stands among the stale ones. Null for a switch that stays. */
      expires_on?: string | null;
      is_on?: boolean;
      /** Whether it is told who has not signed in. */
      is_public?: boolean;
      /** Told, as the names of variants are, to everybody who has signed in: no company and no person is named in it. */
      key: string;
      /** Served where it is off. */
      off_variant?: string;
      /** The team that takes it away again. */
      owner: string;
      /** Served where it is on: [["variant", weight], ...]. */
      rollout?: Json;
      /** Flags of one seed have the same people in their shares. Empty: the key, so that each flag has its own. */
      seed?: string;
      starts_at?: string | null;
      /** What can be served: a name and its value each, all of one type. */
      variants?: Json;
    };
    Update: {
      description?: string;
      ends_at?: string | null;
      /** The day by which nothing should ask for it any more. Afterwards it goes on as before, and stands among the stale ones. Null for a switch that stays. */
      expires_on?: string | null;
      is_on?: boolean;
      /** Whether it is told who has not signed in. */
      is_public?: boolean;
      /** Served where it is off. */
      off_variant?: string;
      /** The team that takes it away again. */
      owner?: string;
      /** Served where it is on: [["variant", weight], ...]. */
      rollout?: Json;
      /** Flags of one seed have the same people in their shares. Empty: the key, so that each flag has its own. */
      seed?: string;
      starts_at?: string | null;
      /** What can be served: a name and its value each, all of one type. */
      variants?: Json;
    };
    Relationships: [];
  };
  /** Recordings of sessions: announced, there once recorded_at, and gone once ended_at. */
  meeting_recordings: {
    Row: {
      announced_at: string;
      booking_id: string;
      end_reason: 'consent_revoked' | 'too_old' | 'account_closed' | 'not_uploaded' | null;
      ended_at: string | null;
      file_size: number;
      id: string;
      /** When a job ends it. Fixed when it was announced. */
      keep_until: string;
      mime_type: 'video/mp4' | 'video/webm' | 'audio/mp4' | 'audio/webm' | 'audio/mpeg' | 'audio/ogg';
      recorded_at: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'meeting_recordings_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: false; referencedRelation: 'bookings'; referencedColumns: ["id"] },
    ];
  };
  /** The wishes of a person about mail: its subjects, and its times. */
  notification_preferences: {
    Row: {
      /** From when on a specialist is mailed the sessions of the day, in the time zone of the profile. */
      agenda_at: string;
      created_at: string;
      /** When mail is read, by weekday, Monday first, in the time zone of the profile: [{"from": "08:00", "until": "20:00"}, ..., null]. Null: always. */
      mail_windows: Json | null;
      /** How many minutes before a session to remind, up to five times, at most two weeks ahead. Empty: never. */
      reminder_lead_minutes: number[];
      updated_at: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'notification_preferences_user_id_fkey'; columns: ["user_id"]; isOneToOne: true; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** One row per reset link. The id is the public half of the link. */
  password_reset_tokens: {
    Row: {
      /** Tries with a wrong secret. */
      attempts: number;
      /** When Auth had a new password of the person. Never given back from then on. */
      completed_at: string | null;
      created_at: string;
      expires_at: string;
      max_attempts: number;
      /** When a newer token of the person took its place, or a link changed the password. */
      superseded_at: string | null;
      updated_at: string;
      /** When a request took the link to Auth. Given back where Auth refuses. */
      used_at: string | null;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'password_reset_tokens_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** The documents that a specialist must have to work in a pillar. */
  pillar_required_documents: {
    Row: {
      created_at: string;
      document_type: DocumentType;
      pillar_id: string;
    };
    Insert: {
      document_type: DocumentType;
      pillar_id: string;
    };
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'pillar_required_documents_pillar_id_fkey'; columns: ["pillar_id"]; isOneToOne: false; referencedRelation: 'pillars'; referencedColumns: ["id"] },
    ];
  };
  /** An area of wellbeing that specialists work in. */
  pillars: {
    Row: {
      created_at: string;
      description: string;
      id: string;
      is_active: boolean;
      name: string;
      slug: string;
      sort_order: number;
      updated_at: string;
    };
    Insert: {
      description?: string;
      is_active?: boolean;
      name: string;
      slug: string;
      sort_order?: number;
    };
    Update: {
      description?: string;
      is_active?: boolean;
      name?: string;
      slug?: string;
      sort_order?: number;
    };
    Relationships: [];
  };
  /** Name, language and time zone of a person, and a copy of their address as Auth knows it. */
  profiles: {
    Row: {
      created_at: string;
      display_name: string;
      /** Follows auth.users.email, by which Auth finds the account; never written by clients. */
      email: string | null;
      /** Since when the account has a confirmed address, by this database's clock. Auth's own moves with every reset of the password. */
      email_confirmed_at: string | null;
      id: string;
      /** The language of their mails. */
      locale: string;
      time_zone: string;
      updated_at: string;
    };
    Insert: Record<string, never>;
    Update: {
      display_name?: string;
    };
    Relationships: [];
  };
  /** That one of the two was given the address of a recording. Append-only. */
  recording_accesses: {
    Row: {
      opened_at: string;
      party: 'employee' | 'specialist';
      recording_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'recording_accesses_recording_id_fkey'; columns: ["recording_id"]; isOneToOne: false; referencedRelation: 'meeting_recordings'; referencedColumns: ["id"] },
    ];
  };
  /** That one of the two of a session consents, or did, to its being recorded. */
  recording_consents: {
    Row: {
      booking_id: string;
      given_at: string;
      id: string;
      party: 'employee' | 'specialist';
      revoked_at: string | null;
      /** Of the text that they consented to. */
      version: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'recording_consents_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: false; referencedRelation: 'bookings'; referencedColumns: ["id"] },
    ];
  };
  /** What became of each session of a series whose time has come. Of later ones there is no row yet. */
  recurring_booking_occurrences: {
    Row: {
      booking_id: string | null;
      created_at: string;
      /** When one that waits is tried again: the longer it has waited, the later. */
      next_try_at: string | null;
      /** The day of the session by the rule, whenever it takes place. */
      on_day: string;
      /** booked, or asked for: booking_id says as what. waiting: refused, for a reason that may pass; it is tried again. skipped: refused for good. left_out: the employee does not want it. */
      outcome: SeriesOutcome;
      /** The word with which booking was refused last; of a booked one, why it was not moved when the series was changed. */
      refusal: string | null;
      series_id: string;
      /** When it starts by the rule; the booking may have been moved, or be at another time of the week. */
      starts_at: string;
      updated_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'recurring_booking_occurrences_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: true; referencedRelation: 'bookings'; referencedColumns: ["id"] },
      { foreignKeyName: 'recurring_booking_occurrences_series_id_fkey'; columns: ["series_id"]; isOneToOne: false; referencedRelation: 'recurring_bookings'; referencedColumns: ["id"] },
    ];
  };
  /** A series of sessions of an employee with a specialist. */
  recurring_bookings: {
    Row: {
      /** The company that pays, if one was named; null: whichever of the employee's can, for each session. */
      company_id: string | null;
      created_at: string;
      employee_id: string;
      id: string;
      rule: string;
      session_type_id: string;
      specialist_id: string;
      /** active: sessions are booked as their time comes. ended: the last by the rule has begun. stopped: no more are wanted. */
      status: SeriesStatus;
      /** In the words of who stopped it, for the other. */
      stop_reason: string | null;
      stopped_by: 'employee' | 'specialist' | 'system' | null;
      /** The specialist's zone when the series was made: the wall. */
      time_zone: string;
      /** What the clock on the specialist's wall shows when the first session starts; each starts at that time of day. */
      wall_starts_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'recurring_bookings_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'recurring_bookings_employee_id_fkey'; columns: ["employee_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
      { foreignKeyName: 'recurring_bookings_session_type_id_fkey'; columns: ["session_type_id"]; isOneToOne: false; referencedRelation: 'session_types'; referencedColumns: ["id"] },
      { foreignKeyName: 'recurring_bookings_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** One row per sign-in. The id is that of auth.sessions, which the access token names as session_id. */
  session_tokens: {
    Row: {
      created_at: string;
      /** Browser and system in words, such as "Firefox on Windows"; null when the user agent tells neither. */
      device: string | null;
      /** signed_out also where Auth itself removed a session that was too old; too_many: the person had so many that were used later. */
      end_reason: 'signed_out' | 'ended_by_person' | 'ended_by_admin' | 'password_changed' | 'expired' | 'too_many' | null;
      ended_at: string | null;
      /** When Auth ends the session whatever happens; null: when it is ended. */
      expires_at: string | null;
      id: string;
      /** Address at the last use, as Auth saw it. Where that is on earth is not looked up. */
      ip: string | null;
      /** When the session last got an access token; those live for an hour. */
      last_used_at: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'session_tokens_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** A kind of session within a pillar, with its usual length. */
  session_types: {
    Row: {
      created_at: string;
      /** Length of a booking of this type, in minutes. */
      default_minutes: number;
      description: string;
      id: string;
      is_active: boolean;
      kind: SessionKind;
      name: string;
      pillar_id: string;
      updated_at: string;
    };
    Insert: {
      /** Length of a booking of this type, in minutes. */
      default_minutes: number;
      description?: string;
      is_active?: boolean;
      kind: SessionKind;
      name: string;
      pillar_id: string;
    };
    Update: {
      /** Length of a booking of this type, in minutes. */
      default_minutes?: number;
      description?: string;
      is_active?: boolean;
      kind?: SessionKind;
      name?: string;
    };
    Relationships: [
      { foreignKeyName: 'session_types_pillar_id_fkey'; columns: ["pillar_id"]; isOneToOne: false; referencedRelation: 'pillars'; referencedColumns: ["id"] },
    ];
  };
  /** Time off, and hours worked beside the usual ones, in the time zone of the specialist. Extra hours within time off are worked. */
  specialist_availability_exceptions: {
    Row: {
      created_at: string;
      ends_at: string;
      id: string;
      kind: 'time_off' | 'extra_hours';
      /** For the specialist alone. */
      note: string | null;
      specialist_id: string;
      /** Local time, at a full five minutes. A day off is from midnight to midnight. */
      starts_at: string;
      updated_at: string;
    };
    Insert: {
      ends_at: string;
      kind: 'time_off' | 'extra_hours';
      /** For the specialist alone. */
      note?: string | null;
      specialist_id?: string;
      /** Local time, at a full five minutes. A day off is from midnight to midnight. */
      starts_at: string;
    };
    Update: {
      ends_at?: string;
      kind?: 'time_off' | 'extra_hours';
      /** For the specialist alone. */
      note?: string | null;
      /** Local time, at a full five minutes. A day off is from midnight to midnight. */
      starts_at?: string;
    };
    Relationships: [
      { foreignKeyName: 'specialist_availability_exceptions_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** How a specialist wants to be booked; without a row, as the columns' defaults say. */
  specialist_booking_rules: {
    Row: {
      answer_hours: number | null;
      /** How long before its start a session can last be booked. */
      book_notice_minutes: number | null;
      buffer_after_minutes: number;
      /** Kept free before each session. It adds to what is kept after the one before. */
      buffer_before_minutes: number;
      /** Who cancels nearer to the start than this has used the session. Holds for sessions booked from then on. */
      cancel_notice_minutes: number | null;
      created_at: string;
      horizon_days: number | null;
      /** How long before its start the employee can last move it. */
      move_notice_minutes: number | null;
      place_detail: string;
      place_kind: PlaceKind;
      /** Sessions are asked for, and the specialist accepts or declines. */
      requires_acceptance: boolean;
      specialist_id: string;
      /** How far apart starts are offered. Null: as long as the session, filled up to a full quarter of an hour. */
      step_minutes: number | null;
      updated_at: string;
    };
    Insert: {
      answer_hours?: number | null;
      /** How long before its start a session can last be booked. */
      book_notice_minutes?: number | null;
      buffer_after_minutes?: number;
      /** Kept free before each session. It adds to what is kept after the one before. */
      buffer_before_minutes?: number;
      /** Who cancels nearer to the start than this has used the session. Holds for sessions booked from then on. */
      cancel_notice_minutes?: number | null;
      horizon_days?: number | null;
      /** How long before its start the employee can last move it. */
      move_notice_minutes?: number | null;
      place_detail?: string;
      place_kind?: PlaceKind;
      /** Sessions are asked for, and the specialist accepts or declines. */
      requires_acceptance?: boolean;
      specialist_id?: string;
      /** How far apart starts are offered. Null: as long as the session, filled up to a full quarter of an hour. */
      step_minutes?: number | null;
    };
    Update: {
      answer_hours?: number | null;
      /** How long before its start a session can last be booked. */
      book_notice_minutes?: number | null;
      buffer_after_minutes?: number;
      /** Kept free before each session. It adds to what is kept after the one before. */
      buffer_before_minutes?: number;
      /** Who cancels nearer to the start than this has used the session. Holds for sessions booked from then on. */
      cancel_notice_minutes?: number | null;
      horizon_days?: number | null;
      /** How long before its start the employee can last move it. */
      move_notice_minutes?: number | null;
      place_detail?: string;
      place_kind?: PlaceKind;
      /** Sessions are asked for, and the specialist accepts or declines. */
      requires_acceptance?: boolean;
      /** How far apart starts are offered. Null: as long as the session, filled up to a full quarter of an hour. */
      step_minutes?: number | null;
    };
    Relationships: [
      { foreignKeyName: 'specialist_booking_rules_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: true; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** Evidence that a specialist may do what they offer. It counts once its file is there. */
  specialist_documents: {
    Row: {
      created_at: string;
      decided_at: string | null;
      document_number: string;
      document_type: DocumentType;
      /** The last day on which it is valid, where the specialist is. Null: it does not expire. */
      expiry_date: string | null;
      /** SHA-256 of the file in hex, as the specialist's browser computed it; compared when an admin opens it. */
      file_hash: string;
      /** Name of the file in the bucket specialist-documents. */
      file_path: string;
      file_size: number;
      id: string;
      issuing_authority: string;
      mime_type: 'application/pdf' | 'image/jpeg' | 'image/png';
      /** The pillars of the specialist when the review began: what the document was approved for, whatever pillars they add since. */
      pillar_ids: string[];
      rejection_reason: string | null;
      /** When an admin last opened it. For a while it cannot be replaced then. */
      review_started_at: string | null;
      specialist_id: string;
      updated_at: string;
      /** When the row was last submitted. Places it in the queue. */
      uploaded_at: string;
      verification_status: DocumentStatus;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'specialist_documents_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** Times that fell free and are not offered again yet. To delete one reopens it. */
  specialist_freed_times: {
    Row: {
      busy_from: string;
      busy_until: string;
      created_at: string;
      ends_at: string;
      id: string;
      /** From when on it is offered by itself. */
      offered_at: string;
      specialist_id: string;
      starts_at: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'specialist_freed_times_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** The pillars in which a specialist offers sessions. */
  specialist_pillars: {
    Row: {
      created_at: string;
      pillar_id: string;
      specialist_id: string;
    };
    Insert: {
      pillar_id: string;
      specialist_id: string;
    };
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'specialist_pillars_pillar_id_fkey'; columns: ["pillar_id"]; isOneToOne: false; referencedRelation: 'pillars'; referencedColumns: ["id"] },
      { foreignKeyName: 'specialist_pillars_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** The prices that a specialist asks, by kind of session and length, from a day on. */
  specialist_rates: {
    Row: {
      /** For the session, the hour, or the whole package. */
      amount: number;
      created_at: string;
      currency: string;
      effective_from: string;
      /** The last day, included. Null: until further notice. */
      effective_until: string | null;
      id: string;
      package_sessions: number | null;
      rate_type: 'per_session' | 'hourly' | 'package';
      /** Kind of session, as in session_types.kind. */
      service_type: SessionKind;
      /** Length of the session, or of each session of a package. Null for hourly rates. */
      session_minutes: number | null;
      specialist_id: string;
      updated_at: string;
    };
    Insert: {
      /** For the session, the hour, or the whole package. */
      amount: number;
      currency?: string;
      effective_from?: string;
      /** The last day, included. Null: until further notice. */
      effective_until?: string | null;
      package_sessions?: number | null;
      rate_type: 'per_session' | 'hourly' | 'package';
      /** Kind of session, as in session_types.kind. */
      service_type: SessionKind;
      /** Length of the session, or of each session of a package. Null for hourly rates. */
      session_minutes?: number | null;
      specialist_id?: string;
    };
    Update: {
      /** For the session, the hour, or the whole package. */
      amount?: number;
      currency?: string;
      effective_from?: string;
      /** The last day, included. Null: until further notice. */
      effective_until?: string | null;
      package_sessions?: number | null;
      rate_type?: 'per_session' | 'hourly' | 'package';
      /** Kind of session, as in session_types.kind. */
      service_type?: SessionKind;
      /** Length of the session, or of each session of a package. Null for hourly rates. */
      session_minutes?: number | null;
    };
    Relationships: [
      { foreignKeyName: 'specialist_rates_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** What a specialist does otherwise for a type of session. Types of their pillars without a row are offered as they are. */
  specialist_session_types: {
    Row: {
      created_at: string;
      is_offered: boolean;
      minutes: number | null;
      place_detail: string | null;
      place_kind: PlaceKind | null;
      requires_acceptance: boolean | null;
      session_type_id: string;
      specialist_id: string;
      updated_at: string;
    };
    Insert: {
      is_offered?: boolean;
      minutes?: number | null;
      place_detail?: string | null;
      place_kind?: PlaceKind | null;
      requires_acceptance?: boolean | null;
      session_type_id: string;
      specialist_id?: string;
    };
    Update: {
      is_offered?: boolean;
      minutes?: number | null;
      place_detail?: string | null;
      place_kind?: PlaceKind | null;
      requires_acceptance?: boolean | null;
    };
    Relationships: [
      { foreignKeyName: 'specialist_session_types_session_type_id_fkey'; columns: ["session_type_id"]; isOneToOne: false; referencedRelation: 'session_types'; referencedColumns: ["id"] },
      { foreignKeyName: 'specialist_session_types_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** When a specialist works, week by week, in the time zone of the specialist. */
  specialist_working_hours: {
    Row: {
      created_at: string;
      /** ISO: 1 is Monday, 7 is Sunday. */
      day_of_week: number;
      effective_from: string;
      /** The last day, included. Null: until further notice. */
      effective_until: string | null;
      /** Local time, 24:00 at the latest; who works past midnight has a row on the next day too. */
      ends_at: string;
      id: string;
      /** For sessions of this type alone. Null: of all types. */
      session_type_id: string | null;
      specialist_id: string;
      /** Local time, at a full five minutes, since sessions start there. */
      starts_at: string;
      updated_at: string;
    };
    Insert: {
      /** ISO: 1 is Monday, 7 is Sunday. */
      day_of_week: number;
      effective_from?: string;
      /** The last day, included. Null: until further notice. */
      effective_until?: string | null;
      /** Local time, 24:00 at the latest; who works past midnight has a row on the next day too. */
      ends_at: string;
      /** For sessions of this type alone. Null: of all types. */
      session_type_id?: string | null;
      specialist_id?: string;
      /** Local time, at a full five minutes, since sessions start there. */
      starts_at: string;
    };
    Update: {
      /** ISO: 1 is Monday, 7 is Sunday. */
      day_of_week?: number;
      effective_from?: string;
      /** The last day, included. Null: until further notice. */
      effective_until?: string | null;
      /** Local time, 24:00 at the latest; who works past midnight has a row on the next day too. */
      ends_at?: string;
      /** For sessions of this type alone. Null: of all types. */
      session_type_id?: string | null;
      /** Local time, at a full five minutes, since sessions start there. */
      starts_at?: string;
    };
    Relationships: [
      { foreignKeyName: 'specialist_working_hours_session_type_id_fkey'; columns: ["session_type_id"]; isOneToOne: false; referencedRelation: 'session_types'; referencedColumns: ["id"] },
      { foreignKeyName: 'specialist_working_hours_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
    ];
  };
  /** A professional who offers sessions, bookable once verified. */
  specialists: {
    Row: {
      bio: string;
      created_at: string;
      /** Public name; the private profile is not shown. */
      display_name: string;
      headline: string;
      id: string;
      /** The languages of their sessions. */
      languages: string[];
      status: SpecialistStatus;
      time_zone: string;
      updated_at: string;
      /** Null once the person was erased: what refers to their sessions stays, without a name. */
      user_id: string | null;
      verified_at: string | null;
    };
    Insert: {
      bio?: string;
      /** Public name; the private profile is not shown. */
      display_name: string;
      headline?: string;
      /** The languages of their sessions. */
      languages?: string[];
      time_zone?: string;
    };
    Update: {
      bio?: string;
      /** Public name; the private profile is not shown. */
      display_name?: string;
      headline?: string;
      /** The languages of their sessions. */
      languages?: string[];
      time_zone?: string;
    };
    Relationships: [
      { foreignKeyName: 'specialists_user_id_fkey'; columns: ["user_id"]; isOneToOne: true; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Limits and lifetimes of the product, changeable at run time. */
  system_settings: {
    Row: {
      created_at: string;
      description: string;
      key: string;
      /** Highest value that makes sense; an operator cannot go above it. */
      maximum: number | null;
      /** Lowest value that makes sense; an operator cannot go below it. */
      minimum: number | null;
      updated_at: string;
      updated_by: string | null;
      value: Json;
    };
    Insert: Record<string, never>;
    Update: {
      value?: Json;
    };
    Relationships: [];
  };
  /** Evidence of acceptance of terms, privacy notice and professional standards, per version. Never edited: it is withdrawn, once. */
  terms_acceptance: {
    Row: {
      accepted_at: string;
      created_at: string;
      document: LegalDocument;
      id: string;
      ip_address: string | null;
      user_agent: string | null;
      user_id: string;
      version: string;
      /** Since when it no longer holds. Who accepts again has another row. */
      withdrawn_at: string | null;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [];
  };
  /** The days (UTC) on which a person did something. It goes with their account. */
  user_activity_logs: {
    Row: {
      activity: UserActivity;
      day: string;
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'user_activity_logs_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Platform-wide roles of a person. A role is granted or taken, never edited. */
  user_roles: {
    Row: {
      created_at: string;
      /** The admin who granted it; null when the system did. */
      granted_by: string | null;
      /** Whether who has the role of a platform admin is one only in a session that has shown a second factor. False by the owner of the database alone, as for demo people; the other roles open nothing. */
      needs_second_factor: boolean;
      role: 'platform_admin' | 'specialist' | 'employee';
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [];
  };
  /** What somebody waits for. The first to join is the first to be offered a time. */
  waiting_list_entries: {
    Row: {
      /** At whose cost; null: whichever of the person's can pay. */
      company_id: string | null;
      ended_at: string | null;
      /** The end of the last day. */
      expires_at: string;
      first_day: string;
      from_time: string;
      id: string;
      joined_at: string;
      last_day: string;
      pillar_id: string | null;
      session_type_id: string | null;
      specialist_id: string | null;
      /** booked: they took what they were offered. expired: the last day is over, or they let as many offers pass as is possible. */
      status: 'waiting' | 'booked' | 'left' | 'expired';
      /** The person's when they joined: days and hours are meant there. */
      time_zone: string;
      /** By when a session has ended. 24:00 is the end of the day. */
      until_time: string;
      user_id: string;
      /** ISO: 1 is Monday. */
      weekdays: number[];
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'waiting_list_entries_company_id_fkey'; columns: ["company_id"]; isOneToOne: false; referencedRelation: 'companies'; referencedColumns: ["id"] },
      { foreignKeyName: 'waiting_list_entries_pillar_id_fkey'; columns: ["pillar_id"]; isOneToOne: false; referencedRelation: 'pillars'; referencedColumns: ["id"] },
      { foreignKeyName: 'waiting_list_entries_session_type_id_fkey'; columns: ["session_type_id"]; isOneToOne: false; referencedRelation: 'session_types'; referencedColumns: ["id"] },
      { foreignKeyName: 'waiting_list_entries_specialist_id_fkey'; columns: ["specialist_id"]; isOneToOne: false; referencedRelation: 'specialists'; referencedColumns: ["id"] },
      { foreignKeyName: 'waiting_list_entries_user_id_fkey'; columns: ["user_id"]; isOneToOne: false; referencedRelation: 'profiles'; referencedColumns: ["id"] },
    ];
  };
  /** Times that were offered to who waits: each is held for them, as a booking, until expires_at. */
  waiting_list_offers: {
    Row: {
      booking_id: string;
      created_at: string;
      entry_id: string;
      expires_at: string;
      id: string;
      /** missed: they let it go, or let it pass. withdrawn: others ended it, a specialist who takes the day off for one, and it counts as if it had never been. */
      outcome: 'open' | 'taken' | 'missed' | 'withdrawn';
      /** That of the booking. No foreign key: with two, the Data API would take this for another way from bookings to specialists. */
      specialist_id: string;
      starts_at: string;
      /** That of the entry: a person is offered each time once, for however many things they wait. */
      user_id: string;
    };
    Insert: Record<string, never>;
    Update: Record<string, never>;
    Relationships: [
      { foreignKeyName: 'waiting_list_offers_booking_id_fkey'; columns: ["booking_id"]; isOneToOne: true; referencedRelation: 'bookings'; referencedColumns: ["id"] },
      { foreignKeyName: 'waiting_list_offers_entry_id_fkey'; columns: ["entry_id","user_id"]; isOneToOne: false; referencedRelation: 'waiting_list_entries'; referencedColumns: ["id","user_id"] },
    ];
  };
};

/** Rows that functions answer, of tables that clients do not read as a whole. */
export type Records = {
  /** Append-only record of security-relevant and administrative acts, partitioned by month. */
  audit_logs: {
      action: string;
      /** The person who acted, by the token (auth.uid()); null for the system and for anonymous callers. */
      actor_id: string | null;
      /** Database role of the act: authenticated, service_role, anon, or an owner role for jobs. */
      actor_role: string;
      /** Anything else that explains the act, such as its reason. The person whom the entry is about reads it: nothing goes here that they must not see. */
      context: Json;
      /** Never the id of a link: with that, whoever reads this as the person uses up its attempts. */
      entity_id: string | null;
      entity_type: string;
      error_message: string | null;
      id: number;
      ip_address: string | null;
      /** The values after, in the same way. */
      new_values: Json | null;
      occurred_at: string;
      /** The values before: of a change, the columns that differ. A value that is too long, or a person's own words, is {"cut_bytes": its length}. */
      old_values: Json | null;
      request_id: string | null;
      /** How: the edge function, SQL function or trigger that wrote it. */
      source: string | null;
      status: 'success' | 'failure' | 'denied';
      /** Who wrote it, for the order in which entries are sealed: an entry is when no earlier transaction can still add one. */
      transaction_id: string;
      user_agent: string | null;
      /** The person whom the entry is about; they see part of it. No foreign key: the entry outlives the account. */
      user_id: string | null;
    };
  /** Another time for a session, asked of the other; at most one is open. */
  booking_proposals: {
      answered_at: string | null;
      booking_id: string;
      busy_from: string;
      busy_until: string;
      created_at: string;
      ends_at: string;
      /** Until when it can be accepted and keeps its time: before either of the two starts. */
      expires_at: string;
      id: string;
      proposed_by: 'employee' | 'specialist';
      /** In the words of who declined. */
      reason: string | null;
      starts_at: string;
      status: 'open' | 'accepted' | 'declined' | 'withdrawn' | 'expired';
    };
  /** Wrong passwords of accounts that exist, and wrong codes of their second factors. Auth asks about no others, so guesses at unknown addresses are not here. */
  failed_login_attempts: {
      /** How many in a row this was; 0 where the network alone had to wait. */
      failures: number;
      /** Attempts refused in that time, with the right password or a wrong one. Counted here, so that a flood adds no rows. */
      held_back: number;
      /** Until when signing in had to wait after it. */
      held_until: string | null;
      id: number;
      /** Where it came from, as Auth saw it; null where Auth does not say. */
      ip: string | null;
      occurred_at: string;
      user_id: string;
    };
};

/** SQL functions that clients may execute. `unknown`, and words among strings, are told apart in ../shapes.ts. */
export interface SqlFunctions {
  /** The caller accepts a document: terms, privacy or professional_standards, in the version in force. Errors: unauthenticated (401), version_not_in_force (409), unknown_document (422). */
  accept_document: {
    args: { p_document: string; p_version: string };
    returns: null;
    errors: 'unauthenticated' | 'version_not_in_force' | 'unknown_document';
  };
  /** A company admin accepts the data processing agreement in the version in force. Idempotent. Errors: unauthenticated (401), forbidden (403), version_not_in_force (409). */
  accept_dpa: {
    args: { p_company_id: string; p_version: string };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'version_not_in_force';
  };
  /** Accepts the time that the other proposed: the session is confirmed then. Errors: unauthenticated (401), not_your_move, not_a_member (403), booking_not_found, specialist_not_found (404), no_proposal, slot_taken, no_longer_possible, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered (422). */
  accept_proposal: {
    args: { p_booking_id: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'not_a_member' | 'booking_not_found' | 'specialist_not_found'
      | 'no_proposal' | 'slot_taken' | 'no_longer_possible' | 'no_plan' | 'plan_ends_before' | 'documents_end_before'
      | 'sessions_used_up' | 'own_session' | 'session_type_not_offered';
  };
  /** The specialist accepts a session that was asked for; other requests for that time are declined, unless another time is proposed for them. Errors: unauthenticated (401), not_your_move (403), booking_not_found, specialist_not_found (404), booking_not_open, slot_taken, no_longer_possible, documents_end_before (409), own_session, session_type_not_offered (422). */
  accept_session: {
    args: { p_booking_id: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'booking_not_found' | 'specialist_not_found' | 'booking_not_open'
      | 'slot_taken' | 'no_longer_possible' | 'documents_end_before' | 'own_session' | 'session_type_not_offered';
  };
  /** The employee books a session of a series that was skipped, left out or cancelled, or whose time has not come. p_on_day: its day by the rule; p_instead_at: another time of that week. Errors: unauthenticated (401), not_your_move, email_not_confirmed, not_a_member (403), series_not_found, specialist_not_found (404), series_not_active, already_booked, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), not_in_series, another_week, own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422). */
  add_to_series: {
    args: { p_series_id: string; p_on_day: string; p_instead_at?: string | null };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'email_not_confirmed' | 'not_a_member' | 'series_not_found' | 'specialist_not_found'
      | 'series_not_active' | 'already_booked' | 'slot_taken' | 'booking_limit' | 'no_plan' | 'plan_ends_before'
      | 'documents_end_before' | 'sessions_used_up' | 'not_in_series' | 'another_week' | 'own_session' | 'session_type_not_offered'
      | 'invalid_start' | 'too_soon' | 'too_far_ahead' | 'outside_working_hours' | 'feature_disabled' | 'terms_required';
  };
  /** The specialist announces the recording of a session to which both have consented; its file is uploaded to an address that session-recordings signs. Errors: unauthenticated (401), forbidden (403), not_found (404), conflict (409), rule_violation (422), rate_limited (429). */
  announce_recording: {
    args: { p_booking_id: string; p_file_hash: string; p_media_type: string; p_file_size: number };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'rule_violation' | 'rate_limited' | 'feature_disabled'
      | 'terms_required';
  };
  /** The caller, who types the address of their account, is to be erased: {request_id, asked_at, starts_at, due_by, state}. It begins after erasure_grace_days, and is done within a month. They are mailed. Idempotent. Errors: unauthenticated (401), last_admin, last_platform_admin (409), rule_violation (422), rate_limited (429). */
  ask_erasure: {
    args: { p_address: string };
    returns: unknown;
    errors: 'unauthenticated' | 'last_admin' | 'last_platform_admin' | 'rule_violation' | 'rate_limited';
  };
  /** A platform admin has somebody else erased, as ask_erasure() does, also whose account was deleted before; the person is mailed, if there is an address. Errors: forbidden (403), person_not_found (404), last_platform_admin (409), reason_required (422), rate_limited (429). */
  ask_erasure_for: {
    args: { p_user_id: string; p_reason: string };
    returns: unknown;
    errors: 'forbidden' | 'person_not_found' | 'last_platform_admin' | 'reason_required' | 'rate_limited';
  };
  /** A platform admin gives a company a plan. p_force_reason: why fewer seats than members are right, and why a plan is cancelled. The same again changes nothing. Answers the subscription. Errors: unauthenticated (401), forbidden (403), not_found (404), transition_not_allowed, seats_below_members (409, detail in JSON), plan_inactive, reason_required, invalid_start, invalid_end, invalid_trial, invalid_seats (422). */
  assign_company_plan: {
    args: {
      p_company_id: string;
      p_plan: string;
      p_status: string;
      p_starts_on?: string | null;
      p_trial_days?: number | null;
      p_seats?: number | null;
      p_force_reason?: string | null;
      p_context?: Json;
      p_ends_on?: string | null;
      p_auto_renew?: boolean | null;
    };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'forbidden' | 'not_found' | 'transition_not_allowed' | 'seats_below_members' | 'plan_inactive'
      | 'reason_required' | 'invalid_start' | 'invalid_end' | 'invalid_trial' | 'invalid_seats';
  };
  /** When the caller can have a session that starts within [p_from, p_to), soonest first: {slots, next_cursor, refused}. Of a specialist, or all of a pillar; without a session type, of the shortest that each offers. p_moving: when a session of the caller's can be moved to, or another time be proposed. p_company_id: at whose cost. A page goes on with next_cursor. refused: why the caller can have none at any of these times, in the words of book_session(). Errors: unauthenticated (401), booking_not_found (404), invalid_range, specialist_or_pillar_required, invalid_limit, invalid_cursor (422). */
  available_slots: {
    args: {
      p_specialist_id?: string | null;
      p_pillar_id?: string | null;
      p_session_type_id?: string | null;
      p_from?: string;
      p_to?: string;
      p_moving?: string | null;
      p_company_id?: string | null;
      p_cursor?: string | null;
      p_limit?: number;
    };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'booking_not_found' | 'invalid_range' | 'specialist_or_pillar_required' | 'invalid_limit'
      | 'invalid_cursor';
  };
  /** Books and confirms a session for the caller. Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), acceptance_required, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422). */
  book_session: {
    args: { p_specialist_id: string; p_session_type_id: string; p_starts_at: string; p_company_id?: string | null };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'email_not_confirmed' | 'not_a_member' | 'specialist_not_found' | 'acceptance_required'
      | 'slot_taken' | 'booking_limit' | 'no_plan' | 'plan_ends_before' | 'documents_end_before' | 'sessions_used_up'
      | 'own_session' | 'session_type_not_offered' | 'invalid_start' | 'too_soon' | 'too_far_ahead' | 'outside_working_hours'
      | 'feature_disabled' | 'terms_required';
  };
  /** The employee or the specialist cancels a session that has not begun, or takes back a request or a hold, which is then released. p_category: illness, schedule, no_longer_needed or other; p_reason: words for the other. Idempotent. Errors: unauthenticated (401), booking_not_found (404), booking_not_open (409), invalid_category, reason_too_long (422). */
  cancel_booking: {
    args: { p_booking_id: string; p_reason?: string | null; p_category?: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'booking_not_found' | 'booking_not_open' | 'invalid_category' | 'reason_too_long';
  };
  /** A platform admin cancels a session that has not begun; employee and specialist are mailed the reason. Idempotent. Errors: forbidden (403), booking_not_found (404), booking_not_open (409), reason_required (422). */
  cancel_booking_as_admin: {
    args: { p_booking_id: string; p_reason: string };
    returns: null;
    errors: 'forbidden' | 'booking_not_found' | 'booking_not_open' | 'reason_required';
  };
  /** A platform admin cancels every session that a specialist has still to come; everybody is mailed the reason. Answers how many. Errors: forbidden (403), specialist_not_found (404), reason_required (422). */
  cancel_bookings_of_specialist: {
    args: { p_specialist_id: string; p_reason: string };
    returns: number;
    errors: 'forbidden' | 'specialist_not_found' | 'reason_required';
  };
  /** A company admin changes its name, language and time zone; what is left out stays. Errors: unauthenticated (401), forbidden (403), invalid_company, invalid_time_zone (422). */
  change_company: {
    args: { p_company_id: string; p_name?: string | null; p_locale?: string | null; p_time_zone?: string | null };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'invalid_company' | 'invalid_time_zone';
  };
  /** The specialist says where a session takes place: p_kind is video, phone or in_person, p_detail what it takes to be there. Idempotent. Errors: unauthenticated (401), not_your_move (403), booking_not_found (404), booking_not_open (409), invalid_place (422), rate_limited (429). */
  change_place: {
    args: { p_booking_id: string; p_kind: string; p_detail: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'booking_not_found' | 'booking_not_open' | 'invalid_place' | 'rate_limited';
  };
  /** The employee changes a series from one of its days on, p_from_day; of the first to come on, it changes as a whole. p_starts_at: of the first session from then on; p_rule: from there, as in make_series(). Sessions that are booked move within their week; where that is refused they stay, with refusal; those of a week that has fewer are cancelled. What was left out or cancelled is left out. Answers as make_series(), with another series_id where something is left before the day. Errors: unauthenticated (401), not_your_move (403), series_not_found, specialist_not_found (404), series_not_active, series_limit (409), own_session, session_type_not_offered, not_in_series, invalid_start, too_soon, too_far_ahead, invalid_rule (422). */
  change_series: {
    args: { p_series_id: string; p_from_day: string; p_starts_at: string; p_rule: string };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'not_your_move' | 'series_not_found' | 'specialist_not_found' | 'series_not_active'
      | 'series_limit' | 'own_session' | 'session_type_not_offered' | 'not_in_series' | 'invalid_start' | 'too_soon'
      | 'too_far_ahead' | 'invalid_rule' | 'feature_disabled' | 'terms_required';
  };
  /** The specialist says how a session that has begun went: completed or no_show; for a day, also otherwise than before. Errors: unauthenticated (401), not_your_move (403), booking_not_found (404), booking_not_open, too_late_to_correct (409), invalid_outcome (422). */
  close_booking: {
    args: { p_booking_id: string; p_outcome: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'booking_not_found' | 'booking_not_open' | 'too_late_to_correct'
      | 'invalid_outcome';
  };
  /** About how many people of a company had a session, by month and pillar: [{pillar_id, people}]. null: withheld, as too few had one or too few had none. p_after: the last month of the page before; p_limit: up to 60. Errors: company_not_found (404). */
  company_analytics: {
    args: { p_company_id: string; p_after?: string | null; p_limit?: number };
    returns: { month: string; people: number; pillars: Json; released_at: string }[];
    errors: 'company_not_found';
  };
  /** Members of a company by name, with the addresses that were invited, 500 at a time, for its admins and managers. p_after: user_id of the last one of the page before. Errors: company_not_found, member_not_found (404). */
  company_directory: {
    args: { p_company_id: string; p_after?: string | null };
    returns: { user_id: string; display_name: string; email: string; role: string; status: string; joined_at: string }[];
    errors: 'company_not_found' | 'member_not_found';
  };
  /** For admins and managers of a company: {entitlement or null, seats: {limit, members, pending}, dpa: {version, accepted}}. Errors: company_not_found (404). */
  company_plan: {
    args: { p_company_id: string };
    returns: unknown;
    errors: 'company_not_found';
  };
  /** The employee books the time that is held for them. Idempotent. Errors: unauthenticated (401), not_your_move, email_not_confirmed, not_a_member (403), booking_not_found, specialist_not_found (404), hold_expired, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered (422). */
  confirm_hold: {
    args: { p_booking_id: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'email_not_confirmed' | 'not_a_member' | 'booking_not_found' | 'specialist_not_found'
      | 'hold_expired' | 'no_plan' | 'plan_ends_before' | 'documents_end_before' | 'sessions_used_up' | 'own_session'
      | 'session_type_not_offered' | 'feature_disabled' | 'terms_required';
  };
  /** A platform admin adds sessions to a package or takes some that are not used, and may give it another last day; answers how many are left. Errors: forbidden (403), package_not_found (404), reason_required, invalid_sessions, invalid_expiry (422). */
  correct_package: {
    args: { p_package_id: string; p_change: number; p_reason: string; p_expires_on?: string | null };
    returns: number;
    errors: 'forbidden' | 'package_not_found' | 'reason_required' | 'invalid_sessions' | 'invalid_expiry';
  };
  /** The id of the caller, or null once their session has ended. An edge function asks as the person and then, as the service, records what it knows of the request by itself, such as an address that the person could make up. */
  current_user_id: {
    args: Record<never, never>;
    returns: string;
    errors: never;
  };
  /** A company admin ends a membership: within a minute the person is signed out everywhere; sessions to come that the company pays for are cancelled some hours later. Errors: unauthenticated (401), forbidden (403), member_not_found (404), last_admin (409). */
  deactivate_member: {
    args: { p_company_id: string; p_user_id: string };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'member_not_found' | 'last_admin';
  };
  /** A platform admin approves or rejects a document, as it was copied when it was opened. To approve it, the caller must have opened it. Answers {document, specialist_status}. Errors: unauthenticated (401), forbidden, own_document (403), not_found (404), already_decided (409, detail in JSON), file_missing, review_not_started (409), invalid_decision, reason_required, already_expired (422). */
  decide_document: {
    args: { p_document_id: string; p_decision: string; p_reason?: string | null; p_expires_on?: string | null; p_context?: Json };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'forbidden' | 'own_document' | 'not_found' | 'already_decided' | 'file_missing'
      | 'review_not_started' | 'invalid_decision' | 'reason_required' | 'already_expired';
  };
  /** Declines the time that the other proposed; the session stays as it was. p_reason: words for the other. Errors: unauthenticated (401), not_your_move (403), booking_not_found (404), no_proposal (409), reason_too_long (422). */
  decline_proposal: {
    args: { p_booking_id: string; p_reason?: string | null };
    returns: Tables['bookings']['Row'];
    errors: 'unauthenticated' | 'not_your_move' | 'booking_not_found' | 'no_proposal' | 'reason_too_long';
  };
  /** The specialist declines a session that was asked for. p_reason: words for the employee. Errors: unauthenticated (401), not_your_move (403), booking_not_found (404), booking_not_open (409), reason_too_long (422). */
  decline_session: {
    args: { p_booking_id: string; p_reason?: string | null };
    returns: Tables['bookings']['Row'];
    errors: 'unauthenticated' | 'not_your_move' | 'booking_not_found' | 'booking_not_open' | 'reason_too_long';
  };
  /** What the caller still has to accept, with the version in force, and the one that they accepted before, if any. Errors: unauthenticated (401). */
  documents_to_accept: {
    args: Record<never, never>;
    returns: { document: string; version: string; accepted_version: string }[];
    errors: 'unauthenticated';
  };
  /** For platform admins: what the texts of a mail may say. Answers {key, has_link, is_refusable, pages, samples, optional, admin_id}. Errors: unauthenticated (401), forbidden (403), not_found (404). */
  email_kind: {
    args: { p_key: string };
    returns: unknown;
    errors: 'unauthenticated' | 'forbidden' | 'not_found';
  };
  /** Ends every session of the caller but the one that calls, and says how many. Errors: unauthenticated (401). */
  end_other_sessions: {
    args: Record<never, never>;
    returns: number;
    errors: 'unauthenticated';
  };
  /** Ends a session of the caller, at once and for good; also the one that calls. Errors: unauthenticated (401), session_not_found (404). */
  end_session: {
    args: { p_session_id: string };
    returns: null;
    errors: 'unauthenticated' | 'session_not_found';
  };
  /** A platform admin ends every session of somebody whose account was taken over, with a reason, and is told how many. The person chooses a new password by a link. Audited. Errors: forbidden (403), person_not_found (404), reason_required (422), rate_limited (429). */
  end_sessions_of: {
    args: { p_user_id: string; p_reason: string };
    returns: number;
    errors: 'forbidden' | 'person_not_found' | 'reason_required' | 'rate_limited';
  };
  /** What came of an erasure, by its number: its state, what stays and why, and once it is done the entry of the log with its proof, from the next day on. Errors: not_found (404). */
  erasure_receipt: {
    args: { p_request_id: string };
    returns: unknown;
    errors: 'not_found';
  };
  /** What all flags, or the one of p_flag_key, say: [{key, value, variant, reason}], in the order of their keys. Who has signed in is served as themselves and their companies, whatever p_targeting_key is; who has not is told of public flags, and falls into shares by p_targeting_key. */
  evaluate_feature_flags: {
    args: { p_flag_key?: string | null; p_targeting_key?: string | null };
    returns: unknown;
    errors: never;
  };
  /** A page of all that is held about the caller: {rows: [{table, party, row}], cursor, checkpoint, about}; with the cursor of the page before, the next; null with the last. about, of the first, says what each table is for, and what is withheld. Audited once. Errors: invalid_request (400), unauthenticated (401), rule_violation (422), rate_limited (429). */
  export_my_data: {
    args: { p_cursor?: string | null };
    returns: unknown;
    errors: 'invalid_request' | 'unauthenticated' | 'rule_violation' | 'rate_limited';
  };
  /** The address of the caller's account, if it is one that a company invited to which they no longer belong; else null. Then it should be moved. */
  former_work_address: {
    args: Record<never, never>;
    returns: string;
    errors: never;
  };
  /** The caller consents to the recording of one session of theirs, in the version of the text that is in force. Idempotent. Errors: unauthenticated (401), not_found (404), version_not_in_force (409), rule_violation (422), rate_limited (429). */
  give_recording_consent: {
    args: { p_booking_id: string; p_version: string };
    returns: null;
    errors:
      | 'unauthenticated' | 'not_found' | 'version_not_in_force' | 'rule_violation' | 'rate_limited' | 'feature_disabled'
      | 'terms_required';
  };
  /** An admin of a company gives a member a package of sessions of a type, as far as its plan goes. What becomes of it they do not learn. Errors: unauthenticated (401), forbidden (403), member_not_found, session_type_not_found (404), no_plan, package_limit (409), invalid_sessions, invalid_expiry (422). */
  grant_company_package: {
    args: { p_company_id: string; p_user_id: string; p_session_type_id: string; p_sessions: number; p_expires_on: string };
    returns: null;
    errors:
      | 'unauthenticated' | 'forbidden' | 'member_not_found' | 'session_type_not_found' | 'no_plan' | 'package_limit'
      | 'invalid_sessions' | 'invalid_expiry' | 'feature_disabled' | 'terms_required';
  };
  /** A platform admin gives a person a package of sessions of a type, as a member of p_company_id or of their longest-standing company, and says why; answers its id. Errors: forbidden (403), member_not_found, session_type_not_found (404), reason_required, invalid_sessions, invalid_expiry (422). */
  grant_package: {
    args: {
      p_user_id: string;
      p_session_type_id: string;
      p_sessions: number;
      p_expires_on: string;
      p_reason: string;
      p_company_id?: string | null;
    };
    returns: string;
    errors:
      | 'forbidden' | 'member_not_found' | 'session_type_not_found' | 'reason_required' | 'invalid_sessions'
      | 'invalid_expiry' | 'feature_disabled' | 'terms_required';
  };
  /** A platform admin makes somebody another one. Idempotent. Errors: unauthenticated (401), forbidden (403), not_found (404). */
  grant_platform_admin: {
    args: { p_user_id: string };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'not_found';
  };
  /** Keeps a time for the caller until expires_at, for confirm_hold(); a hold they had before ends. Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), acceptance_required, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422). */
  hold_slot: {
    args: { p_specialist_id: string; p_session_type_id: string; p_starts_at: string; p_company_id?: string | null };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'email_not_confirmed' | 'not_a_member' | 'specialist_not_found' | 'acceptance_required'
      | 'slot_taken' | 'booking_limit' | 'no_plan' | 'plan_ends_before' | 'documents_end_before' | 'sessions_used_up'
      | 'own_session' | 'session_type_not_offered' | 'invalid_start' | 'too_soon' | 'too_far_ahead' | 'outside_working_hours'
      | 'feature_disabled' | 'terms_required';
  };
  /** A company admin invites up to 100 people: [{index, email, role, full_name, locale}]. Answers {results: [{index, status, invitation_id}], seats: {limit, members, pending}}. Status: invited, resent, already_member, already_invited, seat_limit, invalid_email, invalid_name, invalid_locale, domain_not_allowed, suppressed (also where the address had its mails of today). Errors: unauthenticated (401), forbidden (403), company_suspended, dpa_required, no_plan (409), invalid_invitations, invalid_role (422), too_many_mails (429). */
  invite_employees: {
    args: { p_company_id: string; p_invitations: NonNullable<Json>; p_context?: Json };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'forbidden' | 'company_suspended' | 'dpa_required' | 'no_plan' | 'invalid_invitations'
      | 'invalid_role' | 'too_many_mails' | 'feature_disabled' | 'terms_required';
  };
  /** The caller waits for a time of a specialist, of a pillar or for a type of session, on days and at hours of their own time zone; the first that falls free is held for who waits longest. Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), waiting_limit, acceptance_required, no_plan, plan_ends_before, times_are_free (409), specialist_or_pillar_required, invalid_days, invalid_hours, session_type_not_offered (422), rate_limited (429). */
  join_waiting_list: {
    args: {
      p_first_day: string;
      p_last_day: string;
      p_specialist_id?: string | null;
      p_pillar_id?: string | null;
      p_session_type_id?: string | null;
      p_weekdays?: number[];
      p_from_time?: string;
      p_until_time?: string;
      p_company_id?: string | null;
    };
    returns: Tables['waiting_list_entries']['Row'];
    errors:
      | 'unauthenticated' | 'email_not_confirmed' | 'not_a_member' | 'specialist_not_found' | 'waiting_limit'
      | 'acceptance_required' | 'no_plan' | 'plan_ends_before' | 'times_are_free' | 'specialist_or_pillar_required'
      | 'invalid_days' | 'invalid_hours' | 'session_type_not_offered' | 'rate_limited' | 'feature_disabled'
      | 'terms_required';
  };
  /** The caller leaves a company; sessions to come that it pays for are cancelled some hours later. Errors: unauthenticated (401), company_not_found, member_not_found (404), last_admin (409). */
  leave_company: {
    args: { p_company_id: string };
    returns: null;
    errors: 'unauthenticated' | 'company_not_found' | 'member_not_found' | 'last_admin';
  };
  /** The employee leaves a session of a series out that is not booked. p_on_day: its day by the rule. Idempotent. Errors: unauthenticated (401), not_your_move (403), series_not_found (404), series_not_active, already_booked (409), not_in_series (422). */
  leave_out: {
    args: { p_series_id: string; p_on_day: string };
    returns: null;
    errors:
      | 'unauthenticated' | 'not_your_move' | 'series_not_found' | 'series_not_active' | 'already_booked' | 'not_in_series';
  };
  /** The caller waits no longer; what is held for them goes to who is next. Idempotent. Errors: unauthenticated (401), entry_not_found (404). */
  leave_waiting_list: {
    args: { p_entry_id: string };
    returns: null;
    errors: 'unauthenticated' | 'entry_not_found';
  };
  /** A platform admin has an address mailed again, with a reason; whether it had not been. On the mailer's own list it is lifted there. Audited. Errors: forbidden (403), invalid_email, reason_required (422). */
  lift_email_suppression: {
    args: { p_email: string; p_reason: string };
    returns: boolean;
    errors: 'forbidden' | 'invalid_email' | 'reason_required';
  };
  /** A platform admin ends a hold that is not about themselves; what should be gone goes with the next run of the jobs. Errors: forbidden (403), hold_not_found (404), reason_required (422), rate_limited (429). */
  lift_legal_hold: {
    args: { p_hold_id: string; p_reason: string };
    returns: null;
    errors: 'forbidden' | 'hold_not_found' | 'reason_required' | 'rate_limited';
  };
  /** For platform admins: what somebody should look at, such as a paused sender or mails that failed for good; null where mail goes out. Errors: unauthenticated (401), forbidden (403). */
  mail_fault: {
    args: Record<never, never>;
    returns: string;
    errors: 'unauthenticated' | 'forbidden';
  };
  /** For platform admins: the mails of the last 24 hours by category, how many are in each state, and within how many seconds 95 of 100 were sent. Errors: unauthenticated (401), forbidden (403). */
  mail_figures: {
    args: Record<never, never>;
    returns: { category: string; queued: number; sent: number; delivered: number; bounced: number; complained: number; failed: number; skipped: number; seconds_to_send_p95: number }[];
    errors: 'unauthenticated' | 'forbidden';
  };
  /** Makes the address of the caller's calendar feed and answers its path, this once; an earlier address leads nowhere from then on. Who has it reads when the caller has sessions, without signing in. Errors: unauthenticated (401). */
  make_calendar_feed: {
    args: Record<never, never>;
    returns: string;
    errors: 'unauthenticated' | 'feature_disabled' | 'terms_required';
  };
  /** Books a series of sessions for the caller, as far ahead as series are booked; the others follow as time goes on. p_starts_at: of the first. p_rule: an RRULE (RFC 5545), FREQ=WEEKLY with INTERVAL, BYDAY, WKST and COUNT or UNTIL, on the specialist's wall; UNTIL may be a day. Answers {series_id, rule, status, sessions}: each session says what became of it: booked, waiting (refused for what may pass, and tried again), skipped, or null where its time has not come; refusal says why, in the words of book_session(). Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), series_limit, no_plan, plan_ends_before, sessions_used_up (409), own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, invalid_rule (422). */
  make_series: {
    args: {
      p_specialist_id: string;
      p_session_type_id: string;
      p_starts_at: string;
      p_rule: string;
      p_company_id?: string | null;
    };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'email_not_confirmed' | 'not_a_member' | 'specialist_not_found' | 'series_limit'
      | 'no_plan' | 'plan_ends_before' | 'sessions_used_up' | 'own_session' | 'session_type_not_offered' | 'invalid_start'
      | 'too_soon' | 'too_far_ahead' | 'invalid_rule' | 'feature_disabled' | 'terms_required';
  };
  /** Since when the caller has a calendar feed and when it was last read, to ten minutes; no row where there is none. */
  my_calendar_feed: {
    args: Record<never, never>;
    returns: { created_at: string; last_read_at: string }[];
    errors: never;
  };
  /** The erasure of the caller that is to come, as ask_erasure() answers it; null where there is none. */
  my_erasure: {
    args: Record<never, never>;
    returns: unknown;
    errors: never;
  };
  /** The packages of the caller, those first that end soonest: how many sessions each has, and how many are left. What became of each session is in booking_package_entries. */
  my_packages: {
    args: Record<never, never>;
    returns: unknown;
    errors: never;
  };
  /** Which mails the caller gets, when, and in which language, as save_preferences() takes it. What was refused by a link for their address is off. Errors: unauthenticated (401). */
  my_preferences: {
    args: Record<never, never>;
    returns: unknown;
    errors: 'unauthenticated';
  };
  /** Of which of up to a thousand sessions there are notes for the caller: their specialist all, their employee those that were shared; when they were, and first seen. Errors: invalid_request (400). */
  my_session_notes: {
    args: { p_booking_ids: string[] };
    returns: { booking_id: string; shared_at: string; seen_at: string }[];
    errors: 'invalid_request';
  };
  /** How the caller stands as a specialist: {specialist_id, status, missing: types of document that their pillars require and of which none is valid, standards: {version, accepted}}; null for whoever is none. */
  my_verification: {
    args: Record<never, never>;
    returns: unknown;
    errors: never;
  };
  /** One of the two opens a recording, which both see: where its file is, for session-recordings to sign. Errors: unauthenticated (401), not_found (404), rate_limited (429). */
  open_recording: {
    args: { p_recording_id: string };
    returns: unknown;
    errors: 'unauthenticated' | 'not_found' | 'rate_limited';
  };
  /** A platform admin has the records of a person kept, notes and recordings of their sessions among them, until the hold is lifted: its id. Errors: forbidden (403), person_not_found (404), reason_required (422), rate_limited (429). */
  place_legal_hold: {
    args: { p_user_id: string; p_reason: string };
    returns: string;
    errors: 'forbidden' | 'person_not_found' | 'reason_required' | 'rate_limited';
  };
  /** When a mail that can wait would be sent now, with these windows in this time zone; keeps nothing. Errors: unauthenticated (401), invalid_preferences (422). */
  preview_send_at: {
    args: { p_time_zone: string; p_mail_windows?: Json };
    returns: string;
    errors: 'unauthenticated' | 'invalid_preferences';
  };
  /** Proposes another time for a session that is booked or asked for; it is kept until expires_at, and takes the place of a proposal before it. Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), booking_not_found, specialist_not_found (404), booking_not_open, acceptance_not_required, slot_taken, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422). */
  propose_time: {
    args: { p_booking_id: string; p_starts_at: string };
    returns: Records['booking_proposals'];
    errors:
      | 'unauthenticated' | 'email_not_confirmed' | 'not_a_member' | 'booking_not_found' | 'specialist_not_found'
      | 'booking_not_open' | 'acceptance_not_required' | 'slot_taken' | 'no_plan' | 'plan_ends_before' | 'documents_end_before'
      | 'sessions_used_up' | 'own_session' | 'session_type_not_offered' | 'invalid_start' | 'too_soon' | 'too_far_ahead'
      | 'outside_working_hours';
  };
  /** A platform admin gets the proof that the latest checkpoint goes on from one of p_first_size entries: {path, checkpoint}; of 1, who has no other, the checkpoint itself. Errors: unauthenticated (401), forbidden (403), checkpoint_not_found (404). */
  prove_audit_consistency: {
    args: { p_first_size: number };
    returns: unknown;
    errors: 'unauthenticated' | 'forbidden' | 'checkpoint_not_found';
  };
  /** A platform admin gets the proof that an entry is in the latest checkpoint: {leaf_index, leaf_hash, leaf, entry, path, checkpoint}. entry is null where the month of the entry was dropped. Each call is audited. Errors: forbidden (403), entry_not_sealed (404), reason_required (422), rate_limited (429). */
  prove_audit_entry: {
    args: { p_entry_id: number; p_reason: string };
    returns: unknown;
    errors: 'forbidden' | 'entry_not_sealed' | 'reason_required' | 'rate_limited';
  };
  /** A platform admin reads the audit log, newest first, at most 200 entries at once. p_filters: action, entity_type, entity_id, user_id (whom it is about), actor_id (who acted), person (either), status, text (words of an action or a kind of entity, or all of the id of an entity or a request), from (inclusive), to (exclusive); all must match. p_cursor: the id of the last entry of the page before; a page also ends at a megabyte, so the last one is the one that is empty. Each call is audited. Errors: forbidden (403), rate_limited (429), reason_required, unknown_filter, invalid_filter (422). */
  read_audit_logs: {
    args: { p_reason: string; p_filters?: NonNullable<Json>; p_cursor?: number | null; p_limit?: number };
    returns: Records['audit_logs'][];
    errors: 'forbidden' | 'rate_limited' | 'reason_required' | 'unknown_filter' | 'invalid_filter';
  };
  /** A platform admin reads which mails were sent, newest first, at most 200 at once: {items, next_cursor}. p_filters: user_id, template_key, category, status, from (inclusive), to (exclusive); all must match. A page may be short, or empty, and more may come: there is more as long as next_cursor is not null. Each call is audited, with user_id under that person. Without it no item says whose it is, and provider_message_id is null. Errors: forbidden (403), rate_limited (429), reason_required, unknown_filter, invalid_filter (422). */
  read_communication_logs: {
    args: { p_reason: string; p_filters?: NonNullable<Json>; p_cursor?: number | null; p_limit?: number };
    returns: unknown;
    errors: 'forbidden' | 'rate_limited' | 'reason_required' | 'unknown_filter' | 'invalid_filter';
  };
  /** A platform admin reads the sessions of a company's people, exactly, by month and pillar: [{pillar_id, people, sessions, missed, cancelled}]. Each call is audited. p_after: the last month of the page before; p_limit: up to 60. Errors: forbidden (403), company_not_found (404), reason_required (422). */
  read_company_figures: {
    args: { p_company_id: string; p_reason: string; p_after?: string | null; p_limit?: number };
    returns: { month: string; people: number; sessions: number; missed: number; cancelled: number; counted_at: string; pillars: Json }[];
    errors: 'forbidden' | 'company_not_found' | 'reason_required';
  };
  /** A platform admin reads failed sign-ins, newest first, of everybody or of one person, at most 200 at once. p_cursor: the id of the last one of the page before. Each call is audited. Errors: forbidden (403), reason_required (422). */
  read_failed_login_attempts: {
    args: { p_reason: string; p_user_id?: string | null; p_cursor?: number | null; p_limit?: number };
    returns: Records['failed_login_attempts'][];
    errors: 'forbidden' | 'reason_required';
  };
  /** Holds on others, newest first, at most 200 at once, for platform admins. p_cursor: the id of the last of the page before. Each call is audited. Errors: forbidden (403), reason_required (422), rate_limited (429). */
  read_legal_holds: {
    args: { p_reason: string; p_cursor?: string | null; p_limit?: number };
    returns: { id: string; user_id: string; reason: string; placed_at: string; lifted_at: string; lift_reason: string }[];
    errors: 'forbidden' | 'reason_required' | 'rate_limited';
  };
  /** A platform admin reads a person: profile, roles, memberships, specialist, packages, accepted documents, links mailed, changes of address (of each the latest hundred), and how many bookings (never which). Audited under the person, with the reason. Errors: forbidden (403), person_not_found (404), reason_required (422). */
  read_person: {
    args: { p_user_id: string; p_reason: string };
    returns: unknown;
    errors: 'forbidden' | 'person_not_found' | 'reason_required';
  };
  /** A version of the notes of a session, sealed: the specialist any, the latest without a version; the employee the one that is shared, which is marked as seen. Errors: unauthenticated (401), not_found (404). */
  read_session_note: {
    args: { p_booking_id: string; p_note_version?: number | null };
    returns: unknown;
    errors: 'unauthenticated' | 'not_found';
  };
  /** What a recording of the caller that was uploaded should be, for session-recordings to compare: five times at most. Errors: unauthenticated (401), not_found (404), file_missing (409), rule_violation (422), rate_limited (429). */
  receive_recording: {
    args: { p_recording_id: string };
    returns: unknown;
    errors: 'unauthenticated' | 'not_found' | 'file_missing' | 'rule_violation' | 'rate_limited';
  };
  /** A platform admin has failed mails sent once more, all or those of one error code, the oldest thousand; audited. Answers as redrive_emails(). Errors: forbidden (403), rate_limited (429), reason_required (422). */
  redrive_failed_emails: {
    args: { p_reason: string; p_error_code?: string | null };
    returns: unknown;
    errors: 'forbidden' | 'rate_limited' | 'reason_required';
  };
  /** Asks the specialist for a session; it keeps no time until they accept, and lapses at expires_at. Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), acceptance_not_required, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422). */
  request_session: {
    args: { p_specialist_id: string; p_session_type_id: string; p_starts_at: string; p_company_id?: string | null };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'email_not_confirmed' | 'not_a_member' | 'specialist_not_found' | 'acceptance_not_required'
      | 'slot_taken' | 'booking_limit' | 'no_plan' | 'plan_ends_before' | 'documents_end_before' | 'sessions_used_up'
      | 'own_session' | 'session_type_not_offered' | 'invalid_start' | 'too_soon' | 'too_far_ahead' | 'outside_working_hours'
      | 'feature_disabled' | 'terms_required';
  };
  /** The employee moves a session that has not begun, under the rules of book_session(). Idempotent. Errors: unauthenticated (401), not_your_move, email_not_confirmed, not_a_member (403), booking_not_found, specialist_not_found (404), booking_not_open, acceptance_required, too_late_to_move, move_limit, slot_taken, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422). */
  reschedule_booking: {
    args: { p_booking_id: string; p_starts_at: string };
    returns: Tables['bookings']['Row'];
    errors:
      | 'unauthenticated' | 'not_your_move' | 'email_not_confirmed' | 'not_a_member' | 'booking_not_found' | 'specialist_not_found'
      | 'booking_not_open' | 'acceptance_required' | 'too_late_to_move' | 'move_limit' | 'slot_taken' | 'no_plan'
      | 'plan_ends_before' | 'documents_end_before' | 'sessions_used_up' | 'own_session' | 'session_type_not_offered'
      | 'invalid_start' | 'too_soon' | 'too_far_ahead' | 'outside_working_hours';
  };
  /** A company admin mails an invitation again, with a new link; also one that has expired. Answers {invitation_id, status, seats}. Errors: unauthenticated (401), forbidden (403), not_found (404), conflict, seat_limit, company_suspended, dpa_required, no_plan, domain_not_allowed, suppressed (409), too_many_mails (429). */
  resend_invitation: {
    args: { p_invitation_id: string; p_context?: Json };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'seat_limit' | 'company_suspended' | 'dpa_required'
      | 'no_plan' | 'domain_not_allowed' | 'suppressed' | 'too_many_mails' | 'feature_disabled' | 'terms_required';
  };
  /** What would be deleted now, for platform admins: of each policy {name, description, setting, kept_from, due, held}, at most 10,000 rows counted, and none of what they are not to know of. Errors: unauthenticated (401), forbidden (403). */
  retention_preview: {
    args: Record<never, never>;
    returns: unknown;
    errors: 'unauthenticated' | 'forbidden';
  };
  /** A platform admin takes a verification up (in_review), and then decides: verified, or rejected with a reason, which the company's admins are mailed. Errors: unauthenticated (401), forbidden (403), not_found (404), transition_not_allowed (409, detail in JSON), reason_required (422). */
  review_company_verification: {
    args: { p_verification_id: string; p_status: string; p_reason?: string | null };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'not_found' | 'transition_not_allowed' | 'reason_required';
  };
  /** Ends the caller's calendar feed, and says whether there was one. A new password or another address ends it as well. Errors: unauthenticated (401). */
  revoke_calendar_feed: {
    args: Record<never, never>;
    returns: boolean;
    errors: 'unauthenticated';
  };
  /** A company admin takes an invitation back. Idempotent. Answers {invitation_id, status, seats}. Errors: unauthenticated (401), forbidden (403), not_found (404), conflict (409: accepted already). */
  revoke_invitation: {
    args: { p_invitation_id: string; p_context?: Json };
    returns: unknown;
    errors: 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict';
  };
  /** A platform admin takes the role from another one. Idempotent. Errors: unauthenticated (401), forbidden (403), not_found (404), own_role, last_platform_admin (409). */
  revoke_platform_admin: {
    args: { p_user_id: string };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'not_found' | 'own_role' | 'last_platform_admin';
  };
  /** The caller takes their consent to the recording of a session back: nobody opens it any more, and its file is removed. Idempotent. Errors: unauthenticated (401), not_found (404), rate_limited (429). */
  revoke_recording_consent: {
    args: { p_booking_id: string };
    returns: null;
    errors: 'unauthenticated' | 'not_found' | 'rate_limited';
  };
  /** Says anew which mails the caller wants, when, and in which language. What is on, and was refused by a link for their address, is mailed again. p_mail_windows: by weekday, Monday first, [{"from": "08:00", "until": "20:00"}, ..., null]; at any time if left out. Answers {next_send_at}: when a mail that can wait would be sent. Errors: unauthenticated (401), invalid_preferences (422). */
  save_preferences: {
    args: {
      p_account_email: boolean;
      p_reminder_email: boolean;
      p_agenda_email: boolean;
      p_agenda_at: string;
      p_reminder_lead_minutes: number[];
      p_locale: string;
      p_time_zone: string;
      p_mail_windows?: Json;
    };
    returns: unknown;
    errors: 'unauthenticated' | 'invalid_preferences';
  };
  /** For platform admins: mails a version of a text, a draft too, to whoever asks, filled with the samples of its kind; once in ten seconds. Errors: unauthenticated (401), forbidden (403), not_found (404), rate_limited (429). */
  send_test_email: {
    args: { p_template_id: number };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'not_found' | 'rate_limited';
  };
  /** A platform admin reads which sessions to come are booked with specialists who may not give them, soonest first: {items, next_cursor}, and never whose they are. why: not_verified, pillar_dropped, documents_end_before; since: from when on. Each call is audited. Errors: forbidden (403), reason_required, invalid_limit, invalid_cursor (422). */
  sessions_in_doubt: {
    args: { p_reason: string; p_cursor?: string | null; p_limit?: number };
    returns: unknown;
    errors: 'forbidden' | 'reason_required' | 'invalid_limit' | 'invalid_cursor';
  };
  /** A company admin says which domains may be invited; none: any. Answers them as kept: in lower case and ASCII, without @ before or a dot after. Errors: unauthenticated (401), forbidden (403), invalid_domain (422). */
  set_allowed_domains: {
    args: { p_company_id: string; p_domains: string[] };
    returns: string[];
    errors: 'unauthenticated' | 'forbidden' | 'invalid_domain';
  };
  /** A platform admin suspends a company, or ends that (active). Idempotent. Errors: forbidden (403), not_found (404), invalid_status, reason_required (422). */
  set_company_status: {
    args: { p_company_id: string; p_status: string; p_reason: string };
    returns: null;
    errors: 'forbidden' | 'not_found' | 'invalid_status' | 'reason_required';
  };
  /** A platform admin decides which variant of a flag people of a company are served; without one, what everybody is. Errors: unauthenticated (401), forbidden (403), company_not_found, variant_not_found (404), rate_limited (429). */
  set_company_variant: {
    args: { p_flag_key: string; p_company_id: string; p_variant?: string | null };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'company_not_found' | 'variant_not_found' | 'rate_limited';
  };
  /** A company admin makes a member employee, manager or admin. Errors: unauthenticated (401), forbidden (403), member_not_found (404), last_admin (409), invalid_role (422). */
  set_member_role: {
    args: { p_company_id: string; p_user_id: string; p_role: string };
    returns: null;
    errors: 'unauthenticated' | 'forbidden' | 'member_not_found' | 'last_admin' | 'invalid_role';
  };
  /** The specialist lets the employee read one version of the notes, instead of another one if there was; without a version, none. Answers how the notes stand. Idempotent. Errors: unauthenticated (401), forbidden (403), not_found (404), rate_limited (429). */
  share_session_note: {
    args: { p_booking_id: string; p_note_version?: number | null };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'forbidden' | 'not_found' | 'rate_limited' | 'feature_disabled' | 'terms_required';
  };
  /** The caller's sessions as a specialist that start within [p_from, p_until), each without a bound if left out, with the name of whom they meet; at most 1000 at once. A page goes on with starts_at of its last row as p_from, and booking_id of it as p_after. */
  specialist_agenda: {
    args: { p_from?: string | null; p_until?: string | null; p_after?: string | null; p_limit?: number };
    returns: { booking_id: string; starts_at: string; ends_at: string; status: string; session_type: string; employee_name: string }[];
    errors: never;
  };
  /** The series that go on with the caller as a specialist, with the name of whom they meet, at most 1000 at once. next_starts_at: of the next session by the rule, booked or not. A page goes on with series_id of its last row as p_after. */
  specialist_series: {
    args: { p_after?: string | null; p_limit?: number };
    returns: { series_id: string; session_type: string; employee_name: string; rule: string; wall_starts_at: string; time_zone: string; next_starts_at: string }[];
    errors: never;
  };
  /** Documents whose file is there, oldest first, for platform admins: {items, next_cursor}. Errors: unauthenticated (401), forbidden (403), invalid_status, invalid_limit, invalid_cursor (422). */
  specialist_verification_queue: {
    args: { p_status?: string; p_cursor?: string | null; p_limit?: number };
    returns: unknown;
    errors: 'unauthenticated' | 'forbidden' | 'invalid_status' | 'invalid_limit' | 'invalid_cursor';
  };
  /** For platform admins: flags to take away, in the order of their keys, at most 500 at once. p_after: the last key of the page before. why: expired; over, its time is; off, or same_for_all, for so many days (setting feature_flag_settled_days). Errors: unauthenticated (401), forbidden (403). */
  stale_feature_flags: {
    args: { p_after?: string | null; p_limit?: number };
    returns: { key: string; owner: string; expires_on: string; why: string; since: string }[];
    errors: 'unauthenticated' | 'forbidden';
  };
  /** A platform admin opens a document, which for a while cannot be replaced then: {document, as what would be approved; reviewed_path: the copy that is decided about, null where none was made yet; of what is to be copied path, file_hash, mime_type, file_size, differs (length or type, where Storage says so), copy_path, file_name; opened_by: the caller}. Errors: unauthenticated (401), forbidden (403), not_found (404), file_missing (409). */
  start_document_review: {
    args: { p_document_id: string; p_context?: Json };
    returns: unknown;
    errors: 'unauthenticated' | 'forbidden' | 'not_found' | 'file_missing';
  };
  /** The employee or the specialist stops a series: no more of it is booked. p_sessions: keep leaves what is booked, cancel cancels it as cancel_booking() would, late ones too. p_reason: words for the other. Answers how many were cancelled. Errors: unauthenticated (401), series_not_found (404), invalid_choice, reason_too_long (422). */
  stop_series: {
    args: { p_series_id: string; p_sessions: string; p_reason?: string | null };
    returns: number;
    errors: 'unauthenticated' | 'series_not_found' | 'invalid_choice' | 'reason_too_long';
  };
  /** A company admin submits the details of the company for verification. Answers its id. Errors: unauthenticated (401), forbidden (403), already_submitted (409), invalid_details (422). */
  submit_company_verification: {
    args: { p_company_id: string; p_registration_number: string; p_tax_id: string; p_business_licence?: string | null };
    returns: string;
    errors: 'unauthenticated' | 'forbidden' | 'already_submitted' | 'invalid_details';
  };
  /** Announces a document of the caller, whose file goes to file_path in the bucket specialist-documents. p_document_id: the pending one that it replaces; p_expiry_date: its last day, if it has one. Errors: unauthenticated (401), not_a_specialist (403), not_found (404), not_replaceable, too_many_documents (409), already_expired, invalid_document (422). */
  submit_document: {
    args: {
      p_type: string;
      p_document_number: string;
      p_issuing_authority: string;
      p_file_hash: string;
      p_mime_type: string;
      p_file_size: number;
      p_expiry_date?: string | null;
      p_document_id?: string | null;
    };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'not_a_specialist' | 'not_found' | 'not_replaceable' | 'too_many_documents' | 'already_expired'
      | 'invalid_document' | 'feature_disabled' | 'terms_required';
  };
  /** A specialist takes time off, in local time: {time_off_id, sessions, series}. Where something of theirs is to come then, it is taken only with p_sessions: keep leaves sessions where they are, and requests and proposals to be accepted; cancel cancels them, declines what was asked for and takes proposals back; without, time_off_id is null. sessions: what is or was in the way, series: the sessions of series then that are not booked, and will not be; the first thousand of each. p_note: for the specialist alone; p_reason: words for the others. Errors: unauthenticated (401), not_a_specialist (403), exceptions_disagree, too_many_rows (409), invalid_choice, invalid_range, note_too_long, reason_too_long (422). */
  take_time_off: {
    args: { p_starts_at: string; p_ends_at: string; p_sessions?: string | null; p_note?: string | null; p_reason?: string | null };
    returns: unknown;
    errors:
      | 'unauthenticated' | 'not_a_specialist' | 'exceptions_disagree' | 'too_many_rows' | 'invalid_choice'
      | 'invalid_range' | 'note_too_long' | 'reason_too_long';
  };
  /** The caller no longer accepts a document, in any version: terms, privacy or professional_standards. They begin nothing new, or are no longer a verified specialist, until they accept again. Idempotent. Errors: unauthenticated (401), unknown_document (422). */
  withdraw_acceptance: {
    args: { p_document: string };
    returns: null;
    errors: 'unauthenticated' | 'unknown_document';
  };
  /** The caller takes it back, as long as it has not begun. Errors: unauthenticated (401), not_found (404), rate_limited (429). */
  withdraw_erasure: {
    args: Record<never, never>;
    returns: unknown;
    errors: 'unauthenticated' | 'not_found' | 'rate_limited';
  };
  /** The specialist adds a version to the notes of a session, sealed by the edge function session-notes: one more than the latest, so that nobody writes over what they have not read. Answers how the notes stand. Errors: invalid_request (400), unauthenticated (401), forbidden (403), not_found (404), conflict (409), rule_violation (422), rate_limited (429). */
  write_session_note: {
    args: { p_booking_id: string; p_note_version: number; p_sealed: string };
    returns: unknown;
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'rule_violation' | 'rate_limited'
      | 'feature_disabled' | 'terms_required';
  };
}
