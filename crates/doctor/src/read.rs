//! What the system's files say, read from their text. Takes anything; what makes no sense is left out.

/// A socket in one of the tables of `/proc/net`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// The local address.
    pub address: String,
    /// The local port.
    pub port: u16,
    /// The remote end is not set: it waits for anybody.
    pub waits: bool,
    /// Whose it is.
    pub uid: u32,
    /// Its number, as the links in `/proc/PID/fd` name it.
    pub inode: u64,
}

/// The sockets of `/proc/net/udp`, `udp6`, `tcp` or `tcp6` (kernel documentation "proc_net_tcp").
#[must_use]
pub fn sockets(table: &str) -> Vec<Socket> {
    let read = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let (address, port) = fields.nth(1)?.split_once(':')?;
        let (_, remote_port) = fields.next()?.split_once(':')?;
        Some(Socket {
            address: address_of(address)?,
            port: u16::from_str_radix(port, 16).ok()?,
            waits: u16::from_str_radix(remote_port, 16).ok()? == 0,
            uid: fields.nth(4)?.parse().ok()?,
            inode: fields.nth(1)?.parse().ok()?,
        })
    };
    table.lines().skip(1).filter_map(read).collect()
}

/// Words of 32 bits in the machine's own order, which here is little-endian.
fn address_of(hex: &str) -> Option<String> {
    let word = |at: usize| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok();
    match hex.len() {
        8 => Some(core::net::Ipv4Addr::from(word(0)?.swap_bytes()).to_string()),
        32 => {
            let mut bits = 0u128;
            for at in [0, 8, 16, 24] {
                bits = bits << 32 | u128::from(word(at)?.swap_bytes());
            }
            Some(core::net::Ipv6Addr::from(bits).to_string())
        }
        _ => None,
    }
}

/// The interfaces that a command line (`/proc/PID/cmdline`, split at its zero bytes) names with `-i`,
/// and the operands and files it ends with.
#[must_use]
pub fn named_interfaces(arguments: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("-i") {
            Some("") => out.extend(arguments.next().map(|name| (*name).to_owned())),
            Some(name) => out.push(name.to_owned()),
            None => {}
        }
    }
    out.retain(|name| is_interface_name(name));
    out
}

/// The interfaces that a configuration of hostapd names.
#[must_use]
pub fn hostapd_interfaces(configuration: &str) -> Vec<String> {
    let value = |line: &str| {
        let (key, value) = line.split_once('=')?;
        let is_name = matches!(key.trim(), "interface" | "bss");
        is_name.then(|| value.trim().to_owned())
    };
    let names = configuration.lines().filter_map(value);
    names.filter(|name| is_interface_name(name)).collect()
}

fn is_interface_name(name: &str) -> bool {
    (1..=15).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b'/')
}

/// Whether NetworkManager manages a device, by its state file (`/run/NetworkManager/devices/INDEX`).
#[must_use]
pub fn network_manager_manages(state: &str) -> Option<bool> {
    let value = state
        .lines()
        .find_map(|line| line.trim().strip_prefix("managed="))?;
    match value.trim() {
        "true" | "1" | "managed" => Some(true),
        "false" | "0" | "unmanaged" => Some(false),
        _ => None,
    }
}

/// The effective capabilities in `/proc/PID/status`.
#[must_use]
pub fn effective_capabilities(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

/// The effective user in `/proc/PID/status`: of four numbers the second.
#[must_use]
pub fn effective_user(status: &str) -> Option<u32> {
    effective("Uid:", status)
}

/// The effective group in `/proc/PID/status`, and the supplementary ones.
#[must_use]
pub fn effective_groups(status: &str) -> Vec<u32> {
    let others = status.lines().find_map(|line| line.strip_prefix("Groups:"));
    let others = others.unwrap_or_default().split_ascii_whitespace();
    let others = others.filter_map(|number| number.parse().ok());
    effective("Gid:", status)
        .into_iter()
        .chain(others)
        .collect()
}

fn effective(key: &str, status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The parent in `/proc/PID/stat`, counted from the name's closing parenthesis.
#[must_use]
pub fn parent(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The interface of the default route in `/proc/net/route`, that with the lowest metric.
#[must_use]
pub fn default_route(table: &str) -> Option<String> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (name, to, mask) = (fields.first()?, fields.get(1)?, fields.get(7)?);
        let metric: u32 = fields.get(6)?.parse().ok()?;
        (*to == "00000000" && *mask == "00000000").then(|| (metric, (*name).to_owned()))
    };
    let best = table.lines().skip(1).filter_map(read).min();
    best.map(|(_, name)| name)
}

/// The number of a group in `/etc/group`.
#[must_use]
pub fn group_number(groups: &str, name: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?
    })
}

