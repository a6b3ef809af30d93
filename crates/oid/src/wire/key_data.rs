//! The algorithm structures behind `ucKey` (reference 2.6).

use dot11::KeyBytes;

use super::WireError;
use super::form::{Fields, Form, count};
use crate::{CipherAlgorithm, KeyMaterial};

/// Bytes of a TKIP temporal key, and of its two MIC keys together.
const TKIP_KEY: usize = 16;
/// Bytes of one MIC key.
const MIC_KEY: usize = 8;
/// Counters have 48 bits.
const MAX_COUNTER: u64 = (1 << 48) - 1;

/// Key material as its cipher lays it out. Erased on drop, never printed, compared in constant time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyData {
    /// WEP: the raw key.
    Wep(KeyBytes),
    /// `DOT11_KEY_ALGO_TKIP_MIC`.
    Tkip {
        /// Where the receive counter starts.
        receive_counter: u64,
        /// The temporal key, 16 bytes.
        temporal: KeyBytes,
        /// Michael key of received frames, 8 bytes.
        rx_mic: KeyBytes,
        /// Michael key of sent frames, 8 bytes.
        tx_mic: KeyBytes,
    },
    /// `DOT11_KEY_ALGO_CCMP`, `..._GCMP`, `..._GCMP_256`, `..._BIP`, `..._BIP_GMAC_256`: one shape.
    Counted {
        /// Where the receive counter (the IPN of BIP) starts.
        receive_counter: u64,
        /// The key, 16 or 32 bytes.
        key: KeyBytes,
    },
    /// A vendor's bytes, uninterpreted.
    Ihv(KeyBytes),
}

/// What a cipher's structure looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Exactly this many raw bytes.
    Raw(usize),
    /// 5 raw bytes, or 13 and more.
    AnyWep,
    Tkip,
    /// Counter, length, key of this many bytes.
    Counted(usize),
    Ihv,
}

impl Shape {
    fn of(cipher: CipherAlgorithm) -> Result<Self, WireError> {
        Ok(match cipher {
            CipherAlgorithm::WEP40 => Self::Raw(5),
            CipherAlgorithm::WEP104 => Self::Raw(13),
            CipherAlgorithm::WEP => Self::AnyWep,
            CipherAlgorithm::TKIP => Self::Tkip,
            CipherAlgorithm::CCMP
            | CipherAlgorithm::GCMP
            | CipherAlgorithm::BIP
            | CipherAlgorithm::BIP_GMAC_128 => Self::Counted(16),
            CipherAlgorithm::CCMP_256
            | CipherAlgorithm::GCMP_256
            | CipherAlgorithm::BIP_CMAC_256
            | CipherAlgorithm::BIP_GMAC_256 => Self::Counted(32),
            ihv if ihv.is_ihv() => Self::Ihv,
            other => {
                return Err(WireError::data(format!(
                    "There are no keys for cipher {:#x}.",
                    other.0
                )));
            }
        })
    }
}

impl KeyData {
    /// From the `usKeyLength` bytes of `ucKey`. Surplus bytes behind what the lengths inside
    /// describe are ignored, as Microsoft's sample driver does.
    ///
    /// # Errors
    /// INVALID_DATA for a cipher without keys, a structure that is too short, a key of another
    /// length than the cipher's.
    pub fn parse(cipher: CipherAlgorithm, bytes: &[u8]) -> Result<Self, WireError> {
        match Shape::of(cipher)? {
            Shape::Raw(len) if bytes.len() == len => Ok(Self::Wep(KeyBytes::copy_from(bytes))),
            Shape::AnyWep if bytes.len() == 5 || bytes.len() >= 13 => {
                Ok(Self::Wep(KeyBytes::copy_from(bytes)))
            }
            Shape::Raw(_) | Shape::AnyWep => Err(WireError::data(format!(
                "A WEP key of cipher {:#x} has not {} bytes.",
                cipher.0,
                bytes.len()
            ))),
            Shape::Tkip => Self::parse_tkip(bytes),
            Shape::Counted(len) => {
                let fields = key_fields(bytes, 12)?;
                let found = fields.u32(8);
                if found != count(len) {
                    return Err(inner_length("key", found, len));
                }
                let key = tail(bytes, 12, len)?;
                Ok(Self::Counted {
                    receive_counter: counter(&fields),
                    key: KeyBytes::copy_from(key),
                })
            }
            Shape::Ihv => Ok(Self::Ihv(KeyBytes::copy_from(bytes))),
        }
    }

    fn parse_tkip(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = key_fields(bytes, 16)?;
        let (key, mic) = (fields.u32(8), fields.u32(12));
        if key != count(TKIP_KEY) {
            return Err(inner_length("temporal key", key, TKIP_KEY));
        }
        if mic != count(2 * MIC_KEY) {
            return Err(inner_length("MIC key", mic, 2 * MIC_KEY));
        }
        let keys = tail(bytes, 16, TKIP_KEY + 2 * MIC_KEY)?;
        let (temporal, mic) = keys.split_at(TKIP_KEY);
        let (rx, tx) = mic.split_at(MIC_KEY);
        Ok(Self::Tkip {
            receive_counter: counter(&fields),
            temporal: KeyBytes::copy_from(temporal),
            rx_mic: KeyBytes::copy_from(rx),
            tx_mic: KeyBytes::copy_from(tx),
        })
    }

