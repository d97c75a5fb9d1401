//! Patients à rappeler: an outcome noted, undone, noted by two, by form alone.

#[cfg(test)]
mod commun;

use std::collections::BTreeMap;

use commun::list::{LIST, file, note, note_now, people, row_of, rows, text};
use commun::{Person, Server};
use jalon_store::audit::{Action, Lines, Outcome};
use jalon_store::worklist::State;

/// How many lines of the journal, action by action.
#[cfg(test)]
fn told(server: &Server, person: &Person, actions: &[Action]) -> BTreeMap<&'static str, usize> {
    let actor = server.actor(person);
    let lines = |action| {
        let lines = Lines { action: Some(action), most: 1_000, ..Lines::default() };
        server.app.store.journal(&actor, lines, server.hand.now()).unwrap().len()
    };
    actions.iter().map(|action| (action.word(), lines(*action))).collect()
}

#[tokio::test]
async fn every_outcome_is_noted_with_its_reason_author_and_day() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let page = nurse.get(LIST).await;
    let shown = rows(&page);
    assert!(shown.len() > State::ALL.len(), "{}", shown.len());
    assert_eq!(shown[0].standing(), "rien de noté");
    for (state, row) in State::ALL.iter().zip(&shown) {
        let noted = note_now(
            &mut nurse,
            &row.label,
            &[("etat", state.word()), ("motif", "dit au téléphone")],
        )
        .await;
        let change = noted.location().split("&fait=").nth(1).unwrap();
        assert!(change.ends_with(&format!("#p-{}", row.number)), "{change}");
        let after = row_of(&mut nurse, &row.label).await;
        let expected = format!("{} : dit au téléphone ines Canari, 20/11/2024", state.label());
        assert_eq!(after.standing(), expected);
    }
    // What is closed is no longer to follow; it is still there.
    let following = people(&mut nurse, "").await;
    for (state, row) in State::ALL.iter().zip(&shown) {
        let closed = matches!(
            state,
            State::Proved
                | State::Declined
                | State::NotApplicable
                | State::DoneElsewhere
                | State::Left
                | State::Dead
        );
        assert_eq!(!following.contains(&row.label), closed, "{state:?}");
        let query = format!("&etat={}", state.word());
        assert_eq!(people(&mut nurse, &query).await, [row.label.as_str()], "{state:?}");
    }
}

#[tokio::test]
async fn what_wants_a_reason_is_refused_without_and_loses_nothing() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    for (typed, says) in [
        (&[("etat", "refuse"), ("motif", " "), ("jour", "2025-01-10")][..], "demande un motif"),
        (&[("etat", "non-applicable"), ("motif", "")], "demande un motif"),
        (&[("etat", ""), ("motif", "à <b>relire</b>")], "Choisissez un résultat."),
        (&[("etat", "fait"), ("jour", "31/02/2025"), ("motif", "x")], "La date est illisible."),
        (&[("etat", "fait"), ("pour", "rosp-adulte:aucun")], "n'est pas de ceux du cabinet"),
    ] {
        let refused = note(&mut nurse, &row, typed).await;
        assert_eq!(refused.status, 422, "{typed:?}");
        assert!(text(&refused.text).contains(says), "{}", refused.text);
        // The form is given back as it was sent, and can be sent again.
        assert_eq!(refused.hidden("patient"), row.picked);
        for (name, value) in typed.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let shown = match *name {
                "etat" => format!("value=\"{value}\" selected"),
                "motif" | "jour" => {
                    let value = value.replace('<', "&#60;").replace('>', "&#62;");
                    format!("name=\"{name}\"")
                        + refused.text.split(&format!("name=\"{name}\"")).nth(1).map_or(
                            "",
                            |rest| {
                                assert!(rest.split('>').next().unwrap().contains(&value), "{rest}");
                                ""
                            },
                        )
                }
                _ => continue,
            };
            assert!(refused.text.contains(&shown), "{shown}");
        }
        assert!(!refused.text.contains("<b>relire"));
    }
    assert!(file(&server, &everyone.nurse, &row.number).events.is_empty());
}

