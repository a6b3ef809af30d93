//! What the radio holds, and what events do to it.

use std::collections::{BTreeMap, VecDeque};

use dot11::frame::SequenceControl;
use dot11::{Channel, MacAddr};
use radio::{
    Capabilities, Cause, CommandError, CommandErrorKind, CommandId, KeyScope, RadioEvent, Switches,
};
use rsn::ccmp::CcmpReceiver;

use crate::eapol::EapolFrame;
use crate::event::{Event, What};
use crate::firmware;
use crate::interface::{self, Interface};
use crate::rfkill;
use crate::route::Route;
use crate::setup::Link;

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(super) enum State {
    /// An interface is held.
    Held(Held),
    /// The radio is gone; it may come back.
    Gone,
    /// Everything was given back.
    Closed,
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) link: Link,
    pub(super) capabilities: Capabilities,
    /// As they were told last.
    pub(super) switches: Switches,
    /// Why no access point can be beside another interface of the radio, as it was told last.
    pub(super) incompatible: Option<Cause>,
    /// Interfaces of the radio beside which no access point can stand once they are up.
    pub(super) excluding: Vec<u32>,
    pub(super) air: Air,
}

impl Held {
    /// Reads how the radio is switched and tells when that changed. Returns why it is silent.
    pub(super) fn follow_switches(&mut self, out: &mut VecDeque<RadioEvent>) -> Option<Cause> {
        let switches = rfkill::state(&self.link.wiphy.name);
        if switches != self.switches {
            self.switches = switches;
            out.push_back(RadioEvent::Switched(switches));
        }
        rfkill::cause(switches)
    }

    /// Looks for an interface of the radio that excludes an access point.
    pub(super) fn follow_neighbours(
        &mut self,
        interfaces: &[Interface],
        route: &mut Route,
        out: &mut VecDeque<RadioEvent>,
    ) {
        let (own, wiphy) = (self.link.ifindex, self.link.wiphy.index);
        let excluding: Vec<&Interface> = interfaces
            .iter()
            .filter(|i| i.wiphy == wiphy && i.ifindex != own && i.ifindex != 0)
            .filter(|i| interface::excludes(i.iftype))
            .collect();
        self.excluding = excluding.iter().map(|i| i.ifindex).collect();
        let up = excluding
            .into_iter()
            .find(|i| route.link(i.ifindex).is_ok_and(|link| link.up));
        self.follow_incompatible(up.map(interface::exclusion), out);
    }

    /// Compares what excludes an access point with what was told last.
    pub(super) fn follow_incompatible(
        &mut self,
        now: Option<Cause>,
        out: &mut VecDeque<RadioEvent>,
    ) {
        if now != self.incompatible {
            self.incompatible.clone_from(&now);
            out.push_back(RadioEvent::Incompatible(now));
        }
    }
}

#[derive(Debug)]
pub(super) enum Air {
    /// Switched off by rfkill.
    Silenced,
    /// Ready for an access point.
    Idle,
    /// An access point is on the air.
    Running(Running),
}

#[derive(Debug)]
pub(super) struct Running {
    /// The firmware lets stations in.
    pub(super) firmware: bool,
    /// For stations that are entered before they said theirs.
    pub(super) rates: Vec<u8>,
    pub(super) stations: BTreeMap<MacAddr, Station>,
    /// Frames whose fate the kernel will report, by its number for them. The number arrives
    /// within the exchange that sent the frame, so a report is never read before it.
    pub(super) awaited: BTreeMap<u64, CommandId>,
    /// Entries we have removed ourselves, one for each departure the kernel has yet to report. The
    /// station may be in again by then and is not lost. Firmware's reports come in the order of what
    /// happened, and not all of it reports removals: then none is awaited.
    pub(super) own_removals: Vec<MacAddr>,
}

