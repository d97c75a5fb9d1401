//! The worked examples that sources print or that the rule gives, to the cent:
//! those of `shared/reference/exemples.csv` about the ROSP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use jalon_rules::account::{AccountLine, Unit};
use jalon_rules::achievement::Objectives;
use jalon_rules::amount::{
    AmountError, IndicatorAmount, Inputs, ListOrigin, ListSize, Measured, SchemeAmount, State,
    Terms, indicator_amount,
};
use jalon_rules::campaign::Campaign;
use jalon_rules::convention::Coefficient;
use jalon_rules::fraction::Fraction;
use jalon_rules::range::Range;
use jalon_rules::scale::{Direction, MinimumUnit, RateKind, Scale};
use jalon_rules::status::{Sourced, Status};

/// An example: its identifier, what the source gives, and our computation.
type Example = (&'static str, &'static str, fn() -> String);

const EXAMPLES: [Example; 27] = [
    ("adulte-max-800", "montant=6580.00", || maximum(940, 800, 800)),
    ("adulte-max-1200", "montant=9870.00", || maximum(940, 1200, 800)),
    ("adulte-grippe-prorata", "points_acquis=10; montant=70.00", || {
        earned(&hba1c(20, "80", (2, 5)), 2)
    }),
    ("adulte-hba1c-cible", "realisation=100 %; points_acquis=30; montant=210.00", || {
        earned(&hba1c(30, "62", (92, 100)), 3)
    }),
    ("adulte-hba1c-entre", "realisation=65 %; points_acquis=19.5; montant=136.50", || {
        earned(&hba1c(30, "62", (83, 100)), 3)
    }),
    ("adulte-hba1c-intermediaire", "realisation=30 %; points_acquis=9; montant=63.00", || {
        earned(&hba1c(30, "62", (74, 100)), 3)
    }),
    ("adulte-hba1c-progression", "realisation=20 %; points_acquis=6; montant=42.00", || {
        earned(&hba1c(30, "62", (70, 100)), 3)
    }),
    ("adulte-hba1c-recul", "realisation=0 %; points_acquis=0; montant=0.00", || {
        earned(&hba1c(30, "62", (60, 100)), 3)
    }),
    ("adulte-hba1c-minimum", "indicateur_compte=non; montant=0.00", || {
        let amount = hba1c(30, "62", (4, 4));
        let counts = if amount.state == State::BelowMinimum { "non" } else { "oui" };
        format!("indicateur_compte={counts}; {}", earned(&amount, 1))
    }),
    ("regle-baisse-entre", "realisation=65 %", || {
        realisation(Direction::Falling, "0.3", "15", "12", "13.5")
    }),
    ("regle-2018-intermediaire", "realisation=30 %", || {
        realisation(Direction::Rising, "0.3", "74", "92", "74")
    }),
    ("regle-2018-cible", "realisation=100 %", || {
        realisation(Direction::Rising, "0.3", "74", "92", "92")
    }),
    ("regle-2011-intermediaire", "realisation=50 %", || {
        realisation(Direction::Rising, "0.5", "54", "65", "54")
    }),
    ("2011-hba1c-entre", "realisation=17/22", || {
        let objectives = objectives(Direction::Rising, "0.5", "54", "65");
        let achievement = objectives.achievement(&number("0.60"));
        format!("realisation={}", achievement.as_exact().unwrap())
    }),
    ("2011-max-800", "montant=9100.00", || maximum(1300, 800, 800)),
    ("sauvegarde-coefficient", "coefficient=1.11", || {
        let restored = Fraction::ratio(100, 90).unwrap();
        format!("coefficient={}", restored.to_decimal(2))
    }),
    ("sauvegarde-medecin-a", "montant=5550.00", || corrected(5000, "1.11")),
    ("sauvegarde-medecin-b", "montant=5106.00", || corrected(4600, "1.11")),
    ("covid-national", "evolution_apres=+1.3 %", || {
        let growth = number("1.009") * number("1.0040") - Fraction::one();
        format!("evolution_apres=+{} %", growth.times_hundred().to_decimal(1))
    }),
    ("covid-medecin", "montant=5020.00", || corrected(5000, "1.0040")),
    ("enfant-max-600", "montant=2135.00", || maximum(305, 600, 600)),
    ("enfant-max-27-5", "montant=97.85", || {
        // Half a patient is no list: the mean of 27 and 28 patients, unrounded.
        let [low, high] = [27, 28].map(|patients| full(305, patients, 600).euros);
        let mean = &(&low + &high) * &Fraction::ratio(1, 2).unwrap();
        format!("montant={}", mean.min().to_decimal(2))
    }),
    ("cardiologie-max", "montant=2380.00", || maximum(340, 800, 800)),
    ("cardiologie-chronique", "montant=455.00", || maximum(65, 800, 800)),
    ("gastro-max", "montant=2100.00", || maximum(300, 1100, 1100)),
    ("gastro-chronique", "montant=840.00", || maximum(120, 1100, 1100)),
    ("gastro-max-2016", "montant=3850.00", || maximum(550, 1100, 1100)),
];

