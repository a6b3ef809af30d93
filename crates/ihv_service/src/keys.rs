//! Which mapping keys extensions have set, and where they are.
//!
//! On the access point a vendor's key is in the miniport only while its peer is served by the extension
//! that set it. A static key outlives the association here, in memory, and goes down again when the
//! peer comes back to the same extension. So no key of an extension ever meets a station whose
//! handshake is ours.

use std::collections::BTreeMap;

use dot11::MacAddr;
use oid::{Direction, KeyMappingKey};

/// Entries one extension may have.
const MOST: usize = 2048;

/// Peer and direction name an entry.
pub(crate) type Place = (MacAddr, Direction);

/// The keys of one adapter.
#[derive(Debug, Default)]
pub(crate) struct KeyTable {
    entries: BTreeMap<Place, Entry>,
    next: u64,
}

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Which extension's.
    pub(crate) owner: String,
    pub(crate) at: Whereabouts,
    /// With material only if it is static and belongs to the access point.
    pub(crate) key: KeyMappingKey,
    /// Tells it from what replaces it.
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// In the miniport, or on its way there.
    Installed,
    /// Here, until its peer comes.
    Parked,
}

/// A change that the miniport may still refuse.
#[derive(Debug)]
pub(crate) struct Change {
    place: Place,
    before: Option<Entry>,
    number: u64,
}

impl KeyTable {
    /// Whether `owner` may have one more.
    pub(crate) fn has_room(&self, owner: &str, key: &KeyMappingKey) -> bool {
        let of_owner = self.entries.values().filter(|e| e.owner == owner).count();
        key.material.is_none() || of_owner < MOST || self.entries.contains_key(&place(key))
    }

    /// Whether another extension has a key there.
    pub(crate) fn is_foreign(&self, owner: &str, key: &KeyMappingKey) -> bool {
        let entry = self.entries.get(&place(key));
        entry.is_some_and(|entry| entry.owner != owner)
    }

    /// Enters what is being asked of the miniport (or parked). `keep` keeps the material.
    pub(crate) fn change(
        &mut self,
        owner: &str,
        key: &KeyMappingKey,
        at: Whereabouts,
        keep: bool,
    ) -> Change {
        let place = place(key);
        self.next += 1;
        let number = self.next;
        let before = if key.material.is_none() {
            self.entries.remove(&place)
        } else {
            let mut key = key.clone();
            if !keep || !key.is_static {
                key.material = None;
            }
            let owner = owner.to_owned();
            self.entries.insert(
                place,
                Entry {
                    owner,
                    at,
                    key,
                    number,
                },
            )
        };
        Change {
            place,
            before,
            number,
        }
    }

    /// The miniport refused: what was there is still there.
    pub(crate) fn refused(&mut self, change: Change) {
        let current = self.entries.get(&change.place);
        let is_last = current.is_none_or(|entry| entry.number == change.number);
        // After a later change its own refusal restores what this one left.
        if !is_last {
            return;
        }
        match change.before {
            Some(before) => self.entries.insert(change.place, before),
            None => self.entries.remove(&change.place),
        };
    }

    /// The peer has left. Static keys are parked, the others forgotten, and all are to be deleted in
    /// the miniport: one that was set while the peer left may wait there for whoever comes next.
    pub(crate) fn departed(&mut self, peer: MacAddr) -> Vec<KeyMappingKey> {
        let is_there =
            |(of, _): &Place, entry: &Entry| *of == peer && entry.at == Whereabouts::Installed;
        let installed = self.entries.iter().filter(|(p, e)| is_there(p, e));
        let to_delete = installed.map(|(_, entry)| deletion(&entry.key)).collect();
        self.entries
            .retain(|(of, _), entry| *of != peer || entry.key.is_static);
        for ((of, _), entry) in &mut self.entries {
            if *of == peer {
                entry.at = Whereabouts::Parked;
            }
        }
        to_delete
    }

    /// The peer is back with `owner`: keys to be installed, with their changes.
    pub(crate) fn arrived(&mut self, peer: MacAddr, owner: &str) -> Vec<(KeyMappingKey, Change)> {
        let mut to_install = Vec::new();
        for (place, entry) in &mut self.entries {
            if place.0 == peer && entry.owner == owner && entry.at == Whereabouts::Parked {
                entry.at = Whereabouts::Installed;
                let change = Change {
                    place: *place,
                    before: None,
                    number: entry.number,
                };
                to_install.push((entry.key.clone(), change));
            }
        }
        to_install
    }

    /// `owner` has crashed, on the access point: everything installed is to be deleted there. Static
    /// keys stay parked.
    pub(crate) fn crashed(&mut self, owner: &str) -> Vec<KeyMappingKey> {
        let to_delete = self.installed(owner);
        self.entries
            .retain(|_, entry| entry.owner != owner || entry.key.is_static);
        for entry in self.entries.values_mut().filter(|e| e.owner == owner) {
            entry.at = Whereabouts::Parked;
        }
        to_delete
    }

    /// `owner` is not used any more: all its keys are forgotten, and these are to be deleted.
    pub(crate) fn remove_owner(&mut self, owner: &str) -> Vec<KeyMappingKey> {
        let to_delete = self.installed(owner);
        self.entries.retain(|_, entry| entry.owner != owner);
        to_delete
    }

    fn installed(&self, owner: &str) -> Vec<KeyMappingKey> {
        self.entries
            .values()
            .filter(|entry| entry.owner == owner && entry.at == Whereabouts::Installed)
            .map(|entry| deletion(&entry.key))
            .collect()
    }

    /// The station's association with a peer: its non-static keys have been removed.
    pub(crate) fn forget_dynamic(&mut self, peer: Option<MacAddr>) {
        self.entries
            .retain(|(of, _), entry| entry.key.is_static || peer.is_some_and(|peer| *of != peer));
    }

    /// The port was reset: nothing is left, static or not.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

fn place(key: &KeyMappingKey) -> Place {
    (key.peer, key.direction)
}

fn deletion(key: &KeyMappingKey) -> KeyMappingKey {
    KeyMappingKey {
        is_static: false,
        material: None,
        ..key.clone()
    }
}
