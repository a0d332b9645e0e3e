//! The HTTP contract as data: an OpenAPI 3.1 description made of the very types
//! that parse the requests and write the answers.
//!
//! A new route is one [`Operation`] in [`operations`]; `cargo xtask contract`
//! then writes `openapi.json` and the TypeScript types.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    documents::{DecideRequest, Decided, OpenRequest, OpenResponse, QueuePage, QueueRequest},
    email_change::{AddressLinkRequest, AddressResponse},
    error::{Code, Problem},
    invitations::{
        InvitationChange, InvitationRequest, InviteRequest, InviteResponse,
        acceptance::{AcceptRequest, AcceptResponse, PreviewRequest, PreviewResponse},
    },
    link_request::{AcceptedResponse, LinkRequest},
    outbox::{DispatchReport, DispatchRequest},
    password_reset::{ResetPasswordRequest, ResetPasswordResponse},
    plans::{AssignPlanRequest, Subscription},
    sweep::{SweepReport, SweepRequest},
    verification::{VerifyRequest, VerifyResponse},
};

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    /// Anybody, with the publishable key or none.
    Public,
    /// Anybody, and whoever has signed in as themselves.
    PublicOrPerson,
    /// Somebody who has signed in, as whom the database is called.
    Person,
    /// `pg_cron`, with `CRON_SECRET_KEY`, which is no key of the project.
    Cron,
}

/// What every route may answer, whatever it does.
const COMMON: [Code; 10] = [
    Code::InvalidRequest,
    Code::MethodNotAllowed,
    Code::NotFound,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
    Code::RequestTimeout,
    Code::Internal,
    Code::Overloaded,
    Code::UpstreamUnavailable,
    Code::UpstreamTimeout,
];

/// What a route takes.
enum Request {
    /// A JSON body, by its schema.
    Body(Value),
    /// Parameters in the URL, as the description lists them.
    Query(Vec<Value>),
}

struct Operation {
    function: &'static str,
    path: &'static str,
    summary: &'static str,
    description: &'static str,
    caller: Caller,
    request: Request,
    success: (u16, Value),
    errors: Vec<Code>,
}

fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let mut all = links(schemas);
    all.extend(moving(schemas));
    all.extend(companies(schemas));
    all.extend(inviting(schemas));
    all.extend(accepting(schemas));
    all.extend(reviewing(schemas));
    all.extend(dispatchers(schemas));
    all.push(sweeping(schemas));
    all
}

fn sweeping(schemas: &mut Schemas) -> Operation {
    Operation {
        function: "storage-sweep",
        path: "",
        summary: "Remove files that belong to nobody",
        description: "One run of up to a thousand files of documents that no row names any more. Runs may overlap.",
        caller: Caller::Cron,
        request: schemas.request::<SweepRequest>(),
        success: (200, schemas.answer::<SweepReport>()),
        errors: vec![Code::Unauthenticated],
    }
}

fn dispatchers(schemas: &mut Schemas) -> Vec<Operation> {
    let mut dispatch = |function, summary, description| Operation {
        function,
        path: "",
        summary,
        description,
        caller: Caller::Cron,
        request: schemas.request::<DispatchRequest>(),
        success: (200, schemas.answer::<DispatchReport>()),
        errors: vec![Code::Unauthenticated],
    };
    let reminders = dispatch(
        "booking-reminders-dispatch",
        "Send the reminders that are due",
        "One run of the reminder queue. Runs may overlap.",
    );
    let mails = dispatch(
        "email-dispatch",
        "Send the mails that are due",
        "One run of the mail queue. Runs may overlap.",
    );
    vec![reminders, mails]
}

/// What a token of a mailed link is refused for.
const LINK_ERRORS: [Code; 4] =
    [Code::TokenInvalid, Code::TokenExpired, Code::TokenExhausted, Code::TokenSuperseded];

