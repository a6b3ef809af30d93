//! Hostile frames: nothing panics, nothing grows, nobody honest waits.

use proptest::prelude::*;

use super::*;

/// Size of everything the engine remembers, in bytes.
fn footprint(bench: &Bench) -> usize {
    postcard::to_stdvec(&bench.port).unwrap().len()
}

#[test]
fn a_flood_of_authentications_keeps_the_table_small_and_the_air_open() {
    let mut bench = Bench::on_air();
    bench.join(STA);
    for n in 0..50_000 {
        bench.port.handle_radio_event(
            RadioEvent::Management {
                frame: auth(station(n)),
                signal: None,
            },
            bench.now,
        );
        // Five thousand a second, more than the air carries.
        bench.now += Duration::from_micros(200);
        bench.drain();
        bench.commands.clear();
        assert!(bench.strangers() <= crate::mlme::MAX_STRANGERS);
    }
    assert!(bench.is_associated(STA));
    // In the middle of the flood an honest station gets in at its first try.
    bench.join(station(99_999));
    assert!(bench.is_associated(station(99_999)));
}

#[test]
fn a_flood_of_associations_leaves_room_for_memory_and_for_the_honest() {
    let mut bench = Bench::on_air();
    // The service refuses the flood, as it does when it is full.
    bench.decision = Some(StatusCode::DENIED_NO_MORE_STAS);
    let before = footprint(&bench);
    for n in 0..5_000 {
        bench.join(station(n));
        bench.now += Duration::from_micros(400);
        bench.clear();
    }
    assert!(footprint(&bench) < before + crate::mlme::MAX_STRANGERS * 32);
    bench.decision = Some(StatusCode::SUCCESS);
    bench.join(station(99_999));
    assert!(bench.is_associated(station(99_999)));
}

#[test]
fn a_flood_never_evicts_a_station_in_a_block_or_associated() {
    let mut bench = Bench::with_station();
    bench.acks = None;
    bench.join(station(99_999));
    for n in 0..3_000 {
        bench.frame(auth(station(n)));
        bench.clear();
    }
    assert!(bench.is_associated(STA));
    bench.acks = Some(true);
    bench.frame(assoc(station(99_999)));
    assert!(bench.is_associated(station(99_999)));
}

#[test]
fn a_flood_of_probes_is_cut_and_costs_nothing() {
    let mut bench = Bench::on_air();
    let before = footprint(&bench);
    for n in 0..20_000 {
        let probe = ManagementBuilder::probe_request(ManagementAddresses::to_all(station(n)))
            .with(|e| {
                e.ssid(b"");
            })
            .finish();
        bench.frame(probe);
    }
    assert!(bench.sent().len() <= 8 * 256, "{}", bench.sent().len());
    bench.clear();
    assert!(footprint(&bench) < before + 4096);
    assert!(bench.rejected(Rejection::Flood) > 0);
    // Nobody needs a probe response to join.
    bench.join(STA);
    assert!(bench.is_associated(STA));
}

#[test]
fn floods_of_lost_frames_are_scolded_sparingly() {
    let mut bench = Bench::on_air();
    for n in 0..10_000 {
        bench.frame(assoc(station(n)));
        bench.event(RadioEvent::UnexpectedData { peer: station(n) });
    }
    assert!(bench.sent().len() <= 2 * 256, "{}", bench.sent().len());
    assert_eq!(bench.rejected(Rejection::NotAuthenticated), 10_000);
}

#[test]
fn one_mad_station_is_slowed_down_without_harm_to_others() {
    let mut bench = Bench::on_air();
    for _ in 0..10_000 {
        bench.frame(auth(STA));
    }
    assert_eq!(bench.sent().len(), 64);
    for n in 0..20 {
        bench.join(station(n));
    }
    let joined = (0..20).filter(|n| bench.is_associated(station(*n))).count();
    // At most one shares the mad one's bucket.
    assert!(joined >= 19, "{joined}");
    // A second later that one is served, too.
    bench.now += Duration::from_secs(1);
    bench.join(STA);
    assert!(bench.is_associated(STA));
}

#[test]
fn impossible_transmitters_are_ignored() {
    let mut bench = Bench::on_air();
    for from in [
        MacAddr::BROADCAST,
        MacAddr([0; 6]),
        AP,
        MacAddr([1, 0, 0, 0, 0, 1]),
    ] {
        bench.frame(auth(from));
        bench.frame(assoc(from));
        bench.event(RadioEvent::UnexpectedData {
            peer: MacAddr::BROADCAST,
        });
    }
    assert_eq!(bench.rejected(Rejection::ImpossibleTransmitter), 8);
    assert!(bench.commands.is_empty());
}

#[test]
fn encrypted_fragmented_and_foreign_frames_are_ignored() {
    use dot11::frame::{FrameControl, write_flags};

    let mut bench = Bench::with_station();
    for flags in [FrameControl::PROTECTED, FrameControl::MORE_FRAGMENTS] {
        let mut frame = deauth(STA);
        assert!(write_flags(&mut frame, flags));
        bench.frame(frame);
    }
    assert_eq!(bench.rejected(Rejection::Unreadable), 2);
    bench.frame(ManagementBuilder::beacon(AP, 100, CapabilityInfo(1)).finish());
    let action = ManagementBuilder::action(up(STA), dot11::frame::ActionCategory::SA_QUERY, &[0]);
    bench.frame(action.finish());
    bench.frame(vec![0xb0]);
    assert_eq!(bench.rejected(Rejection::Malformed), 1);
    assert!(bench.is_associated(STA));
    assert!(bench.commands.is_empty());
}

