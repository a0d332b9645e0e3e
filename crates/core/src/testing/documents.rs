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
    documents::{DecisionKind, DocumentStatus},
    id::{DocumentId, SpecialistId, UserId},
    ports::{Clock as _, DatabaseError, Entropy as _, ObjectStore, ObjectStoreError},
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
    pub stored_hash: Option<String>,
}

/// Documents, and their files by path.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the name of the table")]
pub struct Documents {
    pub rows: Vec<MemoryDocument>,
    /// What was uploaded.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What Storage does with the next requests instead.
    pub faults: Vec<ObjectStoreError>,
}

impl MemoryDocument {
    fn path(&self) -> String {
        format!("{}/{}", self.owner, self.id)
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
            stored_hash: None,
        };
        let id = document.id;
        let mut documents = self.documents.borrow_mut();
        if let Some(stored) = stored {
            documents.files.insert(document.path(), stored.to_owned());
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
        let there = documents
            .rows
            .iter()
            .filter(|row| row.status == status && documents.files.contains_key(&row.path()));
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
        let Documents { rows, files, .. } = &mut *documents;
        let row = find(rows, arguments)?;
        if !files.contains_key(&row.path()) {
            return Err(refuse_plainly(409, "file_missing"));
        }
        row.opened_by.push(person);
        Ok(json!({ "path": row.path(), "document": row.queue_item() }))
    }

    pub(super) fn document_to_approve(
        &self,
        person: Option<UserId>,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        let person = self.require_admin(person)?;
        let mut documents = self.documents.borrow_mut();
        let row = find(&mut documents.rows, arguments)?.clone();
        self.check_decision(&documents, &row, person, DecisionKind::Approve, arguments)?;
        Ok(json!({
            "path": row.path(), "file_hash": row.file_hash, "mime_type": row.mime_type,
            "file_size": row.file_size,
        }))
    }

    fn check_decision(
        &self,
        documents: &Documents,
        row: &MemoryDocument,
        person: UserId,
        decision: DecisionKind,
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
            DecisionKind::Reject => {
                let reason: Option<String> = argument(arguments, "p_reason");
                (reason.is_none()).then_some((422, "reason_required"))
            }
            DecisionKind::Approve if !documents.files.contains_key(&row.path()) => {
                Some((409, "file_missing"))
            }
            DecisionKind::Approve if !row.opened_by.contains(&person) => {
                Some((409, "review_not_started"))
            }
            DecisionKind::Approve if expires_on.is_some_and(|day| day.as_str() < &*today) => {
                Some((422, "already_expired"))
            }
            DecisionKind::Approve => None,
        };
        refusal.map_or(Ok(()), |(status, word)| Err(refuse_plainly(status, word)))
    }

    pub(super) fn record_stored_file(&self, arguments: &Value) -> Value {
        let mut documents = self.documents.borrow_mut();
        if let Ok(row) = find(&mut documents.rows, arguments) {
            row.stored_hash = Some(argument(arguments, "p_file_hash"));
        }
        Value::Null
    }

    pub(super) fn decide_document(
        &self,
        person: Option<UserId>,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        let person = self.require_admin(person)?;
        let decision: DecisionKind = argument(arguments, "p_decision");
        let mut documents = self.documents.borrow_mut();
        let row = find(&mut documents.rows, arguments)?.clone();
        self.check_decision(&documents, &row, person, decision, arguments)?;
        let approved = decision == DecisionKind::Approve;
        if approved && row.stored_hash.as_ref() != Some(&row.file_hash) {
            return Err(refuse_plainly(422, "file_mismatch"));
        }
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
        bucket: &str,
        path: &str,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError> {
        assert_eq!(bucket, "specialist-documents");
        let mut documents = self.documents.borrow_mut();
        if let Some(fault) = documents.faults.pop() {
            return Err(fault);
        }
        let file = documents.files.get(path).ok_or(ObjectStoreError::NotFound)?;
        if file.len() > limit {
            return Err(ObjectStoreError::TooLarge);
        }
        file.chunks(4).for_each(take);
        Ok(())
    }

    async fn signed_path(
        &self,
        bucket: &str,
        path: &str,
        seconds: u32,
    ) -> Result<SecretString, ObjectStoreError> {
        let mut documents = self.documents.borrow_mut();
        if let Some(fault) = documents.faults.pop() {
            return Err(fault);
        }
        documents.files.get(path).ok_or(ObjectStoreError::NotFound)?;
        Ok(SecretString::new(format!("/storage/v1/object/sign/{bucket}/{path}?for={seconds}")))
    }
}
