//! The audit log of the platform, sealed: what somebody has who reads it with programs of their own.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use postgres::{Client, NoTls};
use serde_json::Value;

use super::{environment, http};

/// A checkpoint of the log, and the proofs that the database makes of what is before it.
pub struct SealedLog {
    /// As `scripts/audit/key.mjs` prints it.
    pub verifying_key: String,
    /// The signed note, as it is handed out.
    pub checkpoint: String,
    /// The hashes of the leaves before it.
    pub leaves: Vec<[u8; 32]>,
    owner: Client,
}

impl SealedLog {
    /// Writes so many entries, and has the platform seal them.
    pub fn with(entries: i32) -> Self {
        let variables = environment::read();
        let mut owner = Client::connect(&variables["DATABASE_URL"], NoTls).unwrap();
        let write = "select pg_current_xact_id()::text, count(private.write_audit('test.sealed', 'tests', n::text, null, null, null))
            from generate_series(1, $1) n";
        let transaction: String = owner.query_one(write, &[&entries]).unwrap().get(0);
        let url = format!("{}/functions/v1/audit-seal", variables["SUPABASE_URL"]);
        let seal = || {
            let request = http::agent().post(&url).header("apikey", &variables["CRON_SECRET_KEY"]);
            let answer = request.content_type("application/json").send("{}");
            let text = answer.unwrap().body_mut().read_to_string().unwrap();
            serde_json::from_str::<Value>(&text).unwrap_or_else(|_| panic!("{text}"))
        };
        // Until no transaction of another test is older.
        let is_sealed = "select transaction_id >= $1::text::xid8 from private.audit_sequence";
        let mut answer = seal();
        for _ in 0..100 {
            if owner.query_one(is_sealed, &[&transaction]).unwrap().get(0) {
                break;
            }
            thread::sleep(Duration::from_millis(200));
            answer = seal();
        }
        let size = answer["tree_size"].as_i64().unwrap();
        let leaves =
            "select leaf_hash from private.audit_leaves where leaf_index < $1 order by leaf_index";
        let leaves = owner.query(leaves, &[&size]).unwrap();
        Self {
            verifying_key: verifying_key(&variables["AUDIT_KEYS"]),
            checkpoint: answer["checkpoint"].as_str().unwrap().to_owned(),
            leaves: leaves.iter().map(|row| row.get::<_, Vec<u8>>(0).try_into().unwrap()).collect(),
            owner,
        }
    }

    /// That a leaf is in the tree of so many: hashes in base64.
    pub fn inclusion(&mut self, leaf: u64, size: u64) -> Vec<String> {
        self.path("select private.audit_path($1, null, $2)", leaf, size)
    }

    /// That the tree of so many goes on from the first.
    pub fn consistency(&mut self, first: u64, size: u64) -> Vec<String> {
        self.path("select private.audit_path(null, $1, $2)", first, size)
    }

    fn path(&mut self, query: &str, of: u64, size: u64) -> Vec<String> {
        let [of, size] = [of, size].map(u64::cast_signed);
        self.owner.query_one(query, &[&of, &size]).unwrap().get(0)
    }
}

fn verifying_key(key: &str) -> String {
    let script = environment::root().join("scripts/audit/key.mjs");
    let mut node = Command::new("node");
    let node = node.arg(script).arg("--verifying").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().unwrap();
    node.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    String::from_utf8(node.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}
