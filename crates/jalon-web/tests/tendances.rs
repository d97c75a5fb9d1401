//! Charts, curves, forecasts, the comparison and the board of the team.

#[cfg(test)]
mod commun;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use commun::list::text;
use commun::{Answer, Browser, People, RULES, Server};
use jalon_data::Dossier;
use jalon_data::generer::{Plan, generer};
use jalon_data::write::Format;
use jalon_engine::Engine;
use jalon_engine::forecast::History;
use jalon_engine::ledger::Books;
use jalon_rules::{Campaign, french};
use jalon_web::Practice;
use jiff::civil::date;
use tempfile::TempDir;

const LAST: &str = "2024-04-15";

/// Three doctors, whose facts end in April.
static THREE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(three);

#[cfg(test)]
fn three() -> (TempDir, PathBuf) {
    let folder = commun::folder();
    let dossier = folder.path().join("dossier");
    let plan = Plan { patients: 330, medecins: 3, graine: 5, campagne: 2024 };
    generer(&plan, &dossier, Format::Csv, &mut |_| {}).unwrap();
    for entry in fs::read_dir(&dossier).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "csv") {
            cut(&path);
        }
    }
    (folder, dossier)
}

/// Read once.
static READ: LazyLock<Arc<Practice>> =
    LazyLock::new(|| Arc::new(Practice::new(&RULES, None, &THREE.1)));

/// Forgets what a table tells of later days.
#[cfg(test)]
fn cut(table: &Path) {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let mut writer = csv::Writer::from_path(table).unwrap();
    writer.write_record(&header).unwrap();
    for row in rows {
        let begins = |name: &str| matches!(name, "date" | "entree" | "debut");
        let ends = |name: &str| matches!(name, "fin" | "sortie" | "deces");
        let cells = || header.iter().zip(&row);
        if !cells().any(|(name, cell)| begins(name) && cell > LAST) {
            let kept =
                cells().map(|(name, cell)| if ends(name) && cell > LAST { "" } else { cell });
            writer.write_record(kept).unwrap();
        }
    }
}

