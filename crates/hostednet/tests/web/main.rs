//! The page's server as a browser, a stranger and an attacker meet it, over HTTP, with the whole service
//! on the simulated radio behind it.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod settings;

use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use dot11::KeyBytes;
use hostednet_web::{Linker, Names, Options, Page};
use tempfile::TempDir;
use wlan_client::{Client, EventKind};

/// A service and a page.
struct House {
    address: SocketAddr,
    linker: Linker,
    socket: PathBuf,
    service: Option<Service>,
    folder: TempDir,
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A browser with a session.
struct Browser<'a> {
    house: &'a House,
    cookie: String,
    token: String,
}

fn describe(kind: &EventKind, _: &Names) -> String {
    format!("{kind:?}")
}

/// The service, which ends with the test.
struct Service(Child);

impl Service {
    fn start(socket: &Path, folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_hostednet"))
            .args(["serve", "--radio", "sim", "--socket"])
            .arg(socket)
            .arg("--state-dir")
            .arg(folder.join("state"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl House {
    fn open() -> Self {
        let mut house = Self::without_service();
        house.start_service();
        // The page follows the service: it is there when an open page says so.
        let mut lines = house.browser().live();
        assert!(lines.any(|line| line.contains("\"service\":\"here\"")));
        house
    }

    fn without_service() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control.sock");
        let page = Page::open(&Options {
            socket: socket.clone(),
            listen: "127.0.0.1:0".parse().unwrap(),
            describe,
        })
        .unwrap();
        let (address, linker) = (page.address(), page.linker());
        thread::spawn(move || page.run().unwrap());
        Self {
            address,
            linker,
            socket,
            service: None,
            folder,
        }
    }

    fn start_service(&mut self) {
        self.service = Some(Service::start(&self.socket, self.folder.path()));
    }

    fn signal(&self, signal: &str) {
        let service = self.service.as_ref().unwrap().0.id().to_string();
        let sent = Command::new("kill").args([signal, &service]).status();
        assert!(sent.unwrap().success());
    }

    fn client(&self) -> Client {
        Client::connect(&self.socket, "test").unwrap()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }

    /// Sends a request as it stands, with the right Host unless it has one.
    fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.try_send(line, headers, body).unwrap()
    }

    /// The same; `None` when the connection was closed without an answer.
    fn try_send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        request += "\r\n";
        request += body;
        let mut stream = self.connect();
        // A refusal may come before all was taken.
        let _ = stream.write_all(request.as_bytes());
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let all = String::from_utf8(all).unwrap();
        let (head, body) = all.split_once("\r\n\r\n").unwrap_or((&all, ""));
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }

    fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "")
    }

    /// The path of a new link.
    fn link(&self) -> String {
        let link = self.linker.link().unwrap();
        let path = link
            .strip_prefix(&format!("http://{}", self.address))
            .unwrap();
        path.to_owned()
    }

    fn browser(&self) -> Browser<'_> {
        let opened = self.get(&self.link());
        assert_eq!(opened.status, 303, "{}", opened.head);
        let cookie = opened.header("set-cookie").unwrap();
        let mut browser = Browser {
            house: self,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            token: String::new(),
        };
        let session = browser.get("/api/session");
        let token = session.body.split('"').nth(3).unwrap();
        browser.token = token.to_owned();
        browser
    }
}

impl Browser<'_> {
    fn get(&self, path: &str) -> Answer {
        self.house
            .send(&format!("GET {path}"), &[("Cookie", &self.cookie)], "")
    }

    /// What the page itself would send.
    fn post(&self, path: &str, body: &str) -> Answer {
        self.post_with(path, &[], body)
    }

    /// The same with some headers replaced, or left out where empty.
    fn post_with(&self, path: &str, replaced: &[(&str, &str)], body: &str) -> Answer {
        let origin = format!("http://{}", self.house.address);
        let mut headers = vec![
            ("Cookie", self.cookie.as_str()),
            ("Origin", origin.as_str()),
            ("X-Hostednet-Token", self.token.as_str()),
            ("Content-Type", "application/json"),
        ];
        for (name, value) in replaced {
            headers.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                headers.push((name, value));
            }
        }
        self.house.send(&format!("POST {path}"), &headers, body)
    }

    /// Opens the stream; the lines that come.
    fn live(&self) -> impl Iterator<Item = String> + use<> {
        let mut stream = self.house.connect();
        let request = format!(
            "GET /api/live HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
            self.house.address, self.cookie
        );
        stream.write_all(request.as_bytes()).unwrap();
        BufReader::new(stream).lines().map(Result::unwrap)
    }
}

