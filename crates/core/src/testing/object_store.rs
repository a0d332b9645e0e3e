//! Supabase Storage in memory: files by bucket and path.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::World;
use crate::{
    ports::{Object, ObjectStore, ObjectStoreError},
    secret::SecretString,
};

/// An object of Storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of Storage")]
pub struct MemoryFile {
    pub bytes: Vec<u8>,
    pub mime_type: String,
}

/// The files.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    /// By bucket and path.
    pub objects: BTreeMap<(String, String), MemoryFile>,
    /// The fault of the next `copy`, `read`, `sign`, `sign_upload` or `remove`.
    pub fault: Option<(&'static str, ObjectStoreError)>,
}

impl MemoryFiles {
    fn file(&self, object: Object<'_>) -> Result<&MemoryFile, ObjectStoreError> {
        self.objects.get(&key(object)).ok_or(ObjectStoreError::NotFound)
    }
}

impl World {
    fn reach(&self, name: &'static str, arguments: Value) -> Result<(), ObjectStoreError> {
        self.note(name, arguments, None);
        let is_it = |fault: &mut (&str, _)| name.strip_prefix("storage.") == Some(fault.0);
        let fault = self.files.borrow_mut().fault.take_if(is_it);
        fault.map_or(Ok(()), |(_, error)| Err(error))
    }
}

impl ObjectStore for World {
    /// In pieces of four bytes.
    async fn read(
        &self,
        object: Object<'_>,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError> {
        self.reach("storage.read", json!({ "object": key(object), "limit": limit }))?;
        let files = self.files.borrow();
        let bytes = &files.file(object)?.bytes;
        if bytes.len() > limit {
            return Err(ObjectStoreError::TooLarge);
        }
        bytes.chunks(4).for_each(take);
        Ok(())
    }

    async fn signed_path(
        &self,
        object: Object<'_>,
        seconds: u32,
        file_name: &str,
    ) -> Result<SecretString, ObjectStoreError> {
        self.reach("storage.sign", json!({ "object": key(object) }))?;
        self.files.borrow().file(object)?;
        let Object { bucket, path } = object;
        let query = format!("for={seconds}&download={file_name}");
        Ok(SecretString::new(format!("/storage/v1/object/sign/{bucket}/{path}?{query}")))
    }

    async fn signed_upload(&self, object: Object<'_>) -> Result<SecretString, ObjectStoreError> {
        self.reach("storage.sign_upload", json!({ "object": key(object) }))?;
        let Object { bucket, path } = object;
        Ok(SecretString::new(format!("/storage/v1/object/upload/sign/{bucket}/{path}?token=t")))
    }

    async fn copy(
        &self,
        from: Object<'_>,
        to: Object<'_>,
        mime_type: &str,
    ) -> Result<(), ObjectStoreError> {
        self.reach("storage.copy", json!({ "from": key(from), "to": key(to) }))?;
        let mut files = self.files.borrow_mut();
        let bytes = files.file(from)?.bytes.clone();
        let copy = MemoryFile { bytes, mime_type: mime_type.to_owned() };
        assert_eq!(files.objects.insert(key(to), copy), None, "a copy is written once");
        Ok(())
    }

    async fn remove(&self, bucket: &str, paths: &[String]) -> Result<usize, ObjectStoreError> {
        self.reach("storage.remove", json!({ "bucket": bucket, "paths": paths }))?;
        let mut files = self.files.borrow_mut();
        let before = files.objects.len();
        files.objects.retain(|(known, path), _| known != bucket || !paths.contains(path));
        Ok(before - files.objects.len())
    }
}

fn key(Object { bucket, path }: Object<'_>) -> (String, String) {
    (bucket.to_owned(), path.to_owned())
}
