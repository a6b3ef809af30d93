//! `hostednet start`.

use std::io::Write;

use clock::{Duration, monotonic};
use wlan_client::{Client, EventKind};
use wlan_model::{HostedNetworkState, Reason, Refusal, Win32Error};

use crate::failure::Failure;
use crate::text;

/// Longest wait for the radio to come on the air.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Starts the network and tells where it is.
pub(crate) fn run(client: &mut Client, out: &mut impl Write) -> Result<(), Failure> {
    start(client)?;
    writeln!(out, "{}", text::status::on_air(&client.query_status()?))?;
    Ok(())
}

/// Starts the network and waits until it is on the air.
pub(crate) fn start(client: &mut Client) -> Result<(), Failure> {
    client.subscribe()?;
    client.init_settings()?;
    client.force_start()?;
    let deadline = monotonic() + START_LIMIT;
    // The answer comes when the network is on the air, unless it was being started already.
    while client.query_status()?.state != HostedNetworkState::Active {
        let left = deadline.since(monotonic());
        match client.next_event(Some(left))? {
            Some(event) => {
                if let EventKind::StartFailed { cause } = event.kind {
                    return Err(Failure::Refused(Refusal {
                        code: Win32Error::INVALID_STATE,
                        reason: Reason::ApStartFailed,
                        cause,
                    }));
                }
            }
            None => {
                return Err(Failure::Refused(Refusal::new(
                    Win32Error::INVALID_STATE,
                    Reason::ApStartFailed,
                    format!(
                        "The network was not on the air after {} s.",
                        START_LIMIT.as_secs()
                    ),
                    "See `hostednet status` and the service's log.",
                )));
            }
        }
    }
    Ok(())
}
