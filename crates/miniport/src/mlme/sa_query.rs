//! Whether a station with protected management frames is still there (802.11-2020, 11.13).
//!
//! ```text
//! association request in clear from a protected station
//!   --> refused for now, "come back in about a second"; the station is asked, under protection
//!         answers      --> nothing has happened
//!         stays silent --> the next association request is taken
//! ```
//!
//! So nobody ends an association by asking for another one in its name.

use std::collections::{BTreeMap, BTreeSet};

use clock::{Duration, Instant};
use dot11::MacAddr;
use dot11::frame::{ManagementAddresses, SaQuery};
use radio::Command;
use serde::{Deserialize, Serialize};

use super::rejection::Rejection;
use super::{Context, Mlme};
use crate::key_table::Protection;

/// A time unit.
const TU: Duration = Duration::from_micros(1_024);
/// A station that does not answer is asked again after this (dot11AssociationSAQueryRetryTimeout).
const RETRY: Duration = Duration::from_micros(201 * 1_024);
/// Silence after so many questions is an answer too. They take 1005 time units, where
/// dot11AssociationSAQueryMaximumTimeout is 1000; questions are counted and not time alone, so that a
/// machine that was busy meanwhile does not take its own silence for the station's.
const QUESTIONS: u32 = 5;
/// A station that stayed silent may be replaced for this long; then it would be asked anew.
const REPLACEABLE: Duration = Duration::from_secs(10);

/// How far the question to one station has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Procedure {
    /// With the identifiers used so far.
    Asking(Vec<u16>),
    Unanswered,
}

/// The questions under way.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Queries {
    /// Each with when it wants attention.
    procedures: BTreeMap<MacAddr, (Instant, Procedure)>,
    timers: BTreeSet<(Instant, MacAddr)>,
    last_transaction: u16,
}

impl Queries {
    fn set(&mut self, peer: MacAddr, at: Instant, procedure: Procedure) {
        self.forget(peer);
        self.timers.insert((at, peer));
        self.procedures.insert(peer, (at, procedure));
    }

    /// The question is settled, or its station gone.
    pub(super) fn forget(&mut self, peer: MacAddr) -> bool {
        match self.procedures.remove(&peer) {
            Some((at, _)) => self.timers.remove(&(at, peer)),
            None => false,
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Whether the station was asked lately and stayed silent.
    fn is_unanswered(&self, peer: MacAddr) -> bool {
        matches!(self.procedures.get(&peer), Some((_, Procedure::Unanswered)))
    }
}

impl Mlme {
    /// Whether management frames of this station are protected right now: agreed on, and with a key
    /// that works.
    pub(super) fn is_protected(&self, peer: MacAddr, cx: &Context<'_>) -> bool {
        self.agreed_on_protection(peer)
            && self.is_associated(peer)
            && cx.keys.protection(peer) == Protection::Working
    }

    pub(super) fn agreed_on_protection(&self, peer: MacAddr) -> bool {
        self.stations
            .get(&peer)
            .is_some_and(|station| station.management_protection)
    }

    /// An association request came in the name of `peer`. In how many time units it may come again, when
    /// the association that is there must be asked first.
    pub(super) fn must_ask_first(&mut self, peer: MacAddr, cx: &mut Context<'_>) -> Option<u32> {
        if !self.is_protected(peer, cx) || self.queries.is_unanswered(peer) {
            return None;
        }
        if !self.queries.procedures.contains_key(&peer) {
            self.ask(peer, Vec::new(), cx);
        }
        let Some((next, Procedure::Asking(transactions))) = self.queries.procedures.get(&peer)
        else {
            return None;
        };
        let asked = u32::try_from(transactions.len()).unwrap_or(QUESTIONS);
        let left = next.since(cx.now) + RETRY * QUESTIONS.saturating_sub(asked);
        // The answer to "is it over?" must be there when the request comes again.
        let units = left.as_micros().div_ceil(TU.as_micros()).saturating_add(1);
        Some(u32::try_from(units).unwrap_or(u32::MAX))
    }

    fn ask(&mut self, peer: MacAddr, mut transactions: Vec<u16>, cx: &mut Context<'_>) {
        let transaction = self.queries.last_transaction.wrapping_add(1);
        self.queries.last_transaction = transaction;
        transactions.push(transaction);
        let addresses = ManagementAddresses::from_ap(self.bss.bssid, peer);
        cx.out.send(Command::SendManagement {
            frame: SaQuery::Request(transaction).frame(addresses),
        });
        let procedure = Procedure::Asking(transactions);
        self.queries.set(peer, cx.now + RETRY, procedure);
    }

    /// Time passed.
    pub(super) fn query_timeouts(&mut self, cx: &mut Context<'_>) {
        while let Some((at, peer)) = self.queries.timers.first().copied() {
            if at > cx.now {
                break;
            }
            let procedure = self.queries.procedures.get(&peer).map(|(_, p)| p.clone());
            self.queries.forget(peer);
            match procedure {
                Some(Procedure::Asking(asked)) if asked.len() >= QUESTIONS as usize => {
                    let until = cx.now + REPLACEABLE;
                    self.queries.set(peer, until, Procedure::Unanswered);
                }
                Some(Procedure::Asking(transactions)) => self.ask(peer, transactions, cx),
                Some(Procedure::Unanswered) | None => {}
            }
        }
    }

    /// A station said something about its association, under protection.
    pub(super) fn handle_sa_query(
        &mut self,
        peer: MacAddr,
        query: SaQuery,
        cx: &mut Context<'_>,
    ) -> Result<(), Rejection> {
        match query {
            SaQuery::Request(transaction) => {
                let addresses = ManagementAddresses::from_ap(self.bss.bssid, peer);
                cx.out.send(Command::SendManagement {
                    frame: SaQuery::Response(transaction).frame(addresses),
                });
                Ok(())
            }
            SaQuery::Response(transaction) => {
                let asked = match self.queries.procedures.get(&peer) {
                    Some((_, Procedure::Asking(asked))) => asked.contains(&transaction),
                    // Late, but it is there.
                    Some((_, Procedure::Unanswered)) => true,
                    None => false,
                };
                if asked && self.queries.forget(peer) {
                    Ok(())
                } else {
                    Err(Rejection::Unasked)
                }
            }
        }
    }
}
