//! The operations of this domain.

use super::{EmailKindFor, Preview, PreviewRequest, SaveEmailTemplate, SaveRequest, SavedTemplate};
use crate::{
    error::Code,
    operation::{Body, Operation, Person, Step, operations},
};

const FUNCTION: &str = "email-templates";
/// The rules of a text.
const RULES: Step = Step::of(&[Code::RuleViolation]);

operations! {
    /// Shows what a text makes.
    PREVIEW: Operation<Person, Body<PreviewRequest>, Preview> =
        Operation::new(FUNCTION, "/preview")
            .about(
                "Preview a mail",
                "For platform admins. The mail that a text makes of the samples of its kind, and all that would keep \
                 it from being saved, by part. Keeps nothing.",
            )
            .steps(&[Step::sql::<EmailKindFor<'static>>()]);

    /// Keeps a text.
    SAVE: Operation<Person, Body<SaveRequest>, SavedTemplate> =
        Operation::new(FUNCTION, "/save")
            .about(
                "Save the text of a mail",
                "For platform admins. Keeps a text as the next version of its key and language, as a draft or \
                 published: from then on mails are written by it, and it never changes. `rule_violation` has all \
                 that is wrong with it in `errors`. `conflict`: somebody saved another version meanwhile.",
            )
            .steps(&[
                Step::sql::<EmailKindFor<'static>>(),
                RULES,
                Step::sql::<SaveEmailTemplate<'static>>(),
            ]);
}
