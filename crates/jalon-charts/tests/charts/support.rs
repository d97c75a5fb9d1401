//! Charts of invented practices, in the states that pages meet.

pub mod measured;
pub mod scene;

use jalon_charts::{
    Amount, Bullet, Chart, Decile, Deciles, Direction, Measure, Objectives, Others, Percentiles,
    Prefix, Rate, RateKind, Reading, Span, Step, Strip, Trend, Waterfall,
};
use jiff::civil::{Date, date};

pub fn prefix() -> Prefix {
    Prefix::new("g").unwrap()
}

pub fn percent(hundredths: u32) -> Rate {
    Rate::new(RateKind::Share, hundredths).unwrap()
}

pub fn per_100(hundredths: u32) -> Rate {
    Rate::new(RateKind::Per100, hundredths).unwrap()
}

pub fn euros(cents: i64) -> Amount {
    Amount::cents(cents).unwrap()
}

pub fn rising(intermediate: u32, target: u32) -> Objectives {
    let (intermediate, target) = (percent(intermediate), percent(target));
    Objectives::new(RateKind::Share, Direction::Rising, Some(intermediate), Some(target)).unwrap()
}

pub fn falling(intermediate: u32, target: u32) -> Objectives {
    let (intermediate, target) = (per_100(intermediate), per_100(target));
    Objectives::new(RateKind::Per100, Direction::Falling, Some(intermediate), Some(target)).unwrap()
}

fn share(numerator: u64, denominator: u64) -> Reading {
    Reading::known(Measure::new(RateKind::Share, numerator, denominator).unwrap())
}

pub fn bullets() -> Vec<(&'static str, Bullet)> {
    let antibiotics = Reading::known(Measure::new(RateKind::Per100, 214, 781).unwrap());
    let no_target =
        Objectives::new(RateKind::Share, Direction::Rising, Some(percent(6100)), None).unwrap();
    let none = Objectives::new(RateKind::Share, Direction::Rising, None, None).unwrap();
    vec![
        (
            "taux",
            Bullet::new("Vaccination antigrippale des 65 ans et plus", share(26, 36), rising(6100, 8000))
                .unwrap(),
        ),
        (
            "objectifs-proches",
            Bullet::new("Dosage de l'HbA1c deux fois par an", share(1234, 1300), rising(9300, 9400))
                .unwrap(),
        ),
        (
            "plus-bas-est-mieux",
            Bullet::new("Antibiothérapie des patients de 16 à 65 ans sans ALD", antibiotics, falling(2950, 2225))
                .unwrap(),
        ),
        (
            "effectif-insuffisant",
            Bullet::new("Suivi après infarctus", Reading::too_few(3, 5).unwrap(), rising(4900, 6100))
                .unwrap(),
        ),
        (
            "fourchette",
            Bullet::new(
                "Dépistage du cancer colorectal",
                Reading::between(percent(3800), percent(6420)).unwrap(),
                rising(3900, 5500),
            )
            .unwrap(),
        ),
        ("cible-inconnue", Bullet::new("Mammographie de dépistage", share(180, 270), no_target).unwrap()),
        ("zero", Bullet::new("Fond d'œil annuel", share(0, 14), rising(6100, 8000)).unwrap()),
        ("inconnu", Bullet::new("Dépistage du mélanome", Reading::unknown(), none).unwrap()),
        (
            "titre-long",
            Bullet::new(
                "Part des patients de 65 ans et plus en affection de longue durée traités par \
                 psychotropes ayant au moins deux délivrances dans l'année, hors patients vus moins \
                 d'une fois et hors séjours en établissement, selon la note de méthode",
                share(100_000_000, 100_000_000),
                rising(9999, 10_000),
            )
            .unwrap(),
        ),
    ]
}

fn month_end(month: i64) -> Date {
    let (year, month) = (2024 + month / 12, month % 12 + 1);
    date(i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), 1).last_of_month()
}

pub fn trends() -> Vec<(&'static str, Trend)> {
    let own = |rates: &[u32]| -> Vec<_> {
        (0..).zip(rates).map(|(month, rate)| (month_end(month), Some(percent(*rate)))).collect()
    };
    let year = [
        5120, 5230, 5390, 5420, 5640, 5810, 5840, 5900, 6120, 6480, 6910, 7100, 6980, 7020, 7150,
        7222,
    ];
    let peers = (0..16)
        .map(|month: u32| {
            let rise = 60 * month;
            let rates = [4100, 4900, 5600, 6500, 7100].map(|rate| percent(rate + rise));
            (month_end(month.into()), Percentiles::new(rates).unwrap())
        })
        .collect();
    let full = Trend::new("Vaccination antigrippale", "vous", rising(6100, 8000), own(&year))
        .unwrap()
        .with_peers(peers)
        .unwrap()
        .with_event(date(2024, 12, 31), "fin d'année")
        .unwrap()
        .with_event(date(2025, 2, 28), "cible portée à 80 %")
        .unwrap()
        .incomplete_from(date(2025, 4, 6));
    let falling_rates = [3520, 3380, 3300, 3120, 2990, 2870, 2810, 2740];
    let antibiotics = (0..)
        .zip(falling_rates)
        .map(|(month, rate)| (month_end(month), (month != 3).then(|| per_100(rate))))
        .collect();
    let turned =
        Trend::new("Antibiothérapie des 16 à 65 ans", "vous", falling(2950, 2225), antibiotics)
            .unwrap()
            .on_scale(per_100(0), per_100(4000))
            .unwrap();
    let alone =
        Trend::new("Fond d'œil", "Cabinet des Lilas", rising(6100, 8000), own(&[6100])).unwrap();
    vec![("annee", full), ("plus-bas-est-mieux", turned), ("un-seul-mois", alone)]
}