/// The endocrinologists' maximum, in parts: the sum of the indicators is the
/// amount of the scheme.
const ENDOCRINOLOGY: (&str, &str) = ("endocrinologie-max", "montant=2380.00");

fn number(text: &str) -> Fraction {
    text.parse().unwrap()
}

fn official<T>(value: T) -> Sourced<T> {
    Sourced::new(value, Status::Officiel, "convention 2016, art. 27")
}

fn terms(reference: u64) -> Terms {
    Terms {
        point_value: official(7.into()),
        share: Sourced::new(number("0.3"), Status::Secondaire, "formule depuis 2018"),
        reference: official(reference.into()),
        formula: Sourced::new((), Status::Secondaire, "formule depuis 2018"),
        coefficient: None,
    }
}

fn list(patients: u64) -> ListSize {
    ListSize { patients, origin: ListOrigin::Counted }
}

fn scale(points: Fraction) -> Scale {
    let decision =
        |value: &str| Some(Sourced::new(number(value), Status::Officiel, "décision du 22/10/2019"));
    Scale {
        definition: Some(Sourced::new((), Status::Officiel, "décision du 22/10/2019")),
        intermediate: decision("74"),
        target: decision("92"),
        minimum: Some(Sourced::new(5, Status::Officiel, "décision du 22/10/2019")),
        minimum_unit: Some(MinimumUnit::Patients),
        points: Some(Sourced::new(points, Status::Officiel, "ameli")),
        amount: None,
    }
}

fn inputs<'a>(
    scale: &'a Scale,
    start: Option<&'a Sourced<Fraction>>,
    measured: Measured,
) -> Inputs<'a> {
    Inputs {
        title: "Diabète : au moins deux HbA1c dans l'année",
        direction: Direction::Rising,
        kind: RateKind::Share,
        unit: Unit::Patients,
        scale,
        points_bound: None,
        start,
        measured,
    }
}

fn counts(numerator: u64, denominator: u64) -> Measured {
    Measured::Counts { numerator, denominator, left_out: 0 }
}

/// The indicator on HbA1c at 74 % and 92 % with 800 patients.
fn hba1c(points: u64, start: &str, (numerator, denominator): (u64, u64)) -> IndicatorAmount {
    // The published pro rata of 50 % needs no objective of its own: any scale
    // on which 2/5 is half the points will do.
    let mut scale = scale(points.into());
    if points == 20 {
        scale.intermediate = Some(official(30.into()));
        scale.target = Some(official(65.into()));
    }
    let start = official(number(start));
    let inputs = inputs(&scale, Some(&start), counts(numerator, denominator));
    checked(indicator_amount(&inputs, &terms(800), &list(800)))
}

/// An indicator with its target reached.
fn full(points: u64, patients: u64, reference: u64) -> IndicatorAmount {
    let scale = scale(points.into());
    let inputs = inputs(&scale, None, counts(95, 100));
    checked(indicator_amount(&inputs, &terms(reference), &list(patients)))
}

fn checked(amount: Result<IndicatorAmount, AmountError>) -> IndicatorAmount {
    let amount = amount.unwrap();
    amount.account.check().unwrap();
    amount
}

fn euros(amount: &Range) -> String {
    format!("montant={}", amount.as_exact().unwrap().to_decimal(2))
}

fn maximum(points: u64, patients: u64, reference: u64) -> String {
    euros(&full(points, patients, reference).euros)
}

