//! The functions by which admins write the texts of mails, and the texts that come with the migrations.

use evenkeel_conformance::Stack;
use evenkeel_core::{
    AccessToken, Code,
    email_templates::{
        EmailKind, EmailKindFor, PreviewRequest, SaveEmailTemplate, SaveRequest, SavedTemplate,
        preview, save,
    },
    json::{self, Verbatim},
    parse_request,
    ports::Database as _,
};
use serde_json::{Value, json};

use crate::{call_as, client, refused};

pub(crate) async fn email_kind(stack: &Stack) -> Vec<EmailKind> {
    let olga = stack.platform_admin("olga");
    let kind = call_as(stack, &olga, &EmailKindFor { p_key: "sign_up" }).await;
    assert!(kind.has_link && kind.samples.contains_key("expires_at"));
    refused(stack, &olga, &EmailKindFor { p_key: "no_such_mail" }, Code::NotFound).await;
    let (_, ada) = stack.member("ada");
    refused(stack, &ada, &EmailKindFor { p_key: "sign_up" }, Code::Forbidden).await;
    vec![kind]
}

/// Every text is what an admin could save: previewed, it has no problem.
async fn texts_in_order(stack: &Stack, olga: &AccessToken) -> Vec<Value> {
    let texts = stack.texts();
    for text in &texts {
        let request: PreviewRequest = parse_request(text.to_string().as_bytes()).unwrap();
        let shown = preview(stack, olga, &request).await.unwrap();
        assert_eq!(shown.problems, [], "{} {}", text["key"], text["locale"]);
        let mail = shown.mail.unwrap();
        assert!(mail.html.len() < 102_000 && !mail.subject.is_empty() && !mail.text.contains("{{"));
    }
    texts
}

pub(crate) async fn save_email_template(stack: &Stack) -> Vec<Verbatim<SavedTemplate>> {
    let olga = stack.platform_admin("olga");
    let mut text = texts_in_order(stack, &olga).await.pop().unwrap();
    let fields = text.as_object_mut().unwrap();
    fields.insert("locale".to_owned(), json!("fr"));
    fields.insert(
        "after_version".to_owned(),
        json!(stack.latest_version(fields["key"].as_str().unwrap(), "fr")),
    );
    let request: SaveRequest = parse_request(text.to_string().as_bytes()).unwrap();
    let client = client(stack);
    let saved = save(stack, &olga, &request, &client).await.unwrap();
    let answer: SavedTemplate = json::parse(saved.as_str().as_bytes()).unwrap();
    assert!(!answer.is_published && answer.version == request.after_version + 1);
    let again = save(stack, &olga, &request, &client).await.unwrap_err();
    assert_eq!(again.code(), Code::Conflict);
    let forged = SaveEmailTemplate {
        p_admin_id: stack.member("ada").0,
        p_key: &request.key,
        p_locale: "fr",
        p_subject: "a",
        p_html: "a",
        p_text: "a",
        p_after_version: answer.version,
        p_publish: false,
        p_context: &client,
    };
    let refusal = stack.call(&forged).await.err().unwrap().for_caller();
    assert_eq!(refusal.code(), Code::Forbidden);
    vec![saved]
}
