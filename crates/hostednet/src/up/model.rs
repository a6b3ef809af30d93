//! What the view shows: the last status, names, traffic and the latest events.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cause::Cause;
use clock::{Duration, Instant, WallTime, monotonic};
use dot11::MacAddr;
use wlan_client::{Client, ClientError, EventKind, KeyIdentity, Status};
use wlan_model::{PrimaryKey, SecondaryKey};

use super::demo::{Demo, News};
use crate::failure::Failure;
use crate::json::{Names, names};
use crate::text;

/// Events kept for the view.
const KEPT: usize = 200;

/// Frames of a simulated station and how many came back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// A line of the view's log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: WallTime,
    pub(crate) text: String,
}

/// Everything the view knows.
#[derive(Debug)]
pub(crate) struct Model {
    client: Client,
    pub(crate) demo: Option<Demo>,
    pub(crate) note: Option<String>,
    /// The secondary key was made for this run.
    pub(crate) made_key: bool,
    pub(crate) status: Status,
    pub(crate) primary: Option<PrimaryKey>,
    pub(crate) secondary: Option<(SecondaryKey, bool)>,
    pub(crate) names: Names,
    pub(crate) traffic: BTreeMap<String, Traffic>,
    pub(crate) lines: VecDeque<Line>,
    pub(crate) started: Instant,
    arrivals: BTreeMap<KeyArrival, BTreeSet<MacAddr>>,
    refused: Vec<String>,
    tried: bool,
    read_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum KeyArrival {
    Primary,
    Secondary,
    Vendor,
}

impl Model {
    /// From a client that subscribed and started the network.
    pub(crate) fn new(
        mut client: Client,
        demo: Option<Demo>,
        note: Option<String>,
        made_key: bool,
    ) -> Result<Self, Failure> {
        let status = client.query_status()?;
        let mut model = Self {
            client,
            demo,
            note,
            made_key,
            status,
            primary: None,
            secondary: None,
            names: Names::new(),
            traffic: BTreeMap::new(),
            lines: VecDeque::new(),
            started: monotonic(),
            arrivals: BTreeMap::new(),
            refused: Vec::new(),
            tried: false,
            read_at: Instant::ZERO,
        };
        model.read()?;
        Ok(model)
    }

    /// Takes in what has happened, waiting at most `wait` for the first of it; tells whether there
    /// is something new to show.
    pub(crate) fn update(&mut self, wait: Duration) -> Result<bool, Failure> {
        let mut changed = false;
        let mut next = Some(wait);
        while let Some(event) = self
            .client
            .next_event(Some(next.take().unwrap_or_default()))?
        {
            changed = true;
            match &event.kind {
                EventKind::PeerArrived { mac, key } => {
                    let key = match key {
                        KeyIdentity::Primary => KeyArrival::Primary,
                        KeyIdentity::Secondary | KeyIdentity::Retired => KeyArrival::Secondary,
                        KeyIdentity::Vendor => KeyArrival::Vendor,
                    };
                    self.arrivals.entry(key).or_default().insert(*mac);
                    if self.demo.is_some() && !self.names.contains_key(mac) {
                        self.names = names(self.client.sim_list()?);
                    }
                }
                EventKind::SecondaryKey { .. } => self.made_key = false,
                _ => {}
            }
            self.push(event.at, text::event(&event.kind, &self.names));
        }
        changed |= self.hear_demo();
        let age = monotonic().since(self.read_at);
        if changed || age >= Duration::from_secs(1) {
            self.read()?;
            changed = true;
        }
        Ok(changed)
    }

    fn hear_demo(&mut self) -> bool {
        let Some(demo) = &self.demo else { return false };
        let news: Vec<News> = demo.news.try_iter().collect();
        let changed = !news.is_empty();
        for news in news {
            match news {
                // The service's own event says so, too.
                News::Joined { name, key } => tracing::debug!(name, ?key, "joined"),
                News::Refused { name, text } => {
                    self.push(clock::wall(), format!("{name} did not join: {text}"));
                    self.refused.push(name);
                }
                News::AllTried => self.tried = true,
                News::Traffic {
                    name,
                    sent,
                    received,
                } => {
                    let traffic = self.traffic.entry(name).or_default();
                    traffic.sent += u64::from(sent);
                    traffic.received += u64::from(received);
                }
            }
        }
        changed
    }

    fn read(&mut self) -> Result<(), ClientError> {
        self.read_at = monotonic();
        self.status = self.client.query_status()?;
        self.primary = self.client.query_primary_key().ok();
        self.secondary = self.client.query_secondary_key()?;
        Ok(())
    }

    fn push(&mut self, at: WallTime, text: String) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(Line { at, text });
    }

    /// Whether stations are still on their way in.
    pub(crate) const fn is_joining(&self) -> bool {
        self.demo.is_some() && !self.tried
    }

    /// What to say at the end.
    pub(crate) fn summary(&self) -> Vec<String> {
        let count = |key| self.arrivals.get(&key).map_or(0, BTreeSet::len);
        let mut lines = vec![joined(
            count(KeyArrival::Primary),
            count(KeyArrival::Secondary),
            count(KeyArrival::Vendor),
        )];
        if !self.traffic.is_empty() {
            let (sent, received) = self.traffic.values().fold((0, 0), |(sent, received), t| {
                (sent + t.sent, received + t.received)
            });
            lines.push(format!("{received} of {sent} encrypted frames came back"));
        }
        lines
    }

    /// A demonstration whose stations did not all get in has failed.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        if self.refused.is_empty() {
            return Ok(());
        }
        Err(Failure::Failed(Cause::new(
            format!("These stations did not join: {}.", first_few(&self.refused)),
            "See the lines above for the reasons.",
        )))
    }
}

/// Stations by what let them in; extensions are named only where there were any.
fn joined(primary: usize, secondary: usize, vendor: usize) -> String {
    let total = primary + secondary + vendor;
    let s = if total == 1 { "" } else { "s" };
    let ours = format!("{primary} with the primary key, {secondary} with the secondary key");
    match vendor {
        0 => format!("{total} station{s} joined: {ours}"),
        _ => format!("{total} station{s} joined: {ours}, {vendor} by an extension"),
    }
}

fn first_few(names: &[String]) -> String {
    const FEW: usize = 5;
    let shown = names.get(..FEW).unwrap_or(names).join(", ");
    match names.len().saturating_sub(FEW) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_peers_of_extensions_where_there_are_any() {
        assert_eq!(
            joined(3, 3, 0),
            "6 stations joined: 3 with the primary key, 3 with the secondary key"
        );
        assert_eq!(
            joined(0, 0, 1),
            "1 station joined: 0 with the primary key, 0 with the secondary key, 1 by an extension"
        );
    }
}
