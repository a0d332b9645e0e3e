use proptest::prelude::*;

use super::*;
use crate::testing::World;

fn check<T>(email: &str, common: &[&str], check: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let common: Vec<String> = common.iter().map(|word| digest(word)).collect();
    let companies = ["North-Wind Trading".to_owned(), "ÅSA".to_owned()];
    let (companies, product) = (companies.as_slice(), "Evenkeel");
    check(&Surroundings { email, companies, product, common: &common })
}

fn proposed(typed: &str) -> ProposedPassword {
    ProposedPassword::new(&World::new(), &SecretString::new(typed))
}

fn digest(word: &str) -> String {
    hex::encode(Sha256::digest(word))
}

fn violations(typed: &str, common: &[&str]) -> Vec<Violation> {
    check("ada.lovelace+work@example.com", common, |surroundings| {
        proposed(typed).violations(&World::new(), surroundings)
    })
}

#[test]
fn every_rule_has_its_border() {
    use Violation::*;
    let cases: [(&str, &[Violation]); 12] = [
        ("elevenchars", &[TooShort]),
        ("twelve chars", &[]),
        ("            ", &[]),
        (&"x".repeat(72), &[]),
        (&"x".repeat(73), &[TooLong]),
        // 12 code points in 48 bytes, and 19 in 76.
        (&"🙂".repeat(12), &[]),
        (&"🙂".repeat(11), &[TooShort]),
        (&"🙂".repeat(19), &[TooLong]),
        ("a tab\tin the middle", &[ControlCharacter]),
        ("a\0nul in the middle", &[ControlCharacter]),
        ("a next line\u{85} here", &[ControlCharacter]),
        ("", &[TooShort]),
    ];
    for (typed, expected) in cases {
        assert_eq!(violations(typed, &[]), expected, "{typed:?}");
    }
}

#[test]
fn length_is_measured_in_normal_form() {
    // Twelve letters, each written as letter and accent: 24 code points that are 12.
    assert_eq!(violations(&"e\u{301}".repeat(12), &[]), []);
    assert_eq!(violations(&"e\u{301}".repeat(11), &[]), [Violation::TooShort]);
    assert_eq!(proposed("e\u{301}").normal().expose(), "\u{e9}");
}

#[test]
fn a_common_password_is_refused_in_any_dress() {
    for typed in ["password", "PassWord", "password2026!", "!!123password", " Password 1"] {
        assert!(violations(typed, &["password"]).contains(&Violation::Common), "{typed}");
    }
    for typed in ["correct horse password", "passwords", "pass1word"] {
        assert!(!violations(typed, &["password"]).contains(&Violation::Common), "{typed}");
    }
    assert!(violations("123456789012", &["123456789012"]).contains(&Violation::Common));
    assert!(violations("trustno1", &["trustno1"]).contains(&Violation::Common));
}

#[test]
fn names_of_the_surroundings_are_refused() {
    use Violation::*;
    let cases: [(&str, &[Violation]); 9] = [
        ("my ada.lovelace pass", &[ContainsEmail]),
        ("2 Ada Lovelace 2", &[ContainsEmail]),
        ("lovelace is not ada", &[]),
        ("works for my work too", &[]),
        ("i am at northwind trading", &[ContainsName]),
        ("NORTH-WIND Trading 1", &[ContainsName]),
        ("northwind in the sails", &[]),
        ("an EvenKeel is good", &[ContainsName]),
        // Three letters are no name.
        ("Åsa is my sister's name", &[]),
    ];
    for (typed, expected) in cases {
        assert_eq!(violations(typed, &[]), expected, "{typed:?}");
    }
}

#[test]
fn all_broken_rules_are_told_at_once() {
    let error = check("even@example.com", &["evenkeel"], |surroundings| {
        proposed("Evenkeel\t1").check(&World::new(), surroundings).unwrap_err()
    });
    let problem = error.problem(crate::id::RequestId(uuid::Uuid::nil()));
    assert_eq!((problem.status, problem.code), (422, Code::RuleViolation));
    let codes: Vec<_> = problem.errors.iter().map(|error| error.code).collect();
    assert_eq!(
        codes,
        ["too_short", "control_character", "common", "contains_email", "contains_name"]
    );
    assert!(problem.errors.iter().all(|error| error.pointer == "/password"));
}

#[test]
fn the_database_is_shown_four_digits_of_two_words_at_most() {
    assert_eq!(proposed("Password2026!").prefixes(), ["5e88", &digest("password2026!")[..4]]);
    assert_eq!(proposed("PASSWORD").prefixes(), ["5e88"]);
    assert_eq!(proposed("123456").prefixes(), ["8d96"]);
    assert!(proposed("").prefixes().is_empty());
}

#[test]
fn pages_say_the_same_of_thousands() {
    let lines = include_str!("../../../../tests/agreement/passwords.jsonl").lines();
    let lines: Vec<(String, Vec<String>, Vec<String>)> =
        lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 3_000);
    let nobody = Surroundings { email: "", companies: &[], product: "Evenkeel", common: &[] };
    for (typed, breaks, words) in lines {
        let password = proposed(&typed);
        let violations = password.violations(&World::new(), &nobody);
        let mut codes: Vec<_> = violations.into_iter().map(Violation::code).collect();
        codes.sort_unstable();
        assert_eq!(codes, breaks, "{typed:?}");
        let digests: Vec<_> = words.iter().map(|word| digest(word)).collect();
        assert_eq!(password.digests().collect::<Vec<_>>(), digests, "{typed:?}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_panic_and_length_decides_alone(typed in "\\PC{0,100}") {
        let found = violations(&typed, &[]);
        let normal = World::new().nfc(&typed);
        prop_assert_eq!(found.contains(&Violation::TooShort), normal.chars().count() < 12);
        prop_assert_eq!(found.contains(&Violation::TooLong), normal.len() > 72);
    }

    #[test]
    fn what_is_accepted_is_normal_already(typed in "\\PC{12,20}") {
        let once = proposed(&typed);
        let twice = proposed(once.normal().expose());
        prop_assert_eq!(once.normal().expose(), twice.normal().expose());
        prop_assert_eq!(once.prefixes(), twice.prefixes());
    }

    #[test]
    fn a_common_word_hides_behind_no_digits_and_signs(
        before in "[0-9!?. _-]{0,6}", word in "[a-z]{3,12}", after in "[0-9!?. _-]{0,6}"
    ) {
        let typed = [before.as_str(), &word.to_uppercase(), &after].concat();
        prop_assert!(violations(&typed, &[&word]).contains(&Violation::Common));
    }

    #[test]
    fn prefixes_are_those_of_the_digests_that_are_looked_for(typed in "\\PC{1,30}") {
        let password = proposed(&typed);
        let digests: Vec<String> = password.digests().collect();
        prop_assert!(digests.len() <= 2);
        for (prefix, digest) in password.prefixes().iter().zip(&digests) {
            prop_assert!(prefix.len() == 4 && digest.starts_with(prefix.as_str()));
        }
    }
}
