//! The mix of calls, and which answers are right.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore as _;

use crate::api::{Answer, Client};

/// Right at any time.
const DONE: &[(u32, i32)] = &[(0, 0)];
/// A query that writes no reason.
const TOLD: &[(u32, i32)] = &[(0, -1)];
/// While the network stops, most calls are refused.
const STOPPING: (u32, i32) = (5023, 3);
const STOPPING_TOLD: (u32, i32) = (5023, -1);
/// Of a malformed key.
const MALFORMED: &[(u32, i32)] = &[(87, 2)];
/// A start that waited while somebody stopped the network.
const GIVEN_UP: (u32, i32) = (5023, 17);
/// A reference that a forced stop took away, or that never was.
const NO_REFERENCE: (u32, i32) = (5023, 10);

/// Makes one call.
///
/// # Errors
/// What was called and what it answered, when that cannot be right.
pub(crate) fn one(client: &Client, random: &mut ChaCha8Rng) -> Result<(), String> {
    let (name, answer, right) = match random.next_u32() % 100 {
        0..40 => ("QueryStatus", client.query_status(), TOLD),
        40..55 => {
            let key = passphrase(random);
            (
                "SetSecondaryKey",
                client.set_secondary_key(&key, true),
                DONE,
            )
        }
        55..62 => {
            // One character short, or without its NUL, or a binary key of a wrong size.
            let key = passphrase(random);
            let (bad, is_passphrase) = match random.next_u32() % 3 {
                0 => (&key[..8], true),
                1 => (&key[..12], true),
                _ => (&key[..], false),
            };
            let answer = client.set_secondary_key(bad, is_passphrase);
            ("SetSecondaryKey of a malformed key", answer, MALFORMED)
        }
        62..75 => ("QuerySecondaryKey", client.query_secondary_key(), DONE),
        75..85 => {
            let opcode = i32::try_from(random.next_u32() % 4).expect("small");
            ("QueryProperty", client.query_property(opcode), TOLD)
        }
        85..90 => ("InitSettings", client.init_settings(), DONE),
        90..95 => ("StartUsing", client.start_using(), DONE),
        _ => ("StopUsing", client.stop_using(), DONE),
    };
    let is_right = |one: &(u32, i32)| *one == (answer.code, answer.reason);
    let also: &[(u32, i32)] = match name {
        "SetSecondaryKey of a malformed key" => &[],
        "QueryStatus" | "QueryProperty" => &[STOPPING_TOLD],
        "StartUsing" => &[STOPPING, GIVEN_UP],
        "StopUsing" => &[STOPPING, NO_REFERENCE],
        _ => &[STOPPING],
    };
    if right.iter().chain(also).any(is_right) {
        Ok(())
    } else {
        let Answer { code, reason } = answer;
        Err(format!("{name} answered {code}, reason {reason}"))
    }
}

/// Twelve letters and the NUL.
fn passphrase(random: &mut ChaCha8Rng) -> [u8; 13] {
    let mut key = [0; 13];
    random.fill_bytes(&mut key[..12]);
    for byte in &mut key[..12] {
        *byte = b'a' + *byte % 26;
    }
    key
}
