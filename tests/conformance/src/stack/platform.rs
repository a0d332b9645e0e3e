//! Behind the scenes of the platform, as its owner: what no port can do.
//!
//! While a test holds the platform, its own dispatching rests and the mails of
//! others are set aside, a century into the future; both come back when the
//! hold ends. Time passes by moving into the past whatever is stored.

use chrono::TimeDelta;
use evenkeel_core::{
    EmailAddress,
    id::{CompanyId, DocumentId, TokenId, UserId},
    outbox::Stream,
};
use postgres::{Client, NoTls};
use serde_json::Value;
use uuid::Uuid;

use crate::subject::{Draft, Logged};

/// Tests run in processes of their own, and the queue is one. What others still
/// have to be asked for is asked for, so that no claim of ours meets it.
const TAKE_OVER: &str = "
    select pg_advisory_lock(hashtext('evenkeel/conformance'));
    select vault.update_secret(id, null, 'project_url_at_rest') from vault.secrets where name = 'project_url';
    select private.process_token_requests(now(), 10000);
    select private.enqueue_due_reminders(5000, now());
    update private.email_queue set due_at = due_at + interval '100 years' where due_at < now() + interval '50 years';
    update private.email_batches set due_at = due_at + interval '100 years' where due_at < now() + interval '50 years';
    update private.email_sender set paused_until = null, error_code = null;";

/// One statement for each table with an instant that a case may wait for.
const ADVANCE: [&str; 13] = [
    "update private.email_queue set due_at = due_at - $1::text::interval
     where due_at < now() + interval '50 years'",
    "update private.email_batches
     set due_at = due_at - $1::text::interval, first_attempt_at = first_attempt_at - $1::text::interval
     where due_at < now() + interval '50 years'",
    "update private.email_sender set paused_until = paused_until - $1::text::interval",
    "update private.token_cooldowns
     set last_allowed_at = last_allowed_at - $1::text::interval,
         window_started_at = window_started_at - $1::text::interval",
    "update public.email_verification_tokens
     set created_at = created_at - $1::text::interval, expires_at = expires_at - $1::text::interval,
         verified_at = verified_at - $1::text::interval, superseded_at = superseded_at - $1::text::interval
     where email like '%@' || $2",
    "update public.password_reset_tokens
     set created_at = created_at - $1::text::interval, expires_at = expires_at - $1::text::interval,
         used_at = used_at - $1::text::interval, completed_at = completed_at - $1::text::interval,
         superseded_at = superseded_at - $1::text::interval
     where email like '%@' || $2",
    "update private.sign_up_tokens
     set created_at = created_at - $1::text::interval, expires_at = expires_at - $1::text::interval,
         taken_at = taken_at - $1::text::interval, used_at = used_at - $1::text::interval,
         superseded_at = superseded_at - $1::text::interval
     where email like '%@' || $2",
    "update private.invitation_tokens t
     set created_at = t.created_at - $1::text::interval, expires_at = t.expires_at - $1::text::interval,
         used_at = t.used_at - $1::text::interval, superseded_at = t.superseded_at - $1::text::interval
     from public.company_employee_invitations i
     where i.id = t.invitation_id and i.email like '%@' || $2",
    "update public.company_employee_invitations
     set sent_at = sent_at - $1::text::interval, expires_at = expires_at - $1::text::interval,
         mails_since = mails_since - $1::text::interval
     where email like '%@' || $2",
    "update public.email_changes
     set created_at = created_at - $1::text::interval, expires_at = expires_at - $1::text::interval,
         consumed_at = consumed_at - $1::text::interval, confirmed_at = confirmed_at - $1::text::interval,
         cancelled_at = cancelled_at - $1::text::interval, reverted_at = reverted_at - $1::text::interval
     where old_email like '%@' || $2",
    "update private.email_change_tokens t
     set created_at = t.created_at - $1::text::interval, expires_at = t.expires_at - $1::text::interval,
         used_at = t.used_at - $1::text::interval, superseded_at = t.superseded_at - $1::text::interval
     from public.email_changes c where c.id = t.change_id and c.old_email like '%@' || $2",
    "update private.email_change_cancel_tokens t
     set created_at = t.created_at - $1::text::interval, expires_at = t.expires_at - $1::text::interval,
         used_at = t.used_at - $1::text::interval, superseded_at = t.superseded_at - $1::text::interval
     from public.email_changes c where c.id = t.change_id and c.old_email like '%@' || $2",
    "update private.allowances set full_at = full_at - $1::text::interval",
];