#[derive(Debug)]
pub(super) struct Station {
    /// The kernel has it: not the case before association with a driver that wants it then.
    pub(super) entered: bool,
    pub(super) associated: bool,
    /// Frames to it get lost; a probe of our own is on its way.
    pub(super) suspected: bool,
    /// The kernel has its pairwise key.
    pub(super) keyed: bool,
    /// The kernel lets its data pass.
    pub(super) authorized: bool,
    /// Reads vendors' frames that come protected before the port is open: the kernel deciphers them
    /// and throws them away.
    pub(super) receiver: Option<Box<CcmpReceiver>>,
    /// The last of its vendors' frames that came in clear: traffic identifier and number.
    pub(super) last_packet: Option<(Option<u8>, SequenceControl)>,
}

impl Station {
    pub(super) const fn new(entered: bool, associated: bool) -> Self {
        Self {
            entered,
            associated,
            suspected: false,
            keyed: false,
            authorized: false,
            receiver: None,
            last_packet: None,
        }
    }
}

impl Running {
    pub(super) const fn new(rates: Vec<u8>) -> Self {
        Self {
            firmware: false,
            rates,
            stations: BTreeMap::new(),
            awaited: BTreeMap::new(),
            own_removals: Vec::new(),
        }
    }

    /// A station is entered. Returns whether an older entry of it has to go first: the kernel will
    /// report that.
    pub(super) fn add(&mut self, peer: MacAddr, station: Station) -> bool {
        let old = self.stations.insert(peer, station);
        let replaces = old.is_some_and(|s| s.entered);
        if replaces {
            self.own_removals.push(peer);
        }
        replaces
    }

    /// A station is removed. Returns whether the kernel has it: then it will report that.
    pub(super) fn remove(&mut self, peer: MacAddr) -> bool {
        let entered = self.stations.remove(&peer).is_some_and(|s| s.entered);
        if entered && !self.firmware {
            self.own_removals.push(peer);
        }
        entered
    }

    /// A removal of ours will not be reported, because it did not happen; or one has been. Returns
    /// whether there was any.
    pub(super) fn forget_removal(&mut self, peer: MacAddr) -> bool {
        let at = self.own_removals.iter().position(|r| *r == peer);
        at.map(|at| self.own_removals.swap_remove(at)).is_some()
    }

    /// The kernel reports a departure. Returns whether it may be one we do not know of.
    fn is_news(&mut self, peer: MacAddr) -> bool {
        !self.forget_removal(peer) && self.stations.contains_key(&peer)
    }

    /// Whether a station's port is open.
    pub(super) fn is_authorized(&self, peer: MacAddr) -> bool {
        self.stations.get(&peer).is_some_and(|s| s.authorized)
    }

    /// Whether this EAPOL is for us to hear: a station speaks it only once it is associated, and
    /// only to the access point. Nothing else may reach the handshakes, and nothing is forwarded.
    pub(super) fn accepts(&self, frame: &EapolFrame<'_>, address: MacAddr) -> bool {
        let associated = self
            .stations
            .get(&frame.source)
            .is_some_and(|s| s.associated);
        associated && frame.destination == address
    }
}

/// No radio, or none on the air: what every command but a few then answers.
pub(super) fn not_running() -> CommandError {
    CommandError {
        kind: CommandErrorKind::PoweredDown,
        cause: Cause::new("The access point is not running.", "Start it first."),
    }
}

pub(super) fn radio_gone() -> Cause {
    Cause::new(
        "The radio or its interface was removed.",
        "Plug the radio in again, or start the service again if only the interface was removed.",
    )
}

/// What cannot be done while the event is being read.
pub(super) enum Deferred {
    /// Firmware let a station in again that had a key or an open port.
    Renewed(MacAddr),
    Probe(MacAddr),
    Drop(MacAddr),
    Gone(MacAddr),
    ApStopped,
    Neighbours,
    Regulatory,
    Scanned {
        aborted: bool,
    },
    OwnType,
    OwnGone,
    Recover,
}