#[test]
fn a_stranger_sees_that_the_page_is_closed_and_nothing_else() {
    let house = House::without_service();

    let front = house.get("/");
    assert_eq!(front.status, 401);
    assert!(front.body.contains("This page is closed"));
    for path in ["/api/session", "/api/live"] {
        assert_eq!(house.get(path).status, 401, "{path}");
    }
    for path in ["/api/do", "/api/key"] {
        let headers = [("Content-Type", "application/json")];
        let answer = house.send(&format!("POST {path}"), &headers, "{\"start\":{}}");
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.body.contains("\"remedy\""), "{}", answer.body);
    }
    assert_eq!(house.get("/elsewhere").status, 404);
}

#[test]
fn a_link_opens_once_and_a_new_one_ends_it() {
    let house = House::without_service();

    let (first, second) = (house.link(), house.link());
    assert_eq!(house.get(&first).status, 401);
    let opened = house.get(&second);
    assert_eq!(opened.status, 303);
    assert_eq!(opened.header("location"), Some("/"));
    let cookie = opened.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(house.get(&second).status, 401);
    for wrong in [
        "/?token=",
        "/?token=0",
        "/?token=00000000000000000000000000000000",
    ] {
        assert_eq!(house.get(wrong).status, 401, "{wrong}");
    }
}

#[test]
fn looking_at_a_link_does_not_open_it() {
    let house = House::without_service();
    let link = house.link();

    let looked = house.send(&format!("HEAD {link}"), &[], "");

    assert_eq!(looked.header("set-cookie"), None);
    assert_eq!(house.get(&link).status, 303);
}

#[test]
fn a_page_under_another_name_gets_nothing() {
    let house = House::without_service();
    let port = house.address.port();
    let browser = house.browser();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        "127.0.0.1:1".to_owned(),
    ] {
        for path in [
            "/",
            "/style.css",
            "/api/session",
            "/api/live",
            &house.link(),
        ] {
            let headers = [("Host", host.as_str()), ("Cookie", &browser.cookie)];
            let answer = house.send(&format!("GET {path}"), &headers, "");
            assert_eq!(answer.status, 421, "{host} {path}");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    let local = format!("localhost:{port}");
    let headers = [("Host", local.as_str()), ("Cookie", &browser.cookie)];
    assert_eq!(house.send("GET /", &headers, "").status, 200);
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let house = House::without_service();
    let browser = house.browser();
    let answers = [
        house.get("/"),
        house.get("/style.css"),
        house.get("/elsewhere"),
        house.get(&house.link()),
        house.send("GET /", &[("Host", "evil.example")], ""),
        browser.get("/"),
        browser.get("/page.js"),
        browser.get("/api/session"),
        browser.get("/api/do"),
        browser.post("/api/do", "nonsense"),
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    }
}

#[test]
fn what_changes_something_must_come_from_the_page_itself() {
    let house = House::open();
    let browser = house.browser();
    let other = house.browser();
    let start = "{\"start\":{}}";
    let site = [("Sec-Fetch-Site", "cross-site")];
    for replaced in [
        [("Origin", "")],
        [("Origin", "null")],
        [("Origin", "http://evil.example")],
        [("Origin", "http://127.0.0.1")],
        [("X-Hostednet-Token", "")],
        [("X-Hostednet-Token", "00000000000000000000000000000000")],
        [("X-Hostednet-Token", other.token.as_str())],
        site,
    ] {
        for path in ["/api/do", "/api/key"] {
            let answer = browser.post_with(path, &replaced, start);
            assert_eq!(answer.status, 403, "{replaced:?}");
        }
    }
    let cross = [("Cookie", browser.cookie.as_str()), site[0]];
    assert_eq!(house.send("GET /api/live", &cross, "").status, 403);
    assert_eq!(
        browser
            .post_with("/api/do", &[("Cookie", "")], start)
            .status,
        401
    );
    for kind in ["", "text/plain", "application/x-www-form-urlencoded"] {
        let answer = browser.post_with("/api/do", &[("Content-Type", kind)], start);
        assert_eq!(answer.status, 415, "{kind}");
    }
    let state = house.client().query_status().unwrap().state;
    assert_ne!(state, wlan_model::HostedNetworkState::Active);
    assert_eq!(browser.post("/api/do", start).status, 200);
}

#[test]
fn actions_are_posted_and_nothing_else() {
    let house = House::without_service();
    let browser = house.browser();

    for path in ["/api/do", "/api/key"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.header("allow"), Some("POST"));
        assert!(answer.body.contains("\"text\""), "{}", answer.body);
    }
    for method in ["PUT", "DELETE", "OPTIONS"] {
        let headers = [("Cookie", browser.cookie.as_str())];
        let answer = house.send(&format!("{method} /api/do"), &headers, "");
        assert!(
            matches!(answer.status, 403 | 405),
            "{method} {}",
            answer.status
        );
    }
}

