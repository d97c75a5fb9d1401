//! Flat rates, from the real pages: the worked examples that sources print or
//! that the rule gives, to the cent, by their identifier in
//! `shared/reference/exemples.csv`; and the maxima of each year.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jalon_rules::account::{Account, Operation};
use jalon_rules::amount::{ListOrigin, ListSize};
use jalon_rules::campaign::Campaign;
use jalon_rules::forfait::{
    ClassAmount, Declaration, Declared, Doctor, GateAmount, GateError, GateFacts, ItemState, Paid,
    Role, class_amount, gate_amount, paid_amount,
};
use jalon_rules::fraction::Fraction;
use jalon_rules::range::Range;
use jalon_rules::status::{Sourced, Status};
use jalon_rules::{Rules, french};
use jiff::civil::date;
use proptest::prelude::*;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::bundled().unwrap());

/// What is declared: an item, and `(numerator, denominator)`.
type Answers<'a> = Vec<(&'a str, (u64, u64))>;

const YES: (u64, u64) = (1, 1);
const NO: (u64, u64) = (0, 1);

fn year(year: i16) -> Campaign {
    Campaign::new(year).unwrap()
}

fn number(text: &str) -> Fraction {
    text.parse().unwrap()
}

fn rows<'a>(campaign: Campaign, answers: &Answers<'a>) -> Vec<Declaration<'a>> {
    answers
        .iter()
        .map(|(item, (numerator, denominator))| Declaration {
            campaign,
            item,
            numerator: *numerator,
            denominator: *denominator,
            date: None,
        })
        .collect()
}

fn asked(
    scheme: &str,
    campaign: i16,
    answers: &Answers<'_>,
    patients: u64,
) -> Result<GateAmount, GateError> {
    let campaign = year(campaign);
    let scheme = RULES.gate(scheme).unwrap();
    let declared = Declared::read(campaign, &rows(campaign, answers)).unwrap();
    let facts = GateFacts {
        campaign,
        declared: &declared,
        doctor: &Doctor::default(),
        list: &ListSize { patients, origin: ListOrigin::Counted },
    };
    gate_amount(scheme, &RULES.gate_pages(scheme, campaign), &facts)
}

fn gate(scheme: &str, campaign: i16, answers: &Answers<'_>) -> GateAmount {
    let amount = asked(scheme, campaign, answers, 800).unwrap();
    amount.account.check().unwrap();
    amount
}

/// Every item of a gate in a campaign, met.
fn everything(scheme: &str, campaign: i16) -> Answers<'static> {
    let found = RULES.gate(scheme).unwrap();
    RULES
        .gate_pages(found, year(campaign))
        .into_iter()
        .map(|page| (page.declared_id.as_str(), YES))
        .collect()
}

