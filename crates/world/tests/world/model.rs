//! Random lives against a model of ten lines: who is in, with which key, and what is left.

use std::collections::BTreeMap;

use cause::Cause;
use clock::Duration;
use dot11::MacAddr;
use radio_sim::{LeaveReason, SimConfig, SimEvent, StationKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wlan_model::HostedNetworkState;
use wlan_rpc::{Answer, Call, ExtensionAdapter, KeyIdentity};
use world::{World, WorldConfig, extension, passphrase};

const STATIONS: u32 = 5;
/// Numbers of stations of a vendor begin here.
const VENDORS: u32 = 100;
const SECRETS: [&str; 3] = ["secret-zero", "secret-one", "secret-two"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Primary,
    Secret(&'static str),
    Vendor,
}

/// What must hold.
#[derive(Debug, Default)]
struct Model {
    running: bool,
    secondary: Option<(&'static str, bool)>,
    peers: BTreeMap<MacAddr, Key>,
}

impl Model {
    fn lets_in(&self, key: Key) -> bool {
        match key {
            Key::Primary => self.running,
            Key::Vendor => self.running,
            Key::Secret(s) => self.running && self.secondary.is_some_and(|(now, _)| now == s),
        }
    }

    fn identity(&self, key: Key) -> KeyIdentity {
        match key {
            Key::Primary => KeyIdentity::Primary,
            Key::Vendor => KeyIdentity::Vendor,
            Key::Secret(s) if self.secondary.is_some_and(|(now, _)| now == s) => {
                KeyIdentity::Secondary
            }
            Key::Secret(_) => KeyIdentity::Retired,
        }
    }

    /// A run that was on ends: with it its peers and a temporary key.
    fn run_ends(&mut self) {
        if self.running {
            self.secondary = self.secondary.filter(|(_, persistent)| *persistent);
        }
        self.running = false;
        self.peers.clear();
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    SetKey(&'static str, bool),
    RemoveKey,
    Start,
    Stop,
    Join(u32, Key),
    Leave(u32),
    Doze(u32),
    Traffic(u32),
    Wait(u32),
    DriverStops,
    RadioOffAndOn,
    Refresh,
    ExtensionCrashes,
    Crash,
}

fn random_step(rng: &mut ChaCha20Rng) -> Step {
    let mut below = |n: u32| rng.next_u32() % n;
    let station = below(STATIONS);
    let secret = SECRETS[below(3) as usize];
    match below(100) {
        0..=9 => Step::SetKey(secret, below(2) == 0),
        10..=12 => Step::RemoveKey,
        13..=27 => Step::Start,
        28..=30 => Step::Stop,
        31..=45 => Step::Join(station, Key::Primary),
        46..=58 => Step::Join(station, Key::Secret(secret)),
        59..=64 => Step::Join(station + VENDORS, Key::Vendor),
        65..=71 => Step::Leave(station + VENDORS * below(2)),
        72..=78 => Step::Doze(station),
        79..=88 => Step::Traffic(station + VENDORS * below(2)),
        89..=93 => Step::Wait(below(90)),
        94 => Step::ExtensionCrashes,
        95 => Step::DriverStops,
        96 => Step::RadioOffAndOn,
        97 => Step::Refresh,
        _ => Step::Crash,
    }
}

struct Test {
    world: World,
    model: Model,
}

impl Test {
    fn apply(&mut self, step: Step) {
        let Self { world, model } = self;
        let name = |n: u32| format!("station-{n}");
        match step {
            Step::SetKey(secret, persistent) => {
                let client = world.connect();
                world.set_key(client, secret, persistent);
                model.secondary = Some((secret, persistent));
            }
            Step::RemoveKey => {
                let client = world.connect();
                world.remove_key(client);
                model.secondary = None;
            }
            Step::Start => {
                let client = world.connect();
                world.start(client);
                world.wait_for_extension();
                model.running = true;
            }
            Step::Stop => {
                let client = world.connect();
                assert_eq!(world.call(client, Call::ForceStop), Ok(Answer::Done));
                model.run_ends();
            }
            Step::Join(n, Key::Vendor) => {
                let mac = world.vendor_station(&name(n));
                let result = world.join_vendor(&name(n));
                assert_eq!(result.is_ok(), model.running, "{result:?}");
                model.peers.remove(&mac);
                if result.is_ok() {
                    model.peers.insert(mac, Key::Vendor);
                }
            }
            Step::ExtensionCrashes => {
                if let Some(host) = world.hosts.of(ExtensionAdapter::AccessPoint) {
                    world.crash_host(host);
                    // The longest pause before it comes back.
                    world.run(Duration::from_secs(31));
                }
                model.peers.retain(|_, key| *key != Key::Vendor);
            }
            Step::Join(n, key) => {
                let with: StationKey = match key {
                    Key::Primary => world.primary_key(),
                    Key::Secret(secret) => passphrase(secret),
                    Key::Vendor => StationKey::Vendor,
                };
                let result = world.join(&name(n), with);
                let mac = world.radio.mac(&name(n)).unwrap();
                assert_eq!(result.is_ok(), model.lets_in(key), "{result:?}");
                model.peers.remove(&mac);
                if result.is_ok() {
                    model.peers.insert(mac, key);
                }
            }
            Step::Leave(n) => {
                if world.radio.leave(&name(n), world.now()).is_ok()
                    && let Some(mac) = world.radio.mac(&name(n))
                {
                    model.peers.remove(&mac);
                }
            }
            Step::Doze(n) => {
                let _ = world.radio.set_dozing(&name(n), true, world.now());
            }
            Step::Traffic(n) => {
                let mac = world.radio.mac(&name(n));
                if mac.is_some_and(|mac| model.peers.contains_key(&mac)) {
                    // What flies while a key is renewed may be lost.
                    let answers = world.traffic(&name(n), 10);
                    assert!(answers >= 7, "{answers} of 10");
                }
            }
            Step::Wait(seconds) => world.run(Duration::from_secs(u64::from(seconds))),
            Step::DriverStops => {
                let cause = Cause::new("The firmware crashed.", "Wait a moment.");
                world.radio.stop_ap_by_driver(cause, world.now());
                world.run(Duration::from_secs(5));
                model.run_ends();
            }
            Step::RadioOffAndOn => {
                let cause = Cause::new("The radio was pulled out.", "Put it back.");
                world.radio.set_unavailable(cause, world.now());
                world.run(Duration::from_secs(2));
                world.radio.set_available(world.now());
                model.run_ends();
            }
            Step::Refresh => {
                let client = world.connect();
                assert_eq!(
                    world.call(client, Call::RefreshSecuritySettings),
                    Ok(Answer::Done)
                );
                model.run_ends();
            }
            Step::Crash => {
                model.run_ends();
                // Also a temporary key that waited for its run was in memory only.
                model.secondary = model.secondary.filter(|(_, persistent)| *persistent);
                world.crash();
                world.install(extension("acme"));
            }
        }
    }

    fn check(&mut self) {
        let Self { world, model } = self;
        // A dozing station misses the farewell of a run and learns of its end by missing beacons.
        world.run(Duration::from_millis(if model.running {
            250
        } else {
            1_000
        }));
        let status = world.status();
        let expected = if model.running {
            HostedNetworkState::Active
        } else {
            HostedNetworkState::Idle
        };
        assert_eq!(status.state, expected);
        assert_eq!(world.radio.is_on_air(), model.running);
        let shown: BTreeMap<MacAddr, KeyIdentity> =
            status.peers.iter().map(|p| (p.mac, p.key)).collect();
        let known: BTreeMap<MacAddr, KeyIdentity> = model
            .peers
            .iter()
            .map(|(mac, key)| (*mac, model.identity(*key)))
            .collect();
        assert_eq!(shown, known);
        assert_eq!(
            status.secondary_key.map(|k| k.persistent),
            model.secondary.map(|(_, persistent)| persistent)
        );
        // The radio and the stations see it the same way.
        let open: Vec<MacAddr> = world
            .radio
            .station_rows()
            .iter()
            .filter(|row| row.authorized && row.keyed)
            .map(|row| row.peer)
            .collect();
        assert_eq!(open, model.peers.keys().copied().collect::<Vec<_>>());
        let joined = world
            .radio
            .list()
            .into_iter()
            .filter(|(_, _, s)| matches!(*s, "joined" | "dozing"));
        assert_eq!(joined.count(), model.peers.len());
        // On a clean air nobody is sent away for a handshake that failed, except by its key.
        let unfair = world.sim_events.iter().find(|(_, e)| {
            matches!(e, SimEvent::Left { why: LeaveReason::SentAway(reason), .. } if reason.0 == 15 || reason.0 == 16)
        });
        assert_eq!(unfair, None);
    }
}

#[test]
fn random_lives_agree_with_the_model() {
    for seed in 1..=8 {
        // Every other radio takes its time to answer.
        let command_latency = Duration::from_millis(seed % 2 * 8);
        let radio = SimConfig {
            command_latency,
            ..SimConfig::default()
        };
        let config = WorldConfig {
            seed,
            radio,
            group_rekey: Some(Duration::from_secs(40)),
            pairwise_rekey: Some(Duration::from_secs(55)),
            ..WorldConfig::default()
        };
        let mut world = World::with(config);
        world.install(extension("acme"));
        let mut test = Test {
            world,
            model: Model::default(),
        };
        let mut rng = ChaCha20Rng::seed_from_u64(test.world.seed());
        for n in 0..250 {
            let step = random_step(&mut rng);
            println!("{n}: {step:?}");
            test.apply(step);
            test.check();
        }
    }
}
