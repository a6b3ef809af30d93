//! Programs that run, and who holds which port, from `/proc`.

use std::collections::BTreeSet;

use doctor::facts::{Looked, Port, Program};
use doctor::read;
use radio_nl80211::look::Files;

/// Programs that manage radios, by the kernel's short name for them.
const MANAGERS: [&str; 5] = [
    "NetworkManager",
    "wpa_supplicant",
    "hostapd",
    "iwd",
    "connmand",
];

/// How far up the tree a parent is looked for.
const DEPTH: usize = 8;

fn processes(files: &Files) -> Option<Vec<u32>> {
    let names = files.names("/proc")?;
    Some(names.iter().filter_map(|name| name.parse().ok()).collect())
}

fn name_of(files: &Files, pid: u32) -> Option<String> {
    let name = files.text(&format!("/proc/{pid}/comm"))?;
    Some(
        name.trim_end()
            .chars()
            .filter(|c| !c.is_control())
            .collect(),
    )
}

/// Whether the process is the service, or was started by it.
fn is_ours(files: &Files, pid: u32, service: Option<u32>) -> bool {
    let Some(service) = service else { return false };
    let mut at = pid;
    for _ in 0..DEPTH {
        if at == service {
            return true;
        }
        let stat = files.text(&format!("/proc/{at}/stat")).unwrap_or_default();
        match read::parent(&stat) {
            Some(parent) if parent > 1 => at = parent,
            _ => return false,
        }
    }
    false
}

fn program(files: &Files, pid: u32, name: String, service: Option<u32>) -> Program {
    let line = files.text(&format!("/proc/{pid}/cmdline"));
    let line = line.unwrap_or_default();
    let arguments: Vec<&str> = line.split('\0').filter(|a| !a.is_empty()).collect();
    let mut interfaces = read::named_interfaces(&arguments);
    if name == "hostapd" {
        // Its interfaces are in its configurations, where this user may read them.
        let folder = format!("/proc/{pid}/cwd");
        for file in arguments.iter().skip(1).filter(|a| !a.starts_with('-')) {
            let path = if file.starts_with('/') {
                (*file).to_owned()
            } else {
                format!("{folder}/{file}")
            };
            let text = files.text(&path).unwrap_or_default();
            interfaces.extend(read::hostapd_interfaces(&text));
        }
    }
    Program {
        pid,
        name,
        interfaces,
        ours: is_ours(files, pid, service),
    }
}

/// The programs that manage radios. Names and command lines of processes are for everybody to read,
/// unless `/proc` hides those of others.
pub(crate) fn programs(files: &Files, service: Option<u32>) -> Looked<Vec<Program>> {
    let Some(all) = processes(files) else {
        return Looked::Unseen("/proc cannot be read".to_owned());
    };
    // Not even the first process is to be seen: hidepid.
    if name_of(files, 1).is_none() {
        return Looked::Unseen("/proc hides the processes of others".to_owned());
    }
    let managers = all.into_iter().filter_map(|pid| {
        let name = name_of(files, pid)?;
        MANAGERS
            .contains(&name.as_str())
            .then(|| program(files, pid, name, service))
    });
    Looked::Seen(managers.collect())
}

/// The process that has the socket of this number open.
pub(crate) fn holder(files: &Files, inode: u64) -> Option<u32> {
    let wanted = format!("socket:[{inode}]");
    processes(files)?.into_iter().find(|pid| {
        let folder = format!("/proc/{pid}/fd");
        let links = files.names(&folder).unwrap_or_default();
        links
            .iter()
            .any(|link| files.link(&format!("{folder}/{link}")).as_deref() == Some(&*wanted))
    })
}

/// Who waits at the ports that giving addresses and names needs.
pub(crate) fn ports(files: &Files, service: Option<u32>) -> Looked<Vec<Port>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut read_any = false;
    for (table, wanted) in [
        ("udp", &[53, 67][..]),
        ("udp6", &[53]),
        ("tcp", &[53]),
        ("tcp6", &[53]),
    ] {
        let Some(text) = files.text(&format!("/proc/net/{table}")) else {
            continue;
        };
        read_any = true;
        let protocol = table.trim_end_matches('6');
        for socket in read::sockets(&text) {
            let here = wanted.contains(&socket.port) && socket.waits;
            if !here || !seen.insert((table, socket.inode)) {
                continue;
            }
            let process = holder(files, socket.inode)
                .and_then(|pid| Some(program(files, pid, name_of(files, pid)?, service)));
            found.push(Port {
                protocol: protocol.to_owned(),
                address: socket.address,
                port: socket.port,
                uid: socket.uid,
                process,
            });
        }
    }
    if read_any {
        Looked::Seen(found)
    } else {
        Looked::Unseen("/proc/net cannot be read".to_owned())
    }
}
