//! Carries netsh commands out: words in, calls to the service, pages out.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use dot11::{KeyBytes, Ssid};
use wlan_client::{Client, ClientError, Status};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, Interface, InterfaceDetails, KeyForm, PrimaryKey,
    SecondaryKey, Win32Error, station_profile,
};

use super::grammar::{Command, KeyArgument, Settings};
use super::page::Page;
use super::show::{self, InterfaceRow};
use super::{help, texts};
use crate::commands::start;
use crate::failure::Failure;

/// What a command has to say.
pub(crate) struct Said {
    /// For standard output, where programs read.
    pub(crate) page: Page,
    /// For standard error: what Windows does not say but people want to know.
    pub(crate) notes: Vec<String>,
    /// Whether it did what it was asked.
    pub(crate) done: bool,
}

/// The calls netsh makes. The methods are those of [`Client`], except where said.
pub(crate) trait Service {
    fn init_settings(&mut self) -> Result<(), ClientError>;
    fn query_connection_settings(&mut self) -> Result<ConnectionSettings, ClientError>;
    fn set_connection_settings(&mut self, to: ConnectionSettings) -> Result<(), ClientError>;
    fn query_enabled(&mut self) -> Result<(bool, bool), ClientError>;
    fn set_enabled(&mut self, enabled: bool) -> Result<(), ClientError>;
    fn query_primary_key(&mut self) -> Result<PrimaryKey, ClientError>;
    fn refresh_security_settings(&mut self) -> Result<(), ClientError>;
    fn query_secondary_key(&mut self) -> Result<Option<(SecondaryKey, bool)>, ClientError>;
    /// Takes a key that is known to be one.
    fn set_key(&mut self, key: &SecondaryKey, is_persistent: bool) -> Result<(), ClientError>;
    fn query_status(&mut self) -> Result<Status, ClientError>;
    /// Returns when the network is on the air.
    fn start(&mut self) -> Result<(), ClientError>;
    fn force_stop(&mut self) -> Result<(), ClientError>;
    fn enum_interfaces(&mut self) -> Result<Vec<Interface>, ClientError>;
    fn query_interface(&mut self, id: Guid) -> Result<InterfaceDetails, ClientError>;
}

impl Service for Client {
    fn init_settings(&mut self) -> Result<(), ClientError> {
        self.init_settings()
    }

    fn query_connection_settings(&mut self) -> Result<ConnectionSettings, ClientError> {
        self.query_connection_settings()
    }

    fn set_connection_settings(&mut self, to: ConnectionSettings) -> Result<(), ClientError> {
        self.set_connection_settings(to)
    }

    fn query_enabled(&mut self) -> Result<(bool, bool), ClientError> {
        self.query_enabled()
    }

    fn set_enabled(&mut self, enabled: bool) -> Result<(), ClientError> {
        self.set_enabled(enabled)
    }

    fn query_primary_key(&mut self) -> Result<PrimaryKey, ClientError> {
        self.query_primary_key()
    }

    fn refresh_security_settings(&mut self) -> Result<(), ClientError> {
        self.refresh_security_settings()
    }

    fn query_secondary_key(&mut self) -> Result<Option<(SecondaryKey, bool)>, ClientError> {
        self.query_secondary_key()
    }

    fn set_key(&mut self, key: &SecondaryKey, is_persistent: bool) -> Result<(), ClientError> {
        match key.form() {
            KeyForm::Binary => {
                self.set_secondary_key(KeyBytes::copy_from(key.expose()), false, is_persistent)
            }
            KeyForm::Passphrase => {
                let mut data = Vec::with_capacity(key.expose().len() + 1);
                data.extend_from_slice(key.expose());
                data.push(0);
                self.set_secondary_key(KeyBytes::new(data), true, is_persistent)
            }
        }
    }

    fn query_status(&mut self) -> Result<Status, ClientError> {
        self.query_status()
    }

    fn start(&mut self) -> Result<(), ClientError> {
        start::start(self).map_err(|failure| match failure {
            Failure::Refused(refusal) => ClientError::Refused(refusal),
            Failure::Unreachable(error) => error,
            other => ClientError::Broken {
                text: other.to_string(),
            },
        })
    }

    fn force_stop(&mut self) -> Result<(), ClientError> {
        self.force_stop()
    }

    fn enum_interfaces(&mut self) -> Result<Vec<Interface>, ClientError> {
        self.enum_interfaces()
    }

    fn query_interface(&mut self, id: Guid) -> Result<InterfaceDetails, ClientError> {
        self.query_interface(id)
    }
}

/// A call that failed, and what could not be done without it.
struct Trouble {
    what: &'static str,
    error: ClientError,
}

/// Says what the failure of a call is called when it happens while doing `what`.
fn while_doing(what: &'static str) -> impl Fn(ClientError) -> Trouble {
    move |error| Trouble { what, error }
}

