//! `jalon servir`: it listens, answers, and stops when asked.
#![cfg(all(feature = "servir", unix))]

#[cfg(test)]
mod commun;
#[cfg(test)]
mod serveur;

use std::io::Read as _;
use std::process::Command;
use std::time::{Duration, Instant};

use commun::{folder, has, jalon};
use serveur::{HEAD, ask, demonstration, serve};

#[test]
fn it_answers_on_its_port_and_stops_when_asked() {
    let dir = folder(&[]);
    let dossier = dir.path().join("cabinet");
    let mut served = serve(&["--dossier", dossier.to_str().unwrap()]);
    let port = served.port;
    has(&served.greeting, &["cabinet (n'existe pas encore)"]);
    has(&served.greeting, &["cabinet-memoire\n"]);
    has(&served.greeting, &["Première mise en service : tapez ce code sur la page."]);
    let first = ask(port, &format!("GET / HTTP/1.1\n{HEAD}\n"));
    assert!(first.starts_with("HTTP/1.1 303"), "{first}");
    let setup = ask(port, &format!("GET /mise-en-service HTTP/1.1\n{HEAD}\n"));
    assert!(setup.starts_with("HTTP/1.1 200") && setup.contains("Code affiché sur la console"));
    let lured = ask(port, "GET / HTTP/1.1\nHost: exemple.example\nConnection: close\n\n");
    assert!(lured.starts_with("HTTP/1.1 421"), "{lured}");
    assert!(!dossier.exists(), "nothing is made that was not asked for");

    let number = served.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &number]).status().unwrap().success());
    let begun = Instant::now();
    let status = loop {
        match served.child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not stop");
    };
    assert_eq!(status.code(), Some(0));
    let mut log = String::new();
    served.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("Z GET /mise-en-service 200 "), "{log}");
    let mut rest = String::new();
    served.out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let dir = folder(&[]);
    let dossier = dir.path().join("cabinet");
    let dossier = dossier.to_str().unwrap();
    let served = serve(&["--dossier", dossier]);
    let memory = dir.path().join("autre");
    let port = served.port.to_string();
    let answer = jalon([
        "servir",
        "--dossier",
        dossier,
        "--memoire",
        memory.to_str().unwrap(),
        "--port",
        &port,
    ]);
    assert_eq!((answer.code, answer.out.as_str()), (3, ""));
    has(&answer.err, &[&format!("port {port} : il est déjà pris, peut-être par un autre Jalon")]);
    has(&answer.err, &["aide : jalon servir --port "]);
    assert!(!memory.exists(), "nothing half-made");
}

#[test]
fn the_demonstration_is_one_form_away_and_keeps_to_itself() {
    let dir = folder(&[]);
    let dossier = dir.path().join("cabinet");
    let served = serve(&["--dossier", dossier.to_str().unwrap()]);
    let cookie = demonstration(&served);
    let today = ask(served.port, &format!("GET / HTTP/1.1\n{HEAD}Cookie: {cookie}\n\n"));
    assert!(today.starts_with("HTTP/1.1 200"), "{today}");
    has(&today, &["Démonstration : personnes inventées"]);
    assert!(!dossier.exists());
    drop(served);
    // Neither half opens with the other half of a real practice.
    let demo = dir.path().join("cabinet-memoire/demonstration");
    let (invented, memory) = (demo.join("dossier"), dir.path().join("cabinet-memoire"));
    for (dossier, memory) in
        [(&invented, &memory), (&dir.path().join("cabinet"), &demo.join("memoire"))]
    {
        let answer = jalon([
            "servir",
            "--port",
            "0",
            "--dossier",
            dossier.to_str().unwrap(),
            "--memoire",
            memory.to_str().unwrap(),
        ]);
        assert_eq!(answer.code, 2, "{}", answer.err);
        has(&answer.err, &["la mémoire et le dossier ne vont pas ensemble"]);
    }
}
