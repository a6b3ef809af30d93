//! Frames no honest station sends.

use clock::Duration;
use dot11::MacAddr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wlan_model::HostedNetworkState;
use wlan_rpc::KeyIdentity;
use world::{World, passphrase};

use crate::ghost::Ghost;

/// Frames of a whole honest life, as a tap saw them: joins, traffic, renewals, leaving.
fn honest_frames() -> Vec<Vec<u8>> {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    world.radio.set_tap(true, world.now());
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.traffic("phone", 3);
    world.radio.set_dozing("phone", true, world.now()).unwrap();
    world.run(Duration::from_millis(300));
    world.leave("tablet");
    world.run(Duration::from_secs(2));
    std::iter::from_fn(|| world.radio.poll_tap())
        .map(|f| f.bytes)
        .collect()
}

/// Flips, cuts, stretches and splices.
fn mutate(frame: &mut Vec<u8>, others: &[Vec<u8>], rng: &mut ChaCha20Rng) {
    for _ in 0..=rng.next_u32() % 3 {
        let len = frame.len() as u32;
        let at = if len == 0 {
            0
        } else {
            (rng.next_u32() % len) as usize
        };
        match rng.next_u32() % 6 {
            0 | 1 => {
                if let Some(byte) = frame.get_mut(at) {
                    *byte ^= 1 << (rng.next_u32() % 8);
                }
            }
            2 => {
                if let Some(byte) = frame.get_mut(at) {
                    *byte = rng.next_u32() as u8;
                }
            }
            3 => frame.truncate(at),
            4 => frame.extend((0..rng.next_u32() % 300).map(|n| n as u8)),
            _ => {
                let other = &others[rng.next_u32() as usize % others.len()];
                frame.truncate(at);
                frame.extend(other.iter().skip(at));
            }
        }
    }
}

fn towards_ap(frame: &mut [u8], ap: MacAddr, from: MacAddr) {
    if let Some(address) = frame.get_mut(4..10) {
        address.copy_from_slice(&ap.0);
    }
    if let Some(address) = frame.get_mut(10..16) {
        address.copy_from_slice(&from.0);
    }
    if let Some(address) = frame.get_mut(16..22) {
        address.copy_from_slice(&ap.0);
    }
}

fn still_works(world: &mut World) {
    assert_eq!(world.status().state, HostedNetworkState::Active);
    let key = world.primary_key();
    world.joined("honest", key, KeyIdentity::Primary);
    assert_eq!(world.traffic("honest", 20), 20);
}

#[test]
fn mutated_frames_from_strangers_and_from_associated_ghosts_do_no_harm() {
    let frames = honest_frames();
    let (mut world, _) = World::running();
    let mut ghosts: Vec<Ghost> = (0..8).map(|n| Ghost::new(&mut world, n)).collect();
    world.radio.set_tap(false, world.now());
    let mut rng = ChaCha20Rng::seed_from_u64(world.seed());
    for round in 0..10_000 {
        let mut frame = frames[rng.next_u32() as usize % frames.len()].clone();
        let ghost = ghosts[rng.next_u32() as usize % ghosts.len()];
        if rng.next_u32() % 4 > 0 {
            towards_ap(&mut frame, ghost.ap, ghost.mac);
        }
        mutate(&mut frame, &frames, &mut rng);
        world.radio.inject(frame, world.now());
        if round % 4 == 0 {
            world.run(Duration::from_micros(500));
        }
        if round % 500 == 0 {
            world.radio.set_tap(true, world.now());
            for ghost in &mut ghosts {
                ghost.associate(&mut world);
            }
            world.radio.set_tap(false, world.now());
        }
    }
    world.run(Duration::from_secs(6));

    still_works(&mut world);
}

#[test]
fn noise_and_oversized_frames_do_no_harm() {
    let (mut world, _) = World::running();
    let ghost = Ghost::new(&mut world, 1);
    world.radio.set_tap(false, world.now());
    let mut rng = ChaCha20Rng::seed_from_u64(world.seed());
    for _ in 0..3_000 {
        let mut frame = vec![0; rng.next_u32() as usize % 400];
        rng.fill_bytes(&mut frame);
        world.radio.inject(frame, world.now());
        world.run(Duration::from_micros(300));
    }
    for len in [2_304, 4_000, 7_935, 11_450, 11_451, 65_535, 200_000] {
        for head in [
            ghost.authentication(),
            ghost.association(),
            ghost.eapol(&[2, 3, 0xff, 0xff]),
        ] {
            let mut frame = head;
            frame.resize(len, 0xdd);
            world.radio.inject(frame, world.now());
        }
    }
    world.run(Duration::from_secs(1));

    still_works(&mut world);
}

#[test]
fn frames_in_the_wrong_state_do_no_harm() {
    let (mut world, _) = World::running();
    let ghost = Ghost::new(&mut world, 1);
    let to = dot11::frame::ManagementAddresses::to_ap(ghost.ap, ghost.mac);
    let reason = dot11::ReasonCode::LEAVING_NETWORK_DEAUTH;
    let frames = [
        ghost.association(),
        dot11::frame::ManagementBuilder::deauthentication(to, reason).finish(),
        dot11::frame::ManagementBuilder::disassociation(to, reason).finish(),
        ghost.eapol(&[2, 3, 0, 0]),
        ghost.authentication(),
        ghost.eapol(&[2, 3, 0, 0]),
        ghost.association(),
        ghost.association(),
        ghost.authentication(),
        ghost.eapol(&[2, 3, 0, 95]),
    ];
    // Every pair and triple of them, in every order.
    for a in &frames {
        for b in &frames {
            for c in &frames {
                for frame in [a, b, c] {
                    world.radio.inject(frame.clone(), world.now());
                }
                world.run(Duration::from_millis(20));
            }
        }
    }
    world.run(Duration::from_secs(6));

    assert!(
        world.radio.station_rows().is_empty(),
        "{:?}",
        world.radio.station_rows()
    );
    still_works(&mut world);
}
