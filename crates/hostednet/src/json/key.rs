//! `key show --json`.

use serde::Serialize;
use wlan_model::{KeyForm, PrimaryKey, SecondaryKey};
use zeroize::Zeroizing;

use crate::text::key::{characters, shown};

/// `key show --json`.
#[derive(Serialize)]
pub(crate) struct KeysView {
    primary: PrimaryKeyView,
    secondary: SecondaryKeyView,
}

#[derive(Serialize)]
struct PrimaryKeyView {
    key: Option<Zeroizing<String>>,
}

#[derive(Serialize)]
struct SecondaryKeyView {
    set: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<KeyForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Zeroizing<String>>,
}

impl KeysView {
    pub(crate) fn new(
        primary: Option<&PrimaryKey>,
        secondary: Option<&(SecondaryKey, bool)>,
    ) -> Self {
        Self {
            primary: PrimaryKeyView {
                key: primary.map(|key| characters(key.expose())),
            },
            secondary: SecondaryKeyView {
                set: secondary.is_some(),
                form: secondary.map(|(key, _)| key.form()),
                persistent: secondary.map(|(_, persistent)| *persistent),
                key: secondary.map(|(key, _)| shown(key)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_key_is_shown_as_hexadecimal_digits() {
        let key = SecondaryKey::binary(&[0xab; 32]).unwrap();
        let expected = format!(
            "{{\"primary\":{{\"key\":null}},\"secondary\":{{\"set\":true,\"form\":\"binary\",\
             \"persistent\":false,\"key\":\"{}\"}}}}",
            "ab".repeat(32)
        );
        let view = KeysView::new(None, Some(&(key, false)));
        assert_eq!(serde_json::to_string(&view).unwrap(), expected);
    }
}
