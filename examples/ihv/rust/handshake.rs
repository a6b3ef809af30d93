//! An extension in Rust: the same handshake as `examples/ihv/c/handshake.c`, whose head describes it,
//! with the same two roles. Either works with the other.
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
const START: u8 = 0;
const HELLO: u8 = 1;
const REPLY: u8 = 2;
const DONE: u8 = 3;
const BYE: u8 = 4;
const CCMP: u32 = 4;
/// The mode of an access point's adapter.
const ACCESS_POINT: u32 = 8;

/// The key did not come about.
const NO_KEY: u32 = 0x9_0001;
/// The profile has no secret.
const NO_SECRET: u32 = 0x9_0002;
/// ERROR_CANCELLED.
const CANCELLED: Win32Error = Win32Error(1223);

type Nonce = [u8; 16];

struct Handshake;

impl Extension for Handshake {
    type Adapter = Card;

    fn init() -> Result<Self, Win32Error> {
        Ok(Self)
    }

    fn arrive(&self, about: &About, service: Service) -> Result<Card, Win32Error> {
        let card = Card {
            service,
            role: if about.mode == ACCESS_POINT {
                Role::AccessPoint
            } else {
                Role::Station
            },
            state: Mutex::default(),
        };
        card.listen()?;
        Ok(card)
    }
}

#[derive(Clone, Copy)]
enum Role {
    AccessPoint,
    Station,
}

/// One adapter.
struct Card {
    service: Service,
    role: Role,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secret: Option<KeyBytes>,
    /// A station has one at most.
    peers: BTreeMap<MacAddr, Peer>,
    /// Completes the connection attempt.
    thread: Option<JoinHandle<()>>,
}

/// How far the handshake is.
#[derive(Clone, Copy)]
enum Stage {
    /// Of an access point: nonce A is sent.
    Greeting { a: Nonce },
    /// Of a station: START is sent.
    Waiting { s: Nonce },
    /// Of a station: REPLY is sent.
    Answered { both: Both },
    /// The key is installed.
    Keyed { both: Both },
    /// The key is deleted, and never installed twice: the next one needs a new association.
    Parted,
}

/// Both nonces, as the tags have them.
#[derive(Clone, Copy)]
struct Both {
    a: Nonce,
    s: Nonce,
}

struct Peer {
    port: Port,
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

    /// The handshake is through: the key, and then the port.
    fn finish(&self, secret: &KeyBytes, peer: &mut Peer, both: Both) {
        let how = self.service.set_ccmp_key(&CcmpKey {
            peer: peer.port.peer(),
            key: tag(secret, "key", both),
            receive_counter: 0,
        });
        if how.is_ok() {
            peer.stage = Stage::Keyed { both };
        }
        end(&peer.port, how);
    }

    /// What an access point gets.
    fn answer_station(&self, secret: &KeyBytes, peer: &mut Peer, kind: u8, body: &[u8]) {
        let Stage::Greeting { a } = peer.stage else {
            return;
        };
        match (kind, body.split_first_chunk()) {
            (START, None) if body.is_empty() => {
                // It did not hear the first one.
                let _ = send(&peer.port, HELLO, &a);
            }
            (REPLY, Some((s, proof))) => {
                let both = Both { a, s: *s };
                if !proves(secret, "reply", both, proof) {
                    return; // somebody else
                }
                // Before the key is there, so that the station can read it.
                match send(&peer.port, DONE, tag(secret, "done", both).expose()) {
                    Ok(()) => self.finish(secret, peer, both),
                    Err(code) => end(&peer.port, Err(code)),
                }
            }
            _ => {}
        }
    }

