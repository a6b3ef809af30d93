//! RSN element: which ciphers and which key management (clause 9.4.2.24).

use core::fmt;

use serde::{Deserialize, Serialize};

use super::ElementTooLong;
use crate::frame::Reader;
use crate::{AkmSuite, CipherSuite};

/// Names a cached PMK.
pub type Pmkid = [u8; 16];

/// RSN Capabilities (clause 9.4.2.24.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RsnCapabilities(pub u16);

impl RsnCapabilities {
    /// Pre-authentication.
    pub const PREAUTHENTICATION: u16 = 0x0001;
    /// The pairwise key cannot live beside a default key.
    pub const NO_PAIRWISE: u16 = 0x0002;
    /// Management frames must be protected.
    pub const MFP_REQUIRED: u16 = 0x0040;
    /// Management frames can be protected.
    pub const MFP_CAPABLE: u16 = 0x0080;

    /// Whether all of `flags` are set.
    #[must_use]
    pub const fn has(self, flags: u16) -> bool {
        self.0 & flags == flags
    }
}

/// The content of an RSN element.
///
/// The handshake compares elements byte for byte: keep
/// [`Element::as_bytes`](super::Element::as_bytes) for that, not this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rsne {
    /// 1 in all elements of today.
    pub version: u16,
    /// Group data cipher.
    pub group_cipher: CipherSuite,
    /// Pairwise ciphers.
    pub pairwise: Vec<CipherSuite>,
    /// Authentication and key management suites.
    pub akm: Vec<AkmSuite>,
    /// Capabilities.
    pub capabilities: RsnCapabilities,
    /// PMKIDs; an access point sends none in beacons.
    pub pmkids: Vec<Pmkid>,
    /// Group management cipher, where management frames are protected.
    pub group_management: Option<CipherSuite>,
}

/// Why bytes are no RSN element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RsneError {
    /// The body ends within a field.
    Truncated,
    /// A list of ciphers or key management suites is there and empty.
    EmptyList,
    /// The version is not 1, so nothing after it can be read.
    UnsupportedVersion(u16),
}

impl fmt::Display for RsneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the RSN element ends within a field"),
            Self::EmptyList => f.write_str("the RSN element has an empty suite list"),
            Self::UnsupportedVersion(v) => write!(f, "RSN element version {v} is not supported"),
        }
    }
}

impl core::error::Error for RsneError {}

impl Rsne {
    /// The only version there is.
    pub const VERSION: u16 = 1;

    /// WPA2-Personal with CCMP for everything, no capabilities.
    #[must_use]
    pub fn wpa2_personal() -> Self {
        Self {
            version: Self::VERSION,
            group_cipher: CipherSuite::CCMP,
            pairwise: vec![CipherSuite::CCMP],
            akm: vec![AkmSuite::PSK],
            capabilities: RsnCapabilities(0),
            pmkids: Vec::new(),
            group_management: None,
        }
    }

    /// From an element body. It may end after any field; what is missing has its default (CCMP, and
    /// 802.1X as key management). Bytes after the last known field are ignored.
    ///
    /// # Errors
    /// When the body ends within a field, a suite list is empty, or the version is not 1.
    pub fn parse(body: &[u8]) -> Result<Self, RsneError> {
        let mut r = Reader(body);
        let version = r.u16().ok_or(RsneError::Truncated)?;
        if version != Self::VERSION {
            return Err(RsneError::UnsupportedVersion(version));
        }
        let mut out = Self {
            version,
            group_cipher: CipherSuite::CCMP,
            pairwise: vec![CipherSuite::CCMP],
            akm: vec![AkmSuite::IEEE_802_1X],
            capabilities: RsnCapabilities(0),
            pmkids: Vec::new(),
            group_management: None,
        };
        if r.0.is_empty() {
            return Ok(out);
        }
        out.group_cipher = CipherSuite(suite(&mut r)?);
        if r.0.is_empty() {
            return Ok(out);
        }
        out.pairwise = suites(&mut r, CipherSuite)?;
        if r.0.is_empty() {
            return Ok(out);
        }
        out.akm = suites(&mut r, AkmSuite)?;
        if r.0.is_empty() {
            return Ok(out);
        }
        out.capabilities = RsnCapabilities(r.u16().ok_or(RsneError::Truncated)?);
        if r.0.is_empty() {
            return Ok(out);
        }
        for _ in 0..r.u16().ok_or(RsneError::Truncated)? {
            out.pmkids.push(r.array().ok_or(RsneError::Truncated)?);
        }
        if r.0.is_empty() {
            return Ok(out);
        }
        out.group_management = Some(CipherSuite(suite(&mut r)?));
        Ok(out)
    }

    /// The element body, up to the capabilities or as far as it has content beyond them.
    ///
    /// # Errors
    /// When it would be longer than 255 bytes.
    pub fn encode(&self) -> Result<Vec<u8>, ElementTooLong> {
        let mut body = Vec::with_capacity(20);
        body.extend(self.version.to_le_bytes());
        body.extend(self.group_cipher.0.to_be_bytes());
        body.extend((self.pairwise.len() as u16).to_le_bytes());
        self.pairwise
            .iter()
            .for_each(|s| body.extend(s.0.to_be_bytes()));
        body.extend((self.akm.len() as u16).to_le_bytes());
        self.akm.iter().for_each(|s| body.extend(s.0.to_be_bytes()));
        body.extend(self.capabilities.0.to_le_bytes());
        if !self.pmkids.is_empty() || self.group_management.is_some() {
            body.extend((self.pmkids.len() as u16).to_le_bytes());
            self.pmkids.iter().for_each(|id| body.extend(id));
        }
        if let Some(suite) = self.group_management {
            body.extend(suite.0.to_be_bytes());
        }
        if body.len() > 255 {
            Err(ElementTooLong { len: body.len() })
        } else {
            Ok(body)
        }
    }
}

fn suite(r: &mut Reader<'_>) -> Result<u32, RsneError> {
    r.array()
        .map(u32::from_be_bytes)
        .ok_or(RsneError::Truncated)
}

/// A counted list. The count is not trusted with an allocation: the body bounds the list.
fn suites<T>(r: &mut Reader<'_>, wrap: impl Fn(u32) -> T) -> Result<Vec<T>, RsneError> {
    let count = r.u16().ok_or(RsneError::Truncated)?;
    if count == 0 {
        return Err(RsneError::EmptyList);
    }
    (0..count).map(|_| suite(r).map(&wrap)).collect()
}
