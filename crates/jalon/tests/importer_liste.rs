//! `jalon importer liste`: columns found, downloads compared, handled lines
//! kept, and files that are refused.

#[cfg(test)]
mod commun;

use std::fs;
use std::path::{Path, PathBuf};

use commun::{done, has, jalon, refused};
use jalon_import::list::{List, MarkError, State, Step};
use rust_xlsxwriter::{Format, Workbook};
use tempfile::TempDir;

/// Titles, a header after them, four lines and a total. Names and numbers are
/// invented; keys are right but for ZOÉ's.
#[cfg(test)]
const FIRST: &str = "\
Patientèle prévention, export du 20/09/2026

N° de sécurité sociale;Nom;Prénom;Date de naissance;Âge;Indicateur;Statut;Date du dernier acte;Téléphone
2 55 08 14 168 025 38;SECRETA;ALICE;14/08/1955;71;Dépistage du cancer du sein;A vérifier;12/03/2022;SECRET1
260021416802511;SECRETD;ZOÉ;01/02/1960;66;Dépistage du cancer du sein;A vérifier;;
155082A16802550;SECRETP;PAUL;01/08/1955;71;Maladie rénale chronique;A vérifier;;
155082A16802550;SECRETP;PAUL;01/08/1955;71;Mystère;A vérifier;45657;
Total;4
";

/// A month later: ALICE is gone, PAUL's kidney was seen, JEANNE is new.
#[cfg(test)]
const SECOND: &str = "\
N° de sécurité sociale;Nom;Prénom;Date de naissance;Âge;Indicateur;Statut;Date du dernier acte;Téléphone
260021416802511;SECRETD;ZOÉ;01/02/1960;66;Dépistage du cancer du sein;A vérifier;;
2700214168025;SECRETJ;JEANNE;01/02/1970;56;Dépistage du cancer du sein;A vérifier;;
155082A16802550;SECRETP;PAUL;01/08/1955;72;Maladie rénale chronique;Validé;01/10/2026;
";

#[cfg(test)]
struct Practice(TempDir);

#[cfg(test)]
impl Practice {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("cabinet")
    }

    fn asks(&self, file: &Path, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["importer".to_owned(), "liste".to_owned()];
        all.push(file.to_str().unwrap().to_owned());
        all.extend(["--vers".to_owned(), self.folder().to_str().unwrap().to_owned()]);
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        all
    }

    fn import(&self, name: &str, text: &str, arguments: &[&str]) -> String {
        let out = done(self.asks(&self.file(name, text), arguments));
        assert!(!out.contains(commun::SECRET), "{out}");
        out
    }

    fn refuse(&self, name: &str, bytes: impl AsRef<[u8]>, arguments: &[&str]) -> String {
        let message = refused(1, self.asks(&self.file(name, bytes), arguments));
        assert!(!self.folder().exists(), "nothing is half written");
        message
    }

    fn list(&self, name: &str) -> List {
        List::load(&self.folder(), name).unwrap()
    }

    /// Names and bytes of all files, to see what changed.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folders = ["listes", "correspondances"].map(|name| self.folder().join(name));
        let mut all: Vec<_> = folders
            .iter()
            .flat_map(|folder| fs::read_dir(folder).unwrap())
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(&path).unwrap()))
            .collect();
        all.sort();
        all
    }
}

#[test]
fn a_trial_shows_and_writes_nothing() {
    let practice = Practice::new();
    let out = practice.import("a.csv", FIRST, &["--a-blanc", "--date", "2026-09-20"]);
    let expected = "\
Correspondance « prevention » (CSV, titres à la ligne 3)
Champs sans colonne : identifiant, sexe, medecin, commentaire

Champ         Colonne                 Exemples
age           Âge                     71                           66                           71
dernier_acte  Date du dernier acte    12/03/2022
indicateur    Indicateur              Dépistage du cancer du sein  Dépistage du cancer du sein  Maladie rénale chronique
naissance     Date de naissance       …55                          …60                          …55
nir           N° de sécurité sociale  …38                          …11                          …50
nom           Nom                     …TA                          …TD                          …TP
prenom        Prénom                  …CE                          …                            …
statut        Statut                  A vérifier                   A vérifier                   A vérifier
—             Téléphone               …T1

Liste « prevention » : 4\u{a0}lignes

Indicateur     Lignes  Nouvelles  Revenues  Disparues  Changées
cancer-sein         2          2         0          0         0
depistage-mrc       1          1         0          0         0
mystere             1          1         0          0         0

Numéros de sécurité sociale à la clé ou à la forme fausse : 1 (ligne 5)

Lignes de total, laissées : 1 (ligne 8)

« Dépistage du cancer du sein » : lu comme cancer-sein

« Maladie rénale chronique » : lu comme depistage-mrc

« Mystère » : aucun indicateur reconnu
aide : --libelle \"Mystère=ID\"

À blanc : rien n'a été écrit.
";
    assert_eq!(out, expected);
    assert!(!practice.folder().exists());
}