/// Handles the events of every day; the others are handed back. (One datagram has one event.)
pub(super) fn quick(
    state: &mut State,
    out: &mut VecDeque<RadioEvent>,
    event: Event<'_>,
) -> Option<Deferred> {
    let held = match state {
        State::Held(held) => held,
        State::Gone => {
            return matches!(event.what, What::WiphyAdded | What::InterfaceAdded { .. })
                .then_some(Deferred::Recover);
        }
        State::Closed => return None,
    };
    if event.ifindex != held.link.ifindex {
        if event
            .wiphy
            .is_some_and(|wiphy| wiphy != held.link.wiphy.index)
        {
            return None;
        }
        return match event.what {
            What::WiphyRemoved => Some(Deferred::OwnGone),
            What::ConnectionChanged
            | What::ChannelSwitched { .. }
            | What::InterfaceAdded { .. }
            | What::InterfaceRemoved
            | What::InterfaceChanged => Some(Deferred::Neighbours),
            What::RegulatoryChanged => Some(Deferred::Regulatory),
            _ => None,
        };
    }
    match event.what {
        What::InterfaceRemoved => return Some(Deferred::OwnGone),
        What::InterfaceChanged => return Some(Deferred::OwnType),
        What::Scanned { aborted } => return Some(Deferred::Scanned { aborted }),
        _ => {}
    }
    let Air::Running(running) = &mut held.air else {
        return None;
    };
    match event.what {
        What::Frame { frame, signal } => {
            out.push_back(RadioEvent::Management {
                frame: frame.to_vec(),
                signal,
            });
        }
        What::FrameSent { cookie, acked } => {
            if let Some(id) = running.awaited.remove(&cookie) {
                out.push_back(RadioEvent::FrameSent { id, acked });
            }
        }
        What::UnexpectedData { peer } => out.push_back(RadioEvent::UnexpectedData { peer }),
        What::ProbeResult { peer, acked } => {
            let suspected = running
                .stations
                .get_mut(&peer)
                .is_some_and(|s| core::mem::replace(&mut s.suspected, false));
            match (suspected, acked) {
                (false, _) => out.push_back(RadioEvent::ProbeResult { peer, acked }),
                (true, true) => {}
                (true, false) => return Some(Deferred::Drop(peer)),
            }
        }
        What::StationIn { peer, elements } if running.firmware => {
            let old = running.stations.insert(peer, Station::new(true, true));
            out.push_back(firmware::associated(peer, elements));
            return old
                .filter(|s| s.keyed || s.authorized)
                .map(|_| Deferred::Renewed(peer));
        }
        What::StationGone { peer } if running.firmware => {
            let lost = running.stations.remove(&peer);
            out.extend(lost.map(|_| RadioEvent::StationLost { peer }));
        }
        What::StationGone { peer } => {
            return running.is_news(peer).then_some(Deferred::Gone(peer));
        }
        What::PacketLoss { peer } => {
            let station = running.stations.get_mut(&peer)?;
            if !core::mem::replace(&mut station.suspected, true) {
                return Some(Deferred::Probe(peer));
            }
        }
        What::ApStopped => return Some(Deferred::ApStopped),
        What::ChannelSwitched { channel } => out.extend(channel.map(RadioEvent::ChannelChanged)),
        _ => {}
    }
    None
}

/// Refuses a channel the regulatory domain keeps from access points, and says which rule it is.
pub(super) fn check_channel(c: &Capabilities, channel: Channel) -> Result<(), CommandError> {
    let number = channel.number();
    let refuse = |text: String, remedy: &str| {
        Err(CommandError {
            kind: CommandErrorKind::Regulatory,
            cause: Cause::new(text, remedy),
        })
    };
    let other = "Choose another channel, or set the country you are in (`iw reg set`).";
    match c.channels.iter().find(|i| i.channel == channel) {
        None => refuse(
            format!("The radio has no channel {number}."),
            "Choose another channel.",
        ),
        Some(i) if i.disabled => refuse(
            format!("Channel {number} is not allowed in this regulatory domain."),
            other,
        ),
        Some(i) if i.radar => refuse(
            format!("Channel {number} needs radar detection, which is not offered."),
            "Choose a channel without radar: 36 to 48 or 149 to 165 where the country allows them.",
        ),
        Some(i) if i.no_ir => refuse(
            format!(
                "The regulatory domain lets nobody transmit first on channel {number}, so no access point."
            ),
            other,
        ),
        Some(_) => Ok(()),
    }
}

