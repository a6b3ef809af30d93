//! What each command asks of the service, in which order, and what it says.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use dot11::Ssid;
use wlan_client::{ClientError, Status};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, Interface, InterfaceDetails, InterfaceState,
    PrimaryKey, Reason, Refusal, SecondaryKey, Win32Error,
};

use super::super::grammar::{Command, Context, command};
use super::super::run::{Said, Service, carry_out};
use super::{golden, interface, status, words};

/// A service that does as it is told by the test and writes down what it is asked.
struct Scripted {
    status: Status,
    /// Calls that fail, by their name.
    failing: BTreeMap<&'static str, ClientError>,
    interfaces: Vec<InterfaceDetails>,
    asked: Vec<String>,
}

impl Scripted {
    fn new(state: HostedNetworkState) -> Self {
        Self {
            status: status(state),
            failing: BTreeMap::new(),
            interfaces: vec![interface("wlan0", InterfaceState::Disconnected)],
            asked: Vec::new(),
        }
    }

    fn idle() -> Self {
        Self::new(HostedNetworkState::Idle)
    }

    fn refusing(mut self, call: &'static str, code: Win32Error, reason: Reason) -> Self {
        let refusal = Refusal::new(code, reason, "What happened.", "What to do.");
        self.failing.insert(call, refusal.into());
        self
    }

    fn ask(&mut self, call: &'static str, more: &str) -> Result<(), ClientError> {
        self.asked.push(format!("{call}{more}"));
        self.failing
            .get(call)
            .map_or(Ok(()), |error| Err(error.clone()))
    }

    /// A call that ends a run.
    fn change(&mut self, call: &'static str, more: &str) -> Result<(), ClientError> {
        self.ask(call, more)?;
        if self.status.state == HostedNetworkState::Active {
            self.status.state = HostedNetworkState::Idle;
        }
        Ok(())
    }
}

impl Service for Scripted {
    fn init_settings(&mut self) -> Result<(), ClientError> {
        self.ask("init", "")
    }

    fn query_connection_settings(&mut self) -> Result<ConnectionSettings, ClientError> {
        self.ask("settings?", "")?;
        Ok(ConnectionSettings {
            ssid: self.status.ssid.clone().unwrap(),
            max_peers: 8,
        })
    }

    fn set_connection_settings(&mut self, to: ConnectionSettings) -> Result<(), ClientError> {
        self.change("settings", &format!(" {} {}", to.ssid, to.max_peers))
    }

    fn query_enabled(&mut self) -> Result<(bool, bool), ClientError> {
        self.ask("enabled?", "")?;
        Ok((self.status.enabled, false))
    }

    fn set_enabled(&mut self, enabled: bool) -> Result<(), ClientError> {
        self.change("enabled", &format!(" {enabled}"))
    }

    fn query_primary_key(&mut self) -> Result<PrimaryKey, ClientError> {
        self.ask("primary?", "")?;
        Ok(PrimaryKey::from_entropy(&[7; 63]))
    }

    fn refresh_security_settings(&mut self) -> Result<(), ClientError> {
        self.change("refresh", "")
    }

    fn query_secondary_key(&mut self) -> Result<Option<(SecondaryKey, bool)>, ClientError> {
        self.ask("secondary?", "")?;
        Ok(Some((
            SecondaryKey::passphrase(b"mypassword").unwrap(),
            true,
        )))
    }

    fn set_key(&mut self, key: &SecondaryKey, is_persistent: bool) -> Result<(), ClientError> {
        self.ask("key", &format!(" {:?} {is_persistent}", key.form()))
    }

    fn query_status(&mut self) -> Result<Status, ClientError> {
        // Looking changes nothing: not worth writing down.
        self.failing
            .get("status?")
            .map_or(Ok(self.status.clone()), |error| Err(error.clone()))
    }

    fn start(&mut self) -> Result<(), ClientError> {
        self.ask("start", "")
    }

    fn force_stop(&mut self) -> Result<(), ClientError> {
        self.ask("stop", "")
    }

    fn enum_interfaces(&mut self) -> Result<Vec<Interface>, ClientError> {
        self.ask("interfaces?", "")?;
        Ok(self
            .interfaces
            .iter()
            .map(|i| i.interface.clone())
            .collect())
    }

