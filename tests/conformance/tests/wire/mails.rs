//! The functions of the outbox. What they promise is held in `tests/stack.rs`.

use evenkeel_conformance::{Draft, Stack, Subject as _, settlement};
use evenkeel_core::{
    EmailAddress,
    auth_emails::{AuthEmailAction, AuthEmailOutcome, TakeAuthEmail, TakenAuthEmail},
    date::Instant,
    email_events::{Bounce, EmailState, RecordEmailEvent, RecordOutcome, Recorded},
    id::{BatchId, RequestId, TokenId},
    outbox::{
        Batch, Claim, Outcome, SealTokenHashes, SealedToken, SettleEmails, Settled, Settlement,
        StoredHash, Stream,
    },
    ports::{Clock as _, Configured as _, Entropy as _},
    token::Purpose,
    unsubscribe::{Resubscribe, Unsubscribe, Unsubscribed},
};

use crate::{call, claim};

fn enqueue(stack: &Stack) -> i64 {
    enqueue_of(stack, "booking")
}

fn enqueue_of(stack: &Stack, category: &'static str) -> i64 {
    let to = stack.address("ada");
    stack.enqueue(&Draft { to, category, stream: Stream::Mail, has_calendar: false })
}

pub(crate) async fn record_email_event(stack: &Stack) -> Vec<Recorded> {
    let mail = enqueue(stack);
    let id = stack.uuid().to_string();
    let occurred_at: Instant = serde_json::from_str("\"2026-11-22T23:41:12.126Z\"").unwrap();
    let event = |p_mail_id, p_state, p_bounce| RecordEmailEvent {
        p_event_id: &id,
        p_mail_id,
        p_state,
        p_bounce,
        p_message_id: Some("message".to_owned()),
        p_occurred_at: Some(occurred_at.clone()),
    };
    let soft = event(mail, EmailState::Bounced, Some(Bounce::Soft));
    let mut answers = Vec::new();
    for call_of in [&soft, &soft, &event(-1, EmailState::Sent, None)] {
        answers.push(call(stack, call_of).await);
    }
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(
        outcomes,
        [RecordOutcome::Recorded, RecordOutcome::Repeated, RecordOutcome::Unknown]
    );
    answers
}

/// The token of a link by which reminders are refused, and one that nobody signed.
async fn links(stack: &Stack) -> [String; 2] {
    enqueue_of(stack, "reminder");
    let mail = call(stack, &claim()).await.batches.remove(0).mails.remove(0);
    [mail.unsubscribe.unwrap()[..64].to_owned(), "A".repeat(64)]
}

fn reminder_and_none() -> [Unsubscribed; 2] {
    [Some("reminder".to_owned()), None].map(|category| Unsubscribed { category })
}

pub(crate) async fn unsubscribe(stack: &Stack) -> Vec<Unsubscribed> {
    let mut answers = Vec::new();
    for p_token in &links(stack).await {
        answers.push(call(stack, &Unsubscribe { p_token }).await);
    }
    assert_eq!(answers, reminder_and_none());
    answers
}

pub(crate) async fn resubscribe(stack: &Stack) -> Vec<Unsubscribed> {
    let mut answers = Vec::new();
    for p_token in &links(stack).await {
        answers.push(call(stack, &Resubscribe { p_token }).await);
    }
    assert_eq!(answers, reminder_and_none());
    answers
}

pub(crate) async fn claim_emails(stack: &Stack) -> Vec<Claim> {
    let mut answers = vec![call(stack, &claim()).await];
    let token = stack.mail_link("ada");
    enqueue(stack);
    answers.push(call(stack, &claim()).await);
    assert!(answers[0].batches.is_empty());
    let mails: Vec<_> = answers[1].batches.iter().flat_map(|batch| &batch.mails).collect();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().any(|mail| mail.token.as_ref().is_some_and(|found| found.id == token)));
    assert_eq!(answers[1].templates.len(), 2);
    assert_eq!(answers[1].zones.offset(&mails[0].time_zone, stack.now()), Some(0));
    assert!(answers[1].batches[0].age_seconds < 60);
    let pause = [detailed(&answers[1].batches[0], Outcome::Pause)];
    call(stack, &SettleEmails { p_results: &pause }).await;
    answers.push(call(stack, &claim()).await);
    assert!(answers[2].paused_until.is_some());
    answers
}

