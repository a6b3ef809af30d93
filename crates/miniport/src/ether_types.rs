//! EtherTypes with rules of their own: those that come up to extensions, and those whose frames may
//! pass in clear (native-80211-ihv reference, 6.3 and 6.4).
//!
//! Two lists, one command: the radio has one rule for each EtherType. Changes go down one after the
//! other, so that a refused one leaves exactly what was in force before.

use std::collections::{BTreeSet, VecDeque};

use dot11::{ETHERTYPE_EAPOL, ETHERTYPE_MIN, MAX_PAYLOAD, MacAddr};
use oid::{
    ExemptionAction, ExemptionPackets, Failure, NdisStatus, PrivacyExemption, RequestId,
    SecurityRequest,
};
use radio::{Arrival, Command, CommandError, EtherTypeRule};
use serde::{Deserialize, Serialize};

use crate::outbox::{Outbox, Pending, failure, radio_failure};

/// `uPrivacyExemptionListSize`, and the most EtherTypes that come up.
pub(crate) const MAX_ENTRIES: usize = 64;

/// What the service has set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Lists {
    handed_up: BTreeSet<u16>,
    exemptions: Vec<PrivacyExemption>,
}

/// One list replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Change {
    HandedUp(BTreeSet<u16>),
    Exemptions(Vec<PrivacyExemption>),
}

/// The lists of one port.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct EtherTypes {
    in_force: Lists,
    /// What the radio has been told and has not answered, and for whom.
    under_way: Option<(Option<RequestId>, Lists)>,
    waiting: VecDeque<(RequestId, Change)>,
}

impl Lists {
    fn with(&self, change: Change) -> Self {
        let mut lists = self.clone();
        match change {
            Change::HandedUp(types) => lists.handed_up = types,
            Change::Exemptions(entries) => lists.exemptions = entries,
        }
        lists
    }

    /// One rule for each EtherType. EAPOL is none of them: the radio has rules for it anyway, which
    /// are those of [`ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE`].
    fn rules(&self) -> Vec<EtherTypeRule> {
        let exempt = self.exemptions.iter().map(|entry| entry.ethertype);
        let types: BTreeSet<u16> = exempt.chain(self.handed_up.iter().copied()).collect();
        let rule = |ether_type| EtherTypeRule {
            ether_type,
            hand_up: self.handed_up.contains(&ether_type),
            unicast: self.arrival(ether_type, ExemptionPackets::UNICAST),
            group: self.arrival(ether_type, ExemptionPackets::MULTICAST),
        };
        let known = types.into_iter().filter(|t| *t != ETHERTYPE_EAPOL);
        known.map(rule).collect()
    }

    /// The first matching entry wins.
    fn action(&self, ether_type: u16, packets: ExemptionPackets) -> Option<ExemptionAction> {
        let matches = |e: &&PrivacyExemption| {
            e.ethertype == ether_type && (e.packets.0 & packets.0 == packets.0)
        };
        self.exemptions.iter().find(matches).map(|e| e.action)
    }

    fn arrival(&self, ether_type: u16, packets: ExemptionPackets) -> Arrival {
        match self.action(ether_type, packets) {
            Some(ExemptionAction::ALWAYS) => Arrival::InClear,
            Some(ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE) => Arrival::InClearWithoutKey,
            _ => Arrival::Protected,
        }
    }
}

impl EtherTypes {
    /// [`SecurityRequest::ReceiveEtherTypes`] or [`SecurityRequest::PrivacyExemptionList`]. Without a
    /// radio the lists are kept for it.
    pub(crate) fn set(
        &mut self,
        id: RequestId,
        request: SecurityRequest,
        has_radio: bool,
        out: &mut Outbox,
    ) {
        let change = match request {
            SecurityRequest::ReceiveEtherTypes(types) => check_types(types).map(Change::HandedUp),
            SecurityRequest::PrivacyExemptionList(entries) => {
                check_exemptions(entries).map(Change::Exemptions)
            }
            other => unreachable!("{other:?} is no list of EtherTypes"),
        };
        match change {
            Err(failure) => out.fail(id, &failure),
            Ok(change) if !has_radio => {
                self.in_force = self.in_force.with(change);
                out.done(id);
            }
            Ok(change) => {
                self.waiting.push_back((id, change));
                self.next(out);
            }
        }
    }

    /// Tells the radio of the next change, one at a time.
    fn next(&mut self, out: &mut Outbox) {
        while self.under_way.is_none() {
            let Some((id, change)) = self.waiting.pop_front() else {
                return;
            };
            let lists = self.in_force.with(change);
            if lists.rules() == self.in_force.rules() {
                self.in_force = lists;
                out.done(id);
            } else {
                self.tell(Some(id), lists, out);
            }
        }
    }

    fn tell(&mut self, request: Option<RequestId>, lists: Lists, out: &mut Outbox) {
        let command = Command::SetEtherTypes(lists.rules());
        out.send_for(command, Pending::EtherTypes(request));
        self.under_way = Some((request, lists));
    }

