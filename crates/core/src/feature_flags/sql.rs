//! The SQL functions of this domain.

use serde::Serialize;

use crate::{json::Verbatim, ports::SqlFunction};

/// What flags say: all, or one.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct EvaluateFeatureFlags<'a> {
    pub p_flag_key: Option<&'a str>,
    pub p_targeting_key: Option<&'a str>,
}

impl SqlFunction for EvaluateFeatureFlags<'_> {
    const NAME: &'static str = "evaluate_feature_flags";
    type Output = Vec<Verbatim<Evaluation>>;
}

/// What a flag says.
#[derive(Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, serde::Serialize))]
pub struct Evaluation {
    /// Which flag.
    pub key: String,
    /// A boolean, a string, a number or an object.
    #[cfg(feature = "schema")]
    #[schemars(extend("type" = ["boolean", "string", "number", "object"]))]
    pub value: serde_json::Value,
    /// The name of the value.
    pub variant: String,
    /// Why it is this one.
    pub reason: Reason,
}

/// Why a flag says what it says, in the words of OFREP.
#[derive(Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, serde::Serialize))]
#[cfg_attr(feature = "schema", serde(rename_all = "SCREAMING_SNAKE_CASE"))]
pub enum Reason {
    /// The same for all.
    Static,
    /// It is what a company of the caller is served.
    TargetingMatch,
    /// By the share into which the caller falls.
    Split,
    /// The flag is off, or outside of its time.
    Disabled,
}
