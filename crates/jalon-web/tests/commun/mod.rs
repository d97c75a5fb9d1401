//! A practice to visit: its people, their browsers, a clock that tests move.
// Each test file uses its own part of this one; helpers fail as tests do.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

pub mod list;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use jalon_rules::Rules;
use jalon_store::{
    Actor, Cost, Credentials, DoctorKey, ExposeSecret as _, Login, NewAccount, Options, Rights,
    Role, SecretString, Store,
};
use jalon_web::{App, Clock, Log, Practice, Setting, Site, router};
use jiff::{SignedDuration, Timestamp, tz};
use tempfile::TempDir;
use totp_rs::{Builder, Secret};
use tower::ServiceExt as _;

pub const CABINET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/cabinet");
pub const PASSWORD: &str = "trois hiboux sur un pommier";
pub const HOST: &str = "127.0.0.1:8437";
pub const ORIGIN: &str = "http://127.0.0.1:8437";

pub static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::bundled().unwrap());

/// The example: read once for all tests of a file, which takes longer than asking.
static PRACTICE: LazyLock<Arc<Practice>> =
    LazyLock::new(|| Arc::new(Practice::new(&RULES, None, Path::new(CABINET))));

/// A folder in memory where there is one: tests need not wait for a disk.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

/// Seconds after 20 November 2024 at 8, UTC.
#[derive(Clone, Debug, Default)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    pub fn now(&self) -> Timestamp {
        let begun: Timestamp = "2024-11-20T08:00:00Z".parse().unwrap();
        begun + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// An application, and what is around it.
pub struct Server {
    pub app: App,
    pub router: Router,
    pub hand: Hand,
    pub log: Arc<Mutex<Vec<String>>>,
    pub folder: TempDir,
}

impl Server {
    /// On a dossier, with a memory that nobody has entered.
    pub fn empty(dossier: &Path) -> Self {
        let practice = if dossier == Path::new(CABINET) {
            Arc::clone(&PRACTICE)
        } else {
            Arc::new(Practice::new(&RULES, None, dossier))
        };
        Self::of(practice)
    }

    /// On a practice that others may have read, with a memory of its own.
    fn of(practice: Arc<Practice>) -> Self {
        let folder = folder();
        let options = Options { cost: Cost::weak(1), patience: Duration::from_millis(200) };
        let store = Store::open_with(&folder.path().join("memoire"), options).unwrap();
        let (hand, log) = (Hand::default(), Arc::new(Mutex::new(Vec::new())));
        let (hour, lines) = (hand.clone(), Arc::clone(&log));
        let setting = Setting {
            site: Site::loopback(8437),
            clock: Clock::new(move || hour.now().to_zoned(tz::TimeZone::UTC)),
            log: Log::new(move |line| lines.lock().unwrap().push(line.to_owned())),
            demonstration: folder.path().join("demonstration"),
            nomenclature: None,
            pdf: None,
        };
        let app = App::new(practice, store, setting).unwrap();
        let router = router(app.clone());
        Self { app, router, hand, log, folder }
    }

    /// On the example, with one person of each role.
    pub fn practice() -> (Self, People) {
        Self::practice_on(Path::new(CABINET))
    }

    /// On a practice that is read once for several tests, with the same people.
    pub fn practice_of(practice: &Arc<Practice>) -> (Self, People) {
        let server = Self::of(Arc::clone(practice));
        let people = People::enrol(&server.app.store, &server.hand);
        (server, people)
    }

    /// On another dossier, with the same people.
    pub fn practice_on(dossier: &Path) -> (Self, People) {
        let server = Self::empty(dossier);
        let people = People::enrol(&server.app.store, &server.hand);
        (server, people)
    }

    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: None }
    }

    /// A browser in which someone has signed in.
    pub fn inside(&self, person: &Person) -> Browser {
        self.hand.pass(30);
        let now = self.hand.now();
        let (password, code) = (SecretString::from(PASSWORD), person.code(now));
        let shown = Credentials {
            login: &person.login,
            password: &password,
            code: Some(&code),
            address: "",
            before: None,
        };
        match self.app.store.login(&shown, now).unwrap() {
            Login::Opened(session) => {
                let cookie = Some(format!("jalon-8437={}", session.token.expose_secret()));
                Browser { router: self.router.clone(), cookie }
            }
            other => panic!("{other:?}"),
        }
    }

    /// Someone, for what is asked of the memory itself.
    pub fn actor(&self, person: &Person) -> Actor {
        let browser = self.inside(person);
        let token = browser.cookie.unwrap().split_once('=').unwrap().1.into();
        self.app.store.session(&token, "", self.hand.now()).unwrap().unwrap()
    }

    pub fn lines(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }
}