    fn query_interface(&mut self, id: Guid) -> Result<InterfaceDetails, ClientError> {
        self.ask("interface?", "")?;
        let found = self.interfaces.iter().find(|i| i.interface.id == id);
        Ok(found.unwrap().clone())
    }
}

fn parsed(line: &str) -> Command {
    command(Context::Wlan, &words(line)).unwrap()
}

fn say(service: &mut Scripted, line: &str) -> Said {
    carry_out(service, parsed(line))
}

const SET: &str = "set hostednetwork mode=allow ssid=net key=secret12";
const DIGITS: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

#[test]
fn each_success_has_its_line() {
    let binary = format!("set hostednetwork key={DIGITS}");
    for (name, line, asked) in [
        (
            "set-mode-allow",
            "set hostednetwork mode=allow",
            "enabled true",
        ),
        (
            "set-mode-disallow",
            "set hostednetwork mode=disallow",
            "enabled false",
        ),
        (
            "set-ssid",
            "set hostednetwork ssid=net",
            "init, settings?, settings net 8",
        ),
        (
            "set-key",
            "set hostednetwork key=secret12",
            "key Passphrase true",
        ),
        (
            "set-key",
            "set hostednetwork key=secret12 keyUsage=temporary",
            "key Passphrase false",
        ),
        ("set-key-binary", &binary, "key Binary true"),
        (
            "set-all",
            SET,
            "enabled true, init, settings?, settings net 8, key Passphrase true",
        ),
        (
            "set-all",
            "set hostednetwork key=secret12 ssid=net mode=allow",
            "enabled true, init, settings?, settings net 8, key Passphrase true",
        ),
        ("start", "start hostednetwork", "start"),
        ("stop", "stop hostednetwork", "stop"),
        ("refresh", "refresh hostednetwork key", "init, refresh"),
    ] {
        let mut service = Scripted::idle();
        let said = say(&mut service, line);
        assert!(said.done, "{line}");
        assert!(said.notes.is_empty(), "{line}: {:?}", said.notes);
        assert_eq!(service.asked.join(", "), asked, "{line}");
        golden(name, said.page.text());
    }
}

#[test]
fn each_failure_has_its_lines_and_its_reason_goes_to_standard_error() {
    let wrong = (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable);
    for (name, line, call) in [
        ("failed-set-mode", "set hostednetwork mode=allow", "enabled"),
        ("failed-set-ssid", "set hostednetwork ssid=net", "settings"),
        ("failed-set-ssid", "set hostednetwork ssid=net", "init"),
        ("failed-set-key", "set hostednetwork key=secret12", "key"),
        ("failed-start", "start hostednetwork", "start"),
        ("failed-stop", "stop hostednetwork", "stop"),
        ("failed-refresh", "refresh hostednetwork key", "refresh"),
        ("failed-show", "show hostednetwork", "status?"),
        ("failed-show", "show hostednetwork security", "secondary?"),
        ("failed-interfaces", "show interfaces", "interfaces?"),
        ("failed-interfaces", "show drivers", "interface?"),
        ("failed-export", "export hostednetworkprofile", "settings?"),
    ] {
        let mut service = Scripted::idle().refusing(call, wrong.0, wrong.1);
        let said = say(&mut service, line);
        assert!(!said.done, "{line}");
        assert_eq!(
            said.notes,
            [
                "What happened. What to do. [ERROR_INVALID_STATE (5023), reason interface_unavailable]"
            ],
            "{line}"
        );
        golden(name, said.page.text());
    }
}

#[test]
fn what_was_done_before_a_failure_is_said() {
    let mut service =
        Scripted::idle().refusing("key", Win32Error::WRITE_FAULT, Reason::PersistenceFailed);
    let said = say(&mut service, SET);
    assert!(!said.done);
    golden("failed-set-all-at-key", said.page.text());

    let mut service =
        Scripted::idle().refusing("enabled", Win32Error::ACCESS_DENIED, Reason::GpDenied);
    let said = say(&mut service, SET);
    assert!(!said.done);
    assert_eq!(service.asked, ["enabled true"]);
    golden("failed-set-all-at-mode", said.page.text());
}

