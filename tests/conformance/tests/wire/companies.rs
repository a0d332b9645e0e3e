//! The functions that people of a company, and we, call about it.

use chrono::TimeDelta;
use evenkeel_conformance::{Stack, Subject as _};
use evenkeel_core::{
    AccessToken, Code,
    caller::CurrentUserId,
    date::Date,
    id::{CompanyId, InvitationId, UserId},
    invitations::{
        ChangeStatus, InvitationChange, InvitationStatus, InviteEmployees, Invited,
        ResendInvitation, RevokeInvitation, Role, Row,
    },
    json::Verbatim,
    parse_request,
    plans::{AssignCompanyPlan, AssignPlanRequest, Subscription, SubscriptionStatus},
    seats::Seats,
};

use crate::{call_as, client, refused};

pub(crate) async fn current_user_id(stack: &Stack) -> Vec<Option<UserId>> {
    let (ada, session) = stack.member("ada");
    let mut answers = vec![call_as(stack, &session, &CurrentUserId {}).await];
    stack.change("delete from auth.sessions where user_id = $1", ada.0);
    answers.push(call_as(stack, &session, &CurrentUserId {}).await);
    assert_eq!(answers, [Some(ada), None]);
    answers
}

pub(crate) async fn assign_company_plan(stack: &Stack) -> Vec<Verbatim<Subscription>> {
    use SubscriptionStatus::{Active, Cancelled, Suspended};
    let olga = stack.platform_admin("olga");
    let (ada, _) = stack.member("ada");
    let company = stack.company(ada, 5);
    let plan = stack.offer(2, 14);
    let asked = |fields: &str| -> AssignPlanRequest {
        let body = format!(r#"{{"company_id":"{company}","plan":"{plan}",{fields}}}"#);
        parse_request(body.as_bytes()).unwrap()
    };
    let client = client(stack);
    let mut answers = Vec::new();
    for fields in [
        r#""status":"active","starts_on":null,"ends_on":"2999-12-31","seats":7,"auto_renew":true"#,
        r#""status":"suspended""#,
        r#""status":"cancelled","reason":"They asked for it.""#,
    ] {
        let request = asked(fields);
        answers.push(call_as(stack, &olga, &AssignCompanyPlan::new(&request, &client)).await);
    }
    let found: Vec<_> = answers.iter().map(|answer| answer.read().unwrap()).collect();
    assert_eq!((found[0].company_id, &found[0].plan, found[0].seats), (company, &plan, 7));
    assert_eq!(found[0].ends_on.as_ref().map(Date::as_str), Some("2999-12-31"));
    let states: Vec<_> = found.iter().map(|subscription| subscription.status).collect();
    assert_eq!(states, [Active, Suspended, Cancelled]);
    answers
}

/// Ada's company of so many seats.
fn company(stack: &Stack, seats: u32) -> (CompanyId, AccessToken) {
    let (ada, session) = stack.member("ada");
    (stack.company(ada, seats), session)
}

async fn invite(
    stack: &Stack,
    (company, admin): &(CompanyId, AccessToken),
    names: &[Option<&str>],
) -> Invited {
    let row = |(index, name): (usize, Option<&str>)| Row {
        index: u32::try_from(index).unwrap(),
        email: name.map(|name| stack.address(name)),
        role: Role::Manager,
        full_name: Some("Ben".to_owned()),
        locale: Some("de".to_owned()),
    };
    let p_invitations = names.iter().copied().enumerate().map(row).collect();
    let client = client(stack);
    let call = InviteEmployees { p_company_id: *company, p_invitations, p_context: &client };
    call_as(stack, admin, &call).await
}

fn statuses(invited: &Invited) -> Vec<InvitationStatus> {
    invited.results.iter().map(|row| row.status).collect()
}

pub(crate) async fn invite_employees(stack: &Stack) -> Vec<Invited> {
    use InvitationStatus::*;
    let company = company(stack, 3);
    stack.suppress("bounced");
    let names =
        [Some("ben"), None, Some("ada"), Some("ben"), Some("bounced"), Some("cleo"), Some("dora")];
    let mut answers = vec![invite(stack, &company, &names).await];
    let expected =
        [Invited, InvalidEmail, AlreadyMember, AlreadyInvited, Suppressed, Invited, SeatLimit];
    assert_eq!(statuses(&answers[0]), expected);
    assert_eq!(answers[0].seats, Seats { limit: 3, members: 1, pending: 2 });
    assert!(answers[0].results[0].invitation_id.is_some());
    stack.advance(TimeDelta::days(8));
    answers.push(invite(stack, &company, &[Some("ben")]).await);
    assert_eq!(statuses(&answers[1]), [Resent]);
    let only = "update public.companies set allowed_email_domains = '{else.where}' where id = $1";
    stack.change(only, company.0.0);
    answers.push(invite(stack, &company, &[Some("eve")]).await);
    assert_eq!(statuses(&answers[2]), [DomainNotAllowed]);
    answers
}

/// Ben has been invited to Ada's company, which is full then.
async fn invited(stack: &Stack) -> (InvitationId, AccessToken) {
    let company = company(stack, 2);
    let invited = invite(stack, &company, &[Some("ben")]).await;
    (invited.results[0].invitation_id.unwrap(), company.1)
}

pub(crate) async fn resend_invitation(stack: &Stack) -> Vec<Verbatim<InvitationChange>> {
    let (ben, ada) = invited(stack).await;
    let client = client(stack);
    let call = ResendInvitation { p_invitation_id: ben, p_context: &client };
    let answer = call_as(stack, &ada, &call).await;
    let seats = Seats { limit: 2, members: 1, pending: 1 };
    let expected = InvitationChange { invitation_id: ben, status: ChangeStatus::Resent, seats };
    assert_eq!(answer.read().unwrap(), expected);
    for _ in 0..3 {
        call_as(stack, &ada, &call).await;
    }
    refused(stack, &ada, &call, Code::TooManyMails).await;
    vec![answer]
}

pub(crate) async fn revoke_invitation(stack: &Stack) -> Vec<Verbatim<InvitationChange>> {
    let (ben, ada) = invited(stack).await;
    let client = client(stack);
    let call = RevokeInvitation { p_invitation_id: ben, p_context: &client };
    let answer = call_as(stack, &ada, &call).await;
    let seats = Seats { limit: 2, members: 1, pending: 0 };
    let expected = InvitationChange { invitation_id: ben, status: ChangeStatus::Revoked, seats };
    assert_eq!(answer.read().unwrap(), expected);
    vec![answer]
}

/// Invites somebody, by a name.
pub(crate) async fn invite_one(
    stack: &Stack,
    company: &(CompanyId, AccessToken),
    name: &str,
) -> InvitationId {
    invite(stack, company, &[Some(name)]).await.results[0].invitation_id.unwrap()
}
