//! The simulator: what is asked, what it comes to, and who may ask.

#[cfg(test)]
mod commun;

use commun::Server;

/// The cells of a row of the table of results.
#[cfg(test)]
fn row(page: &str, name: &str) -> Vec<String> {
    let table = page.split("aria-label=\"Résultat\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    let found = table.split("<tr>").find(|one| one.contains(&format!(">{name}</th>"))).unwrap();
    let cells = found.split("<td class=\"n\">").skip(1);
    cells.map(|cell| cell.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_doctor_asks_what_would_be_otherwise() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/simulation?campagne=2024").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Rien n&#39;est changé pour l&#39;instant."));
    // The present value beside each field.
    assert!(page.text.contains("cible (92)"), "{}", page.text);
    let medecin = page.hidden("medecin");
    let ask = |query: &str| format!("/simulation?campagne=2024&medecin={medecin}&{query}");
    // HbA1c: 22/29 between 74 and 92: (0.3 + 0.7 × (22/29 − 0.74)/0.18) × 30 points of 7 €
    // × 677/800 is 66.18 €; at a target of 95, (0.3 + 0.7 × (22/29 − 0.74)/0.21) is 64.34 €.
    let answer = clara.get(&ask("v:rosp-adulte/diabete-hba1c.cible=95")).await;
    assert_eq!(answer.status, 200);
    let total = row(&answer.text, "Total");
    assert_eq!(total[2], "−1,84\u{a0}€");
    assert!(answer.text.contains("<code>rosp-adulte/diabete-hba1c.cible=95</code>"));
    assert!(answer.text.contains("name=\"v:rosp-adulte/diabete-hba1c.cible\" value=\"95\""));
    // Other rates: one patient of 29 more is worth 30 × 7 × 677/800 × 0.7/0.18/29 €, twice; the
    // 98/158 of the flu are above their target already.
    let better = clara.get(&ask("decale=5")).await;
    assert!(better.text.contains("5 points de mieux"));
    assert_ne!(row(&better.text, "Total")[2], "0,00\u{a0}€");
    let same = clara.get(&ask("decale=0&liste=")).await;
    assert!(same.text.contains("Rien n&#39;est changé"));
    // What is not understood is told, and what was typed stays.
    let wrong = clara.get(&ask("modif=diabete-hba1c.cibl%3D95&decale=5&liste=x")).await;
    assert_eq!(wrong.status, 422);
    for says in [
        "n&#39;a pas de champ `cibl`",
        "patientèle : un nombre entier",
        "diabete-hba1c.cibl=95</textarea>",
    ] {
        assert!(wrong.text.contains(says), "{says}");
    }
    let wrong = clara.get(&ask("v:rosp-adulte/diabete-hba1c.cible=50")).await;
    assert!(wrong.status == 422 && wrong.text.contains("la cible devient plus facile"));
}

#[tokio::test]
async fn what_is_asked_goes_to_a_file_and_comes_back() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let query = "campagne=2024&v:rosp-adulte/diabete-hba1c.cible=95&reforme=sans-ponderation";
    let file = clara.get(&format!("/simulation/reforme.toml?{query}")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"reforme.toml\"");
    assert!(file.text.contains("champ = \"rosp-adulte/diabete-hba1c.cible\"\nvaleur = \"95\""));
    let page = clara.get("/simulation?campagne=2024").await;
    let (token, medecin) = (page.hidden("jeton"), page.hidden("medecin"));
    let open = |text: &str| {
        [
            ("jeton", token.clone()),
            ("campagne", "2024".into()),
            ("medecin", medecin.clone()),
            ("fichier", text.to_owned()),
        ]
    };
    let post = async |browser: &mut commun::Browser, text: &str| {
        let fields = open(text);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/simulation/ouvrir", &fields).await
    };
    let opened = post(&mut clara, &file.text).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    let to = opened.location().to_owned();
    let (one, two) = (clara.get(&to).await, clara.get(&format!("/simulation?{query}")).await);
    assert_eq!(row(&one.text, "Total"), row(&two.text, "Total"));
    let wrong = post(&mut clara, "titre = 3").await;
    assert!(wrong.status == 422 && wrong.text.contains("fichier:1"), "{}", wrong.text);
    // The amounts of others are nobody else's.
    for person in [&people.delegate, &people.nurse, &people.auditor, &people.admin] {
        assert_eq!(server.inside(person).get("/simulation?campagne=2024").await.status, 404);
    }
}

#[tokio::test]
async fn anybody_simulates_what_they_type() {
    let server = Server::empty(std::path::Path::new("/nulle-part"));
    let mut nobody = server.browser();
    let page = nobody.get("/simulateur").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Tapez la taille de la patientèle") && !page.text.contains('€'));
    assert!(page.text.contains("name=\"t:rosp-adulte/diabete-hba1c\""));
    assert!(page.text.contains("name=\"t:donum/logiciel-segur\""), "the new system too");
    // 800 adults, one indicator at its target: its 30 points of 7 €; one class of 100 at 46 €.
    let query = "campagne=2024&apres=2026&liste=1000&t:rosp-adulte/patientele=800\
&t:rosp-adulte/diabete-hba1c=92%20%25&t:forfait-patientele/ald-moins-80=100\
&t:fmt-prevention/vaccin-grippe=150&modif=rosp-adulte.valeur_point%3D14";
    let page = nobody.get(&format!("/simulateur?{query}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(
        row(&page.text, "ROSP du médecin traitant de l&#39;adulte"),
        ["210,00\u{a0}€", "420,00\u{a0}€", "+210,00\u{a0}€"]
    );
    assert_eq!(row(&page.text, "Forfait patientèle médecin traitant")[0], "4\u{202f}600,00\u{a0}€");
    // 150 patients at 5 €.
    assert!(page.text.contains("750,00\u{a0}€"), "{}", page.text);
    // Nothing of it goes to the log.
    assert!(server.lines().contains("GET /simulateur 200") && !server.lines().contains("liste"));
    let wrong = nobody.get("/simulateur?liste=0&t:rosp-adulte/diabete-hba1c=beaucoup").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("rosp-adulte/diabete-hba1c : tapez 26/36"));
    assert!(wrong.text.contains("value=\"beaucoup\" autocomplete=\"off\" aria-invalid=\"true\""));
    // To a file and back.
    let file = nobody.get(&format!("/simulateur/simulation.toml?{query}")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"simulation.toml\"");
    let opened = nobody.post("/simulateur/ouvrir", &[("fichier", &file.text)]).await;
    assert_eq!(opened.status, 303);
    let again = nobody.get(opened.location()).await;
    assert_eq!(row(&again.text, "Total"), row(&page.text, "Total"));
    for text in ["", "x", "champs = 3", "[autre]\na = \"b\""] {
        assert_eq!(nobody.post("/simulateur/ouvrir", &[("fichier", text)]).await.status, 422);
    }
    // Whatever is typed, a page answers.
    for query in [
        "campagne=1492",
        "campagne=2009&apres=2028&liste=12",
        "liste=99999999999999999999",
        "decale=-30&liste=1&t:rosp-adulte/tabac=999999999999/1",
        "modif=%00%0a%0a=&liste=5",
    ] {
        let status = nobody.get(&format!("/simulateur?{query}")).await.status;
        assert!(matches!(status, 200 | 422), "{query} {status}");
    }
}
