//! The rules that come with Jalon are without fault.

use jalon_rules::Rules;

#[test]
fn the_bundled_rules_are_without_fault() {
    let (_, diagnostics) = Rules::read(Rules::bundled_files(), None);
    let lines: Vec<_> = diagnostics.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