pub fn waterfalls() -> Vec<(&'static str, Waterfall)> {
    let nbsp = |text: &str| text.replace('~', "\u{a0}");
    let amount = |label, operation: &str, cents| {
        Step::amount(label, &nbsp(operation), Span::exact(euros(cents))).unwrap()
    };
    let open = vec![
        Step::part("Taux", "26 patients sur 36", &nbsp("72,2~%"), 26, 36).unwrap(),
        Step::part(
            "Taux de réalisation",
            &nbsp("0,5 + 0,5 × (72,2~% − 61~%) / (80~% − 61~%)"),
            &nbsp("79,5~%"),
            795,
            1000,
        )
        .unwrap(),
        Step::part("Points", &nbsp("79,5~% de 30 points"), &nbsp("23,85~points"), 2385, 3000)
            .unwrap(),
        amount("Valeur du point", "× 7~€", 16695),
        amount("Patientèle", "× 1 020 / 800 patients de référence", 21286),
        amount("Coefficient de la campagne", "× 0,92", 19583),
    ];
    let unknown = vec![
        Step::said("Taux", "62 patients sur 90", &nbsp("68,9~%")).unwrap(),
        Step::said("Points", "points de l'indicateur inconnus", "entre 0 et 30").unwrap(),
        Step::amount(
            "Valeur du point",
            &nbsp("× 7~€"),
            Span::between(euros(0), euros(21000)).unwrap(),
        )
        .unwrap(),
        Step::amount("Patientèle", "× 1 020 / 800", Span::between(euros(0), euros(26775)).unwrap())
            .unwrap(),
    ];
    vec![
        (
            "ouvert",
            Waterfall::new("Vaccination antigrippale : du taux à l'euro", open, "À payer").unwrap(),
        ),
        ("fourchette", Waterfall::new("Dépistage : du taux à l'euro", unknown, "À payer").unwrap()),
    ]
}

pub fn strips() -> Vec<(&'static str, Strip)> {
    let rates = (0..60_u32)
        .map(|rank| {
            (
                format!("Médecin {}", rank + 1),
                percent(3000 + (rank * rank * 37 + rank * 211) % 5600),
            )
        })
        .collect();
    let doctors = Others::rates(Direction::Rising, rates).unwrap();
    let antibiotics = (0..40_u32)
        .map(|rank| (format!("Médecin {}", rank + 1), per_100(1500 + (rank * rank * 53) % 3400)))
        .collect();
    let turned = Others::rates(Direction::Falling, antibiotics).unwrap();
    let months = ["janvier", "février", "mars", "avril", "mai", "juin"];
    let amounts = months
        .iter()
        .zip([120_050, 98_700, 131_010, 131_010, 127_500, 90_300])
        .map(|(month, cents)| ((*month).to_owned(), euros(cents)))
        .collect();
    vec![
        (
            "medecins",
            Strip::new("Vaccination antigrippale : les médecins de la maison de santé", doctors)
                .unwrap()
                .with_own_rate("vous", percent(7222))
                .unwrap(),
        ),
        (
            "plus-bas-est-mieux",
            Strip::new("Antibiothérapie : médecins du département", turned)
                .unwrap()
                .with_own_rate("vous", per_100(2740))
                .unwrap(),
        ),
        ("mois", Strip::new("Montant par mois", Others::amounts(amounts).unwrap()).unwrap()),
    ]
}

pub fn deciles() -> Vec<(&'static str, Deciles)> {
    let differences =
        [-41_250, -28_000, -12_345, -3_010, 0, 8_075, 15_500, 27_890, 44_400, 127_460];
    let mut rank = 0;
    let tenths = differences.map(|cents| {
        rank += 1;
        Decile::new(euros(cents), 80 * rank, 800 - 75 * rank, 4).unwrap()
    });
    let gain = differences.map(|cents| Decile::new(euros(cents.abs()), 1, 0, 0).unwrap());
    vec![
        (
            "reforme",
            Deciles::new(
                "Nouveau seuil : qui gagne, qui perd",
                "médecins rangés par montant d'avant la réforme",
                tenths,
            )
            .unwrap(),
        ),
        (
            "gains-seuls",
            Deciles::new("Point à 8 €", "médecins rangés par patientèle", gain).unwrap(),
        ),
    ]
}

/// Every chart above, with a name.
pub fn all() -> Vec<(String, Box<dyn Chart>)> {
    fn boxed<C: Chart + 'static>(
        kind: &str,
        charts: Vec<(&'static str, C)>,
    ) -> Vec<(String, Box<dyn Chart>)> {
        charts
            .into_iter()
            .map(|(name, chart)| (format!("{kind}-{name}"), Box::new(chart) as Box<dyn Chart>))
            .collect()
    }
    let mut all = boxed("taux", bullets());
    all.extend(boxed("courbe", trends()));
    all.extend(boxed("cascade", waterfalls()));
    all.extend(boxed("points", strips()));
    all.extend(boxed("deciles", deciles()));
    all
}