/// A page once the past months are known: it says so until then.
#[cfg(test)]
async fn known(browser: &mut Browser, address: &str) -> Answer {
    let begun = Instant::now();
    loop {
        let page = browser.get(address).await;
        assert_eq!(page.status, 200, "{address}");
        assert!(!page.text.contains("pas pu être calculés"), "{address}");
        if !page.text.contains("Calcul en cours") {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_mins(5), "{address}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The row of a table of a page that begins with these words.
#[cfg(test)]
fn row(page: &str, title: &str) -> String {
    let title = title.replace('\'', "&#39;");
    let rows = page.split("<tr>").skip(1).map(|row| row.split("</tr>").next().unwrap());
    let mut rows = rows.filter(|row| row.contains(&format!(">{title}<")));
    rows.next().unwrap_or_else(|| panic!("no row {title}")).to_owned()
}

/// The first fraction of a text: `(22/29)`.
#[cfg(test)]
fn fraction(words: &str) -> Option<(u64, u64)> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (numerator, denominator) = words.split('(').find_map(|part| part.split_once('/'))?;
    Some((digits(numerator).parse().ok()?, digits(denominator.split(')').next()?).parse().ok()?))
}

const HBA1C: &str = "Diabète : au moins deux HbA1c dans l'année";
const GENERICS: &str = "Autres médicaments prescrits dans le répertoire des génériques";

#[tokio::test]
async fn a_rate_is_drawn_between_its_objectives() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    // Past months are long to ask: no page waits for them, each says so.
    let first = clara.get("/prevision?campagne=2024").await;
    assert_eq!(first.status, 200);
    assert!(
        first.text.contains("Calcul en cours") && first.text.contains(">Recharger la page</a>")
    );
    let again = first.links().into_iter().any(|to| to.starts_with("/prevision?campagne=2024&med"));
    assert!(again && !first.text.contains("Mise à l&#39;épreuve"));
    let page = clara.get("/indicateurs?campagne=2024").await;
    // 22 of 29: 75,9 %, objectives 74 and 92.
    let hba1c = row(&page.text, HBA1C);
    assert!(hba1c.contains("(22/29)") && hba1c.contains("74 / 92"), "{hba1c}");
    assert!(hba1c.contains("<title>entre l&#39;objectif intermédiaire et la cible</title>"));
    // Under the minimum, unknown: said, not drawn.
    let few = row(&page.text, "Asthme : traitement de fond de l'enfant");
    assert!(!few.contains("<svg") && text(&few).contains("effectif insuffisant (4 < 5)"), "{few}");
    let unknown = row(&page.text, "Diabète : examen annuel des pieds");
    assert!(!unknown.contains("<svg") && unknown.contains("taux inconnu"), "{unknown}");
    // A small drawing a line: the page stays light.
    assert!(page.text.len() < 80_000, "{}", page.text.len());
    let sheet = clara.get("/assets/charts.css").await;
    assert_eq!((sheet.status, sheet.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(sheet.text.contains("prefers-color-scheme: dark") && sheet.text.contains("print"));

    let address = "/indicateurs/rosp-adulte/diabete-hba1c?campagne=2024";
    let page = clara.get(address).await;
    assert!(page.text.contains("href=\"/assets/charts.css\""));
    // 30 % + 70 % of (22/29 - 74 %) / 18 %, of 30 points at 7 €, for 677 of 800.
    let words = text(&page.text);
    for step in [
        "Taux (22 / 29 patients) : 75,86 %.",
        "Points acquis (37,24 % de 30 points) : 11,172 points.",
        "Valeur du point (× 7,00 €) : 78,21 €.",
        "Pondération (× 677 / 800) : 66,18 €. À payer : 66,18 €.",
    ] {
        assert!(words.replace('\u{a0}', " ").contains(step), "{step}");
    }
    // Those who see no amount have the rate and no way to euros.
    for person in [&people.delegate, &people.nurse] {
        let page = server.inside(person).get(address).await;
        assert!(page.text.contains("id=\"position-large-titre\""), "{}", person.login);
        assert!(!page.text.contains("compte-large") && !page.text.contains("l&#39;euro"));
    }
}

/// What an engine says by itself of the three doctors.
#[cfg(test)]
fn history() -> History<'static> {
    let engine = Engine::open(&Dossier::open(&THREE.1).unwrap()).unwrap();
    let campaign = Campaign::new(2024).unwrap();
    let books = Books { rules: &RULES, campaign, overlay: None, list: None, doctor: None };
    let adults = RULES.scheme("rosp-adulte").unwrap();
    History::read(&engine, &books, &[adults], date(2024, 4, 15)).unwrap()
}

#[tokio::test]
async fn months_are_asked_once_in_the_background_and_forecast_the_year() {
    let (server, people) = Server::practice_of(&READ);
    let mut clara = server.inside(&people.clara);
    let address = "/indicateurs/rosp-adulte/reste-repertoire?campagne=2024";

    let page = known(&mut clara, "/prevision?campagne=2024").await;
    assert!(page.text.contains("Taux au 15/04/2024"));
    // Once known, kept: every page has it at once.
    let months = clara.get(address).await;
    let team = clara.get("/equipe?campagne=2024").await;
    for shown in [&months, &team, &clara.get("/indicateurs?campagne=2024").await] {
        assert!(!shown.text.contains("Calcul en cours"));
    }

    // An engine is asked away from the threads that answer.
    let history = std::thread::spawn(history).join().unwrap();
    let (mut ranges, mut left) = (0, 0);
    for (scheme, one) in history.pages() {
        if !RULES.exists(one, history.campaign()) {
            continue;
        }
        let shown = text(&row(&page.text, &one.title));
        let forecast = history.forecast("M0001", scheme, one);
        if let Some(range) = forecast.as_ref().and_then(|forecast| forecast.range.as_ref()) {
            for end in [range.min(), range.max()] {
                let end = french::short(&end.round(1), 1);
                assert!(shown.contains(&end), "{end}: {shown}");
            }
            ranges += 1;
        } else {
            let whys = ["déclaré par le médecin", "personne au dénominateur", "rien ne borne"];
            assert!(whys.iter().any(|why| shown.contains(why)), "{shown}");
            left += 1;
        }
        // The same day is the end of the curve.
        if one.title == GENERICS {
            let curve = history.curve("M0001", scheme, one);
            assert_eq!(curve.len(), 4);
            for point in &curve {
                let rate = french::percent(&point.rate().unwrap().hundredths(), 1);
                let cells =
                    format!("<th scope=\"row\">{}</th><td>{rate}</td>", french::date(point.day));
                assert!(months.text.contains(&cells), "{cells}");
            }
        }
    }
    assert!(ranges > 15 && left > 3, "{ranges} {left}");
    let tried: u64 = history
        .pages()
        .filter_map(|(scheme, one)| history.forecast("M0001", scheme, one))
        .map(|forecast| forecast.hits().tried)
        .sum();
    assert_eq!(page.text.contains("Moins de deux années passées"), tried == 0);
    // An arrow is never alone.
    let trends = clara.get("/indicateurs?campagne=2024").await.text;
    let arrows = trends.matches("<span aria-hidden=\"true\">").count();
    let words = trends.matches("en un an").count() + trends.matches("en trois mois").count();
    assert!(arrows > 10 && arrows == words, "{arrows} {words}");
}

/// The fraction of an indicator on the page of a doctor.
#[cfg(test)]
async fn counts_of(browser: &mut Browser, doctor: &str) -> (u64, u64) {
    let page = browser.get(&format!("/indicateurs?campagne=2024&medecin={doctor}")).await;
    assert_eq!(page.status, 200);
    fraction(&text(&row(&page.text, GENERICS))).unwrap()
}

/// The doctors that a page lets one choose: what each is called in addresses.
#[cfg(test)]
fn choices(page: &str) -> Vec<String> {
    let select = page.split("name=\"medecin\">").nth(1).unwrap();
    let select = select.split("</select>").next().unwrap();
    select.split("value=\"").skip(1).map(|rest| rest[..32].to_owned()).collect()
}

/// A doctor lets another compare, or no longer.
#[cfg(test)]
async fn agree(browser: &mut Browser, colleague: &str, says: &str) {
    let page = browser.get("/reglages/accords").await;
    let row = row(&page.text, colleague);
    let key = row.split("name=\"confrere\" value=\"").nth(1).unwrap();
    let key = key.split('"').next().unwrap();
    let answer = browser.submit("/reglages/accords", &[("confrere", key), ("accord", says)]).await;
    assert_eq!(answer.status, 303);
}

/// A dossier, its people, and those of the practice's board and comparison.
#[cfg(test)]
async fn lists_added(server: &Server, people: &People) {
    let mut auditor = server.inside(&people.auditor);
    let all = choices(&auditor.get("/indicateurs?campagne=2024").await.text);
    assert_eq!(all.len(), 3);
    let mut sum = (0, 0);
    for doctor in &all {
        let (numerator, denominator) = counts_of(&mut auditor, doctor).await;
        sum = (sum.0 + numerator, sum.1 + denominator);
    }
    let board = auditor.get("/equipe?campagne=2024").await;
    assert!(text(&board.text).contains("Patientèles additionnées : 3 sur 3."));
    assert_eq!(fraction(&text(&row(&board.text, GENERICS))), Some(sum));
}

#[tokio::test]
async fn rates_are_compared_and_added_up_as_far_as_rights_and_consents_go() {
    let (server, people) = Server::practice_of(&READ);
    lists_added(&server, &people).await;
    let board = "/equipe?campagne=2024";
    for person in [&people.clara, &people.delegate, &people.nurse] {
        let page = server.inside(person).get(board).await.text;
        assert!(text(&page).contains("Patientèles additionnées : 1 sur 3."), "{}", person.login);
    }
    for person in [&people.clara, &people.delegate, &people.nurse, &people.auditor] {
        let page = server.inside(person).get(board).await.text;
        for hidden in ["M0001", "M0002", "M0003", "P000", "€", "name=\"medecin\""] {
            assert!(!page.contains(hidden), "{hidden}, {}", person.login);
        }
        assert_eq!(page.contains("/comparaison?"), person.login == "clara");
    }
    assert_eq!(server.inside(&people.admin).get(board).await.status, 404);

    let address = "/comparaison?campagne=2024";
    for person in [&people.delegate, &people.nurse, &people.auditor, &people.admin] {
        assert_eq!(server.inside(person).get(address).await.status, 404, "{}", person.login);
    }
    let (mut clara, mut denis) = (server.inside(&people.clara), server.inside(&people.denis));
    let alone = clara.get(address).await.text;
    assert!(alone.contains("Aucun confrère ne vous a donné") && !alone.contains("<svg"));
    // To agree opens one's own rates, not those of the other.
    agree(&mut clara, "M0002", "oui").await;
    assert!(!clara.get(address).await.text.contains("<svg"));
    let own = choices(&denis.get("/indicateurs?campagne=2024").await.text);
    let of_denis = counts_of(&mut denis, &own[0]).await;
    agree(&mut denis, "M0001", "oui").await;

    let page = clara.get(address).await.text;
    assert!(text(&page).contains("Confrères qui vous ont donné leur accord : 1."));
    let strips: Vec<_> = page.split("<figure").skip(1).collect();
    assert!(strips.len() > 5, "{}", strips.len());
    for strip in &strips {
        // One value beside one's own, of nobody by name; M0003 is not there.
        assert_eq!(strip.matches("<th scope=\"row\">un confrère</th>").count(), 1);
        assert_eq!(strip.matches("<th scope=\"row\">vous</th>").count(), 1);
        assert!(!strip.contains("médiane") && !strip.contains("Médiane"));
    }
    let title = format!("<caption>{GENERICS}</caption>");
    let generics = strips.iter().find(|strip| strip.contains(&title)).unwrap();
    let (numerator, denominator) = of_denis;
    let tenths = (2_000 * numerator + denominator) / (2 * denominator);
    let rate = match tenths % 10 {
        0 => format!("{}\u{a0}%", tenths / 10),
        digit => format!("{},{digit}\u{a0}%", tenths / 10),
    };
    let cell = format!("<th scope=\"row\">un confrère</th><td>{rate}</td>");
    assert!(denominator >= 11 && generics.contains(&cell), "{cell} {generics}");
    for hidden in ["M0002", "M0003", "€", "P000"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    // Fewer than eleven are set beside nobody.
    let left = page.split("Non comparés").nth(1).unwrap();
    let mine = clara.get("/indicateurs?campagne=2024").await.text;
    for title in left.split("<li>").skip(1).map(|item| item.split("</li>").next().unwrap()) {
        let title = commun::unescaped(title);
        assert!(!page.contains(&format!("<caption>{title}</caption>")));
        drop(row(&mine, &title));
    }
    assert!(text(&clara.get(board).await.text).contains("Patientèles additionnées : 2 sur 3."));

    agree(&mut denis, "M0001", "non").await;
    assert!(!clara.get(address).await.text.contains("<svg"));
    assert!(text(&clara.get(board).await.text).contains("Patientèles additionnées : 1 sur 3."));
    // Nor does another scheme, or another's key, open anything.
    let page = clara.get(&format!("{address}&dispositif=rosp-enfant")).await;
    assert!(page.status == 200 && !page.text.contains("<svg"));
    let key = &own[0];
    assert_eq!(clara.get(&format!("{address}&medecin={key}")).await.status, 404);
}
