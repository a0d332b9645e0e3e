//! Documents of specialists in memory: who may decide what, and their files.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    World, argument,
    companies::{refuse, refuse_plainly},
};
use crate::{
    date::Date,
    decision::DocumentStatus,
    documents::Verdict,
    id::{DocumentId, SpecialistId, UserId},
    ports::{Clock as _, DatabaseError, Entropy as _, Object, ObjectStore, ObjectStoreError},
    secret::SecretString,
};

/// A row of `specialist_documents`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryDocument {
    pub id: DocumentId,
    pub owner: UserId,
    pub file_hash: String,
    pub mime_type: &'static str,
    pub file_size: usize,
    pub status: DocumentStatus,
    pub decided_at: Option<String>,
    pub reason: Option<String>,
    /// The admins who have opened it as it is now.
    pub opened_by: Vec<UserId>,
    pub reviewed_path: Option<String>,
}

/// An object of Storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of Storage")]
pub struct MemoryFile {
    pub bytes: Vec<u8>,
    pub mime_type: String,
}

/// Documents, and their files by path.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the name of the table")]
pub struct Documents {
    pub rows: Vec<MemoryDocument>,
    /// The files of Storage, by bucket and path.
    pub files: BTreeMap<(String, String), MemoryFile>,
    /// The fault of Storage at the next `copy`, `read`, `sign` or `remove`.
    pub fault: Option<(&'static str, ObjectStoreError)>,
}

impl Documents {
    /// The error of the fault, if it is one of this call.
    fn fail(&mut self, call: &str) -> Result<(), ObjectStoreError> {
        self.fault.take_if(|(failing, _)| *failing == call).map_or(Ok(()), |(_, error)| Err(error))
    }

    fn difference(&self, row: &MemoryDocument) -> Option<&'static str> {
        let file = self.files.get(&row.upload())?;
        (file.mime_type != row.mime_type).then_some("type")
    }

    fn has_file(&self, row: &MemoryDocument) -> bool {
        self.files.contains_key(&row.upload())
    }
}

impl MemoryDocument {
    fn path(&self) -> String {
        format!("{}/{}", self.owner, self.id)
    }

    /// Where its file is uploaded to.
    pub fn upload(&self) -> (String, String) {
        ("specialist-documents".to_owned(), self.path())
    }

    fn describe(&self) -> Value {
        json!({
            "document_id": self.id,
            "specialist_id": SpecialistId(self.owner.0),
            "document_type": "license",
            "document_number": "No. 1",
            "issuing_authority": "Board",
            "expiry_date": null,
            "status": self.status,
            "mime_type": self.mime_type,
            "file_size": self.file_size,
            "uploaded_at": "2026-05-04T08:00:00+00:00",
            "decided_at": self.decided_at,
            "rejection_reason": self.reason,
        })
    }
}

impl MemoryDocument {
    fn queue_item(&self) -> Value {
        let mut item = self.describe();
        item["specialist"] = json!("Ines");
        item["specialist_status"] = json!("pending");
        item["review_started_at"] = Value::Null;
        item["pillars"] = json!([]);
        item
    }
}

impl World {
    /// Somebody announces one PDF and uploads another, or none.
    pub fn hand_in(&self, owner: UserId, announced: &[u8], stored: Option<&[u8]>) -> DocumentId {
        let document = MemoryDocument {
            id: DocumentId(self.uuid()),
            owner,
            file_hash: hex::encode(Sha256::digest(announced)),
            mime_type: "application/pdf",
            file_size: announced.len(),
            status: DocumentStatus::Pending,
            decided_at: None,
            reason: None,
            opened_by: Vec::new(),
            reviewed_path: None,
        };
        let id = document.id;
        let mut documents = self.documents.borrow_mut();
        if let Some(stored) = stored {
            let file =
                MemoryFile { bytes: stored.to_owned(), mime_type: "application/pdf".to_owned() };
            documents.files.insert(document.upload(), file);
        }
        documents.rows.push(document);
        id
    }

