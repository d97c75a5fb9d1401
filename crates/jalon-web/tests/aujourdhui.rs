//! The first page: what is sure, within reach, out of reach.

#[cfg(test)]
mod commun;

use commun::{CABINET, RULES, Server};
use jalon_engine::worklist::Worklist;
use jalon_rules::{Campaign, Range};
use jalon_web::Practice;
use jiff::civil::{Date, date};

/// What the gaps of a list can add, and what they can no more.
#[cfg(test)]
fn sums(list: &Worklist<'_>) -> (Range, Range) {
    (
        list.targets.iter().map(|target| &target.all).sum(),
        list.targets.iter().map(|target| &target.lost).sum(),
    )
}

#[test]
fn what_is_no_longer_within_reach_is_lost_and_nothing_vanishes() {
    let practice = Practice::new(&RULES, None, std::path::Path::new(CABINET));
    let facts = practice.facts().unwrap();
    for year in [2019, 2024, 2026] {
        let campaign = Campaign::new(year).unwrap();
        let behind = facts.list(campaign, "M0001", date(year, 1, 1)).unwrap();
        let on = |day: Option<Date>| {
            let books = facts.books(campaign);
            let made =
                Worklist::make(&books, facts.people(), &behind.readings, &behind.histories, day);
            sums(&made.unwrap())
        };
        let (reach, lost) = on(None);
        let whole = &reach + &lost;
        assert!(reach != Range::zero(), "{year}");
        let mut before = reach;
        for month in [3, 7, 10, 12] {
            let (reach, lost) = on(Some(date(year, month, 28)));
            assert_eq!(&reach + &lost, whole, "{year}-{month}");
            assert!(reach.max() <= before.max(), "{year}-{month}");
            before = reach;
        }
        // Once the campaign is over, nobody is to be called.
        assert_eq!(on(Some(date(year + 2, 1, 1))), (Range::zero(), whole));
    }
}

#[tokio::test]
async fn the_page_shows_the_three_and_how_old_the_facts_are() {
    let (server, people) = Server::practice();
    let page = server.inside(&people.clara).get("/?campagne=2024").await.text;
    for title in ["Acquis", "À portée", "Hors d&#39;atteinte"] {
        assert!(page.contains(&format!("<dt>{title}</dt>")), "{title} in {page}");
    }
    // The facts of the example are of after this day.
    assert!(page.contains("Données jusqu&#39;au 28/01/2025 (retard : 0\u{a0}jour)"), "{page}");
}

#[tokio::test]
async fn a_day_that_passes_takes_away_what_could_be_done_until_then() {
    let (server, people) = Server::practice();
    let of = |page: String, title: &str| {
        let after = page.split(&format!("<dt>{title}</dt><dd>")).nth(1).unwrap().to_owned();
        after.split('<').next().unwrap().to_owned()
    };
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/?campagne=2024").await.text;
    let (sure, reach) = (of(page.clone(), "Acquis"), of(page, "À portée"));
    assert!(reach != "—");
    server.hand.pass(400 * 24 * 3600);
    let page = server.inside(&people.clara).get("/?campagne=2024").await.text;
    assert_eq!((of(page.clone(), "Acquis"), of(page.clone(), "À portée")), (sure, "—".to_owned()));
    assert!(of(page.clone(), "Hors d&#39;atteinte").contains('€'));
    assert!(page.contains("Aucune action en attente."));
}
