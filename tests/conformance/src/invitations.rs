//! Invitations to a company, from the row of a request to the membership.

use chrono::TimeDelta;
use evenkeel_core::{
    AccessToken, Code, SecretString,
    id::{CompanyId, InvitationId, TokenId, UserId},
    invitations::{
        ChangeStatus, InvitationStatus, InviteEmployees, Invited, ResendInvitation,
        RevokeInvitation, Role, Row,
        acceptance::{
            AcceptRequest, AcceptedTerms, CheckInvitation, InvitationOutcome, PreviewRequest,
            Requirement, accept, preview,
        },
    },
    outbox::{Outcome, SealTokenHashes, SealedToken},
    ports::DatabaseError,
    seats::Seats,
    token::{LinkToken, Purpose},
};

use crate::{
    subject::{PASSWORD, Steps as _, Subject, settlement},
    verification::client,
};

/// A company with so many seats, and its admin.
struct Scene {
    company: CompanyId,
    ada: AccessToken,
}

async fn scene(subject: &impl Subject, seats: u32) -> Scene {
    let ada = subject.member("ada").await;
    let company = subject.found(&[(ada, "admin")]);
    subject.subscribe(company, seats);
    Scene { company, ada: subject.sign_in(ada, "ada") }
}

async fn try_as(
    subject: &impl Subject,
    company: CompanyId,
    person: &AccessToken,
    names: &[Option<&str>],
) -> Result<Invited, Code> {
    let row = |(index, name): (usize, Option<&str>)| Row {
        index: u32::try_from(index).unwrap(),
        email: name.map(|name| subject.address(name)),
        role: Role::Employee,
        full_name: None,
        locale: None,
    };
    let client = client(subject);
    let p_invitations = names.iter().copied().enumerate().map(row).collect();
    let call = InviteEmployees { p_company_id: company, p_invitations, p_context: &client };
    let answer = subject.call_as(person, &call).await;
    answer.map_err(|error| error.for_caller().code())
}

/// Invites people, and answers what became of each.
async fn invite(subject: &impl Subject, scene: &Scene, names: &[&str]) -> Vec<InvitationStatus> {
    let names: Vec<_> = names.iter().copied().map(Some).collect();
    let invited = try_as(subject, scene.company, &scene.ada, &names).await.unwrap();
    invited.results.iter().map(|row| row.status).collect()
}

async fn invited(subject: &impl Subject, scene: &Scene, name: &str) -> InvitationId {
    let invited = try_as(subject, scene.company, &scene.ada, &[Some(name)]).await.unwrap();
    invited.results[0].invitation_id.expect("an invitation")
}

async fn resend(
    subject: &impl Subject,
    person: &AccessToken,
    id: InvitationId,
) -> Result<ChangeStatus, Code> {
    let client = client(subject);
    let call = ResendInvitation { p_invitation_id: id, p_context: &client };
    let answer = subject.call_as(person, &call).await.map_err(DatabaseError::for_caller);
    answer.map(|change| change.read().unwrap().status).map_err(|error| error.code())
}

async fn revoke(
    subject: &impl Subject,
    person: &AccessToken,
    id: InvitationId,
) -> Result<Seats, Code> {
    let client = client(subject);
    let call = RevokeInvitation { p_invitation_id: id, p_context: &client };
    let answer = subject.call_as(person, &call).await.map_err(DatabaseError::for_caller);
    answer.map(|change| change.read().unwrap().seats).map_err(|error| error.code())
}

/// The link of the one invitation whose mail is due; it is sent.
async fn mailed(subject: &impl Subject) -> LinkToken {
    let mut links: Vec<TokenId> = Vec::new();
    for batch in subject.claim().await.batches {
        subject.settle(settlement(&batch, Outcome::Sent)).await;
        let tokens = batch.mails.iter().filter_map(|mail| mail.token.as_ref());
        links.extend(tokens.filter(|one| one.purpose == Purpose::Invitation).map(|one| one.id));
    }
    assert_eq!(links.len(), 1, "one mail with a link to accept");
    let link = subject.config().token_keys.derive(Purpose::Invitation, links[0]);
    let sealed =
        SealedToken { purpose: Purpose::Invitation, id: link.id(), token_hash: link.hash() };
    subject.call(&SealTokenHashes { p_tokens: vec![sealed] }).await.unwrap();
    link
}

async fn outcome(subject: &impl Subject, link: &LinkToken) -> InvitationOutcome {
    let call = CheckInvitation {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        p_password_prefixes: Vec::new(),
        p_context: &client(subject),
    };
    subject.call(&call).await.unwrap().outcome
}

async fn seen(subject: &impl Subject, link: &LinkToken) -> (Requirement, AcceptedTerms) {
    let request = PreviewRequest { token: link.encode() };
    let found = preview(subject, &request, &client(subject)).await.unwrap();
    (found.requires, found.terms)
}

async fn accept_as(
    subject: &impl Subject,
    person: Option<&AccessToken>,
    link: &LinkToken,
    terms: AcceptedTerms,
) -> Result<CompanyId, Code> {
    accept_with(subject, person, link, terms, false).await
}

