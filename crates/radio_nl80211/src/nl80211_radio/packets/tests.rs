//! Which frames of vendors' protocols are heard, and how.

use dot11::frame::{DataHeader, FrameControl, QosControl, SequenceControl, encapsulate_llc};
use rsn::ccmp::CcmpSender;

use super::super::state::Station;
use super::*;

const OWN: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const PEER: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);
const TYPE: u16 = 0x88b5;
const KEY: [u8; 16] = [7; 16];

fn rule(unicast: Arrival) -> EtherTypeRule {
    EtherTypeRule {
        ether_type: TYPE,
        hand_up: true,
        unicast,
        group: Arrival::Protected,
    }
}

/// One station and what the monitor shows.
struct Air {
    running: Running,
    rules: Vec<EtherTypeRule>,
    sender: CcmpSender,
}

impl Air {
    fn new(unicast: Arrival) -> Self {
        let mut running = Running::new(vec![2]);
        running.stations.insert(PEER, Station::new(true, true));
        Self {
            running,
            rules: vec![rule(unicast)],
            sender: CcmpSender::new(&KEY, 0),
        }
    }

    fn station(&mut self) -> &mut Station {
        self.running.stations.get_mut(&PEER).unwrap()
    }

    /// The key is in the kernel, the port closed.
    fn give_key(&mut self) {
        self.station().keyed = true;
        self.station().receiver = Some(Box::new(CcmpReceiver::new(&KEY, 0)));
    }

    fn hear(&mut self, frame: &[u8]) -> Option<RadioEvent> {
        let mut bytes = vec![0, 0, 8, 0, 0, 0, 0, 0];
        bytes.extend(frame);
        let mut plain = Vec::new();
        hear_air(&bytes, OWN, &self.rules, &mut self.running, &mut plain)
    }

    fn protected(&mut self, header: &DataHeader) -> Vec<u8> {
        let mut out = Vec::new();
        self.sender.protect(&body(header), &mut out).unwrap();
        out
    }
}

fn header(number: u16) -> DataHeader {
    DataHeader::to_ds(OWN, PEER, OWN).with_sequence(SequenceControl::new(number, 0))
}

fn body(header: &DataHeader) -> Vec<u8> {
    header.encode(&encapsulate_llc(TYPE, &[1, 2]))
}

fn heard() -> Option<RadioEvent> {
    Some(RadioEvent::Packet {
        peer: PEER,
        ether_type: TYPE,
        payload: vec![1, 2],
    })
}

#[test]
fn each_way_to_arrive_is_taken_or_not_by_its_rule() {
    use Arrival::{InClear, InClearWithoutKey, Protected};
    let rows = [
        // rule, key, frame protected, taken
        (Protected, false, false, false),
        (Protected, true, false, false),
        (Protected, true, true, true),
        (InClear, false, false, true),
        (InClear, true, false, true),
        (InClear, true, true, false),
        (InClearWithoutKey, false, false, true),
        (InClearWithoutKey, true, false, false),
        (InClearWithoutKey, true, true, true),
    ];
    for (arrival, keyed, protected, taken) in rows {
        let mut air = Air::new(arrival);
        if keyed {
            air.give_key();
        }
        let frame = if protected {
            air.protected(&header(1))
        } else {
            body(&header(1))
        };
        let wanted = taken.then(|| heard().unwrap());
        assert_eq!(air.hear(&frame), wanted, "{arrival:?} {keyed} {protected}");
    }
}

#[test]
fn protected_frames_are_read_once_and_only_while_the_port_is_closed() {
    let mut air = Air::new(Arrival::InClearWithoutKey);
    air.give_key();
    let (first, second) = (air.protected(&header(1)), air.protected(&header(2)));
    assert_eq!(air.hear(&second), heard());
    for frame in [first, second] {
        assert_eq!(air.hear(&frame), None, "a replay");
    }
    let mut forged = air.protected(&header(3));
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(air.hear(&forged), None);
    let third = air.protected(&header(4));
    air.station().receiver = None;
    assert_eq!(air.hear(&third), None, "the other socket has it");
}

#[test]
fn a_repetition_in_clear_is_heard_once() {
    let mut air = Air::new(Arrival::InClearWithoutKey);
    let again = |header: DataHeader| body(&header.with(FrameControl::RETRY));
    assert_eq!(air.hear(&body(&header(5))), heard());
    assert_eq!(air.hear(&again(header(5))), None);
    assert_eq!(
        air.hear(&again(header(6))),
        heard(),
        "its first sending was lost"
    );
    assert_eq!(air.hear(&again(header(6))), None);
    let other_tid = header(6).with_qos(QosControl::new(3));
    assert_eq!(air.hear(&again(other_tid)), heard(), "counted for itself");
}