/// The functions of mailed links.
fn links(schemas: &mut Schemas) -> Vec<Operation> {
    let mut request = |function, path, summary, description| Operation {
        function,
        path,
        summary,
        description,
        caller: Caller::Public,
        request: schemas.request::<LinkRequest>(),
        success: (202, schemas.answer::<AcceptedResponse>()),
        errors: vec![Code::RateLimited],
    };
    let resend = request(
        "auth-email-verify",
        "/resend",
        "Ask for another confirmation mail",
        "Answers the same for every address. One mail a minute and five an hour are sent to an address whose \
         account is not confirmed yet. A client that asks too often waits, whatever it asks for.",
    );
    let forgotten = request(
        "auth-password-reset-request",
        "",
        "Ask for a link to choose a new password",
        "Answers the same for every address. One mail a minute and five an hour are sent to the address of an \
         account. A client that asks too often waits, whatever it asks for.",
    );
    let verify = Operation {
        function: "auth-email-verify",
        path: "",
        summary: "Confirm an e-mail address",
        description: "Uses the token of a mailed link up. The same link may be sent again until it expires.",
        caller: Caller::Public,
        request: schemas.request::<VerifyRequest>(),
        success: (200, schemas.answer::<VerifyResponse>()),
        errors: LINK_ERRORS.to_vec(),
    };
    let reset = Operation {
        function: "auth-password-reset-complete",
        path: "",
        summary: "Choose a new password",
        description: "Uses the token of a mailed link up, sets the password and ends every session. It also \
                      confirms the address. A password that is refused (`rule_violation`: `too_short`, \
                      `too_long`, `control_character`, `common`, `contains_email`, `contains_name`; by Auth \
                      also `lacks_characters`, `leaked`, `weak`), and a service that fails, leave a link \
                      that still works.",
        caller: Caller::Public,
        request: schemas.request::<ResetPasswordRequest>(),
        success: (200, schemas.answer::<ResetPasswordResponse>()),
        errors: [LINK_ERRORS.as_slice(), &[Code::TokenUsed, Code::RuleViolation]].concat(),
    };
    vec![verify, resend, forgotten, reset]
}

/// The change of an account's address.
fn moving(schemas: &mut Schemas) -> Vec<Operation> {
    let request = Operation {
        function: "auth-email-change",
        path: "",
        summary: "Ask for another address",
        description: "For whoever is signed in. Answers the same for every address: a link goes to the new one, or \
                      the word that it has an account, and a notice to the old one, with a link that keeps it. An \
                      address is mailed once a minute and five times an hour; a person asks five times, and once \
                      more every twelve minutes.",
        caller: Caller::Person,
        request: schemas.request::<LinkRequest>(),
        success: (202, schemas.answer::<AcceptedResponse>()),
        errors: vec![Code::Unauthenticated, Code::RateLimited],
    };
    let mut link = |path, summary, description, errors: &[Code]| Operation {
        function: "auth-email-change",
        path,
        summary,
        description,
        caller: Caller::Public,
        request: schemas.request::<AddressLinkRequest>(),
        success: (200, schemas.answer::<AddressResponse>()),
        errors: [LINK_ERRORS.as_slice(), errors].concat(),
    };
    let confirm = link(
        "/confirm",
        "Confirm a new address",
        "By the link that was mailed to it. The account has it from then on, every session ends, and links mailed to \
         the old address are void. The same link may be sent again (`already_changed`). `conflict`: the address has \
         an account by now. A service that fails leaves a link that still works.",
        &[Code::Conflict],
    );
    let cancel = link(
        "/cancel",
        "Keep the old address",
        "By a link that was mailed to it, until a day after the change. Every session ends. An account that was moved \
         comes back (`moved_back`), and its password is void. `conflict`: the old address has another account by \
         now. A service that fails leaves a link that still works.",
        &[Code::TokenUsed, Code::Conflict],
    );
    vec![request, confirm, cancel]
}

/// What anybody may be refused whom the database decides about.
const PERSON_ERRORS: [Code; 3] = [Code::Unauthenticated, Code::Forbidden, Code::NotFound];

/// The functions of companies.
fn companies(schemas: &mut Schemas) -> Vec<Operation> {
    let refusals = [
        Code::TransitionNotAllowed,
        Code::SeatsBelowMembers,
        Code::PlanInactive,
        Code::ReasonRequired,
        Code::InvalidStart,
        Code::InvalidEnd,
        Code::InvalidTrial,
    ];
    let plan = Operation {
        function: "company-assign-plan",
        path: "",
        summary: "Give a company its plan",
        description: "For platform admins. Also changes, suspends and cancels it. Says everything anew: what is \
                      left out is as the plan has it. A company without a plan gets `active`, or `trial` once; a \
                      trial becomes anything; what is active or suspended becomes active, suspended or cancelled. \
                      Fewer seats than members are refused with the numbers (`seats`), unless there is a reason. \
                      The same again changes nothing.",
        caller: Caller::Person,
        request: schemas.request::<AssignPlanRequest>(),
        success: (200, schemas.answer::<Subscription>()),
        errors: [PERSON_ERRORS.as_slice(), &refusals].concat(),
    };
    vec![plan]
}

