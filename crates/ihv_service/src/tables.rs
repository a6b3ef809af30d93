//! What a miniport holds for extensions.

use oid::PrivacyExemption;

use crate::keys::KeyTable;

/// Of one adapter.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) keys: KeyTable,
    /// As sent last; `None` after a refusal.
    pub(crate) types: Option<Vec<u16>>,
    pub(crate) exemptions: Option<Vec<PrivacyExemption>>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            keys: KeyTable::default(),
            types: Some(Vec::new()),
            exemptions: Some(Vec::new()),
        }
    }
}
