//! `jalon generer`: what is invented gives every indicator something to count.

#[cfg(test)]
mod commun;

use std::collections::BTreeMap;

use commun::done;

/// Validated and concerned, all doctors together, of each indicator.
#[cfg(test)]
fn counted(campaign: &str, scheme: &str) -> BTreeMap<String, (u32, u32)> {
    let folder = tempfile::tempdir().unwrap();
    let dossier = folder.path().join("pays");
    let place = dossier.to_str().unwrap();
    let plan = ["generer", "--patients", "4000", "--medecins", "4", "--graine", "2"];
    done([&plan[..], &["--campagne", campaign, "--vers", place]].concat());
    let asked = ["calculer", place, "--campagne", campaign, "--dispositif", scheme];
    let csv = done([&asked[..], &["--format", "csv"]].concat());
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let sum = counts.entry(cells[3].to_owned()).or_default();
        sum.0 += cells[5].parse::<u32>().unwrap();
        sum.1 += cells[6].parse::<u32>().unwrap();
    }
    counts
}

#[test]
fn prevention_counts_and_misses_someone_everywhere() {
    let counts = counted("2026", "fmt-prevention");
    assert_eq!(counts.len(), 15);
    for (id, (validated, concerned)) in &counts {
        assert!(*concerned >= 20, "{id} : {concerned}");
        let share = f64::from(*validated) / f64::from(*concerned);
        assert!((0.05..0.97).contains(&share), "{id} : {share}");
    }
    // Those that the ROSP counted too, near the last published rates.
    for (id, published) in
        [("cancer-sein", 0.634), ("cancer-col", 0.554), ("cancer-colorectal", 0.346)]
    {
        let (validated, concerned) = counts[id];
        let share = f64::from(validated) / f64::from(concerned);
        assert!((share - published).abs() < 0.08, "{id} : {share}");
    }
}
