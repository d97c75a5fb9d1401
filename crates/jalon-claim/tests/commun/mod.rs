//! The example practice and an invented statement, ready to be compared.

use std::path::PathBuf;
use std::sync::LazyLock;

use jalon_claim::arithmetic::Arithmetic;
use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::evidence::PatientEvidence;
use jalon_engine::ledger::{Books, Ledger, People, SchemeLedger};
use jalon_engine::roster::Member;
use jalon_engine::worklist::Reading;
use jalon_import::statement::{Statement, from_toml};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::Scheme;
use jalon_rules::overlay::Overlay;
use jalon_rules::rules::RuleFile;
use jalon_rules::{Campaign, Rules};

const DOCTOR: &str = "M0001";

pub fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../exemples").join(name)
}

pub static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::bundled().unwrap());

static OVERLAY: LazyLock<Overlay> = LazyLock::new(|| {
    let folder = example("cabinet/complement");
    let file = |name: &str| RuleFile {
        path: name.to_owned(),
        bytes: std::fs::read(folder.join(name)).unwrap(),
    };
    let files = ["complement.toml", "bareme.csv", "departs.csv"].map(file).to_vec();
    Overlay::load(files, &RULES).unwrap()
});

static DOSSIER: LazyLock<Dossier> = LazyLock::new(|| Dossier::open(example("cabinet")).unwrap());

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::open(&DOSSIER).unwrap());

pub fn data_hash() -> &'static str {
    DOSSIER.hash()
}

pub fn campaign() -> Campaign {
    Campaign::new(2024).unwrap()
}

pub fn scheme() -> &'static Scheme {
    RULES.scheme("rosp-adulte").unwrap()
}

fn books() -> Books<'static> {
    let doctor = Some(DOCTOR);
    Books { rules: &RULES, campaign: campaign(), overlay: Some(&OVERLAY), list: None, doctor }
}

/// The evidence of every patient: asked once, for asking is what takes time.
pub static READING: LazyLock<Reading<'static>> =
    LazyLock::new(|| Reading::of(&ENGINE, &books(), scheme(), DOCTOR, None).unwrap());

/// What the doctor is paid, by the other question.
pub static LEDGER: LazyLock<SchemeLedger<'static>> = LazyLock::new(|| {
    let (books, scheme) = (books(), AnyScheme::Counted(scheme()));
    let people = People::read(&ENGINE).unwrap();
    let counted = books.count(&ENGINE, scheme).unwrap();
    match books.pay(scheme, &counted, &people).unwrap().pop() {
        Some(Ledger::Rate(ledger)) => ledger,
        other => panic!("{other:?}"),
    }
});

pub static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| ENGINE.roster(DOCTOR).unwrap());

/// What one indicator says of every patient.
pub fn evidence(indicator: &str) -> Vec<PatientEvidence> {
    let at = READING.pages.iter().position(|page| page.id == indicator).unwrap();
    READING.evidence.page(at).unwrap()
}

/// The invented statement, its labels given their meaning.
pub fn statement() -> Statement {
    let text = std::fs::read_to_string(example("caisse/releve.toml")).unwrap();
    let mut statement = from_toml(&text, "releve.toml").unwrap();
    for (line, id) in statement.lines.iter_mut().zip(["diabete-hba1c", "cancer-sein"]) {
        line.indicator = Some(id.to_owned());
    }
    statement
}

pub fn arithmetic(statement: &Statement) -> Arithmetic {
    Arithmetic::of(statement, scheme(), campaign())
}
