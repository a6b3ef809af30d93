//! What is written for dnsmasq and for nft.

use core::fmt::Write as _;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::helper::{HelperConfig, Names, Ula};
use crate::subnet::PREFIX;

/// Our table, the only one that is ever touched.
pub const TABLE: &str = "inet hostednet";

/// How long an address is given for in standalone mode. Short, so that peers come over by themselves
/// when sharing is switched on: they ask anew before it has run out.
const STANDALONE_LEASE: &str = "2m";

/// The same in full mode.
const FULL_LEASE: &str = "10m";

/// Whether a name of an interface can be written into rules and configurations as it is: Linux lets a
/// name hold quotation marks and asterisks too, which mean something there.
pub(crate) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:@+-".contains(c);
    (1..=15).contains(&name.len()) && name.chars().all(plain)
}

impl HelperConfig {
    /// dnsmasq's configuration file, closed: nothing from other files, nothing on other interfaces.
    /// `leases` is the path of the lease file.
    #[must_use]
    pub fn text(&self, leases: &str) -> String {
        let HelperConfig {
            interface,
            address,
            routes,
            names,
            v6,
        } = self;
        let [a, b, c, _] = address.octets();
        let (first, last) = (Ipv4Addr::new(a, b, c, 2), Ipv4Addr::new(a, b, c, 254));
        let lease = if *routes {
            FULL_LEASE
        } else {
            STANDALONE_LEASE
        };
        let mut text = format!(
            "# Written by hostednet; a change is lost.\n\
         interface={interface}\n\
         except-interface=lo\n\
         bind-interfaces\n\
         user=root\n\
         group=\n\
         pid-file=\n\
         log-facility=-\n\
         quiet-dhcp\n\
         quiet-dhcp6\n\
         quiet-ra\n\
         no-hosts\n\
         dhcp-range={first},{last},255.255.255.0,{lease}\n\
         dhcp-leasefile={leases}\n\
         dhcp-lease-max=253\n\
         dhcp-authoritative\n\
         dhcp-rapid-commit\n\
         no-ping\n"
        );
        if !routes {
            text.push_str("dhcp-option=option:router\n");
        }
        match names {
            Names::None => text.push_str("port=0\ndhcp-option=option:dns-server\n"),
            Names::Here => text.push_str("domain-needed\nbogus-priv\n"),
            Names::There(servers) => {
                text.push_str("port=0\ndhcp-option=option:dns-server");
                for server in servers {
                    let _ = write!(text, ",{server}");
                }
                text.push('\n');
            }
        }
        if let Some(host) = v6 {
            let network = Ipv6Addr::from_bits(host.to_bits() & !u128::from(u64::MAX));
            let _ = write!(
                text,
                "enable-ra\ndhcp-range={network},ra-only,{},{lease}\n",
                Ula::PREFIX
            );
        }
        text
    }
}

/// Our table as input for nft, in the place of the one that may be there. One input is one transaction.
pub(crate) fn rules(
    interface: &str,
    subnet: Ipv4Addr,
    v6: Option<Ula>,
    upstream: Option<&str>,
) -> String {
    let v6 = v6.map(|ula| format!("{}/{}", ula.network(), Ula::PREFIX));
    let mut text = format!("table {TABLE}\ndelete table {TABLE}\ntable {TABLE} {{\n");
    text.push_str(
        "\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n",
    );
    if let Some(upstream) = upstream {
        // A link with smaller packets than the air's: PPPoE, a tunnel.
        let _ = writeln!(
            text,
            "\t\tiifname \"{interface}\" oifname \"{upstream}\" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu"
        );
        let _ = writeln!(
            text,
            "\t\tiifname \"{interface}\" oifname \"{upstream}\" ip saddr {subnet}/{PREFIX} accept"
        );
        if let Some(v6) = &v6 {
            let _ = writeln!(
                text,
                "\t\tiifname \"{interface}\" oifname \"{upstream}\" ip6 saddr {v6} accept"
            );
        }
        let _ = writeln!(
            text,
            "\t\toifname \"{interface}\" ct state established,related accept"
        );
    }
    let _ = write!(
        text,
        "\t\tiifname \"{interface}\" drop\n\t\toifname \"{interface}\" drop\n\t}}\n"
    );
    if let Some(upstream) = upstream {
        text.push_str(
            "\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n",
        );
        let _ = writeln!(
            text,
            "\t\toifname \"{upstream}\" ip saddr {subnet}/{PREFIX} masquerade"
        );
        if let Some(v6) = &v6 {
            let _ = writeln!(text, "\t\toifname \"{upstream}\" ip6 saddr {v6} masquerade");
        }
        text.push_str("\t}\n");
    }
    text.push_str("}\n");
    text
}
