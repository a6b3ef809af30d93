//! Thousands of attackers at once, and one honest station.

use clock::Duration;
use dot11::eapol::{KeyFrame, KeyInfo};
use radio_sim::SimEvent;
use wlan_model::HostedNetworkState;
use world::World;

use crate::ghost::Ghost;

/// Frames per second of a flood: about what the air carries of short frames at 6 Mbit/s.
const RATE: u32 = 5_000;
/// How long an honest join may be delayed.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the flood's nth frame is.
type Flood = fn(Ghost, u32) -> Vec<u8>;

/// Floods for three seconds; in the middle of it a station joins. How long that took.
fn join_during(world: &mut World, flood: Flood, addresses: u32) -> Duration {
    let ghosts: Vec<Ghost> = (0..addresses).map(|n| Ghost::new(world, n)).collect();
    world.radio.set_tap(false, world.now());
    let key = world.primary_key();
    let tick = Duration::from_micros(1_000_000 / u64::from(RATE));
    let mut began = None;
    let mut took = None;
    let seen = world.sim_events.len();
    for n in 0..3 * RATE {
        let ghost = ghosts[n as usize % ghosts.len()];
        world.radio.inject(flood(ghost, n), world.now());
        world.run(tick);
        if n == RATE {
            let name = format!("honest-{seen}");
            world.radio.join(&name, key.clone(), world.now()).unwrap();
            began = Some(world.now());
        }
        let joined = |(_, e): &(_, SimEvent)| matches!(e, SimEvent::Joined { .. });
        if took.is_none() && world.sim_events.iter().skip(seen).any(joined) {
            took = began.map(|at| world.now().since(at));
        }
    }
    took.expect("the honest station joined during the flood")
}

fn assert_bounded(world: &mut World, flood: Flood, addresses: u32) {
    let took = join_during(world, flood, addresses);
    assert!(took < PATIENCE, "the honest join took {took:?}");
    let once = world.column_size();
    let took = join_during(world, flood, addresses);
    assert!(took < PATIENCE, "the second honest join took {took:?}");
    let twice = world.column_size();
    assert!(twice < once + once / 4, "from {once} to {twice} characters");
    assert!(
        world.radio.station_rows().len() <= 700,
        "{}",
        world.radio.station_rows().len()
    );
    world.run(Duration::from_secs(30));
    assert_eq!(
        world.radio.station_rows().len(),
        2,
        "only the honest stations are left"
    );
    assert_eq!(world.status().state, HostedNetworkState::Active);
}

#[test]
pub(crate) fn a_flood_of_authentications_keeps_nobody_out() {
    let (mut world, _) = World::running();
    assert_bounded(&mut world, |ghost, _| ghost.authentication(), 5_000);
}

#[test]
fn a_flood_of_authentications_from_one_address_keeps_nobody_out() {
    let (mut world, _) = World::running();
    assert_bounded(&mut world, |ghost, _| ghost.authentication(), 1);

    // 64 a second are answered.
    assert!(
        world.status().rejected_frames > 25_000,
        "{}",
        world.status().rejected_frames
    );
}

#[test]
pub(crate) fn a_flood_of_associations_that_never_answer_keeps_nobody_out() {
    let (mut world, _) = World::running();
    let flood: Flood = |ghost, n| {
        // Each address authenticates, and associates the next time round.
        if n / 1_000 % 2 == 0 {
            ghost.authentication()
        } else {
            ghost.association()
        }
    };
    assert_bounded(&mut world, flood, 1_000);
}

#[test]
fn a_flood_of_associations_keeps_nobody_out_on_a_slow_air_either() {
    let (mut world, _) = World::running();
    // An answer to message 1 takes 30 ms: the honest station needs more patience than a flood.
    let delay = Duration::from_millis(15);
    world.radio.set_air(radio_sim::AirConfig {
        delay,
        ..Default::default()
    });
    let flood: Flood = |ghost, n| {
        if n / 1_000 % 2 == 0 {
            ghost.authentication()
        } else {
            ghost.association()
        }
    };

    let took = join_during(&mut world, flood, 1_000);

    assert!(took < PATIENCE, "the honest join took {took:?}");
}

#[test]
pub(crate) fn a_flood_of_eapol_from_strangers_keeps_nobody_out() {
    let (mut world, _) = World::running();
    let flood: Flood = |ghost, n| {
        let info = KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::MIC;
        let frame = KeyFrame {
            info,
            replay_counter: u64::from(n),
            ..KeyFrame::default()
        };
        ghost.eapol(&frame.encode())
    };
    assert_bounded(&mut world, flood, 5_000);
}

#[test]
pub(crate) fn a_flood_of_eapol_from_associated_ghosts_keeps_nobody_out() {
    let (mut world, _) = World::running();
    let flood: Flood = |ghost, n| match n / 200 {
        round if round % 10 == 0 => ghost.authentication(),
        round if round % 10 == 1 => ghost.association(),
        _ => {
            let info = KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::MIC;
            let nonce = [n as u8; 32];
            let nonce = Some(&nonce);
            let replay_counter = u64::from(n % 4);
            let key_data = &[48, 2, 1, 0];
            let frame = KeyFrame {
                info,
                replay_counter,
                nonce,
                key_data,
                ..KeyFrame::default()
            };
            ghost.eapol(&frame.encode())
        }
    };
    assert_bounded(&mut world, flood, 200);
}

#[test]
pub(crate) fn a_flood_of_probe_requests_keeps_nobody_out() {
    let (mut world, _) = World::running();
    let flood: Flood = |ghost, _| {
        let to = dot11::frame::ManagementAddresses::to_all(ghost.mac);
        dot11::frame::ManagementBuilder::probe_request(to)
            .with(|w| {
                w.ssid(b"").rates(&[2, 4, 11, 22]);
            })
            .finish()
    };
    assert_bounded(&mut world, flood, 5_000);
}

#[test]
fn a_flood_of_every_kind_keeps_nobody_out() {
    let (mut world, _) = World::running();
    let flood: Flood = |ghost, n| match n * 7 % 5 {
        0 => ghost.authentication(),
        1 | 2 => ghost.association(),
        3 => ghost.eapol(&[2, 1, 0, 0]),
        _ => {
            let to = dot11::frame::ManagementAddresses::to_ap(ghost.ap, ghost.mac);
            let reason = dot11::ReasonCode::LEAVING_NETWORK_DEAUTH;
            dot11::frame::ManagementBuilder::deauthentication(to, reason).finish()
        }
    };
    assert_bounded(&mut world, flood, 3_000);
}
