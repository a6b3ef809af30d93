//! A machine made of a recording and a folder that stands for its root.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use cause::Cause;
use doctor::Facts;
use doctor_look::{Eyes, Recording, gather};
use dot11::{Channel, MacAddr, Ssid};
use radio_nl80211::look::{self, Files, Looker};
use rustix::fd::OwnedFd;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, accept, bind,
    connect, listen, recv, send, socket_with,
};
use tempfile::TempDir;
use wlan_model::{AirSettings, HostedNetworkState, Reason, Refusal, Win32Error};
use wlan_rpc::{
    Answer, Call, ClientMessage, ServiceMessage, SharingCall, SharingMode, SharingState,
    SharingStatus, Status,
};

/// What `nft list ruleset` is on the machine: prints the file beside it, or refuses.
const NFT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/nft");

/// A recording of the kernel tier.
pub(crate) fn recording(name: &str) -> Recording {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/recordings/{name}.json"));
    Recording::read(&fs::read(path).expect("the recording is there")).expect("it is one")
}

/// The machine that is looked at.
pub(crate) struct Machine {
    root: TempDir,
    /// Its radios, for edits.
    pub(crate) radios: look::Recording,
    /// The interface that was named.
    pub(crate) wanted: Option<String>,
    service: Option<Says>,
    /// nl80211 is missing.
    pub(crate) no_wireless: bool,
}

/// What a service says of itself.
#[derive(Clone)]
pub(crate) struct Says {
    pub(crate) status: Status,
    pub(crate) enabled: bool,
    pub(crate) by_policy: bool,
    pub(crate) wish: Option<u8>,
    pub(crate) mode: SharingMode,
    pub(crate) sharing: SharingState,
    /// The version of the protocol, where it is another.
    pub(crate) version: Option<u8>,
    /// It answers every question as if it had been another.
    pub(crate) confused: bool,
    /// It lies in a folder that everybody may write in.
    pub(crate) untrusted: bool,
}

impl Machine {
    /// That of a recording, without a service: nobody manages its radios, the ports are free, all
    /// programs are there, root asks. The first radio counts.
    pub(crate) fn of(name: &str) -> Self {
        let recording = recording(name);
        let machine = Self {
            // The service's socket must lie in a folder below /tmp for one case.
            root: tempfile::Builder::new().tempdir_in("/tmp").unwrap(),
            radios: recording.radios,
            wanted: Some("wlan0".to_owned()),
            service: None,
            no_wireless: false,
        };
        machine.file("/proc/1/comm", "systemd\n");
        machine.file("/proc/1/stat", "1 (systemd) S 0 1 1");
        machine.status(0, 0x3000);
        for table in ["udp", "udp6", "tcp", "tcp6"] {
            machine.file(&format!("/proc/net/{table}"), "  sl  local_address\n");
        }
        machine.file(
            "/proc/net/route",
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
             eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
        );
        machine.file("/usr/sbin/dnsmasq", "");
        machine.link("/usr/sbin/nft", NFT);
        machine.rules("");
        machine
    }

    pub(crate) fn free() -> Self {
        Self::of("before")
    }

