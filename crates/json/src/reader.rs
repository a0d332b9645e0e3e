//! A JSON text (RFC 8259), read by serde.

use std::borrow::Cow;

use serde::{
    Deserialize as _, Deserializer,
    de::{
        DeserializeSeed, IgnoredAny, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
        value::StrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{
    refusal::{Refusal, Segment},
    verbatim::VERBATIM,
};

/// Deeper than any message; a text of brackets alone must not use up the stack.
const DEPTH_LIMIT: usize = 64;

pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: usize,
}

type Result<T> = core::result::Result<T, Refusal>;

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de [u8]) -> Result<Self> {
        let text = core::str::from_utf8(text).map_err(|_| Refusal::encoding())?;
        Ok(Self { text, at: 0, depth: 0 })
    }

    /// Refuses whatever follows the value.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax()),
        }
    }

    #[cold]
    #[inline(never)]
    fn syntax(&self) -> Refusal {
        Refusal::syntax(self.at)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn take(&mut self, byte: u8) -> Result<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    fn literal(&mut self, literal: &str) -> Result<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(literal.as_bytes()) {
            self.at += literal.len();
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    /// Refuses a value of another kind, if it is one at all.
    fn expect(&mut self, first: u8) -> Result<()> {
        match self.peek() {
            Some(byte) if byte == first => Ok(()),
            Some(b'{' | b'[' | b'"' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9') => {
                Err(Refusal::wrong_type())
            }
            _ => Err(self.syntax()),
        }
    }

    fn slice(&self, from: usize, to: usize) -> &'de str {
        self.text.get(from..to).unwrap_or_default()
    }

    #[inline(never)]
    fn string(&mut self) -> Result<Cow<'de, str>> {
        self.expect(b'"')?;
        self.at += 1;
        let mut unescaped = String::new();
        let mut from = self.at;
        loop {
            match self.byte() {
                Some(b'"') => {
                    let rest = self.slice(from, self.at);
                    self.at += 1;
                    return Ok(if unescaped.is_empty() {
                        Cow::Borrowed(rest)
                    } else {
                        unescaped.push_str(rest);
                        Cow::Owned(unescaped)
                    });
                }
                Some(b'\\') => {
                    unescaped.push_str(self.slice(from, self.at));
                    self.at += 1;
                    unescaped.push(self.escape()?);
                    from = self.at;
                }
                // Control characters have to be escaped (section 7).
                None | Some(..0x20) => return Err(self.syntax()),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let character = match self.byte() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.syntax()),
        };
        self.at += 1;
        Ok(character)
    }

    /// `XXXX`, or a surrogate pair `XXXX\uXXXX`. Half a pair is no character.
    fn unicode(&mut self) -> Result<char> {
        let first = self.hex4()?;
        let code = if (0xD800..0xDC00).contains(&first) {
            self.literal("\\u")?;
            let second = self.hex4()?;
            if !(0xDC00..0xE000).contains(&second) {
                return Err(self.syntax());
            }
            0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.syntax())
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.syntax())?;
            self.at += 1;
        }
        Ok(code)
    }

    /// The text of a number (section 6).
    fn number(&mut self) -> Result<&'de str> {
        let from = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.byte() == Some(b'0');
        let digits = self.digits()?;
        if zero && digits > 1 {
            return Err(self.syntax());
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.slice(from, self.at))
    }

    fn digits(&mut self) -> Result<usize> {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == from { Err(self.syntax()) } else { Ok(self.at - from) }
    }

    /// Opens an array or an object. What is generic over the visitor is compiled
    /// once for each type, so it is kept to the calls.
    #[inline(never)]
    fn open(&mut self, bracket: u8) -> Result<()> {
        self.expect(bracket)?;
        if self.depth == DEPTH_LIMIT {
            return Err(self.syntax());
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    #[inline(never)]
    fn close(&mut self, bracket: u8) -> Result<()> {
        self.take(bracket)?;
        self.depth -= 1;
        Ok(())
    }

    fn array<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Elements { reader: self, index: 0 })?;
        self.close(b']')?;
        Ok(value)
    }

    fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.open(b'{')?;
        let value = visitor.visit_map(Members { reader: self, key: None, first: true })?;
        self.close(b'}')?;
        Ok(value)
    }

    /// The text of the next value.
    fn verbatim(&mut self) -> Result<&'de str> {
        self.peek();
        let from = self.at;
        IgnoredAny::deserialize(&mut *self)?;
        Ok(self.slice(from, self.at))
    }

    fn text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }
}

