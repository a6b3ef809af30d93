//! What one handle hears, and whether it makes sense.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::api::Listener;

const STATE_CHANGE: u32 = 0x1000;
const PEER_STATE_CHANGE: u32 = 0x1001;

/// The network is idle (`wlan_hosted_network_idle`).
const IDLE: u32 = 1;
const ACTIVE: u32 = 2;

/// Everything one handle has heard, in order.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<(u32, Vec<u8>)>>);

impl Listener for Log {
    fn hear(&self, code: u32, payload: &[u8]) {
        self.lock().push((code, payload.to_vec()));
    }
}

/// What a log comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Notifications heard.
    pub(crate) count: usize,
    /// Differs when their order or content differs.
    pub(crate) digest: u64,
    /// Whether the last state heard of is idle.
    pub(crate) ends_idle: bool,
}

impl Log {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(u32, Vec<u8>)>> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// # Errors
    /// The first notification that cannot follow those before it.
    pub(crate) fn check(&self) -> Result<Summary, String> {
        let rows = self.lock();
        let mut state = None;
        let mut peers = BTreeSet::new();
        let mut digest = 0xcbf2_9ce4_8422_2325_u64;
        for (i, (code, payload)) in rows.iter().enumerate() {
            for byte in code.to_le_bytes().iter().chain(payload) {
                digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            let wrong = |what: &str| Err(format!("notification {i} {what}: {payload:02x?}"));
            match (*code, payload.len()) {
                (STATE_CHANGE, 12) => {
                    let (old, new) = (word(payload, 0), word(payload, 4));
                    if state.is_some_and(|state| state != old) {
                        return wrong("does not follow from the state before");
                    }
                    if new != ACTIVE {
                        // Peers go with the network, without a word for each.
                        peers.clear();
                    }
                    state = Some(new);
                }
                (PEER_STATE_CHANGE, 28) => {
                    let mac = payload[..6].to_vec();
                    let arrived = word(payload, 20) == 1;
                    if arrived && !peers.insert(mac.clone()) {
                        return wrong("says that somebody came who was there");
                    }
                    if !arrived && !peers.remove(&mac) {
                        return wrong("says that somebody left who was not there");
                    }
                }
                _ => return wrong("has an unknown code or size"),
            }
        }
        Ok(Summary {
            count: rows.len(),
            digest,
            ends_idle: state == Some(IDLE),
        })
    }
}

fn word(payload: &[u8], at: usize) -> u32 {
    payload
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(u32::MAX, u32::from_le_bytes)
}
