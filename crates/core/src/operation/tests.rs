use super::*;

type Resenders = Signed<Resend>;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = b"{}";

/// A request that is signed for 2023-11-14T22:13:20Z, where the environment has these secrets.
fn vouch(secrets: Option<&str>, signature: &'static str) -> Result<()> {
    let header = |name: &str| match name {
        "svix-id" => Some("msg_1"),
        "svix-timestamp" => Some("1700000000"),
        "svix-signature" => Some(signature),
        _ => None,
    };
    let variable =
        |name| (name == "EMAIL_WEBHOOK_SECRETS").then(|| secrets.map(str::to_owned)).flatten();
    let now = || DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    Resenders::vouch(&SignedRequest { header: &header, body: BODY, variable: &variable, now: &now })
}

#[test]
fn a_service_is_let_pass_by_its_signature_alone() {
    // Computed with Python: base64.b64encode(hmac.new(base64.b64decode(SECRET[6:]), b"msg_1.1700000000.{}", sha256).digest()).
    const SIGNATURE: &str = "v1,x5lVgj0b/JJJaUYaa1+6I5J/EECcryrPlFN4VrkmI94=";
    assert!(vouch(Some(SECRET), SIGNATURE).is_ok());
    for signature in ["", "v1,", "v1,AAAA", "unsigned"] {
        assert_eq!(vouch(Some(SECRET), signature).unwrap_err().code(), Code::Unauthenticated);
    }
}

#[test]
fn where_its_secrets_are_missing_nobody_is_let_pass_and_the_variable_is_named() {
    for (secrets, problem) in [
        (None, "is not set"),
        (Some(" "), "is not set"),
        (Some("hunter2"), "holds a secret that is not like `whsec_...`"),
    ] {
        assert_eq!(vouch(secrets, "v1,AAAA").unwrap_err().code(), Code::Internal);
        let fault = Resenders::misconfigured(&|_| secrets.map(str::to_owned)).unwrap();
        assert_eq!(fault.to_string(), ["EMAIL_WEBHOOK_SECRETS ", problem].concat());
    }
    assert_eq!(Resenders::misconfigured(&|_| Some(SECRET.to_owned())), None);
    assert_eq!(Cron::misconfigured(&|_| None), None);
}

#[test]
fn one_click_is_the_body_that_mail_programs_send() {
    let multipart = b"--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for body in [b"List-Unsubscribe=One-Click".as_slice(), multipart] {
        assert!(OneClick::<()>::check(body).is_ok());
    }
    for body in
        [b"".as_slice(), b"{}", b"List-Unsubscribe=", b"One-Click", b"list-unsubscribe=one-click"]
    {
        assert_eq!(OneClick::<()>::check(body).unwrap_err().code(), Code::InvalidRequest);
    }
}

#[test]
fn a_redirect_has_a_page_and_no_text() {
    let page = Redirect("https://app.test/page".to_owned());
    assert_eq!(page.location().as_deref(), Some("https://app.test/page"));
    assert_eq!(page.into_body().unwrap(), "");
    assert_eq!(Reply::<u8>::location(&7_u8), None);
}