/// The group whose members are privileged, by the policy's text.
#[must_use]
pub fn privileged_group(policy: &str) -> Option<String> {
    policy.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.split('#').next()?.trim().trim_matches('"');
        (key.trim() == "privileged_group" && !value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UDP: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            \n\
        \x20 143: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5519 2 00000000b1e0 0         \n\
        \x20 160: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 1234 2 000000009c3a 0         \n\
        \x20 161: 0100A8C0:8235 08080808:0035 01 00000000:00000000 00:00000000 00000000  1000        0 77 2 000000009c3a 0         \n";
    const UDP6: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
        \x20 143: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 42 2 0000 0\n";

    #[test]
    fn sockets_are_read_as_the_kernel_writes_them() {
        let found = sockets(UDP);
        assert_eq!(found.len(), 3);
        assert_eq!(
            found[0],
            Socket {
                address: "0.0.0.0".into(),
                port: 67,
                waits: true,
                uid: 0,
                inode: 5519
            }
        );
        assert_eq!(
            (found[1].address.as_str(), found[1].uid),
            ("127.0.0.53", 101)
        );
        assert!(!found[2].waits);
        assert_eq!(sockets(UDP6)[0].address, "::1");
        assert_eq!(sockets("head\nnonsense\n1: zz:zz\n"), []);
    }

    #[test]
    fn command_lines_and_configurations_name_their_interfaces() {
        let of = |line: &str| named_interfaces(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(of("wpa_supplicant -B -i wlan0 -c /x"), ["wlan0"]);
        assert_eq!(of("wpa_supplicant -iwlan1 -N -i wlan2"), ["wlan1", "wlan2"]);
        assert_eq!(of("wpa_supplicant -u -s -O /run/wpa"), [""; 0]);
        assert_eq!(of("-i wlan0"), [""; 0]);
        let conf = "# interface=no\ninterface=wlan0\ndriver=nl80211\nbss=wlan0_1\ninterface=much-too-long-for-one\n";
        assert_eq!(hostapd_interfaces(conf), ["wlan0", "wlan0_1"]);
    }

    #[test]
    fn network_managers_state_files_say_what_it_manages() {
        let managed = "[device]\nmanaged=true\nconnection-uuid=2e\n";
        assert_eq!(network_manager_manages(managed), Some(true));
        assert_eq!(
            network_manager_manages("[device]\nmanaged=false\n"),
            Some(false)
        );
        assert_eq!(network_manager_manages("[device]\n"), None);
        assert_eq!(network_manager_manages("managed=perhaps"), None);
    }

    #[test]
    fn files_of_proc_are_read() {
        assert_eq!(
            effective_capabilities("Name:\tx\nCapEff:\t0000000000003000\n"),
            Some(0x3000)
        );
        assert_eq!(effective_capabilities("Name:\tx\n"), None);
        let status = "Uid:\t1000\t0\t1000\t1000\nGid:\t5\t6\t5\t5\nGroups:\t4 24 998 \n";
        assert_eq!(effective_user(status), Some(0));
        assert_eq!(effective_groups(status), [6, 4, 24, 998]);
        assert_eq!(effective_user("Uid:\t1000\n"), None);
        assert_eq!(effective_groups("Groups:\t\n"), [0; 0]);
        assert_eq!(parent("12 (a) b) S 7 12"), Some(7));
        assert_eq!(parent("12"), None);
        let routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
            eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
            eth0\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
        assert_eq!(default_route(routes), Some("eth0".into()));
        assert_eq!(default_route("Iface\n"), None);
    }

    #[test]
    fn the_privileged_group_is_read_from_policy_and_groups() {
        let policy = "#privileged_group = \"no\"\nprivileged_group = \"hostednet\" # ours\n";
        assert_eq!(privileged_group(policy), Some("hostednet".into()));
        assert_eq!(privileged_group("# nothing\n"), None);
        let groups = "root:x:0:\nhostednet:x:998:anna\nbroken\n";
        assert_eq!(group_number(groups, "hostednet"), Some(998));
        assert_eq!(group_number(groups, "host"), None);
        assert_eq!(group_number(groups, "broken"), None);
    }
}
