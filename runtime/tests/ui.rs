//! What the compiler says about mistakes: one case per diagnostic, in `tests/ui`.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
