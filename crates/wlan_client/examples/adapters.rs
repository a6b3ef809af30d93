//! Shows the machine's wireless adapters through the service, and switches one.
//!
//! ```text
//! adapters                     one line for each: name, state, switches, mode, what it can
//! adapters wlan0 on|off        switches its radio by software
//! adapters wlan0 station|monitor
//! ```

use std::process::ExitCode;

use wlan_client::{Client, ClientError, default_socket};
use wlan_model::{OperationMode, RadioState};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("usage: adapters [NAME on|off|station|monitor]");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// `false` when the words make no sense.
fn run(words: &[&str]) -> Result<bool, ClientError> {
    let socket = std::env::var_os("HOSTEDNET_SOCKET").map_or_else(default_socket, Into::into);
    let mut client = Client::connect(&socket, "adapters")?;
    let mut adapters = Vec::new();
    for interface in client.enum_interfaces()? {
        adapters.push(client.query_interface(interface.id)?);
    }
    let &[name, what] = words else {
        for a in adapters {
            println!(
                "{}: {:?}, software {:?}, hardware {:?}, {:?}, channel {}, hosted network {}",
                a.ifname,
                a.interface.state,
                a.software,
                a.hardware,
                a.mode,
                a.channel.map_or("-".into(), |channel| channel.to_string()),
                if a.hosted_network_capable {
                    "yes"
                } else {
                    "no"
                },
            );
        }
        return Ok(words.is_empty());
    };
    let Some(adapter) = adapters.iter().find(|a| a.ifname == name) else {
        eprintln!("there is no adapter {name}");
        return Ok(false);
    };
    let id = adapter.interface.id;
    match what {
        "on" => client.set_radio_state(id, 0, RadioState::On)?,
        "off" => client.set_radio_state(id, 0, RadioState::Off)?,
        "station" => client.set_operation_mode(id, OperationMode::ExtensibleStation)?,
        "monitor" => client.set_operation_mode(id, OperationMode::NetworkMonitor)?,
        _ => return Ok(false),
    }
    Ok(true)
}