/// What a company is refused that may not invite at present.
const INVITING_ERRORS: [Code; 3] = [Code::CompanySuspended, Code::DpaRequired, Code::NoPlan];

fn inviting(schemas: &mut Schemas) -> Vec<Operation> {
    let invite = Operation {
        function: "company-invite-employee",
        path: "",
        summary: "Invite people to a company",
        description: "For admins of the company. Each row has a result of its own: an address that is none, or is \
                      not invited, costs the others nothing. There are never more members and invitations than \
                      seats. An address that stands in the request twice is invited once. Bodies up to 256 KiB.",
        caller: Caller::Person,
        request: schemas.request::<InviteRequest>(),
        success: (200, schemas.answer::<InviteResponse>()),
        errors: [[Code::Unauthenticated, Code::Forbidden].as_slice(), &INVITING_ERRORS].concat(),
    };
    let mut change = |path, summary, description, errors: &[Code]| Operation {
        function: "company-invite-employee",
        path,
        summary,
        description,
        caller: Caller::Person,
        request: schemas.request::<InvitationRequest>(),
        success: (200, schemas.answer::<InvitationChange>()),
        errors: [[Code::Unauthenticated, Code::NotFound, Code::Conflict].as_slice(), errors]
            .concat(),
    };
    let refusals = [Code::SeatLimit, Code::DomainNotAllowed, Code::Suppressed, Code::TooManyMails];
    let resend = change(
        "/resend",
        "Mail an invitation again",
        "With a new link and a new end, also when it has expired; older links stop working. `conflict`: it was \
         accepted or revoked.",
        &[refusals.as_slice(), &INVITING_ERRORS].concat(),
    );
    let revoke = change(
        "/revoke",
        "Take an invitation back",
        "Its links stop working, and its seat is free. Again: nothing happens. `conflict`: it was accepted.",
        &[],
    );
    vec![invite, resend, revoke]
}

fn accepting(schemas: &mut Schemas) -> Vec<Operation> {
    let link = [
        LINK_ERRORS.as_slice(),
        &[Code::TokenUsed, Code::InvitationRevoked, Code::CompanySuspended, Code::SeatLimit],
    ]
    .concat();
    let preview = Operation {
        function: "company-invitation-accept",
        path: "/preview",
        summary: "Look at an invitation",
        description: "Says who invites, and whether accepting takes a password or signing in. Changes nothing.",
        caller: Caller::Public,
        request: schemas.request::<PreviewRequest>(),
        success: (200, schemas.answer::<PreviewResponse>()),
        errors: link.clone(),
    };
    let refusals = [
        Code::Unauthenticated,
        Code::WrongAccount,
        Code::Conflict,
        Code::VersionNotInForce,
        Code::RuleViolation,
    ];
    let accept = Operation {
        function: "company-invitation-accept",
        path: "",
        summary: "Accept an invitation",
        description: "Makes somebody a member of the company, and records which terms they accepted. Whoever has an \
                      account with the address sends their access token (`unauthenticated` without it, \
                      `wrong_account` for another address). If it has none, whoever is signed in may join with \
                      their own (`own_account`), and is known to the company by the invited address alone. Everybody else chooses a password and gets an account; \
                      one that nobody had confirmed gets this password, and its sessions end. A private address (`private_email`) is asked for as by \
                      `auth-email-change`. A password that is \
                      refused, and a service that fails, leave an invitation that can still be accepted. \
                      `conflict`: another request made the account just now, or they belong to the company by \
                      another address.",
        caller: Caller::PublicOrPerson,
        request: schemas.request::<AcceptRequest>(),
        success: (200, schemas.answer::<AcceptResponse>()),
        errors: [link.as_slice(), &refusals].concat(),
    };
    vec![preview, accept]
}

