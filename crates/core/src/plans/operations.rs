//! The operations of this domain.

use super::{AssignCompanyPlan, AssignPlanRequest, Subscription};
use crate::operation::{Body, Operation, Person, Step, operations};

operations! {
    /// Gives a company its plan.
    ASSIGN: Operation<Person, Body<AssignPlanRequest>, Subscription> =
        Operation::new("company-assign-plan", "/")
            .about(
                "Give a company its plan",
                "For platform admins. Also changes, suspends and cancels it. Says everything anew: what is left out \
                 is as the plan has it. A company without a plan gets `active`, or `trial` once; a trial becomes \
                 anything; what is active or suspended becomes active, suspended or cancelled. Fewer seats than \
                 members are refused with the numbers (`seats`), unless there is a reason. The same again changes \
                 nothing.",
            )
            .steps(&[Step::sql::<AssignCompanyPlan<'static>>()]);
}
