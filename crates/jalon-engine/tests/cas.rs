//! Every case of every page gets the answer it expects, and together they
//! make every criterion true and false.

use jalon_rules::Rules;

#[test]
fn every_case_gets_its_answer() {
    let rules = Rules::bundled().unwrap();
    let report = jalon_engine::cases::run(&rules).unwrap();
    let lines: Vec<_> =
        report.failures.iter().chain(&report.uncovered).map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    assert!(report.run > 200, "{}", report.run);
}
