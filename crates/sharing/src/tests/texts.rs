//! What is written for dnsmasq and nft, word for word.

use core::net::Ipv4Addr;

use super::ULA;
use crate::texts::rules;
use crate::{HelperConfig, Names};

fn config(routes: bool, names: Names) -> HelperConfig {
    HelperConfig {
        interface: "hosted0".into(),
        address: Ipv4Addr::new(192, 168, if routes { 137 } else { 173 }, 1),
        routes,
        names,
        v6: None,
    }
}

const COMMON: &str = "interface=hosted0\nexcept-interface=lo\nbind-interfaces\nuser=root\ngroup=\n\
    pid-file=\nlog-facility=-\nquiet-dhcp\nquiet-dhcp6\nquiet-ra\nno-hosts\n";
const DHCP: &str = "dhcp-leasefile=/run/l\ndhcp-lease-max=253\ndhcp-authoritative\n\
    dhcp-rapid-commit\nno-ping\n";

fn text(config: &HelperConfig) -> String {
    let text = config.text("/run/l");
    let (comment, rest) = text.split_once('\n').unwrap();
    assert!(comment.starts_with('#'));
    rest.to_owned()
}

#[test]
fn standalone_dnsmasq_gives_neither_router_nor_names() {
    assert_eq!(
        text(&config(false, Names::None)),
        format!(
            "{COMMON}dhcp-range=192.168.173.2,192.168.173.254,255.255.255.0,2m\n{DHCP}\
             dhcp-option=option:router\nport=0\ndhcp-option=option:dns-server\n"
        )
    );
}

#[test]
fn full_dnsmasq_gives_names_and_ipv6() {
    let mut config = config(true, Names::Here);
    config.v6 = Some(ULA.host());
    assert_eq!(
        text(&config),
        format!(
            "{COMMON}dhcp-range=192.168.137.2,192.168.137.254,255.255.255.0,10m\n{DHCP}\
             domain-needed\nbogus-priv\nenable-ra\ndhcp-range=fd01:203:405::,ra-only,64,10m\n"
        )
    );
}

#[test]
fn dnsmasq_without_port_53_names_others() {
    let servers = vec![Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(9, 9, 9, 9)];
    let text = text(&config(true, Names::There(servers)));
    assert!(text.ends_with("port=0\ndhcp-option=option:dns-server,10.0.0.1,9.9.9.9\n"));
}

#[test]
fn the_table_of_full_mode() {
    let subnet = Ipv4Addr::new(192, 168, 137, 0);
    assert_eq!(
        rules("hosted0", subnet, Some(ULA), Some("eth0")),
        r#"table inet hostednet
delete table inet hostednet
table inet hostednet {
	chain forward {
		type filter hook forward priority filter; policy accept;
		iifname "hosted0" oifname "eth0" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
		iifname "hosted0" oifname "eth0" ip saddr 192.168.137.0/24 accept
		iifname "hosted0" oifname "eth0" ip6 saddr fd01:203:405::/64 accept
		oifname "hosted0" ct state established,related accept
		iifname "hosted0" drop
		oifname "hosted0" drop
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "eth0" ip saddr 192.168.137.0/24 masquerade
		oifname "eth0" ip6 saddr fd01:203:405::/64 masquerade
	}
}
"#
    );
}

#[test]
fn the_table_without_an_upstream_lets_nothing_through() {
    let subnet = Ipv4Addr::new(192, 168, 173, 0);
    assert_eq!(
        rules("hosted0", subnet, None, None),
        r#"table inet hostednet
delete table inet hostednet
table inet hostednet {
	chain forward {
		type filter hook forward priority filter; policy accept;
		iifname "hosted0" drop
		oifname "hosted0" drop
	}
}
"#
    );
}