/// The last of: share earned, points earned, amount.
fn earned(amount: &IndicatorAmount, last: usize) -> String {
    let figures = [
        percentage(&amount.achievement),
        format!("points_acquis={}", amount.points.as_exact().unwrap().to_short_decimal(3)),
        euros(&amount.euros),
    ];
    figures[figures.len() - last..].join("; ")
}

fn percentage(achievement: &Range) -> String {
    let share = achievement.as_exact().unwrap().times_hundred();
    format!("realisation={} %", share.to_short_decimal(4))
}

fn objectives(direction: Direction, share: &str, intermediate: &str, target: &str) -> Objectives {
    let scale = Scale {
        intermediate: Some(official(number(intermediate))),
        target: Some(official(number(target))),
        ..Scale::default()
    };
    Objectives::new(&scale, None, &number(share), direction, RateKind::Share)
}

fn realisation(direction: Direction, share: &str, oi: &str, oc: &str, rate: &str) -> String {
    let objectives = objectives(direction, share, oi, oc);
    percentage(&objectives.achievement(&number(rate).hundredths()))
}

/// An amount before the coefficient of the campaign, then with it.
fn corrected(before: u64, coefficient: &str) -> String {
    let scale = scale(Fraction::ratio(before, 7).unwrap());
    let inputs = inputs(&scale, None, counts(95, 100));
    let coefficient = Coefficient {
        campaign: Campaign::new(2020).unwrap(),
        name: "coefficient de la campagne".to_owned(),
        value: official(number(coefficient).into()),
    };
    let terms = Terms { coefficient: Some(coefficient), ..terms(800) };
    euros(&checked(indicator_amount(&inputs, &terms, &list(800))).euros)
}

/// Eight indicators: 170 points in five, 30 in one, 140 in two.
fn endocrinology() -> String {
    let scales = [34, 34, 34, 34, 34, 30, 70, 70].map(|points: u64| scale(points.into()));
    let indicators = scales.iter().map(|scale| inputs(scale, None, counts(95, 100)));
    let amount = sum("Endocrinologie", indicators, 1000, 1000);
    assert_eq!(amount.points, Range::exact(340.into()));
    assert_eq!(amount.account().value(), Some(&amount.euros));
    amount.account().check().unwrap();
    euros(&amount.euros)
}

/// The amount of a scheme written for `reference` patients, for a list.
#[cfg(test)]
fn sum<'a>(
    title: &str,
    indicators: impl Iterator<Item = Inputs<'a>>,
    reference: u64,
    patients: u64,
) -> SchemeAmount {
    let paid = |inputs| indicator_amount(&inputs, &terms(reference), &list(patients)).unwrap();
    SchemeAmount::sum(title, indicators.map(paid).collect(), Vec::new())
}

#[test]
fn examples_come_out_to_the_cent() {
    for (id, expected, compute) in EXAMPLES {
        assert_eq!(compute(), expected, "{id}");
    }
    assert_eq!(endocrinology(), ENDOCRINOLOGY.1);
}

/// Each example of the reference is computed above and gives what it prints,
/// remarks in brackets apart.
#[test]
fn every_rosp_example_of_the_reference_is_computed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/exemples.csv");
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        eprintln!("{} absent : test sauté", path.display());
        return;
    };
    let known: Vec<_> =
        EXAMPLES.iter().map(|(id, output, _)| (*id, *output)).chain([ENDOCRINOLOGY]).collect();
    let mut seen = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let (id, scheme, output) = (&row[0], &row[1], &row[5]);
        if !scheme.starts_with("rosp-") {
            continue;
        }
        let (_, ours) = known.iter().find(|(known, _)| *known == id).expect(id);
        assert_eq!(output.split(" (").next(), Some(*ours), "{id}");
        seen += 1;
    }
    assert_eq!(seen, known.len());
}

/// The account as `jalon expliquer` shows it, every space plain.
fn explained(amount: &IndicatorAmount) -> String {
    let line = |line: &AccountLine| {
        let text = format!("{} | {} | {}", line.value, line.formula, line.note);
        text.replace(['\u{a0}', '\u{202f}'], " ").trim_end().to_owned()
    };
    let lines: Vec<_> = amount.account.lines().iter().map(line).collect();
    format!("{} ({})\n{}", amount.state, amount.source, lines.join("\n"))
}