    fn require_admin(&self, person: Option<UserId>) -> Result<UserId, DatabaseError> {
        let person = person.ok_or_else(|| refuse_plainly(401, "unauthenticated"))?;
        let admins = &self.companies.borrow().platform_admins;
        let admin = admins.contains(&person).then_some(person);
        admin.ok_or_else(|| refuse_plainly(403, "forbidden"))
    }

    pub(super) fn document_queue(
        &self,
        person: Option<UserId>,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        self.require_admin(person)?;
        let status: DocumentStatus = argument(arguments, "p_status");
        let limit: usize = argument(arguments, "p_limit");
        assert!((1..=100).contains(&limit));
        let documents = self.documents.borrow();
        let there =
            documents.rows.iter().filter(|row| row.status == status && documents.has_file(row));
        let items: Vec<Value> = there.take(limit).map(MemoryDocument::queue_item).collect();
        Ok(json!({ "items": items, "next_cursor": null }))
    }

    pub(super) fn open_document(
        &self,
        person: Option<UserId>,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        let person = self.require_admin(person)?;
        let mut documents = self.documents.borrow_mut();
        let row = find(&mut documents.rows, arguments)?.clone();
        if !documents.has_file(&row) {
            return Err(refuse_plainly(409, "file_missing"));
        }
        if row.reviewed_path.is_some() {
            find(&mut documents.rows, arguments)?.opened_by.push(person);
        }
        Ok(json!({
            "document": row.queue_item(),
            "reviewed_path": row.reviewed_path,
            "path": row.path(), "file_hash": row.file_hash, "mime_type": row.mime_type,
            "file_size": row.file_size, "differs": documents.difference(&row),
            "copy_path": format!("{}/{}", row.path(), self.uuid()),
            "file_name": "license.pdf", "opened_by": person,
        }))
    }

    fn check_decision(
        &self,
        documents: &Documents,
        row: &MemoryDocument,
        person: UserId,
        decision: Verdict,
        arguments: &Value,
    ) -> Result<(), DatabaseError> {
        let expires_on: Option<Date> = argument(arguments, "p_expires_on");
        let today = self.now().date_naive().to_string();
        if row.owner == person {
            return Err(refuse_plainly(403, "own_document"));
        } else if row.status != DocumentStatus::Pending {
            let decision = json!({
                "status": row.status, "decided_at": row.decided_at, "reason": row.reason,
            });
            return Err(refuse(409, "already_decided", &decision));
        }
        let refusal = match decision {
            Verdict::Reject => {
                let reason: Option<String> = argument(arguments, "p_reason");
                (reason.is_none()).then_some((422, "reason_required"))
            }
            Verdict::Approve if !documents.has_file(row) => Some((409, "file_missing")),
            Verdict::Approve if row.reviewed_path.is_none() || !row.opened_by.contains(&person) => {
                Some((409, "review_not_started"))
            }
            Verdict::Approve if expires_on.is_some_and(|day| day.as_str() < &*today) => {
                Some((422, "already_expired"))
            }
            Verdict::Approve => None,
        };
        refusal.map_or(Ok(()), |(status, word)| Err(refuse_plainly(status, word)))
    }

    pub(super) fn record_reviewed_copy(&self, arguments: &Value) -> Result<Value, DatabaseError> {
        let path: String = argument(arguments, "p_path");
        let mut documents = self.documents.borrow_mut();
        let row = find(&mut documents.rows, arguments)?;
        if argument::<String>(arguments, "p_file_hash") != row.file_hash {
            return Err(refuse_plainly(422, "file_mismatch"));
        } else if row.status == DocumentStatus::Pending {
            row.opened_by.push(argument(arguments, "p_opened_by"));
            return Ok(json!(row.reviewed_path.get_or_insert(path)));
        }
        Ok(json!(row.reviewed_path.as_ref().unwrap_or(&path)))
    }

