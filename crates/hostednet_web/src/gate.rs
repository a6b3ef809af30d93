//! Which requests are listened to.

use std::net::SocketAddr;

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};

/// The address a connection came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door(pub(crate) SocketAddr);

/// The token against forgery.
pub(crate) const FORGERY: HeaderName = HeaderName::from_static("x-hostednet-token");

/// Where a browser says a request comes from (Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The value of a header that must be there once.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values
        .next()
        .is_none()
        .then(|| value.to_str().ok())
        .flatten()
}

impl Door {
    /// Whether the request names this address. A page elsewhere whose name was made to lead here (DNS
    /// rebinding) sends its own name.
    pub(crate) fn is_named_by(self, headers: &HeaderMap) -> bool {
        single(headers, &HOST).is_some_and(|host| self.is(host))
    }

    fn is(self, host: &str) -> bool {
        let port = self.0.port();
        let local = self.0.ip().to_canonical().is_loopback()
            && (host == format!("localhost:{port}") || (port == 80 && host == "localhost"));
        let canonical = SocketAddr::new(self.0.ip().to_canonical(), port);
        local || host == canonical.to_string() || (port == 80 && host == bare(canonical))
    }

    /// Whether a request that changes something, or asks for a key, comes from our own page: browsers
    /// always say the origin of such requests, and nobody else's page can make them say ours.
    pub(crate) fn is_asked_by_own_page(self, headers: &HeaderMap) -> bool {
        let own = single(headers, &HOST)
            .zip(single(headers, &ORIGIN))
            .is_some_and(|(host, origin)| origin.strip_prefix("http://") == Some(host));
        own && self.is_same_site(headers)
    }

    /// Whether the browser does not say that another site has made it ask. Browsers of before 2020 (and
    /// programs) say nothing.
    pub(crate) fn is_same_site(self, headers: &HeaderMap) -> bool {
        headers
            .get_all(&SITE)
            .iter()
            .all(|site| site == "same-origin" || site == "none")
    }

    /// The name of the session's cookie. Cookies do not know ports: two pages of one machine would take
    /// each other's.
    pub(crate) fn cookie_name(self) -> String {
        format!("hostednet_{}", self.0.port())
    }

    /// The session's cookie.
    pub(crate) fn cookie(self, headers: &HeaderMap) -> Option<&str> {
        let name = self.cookie_name();
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(&name)?.strip_prefix('='))
    }
}

/// An address without its port, as a URL has it.
fn bare(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
        rows.iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn door(address: &str) -> Door {
        Door(address.parse().unwrap())
    }

    #[test]
    fn only_the_address_that_was_reached_may_be_named() {
        let rows = [
            ("127.0.0.1:8080", "127.0.0.1:8080", true),
            ("127.0.0.1:8080", "localhost:8080", true),
            ("[::1]:8080", "[::1]:8080", true),
            ("[::1]:8080", "localhost:8080", true),
            ("[::ffff:127.0.0.1]:8080", "127.0.0.1:8080", true),
            ("127.0.0.1:80", "localhost", true),
            ("127.0.0.1:80", "127.0.0.1", true),
            ("192.168.137.1:8080", "192.168.137.1:8080", true),
            ("192.168.137.1:8080", "localhost:8080", false),
            ("127.0.0.1:8080", "127.0.0.1", false),
            ("127.0.0.1:8080", "127.0.0.1:8081", false),
            ("127.0.0.1:8080", "localhost", false),
            ("127.0.0.1:8080", "evil.example:8080", false),
            ("127.0.0.1:8080", "localhost.evil.example:8080", false),
            ("127.0.0.1:8080", "", false),
        ];
        for (address, host, expected) in rows {
            let headers = headers(&[("host", host)]);
            assert_eq!(
                door(address).is_named_by(&headers),
                expected,
                "{address} {host}"
            );
        }
        assert!(!door("127.0.0.1:1").is_named_by(&HeaderMap::new()));
        let mut two = headers(&[("host", "127.0.0.1:1")]);
        two.append(HOST, "evil.example".parse().unwrap());
        assert!(!door("127.0.0.1:1").is_named_by(&two));
    }

    #[test]
    fn only_our_own_page_may_ask() {
        let asked = |rows: &[(&'static str, &str)]| {
            door("127.0.0.1:1").is_asked_by_own_page(&headers(rows))
        };
        let host = ("host", "127.0.0.1:1");

        assert!(asked(&[host, ("origin", "http://127.0.0.1:1")]));
        assert!(!asked(&[host]));
        for origin in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:1",
            "http://127.0.0.1:2",
            "",
        ] {
            assert!(!asked(&[host, ("origin", origin)]), "{origin}");
        }
        for (site, expected) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
        ] {
            let rows = [
                host,
                ("origin", "http://127.0.0.1:1"),
                ("sec-fetch-site", site),
            ];
            assert_eq!(asked(&rows), expected, "{site}");
        }
    }

    #[test]
    fn the_cookie_of_this_port_is_found_among_others() {
        let headers = headers(&[(
            "cookie",
            "hostednet_2=two; a=b;hostednet_1=one; hostednet_11=x",
        )]);

        assert_eq!(door("127.0.0.1:1").cookie(&headers), Some("one"));
        assert_eq!(door("127.0.0.1:2").cookie(&headers), Some("two"));
        assert_eq!(door("127.0.0.1:3").cookie(&headers), None);
    }
}
