//! Why a step was refused, and what people are told.

use cause::Cause;

/// Why a step was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The program for it is not installed.
    Missing,
    /// A port is in use.
    PortTaken {
        /// Which.
        port: u16,
        /// By whom, where that could be seen: `unbound (process 123)`.
        by: Option<String>,
    },
    /// What the system or the program said: one line.
    Said(String),
}

/// Most characters of a program's words that are repeated.
const MOST_WORDS: usize = 300;

impl Refusal {
    /// From what dnsmasq wrote before it ended.
    #[must_use]
    pub fn from_dnsmasq(words: &str) -> Self {
        let last = last_line(words);
        if last.contains("in use") {
            // "failed to bind DHCP server socket", "failed to create listening socket for ADDRESS"
            let port = if last.contains("DHCPv6") {
                547
            } else if last.contains("DHCP") {
                67
            } else {
                53
            };
            return Self::PortTaken { port, by: None };
        }
        Self::Said(last.strip_prefix("dnsmasq: ").unwrap_or(&last).to_owned())
    }

    /// From what nft wrote: its first line says what is wrong, the rest repeats the rules.
    #[must_use]
    pub fn from_nft(words: &str) -> Self {
        let first = words.lines().find(|line| !line.trim().is_empty());
        Self::Said(printable(first.unwrap_or("nft said nothing")))
    }

    /// A port that another program has on all interfaces.
    #[must_use]
    pub fn port_cause(port: u16, by: Option<&str>) -> Cause {
        let what = match port {
            53 => "names (port 53)".to_owned(),
            67 => "addresses (DHCP, port 67)".to_owned(),
            547 => "addresses (DHCPv6, port 547)".to_owned(),
            other => format!("port {other}"),
        };
        let who = by.map_or_else(|| "another program".to_owned(), str::to_owned);
        Cause::new(
            format!("The service of {what} is taken by {who}, which listens on all interfaces."),
            format!(
                "Have it listen on its own interfaces only, or stop it (`ss -lunp sport = :{port}` shows it)."
            ),
        )
    }

    /// As a refusal of dnsmasq.
    #[must_use]
    pub fn of_helper(&self) -> Cause {
        match self {
            Self::Missing => Cause::new(
                "Peers get no addresses: dnsmasq is not installed.",
                "Install the package dnsmasq-base.",
            ),
            Self::PortTaken { port, by } => Self::port_cause(*port, by.as_deref()),
            Self::Said(words) => Cause::new(
                format!(
                    "Peers get no addresses: dnsmasq ended ({}).",
                    printable(words)
                ),
                "See the service's log; it is started again.",
            ),
        }
    }

    /// As a refusal of nft.
    #[must_use]
    pub fn of_rules(&self) -> Cause {
        match self {
            Self::Missing => Cause::new(
                "The internet is not shared: nft is not installed.",
                "Install the package nftables.",
            ),
            other => Cause::new(
                format!(
                    "The internet is not shared: nft refused our table ({}).",
                    other.words()
                ),
                "Load the kernel's modules nf_tables, nft_chain_nat and nft_masq, or use a kernel that has them.",
            ),
        }
    }

    pub(crate) fn of_address(&self, interface: &str) -> Cause {
        Cause::new(
            format!(
                "{interface} could not be given its address: {}.",
                self.words().trim_end_matches('.')
            ),
            "Run the service as root (CAP_NET_ADMIN).",
        )
    }

    pub(crate) fn of_forwarding(&self) -> Cause {
        Cause::new(
            format!(
                "The internet is not shared: the kernel's forwarding cannot be switched on ({}).",
                self.words()
            ),
            "Let the service write /proc/sys/net, or set net.ipv4.ip_forward=1 and \
             net.ipv6.conf.all.forwarding=1 in /etc/sysctl.d.",
        )
    }

    fn words(&self) -> String {
        match self {
            Self::Missing => "the program is not installed".to_owned(),
            Self::PortTaken { port, .. } => format!("port {port} is in use"),
            Self::Said(words) => printable(words),
        }
    }
}

fn last_line(words: &str) -> String {
    let last = words.lines().rev().find(|line| !line.trim().is_empty());
    printable(last.unwrap_or("it said nothing"))
}

fn printable(words: &str) -> String {
    let plain = words.chars().filter(|c| !c.is_control());
    let plain: String = plain.take(MOST_WORDS).collect();
    plain.trim().to_owned()
}
