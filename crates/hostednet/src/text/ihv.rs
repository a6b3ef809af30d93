//! `ihv list` and `ihv log`, and what else is said of extensions.

use std::io::{self, Write};

use dot11::VendorElement;
use wlan_client::{ExtensionAdapter, ExtensionEvent, ExtensionLine, ExtensionRow, HostState};
use wlan_model::{Extension, ExtensionPorts};

use super::amount::waiting;

fn served(ports: Option<&ExtensionPorts>) -> String {
    match ports.map(|ports| ports.element) {
        None => "no station of the hosted network".into(),
        Some(VendorElement { oui, kind: None }) => {
            format!("stations of the hosted network with an element of {oui}")
        }
        Some(VendorElement {
            oui,
            kind: Some(kind),
        }) => format!("stations of the hosted network with an element of {oui}, kind {kind}"),
    }
}

/// What was installed, as a sentence.
pub(crate) fn installed(extension: &Extension) -> String {
    format!(
        "{} is installed; it serves profiles of {}, and {}",
        extension.name,
        extension.oui,
        served(extension.ports.as_ref())
    )
}

/// Which adapter, in people's words.
const fn adapter_name(adapter: ExtensionAdapter) -> &'static str {
    match adapter {
        ExtensionAdapter::AccessPoint => "access point",
        ExtensionAdapter::Station => "station",
    }
}

/// A paragraph for each.
pub(crate) fn list(out: &mut impl Write, rows: &[ExtensionRow]) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "no extension is installed");
    }
    for row in rows {
        writeln!(out, "{}", row.extension.name)?;
        writeln!(out, "  {:<14}profiles of {}", "serves", row.extension.oui)?;
        writeln!(out, "  {:<14}{}", "", served(row.extension.ports.as_ref()))?;
        for (adapter, state) in &row.hosts {
            writeln!(
                out,
                "  {:<14}{}",
                adapter_name(*adapter),
                state_words(state)
            )?;
        }
    }
    Ok(())
}

fn state_words(state: &HostState) -> String {
    match state {
        HostState::Starting => "starting".into(),
        HostState::Running { pid, ports } => {
            let s = if *ports == 1 { "" } else { "s" };
            format!("running, process {pid}, {ports} port{s}")
        }
        HostState::Waiting { cause } => format!("is started again soon: {}", cause.text),
        HostState::Stopped => "not running: there is nothing to serve".into(),
    }
}

/// A line for each of their lines.
pub(crate) fn log(out: &mut impl Write, lines: &[ExtensionLine]) -> io::Result<()> {
    for line in lines {
        writeln!(
            out,
            "{}  {}  {:<12}  {:<7}  {}",
            line.at.to_rfc3339(),
            line.name,
            adapter_name(line.adapter),
            line.level,
            line.text
        )?;
    }
    Ok(())
}