/// The prerequisites met, and these options; every other option declared missed.
fn block_and(campaign: i16, met: &[(&'static str, (u64, u64))]) -> Answers<'static> {
    let scheme = RULES.gate("forfait-structure").unwrap();
    RULES
        .gate_pages(scheme, year(campaign))
        .into_iter()
        .map(|page| {
            let id = page.sheet.id.as_str();
            let prerequisite = page.row_of(year(campaign)).unwrap().role == Role::Prerequisite;
            let answer = met.iter().find(|(item, _)| *item == id).map(|(_, answer)| *answer);
            (id, answer.unwrap_or(if prerequisite { YES } else { NO }))
        })
        .collect()
}

fn shown(amount: &GateAmount) -> String {
    let exact = |range: &Range| match range.as_exact() {
        Some(value) => value.to_decimal(2),
        None => format!("{}..{}", range.min().to_decimal(2), range.max().to_decimal(2)),
    };
    let points = amount.points.as_ref().map(|points| match points.as_exact() {
        Some(points) => points.to_short_decimal(2),
        None => exact(points),
    });
    format!("points={}; montant={}", points.unwrap_or_default(), exact(&amount.euros))
}

#[test]
fn maxima_of_the_forfait_structure() {
    for (campaign, expected) in [
        (2017, "points=250; montant=1750.00"), // fs-2017-tout
        (2018, "points=460; montant=3220.00"), // fs-2018-tout
        (2019, "points=735; montant=5145.00"), // fs-2019-tout
        (2020, "points=885; montant=6195.00"), // fs-2020-tout
        (2021, "points=885; montant=6195.00"),
        (2022, "points=1385; montant=9695.00"), // fs-2022-tout
        // 815 or 837.5 points by items, 883 printed.
        (2023, "points=1095.00..1163.00; montant=7665.00..8141.00"),
        (2024, "points=1115; montant=7805.00"), // fs-2024-tout
        (2025, "points=1115; montant=7805.00"), // fs-2025-tout
    ] {
        let amount =
            gate("forfait-structure", campaign, &everything("forfait-structure", campaign));
        assert_eq!(shown(&amount), expected, "{campaign}");
        assert_eq!(amount.block, ItemState::Met);
        assert!(amount.items.iter().all(|item| item.state == ItemState::Met), "{campaign}");
    }
}

#[test]
fn worked_examples_of_the_forfait_structure() {
    let structure = |campaign, answers: &Answers<'_>| gate("forfait-structure", campaign, answers);
    let two = block_and(2017, &[("codage", YES), ("etudiants", YES)]);
    assert_eq!(shown(&structure(2017, &two)), "points=205; montant=1435.00"); // fs-2017-partiel

    let mut missing = block_and(2017, &[("codage", YES)]);
    missing.retain(|(item, _)| *item != "horaires");
    missing.push(("horaires", NO));
    let failed = structure(2017, &missing); // fs-2017-volet1-echoue
    assert_eq!(shown(&failed), "points=0; montant=0.00");
    assert_eq!(failed.block, ItemState::Missed);
    let text: String = failed.account.lines().iter().map(|line| line.note.clone()).collect();
    assert!(text.contains("15 600"), "{text}");

    let alone = block_and(2018, &[]);
    assert_eq!(shown(&structure(2018, &alone)), "points=230; montant=1610.00"); // fs-2018-volet1

    let coded = block_and(2019, &[("coordination", YES), ("codage", YES)]);
    assert_eq!(shown(&structure(2019, &coded)), "points=450; montant=3150.00"); // fs-2019-coord-codage

    let partial =
        block_and(2021, &[("teleservices", YES), ("coordination", YES), ("etudiants", YES)]);
    assert_eq!(shown(&structure(2021, &partial)), "points=540; montant=3780.00"); // fs-2021-partiel

    let plain = block_and(2022, &[("dmp", YES), ("messagerie-patient", YES)]);
    let plain = structure(2022, &plain); // fs-2022-sans-coordination
    assert_eq!(shown(&plain), "points=360; montant=2520.00");

    // Coordination stays optional in 2022 and brings the block to 400 points.
    let joined = structure(2022, &block_and(2022, &[("coordination", YES)]));
    assert_eq!(shown(&joined), "points=400; montant=2800.00");
    assert_eq!(joined.items.iter().filter(|item| item.role == Role::Complement).count(), 1);

    let rates = block_and(
        2024,
        &[
            ("tele-arret-travail", (92, 100)),
            ("tele-atmp", (55, 100)),
            ("tele-protocole-soins", (85, 100)),
            ("tele-declaration-mt", (95, 100)),
            ("tele-prescription-transport", (20, 100)),
            ("tele-grossesse", (60, 100)),
            ("coordination", YES),
        ],
    );
    let rates = structure(2024, &rates); // fs-2024-teleservices
    assert_eq!(shown(&rates), "points=477.5; montant=3342.50");

    let mut slow = everything("forfait-structure", 2025);
    slow.retain(|(item, _)| *item != "teletransmission");
    slow.push(("teletransmission", (60, 100)));
    assert_eq!(shown(&structure(2025, &slow)), "points=0; montant=0.00"); // fs-2025-fse-insuffisant
}

#[test]
fn two_thirds_or_67_percent() {
    let with = |rate| {
        let mut answers = block_and(2024, &[]);
        answers.retain(|(item, _)| *item != "teletransmission");
        answers.push(("teletransmission", rate));
        gate("forfait-structure", 2024, &answers)
    };
    assert_eq!(shown(&with((67, 100))), "points=280; montant=1960.00");
    assert_eq!(shown(&with((66, 100))), "points=0; montant=0.00");
    let between = with((2, 3));
    assert_eq!(shown(&between), "points=0.00..280.00; montant=0.00..1960.00");
    assert_eq!(between.block, ItemState::Unknown);
    assert_eq!(between.source, Status::Conflit);
    // Where both readings agree, nothing rests on their conflict.
    assert!(with((67, 100)).source < Status::Conflit);
}

#[test]
fn a_split_nobody_published_is_a_range_together() {
    let one = block_and(2018, &[("codage", YES)]);
    let amount = gate("forfait-structure", 2018, &one);
    assert_eq!(shown(&amount), "points=230.00..460.00; montant=1610.00..3220.00");
    let item = |id: &str| amount.items.iter().find(|item| item.id == id).unwrap();
    assert_eq!(item("codage").points, Some(Range::hull(Fraction::zero(), 230.into())));
    assert_eq!(item("etudiants").points, Some(Range::zero()));
}

#[test]
fn nothing_declared_is_anything_between_nothing_and_everything() {
    for (scheme, campaign, most) in [
        ("forfait-structure", 2019, "5145.00"),
        ("forfait-structure", 2023, "8141.00"),
        ("donum", 2026, "2940.00"),
        ("rosp-2011-organisation", 2014, "2800.00"),
        ("volet-synthese-medicale", 2024, "3600.00"),
    ] {
        let amount = gate(scheme, campaign, &Vec::new());
        let expected = Range::hull(Fraction::zero(), number(most));
        assert_eq!(amount.euros, expected, "{scheme} {campaign}");
    }
}

#[test]
fn what_may_be_declared_depends_on_the_campaign() {
    let names = RULES.declarable(year(2026));
    for name in ["teleservices-socle", "tele-arret-travail", "logiciel-lap", "renonciation"] {
        assert!(names.contains(name), "{name}");
    }
    assert!(!names.contains("codage") && RULES.declarable(year(2025)).contains("codage"));
    assert!(RULES.declarable(year(2024)).contains("syntheses-ald"));
}

#[test]
fn donum() {
    let all = gate("donum", 2026, &everything("donum", 2026)); // donum-tout
    assert_eq!(shown(&all), "points=420; montant=2940.00");
    assert_eq!(shown(&gate("donum", 2028, &everything("donum", 2028))), shown(&all));

    let option: Answers<'_> = vec![
        ("equipement-logiciel", YES),
        ("teleservices-socle", YES),
        ("option-autres-teleservices", NO),
        ("option-dmp-ordonnance", YES),
        ("option-apcv-messagerie", NO),
    ];
    let second = gate("donum", 2026, &option); // donum-socle-option-2
    assert_eq!(shown(&second), "points=340; montant=2380.00");

    let mut rates: Answers<'_> = vec![
        ("tele-declaration-mt", (70, 100)),
        ("teletransmission", (95, 100)),
        ("tele-protocole-soins", (40, 100)),
        ("tele-arret-travail", (50, 100)),
    ];
    rates.extend(option.iter().filter(|(item, _)| *item != "teleservices-socle").copied());
    let mean = gate("donum", 2026, &rates); // donum-moyenne-2026
    let item = mean.items.iter().find(|item| item.id == "teleservices-socle").unwrap();
    assert_eq!(item.state, ItemState::Met);
    let rate = item.met.children().first().unwrap().value().unwrap();
    assert_eq!(rate.as_exact().unwrap().times_hundred().to_decimal(2), "63.75");
    assert_eq!(shown(&mean), "points=340; montant=2380.00");

    let later = gate("donum", 2028, &rates); // donum-moyenne-2028
    let item = later.items.iter().find(|item| item.id == "teleservices-socle").unwrap();
    assert_eq!(item.state, ItemState::Missed);
    assert_eq!(shown(&later), "points=0; montant=0.00");
}

#[test]
fn organisation_of_2011() {
    let scheme = "rosp-2011-organisation";
    let all = everything(scheme, 2014);
    // 400 points at 800 patients, with 900 clinical ones: 2011-max-800.
    assert_eq!(shown(&gate(scheme, 2014, &all)), "points=400; montant=2800.00");
    // Only the yearly synthesis follows the list: 250 + 150 × 1200 / 800.
    let large = asked(scheme, 2014, &all, 1200).unwrap();
    assert_eq!(shown(&large), "points=475; montant=3325.00");

    let mut half = all.clone();
    half.retain(|(item, _)| !["dossier-informatise", "logiciel-prescription"].contains(item));
    half.extend([("dossier-informatise", (6, 12)), ("logiciel-prescription", (3, 12))]);
    assert_eq!(shown(&gate(scheme, 2012, &half)), "points=325; montant=2275.00");

    let mut closed = all;
    closed.retain(|(item, _)| *item != "teletransmission");
    closed.push(("teletransmission", (66, 100)));
    assert_eq!(shown(&gate(scheme, 2014, &closed)), "points=0; montant=0.00");
}

#[test]
fn synthese_medicale() {
    let with = |rate, structured| {
        let answers = vec![("syntheses-ald", rate), ("syntheses-structurees", structured)];
        gate("volet-synthese-medicale", 2024, &answers).euros.as_exact().unwrap().to_decimal(2)
    };
    assert_eq!(with((90, 100), (34, 100)), "3600.00"); // vsm-2024
    assert_eq!(with((90, 100), (1, 3)), "3000.00");
    assert_eq!(with((50, 100), NO), "1500.00");
    assert_eq!(with((49, 100), (34, 100)), "0.00");
}

#[test]
fn a_doctor_who_gave_up_is_paid_nothing_and_told_why() {
    let campaign = year(2014);
    let scheme = RULES.gate("rosp-2011-organisation").unwrap();
    let mut declarations = rows(campaign, &everything("rosp-2011-organisation", 2014));
    declarations.push(Declaration {
        campaign: year(2013),
        item: "renonciation",
        numerator: 1,
        denominator: 1,
        date: Some(date(2013, 2, 1)),
    });
    let declared = Declared::read(campaign, &declarations).unwrap();
    let facts = GateFacts {
        campaign,
        declared: &declared,
        doctor: &Doctor::default(),
        list: &ListSize { patients: 800, origin: ListOrigin::Counted },
    };
    let amount = gate_amount(scheme, &RULES.gate_pages(scheme, campaign), &facts).unwrap();
    assert_eq!(amount.euros, Range::zero());
    assert_eq!(amount.account.note(), Some("renonciation du 01/02/2013 : rien n'est dû"));
    // Nobody can give the forfait structure up.
    let scheme = RULES.gate("forfait-structure").unwrap();
    assert!(!scheme.renounceable);
}

#[test]
fn a_speciality_without_certified_software_is_not_asked_for_it() {
    let mut answers = block_and(2019, &[("logiciel-lap-dmp", NO)]);
    assert_eq!(shown(&gate("forfait-structure", 2019, &answers)), "points=0; montant=0.00");
    answers.push(("sans-logiciel-certifie", YES));
    let exempt = gate("forfait-structure", 2019, &answers);
    assert_eq!(shown(&exempt), "points=280; montant=1960.00");
}

#[test]
fn declarations_that_cannot_be_used_are_all_told() {
    let answers = vec![("codage", (2, 3)), ("tele-atmp", (3, 2)), ("apcv", (12, 1))];
    let GateError::Declarations(faults) =
        asked("forfait-structure", 2024, &answers, 800).unwrap_err()
    else {
        unreachable!("declarations are at fault")
    };
    let messages: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "campagne 2024, `codage` : 2 sur 3 n'est ni oui ni non\n   aide : 1 sur 1 pour oui, 0 sur 1 pour non",
            "campagne 2024, `tele-atmp` : 3 sur 2, le numérateur dépasse le dénominateur",
        ]
    );
    let whole_and_part = vec![("equipement-logiciel", YES), ("logiciel-lap", NO)];
    assert_eq!(
        asked("donum", 2026, &whole_and_part, 800).unwrap_err().to_string(),
        "campagne 2026, `equipement-logiciel` : déclaré en entier et par `logiciel-lap`\n   aide : déclarez l'un ou l'autre"
    );
    assert_eq!(
        asked("donum", 2025, &Vec::new(), 800).unwrap_err().to_string(),
        "Dotation numérique (DONUM) : pas de campagne 2025"
    );
}

