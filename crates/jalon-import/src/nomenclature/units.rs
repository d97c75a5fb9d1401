//! The number of tablets or capsules in a pack, from its label.

/// What a unit is called, letters that follow left out.
const SOLIDS: &[&str] = &["comprimé", "gélule", "capsule"];

/// Most units that a label may tell.
const MOST: u32 = 10_000;

/// Units of a pack: `plaquette(s) … de 30 comprimé(s)` holds 30,
/// `3 plaquette(s) … de 21 comprimé(s)` 63. A label that tells of several kinds
/// of units, or of none, has no answer.
pub(super) fn of_label(label: &str) -> Option<u32> {
    let words: Vec<&str> = label.split_whitespace().collect();
    let solid = |word: &str| SOLIDS.iter().any(|solid| word.starts_with(solid));
    let mut places = (0..words.len()).filter(|rank| solid(words[*rank]));
    let place = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let count: u32 = words.get(place.checked_sub(1)?)?.parse().ok()?;
    let packs: u32 = match words.first()?.parse() {
        Ok(packs) if place > 1 => packs,
        _ => 1,
    };
    let units = count.checked_mul(packs)?;
    (1..=MOST).contains(&units).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::of_label;

    #[test]
    fn labels() {
        for (label, units) in [
            ("plaquette(s) PVC PVDC aluminium de 30 comprimé(s)", Some(30)),
            ("3 plaquette(s) PVC PVDC aluminium de 21 comprimé(s)", Some(63)),
            ("2 pot(s) polypropylène de 20 comprimé(s) avec bague d'inviolabilité", Some(40)),
            ("90 gélule(s)", Some(90)),
            ("1 plaquette(s) de 21 comprimé(s) - 1 plaquette(s) de 7 comprimé(s)", None),
            ("plaquette aluminium de 1 gélule de 125 mg et de 2 gélule(s) de 80 mg", None),
            ("1 flacon(s) en verre de 100 ml", None),
            ("plaquette(s) de comprimé(s)", None),
            ("comprimé(s)", None),
            ("0 plaquette(s) de 30 comprimé(s)", None),
            ("4000000000 plaquette(s) de 30 comprimé(s)", None),
            ("", None),
        ] {
            assert_eq!(of_label(label), units, "{label}");
        }
    }
}