/// A number without the zeros of a fraction that has no other digits.
fn without_zeros(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => number,
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Refusal;

    /// A number that is not whole, or too large, is handed on as its text:
    /// nothing in the contract computes with one, and a template shows it as it is.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            Some(b'{') => self.object(visitor),
            Some(b'[') => self.array(visitor),
            Some(b'"') => self.text(visitor),
            Some(b't') => self.literal("true").and_then(|()| visitor.visit_bool(true)),
            Some(b'f') => self.literal("false").and_then(|()| visitor.visit_bool(false)),
            Some(b'n') => self.literal("null").and_then(|()| visitor.visit_unit()),
            Some(b'-' | b'0'..=b'9') => {
                let text = self.number()?;
                match (text.parse::<u64>(), text.parse::<i64>()) {
                    (Ok(number), _) => visitor.visit_u64(number),
                    (_, Ok(number)) => visitor.visit_i64(number),
                    _ => visitor.visit_borrowed_str(text),
                }
            }
            _ => Err(self.syntax()),
        }
    }

    /// JSON Schema counts `5.0` among the integers, and so do we where one is asked for.
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            Some(b'0'..=b'9') => {
                let text = self.number()?;
                match without_zeros(text).parse() {
                    Ok(number) => visitor.visit_u32(number),
                    Err(_) => visitor.visit_borrowed_str(text),
                }
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.peek() == Some(b'n') {
            self.literal("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name == VERBATIM {
            return visitor.visit_borrowed_str(self.verbatim()?);
        }
        visitor.visit_newtype_struct(self)
    }

    /// By its name: variants with content do not occur.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let name = self.string()?;
        let name: StrDeserializer<'_, Refusal> = name.as_ref().into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.array(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.object(visitor)
    }

    /// From an object alone: derive would take an array for it, field by field.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.object(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf
        unit unit_struct tuple tuple_struct ignored_any
    }
}

struct Elements<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// Of the next element.
    index: usize,
}

impl Elements<'_, '_> {
    #[inline(never)]
    fn advance(&mut self) -> Result<bool> {
        if self.reader.peek() == Some(b']') {
            return Ok(false);
        }
        if self.index > 0 {
            self.reader.take(b',')?;
        }
        self.index += 1;
        Ok(true)
    }

    #[cold]
    #[inline(never)]
    fn locate(&self, refusal: Refusal) -> Refusal {
        refusal.within(Segment::Index(self.index - 1))
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.advance()? {
            return Ok(None);
        }
        match seed.deserialize(&mut *self.reader) {
            Ok(element) => Ok(Some(element)),
            Err(refusal) => Err(self.locate(refusal)),
        }
    }
}

struct Members<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// Of the value under way.
    key: Option<Cow<'de, str>>,
    first: bool,
}

impl<'de> Members<'_, 'de> {
    #[inline(never)]
    fn advance(&mut self) -> Result<Option<Cow<'de, str>>> {
        if self.reader.peek() == Some(b'}') {
            return Ok(None);
        }
        if !core::mem::take(&mut self.first) {
            self.reader.take(b',')?;
        }
        // Whatever else stands here is no wrong type: a key is a string (section 4).
        if self.reader.peek() != Some(b'"') {
            return Err(self.reader.syntax());
        }
        let key = self.reader.string()?;
        self.reader.take(b':')?;
        self.key = Some(key.clone());
        Ok(Some(key))
    }

    #[cold]
    #[inline(never)]
    fn locate(&mut self, refusal: Refusal) -> Refusal {
        let key = self.key.take().unwrap_or_default();
        refusal.within(Segment::Key(key.into_owned()))
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(key) = self.advance()? else { return Ok(None) };
        let key: StrDeserializer<'_, Refusal> = key.as_ref().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match seed.deserialize(&mut *self.reader) {
            Ok(value) => Ok(value),
            Err(refusal) => Err(self.locate(refusal)),
        }
    }
}