#[test]
fn what_moved_between_two_downloads() {
    let practice = Practice::new();
    practice.import("a.csv", FIRST, &["--date", "2026-09-20"]);
    let before = practice.files();

    // The same bytes change nothing, whatever the day.
    let out = practice.import("copie.csv", FIRST, &["--date", "2026-09-21"]);
    assert_eq!(
        out.lines().next().unwrap(),
        "Liste « prevention » : ce fichier y est déjà, depuis le 20/09/2026. Rien ne change."
    );
    assert_eq!(practice.files(), before);

    // The practice handles two lines.
    let mut list = practice.list("prevention");
    let step = |etat, motif: Option<&str>| Step {
        etat,
        motif: motif.map(str::to_owned),
        auteur: "infirmière".into(),
        date: "2026-10-01".parse().unwrap(),
        revoir: None,
    };
    list.mark(1, "cancer-sein", step(State::RendezVous, None)).unwrap();
    assert_eq!(list.mark(2, "cancer-sein", step(State::Refuse, None)), Err(MarkError::NoReason));
    list.mark(2, "cancer-sein", step(State::Refuse, Some("ne veut pas"))).unwrap();
    assert_eq!(list.mark(9, "cancer-sein", step(State::Fait, None)), Err(MarkError::NoEntry));
    list.mark(2, "cancer-sein", step(State::Decede, None)).unwrap();
    assert_eq!(list.undo(2, "cancer-sein").unwrap().unwrap().etat, State::Decede);
    list.save(&practice.folder()).unwrap();

    let out = practice.import("b.csv", SECOND, &["--date", "2026-10-20"]);
    has(
        &out,
        &[
            "cancer-sein         2          1         0          1         0\n",
            "depistage-mrc       1          0         0          0         1\n",
            "Changements : date du dernier acte 1, statut 1\n",
            "Absents du fichier, laissés comme ils étaient : mystere\naide : --complet",
        ],
    );
    let list = practice.list("prevention");
    let gone = list.entry(1, "cancer-sein").unwrap();
    assert_eq!(gone.sorti, Some("2026-10-20".parse().unwrap()));
    assert_eq!(gone.state(), State::RendezVous);
    assert_eq!(list.entry(2, "cancer-sein").unwrap().state(), State::Refuse);
    assert_eq!(list.entry(4, "cancer-sein").unwrap().state(), State::AVerifier);
    let changes: Vec<_> = list.entry(3, "depistage-mrc").unwrap().changements.iter().collect();
    assert_eq!(
        (changes[0].avant.as_deref(), changes[0].apres.as_deref()),
        (Some("A vérifier"), Some("Validé"))
    );

    // An older file after a newer one would tell a false story.
    let older = practice.file("c.csv", FIRST);
    let message = refused(2, practice.asks(&older, &["--date", "2026-10-01"]));
    has(&message, &["du 2026-10-20", "aide : --date"]);

    // Back again: the state is still there, and a label given a meaning keeps its lines.
    let third = FIRST.replace("ZOÉ", "ZOE");
    let out = practice.import(
        "d.csv",
        &third,
        &["--date", "2026-11-20", "--libelle", "mystère=vaccin-covid"],
    );
    has(
        &out,
        &[
            "cancer-sein         2          0         1          1         0\n",
            "vaccin-covid        1          0         0          0         0\n",
        ],
    );
    let list = practice.list("prevention");
    assert_eq!(list.entry(1, "cancer-sein").unwrap().state(), State::RendezVous);
    assert!(list.entry(3, "mystere").is_none());

    // The whole list, without that indicator.
    let out = practice.import("e.csv", SECOND, &["--date", "2026-12-20", "--complet"]);
    has(&out, &["vaccin-covid        0          0         0          1         0\n"]);
}

