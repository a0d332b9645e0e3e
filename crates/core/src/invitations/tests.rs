use serde_json::{Value, json};

use super::*;
use crate::{
    error::Code,
    id::CompanyId,
    refusal::parse_request,
    testing::{World, client, signed_in},
};

fn try_with(world: &World, invitations: &Value) -> Result<InviteResponse> {
    let body = json!({ "company_id": CompanyId::default(), "invitations": invitations });
    let request: InviteRequest = parse_request(body.to_string().as_bytes())?;
    pollster::block_on(invite(world, &signed_in("ada"), &request, &client()))
}

/// The answer of the database: outcomes by their rows.
fn outcomes(rows: &[(u32, &str)]) -> Value {
    let row = |(index, status): &(u32, &str)| json!({ "index": index, "status": status, "invitation_id": id(*index) });
    let results: Vec<_> = rows.iter().map(row).collect();
    json!({ "results": results, "seats": seats() })
}

fn id(n: u32) -> InvitationId {
    InvitationId(uuid::Uuid::from_u128(n.into()))
}

fn seats() -> Seats {
    Seats { limit: 50, members: 1, pending: 3 }
}

#[test]
fn every_row_has_a_result_of_its_own_in_the_order_of_the_request() {
    use InvitationStatus::*;
    let world = World::new();
    let rows = json!([
        { "email": "  Ben@Example.com " },
        { "email": "not an address", "role": "manager" },
        { "email": "ben@example.com", "role": "admin" },
        { "email": "ben+tag@example.com" },
        { "email": "cleo@elsewhere.example" },
        { "email": "cleo@bücher.example" },
        { "email": "cleo@elsewhere.example" },
        { "email": "not an address" },
        { "email": "ben+tag@example.com" },
        { "email": "dora@example.com", "role": "boss" },
        { "email": "\u{200B}dora@example.com\u{FEFF}", "role": "" },
        { "email": "emil@example.com", "full_name": "evil.example/now" },
        { "email": "fay@example.com", "locale": "German" },
    ]);
    // In whatever order they come.
    let found = [
        (7, "invalid_email"),
        (0, "invited"),
        (1, "invalid_email"),
        (3, "resent"),
        (4, "domain_not_allowed"),
        (5, "seat_limit"),
        (9, "invalid_email"),
        (12, "invalid_locale"),
        (11, "invalid_name"),
        (10, "invited"),
    ];
    world.database.answer::<InviteEmployees>(outcomes(&found));
    let answer = try_with(&world, &rows).unwrap();
    let results: Vec<_> = answer
        .results
        .iter()
        .map(|row| (row.index, row.email.as_str(), row.status, row.invitation_id.unwrap()))
        .collect();
    assert_eq!(
        results,
        [
            (0, "ben@example.com", Invited, id(0)),
            (1, "not an address", InvalidEmail, id(1)),
            (2, "ben@example.com", AlreadyInvited, id(0)),
            (3, "ben+tag@example.com", Resent, id(3)),
            (4, "cleo@elsewhere.example", DomainNotAllowed, id(4)),
            (5, "cleo@xn--bcher-kva.example", SeatLimit, id(5)),
            (6, "cleo@elsewhere.example", DomainNotAllowed, id(4)),
            (7, "not an address", InvalidEmail, id(7)),
            (8, "ben+tag@example.com", AlreadyInvited, id(3)),
            (9, "dora@example.com", InvalidRole, id(9)),
            (10, "dora@example.com", Invited, id(10)),
            (11, "emil@example.com", InvalidName, id(11)),
            (12, "fay@example.com", InvalidLocale, id(12)),
        ]
    );
    assert_eq!((answer.seats, world.kicks.get()), (seats(), 1));
    let asked = world.asked::<InviteEmployees>().arguments;
    let indices = asked["p_invitations"].as_array().unwrap().iter().map(|row| row["index"].clone());
    assert_eq!(indices.collect::<Vec<_>>(), [0, 1, 3, 4, 5, 7, 9, 10, 11, 12], "each address once");
}

#[test]
fn people_are_invited_as_the_admin_who_asks() {
    let world = World::new();
    world.database.answer::<InviteEmployees>(outcomes(&[(0, "invited"), (1, "invalid_email")]));
    let rows = json!([
        { "email": "ben@example.com", "role": " Manager", "full_name": "Ben\u{0}\n Tag", "locale": "de_AT" },
        { "email": "nothing", "locale": "not a\u{0}locale at all" },
    ]);
    try_with(&world, &rows).unwrap();
    let asked = world.asked::<InviteEmployees>();
    let ben = json!({
        "index": 0, "email": "ben@example.com", "role": "manager", "full_name": "Ben\u{1}\n Tag",
        "locale": "de_AT",
    });
    let nobody = json!({
        "index": 1, "email": null, "role": "employee", "full_name": null, "locale": "not a\u{1}locale at all",
    });
    let expected = json!({
        "p_company_id": CompanyId::default(), "p_invitations": [ben, nobody], "p_context": client(),
    });
    assert_eq!(asked.arguments, expected);
    assert_eq!(asked.person.as_deref(), Some(signed_in("ada").expose()));
    assert_eq!(world.calls(), ["invite_employees"]);
}

