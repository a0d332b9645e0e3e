//! The rows of a request, and the results that come back for them.

use super::{
    InvitationResult, InvitationStatus, InviteResponse, Invitee,
    sql::{Invited, InvitedRow, Row},
};
use crate::{
    email_address::EmailAddress,
    email_address::Idna,
    error::{Error, Result},
    password::is_control,
};

/// How much of what is no address is repeated to the caller, in characters.
const ECHO_LIMIT: usize = 254;
/// The longest locale that is passed on: `zho-Hans`, and then some.
const LOCALE_LIMIT: usize = 35;

/// The rows of a request, as they were read.
pub(super) struct Rows<'a> {
    invitees: &'a [Invitee],
    addresses: Vec<Option<EmailAddress>>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(idna: &impl Idna, invitees: &'a [Invitee]) -> Self {
        let parse = |invitee: &Invitee| EmailAddress::parse(idna, &invitee.email).ok();
        Self { invitees, addresses: invitees.iter().map(parse).collect() }
    }

    /// The question to the database: each address once. A row without one goes along, so
    /// that a request of nothing else is refused to strangers, too.
    pub(super) fn distinct(&self) -> Vec<Row> {
        let rows = self.invitees.iter().zip(&self.addresses).enumerate();
        let distinct = rows.filter(|(index, _)| self.first_like(*index) == *index);
        let row = |(index, (invitee, address)): (usize, (&Invitee, &Option<EmailAddress>))| Row {
            index: u32::try_from(index).unwrap_or_default(),
            email: address.clone(),
            role: invitee.role,
            full_name: invitee.full_name.as_deref().map(without_controls),
            locale: invitee.locale.clone().filter(|locale| is_locale(locale)),
        };
        distinct.map(row).collect()
    }

    /// The first row with the address of this one.
    fn first_like(&self, index: usize) -> usize {
        let Some(address) = self.addresses.get(index).and_then(Option::as_ref) else {
            return index;
        };
        let same = |other: &Option<EmailAddress>| other.as_ref() == Some(address);
        self.addresses.iter().position(same).unwrap_or(index)
    }

    /// The results in the order of the request.
    ///
    /// # Errors
    /// `internal` if the database has left a row out.
    pub(super) fn merge(&self, invited: &Invited) -> Result<InviteResponse> {
        let result = |index: usize| {
            let first = self.first_like(index);
            let found = invited.results.iter().find(|row| row.index as usize == first);
            let found = found.ok_or_else(|| Error::internal("a row without a result"))?;
            Ok(self.result(index, found, first < index))
        };
        let results = (0..self.invitees.len()).map(result).collect::<Result<_>>()?;
        Ok(InviteResponse { results, seats: invited.seats })
    }

    fn result(&self, index: usize, found: &InvitedRow, again: bool) -> InvitationResult {
        let sent = self.invitees.get(index).map(|invitee| invitee.email.as_str());
        let address = self.addresses.get(index).and_then(Option::as_ref);
        let email = address.map_or_else(
            || sent.unwrap_or_default().chars().take(ECHO_LIMIT).collect(),
            |address| address.as_str().to_owned(),
        );
        let invitation_id = found.invitation_id;
        let status = if again { repeated(found.status) } else { found.status };
        InvitationResult {
            index: u32::try_from(index).unwrap_or_default(),
            email,
            status,
            invitation_id,
        }
    }
}

/// The second row of an address comes after the first: it meets the invitation that
/// there is by then, or the same refusal.
const fn repeated(first: InvitationStatus) -> InvitationStatus {
    match first {
        InvitationStatus::Invited | InvitationStatus::Resent => InvitationStatus::AlreadyInvited,
        refusal => refusal,
    }
}

/// Spaces for what nobody reads, and PostgreSQL does not store.
fn without_controls(text: &str) -> String {
    let visible = |character: char| if is_control(character) { ' ' } else { character };
    text.chars().map(visible).collect()
}

fn is_locale(text: &str) -> bool {
    text.len() <= LOCALE_LIMIT && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
