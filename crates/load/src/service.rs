//! The service under load, a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clock::{Duration, monotonic};
use wlan_client::Client;

/// Longest wait for the service to come up.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A running service on the simulated radio; ended when dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    socket: PathBuf,
}

/// How large it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Resident memory in KiB.
    pub(crate) resident: u64,
    /// Open descriptors.
    pub(crate) descriptors: usize,
}

impl Service {
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self, String> {
        let socket = folder.join("control.sock");
        let child = Command::new(program)
            .args(["serve", "--radio", "sim", "--socket"])
            .arg(&socket)
            .arg("--state-dir")
            .arg(folder.join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let service = Self { child, socket };
        let deadline = monotonic() + START_LIMIT;
        while let Err(error) = service.connect() {
            if monotonic() > deadline {
                return Err(format!("the service does not come up: {error}"));
            }
            std::thread::sleep(core::time::Duration::from_millis(20));
        }
        Ok(service)
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn connect(&self) -> Result<Client, String> {
        Client::connect(&self.socket, "load").map_err(|error| error.to_string())
    }

    pub(crate) fn size(&self) -> Result<Size, String> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = fs::read_to_string(process.join("status")).map_err(|e| e.to_string())?;
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|text| text.trim().strip_suffix(" kB"))
            .and_then(|text| text.parse().ok())
            .ok_or("the system does not tell the service's memory")?;
        let descriptors = fs::read_dir(process.join("fd"))
            .map_err(|e| e.to_string())?
            .count();
        Ok(Size {
            resident,
            descriptors,
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