#[test]
fn without_privilege_there_is_one_line_for_all() {
    for (line, call) in [
        ("start hostednetwork", "start"),
        ("stop hostednetwork", "stop"),
        ("set hostednetwork mode=disallow", "enabled"),
        ("set hostednetwork key=secret12", "key"),
        ("show hostednetwork setting=security", "primary?"),
    ] {
        let mut service =
            Scripted::idle().refusing(call, Win32Error::ACCESS_DENIED, Reason::ElevationRequired);
        let said = say(&mut service, line);
        assert!(!said.done, "{line}");
        golden("not-elevated", said.page.text());
    }
}

#[test]
fn a_service_that_goes_away_is_not_running() {
    for line in [
        SET,
        "start hostednetwork",
        "show hostednetwork",
        "show interfaces",
    ] {
        let mut service = Scripted::idle();
        let broken = ClientError::Broken {
            text: "the service closed it".into(),
        };
        for call in ["status?", "start", "interfaces?", "enabled?"] {
            service.failing.insert(call, broken.clone());
        }
        let said = say(&mut service, line);
        assert!(!said.done, "{line}");
        golden("service-down", said.page.text());
        assert!(
            said.notes[0].contains("the service closed it"),
            "{:?}",
            said.notes
        );
    }
}

#[test]
fn codes_without_a_text_are_told_as_numbers() {
    let mut service =
        Scripted::idle().refusing("start", Win32Error(4_000_000), Reason::Unspecified);
    golden(
        "failed-start-unknown-code",
        say(&mut service, "start hostednetwork").page.text(),
    );
}

#[test]
fn people_are_told_that_a_running_network_stopped() {
    for line in [
        "set hostednetwork mode=disallow",
        "set hostednetwork ssid=other",
        "refresh hostednetwork key",
    ] {
        let mut service = Scripted::new(HostedNetworkState::Active);
        let said = say(&mut service, line);
        assert!(said.done);
        assert!(said.notes[0].contains("stopped for this"), "{line}");
    }
    let mut service = Scripted::new(HostedNetworkState::Active);
    assert!(
        say(&mut service, "set hostednetwork key=secret12")
            .notes
            .is_empty()
    );
}

#[test]
fn a_machine_without_interfaces_says_so() {
    for (name, line) in [
        ("no-interface", "show interfaces"),
        ("no-interface", "show drivers"),
        ("no-such-interface", "show interfaces wlan7"),
        ("no-such-interface", "show drivers interface=wlan7"),
    ] {
        let mut service = Scripted::idle();
        if name == "no-interface" {
            service.interfaces.clear();
        }
        let said = say(&mut service, line);
        assert!(!said.done, "{line}");
        golden(name, said.page.text());
    }
}

#[test]
fn a_service_that_tells_no_interfaces_is_said_not_to() {
    let mut service = Scripted::idle().refusing(
        "interfaces?",
        Win32Error::NOT_SUPPORTED,
        Reason::BadParameters,
    );
    let said = say(&mut service, "show interfaces");
    assert!(!said.done);
    golden("interfaces-not-supported", said.page.text());
}

#[test]
fn an_exported_profile_is_private_and_replaces_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Hosted Network-a_b.xml");
    let precious = folder.path().join("precious");
    fs::write(&precious, "mine").unwrap();
    std::os::unix::fs::symlink(&precious, &path).unwrap();
    let mut service = Scripted::idle();
    service.status.ssid = Some(Ssid::new("a/b").unwrap());

    let line = format!(
        "export hostednetworkprofile folder={}",
        folder.path().display()
    );
    let said = say(&mut service, &line);

    assert!(said.done);
    assert_eq!(
        said.page.text(),
        format!(
            "Hosted network profile \"a/b\" is saved in file \"{}\" successfully. \n\n",
            path.display()
        )
    );
    let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .contains("<name>a/b</name>")
    );
    assert_eq!(fs::read_to_string(&precious).unwrap(), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_profile_that_cannot_be_written_is_a_failure() {
    let said = say(
        &mut Scripted::idle(),
        "export hostednetworkprofile folder=/nowhere/at/all",
    );
    assert!(!said.done);
    assert_eq!(
        said.page.text(),
        "The hosted network profile couldn't be exported. \n\n"
    );
    assert!(said.notes[0].contains("Name a folder"), "{:?}", said.notes);
}
