//! The address that browsers use, and what follows from it: whose requests are
//! answered, and what the cookie is called.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use jalon_store::{ExposeSecret as _, SecretString};

/// Where the application is reached.
#[derive(Clone, Debug)]
pub struct Site {
    hosts: Vec<String>,
    secure: bool,
    cookie: String,
}

impl Site {
    /// On this computer only, without encryption, at that port.
    #[must_use]
    pub fn loopback(port: u16) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}"));
        // A browser sends a cookie to every port: its name says which it is for.
        Self { hosts: hosts.into(), secure: false, cookie: format!("jalon-{port}") }
    }

    /// Behind a relay that encrypts, at the name that browsers use: host, and
    /// port unless it is 443.
    #[must_use]
    pub fn relayed(host: &str) -> Self {
        let hosts = vec![host.to_ascii_lowercase()];
        Self { hosts, secure: true, cookie: "__Host-jalon".to_owned() }
    }

    /// The address to open in a browser.
    #[must_use]
    pub fn address(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}/", self.hosts.first().map_or("", String::as_str))
    }

    /// Whether a request is for this site: not one that another name was made
    /// to lead here.
    pub(crate) fn is_asked(&self, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(header::HOST).iter();
        match (named.next().and_then(|host| host.to_str().ok()), named.next()) {
            (Some(host), None) => self.is_host(host),
            _ => false,
        }
    }

    fn is_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Where a request that changes something comes from.
    pub(crate) fn sender(&self, headers: &HeaderMap) -> Sender {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let scheme = if self.secure { "https://" } else { "http://" };
        let ours =
            |origin: &str| origin.strip_prefix(scheme).is_some_and(|host| self.is_host(host));
        match (text("sec-fetch-site"), text("origin")) {
            (Some("same-origin" | "none"), None | Some("null")) => Sender::Ours,
            (Some("same-origin" | "none") | None, Some(origin)) if ours(origin) => Sender::Ours,
            (None, None) => Sender::Unsaid,
            _ => Sender::Another,
        }
    }

    /// The token that a browser shows.
    pub(crate) fn token(&self, headers: &HeaderMap) -> Option<SecretString> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|one| one.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).map(str::trim);
        let value = pairs.find_map(|pair| pair.strip_prefix(&self.cookie)?.strip_prefix('='))?;
        let shape = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        shape.then(|| value.into())
    }

    /// The header that hands a token to a browser, or takes it back. It goes
    /// with the browser window: the session ends sooner, in the memory.
    pub(crate) fn cookie(&self, token: Option<&SecretString>) -> Option<HeaderValue> {
        let value = token.map_or("", |token| token.expose_secret());
        let gone = if token.is_none() { "; Max-Age=0" } else { "" };
        let secure = if self.secure { "; Secure" } else { "" };
        let text =
            format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{gone}", self.cookie);
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// From where a request comes: behind a relay, what the relay says.
    pub(crate) fn address_of(&self, parts: &Parts) -> String {
        let relayed = || {
            let told = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
            told.rsplit(',').next().map(|last| last.trim().to_owned())
        };
        let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let told = if self.secure { relayed() } else { None };
        told.or_else(|| peer().map(|ip| ip.to_string())).unwrap_or_default()
    }
}

/// Where a request that changes something comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A page of this site.
    Ours,
    /// The browser does not say.
    Unsaid,
    /// A page of another site.
    Another,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_the_names_of_the_site_are_answered() {
        let site = Site::loopback(8437);
        for (host, ours) in [
            ("127.0.0.1:8437", true),
            ("LOCALHOST:8437", true),
            ("[::1]:8437", true),
            ("127.0.0.1", false),
            ("127.0.0.1:80", false),
            ("127.0.0.1:8437.example.org", false),
            ("example.org:8437", false),
            ("", false),
        ] {
            assert_eq!(site.is_asked(&headers(&[("host", host)])), ours, "{host}");
        }
        assert!(!site.is_asked(&headers(&[])));
        let two = headers(&[("host", "localhost:8437"), ("host", "example.org")]);
        assert!(!site.is_asked(&two));
        let relayed = Site::relayed("jalon.cabinet.example");
        assert!(relayed.is_asked(&headers(&[("host", "jalon.cabinet.example")])));
        assert!(!relayed.is_asked(&headers(&[("host", "localhost:8437")])));
    }

    #[test]
    fn a_form_of_another_site_is_told_from_ours() {
        let site = Site::loopback(8437);
        for (pairs, expected) in [
            (&[][..], Sender::Unsaid),
            (&[("origin", "http://127.0.0.1:8437")], Sender::Ours),
            (
                &[("origin", "http://127.0.0.1:8437"), ("sec-fetch-site", "same-origin")],
                Sender::Ours,
            ),
            (&[("sec-fetch-site", "same-origin")], Sender::Ours),
            (&[("origin", "null"), ("sec-fetch-site", "same-origin")], Sender::Ours),
            (&[("origin", "null")], Sender::Another),
            (&[("origin", "https://127.0.0.1:8437")], Sender::Another),
            (&[("origin", "http://127.0.0.1:8437.example.org")], Sender::Another),
            (&[("origin", "http://example.org")], Sender::Another),
            (
                &[("origin", "http://127.0.0.1:8437"), ("sec-fetch-site", "cross-site")],
                Sender::Another,
            ),
            (
                &[("origin", "http://127.0.0.1:9000"), ("sec-fetch-site", "same-site")],
                Sender::Another,
            ),
            (
                &[("origin", "http://127.0.0.1:9000"), ("sec-fetch-site", "same-origin")],
                Sender::Another,
            ),
            (&[("sec-fetch-site", "cross-site")], Sender::Another),
        ] {
            assert_eq!(site.sender(&headers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_cookie_goes_out_and_comes_back() {
        let token = SecretString::from("0a".repeat(32));
        for (site, begin, end) in [
            (Site::loopback(8437), "jalon-8437=", "; Path=/; HttpOnly; SameSite=Strict"),
            (
                Site::relayed("a.example"),
                "__Host-jalon=",
                "; Path=/; HttpOnly; SameSite=Strict; Secure",
            ),
        ] {
            let sent = site.cookie(Some(&token)).unwrap();
            let sent = sent.to_str().unwrap();
            assert_eq!(sent, format!("{begin}{}{end}", token.expose_secret()));
            let value = sent.split(';').next().unwrap();
            let back = HeaderValue::from_str(&format!("other=1; x{value}; {value}")).unwrap();
            let back = HeaderMap::from_iter([(header::COOKIE, back)]);
            assert_eq!(site.token(&back).unwrap().expose_secret(), token.expose_secret());
            let gone = site.cookie(None).unwrap();
            assert!(gone.to_str().unwrap().ends_with("; Max-Age=0"));
        }
    }
}