#[test]
fn the_largest_possible_request_is_served_like_any_other() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    let mut tail = Vec::new();
    while tail.len() < 2000 {
        tail.extend([221, 255]);
        tail.extend([0xaa; 255]);
    }
    bench.frame(
        Asking {
            tail,
            ..Asking::default()
        }
        .frame(STA),
    );
    assert!(bench.is_associated(STA));
}

impl Bench {
    fn strangers(&self) -> usize {
        match &self.port.state {
            crate::State::Op(mlme) => mlme.strangers(),
            _ => 0,
        }
    }
}

/// One step of a hostile world.
#[derive(Clone, Debug)]
enum Step {
    Raw(Vec<u8>),
    Mangled {
        kind: u8,
        sta: u8,
        at: usize,
        value: u8,
    },
    Join(u8),
    Leave(u8),
    Data(u8),
    Lost(u8),
    Eapol(u8),
    Key(u8),
    Open(u8, bool),
    Away(u8),
    Wait(u16),
    Ack(Option<bool>),
    Answer(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let sta = || 0_u8..4;
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Step::Raw),
        (0_u8..3, sta(), 0_usize..120, any::<u8>()).prop_map(|(kind, sta, at, value)| {
            Step::Mangled {
                kind,
                sta,
                at,
                value,
            }
        }),
        sta().prop_map(Step::Join),
        sta().prop_map(Step::Leave),
        sta().prop_map(Step::Data),
        sta().prop_map(Step::Lost),
        sta().prop_map(Step::Eapol),
        sta().prop_map(Step::Key),
        (sta(), any::<bool>()).prop_map(|(s, o)| Step::Open(s, o)),
        sta().prop_map(Step::Away),
        any::<u16>().prop_map(Step::Wait),
        proptest::option::of(any::<bool>()).prop_map(Step::Ack),
        any::<bool>().prop_map(Step::Answer),
    ]
}

proptest! {
    /// Whatever happens: no panic, blocks of one peer never overlap and each has one completion, no
    /// departure without an association, every request is answered once.
    #[test]
    fn no_history_breaks_the_rules_of_the_seam(
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        let mut bench = Bench::on_air();
        let mut asked = Vec::new();
        for step in steps {
            let sta = |n: u8| station(u32::from(n));
            match step {
                Step::Raw(frame) => bench.frame(frame),
                Step::Mangled { kind, sta: n, at, value } => {
                    let mut frame = match kind {
                        0 => auth(sta(n)),
                        1 => assoc(sta(n)),
                        _ => deauth(sta(n)),
                    };
                    if let Some(byte) = frame.get_mut(at) {
                        *byte = value;
                    }
                    bench.frame(frame);
                }
                Step::Join(n) => bench.join(sta(n)),
                Step::Leave(n) => bench.frame(deauth(sta(n))),
                Step::Data(n) => bench.event(RadioEvent::UnexpectedData { peer: sta(n) }),
                Step::Lost(n) => bench.event(RadioEvent::StationLost { peer: sta(n) }),
                Step::Eapol(n) => bench.event(RadioEvent::Eapol { peer: sta(n), pdu: vec![1] }),
                Step::Key(n) => {
                    asked.push(bench.request(Request::CipherKeyMappingKey(mapping_key(sta(n), n))));
                }
                Step::Open(n, open) => {
                    let request = Request::PortStateNotification { peer: sta(n), open };
                    asked.push(bench.request(request));
                }
                Step::Away(n) => {
                    let reason = ReasonCode::UNSPECIFIED;
                    asked.push(bench.request(Request::DisassociatePeer { peer: sta(n), reason }));
                }
                Step::Wait(ms) => bench.pass(Duration::from_millis(u64::from(ms) * 10)),
                Step::Ack(acks) => bench.acks = acks,
                Step::Answer(answers) => {
                    bench.answers = answers;
                    bench.answer_all();
                }
            }
        }
        bench.answers = true;
        while !bench.unanswered.is_empty() {
            bench.answer_all();
        }
        bench.pass(Duration::from_secs(2));
        for id in asked {
            let _ = bench.result(id);
        }
        prop_assert_eq!(bench.port.out.waits_for(), 0, "a command is waited for without end");
        check_blocks(&bench.indications)?;
    }
}

fn check_blocks(indications: &[Indication]) -> Result<(), TestCaseError> {
    use std::collections::BTreeSet;

    let (mut open, mut associated) = (BTreeSet::new(), BTreeSet::new());
    for indication in indications {
        match indication {
            Indication::IncomingAssociationStarted { peer } => {
                prop_assert!(open.insert(*peer), "overlapping blocks");
                prop_assert!(!associated.contains(peer), "a block over an association");
            }
            Indication::IncomingAssociationRequestReceived { peer, .. } => {
                prop_assert!(open.contains(peer), "a request outside a block");
            }
            Indication::IncomingAssociationCompletion { peer, status } => {
                prop_assert!(open.remove(peer), "a completion without a block");
                if *status == StatusCode::SUCCESS {
                    associated.insert(*peer);
                }
            }
            Indication::Disassociation { peer, .. } => {
                prop_assert!(
                    associated.remove(peer),
                    "a departure without an association"
                );
            }
            Indication::ReceivePacket { peer, .. } => {
                prop_assert!(associated.contains(peer), "EAPOL outside an association");
            }
            _ => {}
        }
    }
    prop_assert!(open.is_empty(), "a block that never closed");
    Ok(())
}