#[test]
fn bodies_that_are_too_long_or_make_no_sense_are_refused_without_being_repeated() {
    let house = House::without_service();
    let browser = house.browser();

    let long = format!(
        "{{\"set_key\":{{\"key\":\"{}\",\"once\":false}}}}",
        "x".repeat(5000)
    );
    assert_eq!(browser.post("/api/do", &long).status, 413);
    for nonsense in [
        "{",
        "[]",
        "{\"fly\":{}}",
        "{\"start\":{\"to\":\"hunter2hunter2\"}}",
        "{\"set_key\":{\"key\":\"hunter2hunter2\"}}",
    ] {
        let answer = browser.post("/api/do", nonsense);
        assert_eq!(answer.status, 400, "{nonsense}");
        assert!(!answer.body.contains("hunter2"), "{}", answer.body);
    }
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let house = House::without_service();
    let browser = house.browser();
    let mut stream = house.connect();
    let head = format!(
        "POST /api/do HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nCookie: {1}\r\n\
         X-Hostednet-Token: {2}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{{",
        house.address, browser.cookie, browser.token
    );
    stream.write_all(head.as_bytes()).unwrap();

    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();

    assert!(line.starts_with("HTTP/1.1 408"), "{line}");
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let house = House::without_service();

    let many: Vec<(String, String)> = (0..100)
        .map(|n| (format!("X-{n}"), "y".to_owned()))
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(house.send("GET /", &many, "").status, 431);
    let long = "y".repeat(20_000);
    assert_eq!(house.send("GET /", &[("X-Long", &long)], "").status, 431);
}

#[test]
fn who_holds_many_connections_does_not_keep_the_page_from_those_who_are_in() {
    let house = House::without_service();
    let browser = house.browser();
    let mut lines = browser.live();
    let held: Vec<TcpStream> = (0..100).map(|_| house.connect()).collect();

    // The stream that was open goes on, and connections beyond the limit are closed at once.
    let closed = held
        .iter()
        .rev()
        .take(40)
        .filter(|stream| matches!((&**stream).read(&mut [0; 1]), Ok(0) | Err(_)))
        .count();
    assert_eq!(closed, 40);
    assert!(lines.any(|line| line.starts_with("data: ")));
    drop(held);
    // The server notices one after the other.
    let headers = [("Cookie", browser.cookie.as_str())];
    let answer = iter::repeat_with(|| house.try_send("GET /", &headers, ""))
        .take(10_000)
        .flatten()
        .next();
    assert_eq!(answer.unwrap().status, 200);
}

#[test]
fn the_network_is_started_its_key_set_shown_and_removed() {
    let house = House::open();
    let browser = house.browser();

    assert_eq!(browser.post("/api/do", "{\"start\":{}}").status, 200);
    let key = "{\"set_key\":{\"key\":\"tea at five\",\"once\":true}}";
    assert_eq!(browser.post("/api/do", key).status, 200);
    let status = house.client().query_status().unwrap();
    assert_eq!(status.state, wlan_model::HostedNetworkState::Active);
    assert!(!status.secondary_key.unwrap().persistent);

    let shown = browser.post("/api/key", "{\"secondary\":{}}");
    assert!(shown.body.contains("\"tea at five\""), "{}", shown.body);
    assert!(shown.body.contains("<svg"), "{}", shown.body);
    let primary = browser.post("/api/key", "{\"primary\":{}}");
    let expected = house.client().query_primary_key().unwrap();
    let expected = core::str::from_utf8(expected.expose()).unwrap();
    assert!(primary.body.contains(expected));

    assert_eq!(browser.post("/api/do", "{\"remove_key\":{}}").status, 200);
    assert_eq!(browser.post("/api/key", "{\"secondary\":{}}").body, "null");
    let raw = format!(
        "{{\"set_key\":{{\"key\":\"{}\",\"once\":false}}}}",
        "aB".repeat(32)
    );
    assert_eq!(browser.post("/api/do", &raw).status, 200);
    let (key, persistent) = house.client().query_secondary_key().unwrap().unwrap();
    assert_eq!((key.expose(), persistent), (&[0xab; 32][..], true));
}

#[test]
fn a_refusal_says_cause_and_remedy() {
    let house = House::open();
    let browser = house.browser();

    let answer = browser.post(
        "/api/do",
        "{\"set_key\":{\"key\":\"short\",\"once\":false}}",
    );

    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("8 to 63"), "{}", answer.body);
    assert!(answer.body.contains("\"remedy\":\""), "{}", answer.body);
    let long = format!("{{\"set_name\":{{\"name\":\"{}\"}}}}", "x".repeat(33));
    assert_eq!(browser.post("/api/do", &long).status, 422);
}

