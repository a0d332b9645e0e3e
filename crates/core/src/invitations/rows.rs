//! The rows of a request, and the results that come back for them.

use super::{
    InvitationResult, InvitationStatus, InviteResponse, Invitee, Role, address,
    sql::{Invited, InvitedRow, Row},
};
use crate::{
    email_address::EmailAddress,
    email_address::Idna,
    error::{Error, Result},
};

/// How much of what is no address is repeated to the caller, in characters.
const ECHO_LIMIT: usize = 254;

/// The rows of a request, as they were read.
pub(super) struct Rows<'a> {
    invitees: &'a [Invitee],
    /// The address and the role, or which of them is none.
    read: Vec<Result<(EmailAddress, Role), InvitationStatus>>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(idna: &impl Idna, invitees: &'a [Invitee]) -> Self {
        let read = |invitee: &Invitee| {
            let address = address::read(idna, &invitee.email);
            let address = address.ok_or(InvitationStatus::InvalidEmail)?;
            let role = Role::read(invitee.role.as_deref()).ok_or(InvitationStatus::InvalidRole)?;
            Ok((address, role))
        };
        Self { invitees, read: invitees.iter().map(read).collect() }
    }

    /// The question to the database: each address once. A row without one, or without a role, goes
    /// along, so that a request of nothing else is refused to strangers, too.
    pub(super) fn distinct(&self) -> Vec<Row> {
        let rows = self.invitees.iter().enumerate();
        let distinct = rows.filter(|(index, _)| self.first_like(*index) == *index);
        let row = |(index, invitee): (usize, &Invitee)| {
            let read = self.read(index);
            Row {
                index: u32::try_from(index).unwrap_or_default(),
                email: read.map(|(address, _)| address.clone()),
                role: read.map_or_else(Role::default, |(_, role)| *role),
                full_name: invitee.full_name.as_deref().map(storable),
                locale: invitee.locale.as_deref().map(storable),
            }
        };
        distinct.map(row).collect()
    }

    /// A row that is not at fault.
    fn read(&self, index: usize) -> Option<&(EmailAddress, Role)> {
        self.read.get(index)?.as_ref().ok()
    }

    /// The first row with the address of this one.
    fn first_like(&self, index: usize) -> usize {
        let Some((address, _)) = self.read(index) else {
            return index;
        };
        let same = |row: &Result<(EmailAddress, Role), _>| {
            row.as_ref().is_ok_and(|(other, _)| other == address)
        };
        self.read.iter().position(same).unwrap_or(index)
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
        let email = self.read(index).map_or_else(
            || sent.unwrap_or_default().chars().take(ECHO_LIMIT).collect(),
            |(address, _)| address.as_str().to_owned(),
        );
        let status = match self.read.get(index) {
            Some(Err(fault)) => *fault,
            _ if again => repeated(found.status),
            _ => found.status,
        };
        let invitation_id = found.invitation_id;
        let index = u32::try_from(index).unwrap_or_default();
        InvitationResult { index, email, status, invitation_id }
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

/// PostgreSQL stores no NUL. What it refuses in a name or a language as well, in its place.
#[inline(never)]
fn storable(text: &str) -> String {
    text.replace('\0', "\u{1}")
}