/// A station the kernel does not have, has no key there either.
pub(super) fn is_keyless(running: &Running, scope: KeyScope) -> bool {
    match scope {
        KeyScope::Pairwise(peer) => !running.stations.get(&peer).is_some_and(|s| s.entered),
        KeyScope::Group => false,
    }
}

#[cfg(test)]
mod tests {
    use radio::ChannelInfo;

    use super::*;

    const AP: MacAddr = MacAddr([0x42, 0, 0, 0, 0, 0]);
    const PEER: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);
    const OWN: u32 = 7;

    fn running(associated: bool) -> State {
        let station = Station::new(true, associated);
        let air = Air::Running(Running {
            stations: BTreeMap::from([(PEER, station)]),
            awaited: BTreeMap::from([(5, CommandId(50))]),
            ..Running::new(vec![2])
        });
        let link = Link::for_test(OWN, AP);
        State::Held(Held {
            capabilities: link.capabilities(&[]),
            link,
            switches: rfkill::ALL_ON,
            incompatible: None,
            excluding: Vec::new(),
            air,
        })
    }

    fn air(state: &mut State) -> &mut Running {
        match state {
            State::Held(Held {
                air: Air::Running(running),
                ..
            }) => running,
            _ => panic!("not running"),
        }
    }

    fn happen(state: &mut State, what: What<'_>) -> (Option<Deferred>, Vec<RadioEvent>) {
        let mut out = VecDeque::new();
        let event = Event {
            ifindex: OWN,
            wiphy: Some(0),
            what,
        };
        let deferred = quick(state, &mut out, event);
        (deferred, out.into())
    }

    #[test]
    fn eapol_of_strangers_and_to_others_is_not_heard() {
        let frame = EapolFrame {
            destination: AP,
            source: PEER,
            pdu: &[2, 3],
        };
        assert!(air(&mut running(true)).accepts(&frame, AP));
        assert!(
            !air(&mut running(false)).accepts(&frame, AP),
            "authenticated only"
        );
        let stranger = EapolFrame {
            source: MacAddr([2, 0, 0, 0, 9, 0]),
            ..frame
        };
        assert!(!air(&mut running(true)).accepts(&stranger, AP));
        for destination in [MacAddr([2, 0, 0, 0, 2, 0]), MacAddr::BROADCAST] {
            let elsewhere = EapolFrame {
                destination,
                ..frame
            };
            assert!(
                !air(&mut running(true)).accepts(&elsewhere, AP),
                "{destination}"
            );
        }
    }

    #[test]
    fn the_fate_of_a_frame_is_told_once_and_only_of_our_frames() {
        let mut state = running(true);
        let sent = What::FrameSent {
            cookie: 5,
            acked: true,
        };
        let (_, out) = happen(&mut state, sent);
        assert_eq!(
            out,
            [RadioEvent::FrameSent {
                id: CommandId(50),
                acked: true
            }]
        );
        assert_eq!(happen(&mut state, sent).1, []);
        assert_eq!(
            happen(
                &mut state,
                What::FrameSent {
                    cookie: 6,
                    acked: true
                }
            )
            .1,
            []
        );
    }

    const ENTERED: Station = Station::new(true, true);

    #[test]
    fn a_station_that_others_remove_is_asked_about_once_and_one_we_removed_never() {
        let mut state = running(true);
        assert!(air(&mut state).remove(PEER), "the kernel has it");
        let gone = What::StationGone { peer: PEER };
        assert!(happen(&mut state, gone).0.is_none(), "our own doing");

        assert!(!air(&mut state).add(PEER, ENTERED));
        assert!(matches!(
            happen(&mut state, gone).0,
            Some(Deferred::Gone(PEER))
        ));
        air(&mut state).stations.remove(&PEER);
        assert!(happen(&mut state, gone).0.is_none(), "told twice");
    }

    #[test]
    fn a_station_removed_and_entered_again_is_not_lost_by_the_report_of_the_removal() {
        let gone = What::StationGone { peer: PEER };
        for remove_first in [true, false] {
            let mut state = running(true);
            if remove_first {
                assert!(air(&mut state).remove(PEER));
            }
            assert_eq!(air(&mut state).add(PEER, ENTERED), !remove_first);

            let (deferred, out) = happen(&mut state, gone);

            assert!(deferred.is_none());
            assert_eq!(out, []);
            assert!(air(&mut state).stations.contains_key(&PEER));
            assert!(air(&mut state).own_removals.is_empty());
        }
    }

    fn firmware() -> State {
        let mut state = running(true);
        let air = air(&mut state);
        air.firmware = true;
        air.stations.clear();
        state
    }

    fn arrival() -> What<'static> {
        What::StationIn {
            peer: PEER,
            elements: &[0, 0],
        }
    }

    #[test]
    fn what_firmware_lets_in_is_associated_and_speaks_eapol() {
        let mut state = firmware();
        let (deferred, out) = happen(&mut state, arrival());
        assert!(deferred.is_none());
        let expected = RadioEvent::Associated {
            peer: PEER,
            elements: vec![0, 0],
            reassociation: false,
        };
        assert_eq!(out, [expected]);
        let frame = EapolFrame {
            destination: AP,
            source: PEER,
            pdu: &[2, 3],
        };
        assert!(air(&mut state).accepts(&frame, AP));
        assert!(!air(&mut state).is_authorized(PEER));
    }

    #[test]
    fn the_echo_of_our_own_entries_tells_nothing_on_other_radios() {
        let mut state = running(true);
        let (deferred, out) = happen(&mut state, arrival());
        assert!(deferred.is_none());
        assert_eq!(out, []);
    }

    #[test]
    fn a_renewed_association_loses_key_and_port_before_it_is_told() {
        let mut state = firmware();
        happen(&mut state, arrival());
        if let Some(station) = air(&mut state).stations.get_mut(&PEER) {
            station.keyed = true;
            station.authorized = true;
        }
        let (deferred, out) = happen(&mut state, arrival());
        assert!(matches!(deferred, Some(Deferred::Renewed(PEER))));
        assert_eq!(out.len(), 1);
        assert!(!air(&mut state).is_authorized(PEER));
    }

    #[test]
    fn firmware_is_believed_when_a_station_left_and_counted_for_nothing() {
        let gone = What::StationGone { peer: PEER };
        let mut state = firmware();
        assert_eq!(happen(&mut state, gone).1, [], "never there");
        happen(&mut state, arrival());
        // We send it away, and the firmware never reports that.
        assert!(air(&mut state).remove(PEER));
        assert!(air(&mut state).own_removals.is_empty());
        happen(&mut state, arrival());
        let (deferred, out) = happen(&mut state, gone);
        assert!(deferred.is_none());
        assert_eq!(out, [RadioEvent::StationLost { peer: PEER }]);
        assert_eq!(happen(&mut state, gone).1, [], "told once");
    }

    #[test]
    fn a_removal_that_did_not_happen_hides_no_later_loss() {
        let mut state = running(true);
        assert!(air(&mut state).remove(PEER));
        // The kernel says that there was none.
        assert!(air(&mut state).forget_removal(PEER));
        air(&mut state).add(PEER, ENTERED);

        let (deferred, _) = happen(&mut state, What::StationGone { peer: PEER });

        assert!(matches!(deferred, Some(Deferred::Gone(PEER))));
    }

    #[test]
    fn an_incompatible_interface_is_told_when_it_comes_and_when_it_goes() {
        let mut state = running(true);
        let State::Held(held) = &mut state else {
            panic!("held")
        };
        let mut out = VecDeque::new();
        let cause = Cause::new("mon0 listens.", "Remove it.");
        for now in [None, Some(cause.clone()), Some(cause.clone()), None, None] {
            held.follow_incompatible(now, &mut out);
        }
        assert_eq!(
            out,
            [
                RadioEvent::Incompatible(Some(cause)),
                RadioEvent::Incompatible(None)
            ]
        );
    }

    #[test]
    fn packet_loss_leads_to_one_probe_whose_silence_drops_the_station() {
        let mut state = running(true);
        let loss = What::PacketLoss { peer: PEER };
        assert!(matches!(
            happen(&mut state, loss).0,
            Some(Deferred::Probe(PEER))
        ));
        assert!(happen(&mut state, loss).0.is_none(), "probed twice at once");
        let (deferred, out) = happen(
            &mut state,
            What::ProbeResult {
                peer: PEER,
                acked: false,
            },
        );
        assert!(matches!(deferred, Some(Deferred::Drop(PEER))));
        assert_eq!(out, []);
        // A probe the owner asked for is the owner's business.
        let asked = What::ProbeResult {
            peer: PEER,
            acked: false,
        };
        let (deferred, out) = happen(&mut state, asked);
        assert!(deferred.is_none());
        assert_eq!(
            out,
            [RadioEvent::ProbeResult {
                peer: PEER,
                acked: false
            }]
        );
    }

    #[test]
    fn events_of_other_interfaces_do_not_reach_the_access_point() {
        let mut state = running(true);
        let mut out = VecDeque::new();
        for what in [
            What::Frame {
                frame: &[0xb0],
                signal: None,
            },
            What::StationGone { peer: PEER },
            What::ApStopped,
            What::UnexpectedData { peer: PEER },
        ] {
            let event = Event {
                ifindex: OWN + 1,
                wiphy: Some(0),
                what,
            };
            assert!(quick(&mut state, &mut out, event).is_none(), "{what:?}");
        }
        assert!(out.is_empty());
        let connected = |wiphy| Event {
            ifindex: 2,
            wiphy,
            what: What::ConnectionChanged,
        };
        let same = quick(&mut state, &mut out, connected(Some(0)));
        assert!(matches!(same, Some(Deferred::Neighbours)));
        assert!(
            quick(&mut state, &mut out, connected(Some(1))).is_none(),
            "another radio"
        );
    }

    #[test]
    fn each_regulatory_refusal_has_its_own_words() {
        let link = Link::for_test(OWN, AP);
        let mut c = link.capabilities(&[]);
        let channel = |n| Channel::new(n).unwrap();
        let info = |n, disabled, no_ir, radar| ChannelInfo {
            channel: channel(n),
            disabled,
            no_ir,
            radar,
            wider: radio::WiderChannels::default(),
        };
        c.channels = vec![
            info(6, false, false, false),
            info(14, true, false, false),
            info(36, false, true, false),
            info(52, false, true, true),
        ];
        assert_eq!(check_channel(&c, channel(6)), Ok(()));
        let mut texts: Vec<String> = [14, 36, 52, 149]
            .into_iter()
            .map(|n| {
                let error = check_channel(&c, channel(n)).unwrap_err();
                assert_eq!(error.kind, CommandErrorKind::Regulatory);
                assert!(error.cause.text.contains(&n.to_string()), "{error}");
                error.cause.text.replace(&n.to_string(), "")
            })
            .collect();
        texts.dedup();
        assert_eq!(texts.len(), 4);
    }
}
