//! How the page says what happens: its user's words, not its own.

use std::collections::BTreeMap;

use dot11::MacAddr;
use wlan_client::EventKind;

/// What peers are called, by their address.
pub type Names = BTreeMap<MacAddr, String>;

/// Says an event as a sentence, with the names of peers.
pub type Describe = fn(&EventKind, &Names) -> String;
