//! Who has a port, as far as `/proc` shows.

use std::fs;

/// The program that has this UDP or TCP port of IPv4 or IPv6: `unbound (process 123)`.
pub(crate) fn of_port(port: u16) -> Option<String> {
    let own = std::process::id();
    for table in ["udp", "udp6", "tcp", "tcp6"] {
        let Ok(text) = fs::read_to_string(format!("/proc/net/{table}")) else {
            continue;
        };
        for inode in inodes(&text, port) {
            if let Some(pid) = owner(&inode)
                && pid != own
            {
                let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
                let name: String = name.chars().filter(|c| !c.is_control()).collect();
                return Some(format!("{name} (process {pid})"));
            }
        }
    }
    None
}

/// The inodes of sockets with this port, those that listen on all addresses first. Lines are `SL
/// LOCAL:PORT REMOTE:PORT STATE QUEUES TIMER RETRANSMIT UID TIMEOUT INODE ...`.
fn inodes(table: &str, port: u16) -> Vec<String> {
    let mut found: Vec<(bool, String)> = table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let (address, local) = fields.get(1)?.rsplit_once(':')?;
            let wildcard = address.bytes().all(|b| b == b'0');
            let ours = u16::from_str_radix(local, 16) == Ok(port);
            ours.then_some((!wildcard, (*fields.get(9)?).to_owned()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, inode)| inode).collect()
}

fn owner(inode: &str) -> Option<u32> {
    let wanted = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    for process in processes {
        let Some(pid) = process.file_name().to_str().and_then(|n| n.parse().ok()) else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let mut links = descriptors.flatten();
        if links.any(|link| fs::read_link(link.path()).is_ok_and(|to| to.as_os_str() == &*wanted)) {
            return Some(pid);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
        \x20 100: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 555 2 0000 0\n\
        \x20 101: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 777 2 0000 0\n\
        \x20 102: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 888 2 0000 0\n";

    #[test]
    fn the_one_on_all_addresses_comes_first() {
        assert_eq!(inodes(TABLE, 53), ["777", "555"]);
        assert_eq!(inodes(TABLE, 67), ["888"]);
        assert_eq!(inodes(TABLE, 99), [""; 0]);
        assert_eq!(inodes("nonsense\nmore", 53), [""; 0]);
    }
}