#[tokio::test]
async fn an_outcome_is_undone_and_restored() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    let noted = note(&mut nurse, &row, &[("etat", "rendez-vous"), ("jour", "2024-12-12")]).await;
    let page = nurse.get(noted.location().split('#').next().unwrap()).await;
    assert!(text(&page.text).contains("C'est enregistré. Annuler"), "{}", page.text);
    assert_eq!(rows(&page)[0].standing(), "rendez-vous le 12/12/2024 ines Canari, 20/11/2024");
    let undo = [("modification", &*page.hidden("modification"))];
    let undone = nurse.submit("/patients/annuler?campagne=2024", &undo).await;
    assert_eq!(undone.status, 303);
    let page = nurse.get(undone.location().split('#').next().unwrap()).await;
    assert!(text(&page.text).contains("La modification est annulée. Rétablir"));
    assert_eq!(rows(&page)[0].standing(), "rien de noté");
    let restore = [("modification", &*page.hidden("modification")), ("retablir", "1")];
    let restored = nurse.submit("/patients/annuler?campagne=2024", &restore).await;
    let page = nurse.get(restored.location().split('#').next().unwrap()).await;
    assert_eq!(rows(&page)[0].standing(), "rendez-vous le 12/12/2024 ines Canari, 20/11/2024");
    // What is undone already, or is nobody's, is not undone.
    let again = nurse.submit("/patients/annuler?campagne=2024", &restore).await;
    assert_eq!(again.status, 422, "{}", again.text);
    for nothing in ["", "x", "00000000000fffff"] {
        let fields = [("modification", nothing)];
        let answer = nurse.submit("/patients/annuler?campagne=2024", &fields).await;
        assert_eq!(answer.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn a_form_sent_twice_counts_once() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    let typed = [("etat", "a-appeler"), ("motif", "répondeur")];
    let first = note(&mut nurse, &row, &typed).await;
    let second = note(&mut nurse, &row, &typed).await;
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.location(), second.location());
    assert_eq!(file(&server, &everyone.nurse, &row.number).events.len(), 1);
    // Two rows of one page are two forms.
    let page = nurse.get(LIST).await;
    let (one, two) = (&rows(&page)[1], &rows(&page)[2]);
    assert_ne!(one.hidden("formulaire"), two.hidden("formulaire"));
    for row in [one, two] {
        assert_eq!(note(&mut nurse, row, &typed).await.status, 303);
    }
    // The same form for something else is refused, and given back.
    let other = note(&mut nurse, one, &[("etat", "fait")]).await;
    assert_eq!(other.status, 422);
    assert!(other.text.contains("a déjà servi pour autre chose"), "{}", other.text);
}

#[tokio::test]
async fn the_second_of_two_sees_what_changed_and_loses_nothing() {
    let (server, everyone) = Server::practice();
    let (mut nurse, mut clara) = (server.inside(&everyone.nurse), server.inside(&everyone.clara));
    let row = rows(&nurse.get(LIST).await).remove(0);
    let by_clara = [("etat", "refuse"), ("motif", "m'a dit non"), ("jour", "2025-06-01")];
    note_now(&mut clara, &row.label, &by_clara).await;
    let by_nurse = [("etat", "rendez-vous"), ("motif", "a rappelé"), ("jour", "2024-12-20")];
    let stale = note(&mut nurse, &row, &by_nurse).await;
    assert_eq!(stale.status, 409);
    let says = text(&stale.text);
    assert!(says.contains("Rien n'a été écrasé"), "{says}");
    assert!(
        says.contains("refusé, à revoir le 01/06/2025 : m'a dit non clara Canari, 20/11/2024"),
        "{says}"
    );
    assert!(stale.text.contains("value=\"rendez-vous\" selected"));
    assert!(stale.text.contains("value=\"a rappelé\""));
    assert!(stale.text.contains("value=\"2024-12-20\""));
    assert_eq!(file(&server, &everyone.nurse, &row.number).events.len(), 1);
    // Once read, what she typed is noted, and both words stay.
    let fields = [
        ("jeton", &*stale.hidden("jeton")),
        ("formulaire", &*stale.hidden("formulaire")),
        ("patient", &*stale.hidden("patient")),
        ("etat", "rendez-vous"),
        ("motif", "a rappelé"),
        ("jour", "2024-12-20"),
        ("qui", ""),
        ("note", ""),
    ];
    assert_eq!(nurse.post("/patients/suivi?campagne=2024", &fields).await.status, 303);
    let file = file(&server, &everyone.nurse, &row.number);
    let authors: Vec<_> = file.events.iter().map(|event| event.author_name.as_str()).collect();
    assert_eq!(authors, ["clara Canari", "ines Canari"]);
    // Clara's own word can no longer be undone: the page says why.
    let change = file.events[0].change.to_string();
    let undo = [("modification", change.as_str())];
    let answer = clara.submit("/patients/annuler?campagne=2024", &undo).await;
    assert_eq!(answer.status, 409);
    let says = text(&answer.text);
    assert!(says.contains("ne s'annule plus") && says.contains("a rappelé"), "{says}");
}