    /// The radio answered.
    pub(crate) fn settled(
        &mut self,
        request: Option<RequestId>,
        result: Result<(), CommandError>,
        out: &mut Outbox,
    ) {
        if self.under_way.as_ref().is_none_or(|(r, _)| *r != request) {
            if let Some(id) = request {
                out.fail(id, &was_reset());
            }
            return;
        }
        let Some((_, lists)) = self.under_way.take() else {
            return;
        };
        match (result, request) {
            (Ok(()), _) => {
                self.in_force = lists;
                if let Some(id) = request {
                    out.done(id);
                }
            }
            (Err(error), Some(id)) => out.fail(id, &radio_failure(error)),
            // A radio that came back without what it could do before.
            (Err(_), None) => self.in_force = Lists::default(),
        }
        self.next(out);
    }

    /// A radio arrived: it is told what is in force.
    pub(crate) fn radio_arrived(&mut self, out: &mut Outbox) {
        if self.under_way.is_none() && !self.in_force.rules().is_empty() {
            self.tell(None, self.in_force.clone(), out);
        }
    }

    /// The radio is gone. Whoever waits for its answer has been told by
    /// [`Outbox::abandon`]; the others hear it here.
    pub(crate) fn radio_lost(&mut self, why: &Failure, out: &mut Outbox) {
        self.under_way = None;
        for (id, _) in core::mem::take(&mut self.waiting) {
            out.fail(id, why);
        }
    }

    /// Every command under way was given up, though the radio carries it out: it is told again what
    /// is in force.
    pub(crate) fn commands_abandoned(&mut self, out: &mut Outbox) {
        if self.under_way.take().is_some() {
            self.tell(None, self.in_force.clone(), out);
        }
    }

    /// A reset that restores defaults: both lists are empty.
    pub(crate) fn clear(&mut self, has_radio: bool, out: &mut Outbox) {
        for (id, _) in core::mem::take(&mut self.waiting) {
            out.fail(id, &was_reset());
        }
        // Who waits for the radio hears of it when it answers.
        self.under_way = None;
        let before = core::mem::take(&mut self.in_force);
        if has_radio && !before.rules().is_empty() {
            out.send(Command::SetEtherTypes(Vec::new()));
        }
    }

    /// Whether frames of this EtherType come up.
    pub(crate) fn is_handed_up(&self, ether_type: u16) -> bool {
        self.in_force.handed_up.contains(&ether_type)
    }

    /// The command that sends a frame (reference 6.2).
    ///
    /// # Errors
    /// INVALID_DATA for what cannot be sent, INVALID_LENGTH for what does not fit.
    pub(crate) fn send(
        &self,
        peer: MacAddr,
        ether_type: u16,
        payload: Vec<u8>,
    ) -> Result<Command, Failure> {
        check_type(ether_type)?;
        if payload.len() > MAX_PAYLOAD {
            return Err(failure(
                NdisStatus::INVALID_LENGTH,
                "The packet is too long for a frame.",
                "Send at most 2296 bytes behind the EtherType.",
            ));
        }
        if ether_type == ETHERTYPE_EAPOL {
            return Ok(Command::SendEapol { peer, pdu: payload });
        }
        let action = self.in_force.action(ether_type, ExemptionPackets::UNICAST);
        Ok(Command::SendPacket {
            peer,
            ether_type,
            payload,
            in_clear: action == Some(ExemptionAction::ALWAYS),
        })
    }
}

fn was_reset() -> Failure {
    failure(
        NdisStatus::RESET_IN_PROGRESS,
        "The port was reset.",
        "Set the EtherTypes again.",
    )
}

fn check_type(ether_type: u16) -> Result<(), Failure> {
    if ether_type < ETHERTYPE_MIN {
        return Err(failure(
            NdisStatus::INVALID_DATA,
            "A number below 0x0600 is no EtherType.",
            "Give EtherTypes in the order of the host.",
        ));
    }
    Ok(())
}

fn check_types(types: Vec<u16>) -> Result<BTreeSet<u16>, Failure> {
    let types: BTreeSet<u16> = types.into_iter().collect();
    types.iter().try_for_each(|t| check_type(*t))?;
    check_length(types.len())?;
    Ok(types)
}

/// At least one entry must be supported; the others are passed over, which is the stricter side.
fn check_exemptions(entries: Vec<PrivacyExemption>) -> Result<Vec<PrivacyExemption>, Failure> {
    check_length(entries.len())?;
    let asked = !entries.is_empty();
    let supported: Vec<_> = entries.into_iter().filter(is_supported).collect();
    if asked && supported.is_empty() {
        return Err(failure(
            NdisStatus::INVALID_DATA,
            "No entry of the list of exemptions is one this port knows.",
            "Use the actions 1 and 2 for the packet types 1 to 3; EAPOL has action 2 only.",
        ));
    }
    Ok(supported)
}

fn is_supported(entry: &PrivacyExemption) -> bool {
    let known = matches!(
        entry.action,
        ExemptionAction::ALWAYS | ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE
    );
    // The radio ciphers EAPOL as soon as there is a key.
    let possible = entry.ethertype != ETHERTYPE_EAPOL || entry.action != ExemptionAction::ALWAYS;
    let packets = (1..=3).contains(&entry.packets.0);
    known && possible && packets && entry.ethertype >= ETHERTYPE_MIN
}

fn check_length(entries: usize) -> Result<(), Failure> {
    if entries > MAX_ENTRIES {
        return Err(failure(
            NdisStatus::INVALID_LENGTH,
            "The list has more than 64 entries.",
            "Give fewer.",
        ));
    }
    Ok(())
}