/// The review of documents.
fn reviewing(schemas: &mut Schemas) -> Vec<Operation> {
    let queue = Operation {
        function: "specialist-verify",
        path: "/queue",
        summary: "List documents of specialists",
        description: "For platform admins: documents whose file is there, oldest first. That somebody's document was \
                      listed is written down.",
        caller: Caller::Person,
        request: Schemas::query::<QueueRequest>(),
        success: (200, schemas.answer::<QueuePage>()),
        errors: vec![Code::Unauthenticated, Code::Forbidden],
    };
    let open = Operation {
        function: "specialist-verify",
        path: "/open",
        summary: "Open a document",
        description: "For platform admins: answers the document as it would be approved, and lets its file be \
                      downloaded for five minutes by whoever has the address: a copy, made when it was first opened, \
                      that nothing uploaded later changes. For an hour its specialist cannot replace it. That it was \
                      opened is written down. `file_mismatch`: the file is not the one that was announced, as `detail` \
                      says in words.",
        caller: Caller::Person,
        request: schemas.request::<OpenRequest>(),
        success: (200, schemas.answer::<OpenResponse>()),
        errors: [PERSON_ERRORS.as_slice(), &[Code::FileMissing, Code::FileMismatch]].concat(),
    };
    let refusals = [
        Code::OwnDocument,
        Code::AlreadyDecided,
        Code::FileMissing,
        Code::ReviewNotStarted,
        Code::AlreadyExpired,
        Code::ReasonRequired,
    ];
    let decide = Operation {
        function: "specialist-verify",
        path: "",
        summary: "Approve or reject a document",
        description: "For platform admins. To approve one, the caller has opened it within the hour; what is approved \
                      is the copy that they were shown. A rejection has a reason, which the specialist is told. Who \
                      comes second learns what was decided (`decision`). What is refused changes nothing.",
        caller: Caller::Person,
        request: schemas.request::<DecideRequest>(),
        success: (200, schemas.answer::<Decided>()),
        errors: [PERSON_ERRORS.as_slice(), &refusals].concat(),
    };
    vec![queue, open, decide]
}

/// The description, as `openapi.json` holds it.
pub fn openapi() -> Value {
    let mut schemas = Schemas::new();
    let problem = schemas.answer::<Problem<'static>>();
    let mut paths = Map::new();
    for operation in operations(&mut schemas) {
        let path = format!("/{}{}", operation.function, operation.path);
        paths.insert(path, json!({ operation.method(): operation.describe(&problem) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Evenkeel edge functions",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Errors are application/problem+json (RFC 9457) with a stable `code`. Every answer \
                            carries `X-Request-Id`.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [
            {
                "url": "https://{project}.supabase.co/functions/v1",
                "variables": { "project": { "default": "project-ref" } },
            },
            { "url": "http://127.0.0.1:54321/functions/v1", "description": "The local stack" },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions(),
            "securitySchemes": {
                "publishable": {
                    "type": "apiKey", "in": "header", "name": "apikey",
                    "description": "The publishable key.",
                },
                "person": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The access token of somebody who has signed in.",
                },
                "cron": {
                    "type": "apiKey", "in": "header", "name": "apikey",
                    "description": "The value of `CRON_SECRET_KEY`, which starts jobs and opens nothing else.",
                },
            },
        },
    })
}

/// Requests and answers differ: a field that is left out when empty is optional
/// in what we send, and required in what we would read.
struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            requests: settings.clone().for_deserialize().into_generator(),
            answers: settings.for_serialize().into_generator(),
        }
    }

    fn request<T: JsonSchema>(&mut self) -> Request {
        Request::Body(self.requests.subschema_for::<T>().to_value())
    }

    fn query<T: JsonSchema>() -> Request {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        });
        let schema = settings.for_deserialize().into_generator().into_root_schema_for::<T>();
        let properties = schema.get("properties").and_then(Value::as_object);
        let parameter = |(name, schema): (&String, &Value)| {
            let mut schema = schema.clone();
            let fields = schema.as_object_mut();
            let description = fields.and_then(|fields| fields.remove("description"));
            json!({
                "name": name, "in": "query", "required": false, "description": description,
                "schema": schema,
            })
        };
        Request::Query(properties.into_iter().flatten().map(parameter).collect())
    }

    fn answer<T: JsonSchema>(&mut self) -> Value {
        self.answers.subschema_for::<T>().to_value()
    }

    fn definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.requests.take_definitions(true);
        definitions.extend(self.answers.take_definitions(true));
        definitions
    }
}

