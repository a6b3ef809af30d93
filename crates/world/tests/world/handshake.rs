//! Attacks on the handshake by name, through the whole column.

use clock::Duration;
use dot11::eapol::{KeyFrame, KeyInfo};
use dot11::frame::encapsulate_llc;
use dot11::{ETHERTYPE_EAPOL, StatusCode};
use radio::{Command, KeyScope};
use radio_sim::{Action, FrameKind, Rule};
use wlan_rpc::KeyIdentity;
use world::{World, passphrase};

use crate::ghost::Ghost;

fn message(number: u8, counter: u64, nonce: Option<&[u8; 32]>) -> Vec<u8> {
    let pairwise = KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::MIC;
    let rsne = [
        48, 20, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 2, 0, 0,
    ];
    let (info, key_data): (_, &[u8]) = if number == 2 {
        (pairwise, &rsne)
    } else {
        (pairwise | KeyInfo::SECURE, &[])
    };
    KeyFrame {
        info,
        replay_counter: counter,
        nonce,
        key_data,
        ..KeyFrame::default()
    }
    .encode()
}

fn pairwise_installs(world: &World) -> usize {
    world
        .commands
        .iter()
        .filter(|c| {
            matches!(&c.command, Command::InstallKey(key) if matches!(key.scope, KeyScope::Pairwise(_)))
        })
        .count()
}

#[test]
pub(crate) fn eapol_before_association_reaches_nobody() {
    let (mut world, _) = World::running();
    let victim = world.primary_key();
    let victim = world.joined("victim", victim, KeyIdentity::Primary);
    let ghost = Ghost::new(&mut world, 1);
    let heard = world.radio.station_counters("victim").unwrap();
    let evil = message(2, 1, Some(&[7; 32]));

    // CVE-2020-26139: neither to the access point nor through it to a station.
    ghost.send(&mut world, ghost.eapol(&evil));
    ghost.send(&mut world, ghost.eapol_to(victim, &evil));
    ghost.send(&mut world, ghost.authentication());
    world.run(Duration::from_millis(5));
    ghost.send(&mut world, ghost.eapol_to(victim, &evil));
    world.run(Duration::from_millis(5));

    assert_eq!(world.radio.station_counters("victim").unwrap(), heard);
    assert_eq!(world.radio.ap_counters().not_associated, 3);
    assert_eq!(world.radio.ap_counters().forwarded, 0);
    assert_eq!(world.traffic("victim", 10), 10);
}

#[test]
fn an_associated_stranger_passes_no_eapol_on_either() {
    let (mut world, _) = World::running();
    let victim = world.primary_key();
    let victim = world.joined("victim", victim, KeyIdentity::Primary);
    let mut ghost = Ghost::new(&mut world, 1);
    assert_eq!(ghost.associate(&mut world), Some(StatusCode::SUCCESS));
    let heard = world.radio.station_counters("victim").unwrap();

    ghost.send(
        &mut world,
        ghost.eapol_to(victim, &message(2, 1, Some(&[7; 32]))),
    );
    world.run(Duration::from_millis(5));

    assert_eq!(world.radio.ap_counters().foreign_eapol, 1);
    assert_eq!(world.radio.station_counters("victim").unwrap(), heard);
}

#[test]
fn message_4_before_message_2_opens_nothing() {
    // CVE-2023-52161.
    let (mut world, _) = World::running();
    let mut ghost = Ghost::new(&mut world, 1);
    assert_eq!(ghost.associate(&mut world), Some(StatusCode::SUCCESS));
    let first = ghost.message_1(&mut world).unwrap();

    for counter in [first.counter, first.counter + 1, 0, u64::MAX] {
        ghost.send(&mut world, ghost.eapol(&message(4, counter, None)));
        ghost.send(
            &mut world,
            ghost.eapol(&message(4, counter, Some(&first.anonce))),
        );
    }
    world.run(Duration::from_millis(50));

    let row = world.radio.station_row(ghost.mac).unwrap();
    assert!(!row.authorized && !row.keyed, "{row:?}");
    assert_eq!(pairwise_installs(&world), 0);
    world.run(Duration::from_secs(10));
    assert!(
        world.radio.station_row(ghost.mac).is_none(),
        "and in the end it is sent away"
    );
}

#[test]
fn a_message_2_without_a_key_elects_none() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let mut ghost = Ghost::new(&mut world, 1);
    ghost.associate(&mut world);
    let first = ghost.message_1(&mut world).unwrap();

    for nonce in 0..50 {
        let pdu = message(2, first.counter, Some(&[nonce; 32]));
        ghost.send(&mut world, ghost.eapol(&pdu));
        ghost.send(&mut world, ghost.eapol(&message(4, first.counter, None)));
        ghost.send(
            &mut world,
            ghost.eapol(&message(4, first.counter + 1, None)),
        );
    }
    world.run(Duration::from_millis(50));

    assert!(!world.radio.station_row(ghost.mac).unwrap().authorized);
    assert_eq!(pairwise_installs(&world), 0);
}

