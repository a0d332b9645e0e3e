//! The operations of this domain.

use super::{EvaluateFeatureFlags, EvaluateRequest, Evaluation, Evaluations};
use crate::{
    error::Code,
    operation::{AnybodyOrPerson, Asked, Operation, Step, operations},
};

const FUNCTION: &str = "feature-flags";
const ALL_FLAGS: &str = "/ofrep/v1/evaluate/flags";
const ONE_FLAG: &str = "/ofrep/v1/evaluate/flags/{key}";
const MEDIA: &str = "application/json";
const STEPS: &[Step] =
    &[Step::sql::<EvaluateFeatureFlags<'static>>(), Step::of(&[Code::Unauthenticated])];

operations! {
    /// All flags.
    EVALUATE_ALL: Operation<AnybodyOrPerson, Asked<EvaluateRequest, false>, Evaluations> =
        Operation::new(FUNCTION, ALL_FLAGS).document(MEDIA)
            .about(
                "Evaluate all feature flags",
                "OFREP 0.3, bulk: what each flag says for whoever has signed in, or what public flags say for the targeting key. With the \
                 version that the caller has, 304 says that nothing has changed.",
            )
            .steps(STEPS);

    /// One.
    EVALUATE: Operation<AnybodyOrPerson, Asked<EvaluateRequest, true>, Evaluation> =
        Operation::new(FUNCTION, ONE_FLAG).document(MEDIA)
            .about(
                "Evaluate a feature flag",
                "OFREP 0.3: what one flag says. `flag_not_found`: there is none of this key, or it is not told to the caller.",
            )
            .steps(&[
                Step::sql::<EvaluateFeatureFlags<'static>>(),
                Step::of(&[Code::Unauthenticated, Code::FlagNotFound]),
            ]);
}
