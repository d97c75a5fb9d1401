//! Forms that bring files, and a memory that cannot be written.
// Each test file uses its own part of this one; helpers fail as tests do.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use jalon_store::Actor;
use jalon_web::{Facts, Practice};
use rusqlite::Connection;

use crate::commun::{Answer, Browser, HOST, ORIGIN, Person, Server};

/// A document that is what it says.
pub const PDF: &[u8] = b"%PDF-1.7\nune attestation\n%%EOF";

const LIMIT: &str = "----jalon7c1f";

pub const KIND: &str = "multipart/form-data; boundary=----jalon7c1f";

/// A form with files, as a browser writes it.
#[derive(Default)]
pub struct Sent(Vec<u8>);

impl Sent {
    /// With these fields first.
    pub fn of(fields: &[(String, String)]) -> Self {
        let mut sent = Self::default();
        for (name, value) in fields {
            sent.field(name, value);
        }
        sent
    }

    pub fn field(&mut self, name: &str, value: &str) -> &mut Self {
        let head = format!(
            "--{LIMIT}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        self.0.extend(head.as_bytes());
        self
    }

    pub fn file(&mut self, field: &str, name: &str, bytes: &[u8]) -> &mut Self {
        let head = format!(
            "--{LIMIT}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        self.0.extend(head.as_bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    pub fn bytes(mut self) -> Vec<u8> {
        self.0.extend(format!("--{LIMIT}--\r\n").as_bytes());
        self.0
    }
}

/// Sends a form with files, from a page of this site.
pub async fn upload(browser: &mut Browser, path: &str, sent: Sent) -> Answer {
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::ORIGIN, ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, KIND);
    browser.ask(request, Body::from(sent.bytes())).await
}

/// The facts of a practice, asked apart as pages ask them.
pub async fn facts<T: Send + 'static>(
    practice: &Arc<Practice>,
    ask: impl FnOnce(&Facts) -> T + Send + 'static,
) -> T {
    let practice = Arc::clone(practice);
    let asked = move || ask(&practice.facts().unwrap());
    tokio::task::spawn_blocking(asked).await.unwrap()
}

/// Someone, to ask the memory.
pub fn actor(server: &Server, person: &Person) -> Actor {
    let browser = server.inside(person);
    let token = browser.cookie.unwrap().split_once('=').unwrap().1.into();
    server.app.store.session(&token, "", server.hand.now()).unwrap().unwrap()
}

fn connection(server: &Server) -> Connection {
    Connection::open(server.folder.path().join("memoire/jalon.sqlite")).unwrap()
}

/// Another program that holds the memory as long as this lives.
pub struct Held(Connection);

impl Held {
    pub fn hold(server: &Server) -> Self {
        let connection = connection(server);
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(connection)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}