async fn accept_with(
    subject: &impl Subject,
    person: Option<&AccessToken>,
    link: &LinkToken,
    terms: AcceptedTerms,
    own_account: bool,
) -> Result<CompanyId, Code> {
    let password = person.is_none().then(|| SecretString::new(PASSWORD));
    let token = link.encode();
    let request =
        AcceptRequest { token, password, full_name: None, own_account, private_email: None, terms };
    let answer = accept(subject, person, &request, &client(subject)).await;
    answer.map(|answer| answer.company_id).map_err(|error| error.code())
}

pub(crate) async fn every_row_has_a_result_of_its_own(subject: &impl Subject) {
    use InvitationStatus::{AlreadyInvited, AlreadyMember, InvalidEmail, SeatLimit};
    let scene = scene(subject, 3).await;
    let names = [Some("ben"), None, Some("ada"), Some("ben"), Some("cleo"), Some("dora")];
    let invited = try_as(subject, scene.company, &scene.ada, &names).await.unwrap();
    let found: Vec<_> = invited.results.iter().map(|row| (row.index, row.status)).collect();
    let expected = [
        (0, InvitationStatus::Invited),
        (1, InvalidEmail),
        (2, AlreadyMember),
        (3, AlreadyInvited),
        (4, InvitationStatus::Invited),
        (5, SeatLimit),
    ];
    assert_eq!(found, expected);
    assert_eq!(invited.seats, Seats { limit: 3, members: 1, pending: 2 });
}

pub(crate) async fn an_expired_invitation_frees_its_seat_and_is_sent_again(subject: &impl Subject) {
    let scene = scene(subject, 2).await;
    let ben = invited(subject, &scene, "ben").await;
    assert_eq!(invite(subject, &scene, &["cleo"]).await, [InvitationStatus::SeatLimit]);
    subject.advance(TimeDelta::days(8));
    assert_eq!(invite(subject, &scene, &["ben"]).await, [InvitationStatus::Resent]);
    assert_eq!(invited(subject, &scene, "ben").await, ben);
}

pub(crate) async fn a_revoked_invitation_frees_its_seat_and_is_not_resent(subject: &impl Subject) {
    let scene = scene(subject, 2).await;
    let ben = invited(subject, &scene, "ben").await;
    for _ in 0..2 {
        let seats = revoke(subject, &scene.ada, ben).await.unwrap();
        assert_eq!(seats, Seats { limit: 2, members: 1, pending: 0 });
    }
    assert_eq!(resend(subject, &scene.ada, ben).await, Err(Code::Conflict));
    assert_eq!(invite(subject, &scene, &["ben"]).await, [InvitationStatus::Invited]);
}

pub(crate) async fn an_invitation_is_mailed_five_times_a_day(subject: &impl Subject) {
    let scene = scene(subject, 2).await;
    let ben = invited(subject, &scene, "ben").await;
    for _ in 0..4 {
        assert_eq!(resend(subject, &scene.ada, ben).await, Ok(ChangeStatus::Resent));
    }
    assert_eq!(resend(subject, &scene.ada, ben).await, Err(Code::TooManyMails));
}

pub(crate) async fn strangers_neither_invite_nor_change_invitations(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    let ben = invited(subject, &scene, "ben").await;
    let eve: UserId = subject.member("eve").await;
    subject.found(&[(eve, "admin")]);
    let eve = subject.sign_in(eve, "eve");
    for name in [Some("cleo"), None] {
        let answer = try_as(subject, scene.company, &eve, &[name]).await;
        assert_eq!(answer.unwrap_err(), Code::Forbidden);
    }
    let nobodys = InvitationId(subject.uuid());
    for id in [ben, nobodys] {
        assert_eq!(resend(subject, &eve, id).await, Err(Code::NotFound));
        assert_eq!(revoke(subject, &eve, id).await, Err(Code::NotFound));
    }
}

pub(crate) async fn the_link_of_the_mail_makes_somebody_new_a_member(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    invite(subject, &scene, &["benjamin"]).await;
    let link = mailed(subject).await;
    let (requires, terms) = seen(subject, &link).await;
    assert_eq!(requires, Requirement::Password);
    let old = AcceptedTerms { terms: "1999-01".to_owned(), ..terms.clone() };
    assert_eq!(accept_as(subject, None, &link, old).await, Err(Code::VersionNotInForce));
    assert_eq!(accept_as(subject, None, &link, terms.clone()).await, Ok(scene.company));
    assert_eq!(outcome(subject, &link).await, InvitationOutcome::Used);
    assert_eq!(accept_as(subject, None, &link, terms).await, Err(Code::TokenUsed));
    assert_eq!(invite(subject, &scene, &["benjamin"]).await, [InvitationStatus::AlreadyMember]);
}