impl Operation {
    fn method(&self) -> &'static str {
        match self.request {
            Request::Body(_) => "post",
            Request::Query(_) => "get",
        }
    }

    /// What every route may answer, whatever it does.
    fn common(&self) -> impl Iterator<Item = Code> {
        let of_bodies = [
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::RequestTimeout,
            Code::Overloaded,
        ];
        let has_body = matches!(self.request, Request::Body(_));
        // What a person does is written down, and that is done so often in a while.
        let of_people = (self.caller == Caller::Person).then_some(Code::RateLimited);
        COMMON
            .into_iter()
            .chain(of_people)
            .filter(move |code| has_body || !of_bodies.contains(code))
    }

    fn describe(&self, problem: &Value) -> Value {
        let name = format!("{}{}", self.function, self.path.replace('/', "-"));
        let security = match self.caller {
            Caller::Public => json!([{ "publishable": [] }, {}]),
            Caller::PublicOrPerson => {
                json!([{ "publishable": [] }, { "publishable": [], "person": [] }, {}])
            }
            Caller::Person => json!([{ "publishable": [], "person": [] }, { "person": [] }]),
            Caller::Cron => json!([{ "cron": [] }]),
        };
        let (status, success) = &self.success;
        let mut responses = Map::new();
        let answer = json!({
            "description": "Done", "content": { "application/json": { "schema": success } },
        });
        responses.insert(status.to_string(), answer);
        for (status, codes) in self.errors_by_status() {
            let codes: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
            let mut content = json!({ "application/problem+json": { "schema": problem } });
            if self.caller == Caller::Person && status == Code::Unauthenticated.status() {
                // Who sends neither a token nor a key gets as far as the platform's gateway.
                content = json!({
                    "application/problem+json": { "schema": problem },
                    "application/json": { "schema": { "type": "object" } },
                });
            }
            let answer = json!({ "description": codes.join(", "), "content": content });
            responses.insert(status.to_string(), answer);
        }
        let mut operation = json!({
            "operationId": name,
            "summary": self.summary,
            "description": self.description,
            "security": security,
            "responses": responses,
        });
        let (part, takes) = match &self.request {
            Request::Body(schema) => {
                let content = json!({ "application/json": { "schema": schema } });
                ("requestBody", json!({ "required": true, "content": content }))
            }
            Request::Query(parameters) => ("parameters", json!(parameters)),
        };
        if let Some(fields) = operation.as_object_mut() {
            fields.insert(part.to_owned(), takes);
        }
        operation
    }

    fn errors_by_status(&self) -> Vec<(u16, Vec<Code>)> {
        let common: Vec<_> = self.common().filter(|code| !self.errors.contains(code)).collect();
        let all = || self.errors.iter().chain(&common).copied();
        let mut statuses: Vec<_> = all().map(Code::status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        let codes = |status| all().filter(|code| code.status() == status).collect();
        statuses.into_iter().map(|status| (status, codes(status))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi();
        let text = document.to_string();
        for (position, _) in text.match_indices("\"$ref\":\"#") {
            let pointer: String =
                text[position + 9..].chars().take_while(|character| *character != '"').collect();
            assert!(document.pointer(&pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn requests_refuse_unknown_fields_in_the_description_too() {
        let document = openapi();
        for name in [
            "VerifyRequest",
            "LinkRequest",
            "ResetPasswordRequest",
            "DispatchRequest",
            "AssignPlanRequest",
            "InviteRequest",
            "Invitee",
            "InvitationRequest",
            "PreviewRequest",
            "AcceptRequest",
        ] {
            let schema = &document["components"]["schemas"][name];
            assert_eq!(schema["additionalProperties"], json!(false), "{name}");
        }
    }

    #[test]
    fn a_function_for_people_asks_for_their_token() {
        let document = openapi();
        assert_eq!(
            document["paths"]["/company-assign-plan"]["post"]["security"],
            json!([{ "publishable": [], "person": [] }, { "person": [] }])
        );
    }

    #[test]
    fn a_cron_function_asks_for_its_key() {
        let document = openapi();
        assert_eq!(
            document["paths"]["/email-dispatch"]["post"]["security"],
            json!([{ "cron": [] }])
        );
    }
}
