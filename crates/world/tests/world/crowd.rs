//! A thousand clients at once: right codes, and the same news for everybody in the same order.

use std::collections::BTreeMap;

use clock::Duration;
use column::{ClientId, Rights};
use dot11::KeyBytes;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wlan_model::{HostedNetworkState, Notification, Reason, Win32Error};
use wlan_rpc::{Answer, Call, KeyIdentity};
use world::World;

const CLIENTS: u64 = 1_000;
const CALLS: u32 = 6_000;

fn number(rng: &mut ChaCha20Rng, below: u64) -> u64 {
    rng.next_u64() % below
}

/// Every registered client heard the same; forgets it.
fn compare(world: &mut World, clients: &[ClientId]) -> usize {
    let mut heard: BTreeMap<ClientId, Vec<Notification>> = BTreeMap::new();
    for (client, notification) in std::mem::take(&mut world.notifications) {
        heard.entry(client).or_default().push(notification);
    }
    let Some(first) = heard.values().next().cloned() else {
        return 0;
    };
    for client in clients {
        assert_eq!(heard.remove(client).as_ref(), Some(&first), "{client:?}");
    }
    assert!(heard.is_empty(), "told without a registration");
    first.len()
}

#[test]
fn a_thousand_clients_get_right_codes_and_hear_everything_in_order() {
    let mut world = World::new();
    let mut rng = ChaCha20Rng::seed_from_u64(world.seed());
    let before = world.column_size();
    let clients: Vec<ClientId> = (0..CLIENTS)
        .map(|n| {
            let uid = 1000 + (n % 8) as u32;
            world.connect_as(Rights {
                owner: false,
                uid,
                groups: vec![uid],
                pid: 1,
                program: "crowd".into(),
            })
        })
        .collect();
    for client in &clients {
        let register = Call::RegisterNotification {
            sources: 0x80,
            ignore_duplicate: false,
        };
        assert!(world.call(*client, register).is_ok());
    }
    let mut references: BTreeMap<ClientId, u32> = BTreeMap::new();
    let mut phone_in = false;
    let mut told = 0;

    for n in 0..CALLS {
        let client = clients[number(&mut rng, CLIENTS) as usize];
        let (call, expected) = match number(&mut rng, 20) {
            0..=2 => {
                *references.entry(client).or_default() += 1;
                (Call::StartUsing, Ok(()))
            }
            3..=7 => {
                // Mostly of those who hold one.
                let holder = references.keys().next().copied().unwrap_or(client);
                let expected = match references.get_mut(&holder) {
                    None => Err((Win32Error::INVALID_STATE, Reason::StopBeforeStart)),
                    Some(1) => {
                        references.remove(&holder);
                        Ok(())
                    }
                    Some(count) => {
                        *count -= 1;
                        Ok(())
                    }
                };
                let result = world.call(holder, Call::StopUsing);
                assert_eq!(
                    result.map(drop).map_err(|r| (r.code, r.reason)),
                    expected,
                    "call {n}"
                );
                (Call::QueryEnabled, Ok(()))
            }
            8 => {
                references.clear();
                (Call::ForceStop, Ok(()))
            }
            9 => (
                Call::ForceStart,
                Err((Win32Error::ACCESS_DENIED, Reason::ElevationRequired)),
            ),
            10..=11 => {
                let key = [number(&mut rng, 256) as u8; 32];
                let set = Call::SetSecondaryKey {
                    data: KeyBytes::copy_from(&key),
                    is_passphrase: false,
                    persistent: number(&mut rng, 2) == 0,
                };
                (set, Ok(()))
            }
            12 => (Call::RemoveSecondaryKey, Ok(())),
            13 => (Call::QuerySecondaryKey, Ok(())),
            14 => (Call::QueryConnectionSettings, Ok(())),
            _ => (Call::QueryStatus, Ok(())),
        };
        let result = world.call(client, call.clone());
        assert_eq!(
            result.map(drop).map_err(|r| (r.code, r.reason)),
            expected,
            "call {n}: {call:?}"
        );
        let active = world.status().state == HostedNetworkState::Active;
        assert_eq!(active, !references.is_empty(), "after call {n}");
        if active && n % 50 == 0 {
            if phone_in && world.status().peers.len() == 1 {
                world.leave("phone");
            } else {
                let key = world.primary_key();
                world.joined("phone", key, KeyIdentity::Primary);
            }
            phone_in = !phone_in;
        }
        if n % 25 == 0 {
            told += compare(&mut world, &clients);
        }
    }
    assert!(told > 200, "{told} is too little news");

    assert_eq!(world.call(clients[0], Call::ForceStop), Ok(Answer::Done));
    for client in clients {
        world.kill(client);
    }
    world.run(Duration::from_secs(60));
    let grown = world.column_size().saturating_sub(before);
    assert!(grown < 4_096, "{grown} bytes are left of them");
}