    /// From the seam's form, for `cipher`.
    ///
    /// # Errors
    /// INVALID_DATA for a cipher without keys, a key of another length than the cipher's, a counter
    /// of more than 48 bits, or a counter where the cipher has none.
    pub fn from_material(
        cipher: CipherAlgorithm,
        material: &KeyMaterial,
    ) -> Result<Self, WireError> {
        let shape = Shape::of(cipher)?;
        let (receive_counter, bytes) = (material.receive_counter, material.key.expose());
        let largest = match shape {
            Shape::Tkip | Shape::Counted(_) => MAX_COUNTER,
            Shape::Raw(_) | Shape::AnyWep | Shape::Ihv => 0,
        };
        if receive_counter > largest {
            return Err(WireError::data(format!(
                "The receive counter of cipher {:#x} is at most {largest}.",
                cipher.0
            )));
        }
        let fits = match shape {
            Shape::Raw(len) | Shape::Counted(len) => bytes.len() == len,
            Shape::AnyWep => bytes.len() == 5 || bytes.len() >= 13,
            Shape::Tkip => bytes.len() == TKIP_KEY + 2 * MIC_KEY,
            Shape::Ihv => true,
        };
        if !fits {
            return Err(WireError::data(format!(
                "A key of cipher {:#x} has not {} bytes.",
                cipher.0,
                bytes.len()
            )));
        }
        Ok(match shape {
            Shape::Raw(_) | Shape::AnyWep => Self::Wep(material.key.clone()),
            Shape::Ihv => Self::Ihv(material.key.clone()),
            Shape::Counted(_) => Self::Counted {
                receive_counter,
                key: material.key.clone(),
            },
            Shape::Tkip => {
                let (temporal, mic) = bytes.split_at(TKIP_KEY);
                let (rx, tx) = mic.split_at(MIC_KEY);
                Self::Tkip {
                    receive_counter,
                    temporal: KeyBytes::copy_from(temporal),
                    rx_mic: KeyBytes::copy_from(rx),
                    tx_mic: KeyBytes::copy_from(tx),
                }
            }
        })
    }

    /// To the seam's form.
    #[must_use]
    pub fn into_material(self) -> KeyMaterial {
        match self {
            Self::Wep(key) | Self::Ihv(key) => KeyMaterial {
                receive_counter: 0,
                key,
            },
            Self::Counted {
                receive_counter,
                key,
            } => KeyMaterial {
                receive_counter,
                key,
            },
            Self::Tkip {
                receive_counter,
                temporal,
                rx_mic,
                tx_mic,
            } => {
                // At its final size, so that no copy stays behind in memory that was given back.
                let mut key = Vec::with_capacity(TKIP_KEY + 2 * MIC_KEY);
                key.extend_from_slice(temporal.expose());
                key.extend_from_slice(rx_mic.expose());
                key.extend_from_slice(tx_mic.expose());
                KeyMaterial {
                    receive_counter,
                    key: KeyBytes::new(key),
                }
            }
        }
    }

    /// Bytes of the structure: what goes into `usKeyLength`.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Wep(key) | Self::Ihv(key) => key.len(),
            Self::Counted { key, .. } => 12 + key.len(),
            Self::Tkip { .. } => 16 + TKIP_KEY + 2 * MIC_KEY,
        }
    }

    /// Whether there are no bytes at all, which only a vendor's cipher may have.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the structure for a cipher whose keys have one length; `None` where the length is
    /// the sender's choice, or the cipher has no keys.
    #[must_use]
    pub fn len_of(cipher: CipherAlgorithm) -> Option<usize> {
        match Shape::of(cipher).ok()? {
            Shape::Raw(len) => Some(len),
            Shape::Tkip => Some(48),
            Shape::Counted(len) => Some(12 + len),
            Shape::AnyWep | Shape::Ihv => None,
        }
    }

    /// Appends the structure. `out` should have room for [`KeyData::len`] bytes, or a copy of the
    /// secret may stay behind in memory that was given back.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Wep(key) | Self::Ihv(key) => out.extend_from_slice(key.expose()),
            Self::Counted {
                receive_counter,
                key,
            } => {
                let mut form = Form::new(out, 12);
                form.bytes(0, &counter_bytes(*receive_counter))
                    .u32(8, count(key.len()));
                out.extend_from_slice(key.expose());
            }
            Self::Tkip {
                receive_counter,
                temporal,
                rx_mic,
                tx_mic,
            } => {
                let mut form = Form::new(out, 16);
                form.bytes(0, &counter_bytes(*receive_counter))
                    .u32(8, count(temporal.len()))
                    .u32(12, count(rx_mic.len() + tx_mic.len()));
                out.extend_from_slice(temporal.expose());
                out.extend_from_slice(rx_mic.expose());
                out.extend_from_slice(tx_mic.expose());
            }
        }
    }
}

/// The fixed part. A short one is wrong data: the buffer around it was long enough.
fn key_fields(bytes: &[u8], least: usize) -> Result<Fields<'_>, WireError> {
    Fields::new(bytes, "the key structure", least).map_err(|_| too_short(bytes.len()))
}

/// Exactly `len` bytes at `at`.
fn tail(bytes: &[u8], at: usize, len: usize) -> Result<&[u8], WireError> {
    bytes
        .get(at..at + len)
        .ok_or_else(|| too_short(bytes.len()))
}

fn too_short(len: usize) -> WireError {
    WireError::data(format!(
        "A key structure of {len} bytes is too short; the length counts the whole structure."
    ))
}

fn inner_length(what: &str, found: u32, right: usize) -> WireError {
    WireError::data(format!(
        "The {what} claims {found} bytes instead of {right}."
    ))
}

/// 48 bits, least significant byte first.
fn counter(fields: &Fields<'_>) -> u64 {
    let [a, b, c, d, e, f] = fields.array(0);
    u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
}

fn counter_bytes(value: u64) -> [u8; 6] {
    let [a, b, c, d, e, f, ..] = value.to_le_bytes();
    [a, b, c, d, e, f]
}
