use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    error::Code,
    ports::DatabaseError,
    testing::{AUDIT_KEY, World},
};

fn leaf(n: usize) -> Hash {
    Sha256::digest(n.to_be_bytes()).into()
}

/// What the database answers that has a checkpoint of so many leaves and so many more.
fn taken(size: usize, more: usize) -> Value {
    let (frontier, note) = checkpoint(size);
    let leaves: String = (size..size + more).map(|n| hex::encode(leaf(n))).collect();
    json!({
        "tree_size": size, "frontier": frontier.to_hex(), "note": (size > 0).then_some(note), "is_published": false, "leaves": leaves,
    })
}

fn checkpoint(size: usize) -> (Frontier, String) {
    let mut frontier = Frontier::default();
    for n in 0..size {
        frontier.push(leaf(n));
    }
    let keys = AuditKeys::parse(AUDIT_KEY).map_err(str::to_owned).unwrap();
    let note = keys.sign(frontier.size(), &frontier.root());
    (frontier, note)
}

fn run(world: &World) -> Result<SealReport> {
    pollster::block_on(seal(world))
}

#[test]
fn what_is_there_is_sealed_after_what_was() {
    let world = World::new();
    world.database.answer::<TakeAuditLeaves>(taken(300, 250));
    world.database.answer::<RecordAuditCheckpoint<'_>>(json!(true));
    let (_, note) = checkpoint(550);
    let report = run(&world).unwrap();
    assert_eq!(report, SealReport { sealed: 250, tree_size: 550, checkpoint: Some(note.clone()) });
    let asked = world.asked::<RecordAuditCheckpoint<'_>>().arguments;
    assert_eq!((&asked["p_after"], &asked["p_tree_size"]), (&json!(300), &json!(550)));
    assert_eq!(asked["p_note"], note);
    assert_eq!(asked["p_mac"], note::mac(&world.config().cron_key, &note));
}

#[test]
fn it_goes_on_while_there_is_more() {
    let world = World::new();
    world.database.answer::<TakeAuditLeaves>(taken(0, BATCH));
    world.database.answer::<RecordAuditCheckpoint<'_>>(json!(true));
    world.database.answer::<TakeAuditLeaves>(taken(BATCH, 7));
    world.database.answer::<RecordAuditCheckpoint<'_>>(json!(true));
    let report = run(&world).unwrap();
    assert_eq!((report.sealed, report.tree_size), (10_007, 10_007));
    assert_eq!(world.calls().len(), 4);
}

#[test]
fn without_entries_the_checkpoint_stays() {
    let world = World::new();
    world.database.answer::<TakeAuditLeaves>(taken(0, 0));
    assert_eq!(run(&world).unwrap(), SealReport::default());
    assert_eq!(world.asked::<TakeAuditLeaves>().arguments["p_is_sent"], false);
    world.database.answer::<TakeAuditLeaves>(taken(3, 0));
    let checkpoint = Some(checkpoint(3).1);
    assert_eq!(run(&world).unwrap(), SealReport { sealed: 0, tree_size: 3, checkpoint });
}

#[test]
fn of_two_runs_the_first_counts() {
    let world = World::new();
    world.database.answer::<TakeAuditLeaves>(taken(3, 4));
    world.database.answer::<RecordAuditCheckpoint<'_>>(json!(false));
    let checkpoint = Some(checkpoint(3).1);
    assert_eq!(run(&world).unwrap(), SealReport { sealed: 0, tree_size: 3, checkpoint });
}

/// Whoever writes to the database has nothing signed that does not go on from what was signed before.
#[test]
fn no_other_past_is_signed() {
    let other = checkpoint(4);
    let changes: [(&str, Value); 5] = [
        ("note", json!(other.1)),
        ("note", json!(null)),
        ("note", json!("evenkeel.test/audit\n3\nAAAA\n\n\u{2014} evenkeel.test/audit AAAA\n")),
        ("frontier", json!([hex::encode(leaf(7)), hex::encode(leaf(8))].concat())),
        ("frontier", json!("")),
    ];
    for (field, value) in changes {
        let world = World::new();
        let mut answer = taken(3, 4);
        answer[field] = value;
        world.database.answer::<TakeAuditLeaves>(answer);
        let error = run(&world).unwrap_err();
        assert_eq!(
            (error.code(), world.calls()),
            (Code::Internal, vec!["take_audit_leaves"]),
            "{field}"
        );
    }
    let world = World::new();
    let mut answer = taken(0, 4);
    answer["leaves"] = json!("ab");
    world.database.answer::<TakeAuditLeaves>(answer);
    assert_eq!(run(&world).unwrap_err().code(), Code::Internal);
}

#[test]
fn a_checkpoint_leaves_the_database_until_somebody_has_taken_it() {
    let world = World::new();
    world.variables.borrow_mut().insert(CHECKPOINT_URL, "https://keeper.test/log".to_owned());
    world.takes_no_checkpoints.set(true);
    world.database.answer::<TakeAuditLeaves>(taken(0, 4));
    world.database.answer::<RecordAuditCheckpoint<'_>>(json!(true));
    assert_eq!(run(&world).unwrap_err().code(), Code::UpstreamUnavailable);
    assert_eq!(world.calls(), ["take_audit_leaves", "record_audit_checkpoint"], "it was kept");

    world.takes_no_checkpoints.set(false);
    world.database.answer::<TakeAuditLeaves>(taken(4, 0));
    world.database.answer::<AuditCheckpointPublished>(json!(null));
    run(&world).unwrap();
    let posted = ("https://keeper.test/log".to_owned(), checkpoint(4).1);
    assert_eq!(*world.checkpoints.borrow(), [posted]);
    assert_eq!(world.asked::<AuditCheckpointPublished>().arguments, json!({ "p_tree_size": 4 }));

    let mut answer = taken(4, 0);
    answer["is_published"] = json!(true);
    world.database.answer::<TakeAuditLeaves>(answer);
    run(&world).unwrap();
    assert_eq!(world.checkpoints.borrow().len(), 1, "once");
    let asked = world.asked::<TakeAuditLeaves>().arguments;
    assert_eq!(asked["p_is_sent"], true, "the database knows what to wait for");
}

#[test]
fn a_checkpoint_goes_where_nobody_on_the_way_keeps_it_back() {
    let world = |url: &str| {
        let world = World::new();
        world.variables.borrow_mut().insert(CHECKPOINT_URL, url.to_owned());
        world
    };
    for url in
        ["https://keeper.test", " https://keeper.test/log ", "http://127.0.0.1:80/log", "", " "]
    {
        let world = world(url);
        world.database.answer::<TakeAuditLeaves>(taken(0, 0));
        assert!(run(&world).is_ok(), "{url}");
    }
    for url in [
        "http://keeper.test",
        "keeper.test",
        "http://127.0.0.1.keeper.test",
        "http://localhost.test",
    ] {
        assert_eq!(run(&world(url)).unwrap_err().code(), Code::Internal, "{url}");
    }
}

#[test]
fn what_fails_is_told() {
    let world = World::new();
    world.database.fail::<TakeAuditLeaves>(DatabaseError::Timeout);
    assert_eq!(run(&world).unwrap_err().code(), Code::UpstreamTimeout);
    world.variables.borrow_mut().remove(KEYS);
    assert_eq!(run(&world).unwrap_err().code(), Code::Internal);
}