#[test]
fn strangers_other_types_and_frames_for_others_are_not_heard() {
    let mut air = Air::new(Arrival::InClearWithoutKey);
    let other = MacAddr([2, 0, 0, 0, 9, 0]);
    assert_eq!(
        air.hear(&body(&DataHeader::to_ds(OWN, other, OWN))),
        None,
        "stranger"
    );
    assert_eq!(
        air.hear(&body(&DataHeader::to_ds(OWN, PEER, other))),
        None,
        "for another"
    );
    let ip = header(1).encode(&encapsulate_llc(0x0800, &[1, 2]));
    assert_eq!(air.hear(&ip), None, "data");
    let group = DataHeader::to_ds(OWN, PEER, MacAddr::BROADCAST);
    assert_eq!(air.hear(&body(&group)), heard(), "for all, so for us too");
    air.rules[0].hand_up = false;
    assert_eq!(air.hear(&body(&header(2))), None, "not to be handed up");
    air.rules[0].hand_up = true;
    air.station().associated = false;
    assert_eq!(air.hear(&body(&header(3))), None, "authenticated only");
}

#[test]
fn frames_of_open_ports_come_over_the_interface() {
    let air = Air::new(Arrival::InClearWithoutKey);
    let ethernet = |destination: MacAddr, source: MacAddr, ether_type| {
        let mut frame = Vec::new();
        let packet = EthernetPacket {
            destination,
            source,
            ether_type,
            payload: &[1, 2],
        };
        write(&mut frame, packet);
        frame
    };
    let other = MacAddr([2, 0, 0, 0, 9, 0]);
    let rows = [
        (OWN, PEER, TYPE, true),
        (MacAddr::BROADCAST, PEER, TYPE, true),
        (other, PEER, TYPE, false),
        (OWN, other, TYPE, false),
        (OWN, PEER, 0x0800, false),
    ];
    for (to, from, ether_type, taken) in rows {
        let frame = ethernet(to, from, ether_type);
        let got = hear_wired(&frame, OWN, &air.rules, &air.running);
        assert_eq!(
            got,
            taken.then(|| heard().unwrap()),
            "{to} {from} {ether_type:#x}"
        );
    }
    let frame = ethernet(OWN, PEER, TYPE);
    let must_be_clear = [rule(Arrival::InClear)];
    assert_eq!(hear_wired(&frame, OWN, &must_be_clear, &air.running), None);
}

#[test]
fn what_is_no_rule_is_refused_in_its_own_words() {
    use CommandErrorKind::{Invalid, Resources};
    let good = rule(Arrival::InClearWithoutKey);
    let of = |ether_type| EtherTypeRule { ether_type, ..good };
    let unheard = |unicast, group| EtherTypeRule {
        hand_up: false,
        unicast,
        group,
        ..good
    };
    use Arrival::{InClear, InClearWithoutKey, Protected};
    let accepted: [Vec<EtherTypeRule>; 6] = [
        vec![],
        vec![good, of(0x0600), of(0xffff)],
        vec![rule(InClear)],
        vec![unheard(InClearWithoutKey, Protected)],
        vec![unheard(InClear, InClear)],
        (0..64).map(|i| of(0x8900 + i)).collect(),
    ];
    for rules in accepted {
        assert_eq!(check_rules(&rules), Ok(()), "{rules:?}");
    }
    let refused: [(Vec<EtherTypeRule>, CommandErrorKind); 4] = [
        (vec![of(0x05ff)], Invalid),
        (vec![of(ETHERTYPE_EAPOL)], Invalid),
        (vec![good, good], Invalid),
        ((0..65).map(|i| of(0x8900 + i)).collect(), Resources),
    ];
    for (rules, kind) in refused {
        let error = check_rules(&rules).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(!error.cause.remedy.is_empty());
    }
}

#[test]
fn a_radio_without_monitor_is_named_as_the_reason() {
    let mut wiphy = Wiphy {
        name: "phy7".into(),
        ..Wiphy::default()
    };
    let error = check_radio(&wiphy).unwrap_err();
    assert_eq!(error.kind, CommandErrorKind::NotSupported);
    assert!(error.cause.text.contains("phy7"), "{error}");
    wiphy.iftypes = 1 << consts::IFTYPE_MONITOR;
    assert_eq!(check_radio(&wiphy), Ok(()));
}
