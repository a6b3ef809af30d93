//! Whatever happens to keys and ports at both ends: what flies, and what arrives, is what it must be.

use dot11::frame::decapsulate_llc;
use std::collections::BTreeMap;

use proptest::prelude::*;
use rsn::ccmp::CcmpReceiver;

use super::*;

#[derive(Clone, Copy, Debug)]
enum End {
    Ap,
    Station,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A key that was never there before, at one end.
    Install(End),
    /// The key of the other end, if it has one.
    Match(End),
    Remove(End),
    Port(End, bool),
    /// A frame of the vendor's from this end; in clear in any case or not.
    Packet(End, bool),
    /// Data of the host at this end.
    Data(End),
    Traffic,
    /// A vendor's frame that was protected comes again, as if recorded.
    Replay,
}

fn step() -> impl Strategy<Value = Step> {
    let end = prop_oneof![Just(End::Ap), Just(End::Station)];
    prop_oneof![
        end.clone().prop_map(Step::Install),
        end.clone().prop_map(Step::Match),
        end.clone().prop_map(Step::Match),
        end.clone().prop_map(Step::Remove),
        (end.clone(), any::<bool>()).prop_map(|(e, open)| Step::Port(e, open)),
        (end.clone(), Just(true)).prop_map(|(e, open)| Step::Port(e, open)),
        (end.clone(), any::<bool>()).prop_map(|(e, clear)| Step::Packet(e, clear)),
        end.prop_map(Step::Data),
        Just(Step::Traffic),
        Just(Step::Replay),
    ]
}

/// What one end has.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    key: Option<u8>,
    open: bool,
}

/// Both ends, and who listens in with every key there ever was.
struct Model {
    bench: Bench,
    sides: [Side; 2],
    keys: u8,
    ears: BTreeMap<(usize, u8), CcmpReceiver>,
}

impl Model {
    fn new() -> Self {
        let mut bench = vendor(CipherSuite::CCMP);
        bench.radio.set_tap(true, bench.now);
        Self {
            bench,
            sides: [Side::default(); 2],
            keys: 0,
            ears: BTreeMap::new(),
        }
    }

    /// A command to one end about the other.
    fn command(&mut self, end: End, command: impl FnOnce(MacAddr) -> Command) {
        match end {
            End::Ap => {
                let id = self
                    .bench
                    .command(command(self.bench.radio.station_address()));
                assert_eq!(self.bench.result(id), Ok(()));
            }
            End::Station => self.bench.station(command(AP)).unwrap(),
        }
    }

    fn install(&mut self, end: End, key: u8) {
        let tk = KeyBytes::copy_from(&[key; 16]);
        self.command(end, |peer| Command::InstallKey(pairwise_key(peer, tk)));
        self.sides[end as usize].key = Some(key);
        let ear = || CcmpReceiver::new(&[key; 16], 0);
        self.ears.entry((end as usize, key)).or_insert_with(ear);
    }

    fn run(&mut self, step: Step) {
        let sides = self.sides;
        match step {
            Step::Install(end) => {
                self.keys += 1;
                self.install(end, self.keys);
            }
            Step::Match(end) => {
                // Not one that this end had before: it would repeat its packet numbers.
                let other = sides[1 - end as usize].key;
                let fresh = |key: &u8| !self.ears.contains_key(&(end as usize, *key));
                if let Some(key) = other.filter(fresh) {
                    self.install(end, key);
                }
            }
            Step::Remove(end) => {
                self.command(end, |peer| Command::RemoveKey {
                    scope: KeyScope::Pairwise(peer),
                    index: 0,
                });
                self.sides[end as usize].key = None;
            }
            Step::Port(end, open) => {
                self.command(end, |peer| Command::Authorize { peer, open });
                self.sides[end as usize].open = open;
            }
            Step::Packet(end, in_clear) => {
                let arrived = match end {
                    End::Ap => send_down(&mut self.bench, b"x", in_clear),
                    End::Station => send_up(&mut self.bench, b"x", in_clear),
                };
                let [from, to] = [end as usize, 1 - end as usize].map(|n| sides[n].key);
                let sent = from.filter(|_| !in_clear);
                assert_eq!(arrived.is_some(), sent == to, "{step:?} {sides:?}");
            }
            Step::Data(end) => {
                let body = encapsulate_llc(0x0800, &[0; 20]);
                let (radio, now) = (&mut self.bench.radio, self.bench.now);
                match end {
                    End::Ap => radio.send_from_host(radio.station_address(), &body, now),
                    End::Station => {
                        radio.station_send_from_host(AP, &body, now);
                    }
                }
            }
            Step::Traffic => {
                let [ap, station] = sides;
                let result = self.bench.radio.station_traffic(3, self.bench.now);
                assert_eq!(result.is_ok(), station.open && station.key.is_some());
                if result.is_ok() {
                    let through = ap.open && ap.key == station.key;
                    let (sent, received) = traffic_done(&mut self.bench);
                    assert_eq!((sent, received), (3, if through { 3 } else { 0 }));
                    self.bench.sim_events.clear();
                }
            }
            Step::Replay => {
                let kind = FrameKind::Packet(OURS);
                let action = Action::Replay {
                    copies: 2,
                    every: Duration::from_micros(100),
                };
                self.bench.radio.add_rule(Rule::once(kind, action));
                let replayed = |this: &Self| this.bench.radio.ap_counters().replayed;
                let before = replayed(self);
                let arrived = send_up(&mut self.bench, b"x", false);
                self.bench.run(Duration::from_millis(1));
                let [ap, station] = sides.map(|s| s.key);
                assert_eq!(arrived.is_some(), ap == station, "{sides:?}");
                let again = station.is_some() && ap == station;
                // A frame of another key may be taken for an old one too.
                if ap == station {
                    assert_eq!(replayed(self) - before, if again { 2 } else { 0 });
                }
            }
        }
        self.bench.run(Duration::from_millis(2));
        self.check_tap(sides);
    }

    /// Keys do not change between the frames of a step and its end.
    fn check_tap(&mut self, sides: [Side; 2]) {
        while let Some(frame) = self.bench.radio.poll_tap() {
            let control = FrameControl::from_frame(&frame.bytes).unwrap();
            if control.frame_type() != FrameType::Data {
                continue;
            }
            let view = DataView::parse(&frame.bytes).unwrap();
            let from = usize::from(!control.has(FrameControl::FROM_DS));
            let side = sides[from];
            if !control.has(FrameControl::PROTECTED) {
                // Only the vendor's own frames are ever seen in clear.
                let (ether_type, _) = decapsulate_llc(view.payload()).unwrap();
                assert_eq!(ether_type, OURS);
                continue;
            }
            let key = side.key.expect("who has no key ciphers nothing");
            let mut plain = Vec::new();
            let ear = self.ears.get_mut(&(from, key)).unwrap();
            ear.unprotect(&frame.bytes, &mut plain).unwrap();
            let (ether_type, _) = decapsulate_llc(&plain[view.header_bytes().len()..]).unwrap();
            // Data flies through an open port only.
            assert!(ether_type == OURS || side.open, "{ether_type:#x} {side:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_but_vendors_frames_flies_in_clear_and_only_matching_keys_connect(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut model = Model::new();
        for step in steps {
            model.run(step);
        }
    }
}