    /// With its network on the air, heard by the second radio.
    pub(crate) fn running() -> Self {
        let mut machine = Self::of("running");
        machine.wanted = None;
        let facts = recording("running").facts;
        let doctor::facts::Service::Answers(network) = facts.service else {
            panic!("the service answered");
        };
        machine.serves(|says| {
            says.status.state = HostedNetworkState::Active;
            says.status.ssid = network
                .ssid
                .as_deref()
                .map(|s| Ssid::new(s.as_bytes()).unwrap());
            says.status.bssid = network.bssid.as_deref().and_then(|b| b.parse().ok());
            says.status.channel = network.channel;
            says.status.radio = network.radio.clone();
        });
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    /// Who asks, and his capabilities.
    pub(crate) fn status(&self, uid: u32, capabilities: u64) {
        self.file(
            "/proc/self/status",
            &format!(
                "Name:\thostednet\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{uid}\t{uid}\t{uid}\t{uid}\n\
                 Groups:\t24 27 \nCapEff:\t{capabilities:016x}\n"
            ),
        );
    }

    /// The packet filter's tables.
    pub(crate) fn rules(&self, text: &str) {
        self.file("/usr/sbin/nft.rules", text);
    }

    /// A process by its short name and command line.
    pub(crate) fn process(&self, pid: u32, name: &str, arguments: &[&str]) {
        self.file(&format!("/proc/{pid}/comm"), &format!("{name}\n"));
        self.file(
            &format!("/proc/{pid}/stat"),
            &format!("{pid} ({name}) S 1 1 1"),
        );
        let line: String = arguments.iter().flat_map(|a| [a, "\0"]).collect();
        self.file(&format!("/proc/{pid}/cmdline"), &line);
    }

    /// A socket in a table of `/proc/net`, which this process has open.
    pub(crate) fn listens(&self, table: &str, local: &str, pid: u32) {
        let remote = local
            .split(':')
            .next()
            .unwrap()
            .replace(|_: char| true, "0");
        self.file(
            &format!("/proc/net/{table}"),
            &format!(
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                 \x20 143: {local} {remote}:0000 07 00000000:00000000 00:00000000 00000000     0        0 5519 2 0 0\n"
            ),
        );
        self.link(&format!("/proc/{pid}/fd/4"), "socket:[5519]");
    }

    /// There is a service, which says this.
    pub(crate) fn serves(&mut self, change: impl FnOnce(&mut Says)) {
        let mut says = self.service.take().unwrap_or_else(|| Says {
            status: idle(),
            enabled: true,
            by_policy: false,
            wish: None,
            mode: SharingMode::Standalone,
            sharing: SharingState::Stopped,
            version: None,
            confused: false,
            untrusted: false,
        });
        change(&mut says);
        self.service = Some(says);
    }

    /// Everything that is read of it.
    pub(crate) fn facts(&self) -> Facts {
        self.unpack(&self.radios.files);
        let service = self.service.clone().map(|says| {
            let mode = if says.untrusted { 0o777 } else { 0o700 };
            fs::set_permissions(self.root.path(), fs::Permissions::from_mode(mode)).unwrap();
            Play::begin(self.root.path().join("control.sock"), says)
        });
        let eyes = Eyes {
            files: Files::below(self.root.path()),
            socket: self.root.path().join("control.sock"),
            wanted: self.wanted.clone(),
        };
        let radios = if self.no_wireless {
            look::Recording::default()
        } else {
            self.radios.clone()
        };
        let mut looker = Looker::play(&radios, Files::below(self.root.path()));
        let facts = gather(&eyes, &mut looker);
        drop(service);
        facts
    }

    /// The recorded files that no case has put there itself.
    fn unpack(&self, files: &BTreeMap<String, String>) {
        for (path, text) in files {
            if self.path(path).symlink_metadata().is_ok() {
                continue;
            }
            if path.ends_with("/driver") {
                self.link(path, text);
            } else {
                self.file(path, text);
            }
        }
    }
}

fn idle() -> Status {
    Status {
        state: HostedNetworkState::Idle,
        ssid: None,
        device: None,
        bssid: None,
        channel: None,
        phy: None,
        width: None,
        isolate: false,
        max_peers: 100,
        radio: Some("wlan0".to_owned()),
        enabled: true,
        secondary_key: None,
        peers: Vec::new(),
        unavailable: None,
        rejected_frames: 0,
    }
}

/// A cause for what a service says.
pub(crate) fn cause(text: &str) -> Cause {
    Cause::new(text, "Do something.")
}

/// The address of a beacon that is not the network's.
pub(crate) const OTHER: MacAddr = MacAddr([2, 0, 0, 0, 7, 7]);

/// A service for one client.
struct Play {
    path: PathBuf,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Play {
    fn begin(path: PathBuf, says: Says) -> Self {
        let listener = seqpacket();
        bind(&listener, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        listen(&listener, 1).unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            let Ok(client) = accept(&listener) else {
                return;
            };
            let mut buffer = vec![0; 64 * 1024];
            while let Ok((len @ 1.., _)) = recv(&client, buffer.as_mut_slice(), RecvFlags::empty())
            {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let asked: ClientMessage = wlan_rpc::decode(&buffer[..len]).unwrap();
                let message = ServiceMessage::Answer {
                    id: asked.id,
                    result: answer(&asked.call, &says),
                };
                let mut packet = wlan_rpc::encode(&message).to_vec();
                if let Some(version) = says.version {
                    packet[0] = version;
                }
                if send(&client, &packet, SendFlags::NOSIGNAL).is_err() {
                    return;
                }
            }
        });
        Self {
            path,
            ended,
            thread: Some(thread),
        }
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        // Nobody may have come: then this is the client that ends it.
        self.ended.store(true, Ordering::Relaxed);
        let last = seqpacket();
        let _ = connect(&last, &SocketAddrUnix::new(&self.path).unwrap());
        drop(last);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = fs::remove_file(&self.path);
    }
}

fn seqpacket() -> OwnedFd {
    let kind = SocketType::SEQPACKET;
    socket_with(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None).unwrap()
}

fn answer(call: &Call, says: &Says) -> Result<Answer, Refusal> {
    Ok(match call {
        Call::Open { .. } => Answer::Opened { version: 2 },
        _ if says.confused => Answer::PreviousSources(7),
        Call::QueryStatus => Answer::Status(Box::new(says.status.clone())),
        Call::QueryEnabled => Answer::Enabled {
            enabled: says.enabled,
            by_policy: says.by_policy,
        },
        Call::QueryAirSettings => Answer::AirSettings(AirSettings {
            channel: says.wish.and_then(Channel::new),
            ..AirSettings::default()
        }),
        Call::Sharing(SharingCall::Status) => Answer::Sharing(Box::new(SharingStatus {
            mode: says.mode.clone(),
            state: says.sharing.clone(),
            leases: Vec::new(),
        })),
        _ => {
            return Err(Refusal::new(
                Win32Error::NOT_SUPPORTED,
                Reason::Unspecified,
                "Nobody asks that.",
                "Do not.",
            ));
        }
    })
}
