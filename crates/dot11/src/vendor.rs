//! Whose an element is.

use core::fmt;

use serde::{Deserialize, Serialize};

/// An Organizationally Unique Identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Oui(pub [u8; 3]);

impl fmt::Display for Oui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}")
    }
}

/// How a Vendor Specific element (clause 9.4.2.25) is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VendorElement {
    /// Whose.
    pub oui: Oui,
    /// The byte behind the OUI; `None` for any.
    pub kind: Option<u8>,
}

impl VendorElement {
    /// Whether an element's information (what is behind its length) is of this kind.
    #[must_use]
    pub fn matches(&self, information: &[u8]) -> bool {
        information.get(..3) == Some(&self.oui.0[..])
            && self
                .kind
                .is_none_or(|kind| information.get(3) == Some(&kind))
    }

    /// Whether an element can be of both kinds.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let kinds = self.kind.zip(other.kind);
        self.oui == other.oui && kinds.is_none_or(|(a, b)| a == b)
    }
}