/// The illustrative list of 950 patients.
const LIST: [(&str, u64); 6] = [
    ("age-0-6", 60),
    ("age-7-74", 575),
    ("age-75-79", 30),
    ("age-80-plus", 45),
    ("ald-moins-80", 190),
    ("ald-80-plus", 50),
];

fn classes(scheme: &str, campaign: i16, counts: &[(&str, u64)], doctor: &Doctor) -> ClassAmount {
    let scheme = RULES.class_scheme(scheme).unwrap();
    let pages = RULES.class_pages(scheme, year(campaign));
    let counts: BTreeMap<String, Range> = pages
        .iter()
        .map(|page| {
            let id = page.sheet.id.as_str();
            let count = counts.iter().find(|(name, _)| *name == id).map_or(0, |(_, count)| *count);
            (id.to_owned(), Range::exact(count.into()))
        })
        .collect();
    let amount = class_amount(scheme, &pages, year(campaign), &counts, doctor).unwrap();
    amount.account.check().unwrap();
    amount
}

fn cents(range: &Range) -> String {
    match range.as_exact() {
        Some(value) => value.to_decimal(2),
        None => format!("{}..{}", range.min().to_decimal(2), range.max().to_decimal(2)),
    }
}

/// A doctor of whom nothing raises the pay.
fn plain() -> Doctor {
    Doctor {
        birth: Some(date(1980, 6, 1)),
        installed: Some(date(2010, 1, 4)),
        priority_zone: Some(false),
        ..Doctor::default()
    }
}

