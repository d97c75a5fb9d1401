//! The list of thirty long-term diseases (ALD), by diagnosis.

/// The groups of three characters all of whose diagnoses belong to one disease
/// of the list: first and last of each run.
const GROUPS: &[(&str, &str, i64)] = &[
    ("A15", "A18", 29),
    ("A30", "A30", 29),
    ("A80", "A80", 9),
    ("B20", "B24", 7),
    ("B65", "B65", 4),
    ("B91", "B91", 9),
    ("B92", "B92", 29),
    ("C00", "C85", 30),
    ("C88", "C96", 30),
    ("D00", "D09", 30),
    ("D37", "D45", 30),
    ("D46", "D46", 2),
    ("D56", "D58", 10),
    ("D60", "D61", 2),
    ("D66", "D67", 11),
    ("D70", "D70", 2),
    ("D80", "D84", 7),
    ("E10", "E11", 8),
    ("E70", "E80", 17),
    ("E83", "E83", 17),
    ("E84", "E84", 18),
    ("F00", "F01", 15),
    ("F03", "F03", 15),
    ("F20", "F22", 23),
    ("F25", "F29", 23),
    ("F31", "F34", 23),
    ("F40", "F42", 23),
    ("F44", "F44", 23),
    ("F60", "F60", 23),
    ("F70", "F79", 23),
    ("G08", "G08", 1),
    ("G10", "G12", 9),
    ("G20", "G20", 16),
    ("G23", "G23", 9),
    ("G35", "G35", 25),
    ("G40", "G41", 9),
    ("G61", "G62", 9),
    ("G70", "G70", 9),
    ("G72", "G72", 9),
    ("G80", "G80", 9),
    ("G81", "G81", 1),
    ("G95", "G95", 9),
    ("I05", "I08", 5),
    ("I10", "I10", 12),
    ("I20", "I21", 13),
    ("I25", "I25", 13),
    ("I34", "I37", 5),
    ("I42", "I42", 5),
    ("I47", "I50", 5),
    ("I60", "I64", 1),
    ("I65", "I66", 3),
    ("I69", "I69", 1),
    ("I70", "I71", 3),
    ("J42", "J43", 14),
    ("J45", "J45", 14),
    ("K50", "K50", 24),
    ("K55", "K55", 3),
    ("K74", "K74", 6),
    ("M05", "M05", 22),
    ("M30", "M30", 21),
    ("M32", "M34", 21),
    ("M41", "M41", 26),
    ("M45", "M45", 27),
    ("N03", "N04", 19),
    ("N18", "N18", 19),
    ("N25", "N25", 19),
    ("Q05", "Q07", 9),
    ("Q20", "Q25", 5),
    ("Q60", "Q62", 19),
    ("Z21", "Z21", 7),
    ("Z94", "Z94", 28),
];

/// The one disease of the list to which the whole group of a diagnosis
/// (ICD-10, dotted or not) belongs; none where the group is shared between
/// diseases, or partly outside the list.
#[must_use]
pub fn number_of(diagnosis: &str) -> Option<i64> {
    let group = diagnosis.trim().get(..3)?;
    let found = GROUPS.iter().find(|(first, last, _)| (*first..=*last).contains(&group));
    found.map(|(.., number)| *number)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number_of("E119"), Some(8));
        assert_eq!(number_of("C50"), Some(30));
        assert_eq!(number_of("E13"), None);
        assert_eq!(number_of("E1"), None);
        assert!(GROUPS.is_sorted() && GROUPS.iter().all(|(first, last, _)| first <= last));
    }

    /// The published list gives a number to each diagnosis, or none: where the
    /// groups give one, it must be that one.
    #[test]
    fn agrees_with_the_published_list() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = "shared/reference-data/icd10/icd10_ald30.csv";
        let found = here.ancestors().map(|dir| dir.join(file)).find(|path| path.exists());
        let Some(path) = found else {
            println!("liste publiée absente ({file}) : test sauté");
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        let (mut alike, mut unsaid, mut against, mut beyond) = (0, 0, Vec::new(), Vec::new());
        for line in text.lines().skip(1) {
            let (code, number) = line.split_once(';').unwrap();
            let number: i64 = number.parse().unwrap();
            let listed = (1..=30).contains(&number).then_some(number);
            match (number_of(code), listed) {
                (Some(ours), Some(theirs)) if ours == theirs => alike += 1,
                (Some(_), Some(_)) => against.push(code),
                (Some(_), None) => beyond.push(code),
                (None, Some(_)) => unsaid += 1,
                (None, None) => {}
            }
        }
        println!("{alike} diagnostics d'accord, {unsaid} que les groupes ne disent pas");
        assert!(against.is_empty(), "{against:?}");
        assert!(beyond.is_empty(), "{beyond:?}");
        assert!(alike > unsaid * 2, "{alike} contre {unsaid}");
    }
}
