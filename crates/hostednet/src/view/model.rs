//! Asks the service for what the view shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

use cause::Cause;
use clock::{Duration, Instant, monotonic};
use dot11::MacAddr;
use wlan_client::{Client, ClientError, EventKind, KeyIdentity};

use super::demo::{Demo, News};
use super::facts::Facts;
use crate::failure::Failure;
use crate::names::{self, Names};
use crate::text;

/// How old what is shown may be while nothing happens.
const AGE: Duration = Duration::from_secs(1);

/// Between two attempts to reach a service that has ended.
const AGAIN: Duration = Duration::from_secs(1);

/// The name under which the service knows the view.
const PROGRAM: &str = "hostednet view";

/// What the view knows, and where from.
#[derive(Debug)]
pub(crate) struct Model<'a> {
    link: Link,
    /// Where a service that has ended may come back; without it the view ends with the service.
    socket: Option<&'a Path>,
    pub(crate) demo: Option<Demo>,
    pub(crate) facts: Facts,
    arrivals: BTreeMap<KeyArrival, BTreeSet<MacAddr>>,
    refused: Vec<String>,
}

#[derive(Debug)]
enum Link {
    Up { client: Client, read_at: Instant },
    Lost { again: Instant },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum KeyArrival {
    Primary,
    Secondary,
    Vendor,
}

impl<'a> Model<'a> {
    /// Of the service in this process, whose network `client` has started.
    pub(crate) fn of_own(
        client: Client,
        demo: Option<Demo>,
        note: Option<String>,
        made_key: bool,
    ) -> Result<Self, Failure> {
        let joining = demo.is_some();
        let mut model = Self::new(client, demo)?;
        model.facts.note = note;
        model.facts.made_key = made_key;
        model.facts.joining = joining;
        Ok(model)
    }

    /// Of a service that runs by itself.
    pub(crate) fn of_service(socket: &'a Path) -> Result<Self, Failure> {
        let mut client = Client::connect(socket, PROGRAM)?;
        client.subscribe()?;
        let mut model = Self::new(client, None)?;
        model.socket = Some(socket);
        Ok(model)
    }

    fn new(mut client: Client, demo: Option<Demo>) -> Result<Self, Failure> {
        let mut facts = Facts {
            started: monotonic(),
            note: None,
            made_key: false,
            joining: false,
            lost: None,
            status: client.query_status()?,
            primary: None,
            secondary: None,
            names: Names::new(),
            frames: BTreeMap::new(),
            traffic: BTreeMap::new(),
            sharing: None,
            lines: std::collections::VecDeque::new(),
        };
        read(&mut client, &mut facts)?;
        Ok(Self {
            link: Link::Up {
                client,
                read_at: monotonic(),
            },
            socket: None,
            demo,
            facts,
            arrivals: BTreeMap::new(),
            refused: Vec::new(),
        })
    }

    /// Takes in what has happened, waiting at most `wait` for the first of it; tells whether there
    /// is something new to show.
    pub(crate) fn update(&mut self, wait: Duration) -> Result<bool, Failure> {
        let changed = match &self.link {
            Link::Up { .. } => match (self.hear(wait), self.socket) {
                (Err(ClientError::Broken { .. }), Some(_)) => {
                    self.lose();
                    true
                }
                (heard, _) => heard?,
            },
            Link::Lost { again } if monotonic() >= *again => self.reconnect(),
            Link::Lost { .. } => {
                thread::sleep(wait);
                // What is shown has become older.
                true
            }
        };
        Ok(self.hear_demo() || changed)
    }

    fn lose(&mut self) {
        self.link = Link::Lost {
            again: monotonic() + AGAIN,
        };
        self.facts.lost = Some(Cause::new(
            "The service has ended.",
            "This view goes on when it comes back.",
        ));
        self.facts.traffic.clear();
        self.facts
            .push(clock::wall(), "the service has ended".into());
    }

    fn reconnect(&mut self) -> bool {
        let Some(socket) = self.socket else {
            return false;
        };
        let attempt = Client::connect(socket, PROGRAM).and_then(|mut client| {
            client.subscribe()?;
            read(&mut client, &mut self.facts)?;
            Ok(client)
        });
        let now = monotonic();
        match attempt {
            Ok(client) => {
                self.link = Link::Up {
                    client,
                    read_at: now,
                };
                self.facts.lost = None;
                self.facts
                    .push(clock::wall(), "the service is there again".into());
                true
            }
            Err(error) => {
                tracing::debug!(%error, "the service is not there yet");
                self.link = Link::Lost { again: now + AGAIN };
                false
            }
        }
    }

    fn hear(&mut self, wait: Duration) -> Result<bool, ClientError> {
        let Link::Up { client, read_at } = &mut self.link else {
            return Ok(false);
        };
        let facts = &mut self.facts;
        let mut changed = false;
        let mut next = Some(wait);
        while let Some(event) = client.next_event(Some(next.take().unwrap_or_default()))? {
            changed = true;
            match &event.kind {
                EventKind::PeerArrived { mac, key } => {
                    let key = match key {
                        KeyIdentity::Primary => KeyArrival::Primary,
                        KeyIdentity::Secondary | KeyIdentity::Retired => KeyArrival::Secondary,
                        KeyIdentity::Vendor => KeyArrival::Vendor,
                    };
                    self.arrivals.entry(key).or_default().insert(*mac);
                    let simulated = facts.status.radio.as_deref() == Some("sim");
                    if simulated && !facts.names.contains_key(mac) {
                        facts.names = client
                            .sim_list()
                            .map(names::of_stations)
                            .unwrap_or_default();
                    }
                }
                EventKind::SecondaryKey { .. } => facts.made_key = false,
                _ => {}
            }
            facts.push(event.at, text::events::sentence(&event.kind, &facts.names));
        }
        if changed || monotonic().since(*read_at) >= AGE {
            read(client, facts)?;
            *read_at = monotonic();
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
                    let text = format!("{name} did not join: {text}");
                    self.facts.push(clock::wall(), text);
                    self.refused.push(name);
                }
                News::AllTried => self.facts.joining = false,
                News::Traffic {
                    name,
                    sent,
                    received,
                } => {
                    let frames = self.facts.frames.entry(name).or_default();
                    frames.sent += u64::from(sent);
                    frames.received += u64::from(received);
                }
            }
        }
        changed
    }

    /// What to say at the end.
    pub(crate) fn summary(&self) -> Vec<String> {
        let count = |key| self.arrivals.get(&key).map_or(0, BTreeSet::len);
        let mut lines = vec![joined(
            count(KeyArrival::Primary),
            count(KeyArrival::Secondary),
            count(KeyArrival::Vendor),
        )];
        let frames = &self.facts.frames;
        if !frames.is_empty() {
            let (sent, received) = frames.values().fold((0, 0), |(sent, received), t| {
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

/// Asks for everything anew. Keys, traffic and addresses may be kept from this user or unknown to
/// this radio: then they are not shown.
fn read(client: &mut Client, facts: &mut Facts) -> Result<(), ClientError> {
    facts.status = client.query_status()?;
    facts.primary = granted(client.query_primary_key())?;
    facts.secondary = granted(client.query_secondary_key())?.flatten();
    let rows = granted(client.query_traffic())?.unwrap_or_default();
    facts.traffic = rows.into_iter().map(|row| (row.mac, row)).collect();
    facts.sharing = granted(client.sharing())?;
    Ok(())
}

fn granted<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(ClientError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
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
