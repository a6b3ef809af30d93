//! `hostednet ihv`: extensions of vendors.

mod fragments;

use std::io::Write;
use std::path;

use cause::Cause;
use clock::Duration;
use dot11::VendorElement;
use wlan_client::{Client, EventKind, ExtensionAdapter, ExtensionEvent};
use wlan_model::{Extension, ExtensionPorts, VendorProfile};

use crate::args::ihv::{ConnectArguments, IhvCommand, InstallArguments};
use crate::failure::Failure;
use crate::json::ihv::{LineView, RowView};
use crate::{json, text};

/// Carries out one of the commands.
pub(crate) fn run<W: Write>(
    client: &mut Client,
    out: &mut W,
    command: IhvCommand,
) -> Result<(), Failure> {
    match command {
        IhvCommand::List(format) => {
            let rows = client.ihv_list()?;
            if format.json {
                let views: Vec<RowView> = rows.into_iter().map(Into::into).collect();
                json::print(out, &views)?;
            } else {
                text::ihv::list(out, &rows)?;
            }
        }
        IhvCommand::Install(arguments) => install(client, out, arguments)?,
        IhvCommand::Remove { name } => client.ihv_remove(&name)?,
        IhvCommand::Log { name, format } => {
            let lines = client.ihv_log(name.as_deref())?;
            if format.json {
                let views: Vec<LineView> = lines.into_iter().map(Into::into).collect();
                json::print(out, &views)?;
            } else {
                text::ihv::log(out, &lines)?;
            }
        }
        IhvCommand::Connect(arguments) => connect(client, out, arguments)?,
        IhvCommand::Disconnect => client.ihv_disconnect()?,
    }
    Ok(())
}

fn install<W: Write>(
    client: &mut Client,
    out: &mut W,
    arguments: InstallArguments,
) -> Result<(), Failure> {
    // The service has another working folder.
    let library = path::absolute(&arguments.file).map_err(|error| {
        Cause::new(
            format!(
                "Cannot tell where {} is: {error}.",
                arguments.file.display()
            ),
            "Give the library's whole path.",
        )
    })?;
    let files = &arguments.fragments;
    let ports = match arguments.serve_element {
        None if files.connectivity.is_some() || files.security.is_some() => {
            return Err(Failure::Usage(
                "Fragments are for the stations of the hosted network that the extension serves: add \
                 --serve-element, or leave them out. A profile's fragments go with `ihv connect`."
                    .into(),
            ));
        }
        None => None,
        Some(kind) => Some(ExtensionPorts {
            element: VendorElement {
                oui: arguments.oui,
                kind,
            },
            fragments: fragments::read(files)?,
        }),
    };
    let extension = Extension {
        name: arguments.name,
        oui: arguments.oui,
        ports,
    };
    let words = text::ihv::installed(&extension);
    client.ihv_install(extension, &library)?;
    writeln!(out, "{words}")?;
    Ok(())
}

fn connect<W: Write>(
    client: &mut Client,
    out: &mut W,
    arguments: ConnectArguments,
) -> Result<(), Failure> {
    let ssid = arguments.ssid;
    let profile = VendorProfile {
        name: arguments.name.unwrap_or_else(|| ssid.to_string()),
        ssid: ssid.clone(),
        oui: arguments.oui,
        elements: arguments.elements.map_or_else(Vec::new, |hex| hex.0),
        fragments: fragments::read(&arguments.fragments)?,
    };
    client.subscribe()?;
    client.ihv_connect(profile)?;
    // Whom with came before the answer.
    let mut to = None;
    while let Some(event) = client.next_event(Some(Duration::ZERO))? {
        if let EventKind::Extension {
            adapter: ExtensionAdapter::Station,
            what: ExtensionEvent::Connected { bssid },
            ..
        } = event.kind
        {
            to = Some(bssid);
        }
    }
    match to {
        Some(bssid) => writeln!(out, "connected to {ssid} ({bssid})")?,
        None => writeln!(out, "connected to {ssid}")?,
    }
    Ok(())
}
