use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only parsing is under test")]
struct Body {
    token: String,
    #[serde(default)]
    people: Vec<Person>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only parsing is under test")]
struct Person {
    age: u8,
    role: Option<Role>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Admin,
}

fn refused(body: &[u8]) -> (String, Fault) {
    let refusal = parse::<Body>(body).unwrap_err();
    (refusal.pointer(), refusal.fault())
}

#[test]
fn a_refusal_says_where_and_why() {
    use Fault::{
        DuplicateField, Encoding, InvalidValue, MissingField, Syntax, UnknownField, WrongType,
    };
    let cases: [(&[u8], &str, Fault); 20] = [
        (b"", "", Syntax { offset: 0 }),
        (b"{", "", Syntax { offset: 1 }),
        (b"{\"token\":\"a\",}", "", Syntax { offset: 13 }),
        (b"{\"token\":\"a\"} x", "", Syntax { offset: 14 }),
        (b"\xff", "", Encoding),
        (b" [\"a\"]", "", WrongType),
        (b"null", "", WrongType),
        (b"{}", "/token", MissingField),
        (b"{\"token\":1}", "/token", WrongType),
        (b"{\"token\":null}", "/token", WrongType),
        (b"{\"token\":\"a\",\"x/y~\":1}", "/x~1y~0", UnknownField),
        (b"{\"token\":\"a\",\"token\":\"b\"}", "/token", DuplicateField),
        (b"{\"token\":\"a\",\"people\":{}}", "/people", WrongType),
        (b"{\"token\":\"a\",\"people\":[[1]]}", "/people/0", WrongType),
        (b"{\"token\":\"a\",\"people\":[{\"age\":1},{}]}", "/people/1/age", MissingField),
        (b"{\"token\":\"a\",\"people\":[{\"age\":256}]}", "/people/0/age", InvalidValue),
        (b"{\"token\":\"a\",\"people\":[{\"age\":1.5}]}", "/people/0/age", WrongType),
        (
            b"{\"token\":\"a\",\"people\":[{\"age\":1,\"role\":\"king\"}]}",
            "/people/0/role",
            InvalidValue,
        ),
        (b"{\"token\":\"a\",\"people\":[{\"age\":1,\"role\":2}]}", "/people/0/role", WrongType),
        (br#"{"token":["hunter2"]}"#, "/token", WrongType),
    ];
    for (body, pointer, fault) in cases {
        let expected = (pointer.to_owned(), fault);
        assert_eq!(refused(body), expected, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn a_text_of_brackets_is_refused_before_the_stack_is_used_up() {
    assert!(parse::<Value>("[".repeat(1 << 20).as_bytes()).is_err());
    assert!(parse::<serde::de::IgnoredAny>("{\"a\":".repeat(1 << 20).as_bytes()).is_err());
}

/// The value that `serde_json` reads in a text, with numbers that are not whole as we hand them on.
fn theirs(text: &str) -> Option<Value> {
    serde_json::from_str::<Value>(text).ok()
}

fn ours(text: &str) -> Option<Value> {
    parse::<Value>(text.as_bytes()).ok()
}

#[test]
fn strings_are_read_as_serde_json_reads_them() {
    let cases = [
        r#""""#,
        r#""a\nb""#,
        r#""\u00e9""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83dx""#,
        r#""\ud83d\u0041""#,
        r#""\x""#,
        r#""\u12""#,
        r#""é\\\"\/\b\f\r\t""#,
        "\"\u{1}\"",
        "\"",
        r#""\"#,
        "'a'",
    ];
    for text in cases {
        assert_eq!(ours(text), theirs(text), "{text}");
    }
}

#[test]
fn numbers_are_read_as_serde_json_reads_them() {
    for text in ["0", "-0", "10", "-1", "18446744073709551615", "-9223372036854775808"] {
        let (ours, theirs) = (ours(text).unwrap(), theirs(text).unwrap());
        // `-0` is a float to serde_json.
        assert!(ours == theirs || text == "-0", "{text}");
    }
    for text in ["01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "1_0", "--1", "NaN", "Infinity"] {
        assert_eq!(ours(text), None, "{text}");
        assert_eq!(theirs(text), None, "{text}");
    }
    for text in ["1.5", "-0.0e-7", "1E+2", "18446744073709551616"] {
        assert_eq!(ours(text), Some(Value::String(text.to_owned())));
        assert!(theirs(text).is_some(), "{text}");
    }
}

#[test]
fn a_whole_number_may_have_a_fraction_of_zeros() {
    for (text, number) in [("5", 5), ("5.0", 5), ("0.00", 0), ("4294967295.000", u32::MAX)] {
        assert_eq!(parse::<u32>(text.as_bytes()).unwrap(), number, "{text}");
        assert_eq!(parse::<Option<u32>>(text.as_bytes()).unwrap(), Some(number), "{text}");
    }
    for text in ["5.01", "5.0e1", "-5.0", "-1", "4294967296", "4294967296.0", "5.", "\"5\"", "null"]
    {
        assert!(parse::<u32>(text.as_bytes()).is_err(), "{text}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Whether `serde_json` takes a text. `None` where a number is too large for it: we hand such a
/// number on as its text.
fn is_taken_by_serde_json(text: &[u8]) -> Option<bool> {
    match serde_json::from_slice::<Value>(text) {
        Err(error) if error.to_string().starts_with("number out of range") => None,
        result => Some(result.is_ok()),
    }
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        prop_assert_eq!(ours(&text.unwrap()), Some(value));
    }

    #[test]
    fn any_text_is_taken_or_refused_as_serde_json_does(text in r#"[\[\]{}:," \\tfn0-9.eE+\-a-u]{0,24}"#) {
        let theirs = is_taken_by_serde_json(text.as_bytes());
        prop_assert!(theirs.is_none_or(|taken| taken == ours(&text).is_some()), "{}", text);
    }

    #[test]
    fn a_byte_changed_anywhere_is_taken_or_refused_as_serde_json_does(
        value in value(), position in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut text = serde_json::to_vec(&value).unwrap();
        let position = position.index(text.len());
        text[position] = byte;
        let (ours, theirs) = (parse::<Value>(&text).is_ok(), is_taken_by_serde_json(&text));
        prop_assert!(theirs.is_none_or(|taken| taken == ours), "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn what_is_handed_on_is_the_very_text() {
    #[derive(Debug, Deserialize)]
    struct Envelope {
        inner: Verbatim<Vec<u8>>,
        after: u8,
    }
    for inner in [r#"{"a" : [1.50, "\u00e9", null, {"b": {}}]}"#, "[1,2]", r#""text""#, "-1e3"] {
        let text = format!(r#"{{"inner":  {inner} ,"after":7}}"#);
        let envelope: Envelope = parse(text.as_bytes()).unwrap();
        assert_eq!((envelope.inner.as_str(), envelope.after), (inner, 7));
    }
    let whole: Verbatim<Vec<u8>> = parse(b" [1,2] ").unwrap();
    assert_eq!((whole.as_str(), whole.read().unwrap()), ("[1,2]", vec![1, 2]));
    assert!(parse::<Verbatim<()>>(b"[1,").is_err());
    assert!(parse::<Verbatim<()>>(b"[1] 2").is_err());
}