/// What one did, as a sentence.
pub(crate) fn event(name: &str, adapter: ExtensionAdapter, what: &ExtensionEvent) -> String {
    let host = format!("extension {name}, {}", adapter_name(adapter));
    match what {
        ExtensionEvent::Ready { version } => format!("{host}: ready (interface version {version})"),
        ExtensionEvent::Ended => format!("{host}: ended"),
        ExtensionEvent::Failed {
            cause,
            again_ms: Some(ms),
        } => format!(
            "{host}: failed: {cause} It is started again in {}.",
            waiting(*ms)
        ),
        ExtensionEvent::Failed {
            cause,
            again_ms: None,
        } => format!("{host}: failed and is not started again: {cause}"),
        ExtensionEvent::Connected { bssid } => format!("{host}: connected to {bssid}"),
        ExtensionEvent::Disconnected { cause } => format!("{host}: not connected: {cause}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use cause::Cause;
    use dot11::{MacAddr, Oui};
    use wlan_model::VendorFragments;

    use super::*;

    const OUI: Oui = Oui([2, 0xca, 0xfe]);

    fn row(
        ports: Option<VendorElement>,
        hosts: Vec<(ExtensionAdapter, HostState)>,
    ) -> ExtensionRow {
        ExtensionRow {
            extension: Extension {
                name: "handshake".into(),
                oui: OUI,
                ports: ports.map(|element| ExtensionPorts {
                    element,
                    fragments: VendorFragments::default(),
                }),
            },
            hosts,
        }
    }

    /// What a service with two extensions answers.
    pub(crate) fn rows() -> Vec<ExtensionRow> {
        let element = VendorElement {
            oui: OUI,
            kind: Some(1),
        };
        let crashed = HostState::Waiting {
            cause: Cause::new("It was killed by signal 11.", "See `hostednet ihv log`."),
        };
        vec![
            row(
                Some(element),
                vec![
                    (
                        ExtensionAdapter::AccessPoint,
                        HostState::Running { pid: 77, ports: 3 },
                    ),
                    (ExtensionAdapter::Station, HostState::Stopped),
                ],
            ),
            row(None, vec![(ExtensionAdapter::Station, crashed)]),
        ]
    }

    /// What an extension wrote.
    pub(crate) fn line() -> ExtensionLine {
        ExtensionLine {
            at: clock::WallTime::from_unix_millis(0),
            name: "handshake".into(),
            adapter: ExtensionAdapter::Station,
            level: "warning".into(),
            text: "A frame too much.".into(),
        }
    }

    #[test]
    fn a_list_says_what_is_served_and_how_the_hosts_are() {
        let mut out = Vec::new();
        list(&mut out, &rows()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "handshake\n\
             \x20 serves        profiles of 02:ca:fe\n\
             \x20               stations of the hosted network with an element of 02:ca:fe, kind 1\n\
             \x20 access point  running, process 77, 3 ports\n\
             \x20 station       not running: there is nothing to serve\n\
             handshake\n\
             \x20 serves        profiles of 02:ca:fe\n\
             \x20               no station of the hosted network\n\
             \x20 station       is started again soon: It was killed by signal 11.\n"
        );
        let mut out = Vec::new();
        list(&mut out, &[]).unwrap();
        assert_eq!(out, b"no extension is installed\n");
    }

    #[test]
    fn a_log_line_is_one_line() {
        let mut out = Vec::new();
        log(&mut out, &[line()]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "1970-01-01T00:00:00.000Z  handshake  station       warning  A frame too much.\n"
        );
    }

    #[test]
    fn what_was_installed_is_told() {
        let [with, without] = &rows()[..] else {
            unreachable!()
        };
        assert_eq!(
            installed(&with.extension),
            "handshake is installed; it serves profiles of 02:ca:fe, and stations of the hosted \
             network with an element of 02:ca:fe, kind 1"
        );
        assert_eq!(
            installed(&without.extension),
            "handshake is installed; it serves profiles of 02:ca:fe, and no station of the hosted \
             network"
        );
    }

    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

    fn told(adapter: ExtensionAdapter, what: &ExtensionEvent) -> String {
        event("handshake", adapter, what)
    }

    #[test]
    fn what_an_extension_does_is_told_with_cause_and_remedy() {
        use ExtensionAdapter::{AccessPoint, Station};
        let cause = || Cause::new("It was killed by signal 11.", "See `hostednet ihv log`.");
        let rows = [
            (
                told(AccessPoint, &ExtensionEvent::Ready { version: 0 }),
                "extension handshake, access point: ready (interface version 0)",
            ),
            (
                told(Station, &ExtensionEvent::Ended),
                "extension handshake, station: ended",
            ),
            (
                told(
                    AccessPoint,
                    &ExtensionEvent::Failed {
                        cause: cause(),
                        again_ms: Some(250),
                    },
                ),
                "extension handshake, access point: failed: It was killed by signal 11. \
                 See `hostednet ihv log`. It is started again in 250 ms.",
            ),
            (
                told(
                    Station,
                    &ExtensionEvent::Failed {
                        cause: cause(),
                        again_ms: None,
                    },
                ),
                "extension handshake, station: failed and is not started again: \
                 It was killed by signal 11. See `hostednet ihv log`.",
            ),
            (
                told(Station, &ExtensionEvent::Connected { bssid: MAC }),
                "extension handshake, station: connected to 02:00:00:00:00:09",
            ),
            (
                told(Station, &ExtensionEvent::Disconnected { cause: cause() }),
                "extension handshake, station: not connected: It was killed by signal 11. \
                 See `hostednet ihv log`.",
            ),
        ];
        for (told, expected) in rows {
            assert_eq!(told, expected);
        }
    }
}
