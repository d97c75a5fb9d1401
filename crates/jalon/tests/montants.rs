//! Every amount that the application shows is the one that `jalon calculer`
//! prints of the same facts, to the cent.
#![cfg(all(feature = "servir", unix))]

#[cfg(test)]
mod commun;
#[cfg(test)]
mod serveur;

use std::collections::BTreeMap;

use commun::folder;
use jalon_rules::{Rules, french};
use serde_json::Value;
use serveur::{Served, demonstration, euros, get, json, serve};

/// A campaign of each kind: the first scheme, the longest list of indicators,
/// every form side by side, what replaced them.
const CAMPAIGNS: [&str; 4] = ["2013", "2019", "2024", "2026"];

/// The text of a fragment of a page, without its tags.
#[cfg(test)]
fn text(fragment: &str) -> String {
    let mut text = String::new();
    for part in fragment.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, after)| after));
    }
    text.trim().replace("&#39;", "'")
}

/// What is between the first two of these marks, and what follows.
#[cfg(test)]
fn between<'a>(page: &'a str, from: &str, to: &str) -> Option<(&'a str, &'a str)> {
    page.split_once(from)?.1.split_once(to)
}

/// A row: its cells by the title of their column, and the address it links to.
#[cfg(test)]
type Row = (BTreeMap<String, String>, Option<String>);

/// The rows of the table of that name.
#[cfg(test)]
fn table(page: &str, name: &str) -> Vec<Row> {
    let label = format!("aria-label=\"{}\"", name.replace('\'', "&#39;"));
    let (_, after) = page.split_once(&label).unwrap_or_else(|| panic!("no {name} in {page}"));
    let (head, after) = between(after, "<thead>", "</thead>").unwrap();
    let titles: Vec<_> = head.split("</th>").map(text).collect();
    let (body, _) = between(after, "<tbody>", "</tbody>").unwrap();
    let row = |row: &str| {
        let cells = row.replace("</td>", "</th>");
        let cells = titles.iter().cloned().zip(cells.split("</th>").map(text)).collect();
        let link = between(row, "href=\"", "\"").map(|(to, _)| to.replace("&#38;", "&"));
        (cells, link)
    };
    let rows = body.split("<tr").filter_map(|one| one.split_once('>'));
    rows.map(|(_, one)| row(one)).filter(|(cells, _): &Row| !cells["Euros"].is_empty()).collect()
}

/// The same, where the column of amounts has another name.
#[cfg(test)]
fn amounts(page: &str, name: &str, column: &str) -> Vec<(String, String)> {
    let page = page.replace(&format!(">{column}</th>"), ">Euros</th>");
    let first = |cells: &BTreeMap<String, String>| cells["Dispositif"].clone();
    table(&page, name)
        .into_iter()
        .map(|(cells, _)| (first(&cells), cells["Euros"].clone()))
        .collect()
}

/// The value of a card.
#[cfg(test)]
fn card(page: &str, name: &str) -> String {
    let title = format!("<dt>{name}</dt>");
    let (_, after) = page.split_once(&title).unwrap_or_else(|| panic!("no {name} in {page}"));
    text(between(after, "<dd>", "</dd>").unwrap().0)
}

#[cfg(test)]
struct Practice {
    served: Served,
    cookie: String,
    dossier: String,
    rules: Rules,
}

#[cfg(test)]
impl Practice {
    fn get(&self, path: &str) -> String {
        get(self.served.port, path, &self.cookie)
    }

    fn name(&self, scheme: &Value) -> &str {
        self.rules.any_scheme(scheme["dispositif"].as_str().unwrap()).unwrap().name()
    }

    /// What `calculer` prints of the doctor whose pages are looked at.
    fn told(&self, campaign: &str) -> Value {
        let told = json(&["calculer", &self.dossier, "--campagne", campaign]);
        let all = told["medecins"].as_array().unwrap();
        all.iter().find(|one| one["medecin"] == "M0001").unwrap().clone()
    }

