//! dnsmasq's lease file: `EXPIRES MAC ADDRESS NAME CLIENT-ID`, one lease a line.

use core::net::IpAddr;
use std::collections::BTreeMap;

use clock::WallTime;
use dot11::MacAddr;
use wlan_rpc::Lease;

/// Most leases that are read: more than a subnet has addresses.
const MOST: usize = 1024;

/// Longest name that is kept, in characters.
const MOST_NAME: usize = 64;

/// Reads the file. Lines that are something else are passed over, one without its end too: the file may
/// be in the making.
pub(crate) fn parse(text: &str) -> Vec<Lease> {
    let whole = text.rfind('\n').and_then(|end| text.get(..end));
    whole
        .unwrap_or_default()
        .lines()
        .filter_map(line)
        .take(MOST)
        .collect()
}

fn line(text: &str) -> Option<Lease> {
    let mut words = text.split(' ');
    let expires: u64 = words.next()?.parse().ok()?;
    let mac: MacAddr = words.next()?.parse().ok()?;
    let address: IpAddr = words.next()?.parse().ok()?;
    let name = words.next()?;
    Some(Lease {
        mac,
        address,
        host_name: host_name(name),
        expires: (expires > 0).then(|| WallTime::from_unix_millis(expires.saturating_mul(1000))),
    })
}

/// What a peer calls itself, as far as it can be shown: the peer chose it, so it may be anything.
fn host_name(name: &str) -> Option<String> {
    let shown = |c: &char| c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric());
    let name: String = name.chars().filter(shown).take(MOST_NAME).collect();
    (!name.is_empty() && name != "*").then_some(name)
}

/// Who has an address, and who was told of.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    rows: Vec<Lease>,
    seen: BTreeMap<(MacAddr, IpAddr), Seen>,
    /// The file has been read since the helper was started: what it held before was not given now.
    primed: bool,
}

#[derive(Debug)]
struct Seen {
    expires: Option<WallTime>,
    host_name: Option<String>,
    told: bool,
}

impl Leases {
    pub(crate) fn rows(&self) -> &[Lease] {
        &self.rows
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes what the file holds; returns what is new in it.
    pub(crate) fn update(&mut self, text: &str, belongs: impl Fn(IpAddr) -> bool) -> Vec<Lease> {
        self.rows = parse(text)
            .into_iter()
            .filter(|lease| belongs(lease.address))
            .collect();
        self.rows.sort_by_key(|lease| (lease.mac, lease.address));
        let mut news = Vec::new();
        let primed = core::mem::replace(&mut self.primed, true);
        for lease in &self.rows {
            let key = (lease.mac, lease.address);
            let told = match self.seen.get(&key) {
                None => primed,
                Some(seen) if seen.told => seen.host_name != lease.host_name,
                Some(seen) => seen.expires != lease.expires,
            };
            let before = self.seen.get(&key).is_some_and(|seen| seen.told);
            if told {
                news.push(lease.clone());
            }
            self.seen.insert(
                key,
                Seen {
                    expires: lease.expires,
                    host_name: lease.host_name.clone(),
                    told: told || before,
                },
            );
        }
        if self.seen.len() > MOST {
            let rows = &self.rows;
            self.seen
                .retain(|key, _| rows.iter().any(|lease| (lease.mac, lease.address) == *key));
        }
        news
    }
}
