//! A host that says anything at any time: nothing panics, nobody else is disturbed.

use dot11::KeyBytes;
use ihv::seam::{
    AdapterId, Call as ExtensionCall, CallId, Completion, ConnectionId, EtherTypeHandling,
    Exemption, HostMessage, Level, Loaded, PacketId, PortId, TaskData, TaskId, TaskResult,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wlan_model::Win32Error;
use world::host::set_key;

use super::*;

struct Chance(ChaCha20Rng);

impl Chance {
    fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    fn small(&mut self) -> u64 {
        u64::from(self.below(6))
    }

    fn bytes(&mut self, most: u32) -> Vec<u8> {
        let mut bytes = vec![0; self.below(most) as usize];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    fn peer(&mut self, known: &[MacAddr]) -> MacAddr {
        match self.below(8) {
            0 => MacAddr::BROADCAST,
            1 => MacAddr([0; 6]),
            2 => MacAddr([2, 1, 1, 1, 1, 1]),
            _ => known[self.below(known.len() as u32) as usize],
        }
    }

    fn end(&mut self) -> Completion {
        let code = [Win32Error::SUCCESS, Win32Error::GEN_FAILURE][self.below(2) as usize];
        Completion {
            win32: code,
            reason: [0, 0x0009_0001][self.below(2) as usize],
        }
    }

    fn call(&mut self, known: &[MacAddr]) -> ExtensionCall {
        match self.below(10) {
            0..=2 => {
                let key = (self.below(2) == 0).then_some([9; 16]);
                set_key(self.peer(known), key, self.below(2) == 0)
            }
            3 => ExtensionCall::SetKeyMappingKey(KeyBytes::new(self.bytes(100))),
            4 => ExtensionCall::SetDefaultKey {
                key: KeyBytes::new(self.bytes(64)),
                direction: 3,
            },
            5 => ExtensionCall::SetDefaultKeyId(self.below(6)),
            6 => ExtensionCall::SetExcludeUnencrypted(self.below(2) == 0),
            7 => ExtensionCall::SetUnicastCipherAlgorithm(self.below(6)),
            8 => ExtensionCall::SetEtherTypeHandling(EtherTypeHandling {
                max_backlog: self.0.next_u32(),
                exemptions: vec![Exemption {
                    ether_type: [ETHER_TYPE, 0x888e, 0x0800, 5][self.below(4) as usize],
                    action: self.below(4) as u16,
                    packet_type: self.below(5) as u16,
                }],
                registrations: vec![[ETHER_TYPE, 0x888e, 0x0800, 5][self.below(4) as usize]],
            }),
            _ => ExtensionCall::NicSpecificExtension {
                input: self.bytes(10),
                room: self.0.next_u32(),
            },
        }
    }

    fn message(&mut self, known: &[MacAddr]) -> HostMessage {
        // Most of it plausible, so that it comes far.
        let adapter = AdapterId(if self.below(10) == 0 { 77 } else { 1 });
        match self.below(16) {
            0..=3 => HostMessage::Call {
                id: CallId(u64::from(self.0.next_u32())),
                adapter,
                call: self.call(known),
            },
            4 => HostMessage::PreAssociateCompletion {
                adapter,
                connection: ConnectionId(self.small()),
                end: self.end(),
            },
            5..=7 => HostMessage::PostAssociateCompletion {
                adapter,
                port: PortId(self.small()),
                peer: self.peer(known),
                end: self.end(),
            },
            8..=10 => {
                let mut data = self.peer(known).0.to_vec();
                data.extend([ETHER_TYPE, 0x888e, 0x0800][self.below(3) as usize].to_be_bytes());
                data.extend(self.bytes(40));
                if self.below(4) == 0 {
                    data = self.bytes(2400);
                }
                HostMessage::SendPacket {
                    adapter,
                    packet: PacketId(u64::from(self.0.next_u32())),
                    data,
                }
            }
            11 => HostMessage::Notification {
                adapter,
                code: self.0.next_u32(),
                data: self.bytes(100),
            },
            12 => HostMessage::Returned {
                task: TaskId(self.small()),
                result: TaskResult {
                    code: Win32Error(self.below(3)),
                    reason: self.below(2),
                    data: TaskData::Pending(true),
                },
            },
            13 => HostMessage::HandlerLate {
                adapter: Some(adapter),
                task: None,
                handler: "PerformPostAssociate".to_owned(),
                millis: 5000,
            },
            14 => HostMessage::Log {
                level: Level::Warning,
                text: "\u{1b}[2J".repeat(self.below(300) as usize),
            },
            _ => match self.below(3) {
                0 => HostMessage::Ended,
                1 => HostMessage::LoadFailed("no".to_owned()),
                _ => HostMessage::Loaded(Loaded {
                    name: String::new(),
                    versions: (0, 9),
                    version: 9,
                    virtual_station: true,
                }),
            },
        }
    }
}

/// A phone of ours is on the network all the time; `frames` of its echo requests must be answered.
fn life(seed: u64) {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    world.install(extension("acme"));
    world.wait_for_extension();
    let primary = world.primary_key();
    let phone = world.joined("phone", primary, KeyIdentity::Primary);
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    let meter = world.vendor_station("meter");
    let known = [phone, tablet, meter, meter, meter];
    let mut chance = Chance(ChaCha20Rng::seed_from_u64(seed));
    let keys = |w: &World| {
        let of = |(scope, _): &(radio::KeyScope, u8)| {
            [phone, tablet]
                .map(radio::KeyScope::Pairwise)
                .contains(scope)
        };
        w.radio.installed_keys().into_iter().filter(of).count()
    };
    for name in ["phone", "tablet"] {
        world.begin_traffic(name, 1000);
    }
    for step in 0..150 {
        match chance.below(12) {
            0 => {
                let name = "meter";
                let _ = world.radio.leave(name, world.now());
                world.pump();
                let state = world.radio.list();
                let idle = state.iter().any(|(n, _, s)| n == name && *s == "idle");
                if idle {
                    world.begin_vendor(name);
                }
            }
            1 => {
                if let Some(host) = world.hosts.of(AP) {
                    world.crash_host(host);
                }
            }
            2 => world.install(extension("acme")),
            3 => world.run(Duration::from_millis(u64::from(chance.below(400)))),
            _ => {
                if let Some(host) = world.hosts.of(AP) {
                    let message = chance.message(&known);
                    world.host_says(host, message);
                }
            }
        }
        world.run(Duration::from_micros(u64::from(chance.below(3000))));
        assert_eq!(keys(&world), 2, "seed {seed}, step {step}");
        assert_eq!(world.key_of(phone), Some(KeyIdentity::Primary));
        assert_eq!(world.key_of(tablet), Some(KeyIdentity::Secondary));
    }
    assert_eq!(world.end_traffic("phone"), 1000, "seed {seed}");
    assert_eq!(world.end_traffic("tablet"), 1000, "seed {seed}");
    // It is given another chance, and works.
    world.install(extension("acme"));
    world.run(Duration::from_secs(40));
    let _ = world.radio.leave("meter", world.now());
    world.run(Duration::from_secs(1));
    assert_eq!(world.join_vendor("meter"), Ok(meter), "seed {seed}");
    assert_eq!(world.traffic("meter", 20), 20, "seed {seed}");
}

#[test]
fn whatever_a_host_says_nobody_else_is_disturbed() {
    for seed in 0..30 {
        life(seed);
    }
}

/// The same with the host of the station adapter, which has the network of the same machine at its
/// other end.
fn station_life(seed: u64) {
    let mut world = served();
    let primary = world.primary_key();
    let phone = world.joined("phone", primary, KeyIdentity::Primary);
    let bssid = world.status().bssid.expect("it runs");
    let station = world.radio.station_address();
    let known = [bssid, bssid, bssid, phone, station];
    let mut chance = Chance(ChaCha20Rng::seed_from_u64(seed));
    world.begin_traffic("phone", 1000);
    for step in 0..120 {
        match chance.below(10) {
            0 => {
                let connect = ihv_service::Input::Connect(Box::new(world::profile()));
                world.input(column::Input::Extension(connect));
            }
            1 if chance.below(3) == 0 => {
                world.input(column::Input::Extension(ihv_service::Input::Disconnect));
            }
            2 => world.run(Duration::from_millis(u64::from(chance.below(900)))),
            _ => {
                let adapter = [AP, ExtensionAdapter::Station][chance.below(4).min(1) as usize];
                if let Some(host) = world.hosts.of(adapter) {
                    let message = chance.message(&known);
                    world.host_says(host, message);
                }
            }
        }
        world.run(Duration::from_micros(u64::from(chance.below(5000))));
        let place = format!("seed {seed}, step {step}");
        assert_eq!(world.key_of(phone), Some(KeyIdentity::Primary), "{place}");
    }
    assert_eq!(world.end_traffic("phone"), 1000, "seed {seed}");
    world.disconnect_station();
    world.install(extension("acme"));
    world.run(Duration::from_secs(40));
    assert_eq!(world.radio.station_adapter_keys(), [], "seed {seed}");
    let again = world.connect_station(world::profile());
    assert!(again.is_ok(), "seed {seed}: {again:?}");
    assert_eq!(world.station_traffic(20), 20, "seed {seed}");
}

#[test]
fn whatever_a_stations_host_says_the_network_is_undisturbed() {
    for seed in 0..20 {
        station_life(seed);
    }
}

#[test]
fn a_flood_of_calls_and_packets_is_bounded_and_costs_its_host_only() {
    let mut world = served();
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    let meter = world.join_vendor("meter").expect("it joins");
    let (host, _) = world.host(AP);
    let size = world.column_size();
    world.begin_traffic("phone", 200);
    for n in 0..20_000_u64 {
        let message = if n % 2 == 0 {
            HostMessage::SendPacket {
                adapter: AdapterId(1),
                packet: PacketId(1000 + n),
                data: [&meter.0[..], &ETHER_TYPE.to_be_bytes(), &[7; 100]].concat(),
            }
        } else {
            HostMessage::Notification {
                adapter: AdapterId(1),
                code: 1,
                data: vec![1; 100],
            }
        };
        world.host_says(host, message);
    }
    assert_eq!(world.end_traffic("phone"), 200);
    let now = world.column_size();
    assert!(now < size + 100_000, "{size} {now}");
    let lines = world.hosts.log.len();
    assert!(lines < 1000, "{lines}");
}
