//! The application, served by the command itself.
// Each test file uses its own part of this one.
#![allow(dead_code)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use jalon_rules::{Fraction, Range, french};
use serde_json::Value;

use crate::commun::{command, done};

/// The command, running, and what its console shows.
pub struct Served {
    pub child: Child,
    pub out: BufReader<ChildStdout>,
    pub greeting: String,
    pub port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// Serves, on any port.
pub fn serve(arguments: &[&str]) -> Served {
    let mut command = command();
    command.args(["servir", "--port", "0"]).args(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut greeting = String::new();
    while !greeting.contains("Ctrl-C") {
        assert_ne!(out.read_line(&mut greeting).unwrap(), 0, "{greeting}");
    }
    let port = greeting.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap();
    Served { child, out, port: port.parse().unwrap(), greeting }
}

/// What the server answers to a request.
pub fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let request = request.replace('\n', "\r\n").replace("{port}", &port.to_string());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What every request begins with.
pub const HEAD: &str = "Host: 127.0.0.1:{port}\nConnection: close\n";

/// Opens the demonstration with the code of the console; the cookie of whoever
/// is then inside.
pub fn demonstration(served: &Served) -> String {
    let code = served.greeting.lines().map(str::trim).find(|line| line.len() == 24);
    let code = code.unwrap_or_else(|| panic!("no code in {}", served.greeting));
    let body = format!("code={code}");
    let sent = format!(
        "POST /mise-en-service/demonstration HTTP/1.1\n{HEAD}Origin: http://127.0.0.1:{{port}}\nContent-Type: application/x-www-form-urlencoded\nContent-Length: {}\n\n{body}",
        body.len()
    );
    let opened = ask(served.port, &sent);
    assert!(opened.starts_with("HTTP/1.1 303"), "{opened}");
    let cookie = opened.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// What a command prints as JSON.
pub fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&done([arguments, &["--format", "json"]].concat())).unwrap()
}

/// An amount of JSON as a page writes it.
pub fn euros(value: &Value, signed: bool) -> String {
    let end = |key: &str| value[key].as_str().unwrap().parse::<Fraction>().unwrap();
    let range = Range::hull(end("min"), end("max"));
    french::range(&range, |one| {
        let sign = if !signed || one.is_negative() || one.is_zero() { "" } else { "+" };
        format!("{sign}{}", french::euros(one))
    })
}

/// A page, for whoever has this cookie.
pub fn get(port: u16, address: &str, cookie: &str) -> String {
    let answer = ask(port, &format!("GET {address} HTTP/1.1\n{HEAD}Cookie: {cookie}\n\n"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}
