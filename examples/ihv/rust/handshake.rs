//! An extension in Rust: the same handshake as `examples/ihv/c/handshake.c`, whose head describes it.
//!
//! ```text
//! cargo build --release -p ihv_extension --example ihv_handshake
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use dot11::{KeyBytes, MacAddr};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ihv_extension::{
    About, Adapter, CcmpKey, Connection, Exemption, Extension, Packet, Port, Profile, Refused,
    Service, extension,
};
use sha2::Sha256;
use wlan_model::Win32Error;

/// For local experiments.
const ETHER_TYPE: u16 = 0x88b5;
const HELLO: u8 = 1;
const REPLY: u8 = 2;
const DONE: u8 = 3;
const BYE: u8 = 4;
const CCMP: u32 = 4;

/// The key did not come about.
const NO_KEY: u32 = 0x9_0001;
/// The profile has no secret.
const NO_SECRET: u32 = 0x9_0002;

type Nonce = [u8; 16];

struct Handshake;

impl Extension for Handshake {
    type Adapter = Card;

    fn init() -> Result<Self, Win32Error> {
        Ok(Self)
    }

    fn arrive(&self, _about: &About, service: Service) -> Result<Card, Win32Error> {
        let card = Card {
            service,
            state: Mutex::default(),
        };
        card.listen()?;
        Ok(card)
    }
}

/// One adapter.
struct Card {
    service: Service,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secret: Option<KeyBytes>,
    peers: BTreeMap<MacAddr, Peer>,
    /// Completes the connection attempt.
    thread: Option<JoinHandle<()>>,
}

enum Stage {
    Greeted,
    Keyed {
        theirs: Nonce,
    },
    /// A key is never installed twice: the next one needs a new association.
    Parted,
}

struct Peer {
    port: Port,
    ours: Nonce,
    stage: Stage,
}

impl Card {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our frames come to us, and may be in clear as long as there is no key.
    fn listen(&self) -> Result<(), Win32Error> {
        let clear = Exemption {
            ether_type: ETHER_TYPE,
            action: 2,
            packet_type: 1,
        };
        self.service.listen(16, &[clear], &[ETHER_TYPE])
    }

    /// Sends DONE in clear, then installs the key.
    fn install(&self, secret: &KeyBytes, peer: &Peer, theirs: &Nonce) -> Result<(), Win32Error> {
        let done = tag(secret, "done", &peer.ours, theirs);
        peer.port
            .send(ETHER_TYPE, &[&[DONE], done.expose()].concat())?;
        self.service.set_ccmp_key(&CcmpKey {
            peer: peer.port.peer(),
            key: tag(secret, "key", &peer.ours, theirs),
            receive_counter: 0,
        })
    }
}

impl Adapter for Card {
    fn pre_associate(&self, connection: Connection, profile: Profile) -> Result<(), Refused> {
        let secret = profile.security.as_ref().and_then(read_secret);
        let how = if secret.is_some() {
            Ok(())
        } else {
            Err(Refused {
                code: Win32Error::BAD_PROFILE,
                reason: NO_SECRET,
            })
        };
        let service = self.service;
        let mut state = self.state();
        state.secret = secret;
        // A connection is never completed from inside its own handler.
        state.thread = Some(thread::spawn(move || {
            let how = how.and_then(|()| Ok(service.set_unicast_cipher(CCMP)?));
            let _ = connection.complete(how);
        }));
        Ok(())
    }

    fn reset(&self) -> Result<(), Win32Error> {
        self.state().peers.clear();
        self.listen()
    }

    fn post_associate(&self, port: Port) -> Result<(), Win32Error> {
        let mut state = self.state();
        if state.secret.is_none() {
            return Err(Win32Error::INVALID_STATE);
        }
        let mut ours = Nonce::default();
        File::open("/dev/urandom")
            .and_then(|mut random| random.read_exact(&mut ours))
            .map_err(|_| Win32Error::GEN_FAILURE)?;
        port.send(ETHER_TYPE, &[&[HELLO], &ours[..]].concat())?;
        let peer = Peer {
            port,
            ours,
            stage: Stage::Greeted,
        };
        state.peers.insert(peer.port.peer(), peer);
        Ok(())
    }

    fn stop(&self, peer: MacAddr, _status: u32) {
        self.state().peers.remove(&peer);
    }

    fn receive(&self, packet: Packet<'_>) {
        let mut state = self.state();
        let State { secret, peers, .. } = &mut *state;
        let (Some(secret), Some(peer)) = (secret, peers.get_mut(&packet.peer)) else {
            return;
        };
        let Some((kind, body)) = packet.payload.split_first() else {
            return;
        };
        match (*kind, &peer.stage) {
            (REPLY, Stage::Greeted) => {
                let Some((theirs, proof)) = body.split_first_chunk() else {
                    return;
                };
                if !proves(secret, "reply", (&peer.ours, theirs), proof) {
                    return;
                }
                let how = self.install(secret, peer, theirs);
                if how.is_ok() {
                    peer.stage = Stage::Keyed { theirs: *theirs };
                }
                let _ = peer.port.complete(how.map_err(|code| Refused {
                    code,
                    reason: NO_KEY,
                }));
            }
            (BYE, Stage::Keyed { theirs }) if proves(secret, "bye", (&peer.ours, theirs), body) => {
                peer.stage = Stage::Parted;
                let _ = self.service.delete_ccmp_key(packet.peer);
                let _ = peer.port.complete(Err(Refused {
                    code: Win32Error(1223),
                    reason: NO_KEY,
                }));
            }
            _ => {}
        }
    }

    fn validate(&self, profile: &Profile) -> Result<(), Refused> {
        match profile.security.as_ref().and_then(read_secret) {
            Some(_) => Ok(()),
            None => Err(Refused {
                code: Win32Error::BAD_PROFILE,
                reason: NO_SECRET,
            }),
        }
    }
}

impl Drop for Card {
    /// No thread of ours may be left when the extension ends.
    fn drop(&mut self) {
        let thread = self.state().thread.take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// What is between `<sharedSecret>` and `</sharedSecret>`: 8 to 64 bytes of ASCII.
fn read_secret(fragment: &KeyBytes) -> Option<KeyBytes> {
    let text = core::str::from_utf8(fragment.expose()).ok()?;
    let (_, rest) = text.split_once("<sharedSecret>")?;
    let (secret, _) = rest.split_once('<')?;
    let good = secret.is_ascii() && (8..=64).contains(&secret.len());
    good.then(|| KeyBytes::copy_from(secret.as_bytes()))
}

fn mac(secret: &KeyBytes, label: &str, ours: &Nonce, theirs: &Nonce) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
    mac.update(label.as_bytes());
    mac.update(ours);
    mac.update(theirs);
    Some(mac)
}

/// The first half of the MAC.
fn tag(secret: &KeyBytes, label: &str, ours: &Nonce, theirs: &Nonce) -> KeyBytes {
    match mac(secret, label, ours, theirs) {
        Some(mac) => KeyBytes::copy_from(&mac.finalize().into_bytes()[..16]),
        None => KeyBytes::new(Vec::new()),
    }
}

/// Whether `proof` is that half; in constant time.
fn proves(secret: &KeyBytes, label: &str, nonces: (&Nonce, &Nonce), proof: &[u8]) -> bool {
    proof.len() == 16
        && mac(secret, label, nonces.0, nonces.1)
            .is_some_and(|mac| mac.verify_truncated_left(proof).is_ok())
}

extension!(Handshake);
