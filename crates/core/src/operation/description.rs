//! An operation as OpenAPI 3.1 describes it, made of the very types that parse the request and write
//! the answer.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    Asked, Body, CalledBy, Caller, FORMS, Input, Named, OneClick, Operation, Query, REDIRECT, Step,
};
use crate::{
    error::{Code, DescribedProblem, Member},
    ports::HttpMethod,
};

/// Refusals of every operation, whatever it does.
const COMMON: [Code; 7] = [
    Code::InvalidRequest,
    Code::NotFound,
    Code::FeatureDisabled,
    Code::MethodNotAllowed,
    Code::Internal,
    Code::UpstreamUnavailable,
    Code::UpstreamTimeout,
];
/// The same of one that reads a body.
const OF_BODIES: [Code; 4] =
    [Code::RequestTimeout, Code::PayloadTooLarge, Code::UnsupportedMediaType, Code::Overloaded];

/// An operation of whatever types.
pub(crate) trait Described {
    /// The function's name and the path below it.
    fn url(&self) -> (&'static str, &'static str);
    /// The steps that may refuse it.
    fn steps(&self) -> &'static [Step];
    /// Its method, and the OpenAPI object of it.
    fn describe(&self, schemas: &mut Schemas) -> (String, Value);
}

/// The input of an operation, as OpenAPI has it.
pub(crate) trait DescribedInput: Input {
    /// The refusals of the input itself.
    const REFUSES: &'static [Code];
    /// Members of the operation's object, and their values.
    fn describe(schemas: &mut Schemas) -> Vec<(&'static str, Value)>;
}

impl<T: JsonSchema> DescribedInput for Body<T> {
    const REFUSES: &'static [Code] = &OF_BODIES;

    fn describe(schemas: &mut Schemas) -> Vec<(&'static str, Value)> {
        let schema = schemas.request::<T>();
        let content = json!({ "application/json": { "schema": schema } });
        vec![("requestBody", json!({ "required": true, "content": content }))]
    }
}

impl<T: JsonSchema> DescribedInput for Query<T> {
    const REFUSES: &'static [Code] = &[];

    fn describe(_: &mut Schemas) -> Vec<(&'static str, Value)> {
        vec![("parameters", json!(Schemas::parameters::<T>()))]
    }
}

impl<T: JsonSchema> DescribedInput for OneClick<T> {
    const REFUSES: &'static [Code] = &OF_BODIES;

    fn describe(_: &mut Schemas) -> Vec<(&'static str, Value)> {
        let form = json!({ "schema": {
            "type": "object",
            "properties": { "List-Unsubscribe": { "const": "One-Click" } },
            "required": ["List-Unsubscribe"],
        } });
        let content: Map<_, _> =
            FORMS.iter().map(|media| ((*media).to_owned(), form.clone())).collect();
        vec![
            ("parameters", json!(Schemas::parameters::<T>())),
            ("requestBody", json!({ "required": true, "content": content })),
        ]
    }
}

impl<const HEAD: bool> DescribedInput for Named<HEAD> {
    const REFUSES: &'static [Code] = &[];

    fn describe(_: &mut Schemas) -> Vec<(&'static str, Value)> {
        let text = json!({ "type": "string" });
        let parameters = json!([
            { "name": "token", "in": "path", "required": true, "description": "What the address has before its ending.", "schema": text },
            { "name": "If-None-Match", "in": "header", "required": false, "description": "The versions that the caller has.", "schema": text },
        ]);
        vec![("parameters", parameters)]
    }
}

impl<T: JsonSchema, const NAMED: bool> DescribedInput for Asked<T, NAMED> {
    const REFUSES: &'static [Code] = &OF_BODIES;

    fn describe(schemas: &mut Schemas) -> Vec<(&'static str, Value)> {
        let text = json!({ "type": "string" });
        let name = json!({ "name": "key", "in": "path", "required": true, "description": "Which one.", "schema": text });
        let known = json!({ "name": "If-None-Match", "in": "header", "required": false, "description": "The versions that the caller has.", "schema": text });
        let parameters = if NAMED { json!([name, known]) } else { json!([known]) };
        let body = <Body<T> as DescribedInput>::describe(schemas);
        [vec![("parameters", parameters)], body].concat()
    }
}

impl<C: CalledBy, I: DescribedInput, A: JsonSchema> Described for Operation<C, I, A> {
    fn url(&self) -> (&'static str, &'static str) {
        (self.function, self.path.trim_end_matches('/'))
    }

    fn steps(&self) -> &'static [Step] {
        self.about.steps
    }

    fn describe(&self, schemas: &mut Schemas) -> (String, Value) {
        let (function, path) = self.url();
        let security: Vec<_> =
            C::CALLER.security().iter().map(|schemes| requirement(schemes)).collect();
        let mut responses = Map::new();
        let success = if self.status == REDIRECT {
            let location = json!({ "description": "The page.", "schema": { "type": "string", "format": "uri" } });
            json!({ "description": "See the page", "headers": { "Location": location } })
        } else if let Some(media) = self.about.document {
            responses.insert("304".to_owned(), json!({ "description": "The caller has it" }));
            let text = || json!({ "type": "string" });
            let schema = if media == JSON { schemas.answer::<A>() } else { text() };
            document(media, &schema, I::METHOD)
        } else {
            let answer = schemas.answer::<A>();
            json!({ "description": "Done", "content": { JSON: { "schema": answer } } })
        };
        responses.insert(self.status.to_string(), success);
        let steps = self.about.steps.iter().map(|step| step.refuses);
        let refusals = steps.chain([COMMON.as_slice(), C::CALLER.refuses(), I::REFUSES]);
        let refusals: Vec<_> = refusals.flatten().copied().collect();
        responses.extend(problems(&refusals, C::CALLER, &schemas.answer::<DescribedProblem>()));
        let mut operation = Map::new();
        operation.insert("operationId".to_owned(), json!(operation_id(function, path, I::METHOD)));
        operation.insert("summary".to_owned(), json!(self.about.summary));
        operation.insert("description".to_owned(), json!(self.about.description));
        operation.insert("security".to_owned(), json!(security));
        operation.insert("responses".to_owned(), Value::Object(responses));
        for (part, takes) in I::describe(schemas) {
            operation.insert(part.to_owned(), takes);
        }
        (I::METHOD.as_str().to_ascii_lowercase(), Value::Object(operation))
    }
}