impl Said {
    pub(crate) fn new() -> Self {
        Self {
            page: Page::new(),
            notes: Vec::new(),
            done: true,
        }
    }

    /// Adds a call that failed to what was done before it.
    fn fail(&mut self, trouble: &Trouble) {
        self.done = false;
        match &trouble.error {
            ClientError::Refused(refusal) => {
                texts::refused(&mut self.page, trouble.what, refusal);
                self.notes.push(refusal.to_string());
            }
            error => {
                self.page.message(texts::NO_SERVICE);
                self.notes.push(error.cause().to_string());
            }
        }
        self.page.empty();
    }

    /// What is said when there is no service to ask.
    pub(crate) fn unreachable(error: ClientError) -> Self {
        let mut said = Self::new();
        said.fail(&Trouble {
            what: texts::SHOW_FAILED,
            error,
        });
        said
    }

    fn refuse(&mut self, text: &str) {
        self.done = false;
        self.page.message(text).empty();
    }
}

/// Carries out one command.
pub(crate) fn carry_out(service: &mut impl Service, command: Command) -> Said {
    let mut said = Said::new();
    let result = match command {
        Command::Help(topic) => {
            help::help(&mut said.page, topic);
            Ok(())
        }
        Command::Set(settings) => set(service, &mut said, settings),
        Command::Start => service
            .start()
            .map_err(while_doing(texts::START_FAILED))
            .map(|()| {
                said.page.message(texts::STARTED).empty();
            }),
        Command::Stop => service
            .force_stop()
            .map_err(while_doing(texts::STOP_FAILED))
            .map(|()| {
                said.page.message(texts::STOPPED).empty();
            }),
        Command::Refresh => refresh(service, &mut said),
        Command::ShowHostedNetwork => show_hosted_network(service, &mut said),
        Command::ShowSecurity => show_security(service, &mut said),
        Command::ShowSettings => show_settings(service, &mut said),
        Command::ShowDrivers(name) => show_drivers(service, &mut said, name.as_deref()),
        Command::ShowInterfaces(name) => show_interfaces(service, &mut said, name.as_deref()),
        Command::Export(folder) => export(service, &mut said, folder),
    };
    if let Err(trouble) = result {
        said.fail(&trouble);
    }
    said
}

/// One thing after the other, each said when it is done: what a later failure leaves standing is
/// seen.
fn set(service: &mut impl Service, said: &mut Said, settings: Settings) -> Result<(), Trouble> {
    let before = running(service).map_err(while_doing(texts::SHOW_FAILED))?;
    if let Some(allow) = settings.mode {
        service
            .set_enabled(allow)
            .map_err(while_doing(texts::MODE_FAILED))?;
        said.page.message(if allow {
            texts::MODE_ALLOW
        } else {
            texts::MODE_DISALLOW
        });
    }
    if let Some(ssid) = settings.ssid {
        set_ssid(service, ssid).map_err(while_doing(texts::SSID_FAILED))?;
        said.page.message(texts::SSID);
    }
    if let Some((KeyArgument::Given(key), is_persistent)) = settings.key {
        service
            .set_key(&key, is_persistent)
            .map_err(while_doing(texts::KEY_FAILED))?;
        said.page.message(match key.form() {
            KeyForm::Passphrase => texts::PASSPHRASE,
            KeyForm::Binary => texts::BINARY_KEY,
        });
    }
    said.page.empty();
    note_a_stop(service, said, before);
    Ok(())
}

/// A network that was never set up is set up first; the number of peers stays.
fn set_ssid(service: &mut impl Service, ssid: Ssid) -> Result<(), ClientError> {
    service.init_settings()?;
    let settings = service.query_connection_settings()?;
    service.set_connection_settings(ConnectionSettings { ssid, ..settings })
}

fn refresh(service: &mut impl Service, said: &mut Said) -> Result<(), Trouble> {
    let before = running(service).map_err(while_doing(texts::SHOW_FAILED))?;
    service
        .init_settings()
        .and_then(|()| service.refresh_security_settings())
        .map_err(while_doing(texts::REFRESH_FAILED))?;
    said.page.message(texts::REFRESHED).empty();
    note_a_stop(service, said, before);
    Ok(())
}

fn running(service: &mut impl Service) -> Result<bool, ClientError> {
    Ok(service.query_status()?.state == HostedNetworkState::Active)
}

/// Windows stops a running network for these without a word.
fn note_a_stop(service: &mut impl Service, said: &mut Said, before: bool) {
    if before && running(service).is_ok_and(|now| !now) {
        said.notes.push(
            "The hosted network stopped for this: `netsh wlan start hostednetwork` starts it again."
                .into(),
        );
    }
}