    /// What a station gets.
    fn answer_access_point(&self, secret: &KeyBytes, peer: &mut Peer, kind: u8, body: &[u8]) {
        match (kind, peer.stage) {
            (
                HELLO,
                Stage::Waiting { s }
                | Stage::Answered {
                    both: Both { s, .. },
                },
            ) => {
                let Ok(a) = body.try_into() else { return };
                let both = Both { a, s };
                let reply = [&s[..], tag(secret, "reply", both).expose()].concat();
                if send(&peer.port, REPLY, &reply).is_ok() {
                    peer.stage = Stage::Answered { both };
                }
            }
            (DONE, Stage::Answered { both }) if proves(secret, "done", both, body) => {
                self.finish(secret, peer, both);
            }
            _ => {}
        }
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
        let (service, role) = (self.service, self.role);
        let mut state = self.state();
        state.secret = secret;
        // A connection is never completed from inside its own handler.
        state.thread = Some(thread::spawn(move || {
            let how = how.and_then(|()| match role {
                // An access point's ciphers are its network's.
                Role::AccessPoint => Ok(()),
                Role::Station => Ok(service.set_unicast_cipher(CCMP)?),
            });
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
        let mut nonce = Nonce::default();
        File::open("/dev/urandom")
            .and_then(|mut random| random.read_exact(&mut nonce))
            .map_err(|_| Win32Error::GEN_FAILURE)?;
        let stage = match self.role {
            Role::AccessPoint => {
                send(&port, HELLO, &nonce)?;
                Stage::Greeting { a: nonce }
            }
            Role::Station => {
                send(&port, START, &[])?;
                Stage::Waiting { s: nonce }
            }
        };
        state.peers.insert(port.peer(), Peer { port, stage });
        Ok(())
    }

    fn stop(&self, peer: MacAddr, _status: u32) {
        if let Some(gone) = self.state().peers.remove(&peer)
            && matches!(gone.stage, Stage::Keyed { .. })
        {
            // It may have died with the association: that is a success, too.
            let _ = self.service.delete_ccmp_key(peer);
        }
    }

    fn receive(&self, packet: Packet<'_>) {
        let mut state = self.state();
        let State { secret, peers, .. } = &mut *state;
        let (Some(secret), Some(peer)) = (secret, peers.get_mut(&packet.peer)) else {
            return;
        };
        let Some((&kind, body)) = packet.payload.split_first() else {
            return;
        };
        match (peer.stage, self.role) {
            (Stage::Keyed { both }, _) => {
                if kind == BYE && proves(secret, "bye", both, body) {
                    peer.stage = Stage::Parted;
                    let _ = self.service.delete_ccmp_key(packet.peer);
                    end(&peer.port, Err(CANCELLED));
                }
            }
            (_, Role::AccessPoint) => self.answer_station(secret, peer, kind, body),
            (_, Role::Station) => self.answer_access_point(secret, peer, kind, body),
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

fn send(port: &Port, kind: u8, body: &[u8]) -> Result<(), Win32Error> {
    port.send(ETHER_TYPE, &[&[kind], body].concat())
}

/// Opens the port, or closes it.
fn end(port: &Port, how: Result<(), Win32Error>) {
    let _ = port.complete(how.map_err(|code| Refused {
        code,
        reason: NO_KEY,
    }));
}

fn mac(secret: &KeyBytes, label: &str, both: Both) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
    mac.update(label.as_bytes());
    mac.update(&both.a);
    mac.update(&both.s);
    Some(mac)
}

/// The first half of the MAC.
fn tag(secret: &KeyBytes, label: &str, both: Both) -> KeyBytes {
    match mac(secret, label, both) {
        Some(mac) => KeyBytes::copy_from(&mac.finalize().into_bytes()[..16]),
        None => KeyBytes::new(Vec::new()),
    }
}

/// Whether `proof` is that half; in constant time.
fn proves(secret: &KeyBytes, label: &str, both: Both, proof: &[u8]) -> bool {
    proof.len() == 16
        && mac(secret, label, both).is_some_and(|mac| mac.verify_truncated_left(proof).is_ok())
}

extension!(Handshake);