const JSON: &str = "application/json";

/// A document with its version, and, but for who asks for the head alone, its text.
fn document(media: &str, schema: &Value, method: HttpMethod) -> Value {
    let tag = json!({ "description": "The version, for `If-None-Match`.", "schema": { "type": "string" } });
    let headers = json!({ "ETag": tag });
    if method == HttpMethod::Head {
        return json!({ "description": "Done", "headers": headers });
    }
    let content = json!({ media: { "schema": schema } });
    json!({ "description": "Done", "headers": headers, "content": content })
}

impl Caller {
    /// Alternatives of security schemes.
    const fn security(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Anybody => &[&["publishable"], &[]],
            Self::AnybodyOrPerson => &[&["publishable"], &["publishable", "person"], &[]],
            Self::Person => &[&["publishable", "person"], &["person"]],
            Self::Cron => &[&["cron"]],
            Self::Signed => &[&["signature"]],
        }
    }

    /// The refusals of everybody else.
    const fn refuses(self) -> &'static [Code] {
        match self {
            Self::Anybody | Self::AnybodyOrPerson => &[],
            Self::Person => &[Code::Unauthenticated, Code::TermsRequired],
            Self::Cron | Self::Signed => &[Code::Unauthenticated],
        }
    }
}

/// Unique: what a function answers to GET is beside what it does on POST.
fn operation_id(function: &str, path: &str, method: HttpMethod) -> String {
    let (path, is_of_one) = path.split_once("/{").map_or((path, false), |(path, _)| (path, true));
    let suffix = match method {
        HttpMethod::Get if path.is_empty() => "-get",
        HttpMethod::Head => "-head",
        HttpMethod::Post if is_of_one => "-one",
        _ => "",
    };
    [function, &path.replace('/', "-"), suffix].concat()
}

fn requirement(schemes: &[&str]) -> Value {
    schemes.iter().map(|scheme| ((*scheme).to_owned(), json!([]))).collect::<Map<_, _>>().into()
}

/// By status, in the order of the table of codes.
fn problems(refusals: &[Code], caller: Caller, problem: &Value) -> Map<String, Value> {
    let mut problems = Map::new();
    let mut statuses: Vec<_> = refusals.iter().map(|code| code.status()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let codes = Code::ALL.iter().filter(|code| code.status() == status);
        let codes: Vec<_> = codes.filter(|code| refusals.contains(code)).collect();
        let words: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
        let named: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        let these = json!({ "properties": { "code": { "enum": words } } });
        let problem = json!({ "schema": { "allOf": [problem, these] } });
        let content = if status == Code::Unauthenticated.status() && caller == Caller::Person {
            // Who sends neither a token nor a key gets as far as the platform's gateway.
            let theirs = json!({ "schema": { "type": "object" } });
            json!({ "application/problem+json": problem, "application/json": theirs })
        } else {
            json!({ "application/problem+json": problem })
        };
        let mut answer = Map::new();
        answer.insert("description".to_owned(), json!(named.join(", ")));
        answer.insert("content".to_owned(), content);
        if codes.iter().any(|code| code.member() == Some(Member::RetryAfter)) {
            let headers = json!({ "Retry-After": {
                "description": "When it may be tried again, in seconds.",
                "schema": { "type": "integer", "minimum": 1 },
            } });
            answer.insert("headers".to_owned(), headers);
        }
        problems.insert(status.to_string(), Value::Object(answer));
    }
    problems
}

/// Requests and answers differ: a field that is left out when empty is optional
/// in what we send, and required in what we would read.
pub(crate) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            requests: settings.clone().for_deserialize().into_generator(),
            answers: settings.for_serialize().into_generator(),
        }
    }

    fn request<T: JsonSchema>(&mut self) -> Value {
        self.requests.subschema_for::<T>().to_value()
    }

    fn parameters<T: JsonSchema>() -> Vec<Value> {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        });
        let schema = settings.for_deserialize().into_generator().into_root_schema_for::<T>();
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
        let parameter = |(name, schema): (&String, &Value)| {
            let mut schema = schema.clone();
            let fields = schema.as_object_mut();
            let description = fields.and_then(|fields| fields.remove("description"));
            json!({
                "name": name, "in": "query", "required": is_required(name), "description": description,
                "schema": schema,
            })
        };
        properties.into_iter().flatten().map(parameter).collect()
    }

    pub(crate) fn answer<T: JsonSchema>(&mut self) -> Value {
        self.answers.subschema_for::<T>().to_value()
    }

    pub(crate) fn definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.requests.take_definitions(true);
        definitions.extend(self.answers.take_definitions(true));
        definitions
    }
}