    /// The sum of all schemes, which only `comparer` prints.
    fn total(&self, campaign: &str) -> String {
        let (before, after, side) = if campaign == "2026" {
            ("2025", "2026", "apres")
        } else {
            (campaign, "2026", "avant")
        };
        let asked = ["comparer", &self.dossier, "--avant", before, "--apres", after];
        euros(&json(&[&asked[..], &["--medecin", "M0001"]].concat())["total"][side], false)
    }

    /// The pages of one campaign. Gives how many amounts were held against the
    /// command's.
    fn check(&self, campaign: &str) -> usize {
        let told = self.told(campaign);
        let schemes = told["dispositifs"].as_array().unwrap();
        let expected: Vec<_> = schemes
            .iter()
            .map(|one| (self.name(one).to_owned(), euros(&one["euros"], false)))
            .collect();
        let total = self.total(campaign);

        let today = self.get(&format!("/?campagne={campaign}"));
        assert_eq!(amounts(&today, "Acquis", "Acquis"), expected, "{campaign}");
        assert_eq!(card(&today, "Acquis"), total, "{campaign}");
        let calendar = self.get(&format!("/calendrier?campagne={campaign}"));
        assert_eq!(amounts(&calendar, "Versements", "Calculé"), expected, "{campaign}");

        let mut seen = expected.len() * 2 + 1;
        let page = self.get(&format!("/indicateurs?campagne={campaign}"));
        for (scheme, (name, amount)) in schemes.iter().zip(&expected) {
            let heading = format!("<h2>{} ", name.replace('\'', "&#39;"));
            let (_, after) = page.split_once(&heading).unwrap();
            assert_eq!(text(between(after, "<span", "</h2>").unwrap().0), *amount);
            seen += 1 + self.check_scheme(&page, name, scheme);
        }
        seen
    }

    /// The lines of one scheme, and the page of each.
    fn check_scheme(&self, page: &str, name: &str, scheme: &Value) -> usize {
        let id = scheme["dispositif"].as_str().unwrap();
        let told = scheme["indicateurs"].as_array().unwrap();
        let told: Vec<_> = told.iter().filter(|one| one["statut"] != "hors-campagne").collect();
        if scheme["forme"] == "verrou" {
            // Points make the amount of the whole scheme, not of an item.
            return 0;
        }
        let rows = table(page, name);
        assert_eq!(rows.len(), told.len(), "{id}");
        for ((cells, link), one) in rows.iter().zip(&told) {
            let amount = euros(&one["euros"], false);
            assert_eq!(cells["Euros"], amount, "{id}: {one}");
            let Some(link) = link else { continue };
            assert!(
                link.starts_with(&format!("/indicateurs/{id}/{}?", one["id"].as_str().unwrap()))
            );
            let page = self.get(link);
            assert_eq!(card(&page, "Euros"), amount, "{link}");
            if let (Some(above), Some(below)) =
                (one["numerateur"].as_str(), one["denominateur"].as_str())
            {
                let [above, below] =
                    [above, below].map(|count| french::integer(count.parse().unwrap()));
                assert!(card(&page, "Taux").contains(&format!("({above}/{below})")), "{link}");
            }
        }
        rows.len()
    }
}

#[test]
fn amounts_on_screen_are_those_of_calculer() {
    let dir = folder(&[]);
    let served = serve(&["--dossier", dir.path().join("cabinet").to_str().unwrap()]);
    let cookie = demonstration(&served);
    let dossier = dir.path().join("cabinet-memoire/demonstration/dossier");
    let dossier = dossier.to_str().unwrap().to_owned();
    let practice = Practice { served, cookie, dossier, rules: Rules::bundled().unwrap() };
    let seen: usize = CAMPAIGNS.iter().map(|campaign| practice.check(campaign)).sum();
    // The four campaigns count so many lines that pay.
    assert!(seen > 150, "{seen}");
}