/// The HbA1c indicator with a changed scale.
fn hba1c_with(change: impl Fn(&mut Scale), measured: Measured) -> IndicatorAmount {
    let mut scale = scale(30.into());
    change(&mut scale);
    let bound = Sourced::new(number("30"), Status::Officiel, "reste du sous-total de 220 points");
    let inputs = Inputs { points_bound: Some(&bound), ..inputs(&scale, None, measured) };
    checked(indicator_amount(&inputs, &terms(800), &list(800)))
}

#[test]
fn an_amount_is_explained_line_by_line() {
    insta::assert_snapshot!(explained(&hba1c(30, "62", (86, 115))), @r"
    compte (secondaire)
    69,39 € | = 9,913 points × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    9,913 points | = 33,04 % de 30 points | points : ameli
    33,04 % | = 30 % + 70 % × (74,78 − 74) / (92 − 74) | formule depuis 2018 (secondaire) ; objectif intermédiaire, cible : décision du 22/10/2019
    74,78 % | = 86 / 115 patients | décision du 22/10/2019
    compte | : 115 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
}

#[test]
fn each_branch_is_written_as_it_is_computed() {
    let [reached, progress, none] =
        [95, 70, 60].map(|rate| explained(&hba1c(30, "62", (rate, 100))));
    insta::assert_snapshot!(reached, @r"
    compte (secondaire)
    210,00 € | = 30 points × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    30 points | = 100 % de 30 points | points : ameli
    100 % | : cible atteinte, 95 ≥ 92 | formule depuis 2018 (secondaire) ; cible : décision du 22/10/2019
    95 % | = 95 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    insta::assert_snapshot!(progress, @r"
    compte (secondaire)
    42,00 € | = 6 points × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    6 points | = 20 % de 30 points | points : ameli
    20 % | = 30 % × (70 − 62) / (74 − 62) | formule depuis 2018 (secondaire) ; taux de départ : convention 2016, art. 27 ; objectif intermédiaire : décision du 22/10/2019
    70 % | = 70 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    insta::assert_snapshot!(none, @r"
    compte (secondaire)
    0,00 € | = 0 point × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    0 point | = 0 % de 30 points | points : ameli
    0 % | : aucun progrès depuis le taux de départ, 60 ≤ 62 | formule depuis 2018 (secondaire) ; taux de départ : convention 2016, art. 27 ; objectif intermédiaire : décision du 22/10/2019
    60 % | = 60 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
}

#[test]
fn unknown_values_are_named() {
    let unknown_start = hba1c_with(|_| (), counts(70, 100));
    insta::assert_snapshot!(explained(&unknown_start), @r"
    compte (secondaire)
    entre 0,00 € et 59,59 € | = (entre 0 point et 8,514 points) × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    entre 0 point et 8,514 points | = (entre 0 % et 28,38 %) × 30 points | points : ameli
    entre 0 % et 28,38 % | = 30 % × (70 − départ) / (74 − départ), rien sans progrès | formule depuis 2018 (secondaire) ; taux de départ inconnu ; objectif intermédiaire : décision du 22/10/2019
    70 % | = 70 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    let unknown_target = hba1c_with(|scale| scale.target = None, counts(80, 100));
    insta::assert_snapshot!(explained(&unknown_target), @r"
    compte (secondaire)
    entre 96,92 € et 210,00 € | = (entre 13,846 points et 30 points) × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    entre 13,846 points et 30 points | = (entre 46,15 % et 100 %) × 30 points | points : ameli
    entre 46,15 % et 100 % | = 30 % + 70 % × (80 − 74) / (cible − 74), tout si la cible est atteinte | formule depuis 2018 (secondaire) ; cible inconnue ; objectif intermédiaire : décision du 22/10/2019
    80 % | = 80 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    let everything = |scale: &mut Scale| *scale = Scale::default();
    insta::assert_snapshot!(explained(&hba1c_with(everything, counts(80, 100))), @r"
    inconnu (a-verifier)
    entre 0,00 € et 210,00 € | = (entre 0 point et 30 points) × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    entre 0 point et 30 points | = (entre 0 % et 100 %) × (entre 0 point et 30 points), 0 si l'indicateur ne compte pas | points inconnus : reste du sous-total de 220 points
    entre 0 % et 100 % | : selon l'objectif intermédiaire, taux de 80 | formule depuis 2018 (secondaire) ; taux de départ inconnu ; objectif intermédiaire inconnu ; cible inconnue
    80 % | = 80 / 100 patients | lecture sans source (a-verifier)
    inconnu | : 100 patients | seuil inconnu ; dénominateur : lecture sans source (a-verifier)
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    insta::assert_snapshot!(explained(&hba1c_with(|_| (), Measured::Unknown)), @r"
    inconnu (officiel)
    entre 0,00 € et 210,00 € | = (entre 0 point et 30 points) × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    entre 0 point et 30 points | = (entre 0 % et 100 %) × 30 points | points : ameli
    entre 0 % et 100 % | : taux inconnu | taux inconnu faute de déclaration
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    let any_target = hba1c_with(|scale| scale.target = None, counts(100, 100));
    insta::assert_snapshot!(explained(&any_target), @r"
    compte (secondaire)
    210,00 € | = 30 points × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    30 points | = 100 % de 30 points | points : ameli
    100 % | : quelle que soit la valeur inconnue | formule depuis 2018 (secondaire) ; cible inconnue ; objectif intermédiaire : décision du 22/10/2019
    100 % | = 100 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
}

#[test]
fn four_nothings_are_four_things() {
    insta::assert_snapshot!(explained(&hba1c(30, "62", (0, 100))), @r"
    compte (secondaire)
    0,00 € | = 0 point × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    0 point | = 0 % de 30 points | points : ameli
    0 % | : aucun progrès depuis le taux de départ, 0 ≤ 62 | formule depuis 2018 (secondaire) ; taux de départ : convention 2016, art. 27 ; objectif intermédiaire : décision du 22/10/2019
    0 % | = 0 / 100 patients | décision du 22/10/2019
    compte | : 100 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    insta::assert_snapshot!(explained(&hba1c(30, "62", (4, 4))), @r"
    sous-seuil (officiel)
    0,00 € | = 0 point × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    0 point | : l'indicateur ne compte pas |
    sous-seuil | : 4 patients, seuil de 5 patients | dénominateur, seuil : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    insta::assert_snapshot!(explained(&hba1c(30, "62", (0, 0))), @r"
    sous-seuil (officiel)
    0,00 € | = 0 point × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    0 point | : l'indicateur ne compte pas |
    sous-seuil | : 0 patient | dénominateur : décision du 22/10/2019
    arrondi | : au centime, à la fin | aucun texte connu
    ");
    insta::assert_snapshot!(explained(&hba1c_with(|_| (), Measured::OutOfCampaign)), @r"
    hors-campagne (officiel)
    0,00 € | = 0 point × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    0 point | : hors campagne |
    hors-campagne | : l'indicateur n'existe pas cette campagne |
    arrondi | : au centime, à la fin | aucun texte connu
    ");
}

#[test]
fn lists_coefficients_boxes_and_fictions_are_told() {
    let mut scale = scale(10.into());
    scale.target = Some(Sourced::new(92.into(), Status::Fictif, "démonstration"));
    scale.minimum = Some(official(10));
    scale.minimum_unit = Some(MinimumUnit::Boxes);
    let measured = Measured::Counts { numerator: 900, denominator: 1000, left_out: 50 };
    let inputs = Inputs { unit: Unit::Boxes, ..inputs(&scale, None, measured) };
    let coefficient = Coefficient {
        campaign: Campaign::new(2017).unwrap(),
        name: "clause de sauvegarde".to_owned(),
        value: Sourced::new(
            Range::new(number("1.11"), number("1.7")).unwrap(),
            Status::Conflit,
            "Egora, FMF",
        ),
    };
    let terms = Terms { coefficient: Some(coefficient), ..terms(800) };
    let list = ListSize { patients: 1234, origin: ListOrigin::Given };
    let amount = checked(indicator_amount(&inputs, &terms, &list));
    insta::assert_snapshot!(explained(&amount), @r"
    compte (fictif)
    entre 110,53 € et 169,28 € | = 9,222 points × 7 € × 1 234 / 800 × (entre 1,11 et 1,7) | patientèle donnée par l'utilisateur ; valeur du point, patientèle de référence : convention 2016, art. 27 ; clause de sauvegarde : Egora, FMF (conflit)
    9,222 points | = 92,22 % de 10 points | points : ameli
    92,22 % | = 30 % + 70 % × (90 − 74) / (92 − 74) | formule depuis 2018 (secondaire) ; objectif intermédiaire : décision du 22/10/2019 ; cible : démonstration (fictif)
    90 % | = 900 / 1 000 boîtes | décision du 22/10/2019 ; 50 boîtes laissées de côté faute d'information (4,8 %)
    compte | : 1 000 boîtes, seuil de 10 boîtes | dénominateur : décision du 22/10/2019 ; seuil : convention 2016, art. 27
    arrondi | : au centime, à la fin | aucun texte connu
    ");
}

#[test]
fn a_rate_per_100_falls_without_bound() {
    let scale = Scale {
        intermediate: None,
        minimum: Some(official(5)),
        target: Some(official(number("19"))),
        points: Some(official(35.into())),
        ..Scale::default()
    };
    let inputs = Inputs {
        direction: Direction::Falling,
        kind: RateKind::Per100,
        ..inputs(&scale, None, counts(130, 100))
    };
    let amount = checked(indicator_amount(&inputs, &terms(800), &list(800)));
    insta::assert_snapshot!(explained(&amount), @r"
    compte (a-verifier)
    entre 0,00 € et 245,00 € | = (entre 0 point et 35 points) × 7 € × 800 / 800 | valeur du point, patientèle de référence : convention 2016, art. 27
    entre 0 point et 35 points | = (entre 0 % et 100 %) × 35 points | points : convention 2016, art. 27
    entre 0 % et 100 % | : selon l'objectif intermédiaire, taux de 130 | formule depuis 2018 (secondaire) ; taux de départ inconnu ; objectif intermédiaire inconnu ; cible : convention 2016, art. 27
    130 pour 100 | = 130 / 100 patients | lecture sans source (a-verifier)
    compte | : 100 patients, seuil de 5 patients | dénominateur : lecture sans source (a-verifier) ; seuil : convention 2016, art. 27
    arrondi | : au centime, à la fin | aucun texte connu
    ");
}

#[test]
fn a_scheme_lists_its_indicators() {
    let scales = [scale(30.into()), scale(20.into())];
    let indicators = scales.iter().map(|scale| inputs(scale, None, counts(83, 100)));
    let amount = sum("ROSP de l'adulte", indicators, 800, 801);
    let account = amount.account();
    account.check().unwrap();
    let lines = account.lines();
    let depths: Vec<_> = lines.iter().map(|line| line.depth).collect();
    assert_eq!(depths, [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    assert_eq!(lines[0].formula, "= somme de 2 lignes");
    assert_eq!(lines[0].label, "ROSP de l'adulte");
    assert_eq!(lines[1].label, "Diabète : au moins deux HbA1c dans l'année");
    // 136.670625 + 91.11375 = 227.784375: rounded once, at the end.
    assert_eq!(lines[0].value, "227,78\u{a0}€");
    assert_eq!(amount.euros, Range::exact(number("227.784375")));
}

#[test]
fn points_without_bound_and_empty_references_are_errors() {
    let scale = Scale { points: None, ..scale(30.into()) };
    let unbounded = inputs(&scale, None, counts(86, 115));
    let error = indicator_amount(&unbounded, &terms(800), &list(800)).unwrap_err();
    assert_eq!(error, AmountError::UnboundedPoints(unbounded.title.to_owned()));
    let below = Inputs { measured: counts(4, 4), ..unbounded };
    assert_eq!(indicator_amount(&below, &terms(800), &list(800)).unwrap().euros, Range::zero());
    let error = indicator_amount(&below, &terms(0), &list(800)).unwrap_err();
    assert_eq!(error, AmountError::NoReference(below.title.to_owned()));
}

#[test]
fn a_value_without_effect_does_not_weaken_the_figure() {
    let weak = |value: &str| Sourced::new(number(value), Status::Conflit, "deux lectures");
    let (start, scale) = (weak("62"), Scale { intermediate: Some(weak("74")), ..scale(30.into()) });
    for (numerator, source) in
        [(95, Status::Secondaire), (80, Status::Conflit), (70, Status::Conflit)]
    {
        let inputs = inputs(&scale, Some(&start), counts(numerator, 100));
        let amount = checked(indicator_amount(&inputs, &terms(800), &list(800)));
        assert_eq!(amount.source, source);
    }
}
