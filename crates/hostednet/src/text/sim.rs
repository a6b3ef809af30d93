//! `sim list`.

use std::io::{self, Write};

use wlan_client::SimStation;

/// A line for each station.
pub(crate) fn rows(out: &mut impl Write, stations: &[SimStation]) -> io::Result<()> {
    for station in stations {
        writeln!(
            out,
            "{:<20}  {}  {}",
            station.name, station.mac, station.state
        )?;
    }
    Ok(())
}
