//! Programs that run, and who holds which port, from `/proc`.

use std::collections::BTreeSet;
use std::fs;

use doctor::facts::{Looked, Port, Program};
use doctor::read;

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

fn processes() -> Option<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc").ok()?;
    Some(
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok()),
    )
}

fn name_of(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(
        name.trim_end()
            .chars()
            .filter(|c| !c.is_control())
            .collect(),
    )
}

/// Whether the process is the service, or was started by it.
fn is_ours(pid: u32, service: Option<u32>) -> bool {
    let Some(service) = service else { return false };
    let mut at = pid;
    for _ in 0..DEPTH {
        if at == service {
            return true;
        }
        let stat = fs::read_to_string(format!("/proc/{at}/stat")).unwrap_or_default();
        match read::parent(&stat) {
            Some(parent) if parent > 1 => at = parent,
            _ => return false,
        }
    }
    false
}

fn program(pid: u32, name: String, service: Option<u32>) -> Program {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).into_owned();
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
            let text = fs::read_to_string(path).unwrap_or_default();
            interfaces.extend(read::hostapd_interfaces(&text));
        }
    }
    Program {
        pid,
        name,
        interfaces,
        ours: is_ours(pid, service),
    }
}

/// The programs that manage radios. Names and command lines of processes are for everybody to read,
/// unless `/proc` hides those of others.
pub(crate) fn programs(service: Option<u32>) -> Looked<Vec<Program>> {
    let Some(all) = processes() else {
        return Looked::Unseen("/proc cannot be read".to_owned());
    };
    // Not even the first process is to be seen: hidepid.
    if name_of(1).is_none() {
        return Looked::Unseen("/proc hides the processes of others".to_owned());
    }
    let managers = all.filter_map(|pid| {
        let name = name_of(pid)?;
        MANAGERS
            .contains(&name.as_str())
            .then(|| program(pid, name, service))
    });
    Looked::Seen(managers.collect())
}

/// The process that has the socket of this number open.
pub(crate) fn holder(inode: u64) -> Option<u32> {
    let wanted = format!("socket:[{inode}]");
    processes()?.find(|pid| {
        let links = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten();
        links
            .flatten()
            .any(|link| fs::read_link(link.path()).is_ok_and(|to| to.as_os_str() == &*wanted))
    })
}

/// Who waits at the ports that giving addresses and names needs.
pub(crate) fn ports(service: Option<u32>) -> Looked<Vec<Port>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut read_any = false;
    for (table, wanted) in [
        ("udp", &[53, 67][..]),
        ("udp6", &[53]),
        ("tcp", &[53]),
        ("tcp6", &[53]),
    ] {
        let Ok(text) = fs::read_to_string(format!("/proc/net/{table}")) else {
            continue;
        };
        read_any = true;
        let protocol = table.trim_end_matches('6');
        for socket in read::sockets(&text) {
            let here = wanted.contains(&socket.port) && socket.waits;
            if !here || !seen.insert((table, socket.inode)) {
                continue;
            }
            let process =
                holder(socket.inode).and_then(|pid| Some(program(pid, name_of(pid)?, service)));
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