fn show_hosted_network(service: &mut impl Service, said: &mut Said) -> Result<(), Trouble> {
    let wrong = while_doing(texts::SHOW_FAILED);
    let (allowed, _) = service.query_enabled().map_err(&wrong)?;
    let status = service.query_status().map_err(&wrong)?;
    show::hosted_network(&mut said.page, &status, allowed);
    if let Some(cause) = &status.unavailable {
        said.notes.push(cause.to_string());
    }
    Ok(())
}

fn show_security(service: &mut impl Service, said: &mut Said) -> Result<(), Trouble> {
    let wrong = while_doing(texts::SHOW_FAILED);
    let primary = match service.query_primary_key() {
        Ok(key) => Some(key),
        Err(ClientError::Refused(refusal)) if refusal.code == Win32Error::BAD_CONFIGURATION => None,
        Err(error) => return Err(wrong(error)),
    };
    let secondary = service.query_secondary_key().map_err(wrong)?;
    show::security(&mut said.page, primary.as_ref(), secondary.as_ref());
    Ok(())
}

fn show_settings(service: &mut impl Service, said: &mut Said) -> Result<(), Trouble> {
    let (allowed, _) = service
        .query_enabled()
        .map_err(while_doing(texts::SHOW_FAILED))?;
    let interfaces = interfaces(service, None).map_err(while_doing(texts::INTERFACES_FAILED))?;
    show::settings(&mut said.page, allowed, &interfaces);
    Ok(())
}

fn show_drivers(
    service: &mut impl Service,
    said: &mut Said,
    name: Option<&str>,
) -> Result<(), Trouble> {
    let rows = interfaces(service, name).map_err(while_doing(texts::INTERFACES_FAILED))?;
    if rows.is_empty() {
        said.refuse(nobody(name));
    } else {
        show::drivers(&mut said.page, &rows);
    }
    Ok(())
}

fn show_interfaces(
    service: &mut impl Service,
    said: &mut Said,
    name: Option<&str>,
) -> Result<(), Trouble> {
    let wrong = while_doing(texts::INTERFACES_FAILED);
    let rows = interfaces(service, name).map_err(&wrong)?;
    let state = service.query_status().map_err(wrong)?.state;
    if rows.is_empty() {
        said.refuse(nobody(name));
    } else {
        show::interfaces(&mut said.page, &rows, state);
    }
    Ok(())
}

const fn nobody(name: Option<&str>) -> &'static str {
    match name {
        Some(_) => texts::NO_SUCH_INTERFACE,
        None => texts::NO_INTERFACE,
    }
}

/// All interfaces, or the one of this name.
fn interfaces(
    service: &mut impl Service,
    name: Option<&str>,
) -> Result<Vec<InterfaceRow>, ClientError> {
    let mut rows = Vec::new();
    for interface in service.enum_interfaces()? {
        match service.query_interface(interface.id) {
            Ok(details) if name.is_none_or(|name| details.ifname == name) => {
                let address = address(&details.ifname);
                rows.push((details, address));
            }
            Ok(_) => {}
            // It went between the two calls.
            Err(ClientError::Refused(refusal)) if refusal.code == Win32Error::NOT_FOUND => {}
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}

/// The hardware address, where the system has such an interface; a simulated one it does not know.
fn address(ifname: &str) -> Option<String> {
    if ifname.is_empty() || ifname.contains('/') || ifname.starts_with('.') {
        return None;
    }
    let text = fs::read_to_string(format!("/sys/class/net/{ifname}/address")).ok()?;
    Some(text.trim().to_owned()).filter(|address| !address.is_empty())
}

fn export(
    service: &mut impl Service,
    said: &mut Said,
    folder: Option<PathBuf>,
) -> Result<(), Trouble> {
    let wrong = while_doing(texts::EXPORT_FAILED);
    let ssid = service.query_connection_settings().map_err(&wrong)?.ssid;
    let key = service.query_primary_key().map_err(wrong)?;
    let path = folder
        .unwrap_or_else(|| PathBuf::from("."))
        .join(file_name(&ssid));
    match write_privately(&path, station_profile(&ssid, &key).as_bytes()) {
        Ok(()) => {
            said.page
                .message(&format!(
                    "Hosted network profile \"{ssid}\" is saved in file \"{}\" successfully.",
                    path.display()
                ))
                .empty();
        }
        Err(error) => {
            said.refuse(texts::EXPORT_FAILED);
            said.notes.push(format!(
                "Cannot write {}: {error}. Name a folder you may write to.",
                path.display()
            ));
        }
    }
    Ok(())
}

fn file_name(ssid: &Ssid) -> String {
    format!("Hosted Network-{}.xml", ssid.to_string().replace('/', "_"))
}

/// The file appears whole or not at all, and only its owner may read it. What lies at its place,
/// even a link that somebody else put there, is replaced and not followed.
fn write_privately(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}