#[test]
fn a_role_is_read_in_capitals_or_not() {
    let roles = [
        (json!(null), Some("employee")),
        (json!(""), Some("employee")),
        (json!(" Employee "), Some("employee")),
        (json!("MANAGER"), Some("manager")),
        (json!("Admin"), Some("admin")),
        (json!("admin manager"), None),
        (json!("boss"), None),
    ];
    for (role, expected) in roles {
        let world = World::new();
        world.database.answer::<InviteEmployees>(outcomes(&[(0, "invited")]));
        let answer =
            try_with(&world, &json!([{ "email": "ben@example.com", "role": role }])).unwrap();
        let asked = world.asked::<InviteEmployees>().arguments["p_invitations"][0].clone();
        let sent = asked["email"].as_str().and(asked["role"].as_str());
        assert_eq!(
            (sent, answer.results[0].status == InvitationStatus::InvalidRole),
            (expected, expected.is_none())
        );
    }
}

#[test]
fn what_is_no_address_is_repeated_up_to_a_length() {
    let world = World::new();
    world.database.answer::<InviteEmployees>(outcomes(&[(0, "invalid_email")]));
    let answer = try_with(&world, &json!([{ "email": "ü".repeat(300) }])).unwrap();
    assert_eq!(answer.results[0].email, "ü".repeat(254));
}

#[test]
fn a_row_that_the_database_left_out_is_a_fault_of_ours() {
    let world = World::new();
    world.database.answer::<InviteEmployees>(outcomes(&[(0, "invited")]));
    let rows = json!([{ "email": "ben@example.com" }, { "email": "cleo@example.com" }]);
    assert_eq!(try_with(&world, &rows).unwrap_err().code(), Code::Internal);
}

#[test]
fn every_refusal_is_passed_on_and_nobody_is_mailed() {
    for word in InviteEmployees::REFUSES {
        let world = World::new();
        world.database.refuse::<InviteEmployees>(*word, None);
        let error = try_with(&world, &json!([{ "email": "ben@example.com" }])).unwrap_err();
        assert_eq!((error.code(), world.kicks.get()), (*word, 0));
    }
}

#[test]
fn nobody_or_too_many_are_refused_before_anything_is_called() {
    let rows = |count: u32| (0..count).map(|n| json!({ "email": format!("n{n}@example.com") }));
    let world = World::new();
    for count in [0, 101] {
        let error = try_with(&world, &rows(count).collect()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest);
    }
    assert!(world.calls().is_empty());
    let outcomes = outcomes(&(0..100).map(|n| (n, "invited")).collect::<Vec<_>>());
    world.database.answer::<InviteEmployees>(outcomes);
    assert_eq!(try_with(&world, &rows(100).collect()).unwrap().results.len(), 100);
}

fn change(world: &World, again: bool) -> Result<Verbatim<InvitationChange>> {
    let request = InvitationRequest { invitation_id: id(7) };
    let (ada, client) = (signed_in("ada"), client());
    pollster::block_on(async {
        if again {
            resend(world, &ada, &request, &client).await
        } else {
            revoke(world, &ada, &request, &client).await
        }
    })
}

#[test]
fn an_invitation_is_changed_as_the_admin_and_mailed_only_when_it_is_sent_again() {
    for (name, status, kicks) in
        [("resend_invitation", "resent", 1), ("revoke_invitation", "revoked", 0)]
    {
        let world = World::new();
        let answer = json!({ "invitation_id": id(7), "status": status, "seats": seats() });
        let again = status == "resent";
        if again {
            world.database.answer::<ResendInvitation>(answer.clone());
        } else {
            world.database.answer::<RevokeInvitation>(answer.clone());
        }
        assert_eq!(change(&world, again).unwrap().as_str(), answer.to_string());
        let asked = world.latest(name);
        let expected = json!({ "p_invitation_id": id(7), "p_context": client() });
        assert_eq!(asked.arguments, expected);
        assert_eq!(asked.person.as_deref(), Some(signed_in("ada").expose()));
        assert_eq!((world.calls().len(), world.kicks.get()), (1, kicks));
    }
}

#[test]
fn what_cannot_be_changed_says_why() {
    let world = World::new();
    for word in ResendInvitation::REFUSES {
        world.database.refuse::<ResendInvitation>(*word, None);
        assert_eq!(change(&world, true).unwrap_err().code(), *word);
    }
    for word in RevokeInvitation::REFUSES {
        world.database.refuse::<RevokeInvitation>(*word, None);
        assert_eq!(change(&world, false).unwrap_err().code(), *word);
    }
    assert_eq!(world.kicks.get(), 0);
}
