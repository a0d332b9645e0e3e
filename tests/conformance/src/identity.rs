//! The accounts of people, as Auth's admin API keeps them.

use evenkeel_core::{
    SecretString,
    id::UserId,
    ports::{IdentityError, NewUser},
    testing::PASSWORD,
};

use crate::subject::{Steps as _, Subject, account};

fn password(text: &str) -> SecretString {
    SecretString::new(text)
}

pub(crate) async fn an_account_is_created_once(subject: &impl Subject) {
    let first = subject.sign_up("ada").await;
    for confirmed in [false, true] {
        let again = subject.create_user(&account(subject.address("ada"), confirmed)).await;
        assert_eq!(again, Err(IdentityError::EmailExists));
    }
    assert_ne!(subject.sign_up("bob").await, first);
}

pub(crate) async fn confirming_twice_changes_nothing(subject: &impl Subject) {
    let person = subject.sign_up("ada").await;
    assert!(!subject.is_confirmed(person));
    for _ in 0..2 {
        assert_eq!(subject.confirm_email(person).await, Ok(()));
        assert!(subject.is_confirmed(person));
    }
}

pub(crate) async fn an_account_may_be_confirmed_from_the_start(subject: &impl Subject) {
    let person = subject.member("ada").await;
    assert!(subject.is_confirmed(person));
}

pub(crate) async fn an_account_has_the_id_that_was_chosen(subject: &impl Subject) {
    let id = UserId(subject.uuid());
    let chosen = |name| NewUser { id: Some(id), ..account(subject.address(name), true) };
    assert_eq!(subject.create_user(&chosen("ada")).await, Ok(id));
    assert!(subject.create_user(&chosen("ada")).await.is_err());
}

pub(crate) async fn nobody_is_not_found(subject: &impl Subject) {
    let nobody = UserId(subject.uuid());
    assert_eq!(subject.confirm_email(nobody).await, Err(IdentityError::NotFound));
    let answer = subject.set_password_and_confirm(nobody, &password(PASSWORD)).await;
    assert_eq!(answer, Err(IdentityError::NotFound));
    assert_eq!(subject.delete_user(nobody).await, Err(IdentityError::NotFound));
}

pub(crate) async fn a_short_password_is_weak(subject: &impl Subject) {
    let person = subject.member("ada").await;
    let answer = subject.set_password_and_confirm(person, &password("elevenchars")).await;
    assert_eq!(answer, Err(IdentityError::WeakPassword(vec!["length".to_owned()])));
}

pub(crate) async fn a_password_too_long_for_bcrypt_is_refused(subject: &impl Subject) {
    let long = password(&"x".repeat(73));
    let person = subject.member("ada").await;
    let answer = subject.set_password_and_confirm(person, &long).await;
    assert_eq!(answer, Err(IdentityError::PasswordTooLong));
    let email = subject.address("bob");
    let user = NewUser { id: None, email, password: long, email_confirmed: true };
    let refused = IdentityError::Refused("validation_failed".to_owned());
    assert_eq!(subject.create_user(&user).await, Err(refused));
}

pub(crate) async fn a_good_password_is_taken_and_confirms_the_address(subject: &impl Subject) {
    let person = subject.sign_up("ada").await;
    for good in ["twelve chars", &"x".repeat(72), "ünïcödé passwörd"] {
        assert_eq!(
            subject.set_password_and_confirm(person, &password(good)).await,
            Ok(()),
            "{good}"
        );
    }
    assert!(subject.is_confirmed(person));
}

pub(crate) async fn another_address_is_taken_unless_somebody_has_it(subject: &impl Subject) {
    let person = subject.sign_up("ada").await;
    subject.sign_up("bob").await;
    for _ in 0..2 {
        assert_eq!(subject.change_email(person, &subject.address("private")).await, Ok(()));
        assert!(subject.is_confirmed(person));
    }
    let taken = subject.change_email(person, &subject.address("bob")).await;
    assert_eq!(taken, Err(IdentityError::EmailExists));
    assert_ne!(subject.sign_up("ada").await, person);
    let nobody = UserId(subject.uuid());
    let answer = subject.change_email(nobody, &subject.address("cleo")).await;
    assert_eq!(answer, Err(IdentityError::NotFound));
}

pub(crate) async fn an_erased_account_is_gone_and_its_address_free(subject: &impl Subject) {
    let person = subject.sign_up("ada").await;
    assert_eq!(subject.delete_user(person).await, Ok(()));
    assert_eq!(subject.delete_user(person).await, Err(IdentityError::NotFound));
    assert_eq!(subject.confirm_email(person).await, Err(IdentityError::NotFound));
    assert_ne!(subject.sign_up("ada").await, person);
}