#[test]
fn forfait_patientele() {
    let list: Vec<_> = LIST
        .iter()
        .filter(|(id, _)| !id.starts_with("age-7"))
        .copied()
        .chain([("age-7-79", 575 + 30)])
        .collect();
    for (campaign, expected) in [(2018, "16755.00"), (2023, "16755.00"), (2024, "17695.00")] {
        // fpmt-2018-950, fpmt-2024-950
        let amount = classes("forfait-patientele", campaign, &list, &plain());
        assert_eq!(cents(&amount.euros), expected);
        // The uplift for C2S is unknown: no number, but never silent.
        assert_eq!(amount.more.len(), 1);
        assert!(amount.account.children()[0].note().unwrap().starts_with("au moins"));
    }
}

#[test]
fn fmt_socle() {
    let scheme = RULES.class_scheme("fmt-socle").unwrap();
    assert_eq!(scheme.reference_day(year(2026)), date(2025, 12, 31));
    let amount = |counts: &[(&str, u64)], doctor: &Doctor| {
        cents(&classes("fmt-socle", 2026, counts, doctor).euros)
    };
    assert_eq!(amount(&LIST, &plain()), "22150.00"); // fmt-socle-950
    let with_c2s = [&LIST[..], &[("majoration-c2s", 80)]].concat();
    let zone = Doctor { priority_zone: Some(true), ..plain() };
    assert_eq!(amount(&with_c2s, &zone), "25165.00"); // fmt-socle-950-c2s-zip
    let one = [("ald-80-plus", 1), ("majoration-c2s", 1)];
    assert_eq!(amount(&one, &plain()), "110.00"); // fmt-socle-patient
    // 67 years on the reference day, not the day after.
    let born = |year, month, day| Doctor { birth: Some(date(year, month, day)), ..plain() };
    assert_eq!(amount(&LIST, &born(1958, 12, 31)), "24365.00");
    assert_eq!(amount(&LIST, &born(1959, 1, 1)), "22150.00");
    // Installed for the first time in a zone: 50 % with or besides the 10 %.
    let installed = |year, first| Doctor {
        priority_zone: Some(true),
        installed: Some(date(year, 9, 1)),
        first_practice: first,
        ..plain()
    };
    assert_eq!(amount(&LIST, &installed(2025, Some(true))), "33225.00..35440.00");
    assert_eq!(amount(&LIST, &installed(2024, Some(true))), "28795.00..31010.00");
    assert_eq!(amount(&LIST, &installed(2023, Some(true))), "24365.00");
    assert_eq!(amount(&LIST, &installed(2025, Some(false))), "24365.00");
    assert_eq!(amount(&LIST, &installed(2025, None)), "24365.00..35440.00");
    // Unknown age, zone and installation: from nothing to all that can go together.
    assert_eq!(amount(&LIST, &Doctor::default()), "22150.00..44300.00");
}

