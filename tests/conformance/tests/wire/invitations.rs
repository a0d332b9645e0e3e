//! The functions that the link of an invitation opens.

use chrono::TimeDelta;
use evenkeel_conformance::{Stack, Subject as _};
use evenkeel_core::{
    AccessToken,
    id::{CompanyId, InvitationId, UserId},
    invitations::{
        RevokeInvitation,
        acceptance::{
            AcceptInvitation, Acceptance, Account, CheckInvitation, InvitationCheck,
            InvitationOutcome, PrivateAddress,
        },
    },
    ports::Configured as _,
    terms::AcceptedTerms,
    token::{LinkToken, Purpose, TokenOutcome},
};

use crate::{call, call_as, client, companies::invite_one, forged, link};

fn company(stack: &Stack) -> (CompanyId, AccessToken) {
    let (ada, session) = stack.member("ada");
    (stack.company(ada, 5), session)
}

async fn invited(
    stack: &Stack,
    company: &(CompanyId, AccessToken),
    name: &str,
) -> (InvitationId, LinkToken) {
    let id = invite_one(stack, company, name).await;
    (id, link(stack, Purpose::Invitation).await)
}

async fn check(stack: &Stack, link: &LinkToken) -> InvitationCheck {
    let call_of_it = CheckInvitation {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        // Of "password", in SHA-256.
        p_password_prefixes: vec!["5e88".to_owned()],
        p_context: &client(stack),
        p_full_name: Some("Ben"),
    };
    call(stack, &call_of_it).await
}

pub(crate) async fn check_invitation(stack: &Stack) -> Vec<InvitationCheck> {
    use InvitationOutcome::{Link, Revoked};
    let company = company(stack);
    let bob = stack.person("bob", true);
    stack.person("cleo", false);
    let mut answers = Vec::new();
    let mut links = Vec::new();
    for (name, account) in
        [("ben", Account::None), ("bob", Account::Confirmed), ("cleo", Account::Unconfirmed)]
    {
        let (id, link) = invited(stack, &company, name).await;
        let found = check(stack, &link).await;
        assert_eq!((found.outcome, found.account), (InvitationOutcome::LIVE, account));
        assert_eq!(
            (found.company.id, found.email.as_str()),
            (company.0, stack.address(name).as_str())
        );
        assert_eq!(found.full_name.as_deref(), Some("Ben"));
        assert!(
            !found.names.is_empty() && !found.common.is_empty() && !found.terms.terms.is_empty()
        );
        answers.push(found);
        links.push((id, link));
    }
    assert_eq!(answers[1].user_id, Some(bob));
    let states = [
        (
            "update public.companies set status = 'suspended' where id = $1",
            InvitationOutcome::CompanySuspended,
        ),
        ("update public.companies set status = 'active' where id = $1", InvitationOutcome::LIVE),
        (
            "update public.company_subscriptions set seats = 1 where company_id = $1",
            InvitationOutcome::SeatGone,
        ),
    ];
    for (statement, outcome) in states {
        stack.change(statement, company.0.0);
        answers.push(check(stack, &links[0].1).await);
        assert_eq!(answers.last().map(|found| found.outcome), Some(outcome));
    }
    answers.push(check(stack, &forged(stack, &links[1].1)).await);
    stack.advance(TimeDelta::days(8));
    answers.push(check(stack, &links[1].1).await);
    let client = client(stack);
    let revoke = RevokeInvitation { p_invitation_id: links[0].0, p_context: &client };
    call_as(stack, &company.1, &revoke).await;
    answers.push(check(stack, &links[0].1).await);
    let outcomes: Vec<_> = answers[6..].iter().map(|found| found.outcome).collect();
    assert_eq!(outcomes, [Link(TokenOutcome::Invalid), Link(TokenOutcome::Expired), Revoked]);
    answers
}

pub(crate) async fn accept_invitation(stack: &Stack) -> Vec<Acceptance> {
    use InvitationOutcome::{Accepted, AlreadyMember, Link, WrongAccount, WrongTerms};
    let company = company(stack);
    let ben = stack.person("ben", true);
    let eve = stack.person("eve", true);
    let (_, bens) = invited(stack, &company, "ben").await;
    let (_, works) = invited(stack, &company, "work").await;
    let terms = check(stack, &bens).await.terms;
    let old = AcceptedTerms { terms: "1999-01".to_owned(), ..terms.clone() };
    let private = stack.address("private");
    let accept = async |link: &LinkToken, person: UserId, terms: &AcceptedTerms, own: bool| {
        let address_key = stack.config().token_keys.address_key(&private);
        // To ask for it wakes the dispatcher, which rests while a test holds the platform.
        let is_asked_for = terms.terms == old.terms;
        let address = PrivateAddress { email: &private, address_key };
        let call_of_it = AcceptInvitation {
            p_token_id: link.id(),
            p_token_hash: link.hash(),
            p_user_id: person,
            p_full_name: Some("Ben"),
            p_terms: terms,
            p_context: &client(stack),
            p_own_account: own,
            p_private_address: is_asked_for.then_some(address),
        };
        call(stack, &call_of_it).await
    };
    let answers = vec![
        accept(&bens, eve, &terms, false).await,
        accept(&bens, ben, &old, false).await,
        accept(&bens, ben, &terms, false).await,
        accept(&bens, ben, &terms, false).await,
        accept(&works, ben, &terms, true).await,
        accept(&works, eve, &terms, true).await,
    ];
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(
        outcomes,
        [WrongAccount, WrongTerms, Accepted, Link(TokenOutcome::Used), AlreadyMember, Accepted]
    );
    assert_eq!([answers[0].company_id, answers[2].company_id], [None, Some(company.0)]);
    answers
}