#[test]
pub(crate) fn replayed_messages_install_no_key_twice() {
    // CVE-2017-13082 class and CVE-2020-17497: each message, and all of them long afterwards.
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let copies = 5;
    for kind in [2, 4] {
        for every in [Duration::from_millis(1), Duration::from_millis(300)] {
            let action = Action::Replay { copies, every };
            world
                .radio
                .add_rule(Rule::once(FrameKind::Message(kind), action));
        }
    }
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    let sent = world.traffic("tablet", 10);
    let before = world.radio.station_row(tablet).unwrap().sent_pn;

    world.run(Duration::from_secs(3));
    let answered = world.traffic("tablet", 10);

    assert_eq!((sent, answered), (10, 10));
    assert_eq!(pairwise_installs(&world), 1);
    let after = world.radio.station_row(tablet).unwrap();
    assert!(
        after.authorized && after.sent_pn >= before + 10,
        "{after:?}"
    );
    assert_eq!(
        world
            .radio
            .station_counters("tablet")
            .unwrap()
            .pairwise_installs,
        1
    );
}

#[test]
pub(crate) fn forged_eapol_does_not_disturb_a_joined_station() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    let victim = world.joined("victim", key, KeyIdentity::Primary);
    let ap = Ghost::new(&mut world, 1).ap;
    let forger = Ghost { mac: victim, ap };
    world.begin_traffic("victim", 200);

    for n in 0..200 {
        for number in [2, 4] {
            let pdu = message(number, n, Some(&[n as u8; 32]));
            world.radio.inject(forger.eapol(&pdu), world.now());
        }
        let request = KeyFrame {
            info: KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::REQUEST | KeyInfo::MIC,
            replay_counter: n,
            ..KeyFrame::default()
        };
        world
            .radio
            .inject(forger.eapol(&request.encode()), world.now());
        world.radio.inject(forger.eapol(&[2, 1, 0, 0]), world.now());
        world.run(Duration::from_millis(1));
    }

    assert_eq!(world.end_traffic("victim"), 200);
    assert_eq!(world.key_of(victim), Some(KeyIdentity::Primary));
    assert_eq!(pairwise_installs(&world), 1);
}

#[test]
pub(crate) fn a_forged_authentication_does_not_end_an_association() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    let victim = world.joined("victim", key, KeyIdentity::Primary);
    let ap = Ghost::new(&mut world, 1).ap;
    let forger = Ghost { mac: victim, ap };

    for _ in 0..20 {
        forger.send(&mut world, forger.authentication());
        world.run(Duration::from_millis(10));
    }

    assert_eq!(world.key_of(victim), Some(KeyIdentity::Primary));
    assert_eq!(world.traffic("victim", 10), 10);
}

#[test]
pub(crate) fn data_in_clear_passes_at_no_stage() {
    let (mut world, _) = World::running();
    let mut ghost = Ghost::new(&mut world, 1);
    let request = encapsulate_llc(0x88b6, &[1; 12]);
    let data = dot11::frame::DataHeader::to_ds(ghost.ap, ghost.mac, ghost.ap).encode(&request);

    ghost.send(&mut world, data.clone());
    ghost.associate(&mut world);
    ghost.send(&mut world, data.clone());
    world.run(Duration::from_millis(5));
    let key = world.primary_key();
    let victim = world.joined("victim", key, KeyIdentity::Primary);
    let as_victim = dot11::frame::DataHeader::to_ds(ghost.ap, victim, ghost.ap).encode(&request);
    ghost.send(&mut world, as_victim);
    world.run(Duration::from_millis(5));

    assert_eq!(world.radio.ap_counters().echoed, 0);
}

#[test]
pub(crate) fn the_ethertype_of_eapol_is_no_way_around_a_closed_port() {
    let (mut world, _) = World::running();
    let mut ghost = Ghost::new(&mut world, 1);
    ghost.associate(&mut world);
    let mut frame = encapsulate_llc(ETHERTYPE_EAPOL, &[0; 1400]);
    frame.extend(encapsulate_llc(0x88b6, &[1; 12]));
    let data = dot11::frame::DataHeader::to_ds(ghost.ap, ghost.mac, ghost.ap).encode(&frame);

    ghost.send(&mut world, data);
    world.run(Duration::from_millis(5));

    assert_eq!(world.radio.ap_counters().echoed, 0);
    assert!(!world.radio.station_row(ghost.mac).unwrap().authorized);
}