#[test]
fn who_would_be_disconnected_is_told_before_it_happens() {
    let house = House::open();
    let browser = house.browser();
    assert_eq!(browser.post("/api/do", "{\"start\":{}}").status, 200);
    let mut client = house.client();
    client.set_passphrase("tea at five", true).unwrap();
    client
        .sim_join("phone", KeyBytes::copy_from(b"tea at five"))
        .unwrap();

    for action in [
        "{\"stop\":{}}",
        "{\"new_primary_key\":{}}",
        "{\"set_name\":{\"name\":\"other\"}}",
    ] {
        let answer = browser.post("/api/do", action);
        assert_eq!(answer.status, 409, "{action}");
        assert!(answer.body.contains("the one device"), "{}", answer.body);
        assert_eq!(client.query_status().unwrap().peers.len(), 1, "{action}");
    }
    let confirmed = "{\"set_name\":{\"name\":\"other\",\"confirmed\":true}}";
    assert_eq!(browser.post("/api/do", confirmed).status, 200);
    let status = client.query_status().unwrap();
    assert_eq!(status.ssid.unwrap().as_bytes(), b"other");
    assert_eq!(status.state, wlan_model::HostedNetworkState::Active);
    // Nobody is connected any more: nobody needs to be asked.
    assert_eq!(browser.post("/api/do", "{\"stop\":{}}").status, 200);
}

#[test]
fn what_happens_is_told_to_an_open_page_and_no_key_with_it() {
    let house = House::open();
    let browser = house.browser();
    assert_eq!(browser.post("/api/do", "{\"start\":{}}").status, 200);
    let mut client = house.client();
    client.set_passphrase("hunter2hunter2", true).unwrap();
    let mut lines = browser.live();

    client
        .sim_join("phone", KeyBytes::copy_from(b"hunter2hunter2"))
        .unwrap();

    let mut seen = Vec::new();
    let found = lines.by_ref().find(|line| {
        seen.push(line.clone());
        line.contains("\"name\":\"phone\"") && line.contains("\"key\":\"secondary\"")
    });
    assert!(found.is_some());
    assert!(
        seen.iter().any(|line| line.contains("PeerArrived")),
        "{seen:?}"
    );
    assert!(
        seen.iter().all(|line| !line.contains("hunter2")),
        "{seen:?}"
    );
}

#[test]
fn a_service_that_is_away_is_told_and_one_that_comes_is_found() {
    let mut house = House::without_service();
    let mut lines = house.browser().live();
    assert!(lines.any(|line| line.contains("\"service\":\"away\"")));
    let answer = house.browser().post("/api/do", "{\"stop\":{}}");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("hostednet serve"), "{}", answer.body);

    house.start_service();

    assert!(lines.any(|line| line.contains("\"service\":\"here\"")));
    let started = house.browser().post("/api/do", "{\"start\":{}}");
    assert_eq!(started.status, 200);
}

#[test]
fn a_service_that_stands_still_is_told_as_one_that_is_away() {
    let house = House::open();
    let mut lines = house.browser().live();

    house.signal("-STOP");

    assert!(lines.any(|line| line.contains("\"service\":\"away\"")));
    house.signal("-CONT");
    assert!(lines.any(|line| line.contains("\"service\":\"here\"")));
}

#[test]
fn who_signs_out_is_out() {
    let house = House::without_service();
    let browser = house.browser();

    assert_eq!(browser.post("/api/do", "{\"leave\":{}}").status, 200);

    assert_eq!(browser.get("/").status, 401);
    assert_eq!(browser.post("/api/do", "{\"start\":{}}").status, 401);
}

#[test]
fn who_signs_out_is_out_on_every_page_that_is_open() {
    let house = House::without_service();
    let (browser, other) = (house.browser(), house.browser());
    let (mut mine, mut others) = (browser.live(), other.live());

    assert_eq!(browser.post("/api/do", "{\"leave\":{}}").status, 200);

    // The end of a chunked body: the stream is over.
    assert!(mine.any(|line| line == "0"));
    assert!(others.any(|line| line.contains("\"service\":\"away\"")));
    assert_eq!(other.get("/").status, 200);
}

#[test]
fn the_page_is_small_and_asks_nobody_else() {
    let house = House::without_service();
    let browser = house.browser();
    let mut all = 0;
    for path in ["/", "/style.css", "/page.js", "/icon.svg", "/api/session"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, 200, "{path}");
        all += answer.head.len() + answer.body.len();
        let outside = answer.body.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !outside.contains("http://") && !outside.contains("https://"),
            "{path}"
        );
    }
    assert!(all < 60_000, "{all} bytes");
}