#[test]
fn fmt_prevention() {
    let five = Sourced::new(Fraction::from(5), Status::Officiel, "ameli");
    let paid = |patients: u64| {
        paid_amount(&Paid {
            title: "Vaccination contre la grippe",
            patients: Range::exact(patients.into()),
            definition: None,
            amount: &five,
        })
    };
    let amount = paid(620);
    amount.account.check().unwrap();
    assert_eq!(cents(&amount.euros), "3100.00"); // fmt-prevention-620
    // fmt-prevention-equilibre: 1,072 pairs fall short of 5,361 €, 1,073 do not.
    assert!(*paid(1072).euros.max() < 5361.into() && *paid(1073).euros.min() >= 5361.into());
}

#[test]
fn counts_name_the_classes_of_the_campaign() {
    let scheme = RULES.class_scheme("fmt-socle").unwrap();
    let pages = RULES.class_pages(scheme, year(2026));
    let none = BTreeMap::new();
    let error = |counts| class_amount(scheme, &pages, year(2026), counts, &plain()).unwrap_err();
    assert_eq!(error(&none).to_string(), "Moins de 7 ans, sans ALD : effectif manquant");
    let other = BTreeMap::from([("age-7-79".to_owned(), Range::zero())]);
    assert_eq!(error(&other).to_string(), "classe inconnue dans la campagne : `age-7-79`");
}