#[tokio::test]
async fn several_patients_at_once_keep_what_is_not_said() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let page = nurse.get(LIST).await;
    let shown = rows(&page);
    let ines = server.actor(&everyone.nurse).account.to_string();
    let first = [("etat", "rendez-vous"), ("jour", "2024-12-12"), ("note", "préfère le matin")];
    note_now(&mut nurse, &shown[0].label, &first).await;
    let page = nurse.get(LIST).await;
    let shown = rows(&page);
    let give = |picked: &[&str]| -> Vec<(String, String)> {
        let mut fields: Vec<_> =
            picked.iter().map(|one| ("patient".to_owned(), (*one).to_owned())).collect();
        fields.extend(
            [("etat", "="), ("motif", ""), ("jour", ""), ("qui", &*ines)]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        fields
    };
    let post = async |browser: &mut commun::Browser, fields: &[(String, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        browser.submit("/patients/suivi?campagne=2024", &fields).await
    };
    let three = give(&[&shown[0].picked, &shown[1].picked, &shown[2].picked]);
    let done = post(&mut nurse, &three).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(done.location().ends_with("#liste"));
    let kept = file(&server, &everyone.nurse, &shown[0].number).tracked.whole.followed.unwrap();
    assert_eq!(kept.followup.state, State::Booked);
    assert_eq!(kept.followup.appointment.unwrap().to_string(), "2024-12-12");
    assert_eq!(kept.followup.note.unwrap().expose(), "préfère le matin");
    assert_eq!(kept.followup.owner.unwrap().to_string(), ines);
    let other = file(&server, &everyone.nurse, &shown[1].number).tracked.whole.followed.unwrap();
    assert_eq!(other.followup.state, State::ToCall);
    assert_eq!(people(&mut nurse, &format!("&qui={ines}")).await.len(), 3);
    // One of them changed since: none is changed.
    let mut clara = server.inside(&everyone.clara);
    let page = nurse.get(LIST).await;
    let shown = rows(&page);
    note_now(&mut clara, &shown[1].label, &[("etat", "introuvable")]).await;
    let mut fields = give(&[&shown[0].picked, &shown[1].picked]);
    fields[2].1 = "fait".to_owned();
    let stale = post(&mut nurse, &fields).await;
    assert_eq!(stale.status, 409);
    assert!(
        text(&stale.text).contains("introuvable · Responsable : ines Canari clara Canari"),
        "{}",
        stale.text
    );
    assert_eq!(stale.text.matches("name=\"patient\"").count(), 2);
    assert_eq!(file(&server, &everyone.nurse, &shown[0].number).events.len(), 2);
    // Nobody ticked: the list again, with what was typed.
    let none = [("etat", "fait"), ("motif", "séance du 3 mars"), ("qui", "=")];
    let nobody = nurse.submit("/patients/suivi?campagne=2024", &none).await;
    assert_eq!(nobody.status, 422);
    assert!(nobody.text.contains("value=\"séance du 3 mars\"") && !rows(&nobody).is_empty());
    // Undone at once.
    let change = done.location().split("&fait=").nth(1).unwrap().split('#').next().unwrap();
    let undone = nurse.submit("/patients/annuler?campagne=2024", &[("modification", change)]).await;
    assert_eq!(undone.status, 409, "clara has noted something since");
    let change = file(&server, &everyone.clara, &shown[1].number).events[1].change.to_string();
    let back = clara.submit("/patients/annuler?campagne=2024", &[("modification", &change)]).await;
    assert_eq!(back.status, 303);
    let change = done.location().split("&fait=").nth(1).unwrap().split('#').next().unwrap();
    let undone = nurse.submit("/patients/annuler?campagne=2024", &[("modification", change)]).await;
    assert_eq!(undone.status, 303, "{}", undone.text);
    assert!(people(&mut nurse, &format!("&qui={ines}")).await.is_empty());
}

#[tokio::test]
async fn a_note_may_be_about_one_gap() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    let gaps = row.gaps();
    assert!(gaps.len() >= 2, "{gaps:?}");
    let about = [("etat", "refuse"), ("motif", "n'en veut pas"), ("pour", &*gaps[0])];
    assert_eq!(note(&mut nurse, &row, &about).await.status, 303);
    let after = row_of(&mut nurse, &row.label).await;
    assert_eq!(after.standing(), "rien de noté");
    let badges = after.badges();
    assert_eq!(badges.iter().filter(|badge| badge.contains("refusé : n'en veut pas")).count(), 1);
    let of = |query: String| async move { query };
    let first = of(format!("&indicateur={}", gaps[0])).await;
    assert!(!people(&mut nurse, &first).await.contains(&row.label));
    let second = format!("&indicateur={}", gaps[1]);
    assert!(people(&mut nurse, &second).await.contains(&row.label));
    assert_eq!(people(&mut nurse, &format!("{first}&etat=refuse")).await, [row.label]);
}

