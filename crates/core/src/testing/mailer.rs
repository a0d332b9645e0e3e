//! Resend in memory: idempotency keys, strict batches, faults.

use std::collections::{HashMap, VecDeque};

use super::World;
use crate::{
    id::BatchId,
    ports::{Delivery, Mail, Mailer, MailerError},
};

/// A fault of the mailer at the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailerFault {
    /// Refuses, and takes nothing.
    Refuse(MailerError),
    /// Takes the batch, and loses the answer.
    TakeAndLose,
}

/// The mails that the mailer has taken.
#[derive(Debug, Default)]
pub struct Mailbox {
    /// Every mail that was sent, in order.
    pub sent: Vec<Mail>,
    /// Faults for the next requests, first come first served; `None` works.
    pub faults: VecDeque<Option<MailerFault>>,
    /// Recipients that make a batch invalid.
    pub refused: Vec<String>,
    keys: HashMap<BatchId, (Vec<Mail>, Vec<String>)>,
}

impl Mailbox {
    fn take(&mut self, key: BatchId, mails: &[Mail]) -> Result<Vec<String>, MailerError> {
        if let Some((body, ids)) = self.keys.get(&key) {
            return if body == mails { Ok(ids.clone()) } else { Err(MailerError::KeyReused) };
        }
        if mails.iter().any(|mail| self.refused.contains(&mail.to[0])) {
            return Err(MailerError::Invalid);
        }
        let first = self.sent.len();
        self.sent.extend_from_slice(mails);
        let ids: Vec<_> = (first..self.sent.len()).map(|index| format!("re_{index}")).collect();
        self.keys.insert(key, (mails.to_vec(), ids.clone()));
        Ok(ids)
    }
}

impl Mailer for World {
    async fn send(&self, key: BatchId, mails: &[Mail], _shared: bool) -> Delivery {
        let mut mailbox = self.mailbox.borrow_mut();
        let result = match mailbox.faults.pop_front().flatten() {
            Some(MailerFault::Refuse(error)) => Err(error),
            Some(MailerFault::TakeAndLose) => {
                mailbox.take(key, mails).and(Err(MailerError::Timeout))
            }
            None => mailbox.take(key, mails),
        };
        Delivery { result, pace: None }
    }
}