#[test]
fn a_list_changed_meanwhile_is_not_overwritten() {
    let practice = Practice::new();
    practice.import("a.csv", FIRST, &["--date", "2026-09-20"]);
    let mut mine = practice.list("prevention");
    practice.import("b.csv", SECOND, &["--date", "2026-10-20"]);
    let error = mine.save(&practice.folder()).unwrap_err().to_string();
    has(&error, &["modifié entre-temps", "aide : "]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let practice = Practice::new();
    practice.import("a.csv", FIRST, &[]);
    for (path, _) in practice.files() {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn one_indicator_a_file_and_a_workbook() {
    let practice = Practice::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in ["Identifiant", "Assuré", "Vu"].into_iter().enumerate() {
        sheet.write(4, u16::try_from(column).unwrap(), title).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(5, 0, "SECRET-1").unwrap();
    sheet.write(5, 1, "SECRETA").unwrap();
    sheet.write_with_format(5, 2, 45_657.0, &day).unwrap();
    let file = practice.file("sein.xls", book.save_to_buffer().unwrap());
    let arguments = [
        "--indicateur",
        "cancer-sein",
        "--correspondance",
        "dr-x",
        "--colonne",
        "nom=assuré",
        "--colonne",
        "dernier_acte=Vu",
    ];
    let out = done(practice.asks(&file, &arguments));
    has(
        &out,
        &[
            "Correspondance « dr-x » (XLSX, feuille « Sheet1 », titres à la ligne 5)",
            "le fichier s'appelle .xls, mais son contenu est du XLSX",
            "cancer-sein       1          1",
        ],
    );
    let entry = practice.list("dr-x").entry(1, "cancer-sein").cloned().unwrap();
    assert_eq!(entry.caisse.dernier_acte, Some("2024-12-31".parse().unwrap()));

    // The next time, the correspondence is known: no option, no table.
    let next = practice.file("sein.csv", "Identifiant;Assuré;Vu\nSECRET-1;SECRETA;31/12/2024\n");
    let out = done(practice.asks(&next, &arguments[..4]));
    assert!(!out.contains("Champ "), "{out}");
    has(&out, &["cancer-sein       1          0         0          0         0"]);

    // A title that is no longer there.
    let next = practice.file("sein.csv", "Identifiant;Assuré;Date\nSECRET-1;SECRETA;31/12/2024\n");
    let message = refused(1, practice.asks(&next, &arguments[..4]));
    has(
        &message,
        &[
            "sein.csv:1: colonne « Vu » absente (la date du dernier acte)",
            "aide : --colonne dernier_acte=\"TITRE\", parmi : Identifiant ; Assuré ; Date",
        ],
    );
}

// Refused.

#[cfg(test)]
const HEAD: &str = "NIR;Nom;Naissance;Indicateur;Dernier acte\n";

#[test]
fn every_fault_at_once() {
    let text = format!(
        "{HEAD}2550814168025;SECRETA;31/02/1955;Cancer du sein;\n\
         2,55081E+14;SECRETB;01/01/1950;Cancer du sein;\n\
         ;;;Cancer du sein;\n\
         2600214168025;SECRETC;01/02/1960;;\n\
         2700214168025;SECRETD;01/02/70;Cancer du sein;bientôt\n"
    );
    let message = Practice::new().refuse("a.csv", text, &[]);
    has(
        &message,
        &[
            "a.csv:2: Naissance « 31/02/1955 » : cette date n'existe pas\n   aide : une date comme",
            "a.csv:3: NIR : numéro en notation scientifique\n   aide : le tableur a perdu",
            "a.csv:4: rien ne dit de quel patient",
            "a.csv:5: Indicateur : indicateur absent",
            "a.csv:6: Naissance « 01/02/70 » : année en deux chiffres",
            "a.csv:6: Dernier acte « bientôt » : date mal écrite",
            "6 fautes dans le fichier ; rien n'a été écrit",
        ],
    );
}

#[test]
fn the_same_patient_twice() {
    let line = "2550814168025;SECRETA;01/02/1955;Cancer du sein;";
    let practice = Practice::new();
    let message = practice.refuse("a.csv", format!("{HEAD}{line}\n\n{line}01/01/2024\n"), &[]);
    has(&message, &["a.csv:4: le même patient et le même indicateur qu'à la ligne 2, autrement"]);
    let out = practice.import("b.csv", &format!("{HEAD}{line}\n{line}\n"), &[]);
    has(&out, &["Lignes en double, gardées une fois : 1 (ligne 3)"]);
}

#[test]
fn columns_missing_or_several() {
    let practice = Practice::new();
    let message = practice.refuse("a.csv", "Prénom;Statut\nSECRET;x\n", &[]);
    has(
        &message,
        &[
            "aucune colonne ne dit de quel patient il s'agit\n   aide : --colonne nir=\"TITRE\"",
            "aucune colonne ne dit l'indicateur\n   aide : --colonne indicateur=\"TITRE\", ou --indicateur ID",
        ],
    );
    let text = "NIR;Nom d'usage;Nom de naissance;Indicateur\n2550814168025;SECRETA;SECRETB;x\n";
    has(
        &practice.refuse("a.csv", text, &[]),
        &[
            "a.csv:1: 2 colonnes pour le nom : Nom d'usage ; Nom de naissance",
            "aide : --colonne nom=\"Nom d'usage\" ou --colonne nom=\"Nom de naissance\"",
        ],
    );
    has(
        &practice.refuse("a.csv", "SECRET;SECRET\n1;2\n", &[]),
        &["aucune ligne de titres reconnue dans les 20 premières", "aide : "],
    );
    // A title decided for one field is not taken for another as well.
    let twice = ["--a-blanc", "--colonne", "commentaire=Nom d'usage"];
    has(&practice.import("a.csv", text, &twice), &["nom          Nom de naissance"]);
    let both = ["--colonne", "nom=Nom d'usage", "--colonne", "prenom=Nom d'usage"];
    has(&practice.refuse("a.csv", text, &both), &["« Nom d'usage » donnée à deux champs"]);
    let file = practice.file("a.csv", text);
    let message = refused(2, practice.asks(&file, &["--colonne", "nmo=Nom d'usage"]));
    has(&message, &["champ inconnu : `nmo`", "`nom` ?"]);
    let message = refused(2, practice.asks(&file, &["--indicateur", "cancer-sien"]));
    has(&message, &["indicateur inconnu : `cancer-sien`", "`cancer-sein` ?"]);
    let message = refused(2, practice.asks(&file, &["--correspondance", "../x"]));
    has(&message, &["--correspondance", "`../x`", "aide : minuscules, chiffres et tirets"]);
    let message = refused(2, practice.asks(&file, &["--date", "demain"]));
    has(&message, &["`demain`", "aide : une date, comme 2026-09-20"]);
}

#[test]
fn files_that_are_no_list() {
    let practice = Practice::new();
    has(
        &practice.refuse("a.xls", "<html><body><table>", &[]),
        &["une page HTML qui se présente comme un classeur", "aide : ouvrez-le dans un tableur"],
    );
    has(&practice.refuse("a.xlsx", b"PK\x03\x04coupe", &[]), &["fichier abîmé ou coupé"]);
    has(&practice.refuse("a.csv", format!("{HEAD}\"1;2\n"), &[]), &["guillemet jamais fermé"]);
    has(&practice.refuse("a.csv", HEAD, &[]), &["aucune ligne sous les titres", "--indicateur"]);
    let large = practice.file("grand.csv", "");
    fs::File::options().write(true).open(&large).unwrap().set_len(21 << 20).unwrap();
    has(&refused(1, practice.asks(&large, &[])), &["plus de 20 Mo"]);
    let missing = practice.0.path().join("rien.xls");
    has(&refused(1, practice.asks(&missing, &[])), &["rien.xls : fichier introuvable"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let practice = Practice::new();
    // A file stands where the folder should: refused for everyone, even root.
    fs::write(practice.folder(), "").unwrap();
    let file = practice.file("a.csv", FIRST);
    let answer = jalon(practice.asks(&file, &[]));
    commun::french(&answer.err);
    assert_ne!(answer.code, 0);
    has(&answer.err, &["un fichier, et non un dossier, est à cet endroit"]);
    assert_eq!(fs::read(practice.folder()).unwrap(), b"");
}

#[test]
fn a_spoilt_list_is_not_replaced() {
    let practice = Practice::new();
    practice.import("a.csv", FIRST, &["--date", "2026-09-20"]);
    let path = List::path(&practice.folder(), "prevention");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let file = practice.file("b.csv", SECOND);
    let message = refused(1, practice.asks(&file, &[]));
    has(&message, &["prevention.json:", "liste illisible", "sauvegarde"]);
    assert_eq!(fs::read_to_string(&path).unwrap().len(), text.len() / 2);
}
