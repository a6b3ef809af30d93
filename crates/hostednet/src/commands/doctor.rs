//! `hostednet doctor`: what stands in the way of the network, gathered by `doctor_look` and judged by
//! `doctor`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cause::Cause;
use doctor::{Facts, ReportView};
use doctor_look::{Eyes, Recording, gather, record, replay};
use radio_nl80211::look::{Files, Looker};

use crate::args::doctor::DoctorArguments;
use crate::failure::Failure;
use crate::json;

/// Looks, judges and tells.
pub(crate) fn run(socket: Option<PathBuf>, options: &DoctorArguments) -> Result<ExitCode, Failure> {
    let eyes = || Eyes {
        files: Files::of_this_machine(),
        socket: socket.unwrap_or_else(wlan_client::default_socket),
        wanted: options.radio.clone(),
    };
    let facts = match (&options.from, &options.record) {
        (Some(file), _) => recorded(file)?,
        (None, Some(file)) => keep(file, record(&eyes()))?,
        (None, None) => gather(&eyes(), &mut Looker::open()),
    };
    let mut out = io::stdout().lock();
    if options.facts {
        json::print(&mut out, &facts)?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = doctor::judge(&facts);
    if options.json {
        json::print(&mut out, &ReportView::from(&report))?;
    } else {
        out.write_all(doctor::text(&report).as_bytes())?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(report.has_obstacle())))
}

fn recorded(file: &Path) -> Result<Facts, Cause> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Cause::new(
            format!("Cannot read facts from {}: {error}.", file.display()),
            "Give a file that `hostednet doctor --facts` or `--record` wrote.",
        )
    };
    let text = fs::read(file).map_err(|error| unreadable(&error))?;
    let whole: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
    if whole.get("recording").is_some() {
        let recording = Recording::read(&text).map_err(|error| unreadable(&error))?;
        return Ok(replay(&recording));
    }
    serde_json::from_value(whole).map_err(|error| unreadable(&error))
}

/// Writes a recording; what it makes of the machine is judged as without one.
fn keep(file: &Path, recording: Recording) -> Result<Facts, Cause> {
    let unwritable = |error: &dyn std::fmt::Display| {
        Cause::new(
            format!("Cannot write the recording to {}: {error}.", file.display()),
            "Name a file in a folder that you may write to.",
        )
    };
    let text = serde_json::to_vec_pretty(&recording).map_err(|error| unwritable(&error))?;
    fs::write(file, text).map_err(|error| unwritable(&error))?;
    Ok(recording.facts)
}
