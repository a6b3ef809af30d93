//! `hostednet stop`, and what else stops a network.

use std::io::Write;

use wlan_client::Client;
use wlan_model::HostedNetworkState;

use crate::failure::Failure;

/// Stops the network and tells its state.
pub(crate) fn run(client: &mut Client, out: &mut impl Write) -> Result<(), Failure> {
    client.force_stop()?;
    writeln!(out, "{}", client.query_status()?.state)?;
    Ok(())
}

/// Some changes move a running network to idle: people should not have to find out.
pub(crate) fn say_if_stopped<W: Write>(
    client: &mut Client,
    out: &mut W,
    change: impl FnOnce(&mut Client, &mut W) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let was_active = client.query_status()?.state == HostedNetworkState::Active;
    change(client, out)?;
    if was_active && client.query_status()?.state == HostedNetworkState::Idle {
        writeln!(
            out,
            "the network stopped for this: `hostednet start` starts it again"
        )?;
    }
    Ok(())
}