const GIVE_BACK: &str = "
    delete from private.email_queue where due_at < now() + interval '50 years';
    delete from private.email_batches where due_at < now() + interval '50 years';
    delete from private.email_dead_letters d using private.email_log l
      where l.id = d.mail_id and l.recipient like '%@DOMAIN';
    delete from private.emails where recipient like '%@DOMAIN';
    delete from public.company_employee_invitations i using public.companies c
      where c.id = i.company_id and c.name = 'Northwind DOMAIN';
    delete from public.company_dpa_acceptance a using public.companies c
      where c.id = a.company_id and c.name = 'Northwind DOMAIN';
    delete from public.company_subscriptions s using public.companies c
      where c.id = s.company_id and c.name = 'Northwind DOMAIN';
    set storage.allow_delete_query = 'true';
    delete from storage.objects o using public.meeting_recordings r, public.bookings b, public.companies c
      where o.name like r.upload_path || '%' and b.id = r.booking_id and c.id = b.company_id and c.name = 'Northwind DOMAIN';
    delete from public.bookings b using public.companies c
      where c.id = b.company_id and c.name = 'Northwind DOMAIN';
    delete from storage.objects o using public.specialist_documents d, public.specialists s, public.profiles p
      where o.bucket_id = 'specialist-documents' and o.name = d.file_path and s.id = d.specialist_id
        and p.id = s.user_id and p.email like '%@DOMAIN';
    delete from auth.users where email like '%@DOMAIN';
    delete from public.companies where name = 'Northwind DOMAIN';
    delete from public.company_subscription_plans where slug like 'conformance-' || split_part('DOMAIN', '.', 1) || '-%';
    update private.email_sender set paused_until = null, error_code = null;
    update private.email_queue set due_at = due_at - interval '100 years' where due_at > now() + interval '50 years';
    update private.email_batches set due_at = due_at - interval '100 years' where due_at > now() + interval '50 years';
    select vault.update_secret(id, null, 'project_url') from vault.secrets where name = 'project_url_at_rest';";

pub(super) struct Platform {
    owner: Client,
    domain: String,
    enqueued: u32,
    offered: u32,
}

impl Platform {
    pub(super) fn take_over(database_url: &str) -> Self {
        let mut owner = Client::connect(database_url, NoTls).expect("the database is there");
        owner.batch_execute(TAKE_OVER).unwrap();
        let run: Uuid = owner.query_one("select gen_random_uuid()", &[]).unwrap().get(0);
        Self { owner, domain: format!("{}.example.com", run.simple()), enqueued: 0, offered: 0 }
    }

    /// The domain that every address of this hold is under.
    pub(super) fn domain(&self) -> String {
        self.domain.clone()
    }

    pub(super) fn advance(&mut self, by: TimeDelta) {
        let seconds = format!("{} seconds", by.num_seconds());
        for statement in ADVANCE {
            let domain: &(dyn postgres::types::ToSql + Sync) = &self.domain;
            let parameters = [&seconds as &(dyn postgres::types::ToSql + Sync), domain];
            let used = if statement.contains("$2") { &parameters[..] } else { &parameters[..1] };
            self.owner.execute(statement, used).unwrap();
        }
    }