/// Someone with an account, and the telephone that goes with it.
#[derive(Clone, Debug)]
pub struct Person {
    pub login: String,
    pub role: Role,
    pub secret: String,
}

impl Person {
    pub fn code(&self, now: Timestamp) -> String {
        code(&self.secret, now)
    }
}

/// The code that a telephone shows.
pub fn code(secret: &str, now: Timestamp) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(now.as_second().try_into().unwrap()).to_string()
}

/// One person of each role, and a doctor with another list.
#[derive(Clone, Debug)]
pub struct People {
    pub admin: Person,
    pub clara: Person,
    pub denis: Person,
    pub delegate: Person,
    pub nurse: Person,
    pub auditor: Person,
}

impl People {
    pub fn enrol(store: &Store, hand: &Hand) -> Self {
        let setup = store.setup_code(hand.now()).unwrap().unwrap();
        let first = store.first_account(&setup, "alice", "Alice Canari", "", hand.now()).unwrap();
        let admin = enrol(store, hand, "alice", Role::Administrator, &first.code);
        hand.pass(30);
        let now = hand.now();
        let password = SecretString::from(PASSWORD);
        let shown = Credentials {
            login: "alice",
            password: &password,
            code: Some(&admin.code(now)),
            address: "",
            before: None,
        };
        let Login::Opened(session) = store.login(&shown, now).unwrap() else { panic!() };
        let actor = store.session(&session.token, "", now).unwrap().unwrap();
        let invite = |login: &str, role: Role, own: Option<&str>, lists: &[&str]| {
            let lists: BTreeSet<_> = lists.iter().map(|list| DoctorKey::new(*list)).collect();
            let rights = Rights { role, own: own.map(DoctorKey::new), lists };
            let name = format!("{login} Canari");
            let new = NewAccount { login: login.into(), name, rights };
            let made = store.invite(&actor, &new, now).unwrap();
            enrol(store, hand, login, role, &made.code)
        };
        Self {
            clara: invite("clara", Role::Doctor, Some("M0001"), &[]),
            denis: invite("denis", Role::Doctor, Some("M0002"), &[]),
            delegate: invite("delphine", Role::Delegate, None, &["M0001"]),
            nurse: invite("ines", Role::Nurse, None, &["M0001"]),
            auditor: invite("hugo", Role::Auditor, None, &[]),
            admin,
        }
    }

    /// One of each role.
    pub fn each(&self) -> [&Person; 5] {
        [&self.admin, &self.clara, &self.delegate, &self.nurse, &self.auditor]
    }
}

fn enrol(store: &Store, hand: &Hand, login: &str, role: Role, code: &SecretString) -> Person {
    let now = hand.now();
    let secret = store.begin_enrolment(code, now).unwrap().secret.expose_secret().to_owned();
    let first = self::code(&secret, now);
    store.finish_enrolment(code, &PASSWORD.into(), Some(&first), "", now).unwrap();
    Person { login: login.into(), role, secret }
}

/// A browser: it keeps its cookie and says where forms come from.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookie: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The addresses that the page links to.
    pub fn links(&self) -> BTreeSet<String> {
        let found = self.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.filter(|to| to.starts_with('/')).map(unescaped).collect()
    }

    /// The value of the first hidden field of that name.
    pub fn hidden(&self, name: &str) -> String {
        let after =
            self.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| {
                panic!("no field {name} in {}", self.text);
            });
        unescaped(after.split('"').next().unwrap())
    }
}

/// The text of an attribute.
pub fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">");
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#39;", "'").replace("&#34;", "\"")
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    /// Any request without a body, from this browser.
    pub async fn send(&mut self, request: axum::http::request::Builder) -> Answer {
        self.ask(request.header(header::HOST, HOST), Body::empty()).await
    }

    /// A form of a page of this site.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")]).await
    }

    /// A form, with what the browser says of where it comes from.
    pub async fn post_from(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        from: &[(&str, &str)],
    ) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(fields).finish();
        let mut request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in from {
            request = request.header(*name, *value);
        }
        self.ask(request, Body::from(body)).await
    }

    /// A form with the token of a page of this session.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get("/compte").await;
        let token = page.hidden("jeton");
        let mut fields = fields.to_vec();
        fields.push(("jeton", &token));
        self.post(path, &fields).await
    }

    pub async fn ask(&mut self, mut request: axum::http::request::Builder, body: Body) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        self.kept(response).await
    }

    async fn kept(&mut self, response: Response<Body>) -> Answer {
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let cookie = set.split(';').next().unwrap().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(cookie);
        }
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        let bytes = bytes.to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, text }
    }
}