pub(crate) async fn seal_token_hashes(stack: &Stack) -> Vec<Vec<StoredHash>> {
    let known = stack.mail_link("ada");
    let keys = &stack.config().token_keys;
    let sealed = |id: TokenId| SealedToken {
        purpose: Purpose::EmailVerification,
        id,
        token_hash: keys.derive(Purpose::EmailVerification, id).hash(),
    };
    let p_tokens = vec![sealed(known), sealed(TokenId(stack.uuid()))];
    let stored = call(stack, &SealTokenHashes { p_tokens }).await;
    assert_eq!((stored.len(), stored[0].id), (1, known));
    vec![stored]
}

/// With everything that may be said of a batch.
fn detailed(batch: &Batch, outcome: Outcome) -> Settlement {
    Settlement {
        message_ids: vec!["message".to_owned()],
        error_code: Some("noted".to_owned()),
        retry_after_seconds: Some(600),
        spent: Some(false),
        ..settlement(batch, outcome)
    }
}

pub(crate) async fn settle_emails(stack: &Stack) -> Vec<Settled> {
    let mut answers = Vec::new();
    for outcome in
        [Outcome::Sent, Outcome::Retry, Outcome::Split, Outcome::Failed, Outcome::Skipped]
    {
        enqueue(stack);
        let batch = call(stack, &claim()).await.batches.remove(0);
        let results = [detailed(&batch, outcome)];
        answers.push(call(stack, &SettleEmails { p_results: &results }).await);
    }
    enqueue(stack);
    let batch = call(stack, &claim()).await.batches.remove(0);
    let stale = Settlement { batch_id: BatchId(stack.uuid()), ..detailed(&batch, Outcome::Sent) };
    let results = [stale];
    answers.push(call(stack, &SettleEmails { p_results: &results }).await);
    let none = Settled::default();
    let expected = [
        Settled { sent: 1, ..none },
        Settled { retried: 1, ..none },
        // One mail has no halves.
        Settled { failed: 1, ..none },
        Settled { failed: 1, ..none },
        Settled { skipped: 1, ..none },
        Settled { stale: 1, ..none },
    ];
    assert_eq!(answers, expected);
    answers
}

pub(crate) async fn take_auth_email(stack: &Stack) -> Vec<TakenAuthEmail> {
    let ada = stack.person("ada", true);
    let mut answers = Vec::new();
    for (action, outcome) in [
        (AuthEmailAction::PasswordReset, AuthEmailOutcome::Taken),
        (AuthEmailAction::EmailChange, AuthEmailOutcome::Taken),
        (AuthEmailAction::SignInLink, AuthEmailOutcome::Taken),
        (AuthEmailAction::SignInLink, AuthEmailOutcome::Repeated),
    ] {
        let mail = TakeAuthEmail {
            p_action: action,
            p_user_id: ada,
            p_dedupe_key: dedupe_key(action),
            p_address_key: Some("0".repeat(64)),
            p_new_email: Some(EmailAddress::parse(stack, "elsewhere@example.com").unwrap()),
            p_request_id: RequestId(stack.uuid()),
        };
        answers.push(call(stack, &mail).await);
        assert_eq!(answers.last().unwrap().outcome, outcome, "{action:?}");
    }
    answers
}

/// One for each action.
fn dedupe_key(action: AuthEmailAction) -> String {
    let name = format!("{action:?}");
    let hex = name.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("{hex:0<64}")[..64].to_owned()
}
