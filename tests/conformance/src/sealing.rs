//! Storing the hashes of tokens that are about to be mailed.

use evenkeel_core::{
    id::TokenId,
    outbox::{SealTokenHashes, SealedToken},
    token::{Purpose, TokenHash},
};

use crate::subject::{Steps as _, Subject};

/// A token's hash under the key of one purpose: different purposes, different hashes.
fn hash(subject: &impl Subject, purpose: Purpose, id: TokenId) -> TokenHash {
    subject.config().token_keys.derive(purpose, id).hash()
}

async fn seal(
    subject: &impl Subject,
    tokens: &[(TokenId, TokenHash)],
) -> Vec<(TokenId, TokenHash)> {
    let p_tokens = tokens.iter().map(|(id, token_hash)| SealedToken {
        purpose: Purpose::EmailVerification,
        id: *id,
        token_hash: token_hash.clone(),
    });
    let stored = subject.call(&SealTokenHashes { p_tokens: p_tokens.collect() }).await.unwrap();
    stored.into_iter().map(|stored| (stored.id, stored.token_hash)).collect()
}

pub(crate) async fn the_first_hash_stays(subject: &impl Subject) {
    let id = subject.mail_link("ada");
    let first = hash(subject, Purpose::EmailVerification, id);
    let second = hash(subject, Purpose::PasswordReset, id);
    assert_eq!(seal(subject, &[(id, first.clone())]).await, [(id, first.clone())]);
    assert_eq!(seal(subject, &[(id, second)]).await, [(id, first)]);
}

pub(crate) async fn a_claim_shows_the_stored_hash(subject: &impl Subject) {
    let id = subject.mail_link("ada");
    let token = subject.token_of_the_mail().await;
    assert_eq!((token.purpose, token.id), (Purpose::EmailVerification, id));
    assert_eq!(token.token_hash, None);
    let sealed = hash(subject, Purpose::EmailVerification, token.id);
    seal(subject, &[(token.id, sealed.clone())]).await;
    subject.leases_run_out();
    assert_eq!(subject.token_of_the_mail().await.token_hash, Some(sealed));
}

pub(crate) async fn a_token_that_is_gone_has_no_hash(subject: &impl Subject) {
    let known = subject.mail_link("ada");
    let gone = TokenId(subject.uuid());
    let [known, gone] = [known, gone].map(|id| (id, hash(subject, Purpose::EmailVerification, id)));
    assert_eq!(seal(subject, &[gone, known.clone()]).await, [known]);
}