    pub(super) fn enqueue(&mut self, draft: &Draft) -> i64 {
        self.enqueued += 1;
        let stream = match draft.stream {
            Stream::Mail => "mail",
            Stream::Reminder => "reminder",
        };
        let dedupe_key = format!("conformance:{}:{}", self.domain, self.enqueued);
        let row = self.owner.query_one(
            "select private.enqueue_email(
               'booking_reminder', null, $1,
               '{\"recipient_name\": \"Ada\", \"other_name\": \"Dr. Okafor\",
                 \"session_type_name\": \"Follow-up\",
                 \"video\": true, \"phone\": false, \"in_person\": false, \"place_detail\": null,
                 \"starts_at\": \"2026-11-24T09:00:00Z\", \"duration_minutes\": 50}'
                 || case when $5 then '{\"calendar\": {\"uid\": \"1\"}}' else '{}' end::jsonb,
               $2, $3, p_stream => $4)",
            &[&draft.to.as_str(), &draft.category, &dedupe_key, &stream, &draft.has_calendar],
        );
        row.unwrap().get(0)
    }

    pub(super) fn logged(&mut self, mail: i64) -> Logged {
        let row = self.owner.query_one(
            "select status, provider_message_id, error_code from private.email_log where id = $1",
            &[&mail],
        );
        let row = row.unwrap();
        Logged { status: row.get(0), message_id: row.get(1), error_code: row.get(2) }
    }

    /// The newest token to confirm an address.
    pub(super) fn verification_token(&mut self, address: &EmailAddress) -> TokenId {
        let query = "select id from public.email_verification_tokens where email = $1
                     order by created_at desc limit 1";
        TokenId(self.owner.query_one(query, &[&address.as_str()]).unwrap().get(0))
    }

    pub(super) fn erase_owner(&mut self, token: TokenId) {
        let delete = "delete from auth.users u using public.email_verification_tokens t
                      where t.id = $1 and u.id = t.user_id";
        assert_eq!(self.owner.execute(delete, &[&token.0]).unwrap(), 1);
    }

    pub(super) fn texts(&mut self) -> Vec<Value> {
        let query = "select to_jsonb(t)::text from (
            select distinct on (key, locale) key, locale, subject, html, text from public.email_templates
            where published_at is not null order by key, locale, version desc) t";
        let rows = self.owner.query(query, &[]).unwrap();
        rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
    }

    pub(super) fn latest_version(&mut self, key: &str, locale: &str) -> i32 {
        let query = "select coalesce(max(version), 0) from public.email_templates where key = $1 and locale::text = $2";
        self.owner.query_one(query, &[&key, &locale]).unwrap().get(0)
    }

    /// Changes a row, as the owner of the database.
    pub(super) fn change(&mut self, statement: &str, id: Uuid) {
        assert_eq!(self.owner.execute(statement, &[&id]).unwrap(), 1, "{statement}");
    }

    pub(super) fn suppress(&mut self, address: &EmailAddress) {
        let suppress =
            "select private.suppress_address(private.address_key($1::text), 'hard_bounce')";
        self.owner.execute(suppress, &[&address.as_str()]).unwrap();
    }

    /// As whoever signs up does: without it nobody begins anything.
    pub(super) fn agree(&mut self, person: UserId) {
        let insert = "insert into public.terms_acceptance (user_id, document, version)
            select $1, key, value from jsonb_each_text(private.terms_in_force())";
        self.owner.execute(insert, &[&person.0]).unwrap();
    }

    pub(super) fn appoint(&mut self, person: UserId) {
        let insert = "insert into public.user_roles (user_id, role, needs_second_factor)
            values ($1, 'platform_admin', false)";
        self.owner.execute(insert, &[&person.0]).unwrap();
    }

    pub(super) fn found(&mut self, members: &[(UserId, &str)]) -> CompanyId {
        let insert = "insert into public.companies (name) values ('Northwind ' || $1) returning id";
        let id: Uuid = self.owner.query_one(insert, &[&self.domain]).unwrap().get(0);
        for (member, role) in members {
            let insert = "insert into public.company_members (company_id, user_id, role) values ($1, $2, $3::text)";
            self.owner.execute(insert, &[&id, &member.0, role]).unwrap();
        }
        CompanyId(id)
    }

    pub(super) fn subscribe(&mut self, company: CompanyId, seats: u32) {
        let plan = self.offer(seats, 0);
        let subscribe =
            "insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
                         select $1, id, 'active', current_date - 30
                         from public.company_subscription_plans where slug = $2";
        self.owner.execute(subscribe, &[&company.0, &plan]).unwrap();
        let accept = "insert into public.company_dpa_acceptance (company_id, version)
                      values ($1, private.setting('dpa_version') #>> '{}')";
        self.owner.execute(accept, &[&company.0]).unwrap();
    }

    /// The document, and where its file goes.
    pub(super) fn announce(&mut self, owner: UserId, announced: &[u8]) -> (DocumentId, String) {
        let apply = "insert into public.specialists (user_id, display_name) values ($1, 'Ines')
                     on conflict (user_id) do nothing";
        self.owner.execute(apply, &[&owner.0]).unwrap();
        let insert = "insert into public.specialist_documents (
                        specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size
                      )
                      select id, 'license', 'No. 1', 'Board', encode(sha256($2), 'hex'), 'application/pdf', length($2)
                      from public.specialists where user_id = $1 returning id, file_path";
        let row = self.owner.query_one(insert, &[&owner.0, &announced]).unwrap();
        (DocumentId(row.get(0)), row.get(1))
    }

    pub(super) fn offer(&mut self, seats: u32, trial_days: u32) -> String {
        self.offered += 1;
        let run = self.domain.split('.').next().expect("a label");
        let slug = format!("conformance-{run}-{}", self.offered);
        let insert = "insert into public.company_subscription_plans (slug, name, seats, trial_days)
                      values ($1, 'Conformance', $2::bigint::int, $3::bigint::int)";
        let (seats, trial_days) = (i64::from(seats), i64::from(trial_days));
        self.owner.execute(insert, &[&slug, &seats, &trial_days]).unwrap();
        slug
    }

    pub(super) fn is_confirmed(&mut self, person: UserId) -> bool {
        let query = "select email_confirmed_at is not null from auth.users where id = $1";
        self.owner.query_one(query, &[&person.0]).unwrap().get(0)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let given_back = self.owner.batch_execute(&GIVE_BACK.replace("DOMAIN", &self.domain));
        // A test that fails already must be heard; one that does not must fail for this.
        assert!(std::thread::panicking() || given_back.is_ok(), "{given_back:?}");
    }
}
