//! The in-memory world as a subject.

use chrono::TimeDelta;
use evenkeel_core::{
    EmailAddress,
    id::{TokenId, UserId},
    outbox::{QueuedMail, QueuedToken, TemplateSource},
    ports::{Entropy as _, Mail},
    testing::{MailerFault, World},
    token::Purpose,
};

use crate::subject::{AsciiDomains, Draft, Logged, Subject};

/// A world with the templates that a subject has.
pub fn memory() -> World {
    let world = World::new();
    world.outbox.borrow_mut().templates = vec![
        template(1, "verify_email", "{{link}}"),
        template(2, "booking_reminder", "Until soon, {{recipient_name}}."),
    ];
    world
}

fn template(id: i64, key: &str, text: &str) -> TemplateSource {
    TemplateSource {
        id,
        key: key.to_owned(),
        locale: "en".to_owned(),
        version: 1,
        subject: "A mail".to_owned(),
        html: format!("<p>{text}</p>"),
        text: text.to_owned(),
    }
}

fn mail(world: &World, to: &EmailAddress, category: &str) -> QueuedMail {
    QueuedMail {
        id: world.outbox.borrow().next_mail_id(),
        to: to.as_str().to_owned(),
        template_id: 2,
        variables: [("recipient_name".to_owned(), "Ada".into())].into(),
        locale: "en".to_owned(),
        time_zone: "UTC".to_owned(),
        category: category.to_owned(),
        unsubscribe: None,
        token: None,
    }
}

impl Subject for World {
    fn address(&self, name: &str) -> EmailAddress {
        EmailAddress::parse(&AsciiDomains, &format!("{name}@example.com")).unwrap()
    }

    fn advance(&self, by: TimeDelta) {
        Self::advance(self, by);
    }

    fn enqueue(&self, draft: &Draft) -> i64 {
        let mut mail = mail(self, &draft.to, draft.category);
        if draft.has_calendar {
            mail.variables
                .insert("calendar".to_owned(), [("uid".to_owned(), "1")].into_iter().collect());
        }
        let id = mail.id;
        self.outbox.borrow_mut().enqueue_in(draft.stream, mail);
        id
    }

    fn mail_link(&self, name: &str) -> TokenId {
        let id = TokenId(self.uuid());
        let token = QueuedToken { purpose: Purpose::EmailVerification, id, token_hash: None };
        let mail = mail(self, &self.address(name), "security");
        let mail = QueuedMail { template_id: 1, token: Some(token), ..mail };
        self.outbox.borrow_mut().enqueue(mail);
        id
    }

    fn erase_owner(&self, token: TokenId) {
        self.outbox.borrow_mut().tokens.remove(&token);
    }

    fn logged(&self, mail: i64) -> Logged {
        let outbox = self.outbox.borrow();
        let row = outbox.mails.iter().find(|row| row.mail.id == mail).expect("a mail of that id");
        Logged {
            status: row.status.to_owned(),
            message_id: row.message_id.clone(),
            error_code: row.error_code.clone(),
        }
    }

    fn is_confirmed(&self, person: UserId) -> bool {
        let accounts = self.accounts.borrow();
        accounts.iter().any(|account| account.id == person && account.confirmed)
    }

    fn next_delivery(&self, fault: MailerFault) {
        self.mailbox.borrow_mut().faults.push_back(Some(fault));
    }

    fn refuse_recipient(&self, address: &EmailAddress) {
        self.mailbox.borrow_mut().refused.push(address.as_str().to_owned());
    }

    fn delivered(&self) -> Vec<Mail> {
        self.mailbox.borrow().sent.clone()
    }
}