#[tokio::test]
async fn no_one_reaches_a_patient_of_another_doctor() {
    let (server, everyone) = Server::practice();
    let mut clara = server.inside(&everyone.clara);
    let row = rows(&clara.get(LIST).await).remove(0);
    let mut denis = server.inside(&everyone.denis);
    let fields = [("patient", &*row.picked), ("etat", "decede"), ("qui", ""), ("note", "")];
    assert_eq!(denis.submit("/patients/suivi?campagne=2024", &fields).await.status, 404);
    let bulk = [("patient", &*row.picked), ("etat", "decede"), ("qui", "=")];
    assert_eq!(denis.submit("/patients/suivi?campagne=2024", &bulk).await.status, 404);
    assert!(file(&server, &everyone.clara, &row.number).events.is_empty());
    let actor = server.actor(&everyone.auditor);
    let lines = Lines { action: Some(Action::Change), most: 10, ..Lines::default() };
    let lines = server.app.store.journal(&actor, lines, server.hand.now()).unwrap();
    assert_eq!(lines.iter().map(|line| line.outcome).collect::<Vec<_>>(), [Outcome::Refused; 2]);
    // Nor undoes what was done for one.
    let noted = note(&mut clara, &row, &[("etat", "fait")]).await;
    let change = noted.location().split("&fait=").nth(1).unwrap().split('#').next().unwrap();
    let undo = [("modification", change)];
    assert_eq!(denis.submit("/patients/annuler?campagne=2024", &undo).await.status, 404);
    // Nor an auditor, nor whoever manages.
    for person in [&everyone.auditor, &everyone.admin] {
        let mut browser = server.inside(person);
        for path in ["/patients/suivi", "/patients/annuler", "/patients/recherche"] {
            assert_eq!(browser.submit(path, &fields).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn reads_changes_and_exports_are_in_the_journal() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let actions = [Action::ReadList, Action::ReadPatient, Action::Change, Action::Export];
    let lines = || told(&server, &everyone.nurse, &actions);
    let more = |before: &BTreeMap<&str, usize>, after: &BTreeMap<&str, usize>| {
        actions.map(|action| after[action.word()] - before[action.word()])
    };
    let before = lines();
    let row = rows(&nurse.get(LIST).await).remove(0);
    let listed = lines();
    assert_eq!(more(&before, &listed), [1, 0, 0, 0]);
    note(&mut nurse, &row, &[("etat", "fait")]).await;
    let noted = lines();
    assert_eq!(more(&listed, &noted), [0, 0, 1, 0]);
    let found = nurse.submit("/patients/recherche", &[("recherche", &row.label)]).await;
    assert_eq!(rows(&found).len(), 1);
    let searched = lines();
    assert_eq!(more(&noted, &searched), [1, 0, 0, 0]);
    nurse.get(&format!("/patients/{}?campagne=2024", row.number)).await;
    let opened = lines();
    assert_eq!(more(&searched, &opened), [0, 1, 0, 0]);
    nurse.get("/patients/export?campagne=2024&format=xlsx").await;
    assert_eq!(more(&opened, &lines()), [1, 0, 0, 1]);
}
