//! The states of a call are types: leaving a step out, doing one twice or making one up does not compile.

#[test]
fn no_step_can_be_left_out() {
    trybuild::TestCases::new().compile_fail("compile_fail/*.rs");
}
