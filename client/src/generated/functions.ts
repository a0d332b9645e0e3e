// Generated from openapi.json by client/generate/functions.mjs. Do not edit: `cargo xtask contract` writes it.

/** Edge functions that clients call, by their path. */
export interface Functions {
  /**
   * Ask for another address.
   *
   * For whoever is signed in. Answers the same for every address: a link goes to the new one, or the word that it has an account, and a notice to the old one, with a link that keeps it. An address is mailed once a minute and five times an hour; a person asks five times, and once more every twelve minutes.
   */
  'auth-email-change': {
    body: Schemas['LinkRequest'];
    answer: Schemas['AcceptedResponse'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'overloaded'
      | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Keep the old address.
   *
   * By a link that was mailed to it, until a day after the change. Every session ends. An account that was moved comes back (`moved_back`), and its password is void. `conflict`: the old address has another account by now. A service that fails leaves a link that still works.
   */
  'auth-email-change/cancel': {
    body: Schemas['AddressLinkRequest'];
    answer: Schemas['AddressResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'conflict' | 'token_expired' | 'token_exhausted' | 'token_used' | 'token_superseded' | 'payload_too_large'
      | 'unsupported_media_type' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Confirm a new address.
   *
   * By the link that was mailed to it. The account has it from then on, every session ends, and links mailed to the old address are void. The same link may be sent again (`already_changed`). `conflict`: the address has an account by now. A service that fails leaves a link that still works.
   */
  'auth-email-change/confirm': {
    body: Schemas['AddressLinkRequest'];
    answer: Schemas['AddressResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'conflict' | 'token_expired' | 'token_exhausted' | 'token_superseded' | 'payload_too_large' | 'unsupported_media_type'
      | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Confirm an e-mail address.
   *
   * Uses the token of a mailed link up. The same link may be sent again until it expires.
   */
  'auth-email-verify': {
    body: Schemas['VerifyRequest'];
    answer: Schemas['VerifyResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'token_expired' | 'token_exhausted' | 'token_superseded' | 'payload_too_large' | 'unsupported_media_type'
      | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Ask for another confirmation mail.
   *
   * Answers the same for every address. One mail a minute and five an hour are sent to an address whose account is not confirmed yet. A client that asks too often waits, whatever it asks for.
   */
  'auth-email-verify/resend': {
    body: Schemas['LinkRequest'];
    answer: Schemas['AcceptedResponse'];
    errors:
      | 'invalid_request' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout' | 'payload_too_large'
      | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Choose a new password.
   *
   * Uses the token of a mailed link up, sets the password and ends every session. It also confirms the address. A password that is refused (`rule_violation`: `too_short`, `too_long`, `control_character`, `common`, `contains_email`, `contains_name`; by Auth also `lacks_characters`, `leaked`, `weak`), and a service that fails, leave a link that still works.
   */
  'auth-password-reset-complete': {
    body: Schemas['ResetPasswordRequest'];
    answer: Schemas['ResetPasswordResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'token_expired' | 'token_exhausted' | 'token_used' | 'token_superseded' | 'payload_too_large' | 'unsupported_media_type'
      | 'rule_violation' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Ask for a link to choose a new password.
   *
   * Answers the same for every address. One mail a minute and five an hour are sent to the address of an account. A client that asks too often waits, whatever it asks for.
   */
  'auth-password-reset-request': {
    body: Schemas['LinkRequest'];
    answer: Schemas['AcceptedResponse'];
    errors:
      | 'invalid_request' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout' | 'payload_too_large'
      | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Sign up.
   *
   * Answers the same for every address: a link goes to it, or, if it has an account, the word that it has one. An address is mailed once a minute and five times an hour. A client that asks too often waits, whatever it asks for.
   */
  'auth-sign-up': {
    body: Schemas['SignUpRequest'];
    answer: Schemas['AcceptedResponse'];
    errors:
      | 'invalid_request' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout' | 'payload_too_large'
      | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Complete a sign-up.
   *
   * Makes a confirmed account with this password, introduction and acceptance of terms. An account that nobody had confirmed gets this password. A password or terms that are refused, and a service that fails, leave a link that still works. `conflict`: the address has an account by now.
   */
  'auth-sign-up/complete': {
    body: Schemas['CompleteSignUpRequest'];
    answer: Schemas['SignUpResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'conflict' | 'version_not_in_force' | 'token_expired' | 'token_exhausted' | 'token_used' | 'token_superseded'
      | 'payload_too_large' | 'unsupported_media_type' | 'rule_violation' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Look at a sign-up.
   *
   * Says for which address it is, and which terms are in force. Changes nothing. `conflict`: the address has an account by now.
   */
  'auth-sign-up/preview': {
    body: Schemas['PreviewSignUpRequest'];
    answer: Schemas['SignUpPreview'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'conflict' | 'token_expired' | 'token_exhausted' | 'token_used' | 'token_superseded' | 'payload_too_large'
      | 'unsupported_media_type' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Give a company its plan.
   *
   * For platform admins. Also changes, suspends and cancels it. Says everything anew: what is left out is as the plan has it. A company without a plan gets `active`, or `trial` once; a trial becomes anything; what is active or suspended becomes active, suspended or cancelled. Fewer seats than members are refused with the numbers (`seats`), unless there is a reason. The same again changes nothing.
   */
  'company-assign-plan': {
    body: Schemas['AssignPlanRequest'];
    answer: Schemas['Subscription'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'terms_required' | 'transition_not_allowed' | 'seats_below_members' | 'payload_too_large'
      | 'unsupported_media_type' | 'reason_required' | 'invalid_start' | 'invalid_end' | 'invalid_trial' | 'plan_inactive'
      | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Accept an invitation.
   *
   * Makes somebody a member of the company, and records which terms they accepted. Whoever has an account with the address sends their access token (`unauthenticated` without it, `wrong_account` for another address). If it has none, whoever is signed in may join with their own (`own_account`), and is known to the company by the invited address alone. Everybody else chooses a password and gets an account; one that nobody had confirmed gets this password, and its sessions end. A private address (`private_email`) is asked for as by `auth-email-change`. A password that is refused, and a service that fails, leave an invitation that can still be accepted. `conflict`: another request made the account just now, or they belong to the company by another address.
   */
  'company-invitation-accept': {
    body: Schemas['AcceptRequest'];
    answer: Schemas['AcceptResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'unauthenticated' | 'wrong_account' | 'not_found' | 'feature_disabled'
      | 'method_not_allowed' | 'request_timeout' | 'conflict' | 'version_not_in_force' | 'company_suspended'
      | 'seat_limit' | 'token_expired' | 'token_exhausted' | 'token_used' | 'invitation_revoked' | 'token_superseded'
      | 'payload_too_large' | 'unsupported_media_type' | 'rule_violation' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Look at an invitation.
   *
   * Says who invites, and whether accepting takes a password or signing in. Changes nothing.
   */
  'company-invitation-accept/preview': {
    body: Schemas['PreviewRequest'];
    answer: Schemas['PreviewResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'company_suspended' | 'seat_limit' | 'token_expired' | 'token_exhausted' | 'token_used' | 'invitation_revoked'
      | 'token_superseded' | 'payload_too_large' | 'unsupported_media_type' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Invite people to a company.
   *
   * For admins of the company. Each row has a result of its own: one that is at fault costs the others nothing. There are never more members and invitations than seats. An address that stands in the request twice is invited once. Bodies up to 256 KiB.
   */
  'company-invite-employee': {
    body: Schemas['InviteRequest'];
    answer: Schemas['InviteResponse'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'company_suspended' | 'terms_required' | 'dpa_required' | 'no_plan' | 'payload_too_large'
      | 'unsupported_media_type' | 'rate_limited' | 'too_many_mails' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Mail an invitation again.
   *
   * With a new link and a new end, also when it has expired; older links stop working. `conflict`: it was accepted or revoked.
   */
  'company-invite-employee/resend': {
    body: Schemas['InvitationRequest'];
    answer: Schemas['InvitationChange'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'conflict' | 'domain_not_allowed' | 'suppressed' | 'company_suspended' | 'terms_required'
      | 'dpa_required' | 'no_plan' | 'seat_limit' | 'payload_too_large' | 'unsupported_media_type' | 'rate_limited'
      | 'too_many_mails' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Take an invitation back.
   *
   * Its links stop working, and its seat is free. Again: nothing happens. `conflict`: it was accepted.
   */
  'company-invite-employee/revoke': {
    body: Schemas['InvitationRequest'];
    answer: Schemas['InvitationChange'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'conflict' | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'rate_limited'
      | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Preview a mail.
   *
   * For platform admins. The mail that a text makes of the samples of its kind, and all that would keep it from being saved, by part. Keeps nothing.
   */
  'email-templates/preview': {
    body: Schemas['PreviewRequest2'];
    answer: Schemas['Preview'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'internal' | 'overloaded'
      | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Save the text of a mail.
   *
   * For platform admins. Keeps a text as the next version of its key and language, as a draft or published: from then on mails are written by it, and it never changes. `rule_violation` has all that is wrong with it in `errors`. `conflict`: somebody saved another version meanwhile.
   */
  'email-templates/save': {
    body: Schemas['SaveRequest'];
    answer: Schemas['SavedTemplate'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'conflict' | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'rule_violation'
      | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Take a refusal back.
   *
   * By the link that refused. Answers the same whether anything was refused, and whether the address has an account or not. What somebody switched off in their preferences stays off.
   */
  'email-unsubscribe/undo': {
    body: Schemas['UnsubscribeRequest'];
    answer: Schemas['ResubscribeResponse'];
    errors:
      | 'invalid_request' | 'token_invalid' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'payload_too_large' | 'unsupported_media_type' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Write notes of a session.
   *
   * For its specialist, while verified. Each is a version of its own, and all are kept; the employee sees none until `share_session_note()` shows them one. `conflict`: the notes were changed since they were read. `rule_violation`: the session is not booked and did not take place, or there are a hundred versions.
   */
  'session-notes': {
    body: Schemas['WriteNoteRequest'];
    answer: Schemas['NoteState'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'conflict' | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'rule_violation'
      | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Read notes of a session.
   *
   * For its specialist any version, for its employee the one that was shared, which is marked as seen. `not_found`: there are no such notes for the caller.
   */
  'session-notes/read': {
    body: Schemas['ReadNoteRequest'];
    answer: Schemas['OpenedNote'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Announce the recording of a session.
   *
   * For its specialist, once both have consented (`conflict`), from its beginning until a week after its end. Answers where the file is put, once, within two hours.
   */
  'session-recordings': {
    body: Schemas['AnnounceRecordingRequest'];
    answer: Schemas['AnnounceRecordingResponse'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'conflict' | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'rule_violation'
      | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Complete a recording that was uploaded.
   *
   * For its specialist: the file is copied and compared with what was announced, and then there for both. `conflict`: one of the two has taken their consent back. `file_type_mismatch`, `file_mismatch`: it is another. `rule_violation`: it was tried five times.
   */
  'session-recordings/complete': {
    body: Schemas['RecordingRequest'];
    answer: Schemas['Recording'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'conflict' | 'terms_required' | 'file_missing' | 'payload_too_large' | 'unsupported_media_type' | 'rule_violation'
      | 'file_mismatch' | 'file_type_mismatch' | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * Open a recording.
   *
   * For the two of its session: lets its file be downloaded for five minutes by whoever has the address. That it was opened is written down, and both see it.
   */
  'session-recordings/open': {
    body: Schemas['RecordingRequest'];
    answer: Schemas['OpenRecordingResponse'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'not_found' | 'feature_disabled' | 'method_not_allowed' | 'request_timeout'
      | 'terms_required' | 'payload_too_large' | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'overloaded'
      | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Approve or reject a document.
   *
   * For platform admins. To approve one, the caller has opened it within the hour; what is approved is the copy that they were shown. A rejection has a reason, which the specialist is told. Who comes second learns what was decided (`decision`). What is refused changes nothing.
   */
  'specialist-verify': {
    body: Schemas['DecideRequest'];
    answer: Schemas['DecideResponse'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'own_document' | 'not_found' | 'feature_disabled'
      | 'method_not_allowed' | 'request_timeout' | 'terms_required' | 'already_decided' | 'file_missing' | 'review_not_started'
      | 'payload_too_large' | 'unsupported_media_type' | 'already_expired' | 'reason_required' | 'rate_limited'
      | 'internal' | 'overloaded' | 'upstream_unavailable' | 'upstream_timeout';
  };
  /**
   * Open a document.
   *
   * For platform admins: answers the document as it would be approved, and lets its file be downloaded for five minutes by whoever has the address: a copy, made when it was first opened, that nothing uploaded later changes. For an hour its specialist cannot replace it. That it was opened is written down. `file_type_mismatch`: the file is of another type than announced; `file_mismatch`: it was changed since.
   */
  'specialist-verify/open': {
    body: Schemas['OpenRequest'];
    answer: Schemas['OpenResponse'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'request_timeout' | 'terms_required' | 'file_missing' | 'payload_too_large' | 'unsupported_media_type'
      | 'file_mismatch' | 'file_type_mismatch' | 'rate_limited' | 'internal' | 'overloaded' | 'upstream_unavailable'
      | 'upstream_timeout';
  };
  /**
   * List documents of specialists.
   *
   * For platform admins: documents whose file is there, oldest first. That somebody's document was listed is written down.
   */
  'specialist-verify/queue': {
    body: Schemas['SpecialistVerifyQueueQuery'];
    answer: Schemas['QueuePage'];
    errors:
      | 'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'feature_disabled' | 'method_not_allowed'
      | 'terms_required' | 'rate_limited' | 'internal' | 'upstream_unavailable' | 'upstream_timeout';
  };
}

/** Those that are asked with GET, and their body in the query. */
export const QUERIES: readonly string[] = ['specialist-verify/queue'];

/** What an error of a code tells beside itself. */
export const MEMBERS = {
  already_decided: 'decision',
  flag_not_found: 'key',
  seat_limit: 'seats',
  seats_below_members: 'seats',
} as const;

export type Schemas = components['schemas'];

export interface components {
    schemas: {
        /** @description The answer, whatever the address. */
        AcceptedResponse: {
            /** @description Always `accepted`. */
            status: components["schemas"]["AcceptedStatus"];
        };
        /** @description The one value of a uniform answer. */
        AcceptedStatus: "accepted";
        /** @description The versions of the documents that a person accepts, as the preview names them. */
        AcceptedTerms: {
            /** @description The privacy notice. */
            privacy: string;
            /** @description The terms of use. */
            terms: string;
        };
        /** @description Body of `POST /company-invitation-accept`. */
        AcceptRequest: {
            /**
             * @description Their name; the one that they have, where it is left out. Nothing that cannot be
             *     seen, and no link.
             */
            full_name?: string | null;
            /**
             * @description Whether whoever is signed in joins with their account, though it has another
             *     address than the one that was invited.
             * @default false
             */
            own_account?: boolean;
            /**
             * Format: password
             * @description A password for the new account: 12 characters to 72 bytes of UTF-8. Nothing
             *     for whoever is signed in.
             */
            password?: string | null;
            /**
             * Format: email
             * @description An address of their own, to which the account moves once it is confirmed from
             *     there. The company does not learn it.
             */
            private_email?: string | null;
            /** @description The terms that they accept. */
            terms: components["schemas"]["AcceptedTerms"];
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /** @description Answer of `POST /company-invitation-accept`. */
        AcceptResponse: {
            /** @description The company that they belong to now. */
            company_id: components["schemas"]["CompanyId"];
            /** @description Always `accepted`. */
            status: components["schemas"]["AcceptStatus"];
        };
        /** @description The effect of a link that holds. */
        AcceptStatus: "accepted";
        /** @description Body of `POST /auth-email-change/confirm` and `/cancel`. */
        AddressLinkRequest: {
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /** @description Answer of `POST /auth-email-change/confirm` and `/cancel`. */
        AddressResponse: {
            /** @description The effect of the link. */
            status: components["schemas"]["AddressStatus"];
        };
        /** @description The effect of a valid link on the address of an account. */
        AddressStatus: "changed" | "already_changed" | "kept" | "moved_back";
        /** @description Body of `POST /session-recordings`. */
        AnnounceRecordingRequest: {
            /** @description Of which session. */
            booking_id: components["schemas"]["BookingId"];
            /** @description SHA-256 of the file in hex, lower case. */
            file_hash: string;
            /**
             * Format: uint32
             * @description Its length in bytes, up to 100 MiB.
             */
            file_size: number;
            /**
             * @description One of the types of the bucket.
             * @enum {string}
             */
            mime_type: "video/mp4" | "video/webm" | "audio/mp4" | "audio/webm" | "audio/mpeg" | "audio/ogg";
        };
        /** @description Answer of `POST /session-recordings`. */
        AnnounceRecordingResponse: {
            /**
             * Format: uint32
             * @description For how long, in seconds.
             */
            expires_in: number;
            /** @description The recording that is waited for. */
            recording: components["schemas"]["Recording"];
            /** @description Where its file is put, by whoever has this: a path below the address of the API. */
            upload_url: string;
        };
        /** @description Body of `POST /company-assign-plan`. */
        AssignPlanRequest: {
            /** @description A note for whoever renews by hand. */
            auto_renew?: boolean | null;
            /** @description The company that gets it. */
            company_id: components["schemas"]["CompanyId"];
            /** @description Its last day; until further notice if left out. */
            ends_on?: components["schemas"]["Date"] | null;
            /** @description The name of the plan in URLs. */
            plan: string;
            /** @description Why: to cancel, or to have fewer seats than there are members. For the audit log. */
            reason?: string | null;
            /**
             * Format: uint32
             * @description Seats that were agreed on; as the plan has it if left out.
             */
            seats?: number | null;
            /** @description Its first day; today for a new one, unchanged for another. */
            starts_on?: components["schemas"]["Date"] | null;
            /** @description The state that the subscription is to have. */
            status: components["schemas"]["SubscriptionStatus"];
            /**
             * Format: uint32
             * @description How long a trial lasts; as the plan has it if left out.
             */
            trial_days?: number | null;
        };
        /**
         * Format: uuid
         * @description A session that was booked: `bookings.id`.
         */
        BookingId: string;
        /** @description The change of an invitation. */
        ChangeStatus: "resent" | "revoked";
        /**
         * @description Every `code` that a function may answer. A code never changes its
         *     meaning; clients branch on it rather than on `detail`.
         */
        Code: "invalid_request" | "token_invalid" | "unauthenticated" | "forbidden" | "wrong_account" | "own_document" | "not_found" | "feature_disabled" | "flag_not_found" | "method_not_allowed" | "request_timeout" | "conflict" | "domain_not_allowed" | "suppressed" | "version_not_in_force" | "company_suspended" | "terms_required" | "dpa_required" | "no_plan" | "seat_limit" | "transition_not_allowed" | "seats_below_members" | "already_decided" | "file_missing" | "review_not_started" | "token_expired" | "token_exhausted" | "token_used" | "invitation_revoked" | "token_superseded" | "payload_too_large" | "unsupported_media_type" | "rule_violation" | "file_mismatch" | "file_type_mismatch" | "already_expired" | "reason_required" | "invalid_start" | "invalid_end" | "invalid_trial" | "plan_inactive" | "rate_limited" | "too_many_mails" | "internal" | "overloaded" | "upstream_unavailable" | "upstream_timeout";
        /**
         * Format: uuid
         * @description An employer: `companies.id`.
         */
        CompanyId: string;
        /** @description Body of `POST /auth-sign-up/complete`. */
        CompleteSignUpRequest: {
            /** @description Their name. Nothing that cannot be seen, and no link. */
            display_name?: string | null;
            /** @description Their language (BCP 47), as `en` or `pt-BR`. */
            locale?: string | null;
            /**
             * Format: password
             * @description The password: 12 characters to 72 bytes of UTF-8.
             */
            password: string;
            /** @description The terms that they accept. */
            terms: components["schemas"]["AcceptedTerms"];
            /** @description Their time zone, as `Europe/Lisbon`; `UTC` where it is none. */
            time_zone?: string | null;
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /**
         * Format: date
         * @description A day of the calendar, `2026-11-22` (RFC 3339, `full-date`).
         */
        Date: string;
        /** @description Body of `POST /specialist-verify`. */
        DecideRequest: {
            /** @description The verdict about it. */
            decision: components["schemas"]["Verdict"];
            /** @description Which document. To be approved, the caller must have opened it. */
            document_id: components["schemas"]["DocumentId"];
            /** @description Its last day, where the specialist said another or none. */
            expires_on?: components["schemas"]["Date"] | null;
            /** @description Why. Needed to reject, and told to the specialist then; else for the audit log. */
            reason?: string | null;
        };
        /** @description Answer of `POST /specialist-verify`. */
        DecideResponse: {
            /** @description The document, as it is now. */
            document: components["schemas"]["Document"];
            /** @description The state of its specialist now. */
            specialist_status: components["schemas"]["SpecialistStatus"];
        };
        /** @description The decision of somebody about a document. */
        Decision: {
            /** @description When. */
            decided_at: components["schemas"]["Timestamp"];
            /** @description Why it was rejected. */
            reason?: string | null;
            /** @description Its outcome. */
            status: components["schemas"]["DocumentStatus"];
        };
        /** @description A document. */
        Document: {
            /** @description When it was decided about. */
            decided_at: components["schemas"]["Timestamp"] | null;
            /** @description Its id. */
            document_id: components["schemas"]["DocumentId"];
            /** @description Its number, as the authority gave it. */
            document_number: string;
            /** @description Its kind. */
            document_type: components["schemas"]["DocumentType"];
            /** @description Its last day; `null` if it does not expire. */
            expiry_date: components["schemas"]["Date"] | null;
            /**
             * Format: uint32
             * @description The length of its file in bytes.
             */
            file_size: number;
            /** @description The authority that issued it. */
            issuing_authority: string;
            /** @description `application/pdf`, `image/jpeg` or `image/png`. */
            mime_type: string;
            /** @description Why it was rejected. */
            rejection_reason: string | null;
            /** @description Whose it is. */
            specialist_id: components["schemas"]["SpecialistId"];
            /** @description Its outcome. */
            status: components["schemas"]["DocumentStatus"];
            /** @description When it was last submitted. */
            uploaded_at: components["schemas"]["Timestamp"];
        };
        /**
         * Format: uuid
         * @description A document of a specialist: `specialist_documents.id`.
         */
        DocumentId: string;
        /** @description The state of a document. */
        DocumentStatus: "pending" | "verified" | "rejected" | "expired";
        /**
         * @description The kind of a document.
         * @enum {string}
         */
        DocumentType: "license" | "diploma" | "insurance" | "certification" | "other";
        /** @description A fault of one field of a request. */
        FieldError: {
            /** @description A stable `snake_case` word for what is wrong. */
            code: string;
            /** @description The same for people. */
            detail: string;
            /** @description Where: a JSON pointer (RFC 6901) into the request body. */
            pointer: string;
        };
        /** @description A change of an invitation: the answer of `/resend` and `/revoke`. */
        InvitationChange: {
            /** @description Which. */
            invitation_id: components["schemas"]["InvitationId"];
            /** @description The seats of the company afterwards. */
            seats: components["schemas"]["Seats"];
            /** @description The change. */
            status: components["schemas"]["ChangeStatus"];
        };
        /**
         * Format: uuid
         * @description An invitation: `company_employee_invitations.id`.
         */
        InvitationId: string;
        /** @description Body of `POST /company-invite-employee/resend` and `/revoke`. */
        InvitationRequest: {
            /** @description Which invitation. */
            invitation_id: components["schemas"]["InvitationId"];
        };
        /** @description The result of one row. */
        InvitationResult: {
            /** @description The address as it was understood; as it was sent if it is none. */
            email: string;
            /**
             * Format: uint32
             * @description Which row, from 0.
             */
            index: number;
            /** @description The invitation that the address has now. */
            invitation_id?: components["schemas"]["InvitationId"] | null;
            /** @description Its outcome. */
            status: components["schemas"]["InvitationStatus"];
        };
        /** @description The outcome of one row. */
        InvitationStatus: "invited" | "resent" | "already_member" | "already_invited" | "seat_limit" | "invalid_email" | "invalid_role" | "invalid_name" | "invalid_locale" | "domain_not_allowed" | "suppressed";
        /** @description Somebody to be invited. What one of the fields cannot be is told in the result of the row. */
        Invitee: {
            /** @description Their address. */
            email: string;
            /**
             * @description Suggested to them as their name: up to 100 characters, nothing that cannot be seen,
             *     and no link.
             */
            full_name?: string | null;
            /**
             * @description The language of the mail (BCP 47, `de` or `de-AT`; `de_at` is the same); the company's
             *     if left out.
             */
            locale?: string | null;
            /** @description Their role, in capitals or not; an employee if left out. */
            role?: components["schemas"]["Role"] | null;
        };
        /** @description Body of `POST /company-invite-employee`. */
        InviteRequest: {
            /** @description The company that they are invited to. */
            company_id: components["schemas"]["CompanyId"];
            /** @description Whom to invite. */
            invitations: components["schemas"]["Invitee"][];
        };
        /** @description Answer of `POST /company-invite-employee`. */
        InviteResponse: {
            /** @description One for each row of the request, in its order. */
            results: components["schemas"]["InvitationResult"][];
            /** @description The seats of the company afterwards. */
            seats: components["schemas"]["Seats"];
        };
        /** @description A company, as far as whoever it invites may know. */
        InvitingCompany: {
            /** @description Its id. */
            id: components["schemas"]["CompanyId"];
            /** @description Its name. */
            name: string;
        };
        /** @description Body of a request for a mail with a link. */
        LinkRequest: {
            /**
             * Format: email
             * @description The address: of the account, or that it is to have.
             */
            email: string;
        };
        /** @description How the notes of a session stand: the answer of `POST /session-notes`. */
        NoteState: {
            /** @description Of which session. */
            booking_id: components["schemas"]["BookingId"];
            /** @description When it was first handed to them. */
            seen_at: components["schemas"]["Timestamp"] | null;
            /** @description Since when. */
            shared_at: components["schemas"]["Timestamp"] | null;
            /**
             * Format: uint32
             * @description The one that the employee may read, if there is one.
             */
            shared_version: number | null;
            /**
             * Format: uint32
             * @description The latest version.
             */
            version: number;
        };
        /** @description That there is a version. */
        NoteVersion: {
            /**
             * Format: uint32
             * @description Its number, from 1.
             */
            version: number;
            /** @description When it was written. */
            written_at: components["schemas"]["Timestamp"];
        };
        /** @description A version that was opened: the answer of `POST /session-notes/read`. */
        OpenedNote: {
            /** @description Of which session. */
            booking_id: components["schemas"]["BookingId"];
            /** @description When it was first handed to them. */
            seen_at: components["schemas"]["Timestamp"] | null;
            /** @description Since when. */
            shared_at: components["schemas"]["Timestamp"] | null;
            /**
             * Format: uint32
             * @description The one that the employee may read, if there is one.
             */
            shared_version: number | null;
            /** @description What was written. */
            text: string;
            /**
             * Format: uint32
             * @description Which version.
             */
            version: number;
            /** @description Those that the caller can read, newest first. */
            versions: components["schemas"]["NoteVersion"][];
            /** @description When it was written. */
            written_at: components["schemas"]["Timestamp"];
        };
        /** @description Answer of `POST /session-recordings/open`. */
        OpenRecordingResponse: {
            /**
             * Format: uint32
             * @description For how long, in seconds.
             */
            expires_in: number;
            /** @description Where its file can be downloaded, by whoever has this: a path below the address of the API. */
            file_url: string;
        };
        /** @description Body of `POST /specialist-verify/open`. */
        OpenRequest: {
            /** @description Which document. */
            document_id: components["schemas"]["DocumentId"];
        };
        /** @description Answer of `POST /specialist-verify/open`. */
        OpenResponse: {
            /** @description The document, as it stays for an hour and would be approved. */
            document: components["schemas"]["QueueItem"];
            /**
             * Format: uint32
             * @description For how long, in seconds.
             */
            expires_in: number;
            /** @description Where its file can be downloaded, by whoever has this: a path below the address of the API. */
            file_url: string;
        };
        /** @description Answer of `POST /email-templates/preview`: the mail that a text makes of the samples of its kind, and what is wrong with it. */
        Preview: {
            /** @description The mail; `null` where the text makes none. */
            mail: components["schemas"]["PreviewedMail"] | null;
            /**
             * @description What would keep it from being saved, by part.
             * @default []
             */
            readonly problems: components["schemas"]["FieldError"][];
        };
        /** @description A mail as it is read. */
        PreviewedMail: {
            /** @description The HTML part, layout and all. */
            html: string;
            /** @description The subject. */
            subject: string;
            /** @description The plain-text part. */
            text: string;
        };
        /** @description Body of `POST /company-invitation-accept/preview`. */
        PreviewRequest: {
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /** @description Body of `POST /email-templates/preview`. */
        PreviewRequest2: {
            /** @description The HTML inside the layout. */
            html: string;
            /** @description The kind of mail. */
            key: string;
            /** @description The language of the text, BCP 47. */
            locale: string;
            /** @description The subject. */
            subject: string;
            /** @description The same without markup. */
            text: string;
        };
        /** @description Answer of `POST /company-invitation-accept/preview`. */
        PreviewResponse: {
            /** @description The company that invites. */
            company: components["schemas"]["InvitingCompany"];
            /** @description The address that was invited, as far as its owner knows it by. */
            email: string;
            /** @description The name that the company knows them by. */
            full_name?: string | null;
            /** @description The credential that accepting takes. */
            requires: components["schemas"]["Requirement"];
            /** @description The terms to be accepted with it. */
            terms: components["schemas"]["AcceptedTerms"];
        };
        /** @description Body of `POST /auth-sign-up/preview`. */
        PreviewSignUpRequest: {
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /** @description The body of every error answer: RFC 9457, `application/problem+json`. */
        Problem: {
            /** @description The stable code to branch on. */
            code: components["schemas"]["Code"];
            /** @description The decision that there is already, where that is the problem. */
            decision?: components["schemas"]["Decision"] | null;
            /** @description The details of this time. */
            detail: string;
            /** @description The same problem in the words of OFREP. */
            errorCode?: string | null;
            /** @description Faults of single fields. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The flag, where that is the problem. */
            key?: string | null;
            /** @description The id to quote to support; also in `X-Request-Id`. */
            request_id: components["schemas"]["RequestId"];
            /** @description The seats of the company, where the problem is about them. */
            seats?: components["schemas"]["Seats"] | null;
            /**
             * Format: uint16
             * @description The HTTP status.
             */
            status: number;
            /** @description A short summary of the kind. */
            title: string;
            /** @description A URI that names the kind of problem. */
            type: string;
        };
        /** @description A document with what an admin must know to judge it. */
        QueueItem: {
            /** @description When it was decided about. */
            decided_at: components["schemas"]["Timestamp"] | null;
            /** @description Its id. */
            document_id: components["schemas"]["DocumentId"];
            /** @description Its number, as the authority gave it. */
            document_number: string;
            /** @description Its kind. */
            document_type: components["schemas"]["DocumentType"];
            /** @description Its last day; `null` if it does not expire. */
            expiry_date: components["schemas"]["Date"] | null;
            /**
             * Format: uint32
             * @description The length of its file in bytes.
             */
            file_size: number;
            /** @description The authority that issued it. */
            issuing_authority: string;
            /** @description `application/pdf`, `image/jpeg` or `image/png`. */
            mime_type: string;
            /** @description The names of the pillars that they work in. */
            pillars: string[];
            /** @description Why it was rejected. */
            rejection_reason: string | null;
            /** @description When an admin last opened it. */
            review_started_at: components["schemas"]["Timestamp"] | null;
            /** @description The name of the specialist. */
            specialist: string;
            /** @description Whose it is. */
            specialist_id: components["schemas"]["SpecialistId"];
            /** @description Their state. */
            specialist_status: components["schemas"]["SpecialistStatus"];
            /** @description Its outcome. */
            status: components["schemas"]["DocumentStatus"];
            /** @description When it was last submitted. */
            uploaded_at: components["schemas"]["Timestamp"];
        };
        /** @description Answer of `GET /specialist-verify/queue`. */
        QueuePage: {
            /** @description Oldest first. */
            items: components["schemas"]["QueueItem"][];
            /** @description Where the next page begins; `null` on the last. */
            next_cursor: string | null;
        };
        /** @description Body of `POST /session-notes/read`. */
        ReadNoteRequest: {
            /** @description Of which session. */
            booking_id: components["schemas"]["BookingId"];
            /**
             * Format: uint32
             * @description Which version: without it the specialist gets the latest, the employee the one that is shared.
             */
            version?: number | null;
        };
        /** @description A recording. */
        Recording: {
            /** @description When it was announced. */
            announced_at: components["schemas"]["Timestamp"];
            /** @description Of which session. */
            booking_id: components["schemas"]["BookingId"];
            /**
             * Format: uint32
             * @description The length of its file in bytes.
             */
            file_size: number;
            /** @description Its id. */
            id: components["schemas"]["RecordingId"];
            /** @description When it ends. */
            keep_until: components["schemas"]["Timestamp"];
            /** @description The type of its file. */
            mime_type: string;
            /** @description When its file was there and had been compared. */
            recorded_at: components["schemas"]["Timestamp"] | null;
        };
        /**
         * Format: uuid
         * @description A recording of a session: `meeting_recordings.id`.
         */
        RecordingId: string;
        /** @description Body of `POST /session-recordings/complete` and `/open`. */
        RecordingRequest: {
            /** @description Which recording. */
            recording_id: components["schemas"]["RecordingId"];
        };
        /**
         * Format: uuid
         * @description One HTTP request, as `X-Request-Id` carries it.
         */
        RequestId: string;
        /** @description The credential that accepting an invitation takes. */
        Requirement: "sign_in" | "password";
        /** @description Body of `POST /auth-password-reset-complete`. */
        ResetPasswordRequest: {
            /**
             * Format: password
             * @description The new password: 12 characters to 72 bytes of UTF-8. It is kept in
             *     normalisation form C; a sign-in must normalise what was typed alike.
             */
            password: string;
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /** @description Answer of `POST /auth-password-reset-complete`. */
        ResetPasswordResponse: {
            /** @description Always `password_updated`. */
            status: components["schemas"]["ResetPasswordStatus"];
        };
        /** @description The effect of a link and a good password. */
        ResetPasswordStatus: "password_updated";
        /** @description Answer of `POST /email-unsubscribe/undo`. */
        ResubscribeResponse: {
            /** @description The kind of mail: `account`, `reminder` or `agenda`. */
            category: string;
            /** @description Always `resubscribed`. */
            status: components["schemas"]["ResubscribeStatus"];
        };
        /** @description The one value of a uniform answer. */
        ResubscribeStatus: "resubscribed";
        /** @description The role of somebody in a company. */
        Role: "employee" | "manager" | "admin";
        /** @description Answer of `POST /email-templates/save`. */
        SavedTemplate: {
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description Whether it is in force. */
            is_published: boolean;
            /**
             * Format: uint32
             * @description Its number among those of its key and language.
             */
            version: number;
        };
        /** @description Body of `POST /email-templates/save`. */
        SaveRequest: {
            /**
             * Format: uint32
             * @description The latest version that was seen of this key and language, drafts included; 0 for none.
             */
            after_version: number;
            /** @description The HTML inside the layout. */
            html: string;
            /** @description The kind of mail. */
            key: string;
            /** @description The language of the text, BCP 47. */
            locale: string;
            /**
             * @description Whether it is in force from now on, and never changes again; else it is a draft.
             * @default false
             */
            publish?: boolean;
            /** @description The subject. */
            subject: string;
            /** @description The same without markup. */
            text: string;
        };
        /** @description The seats of a company, and who takes them. */
        Seats: {
            /**
             * Format: uint32
             * @description How many there are.
             */
            limit: number;
            /**
             * Format: uint32
             * @description Taken by members.
             */
            members: number;
            /**
             * Format: uint32
             * @description Held for people who have been invited.
             */
            pending: number;
        };
        /** @description Answer of `POST /auth-sign-up/preview`. */
        SignUpPreview: {
            /** @description The address that signs up, as far as its owner knows it by. */
            email: string;
            /** @description The terms to be accepted. */
            terms: components["schemas"]["AcceptedTerms"];
        };
        /** @description Body of `POST /auth-sign-up`. */
        SignUpRequest: {
            /**
             * Format: email
             * @description The address that the account is to have.
             */
            email: string;
            /** @description The language of the mail (BCP 47), as `en` or `pt-BR`; English where we have no other. */
            locale?: string | null;
        };
        /** @description Answer of `POST /auth-sign-up/complete`. */
        SignUpResponse: {
            /** @description Always `signed_up`. */
            status: components["schemas"]["SignUpStatus"];
        };
        /** @description The effect of a link and a good password. */
        SignUpStatus: "signed_up";
        /**
         * Format: uuid
         * @description Somebody who offers sessions: `specialists.id`.
         */
        SpecialistId: string;
        /** @description The state of a specialist. */
        SpecialistStatus: "pending" | "verified" | "rejected" | "suspended";
        SpecialistVerifyQueueQuery: {
            /** @description Where to go on: `next_cursor` of the page before. */
            cursor?: string | null;
            /**
             * Format: uint32
             * @description How many at most; 20 if left out.
             */
            limit?: number | null;
            /**
             * @description Documents in this state; those that wait if left out.
             * @default pending
             */
            status?: "pending" | "verified" | "rejected" | "expired";
        };
        /** @description Which plan a company has: the answer of `POST /company-assign-plan`. */
        Subscription: {
            /** @description Whose it is. */
            company_id: components["schemas"]["CompanyId"];
            /** @description Its last day; `null` until further notice. */
            ends_on: components["schemas"]["Date"] | null;
            /** @description Other features of the plan, by name. */
            features: {
                [key: string]: unknown;
            };
            /** @description Its id. */
            id: components["schemas"]["SubscriptionId"];
            /** @description The name of the plan in URLs. */
            plan: string;
            /**
             * Format: uint32
             * @description How many members and invited people there may be.
             */
            seats: number;
            /**
             * Format: uint32
             * @description Sessions of each member in a month; `null` for no limit.
             */
            sessions_per_month: number | null;
            /** @description Its first day, in the time zone that the company had when it was assigned. */
            starts_on: components["schemas"]["Date"];
            /** @description Its state. */
            status: components["schemas"]["SubscriptionStatus"];
            /** @description The last day of the trial that it is or was. */
            trial_ends_on: components["schemas"]["Date"] | null;
        };
        /**
         * Format: uuid
         * @description Which plan a company has: `company_subscriptions.id`.
         */
        SubscriptionId: string;
        /** @description The state of a subscription, which says to what it entitles. */
        SubscriptionStatus: "trial" | "active" | "suspended" | "cancelled";
        /**
         * Format: date-time
         * @description An instant as the database writes it, `2026-11-22T14:30:00+00:00` (RFC 3339, `date-time`), handed on as it is.
         */
        Timestamp: string;
        /** @description The link: its parameters, or the body of who takes it back. */
        UnsubscribeRequest: {
            /** @description The token of the link. */
            token: string;
        };
        /** @description The verdict about a document. */
        Verdict: "approve" | "reject";
        /** @description Body of `POST /auth-email-verify`. */
        VerifyRequest: {
            /**
             * @description Their name. The first confirmation clears what came with the sign-up, since
             *     somebody else may have sent it, and keeps what is said here. Nothing that cannot
             *     be seen, and no link.
             */
            display_name?: string | null;
            /** @description Their language (BCP 47), as `en` or `pt-BR`. */
            locale?: string | null;
            /** @description Their time zone, as `Europe/Lisbon`; `UTC` where it is none. */
            time_zone?: string | null;
            /** @description The token of the link: what follows `#token=`. */
            token: string;
        };
        /** @description Answer of `POST /auth-email-verify`. */
        VerifyResponse: {
            /** @description The effect of the link. */
            status: components["schemas"]["VerifyStatus"];
        };
        /** @description The effect of a valid link. */
        VerifyStatus: "verified" | "already_verified";
        /** @description Body of `POST /session-notes`. */
        WriteNoteRequest: {
            /** @description Of which session. */
            booking_id: components["schemas"]["BookingId"];
            /** @description What is written: up to 5,000 characters, or 15,000 bytes. Kept sealed. */
            text: string;
            /**
             * Format: uint32
             * @description Which version it becomes: one more than the latest that was read, 1 for the first.
             */
            version: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