pub(crate) async fn an_account_that_nobody_confirmed_is_taken_over_by_the_link(
    subject: &impl Subject,
) {
    let scene = scene(subject, 9).await;
    let squatter = subject.sign_up("benjamin").await;
    subject.seconds_pass(1);
    invite(subject, &scene, &["benjamin"]).await;
    let link = mailed(subject).await;
    let (requires, terms) = seen(subject, &link).await;
    assert_eq!(requires, Requirement::Password);
    assert_eq!(accept_as(subject, None, &link, terms).await, Ok(scene.company));
    assert!(subject.is_confirmed(squatter));
}

pub(crate) async fn a_confirmed_account_is_let_in_by_its_own_session_alone(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    let ben = subject.member("benjamin").await;
    invite(subject, &scene, &["benjamin"]).await;
    let link = mailed(subject).await;
    let (requires, terms) = seen(subject, &link).await;
    assert_eq!(requires, Requirement::SignIn);
    let by_mail = accept_as(subject, None, &link, terms.clone()).await;
    assert_eq!(by_mail, Err(Code::Unauthenticated));
    let as_ada = accept_as(subject, Some(&scene.ada), &link, terms.clone()).await;
    assert_eq!(as_ada, Err(Code::WrongAccount));
    let ben = subject.sign_in(ben, "benjamin");
    assert_eq!(accept_as(subject, Some(&ben), &link, terms.clone()).await, Ok(scene.company));
    assert_eq!(accept_as(subject, Some(&ben), &link, terms).await, Err(Code::TokenUsed));
}

pub(crate) async fn another_account_is_let_in_if_its_owner_says_so(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    let eve = subject.member("eve").await;
    let eve = subject.sign_in(eve, "eve");
    invite(subject, &scene, &["eve-at-work"]).await;
    let link = mailed(subject).await;
    let (_, terms) = seen(subject, &link).await;
    let unsaid = accept_as(subject, Some(&eve), &link, terms.clone()).await;
    assert_eq!(unsaid, Err(Code::WrongAccount));
    let said = accept_with(subject, Some(&eve), &link, terms.clone(), true).await;
    assert_eq!(said, Ok(scene.company));
    let names = ["eve-at-work", "eve"];
    let expected = [InvitationStatus::AlreadyMember, InvitationStatus::Invited];
    assert_eq!(invite(subject, &scene, &names).await, expected, "one is known to the company");
    let link = mailed(subject).await;
    for own_account in [false, true] {
        let again = accept_with(subject, Some(&eve), &link, terms.clone(), own_account).await;
        assert_eq!(again, Err(Code::Conflict), "or it would learn the other");
    }
}

pub(crate) async fn an_address_with_an_account_is_let_in_by_it_alone(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    subject.member("benjamin").await;
    let eve = subject.member("eve").await;
    let eve = subject.sign_in(eve, "eve");
    invite(subject, &scene, &["benjamin"]).await;
    let link = mailed(subject).await;
    let (_, terms) = seen(subject, &link).await;
    let answer = accept_with(subject, Some(&eve), &link, terms, true).await;
    assert_eq!(answer, Err(Code::WrongAccount));
}

pub(crate) async fn a_member_is_known_by_the_address_that_was_invited(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    let ben = subject.member("benjamin").await;
    invite(subject, &scene, &["benjamin"]).await;
    let link = mailed(subject).await;
    let (_, terms) = seen(subject, &link).await;
    let token = subject.sign_in(ben, "benjamin");
    assert_eq!(accept_as(subject, Some(&token), &link, terms).await, Ok(scene.company));
    subject.change_address(ben, &subject.address("private"));
    let expected = [InvitationStatus::AlreadyMember, InvitationStatus::Invited];
    assert_eq!(invite(subject, &scene, &["benjamin", "private"]).await, expected);
}

pub(crate) async fn a_link_ends_with_its_time_its_successor_and_its_invitation(
    subject: &impl Subject,
) {
    let scene = scene(subject, 9).await;
    let ben = invited(subject, &scene, "benjamin").await;
    let first = mailed(subject).await;
    assert_eq!(outcome(subject, &first).await, InvitationOutcome::Live);
    resend(subject, &scene.ada, ben).await.unwrap();
    let second = mailed(subject).await;
    assert_eq!(outcome(subject, &first).await, InvitationOutcome::Superseded);
    subject.advance(TimeDelta::days(8));
    assert_eq!(outcome(subject, &second).await, InvitationOutcome::Expired);
    resend(subject, &scene.ada, ben).await.unwrap();
    let third = mailed(subject).await;
    assert_eq!(outcome(subject, &third).await, InvitationOutcome::Live);
    revoke(subject, &scene.ada, ben).await.unwrap();
    assert_eq!(outcome(subject, &third).await, InvitationOutcome::Revoked);
}

pub(crate) async fn five_wrong_secrets_exhaust_a_link(subject: &impl Subject) {
    let scene = scene(subject, 9).await;
    invite(subject, &scene, &["benjamin"]).await;
    let link = mailed(subject).await;
    let forged = subject.config().token_keys.derive(Purpose::PasswordReset, link.id());
    for _ in 0..5 {
        assert_eq!(outcome(subject, &forged).await, InvitationOutcome::Invalid);
    }
    assert_eq!(outcome(subject, &link).await, InvitationOutcome::Exhausted);
}