    /// Those that no row names; here they need not be an hour old.
    pub(super) fn orphaned_files(&self, arguments: &Value) -> Value {
        let limit: usize = argument(arguments, "p_limit");
        let documents = self.documents.borrow();
        let named = |(bucket, path): &(String, String)| {
            documents.rows.iter().any(|row| match bucket.as_str() {
                "specialist-documents" => row.path() == *path,
                _ => row.reviewed_path.as_ref() == Some(path),
            })
        };
        let mut buckets = BTreeMap::<&str, Vec<&str>>::new();
        for (bucket, path) in documents.files.keys().filter(|file| !named(file)).take(limit) {
            buckets.entry(bucket).or_default().push(path);
        }
        let buckets = buckets.into_iter();
        buckets.map(|(bucket, paths)| json!({ "bucket": bucket, "paths": paths })).collect()
    }

    pub(super) fn decide_document(
        &self,
        person: Option<UserId>,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        let person = self.require_admin(person)?;
        let decision: Verdict = argument(arguments, "p_decision");
        let mut documents = self.documents.borrow_mut();
        let row = find(&mut documents.rows, arguments)?.clone();
        self.check_decision(&documents, &row, person, decision, arguments)?;
        let approved = decision == Verdict::Approve;
        let row = find(&mut documents.rows, arguments)?;
        row.status = if approved { DocumentStatus::Verified } else { DocumentStatus::Rejected };
        row.reason = if approved { None } else { argument(arguments, "p_reason") };
        row.decided_at = Some(self.now().to_rfc3339());
        Ok(json!({ "document": row.describe(), "specialist_status": "pending" }))
    }
}

fn find<'a>(
    rows: &'a mut [MemoryDocument],
    arguments: &Value,
) -> Result<&'a mut MemoryDocument, DatabaseError> {
    let id: DocumentId = argument(arguments, "p_document_id");
    let row = rows.iter_mut().find(|row| row.id == id);
    row.ok_or_else(|| refuse_plainly(404, "not_found"))
}

impl ObjectStore for World {
    /// In pieces of four bytes.
    async fn read(
        &self,
        object: Object<'_>,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError> {
        let mut documents = self.documents.borrow_mut();
        documents.fail("read")?;
        let file = documents.files.get(&key(object)).ok_or(ObjectStoreError::NotFound)?;
        if file.bytes.len() > limit {
            return Err(ObjectStoreError::TooLarge);
        }
        file.bytes.chunks(4).for_each(take);
        Ok(())
    }

    async fn signed_path(
        &self,
        object: Object<'_>,
        seconds: u32,
        file_name: &str,
    ) -> Result<SecretString, ObjectStoreError> {
        let mut documents = self.documents.borrow_mut();
        documents.fail("sign")?;
        documents.files.get(&key(object)).ok_or(ObjectStoreError::NotFound)?;
        let Object { bucket, path } = object;
        let query = format!("for={seconds}&download={file_name}");
        Ok(SecretString::new(format!("/storage/v1/object/sign/{bucket}/{path}?{query}")))
    }

    async fn copy(
        &self,
        from: Object<'_>,
        to: Object<'_>,
        mime_type: &str,
    ) -> Result<(), ObjectStoreError> {
        let mut documents = self.documents.borrow_mut();
        documents.fail("copy")?;
        let file = documents.files.get(&key(from)).ok_or(ObjectStoreError::NotFound)?;
        let copy = MemoryFile { bytes: file.bytes.clone(), mime_type: mime_type.to_owned() };
        assert_eq!(documents.files.insert(key(to), copy), None, "a copy is written once");
        Ok(())
    }

    async fn remove(&self, bucket: &str, paths: &[String]) -> Result<usize, ObjectStoreError> {
        let mut documents = self.documents.borrow_mut();
        documents.fail("remove")?;
        let before = documents.files.len();
        documents.files.retain(|(known, path), _| known != bucket || !paths.contains(path));
        Ok(before - documents.files.len())
    }
}

fn key(Object { bucket, path }: Object<'_>) -> (String, String) {
    (bucket.to_owned(), path.to_owned())
}