#[test]
fn an_account_reads_in_french() {
    let mut answers = block_and(2025, &[("codage", YES), ("dmp", (29, 100))]);
    answers.retain(|(item, _)| *item != "teletransmission" && *item != "apcv");
    answers.push(("teletransmission", (90, 100)));
    let amount = gate("forfait-structure", 2025, &answers);
    let lines: Vec<_> = amount
        .account
        .lines()
        .iter()
        .map(|line| {
            format!("{}{} : {} {}", "  ".repeat(line.depth), line.label, line.value, line.formula)
        })
        .map(|line| line.replace(['\u{a0}', '\u{202f}'], " "))
        .collect();
    let has = |text: &str| assert!(lines.iter().any(|line| line == text), "{text}\n{lines:#?}");
    has(
        "Forfait structure : entre 2 310,00 € et 2 590,00 € = (entre 330 points et 370 points) × 7 €",
    );
    has("tous les prérequis sont atteints : atteint : tout est demandé, 4 lignes");
    has("Feuilles de soins électroniques : atteint : 90 %, il faut (entre 66,67 % et 67 %)");
    has("  Alimentation du DMP : 0 point : non, « Alimentation du DMP »");
    has("  Appli carte Vitale : entre 0 point et 40 points = 40 points, 0 si ce n'est pas atteint");
    assert_eq!(french::euros(amount.euros.min()).replace('\u{202f}', " "), "2 310,00\u{a0}€");
}

/// The leaves of a tree, to be counted.
fn leaves(account: &Account) -> usize {
    match account.operation() {
        Operation::Given | Operation::Unknown | Operation::Unused | Operation::Absent => 1,
        _ => account.children().iter().map(leaves).sum(),
    }
}

/// Any answer to any item of a gate, or none.
fn answers() -> impl Strategy<Value = (usize, Vec<Option<u64>>)> {
    (0..13_usize, prop::collection::vec(prop::option::of(0..=100_u64), 24))
}

const CAMPAIGNS: [(&str, i16); 13] = [
    ("forfait-structure", 2017),
    ("forfait-structure", 2018),
    ("forfait-structure", 2019),
    ("forfait-structure", 2020),
    ("forfait-structure", 2022),
    ("forfait-structure", 2023),
    ("forfait-structure", 2024),
    ("forfait-structure", 2025),
    ("donum", 2026),
    ("donum", 2028),
    ("rosp-2011-organisation", 2012),
    ("rosp-2011-organisation", 2016),
    ("volet-synthese-medicale", 2024),
];

