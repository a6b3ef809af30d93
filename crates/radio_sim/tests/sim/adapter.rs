//! The station adapter: a radio in a station's role on the same air.

mod data;
mod model;

use ::radio::{
    Arrival, Command, CommandErrorKind, CommandId, EtherTypeRule, Key, KeyScope, ListenConfig,
    Radio, RadioCommand, RadioEvent,
};
use cause::Cause;
use clock::Duration;
use dot11::frame::{
    AuthenticationAlgorithm, DataView, FrameControl, FrameType, ManagementAddresses,
    ManagementBody, ManagementBuilder, ManagementSubtype, ManagementView, encapsulate_llc,
};
use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, ReasonCode, StatusCode};
use radio_sim::{
    Action, CommandKind, FrameKind, Rule, STATION_ADAPTER, SimConfig, SimError, SimEvent,
    StationCounters, StationKey,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsn::{Supplicant, SupplicantConfig, SupplicantOutput};

use crate::support::*;

const OURS: u16 = 0x88b7;
const TK: [u8; 16] = [0x5a; 16];
const CIPHERS: [CipherSuite; 2] = [CipherSuite::CCMP, CipherSuite::GCMP];

fn tk() -> KeyBytes {
    KeyBytes::copy_from(&TK)
}

fn channel(number: u8) -> Channel {
    Channel::new(number).unwrap()
}

fn listen(number: u8, bssid: Option<MacAddr>) -> Command {
    Command::Listen(ListenConfig {
        channel: channel(number),
        bssid,
    })
}

fn rule(arrival: Arrival) -> EtherTypeRule {
    EtherTypeRule {
        ether_type: OURS,
        hand_up: true,
        unicast: arrival,
        group: arrival,
    }
}

fn on_air(cipher: CipherSuite) -> Bench {
    let mut bench = Bench::started_with(SimConfig::with_seed(5), |c| c.cipher = cipher);
    bench.command(Command::SetEtherTypes(vec![rule(
        Arrival::InClearWithoutKey,
    )]));
    bench
        .station(Command::SetEtherTypes(vec![rule(
            Arrival::InClearWithoutKey,
        )]))
        .unwrap();
    bench
}

/// Management frames of this subtype that came up to the adapter.
fn heard(bench: &Bench, subtype: ManagementSubtype) -> usize {
    let is = |e: &&RadioEvent| match e {
        RadioEvent::Management { frame, .. } => {
            ManagementView::parse(frame).unwrap().subtype() == subtype
        }
        _ => false,
    };
    bench.station_events.iter().filter(is).count()
}

fn acked(bench: &Bench) -> Option<bool> {
    bench.station_events.iter().rev().find_map(|e| match e {
        RadioEvent::FrameSent { acked, .. } => Some(*acked),
        _ => None,
    })
}

fn to_ap(bench: &Bench) -> ManagementAddresses {
    ManagementAddresses::to_ap(AP, bench.radio.station_address())
}

fn send(bench: &mut Bench, frame: Vec<u8>) {
    bench.station(Command::SendManagement { frame }).unwrap();
    bench.run(Duration::from_millis(2));
}

fn probe_request(bench: &Bench) -> Vec<u8> {
    let from = ManagementAddresses::to_all(bench.radio.station_address());
    ManagementBuilder::probe_request(from)
        .with(|w| {
            w.ssid(b"").rates(&[2, 4, 11, 22]);
        })
        .finish()
}

/// Authenticates and associates; the association id.
fn associate(bench: &mut Bench, cipher: CipherSuite, elements: &[u8]) -> u16 {
    bench.station(listen(6, Some(AP))).unwrap();
    let authentication = ManagementBuilder::authentication(
        to_ap(bench),
        AuthenticationAlgorithm::OPEN_SYSTEM,
        1,
        StatusCode::SUCCESS,
    );
    send(bench, authentication.finish());
    assert_eq!(acked(bench), Some(true));
    assert_eq!(heard(bench, ManagementSubtype::AUTHENTICATION), 1);
    let request = ManagementBuilder::association_request(to_ap(bench), capability(), 10, None)
        .with(|w| {
            w.ssid(ssid().as_bytes())
                .rates(&[2, 4, 11, 22])
                .raw(&rsne(cipher))
                .raw(elements);
        });
    bench
        .station(Command::SendManagement {
            frame: request.finish(),
        })
        .unwrap();
    // The answer, not what may follow it.
    while heard(bench, ManagementSubtype::ASSOCIATION_RESPONSE) == 0 {
        let soon = bench.now + Duration::from_millis(5);
        assert!(bench.step(soon));
    }
    let aid = bench.station_events.iter().rev().find_map(|e| match e {
        RadioEvent::Management { frame, .. } => {
            match ManagementView::parse(frame).unwrap().body() {
                Ok(ManagementBody::AssociationResponse(answer)) => Some(answer.aid),
                _ => None,
            }
        }
        _ => None,
    });
    let aid = aid.unwrap();
    let entry = entry(AP, aid, false);
    bench.station(Command::AddStation(Box::new(entry))).unwrap();
    aid
}

fn authorize(bench: &mut Bench, open: bool) {
    bench
        .station(Command::Authorize { peer: AP, open })
        .unwrap();
}

fn install(bench: &mut Bench, cipher: CipherSuite) {
    let key = Key {
        cipher,
        ..pairwise_key(AP, tk())
    };
    bench.station(Command::InstallKey(key)).unwrap();
}

fn install_at_ap(bench: &mut Bench, cipher: CipherSuite) {
    let peer = bench.radio.station_address();
    let key = Key {
        cipher,
        ..pairwise_key(peer, tk())
    };
    let id = bench.command(Command::InstallKey(key));
    assert_eq!(bench.result(id), Ok(()));
}

fn authorize_at_ap(bench: &mut Bench) {
    let peer = bench.radio.station_address();
    let id = bench.command(Command::Authorize { peer, open: true });
    assert_eq!(bench.result(id), Ok(()));
}

/// A vendor's connection: associated, no key, closed ports.
fn vendor(cipher: CipherSuite) -> Bench {
    let mut bench = on_air(cipher);
    associate(&mut bench, cipher, &VENDOR_ELEMENT);
    assert_eq!(bench.vendors, [bench.radio.station_address()]);
    bench
}

/// The same with keys and open ports.
fn connected(cipher: CipherSuite) -> Bench {
    let mut bench = vendor(cipher);
    install(&mut bench, cipher);
    install_at_ap(&mut bench, cipher);
    authorize(&mut bench, true);
    authorize_at_ap(&mut bench);
    bench
}

fn traffic(bench: &mut Bench, frames: u32) -> (u32, u32) {
    bench.sim_events.clear();
    bench.radio.station_traffic(frames, bench.now).unwrap();
    traffic_done(bench)
}

/// How the traffic ended, or ends.
fn traffic_done(bench: &mut Bench) -> (u32, u32) {
    let is_done = |e: &SimEvent| matches!(e, SimEvent::TrafficDone { .. });
    let done = bench.sim_events.iter().find(|e| is_done(e)).cloned();
    match done.or_else(|| bench.run_until(is_done)) {
        Some(SimEvent::TrafficDone {
            name,
            sent,
            received,
        }) => {
            assert_eq!(name, STATION_ADAPTER);
            bench.sim_events.clear();
            (sent, received)
        }
        other => panic!("{other:?}"),
    }
}

fn send_up(bench: &mut Bench, payload: &[u8], in_clear: bool) -> Option<Vec<u8>> {
    bench.events.clear();
    bench
        .station(Command::SendPacket {
            peer: AP,
            ether_type: OURS,
            payload: payload.to_vec(),
            in_clear,
        })
        .unwrap();
    bench.run(Duration::from_millis(1));
    let own = bench.radio.station_address();
    bench.events.iter().find_map(|e| match e {
        RadioEvent::Packet { peer, payload, .. } if *peer == own => Some(payload.clone()),
        _ => None,
    })
}

fn send_down(bench: &mut Bench, payload: &[u8], in_clear: bool) -> Option<Vec<u8>> {
    bench.station_events.clear();
    let id = bench.command(Command::SendPacket {
        peer: bench.radio.station_address(),
        ether_type: OURS,
        payload: payload.to_vec(),
        in_clear,
    });
    assert_eq!(bench.result(id), Ok(()));
    bench.run(Duration::from_millis(1));
    packet(bench)
}

/// What was handed up by the adapter.
fn packet(bench: &Bench) -> Option<Vec<u8>> {
    bench.station_events.iter().find_map(|e| match e {
        RadioEvent::Packet {
            peer: AP, payload, ..
        } => Some(payload.clone()),
        _ => None,
    })
}

/// From the access point, protected: of each data frame with a body since the last look.
fn flown(bench: &mut Bench) -> Vec<(bool, bool)> {
    std::iter::from_fn(|| bench.radio.poll_tap())
        .filter_map(|f| {
            let control = FrameControl::from_frame(&f.bytes)?;
            if control.frame_type() != FrameType::Data {
                return None;
            }
            let header = *DataView::parse(&f.bytes).ok()?.header();
            Some((control.has(FrameControl::FROM_DS), header.is_protected()))
        })
        .collect()
}

fn lost(bench: &Bench) -> bool {
    bench
        .station_events
        .contains(&RadioEvent::StationLost { peer: AP })
}

#[test]
fn it_is_ready_with_an_address_of_its_own() {
    let bench = Bench::new(SimConfig::default());
    let [RadioEvent::Ready(capabilities)] = bench.station_events.as_slice() else {
        panic!("{:?}", bench.station_events);
    };
    assert_eq!(capabilities.address, bench.radio.station_address());
    assert_ne!(capabilities.address, AP);
    assert_eq!(capabilities.ciphers, CIPHERS);
}

#[test]
fn it_hears_beacons_of_its_channel_while_it_listens() {
    let mut bench = Bench::started();
    let second = Duration::from_secs(1);
    bench.run(second);
    assert_eq!(heard(&bench, ManagementSubtype::BEACON), 0);
    for (number, beacons) in [(1, 0), (6, 9), (11, 0)] {
        bench.station_events.clear();
        bench.station(listen(number, None)).unwrap();
        bench.run(second);
        let got = heard(&bench, ManagementSubtype::BEACON);
        assert!(
            (beacons..=beacons + beacons / 9).contains(&got),
            "{number}: {got}"
        );
    }
    bench
        .station(listen(6, Some(MacAddr([2, 1, 1, 1, 1, 1]))))
        .unwrap();
    bench.station_events.clear();
    bench.run(second);
    assert_eq!(
        heard(&bench, ManagementSubtype::BEACON),
        0,
        "of another network"
    );
    bench.station(Command::StopListening).unwrap();
    assert_eq!(
        bench.radio.poll_timeout(),
        None,
        "an idle adapter costs nothing"
    );
}

#[test]
fn scanning_hears_probe_responses_where_the_network_is() {
    let mut bench = Bench::started();
    for (number, answers) in [(1, 0), (6, 1)] {
        bench.station(listen(number, None)).unwrap();
        let request = probe_request(&bench);
        send(&mut bench, request);
        assert_eq!(heard(&bench, ManagementSubtype::PROBE_RESPONSE), answers);
        assert_eq!(acked(&bench), Some(answers == 1), "channel {number}");
    }
}

#[test]
fn it_sends_only_where_it_may_and_only_as_itself() {
    let mut bench = Bench::started();
    let request = probe_request(&bench);
    let kind = |bench: &mut Bench, command| bench.station(command).unwrap_err().kind;
    let frame = || request.clone();
    assert_eq!(
        kind(&mut bench, Command::SendManagement { frame: frame() }),
        CommandErrorKind::Invalid
    );
    assert_eq!(
        kind(&mut bench, listen(165, None)),
        CommandErrorKind::Regulatory
    );
    bench.station(listen(36, None)).unwrap();
    assert_eq!(
        kind(&mut bench, Command::SendManagement { frame: frame() }),
        CommandErrorKind::Regulatory
    );
    bench.station(listen(6, None)).unwrap();
    let foreign = ManagementBuilder::probe_request(ManagementAddresses::to_all(AP)).finish();
    for frame in [foreign, vec![1, 2, 3]] {
        assert_eq!(
            kind(&mut bench, Command::SendManagement { frame }),
            CommandErrorKind::Invalid
        );
    }
    assert_eq!(
        kind(&mut bench, Command::StartAp(Box::new(ap_config()))),
        CommandErrorKind::NotSupported
    );
}

#[test]
fn it_joins_with_a_passphrase_as_any_station_does() {
    let mut bench = Bench::started();
    associate(&mut bench, CipherSuite::CCMP, &[]);
    let own = bench.radio.station_address();
    let config = SupplicantConfig {
        ap: AP,
        station: own,
        pmk: pmk(&secondary()),
        ap_rsne: rsne(CipherSuite::CCMP),
        station_rsne: rsne(CipherSuite::CCMP),
        management_protection: false,
    };
    let mut supplicant = Supplicant::new(config, ChaCha20Rng::seed_from_u64(9));
    let until = bench.now + Duration::from_secs(5);
    let mut seen = 0;
    let mut done = false;
    while !done {
        assert!(bench.step(until), "the handshake ends");
        while let Some(event) = bench.station_events.get(seen) {
            seen += 1;
            if let RadioEvent::Eapol { peer: AP, pdu } = event {
                supplicant.handle_eapol(pdu).unwrap();
            }
        }
        while let Some(output) = supplicant.poll_output() {
            let command = match output {
                SupplicantOutput::SendEapol(pdu) => Command::SendEapol { peer: AP, pdu },
                SupplicantOutput::InstallPairwiseKey { tk } => {
                    Command::InstallKey(pairwise_key(AP, tk))
                }
                SupplicantOutput::InstallGroupKey { index, gtk, rsc } => Command::InstallKey(Key {
                    scope: KeyScope::Group,
                    index,
                    cipher: CipherSuite::CCMP,
                    material: KeyBytes::copy_from(gtk.expose()),
                    receive_counter: Some(rsc),
                }),
                SupplicantOutput::InstallManagementKey { .. } => {
                    panic!("nobody agreed on protection")
                }
                SupplicantOutput::Done => {
                    done = true;
                    Command::Authorize {
                        peer: AP,
                        open: true,
                    }
                }
                SupplicantOutput::Failed(failure) => panic!("{failure:?}"),
            };
            bench.station(command).unwrap();
        }
    }
    bench.run(Duration::from_millis(5));
    assert_eq!(bench.peers[&own].key, Some(SECONDARY));
    assert_eq!(traffic(&mut bench, 100), (100, 100));
    // Others reach it, it hears the group, and silence costs nothing.
    bench.joined("a", primary());
    let to_all = encapsulate_llc(0x0800, &[0; 20]);
    bench
        .radio
        .send_from_host(MacAddr::BROADCAST, &to_all, bench.now);
    bench.run(Duration::from_millis(5));
    assert_eq!(bench.radio.station_adapter_counters().group, 1);
    assert_eq!(
        bench.radio.station_adapter_keys(),
        [(KeyScope::Pairwise(AP), 0), (KeyScope::Group, 1)]
    );
    bench.run(Duration::from_secs(30));
    assert_eq!(bench.radio.poll_timeout(), None);
}

#[test]
fn being_sent_away_comes_up_as_a_frame() {
    let mut bench = connected(CipherSuite::CCMP);
    let own = bench.radio.station_address();
    bench.deauthenticate(own, ReasonCode::UNSPECIFIED);
    bench.run(Duration::from_millis(2));
    assert_eq!(heard(&bench, ManagementSubtype::DEAUTHENTICATION), 1);
    // What to make of it is its user's business.
    assert!(bench.radio.station_adapter_row().is_some());
    bench
        .station(Command::RemoveStation {
            peer: AP,
            reason: ReasonCode::UNSPECIFIED,
        })
        .unwrap();
    assert_eq!(bench.radio.station_adapter_row(), None);
    assert!(bench.radio.station_adapter_keys().is_empty());
}

#[test]
fn listening_for_another_network_forgets_the_first() {
    let mut bench = connected(CipherSuite::CCMP);
    bench.station(listen(6, Some(AP))).unwrap();
    assert!(
        bench.radio.station_adapter_row().is_some(),
        "the same again"
    );
    for other in [
        listen(6, None),
        listen(6, Some(MacAddr([2, 1, 1, 1, 1, 1]))),
        Command::StopListening,
    ] {
        bench.station(listen(6, Some(AP))).unwrap();
        bench
            .station(Command::AddStation(Box::new(entry(AP, 1, false))))
            .unwrap();
        install(&mut bench, CipherSuite::CCMP);
        bench.station(other).unwrap();
        assert_eq!(bench.radio.station_adapter_row(), None);
        assert!(bench.radio.station_adapter_keys().is_empty());
    }
}

#[test]
fn a_replaced_entry_loses_its_keys_and_a_changed_one_its_open_port() {
    let mut bench = connected(CipherSuite::CCMP);
    install(&mut bench, CipherSuite::CCMP);
    let mut half = entry(AP, 0, false);
    half.flags.associated = false;
    bench
        .station(Command::UpdateStation(Box::new(half)))
        .unwrap();
    let row = bench.radio.station_adapter_row().unwrap();
    assert!(!row.authorized && row.keyed);
    let full = Box::new(entry(AP, 1, false));
    bench.station(Command::AddStation(full)).unwrap();
    let row = bench.radio.station_adapter_row().unwrap();
    assert!(!row.authorized && !row.keyed && row.associated);
}

#[test]
fn commands_that_cannot_be_are_refused() {
    use CommandErrorKind::{Invalid, NotFound, NotSupported};
    let mut bench = on_air(CipherSuite::CCMP);
    let other = MacAddr([2, 1, 1, 1, 1, 1]);
    let kind = |bench: &mut Bench, command| bench.station(command).err().map(|e| e.kind);
    let add = |peer| Command::AddStation(Box::new(entry(peer, 1, false)));
    let update = |peer| Command::UpdateStation(Box::new(entry(peer, 1, false)));
    let packet = |peer, ether_type, len| Command::SendPacket {
        peer,
        ether_type,
        payload: vec![0; len],
        in_clear: false,
    };
    let eapol = |peer| Command::SendEapol {
        peer,
        pdu: vec![2, 3, 0, 0],
    };
    assert_eq!(kind(&mut bench, add(AP)), Some(Invalid), "not listening");
    bench.station(listen(6, None)).unwrap();
    assert_eq!(kind(&mut bench, add(AP)), Some(Invalid), "looking around");
    bench.station(listen(6, Some(AP))).unwrap();
    assert_eq!(kind(&mut bench, update(AP)), Some(NotFound));
    assert_eq!(kind(&mut bench, eapol(AP)), Some(NotFound));
    assert_eq!(kind(&mut bench, add(other)), Some(Invalid));
    assert_eq!(kind(&mut bench, add(MacAddr::BROADCAST)), Some(Invalid));
    let mut half = entry(AP, 0, false);
    half.flags.associated = false;
    bench.station(Command::AddStation(Box::new(half))).unwrap();
    assert_eq!(kind(&mut bench, packet(AP, OURS, 1)), Some(Invalid));
    assert_eq!(kind(&mut bench, eapol(AP)), Some(Invalid));
    let open = Command::Authorize {
        peer: AP,
        open: true,
    };
    assert_eq!(kind(&mut bench, open), Some(Invalid));
    assert_eq!(kind(&mut bench, update(AP)), None);
    let rows = [
        (packet(AP, OURS, 2_296), None),
        (packet(AP, OURS, 2_297), Some(Invalid)),
        (packet(AP, 0x05ff, 1), Some(Invalid)),
        (packet(AP, dot11::ETHERTYPE_EAPOL, 1), Some(Invalid)),
        (packet(other, OURS, 1), Some(NotFound)),
        (eapol(AP), None),
        (eapol(other), Some(NotFound)),
        (Command::QueryStation { peer: AP }, None),
        (Command::QueryStation { peer: other }, Some(NotFound)),
        (Command::ProbeStation { peer: AP }, Some(NotSupported)),
        (
            Command::InstallKey(pairwise_key(other, tk())),
            Some(NotFound),
        ),
    ];
    for (command, wanted) in rows {
        let case = format!("{command:?}");
        assert_eq!(kind(&mut bench, command), wanted, "{case}");
    }
    let error = ::radio::CommandError {
        kind: CommandErrorKind::Failed,
        cause: Cause::new("No.", "None."),
    };
    bench
        .radio
        .station_refuse_next(CommandKind::SendEapol, 1, error);
    assert_eq!(kind(&mut bench, eapol(AP)), None);
    assert_eq!(kind(&mut bench, eapol(AP)), Some(CommandErrorKind::Failed));
    assert_eq!(
        bench
            .radio
            .join(STATION_ADAPTER, StationKey::Vendor, bench.now),
        Err(SimError::BadName)
    );
}

#[test]
fn loss_and_rules_hit_it_as_every_station() {
    let mut bench = Bench::started();
    bench.station(listen(6, Some(AP))).unwrap();
    let own = bench.radio.station_address();
    let kind = FrameKind::Management(ManagementSubtype::PROBE_REQUEST);
    let request = probe_request(&bench);
    for action in [Action::Drop, Action::DropAck] {
        bench.radio.add_rule(Rule::once(kind, action).with(own));
        send(&mut bench, request.clone());
        assert_eq!(acked(&bench), Some(false));
    }
    send(&mut bench, request);
    assert_eq!(acked(&bench), Some(true));
    assert_eq!(heard(&bench, ManagementSubtype::PROBE_RESPONSE), 2);
}

#[test]
fn pulled_out_it_forgets_and_put_in_it_is_ready() {
    let mut bench = connected(CipherSuite::CCMP);
    bench.station_events.clear();
    let cause = Cause::new("Pulled out.", "Put it in.");
    bench
        .radio
        .set_station_unavailable(Some(cause.clone()), bench.now);
    let refused = bench.station(listen(6, None)).unwrap_err();
    assert_eq!(refused.kind, CommandErrorKind::PoweredDown);
    assert_eq!(
        bench.station_events.first(),
        Some(&RadioEvent::Unavailable { cause })
    );
    bench.station(Command::StopListening).unwrap();
    bench.radio.set_station_unavailable(None, bench.now);
    bench.run(Duration::from_millis(1));
    assert!(matches!(
        bench.station_events.last(),
        Some(RadioEvent::Ready(_))
    ));
    bench.station(listen(6, None)).unwrap();
    assert_eq!(bench.radio.station_adapter_row(), None);
}

#[test]
fn answers_take_as_long_as_those_of_the_access_point() {
    let mut bench = Bench::new(SimConfig {
        command_latency: Duration::from_millis(3),
        ..SimConfig::default()
    });
    bench.station_events.clear();
    let command = RadioCommand {
        id: CommandId(77),
        command: listen(6, None),
    };
    bench.radio.station_command(command, bench.now);
    bench.run(Duration::from_micros(2_900));
    assert!(bench.station_events.is_empty());
    bench.run(Duration::from_micros(100));
    assert_eq!(bench.station_events.len(), 1);
}