/// Answers to the items of a gate: a percentage for a rate, yes from 50 % on for
/// a question, missing where `None`.
fn drawn(which: usize, drawn: &[Option<u64>]) -> (&'static str, i16, Answers<'static>) {
    let (scheme, campaign) = CAMPAIGNS[which];
    let found = RULES.gate(scheme).unwrap();
    let answers = RULES
        .gate_pages(found, year(campaign))
        .into_iter()
        .zip(drawn)
        .filter_map(|(page, percent)| {
            let percent = (*percent)?;
            let row = page.row_of(year(campaign)).unwrap();
            let simple = page.elements.is_empty();
            let rate = simple && row.requirement.asked != jalon_rules::forfait::Asked::Yes;
            let answer = if rate { (percent, 100) } else { (u64::from(percent >= 50), 1) };
            Some((page.declared_id.as_str(), answer))
        })
        .collect::<BTreeMap<_, _>>();
    (scheme, campaign, answers.into_iter().collect())
}

fn inside(inner: &Range, outer: &Range) -> bool {
    outer.contains(inner.min()) && outer.contains(inner.max())
}

proptest! {
    #[test]
    fn leaves_add_up_and_what_is_unknown_stays_in_the_range(
        (which, first) in answers(),
        filling in prop::collection::vec(0..=100_u64, 24),
    ) {
        let (scheme, campaign, partial) = drawn(which, &first);
        let amount = gate(scheme, campaign, &partial);
        prop_assert!(leaves(&amount.account) > 0);
        // Whatever the missing answers turn out to be.
        let full: Vec<_> =
            first.iter().zip(&filling).map(|(known, other)| Some(known.unwrap_or(*other))).collect();
        let (_, _, full) = drawn(which, &full);
        let known: BTreeMap<_, _> = full.into_iter().chain(partial).collect();
        let complete = gate(scheme, campaign, &known.into_iter().collect());
        prop_assert!(inside(&complete.euros, &amount.euros), "{:?} {:?}", complete.euros, amount.euros);
    }

    #[test]
    fn a_better_answer_never_lowers_the_pay((which, first) in answers(), at in 0..24_usize) {
        let (scheme, campaign, before) = drawn(which, &first);
        let mut better = first.clone();
        better[at] = Some(100);
        // One declaration may serve two pages; only a worse one is replaced.
        let (_, _, after) = drawn(which, &better);
        let (low, high) = (gate(scheme, campaign, &before), gate(scheme, campaign, &after));
        prop_assert!(low.euros.min() <= high.euros.min());
        prop_assert!(low.euros.max() <= high.euros.max());
    }

    #[test]
    fn more_patients_and_more_uplifts_never_pay_less(
        counts in prop::collection::vec(0..500_u64, 8),
        unsure in prop::collection::vec(0..50_u64, 8),
        zone: Option<bool>,
        first: Option<bool>,
        installed in prop::option::of(2015..2026_i16),
        born in prop::option::of(1940..1995_i16),
    ) {
        let scheme = RULES.class_scheme("fmt-socle").unwrap();
        let pages = RULES.class_pages(scheme, year(2026));
        let doctor = Doctor {
            birth: born.map(|year| date(year, 5, 5)),
            installed: installed.map(|year| date(year, 5, 5)),
            priority_zone: zone,
            first_practice: first,
            ..Doctor::default()
        };
        let amount = |doctor: &Doctor, more: &dyn Fn(usize) -> u64| {
            let counts = pages
                .iter()
                .enumerate()
                .map(|(at, page)| {
                    let low = Fraction::from(counts[at]);
                    (page.sheet.id.clone(), Range::hull(low.clone(), low + Fraction::from(more(at))))
                })
                .collect();
            let amount = class_amount(scheme, &pages, year(2026), &counts, doctor).unwrap();
            amount.account.check().unwrap();
            amount.euros
        };
        let sure = amount(&doctor, &|_| 0);
        let wide = amount(&doctor, &|at| unsure[at]);
        prop_assert!(inside(&sure, &wide));
        // What is unknown of the doctor, made known either way.
        for zone in [false, true] {
            for first in [false, true] {
                let known = Doctor {
                    priority_zone: Some(doctor.priority_zone.unwrap_or(zone)),
                    first_practice: Some(doctor.first_practice.unwrap_or(first)),
                    ..doctor.clone()
                };
                prop_assert!(inside(&amount(&known, &|_| 0), &sure));
            }
        }
    }
}
