//! Default keys and key-mapping keys (native-80211-ihv reference, 2).
//!
//! The tables outlive the radio's: a key may be set before its peer is associated, or before the
//! access point runs, and a static key outlives associations. Everything is validated before an old
//! key is touched; setting the key that is there already reaches no radio, so no counter restarts.

use std::collections::BTreeMap;

use dot11::{CipherSuite, MacAddr};
use oid::{
    CipherAlgorithm, DefaultKey, Direction, Failure, KeyMappingKey, KeyMaterial, NdisStatus,
};
use radio::{Command, CommandId, Key, KeyScope};
use serde::{Deserialize, Serialize};

use crate::cipher::{KeyRules, invalid, is_management, is_wep};
use crate::outbox::failure;

/// Slots of the default-key table for data.
const DEFAULT_KEYS: u8 = 4;
/// Those slots and the two for keys of robust management frames.
const ALL_DEFAULT_KEYS: u8 = 6;
/// Entries of the key-mapping table: one per possible association, and then some.
pub(crate) const MAX_MAPPING_KEYS: usize = 2048;
/// Rows of the table of per-station default keys.
pub(crate) const MAX_STATION_ROWS: usize = 32;

/// A key for its cipher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CipherKey {
    pub(crate) suite: CipherSuite,
    pub(crate) material: KeyMaterial,
}

impl CipherKey {
    /// The receive counter of a key in use runs on: it is no part of the comparison.
    fn is_same(&self, other: &Self) -> bool {
        self.suite == other.suite && self.material.key == other.material.key
    }
}

/// A key and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    key: CipherKey,
    is_static: bool,
    place: Place,
}

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    /// Only here.
    Stored {
        /// The key it shall replace, which the radio works with.
        previous: Option<CipherKey>,
    },
    /// On its way to the radio.
    Installing {
        command: CommandId,
        /// The key that works until then, and again if this one is refused.
        previous: Option<CipherKey>,
    },
    /// In the radio.
    Installed,
}

impl Entry {
    /// The key is on its way.
    fn moves(&mut self, command: CommandId) {
        let previous = match &self.place {
            Place::Stored { previous } | Place::Installing { previous, .. } => previous.clone(),
            Place::Installed => None,
        };
        self.place = Place::Installing { command, previous };
    }

    fn is_moved_by(&self, by: CommandId) -> bool {
        matches!(&self.place, Place::Installing { command, .. } if *command == by)
    }

    /// What the radio works with now.
    fn working(&self) -> Option<&CipherKey> {
        match &self.place {
            Place::Stored { previous } | Place::Installing { previous, .. } => previous.as_ref(),
            Place::Installed => Some(&self.key),
        }
    }

    /// Whether the radio has heard of this key or of the one it replaces.
    const fn is_in_radio(&self) -> bool {
        !matches!(self.place, Place::Stored { previous: None })
    }
}

/// A per-station default key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StationKey {
    key: CipherKey,
    is_static: bool,
}

/// Whether a peer's unicast traffic is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    /// There is no key in the radio.
    None,
    /// A key is on its way and none works yet.
    Coming,
    /// A key works.
    Working,
}

/// What a set request amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The very key is there already.
    Nothing,
    /// The key is new or replaces another.
    Set,
}

/// The tables of one port.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyTable {
    defaults: BTreeMap<u8, Entry>,
    /// Index of the key for group-addressed frames.
    default_id: u8,
    /// The index the radio was last told.
    in_use: Option<u8>,
    mappings: BTreeMap<MacAddr, Entry>,
    /// Most entries of `mappings`.
    capacity: usize,
    /// Per-station default keys: rows by transmitter, columns by index.
    stations: BTreeMap<MacAddr, BTreeMap<u8, StationKey>>,
}

impl Default for KeyTable {
    fn default() -> Self {
        Self {
            defaults: BTreeMap::new(),
            default_id: 0,
            in_use: None,
            mappings: BTreeMap::new(),
            capacity: MAX_MAPPING_KEYS,
            stations: BTreeMap::new(),
        }
    }
}

impl KeyTable {
    /// OID_DOT11_RESET_REQUEST: everything goes, static or not.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            capacity: self.capacity,
            ..Self::default()
        };
    }

    /// Most entries of the key-mapping table from now on; those that are there stay.
    pub(crate) fn set_capacity(&mut self, entries: usize) {
        self.capacity = entries;
    }

    /// The radio has lost its keys; what the port may keep is only stored from now on. Power keeps
    /// the tables, but associations end with it and take their keys along, unless static.
    pub(crate) fn forget_radio(&mut self) {
        self.in_use = None;
        self.mappings
            .retain(|_, entry| entry.is_static || !entry.is_in_radio());
        for entry in self.defaults.values_mut().chain(self.mappings.values_mut()) {
            entry.place = Place::Stored { previous: None };
        }
    }

    // Key-mapping keys.

    /// Validates a set (not a delete) in the order of the reference, 2.8.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(crate) fn check_mapping(
        &self,
        key: &KeyMappingKey,
        enabled: CipherAlgorithm,
        rules: &KeyRules<'_>,
    ) -> Result<Option<CipherKey>, Failure> {
        // A vendor's cipher may put any label into the address.
        let is_label = rules.takes_ihv(key.algorithm);
        if !is_label && (!key.peer.is_unicast() || rules.own == Some(key.peer)) {
            return Err(invalid(
                "A key-mapping key needs the address of one other station.",
            ));
        }
        let Some(material) = &key.material else {
            return Ok(None);
        };
        let checked = check_key(key.algorithm, enabled, material, rules)?;
        if key.direction != Direction::Both {
            return Err(failure(
                NdisStatus::NOT_SUPPORTED,
                "The radio has no keys for one direction only.",
                "Set the key for both directions.",
            ));
        }
        if !self.mappings.contains_key(&key.peer) && self.mappings.len() >= self.capacity {
            return Err(failure(
                NdisStatus::RESOURCES,
                "The key-mapping table is full.",
                "Delete keys of stations that are gone.",
            ));
        }
        Ok(Some(checked))
    }

    /// Stores a validated key. It is not in the radio yet.
    pub(crate) fn set_mapping(&mut self, peer: MacAddr, key: CipherKey, is_static: bool) -> Change {
        set(&mut self.mappings, peer, key, is_static)
    }

    /// Deletes; whether the radio may know the key.
    pub(crate) fn delete_mapping(&mut self, peer: MacAddr, direction: Direction) -> bool {
        // Only entries for both directions exist: another direction matches none.
        direction == Direction::Both && self.mappings.remove(&peer).is_some_and(|e| e.is_in_radio())
    }

    /// The command that brings the stored key of `peer` to the radio.
    pub(crate) fn mapping_command(&self, peer: MacAddr) -> Option<Command> {
        let entry = self.mappings.get(&peer)?;
        (entry.place != Place::Installed).then(|| install(KeyScope::Pairwise(peer), 0, &entry.key))
    }

    /// The key of `peer` is on its way.
    pub(crate) fn mapping_moves(&mut self, peer: MacAddr, command: CommandId) {
        if let Some(entry) = self.mappings.get_mut(&peer) {
            entry.moves(command);
        }
    }

    /// The radio answered; whether this was about the key the table holds now.
    pub(crate) fn mapping_settled(&mut self, peer: MacAddr, command: CommandId, ok: bool) -> bool {
        settle(&mut self.mappings, peer, command, ok)
    }

    /// The radio has no such peer: the key is only stored, and what it had is gone. Whether this was
    /// about the key the table holds now.
    pub(crate) fn mapping_waits(&mut self, peer: MacAddr, command: CommandId) -> bool {
        match self.mappings.get_mut(&peer) {
            Some(entry) if entry.is_moved_by(command) => {
                entry.place = Place::Stored { previous: None };
                true
            }
            _ => false,
        }
    }

    /// How unicast traffic with `peer` stands.
    pub(crate) fn protection(&self, peer: MacAddr) -> Protection {
        match self.mappings.get(&peer) {
            Some(entry) if entry.working().is_some() => Protection::Working,
            Some(Entry {
                place: Place::Installing { .. },
                ..
            }) => Protection::Coming,
            _ => Protection::None,
        }
    }

    /// The peer's association is gone, and with it the radio's copy and a key that is not static.
    pub(crate) fn peer_gone(&mut self, peer: MacAddr) {
        if let Some(entry) = self.mappings.get_mut(&peer) {
            if entry.is_static {
                entry.place = Place::Stored { previous: None };
            } else {
                self.mappings.remove(&peer);
            }
        }
    }

    // A station's connection (reference, 2.3). The radio has no keys at either moment.

    /// Its association with `peer` completed: what was set early and is not static goes.
    pub(crate) fn association_completed(&mut self, peer: MacAddr) {
        self.mappings
            .retain(|at, entry| entry.is_static || *at != peer);
        self.defaults.retain(|_, entry| entry.is_static);
    }

    /// Its association is over: only static keys stay.
    pub(crate) fn association_over(&mut self) {
        self.in_use = None;
        self.mappings.retain(|_, entry| entry.is_static);
        self.defaults.retain(|_, entry| entry.is_static);
        for row in self.stations.values_mut() {
            row.retain(|_, entry| entry.is_static);
        }
        self.stations.retain(|_, row| !row.is_empty());
        for entry in self.defaults.values_mut().chain(self.mappings.values_mut()) {
            entry.place = Place::Stored { previous: None };
        }
    }

    // Default keys.

    /// Validates a set or delete: the index, and the key that is to be set.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(crate) fn check_default(
        key: &DefaultKey,
        enabled: CipherAlgorithm,
        rules: &KeyRules<'_>,
    ) -> Result<(u8, Option<CipherKey>), Failure> {
        let index = u8::try_from(key.index).map_err(|_| no_such_index())?;
        let is_ihv = rules.takes_ihv(key.algorithm);
        let Some(material) = &key.material else {
            // On a delete the algorithm means nothing; an index does, where it cannot exist.
            let possible = index < ALL_DEFAULT_KEYS || is_ihv;
            return possible.then_some((index, None)).ok_or_else(no_such_index);
        };
        let checked = if is_management(key.algorithm) {
            // No OID enables a cipher for management frames: what the radio offers counts.
            CipherKey {
                suite: rules.check(key.algorithm, material)?,
                material: material.clone(),
            }
        } else {
            check_key(key.algorithm, enabled, material, rules)?
        };
        let fits = match index {
            _ if is_ihv => true,
            0 => is_wep(key.algorithm),
            1..DEFAULT_KEYS => !is_management(key.algorithm),
            DEFAULT_KEYS..ALL_DEFAULT_KEYS => is_management(key.algorithm),
            _ => false,
        };
        if !fits {
            return Err(invalid(
                "Group keys have the indices 1 to 3 (with WEP also 0), keys of management frames 4 and 5.",
            ));
        }
        Ok((index, Some(checked)))
    }

    /// Stores a validated key. It is not in the radio yet.
    pub(crate) fn set_default(&mut self, index: u8, key: CipherKey, is_static: bool) -> Change {
        set(&mut self.defaults, index, key, is_static)
    }

    /// Deletes; whether the radio may know the key.
    pub(crate) fn delete_default(&mut self, index: u8) -> bool {
        if self.in_use == Some(index) {
            self.in_use = None;
        }
        self.defaults
            .remove(&index)
            .is_some_and(|e| e.is_in_radio())
    }

    /// Indices of all stored keys.
    pub(crate) fn default_indices(&self) -> Vec<u8> {
        self.defaults.keys().copied().collect()
    }

    /// The command that brings the stored key at `index` to the radio.
    pub(crate) fn default_command(&self, index: u8) -> Option<Command> {
        let entry = self.defaults.get(&index)?;
        (entry.place != Place::Installed).then(|| install(KeyScope::Group, index, &entry.key))
    }

    /// The key at `index` is on its way.
    pub(crate) fn default_moves(&mut self, index: u8, command: CommandId) {
        if let Some(entry) = self.defaults.get_mut(&index) {
            entry.moves(command);
        }
    }

    /// The radio answered.
    pub(crate) fn default_settled(&mut self, index: u8, command: CommandId, ok: bool) {
        settle(&mut self.defaults, index, command, ok);
    }

    /// Whether there is a key at `index`.
    pub(crate) fn has_default(&self, index: u8) -> bool {
        self.defaults.contains_key(&index)
    }

    // Per-station default keys.

    /// Sets or deletes a key in the row of one transmitter. No radio here has such rows: they wait
    /// for one.
    ///
    /// # Errors
    /// INVALID_DATA for a faulty key, INVALID_LENGTH when no row is free; nothing has changed.
    pub(crate) fn set_station_key(
        &mut self,
        station: MacAddr,
        key: &DefaultKey,
        enabled: CipherAlgorithm,
        rules: &KeyRules<'_>,
    ) -> Result<(), Failure> {
        if rules.mode == oid::OperationMode::ExtensibleAp {
            return Err(invalid(
                "An access point has no default keys of single stations.",
            ));
        }
        if !station.is_unicast() {
            return Err(invalid(
                "A row of default keys belongs to one station, not to a group.",
            ));
        }
        let (index, checked) = Self::check_default(key, enabled, rules)?;
        let Some(checked) = checked else {
            if let Some(row) = self.stations.get_mut(&station) {
                row.remove(&index);
                if row.is_empty() {
                    self.stations.remove(&station);
                }
            }
            return Ok(());
        };
        if !self.stations.contains_key(&station) && self.stations.len() >= MAX_STATION_ROWS {
            return Err(failure(
                NdisStatus::INVALID_LENGTH,
                "No row is free in the table of per-station default keys.",
                "Delete the keys of stations that are gone.",
            ));
        }
        let row = self.stations.entry(station).or_default();
        let is_static = key.is_static;
        row.insert(
            index,
            StationKey {
                key: checked,
                is_static,
            },
        );
        Ok(())
    }

    // The key in use.

    /// OID_DOT11_CIPHER_DEFAULT_KEY_ID.
    pub(crate) fn set_default_id(&mut self, id: u8) {
        self.default_id = id;
    }

    /// The command that makes the radio use the default key, when there is one it does not use yet.
    /// A key that comes later is put to use then.
    pub(crate) fn use_command(&mut self) -> Option<Command> {
        let index = self.default_id;
        if self.in_use == Some(index) || !self.has_default(index) {
            return None;
        }
        self.in_use = Some(index);
        Some(Command::UseGroupKey { index })
    }

    /// The radio refused to use a key.
    pub(crate) fn not_in_use(&mut self) {
        self.in_use = None;
    }
}

/// A default key id.
///
/// # Errors
/// INVALID_DATA when it is not 0 to 3.
pub(crate) fn check_id(id: u32) -> Result<u8, Failure> {
    u8::try_from(id)
        .ok()
        .filter(|id| *id < DEFAULT_KEYS)
        .ok_or_else(no_such_index)
}

/// The command that puts a key for robust management frames to use. No OID names one of the two:
/// the last one set is sent with.
pub(crate) fn use_management_command(index: u8) -> Option<Command> {
    (DEFAULT_KEYS..ALL_DEFAULT_KEYS)
        .contains(&index)
        .then_some(Command::UseGroupKey { index })
}

fn no_such_index() -> Failure {
    invalid("There is no default key of this index.")
}

fn check_key(
    algorithm: CipherAlgorithm,
    enabled: CipherAlgorithm,
    material: &KeyMaterial,
    rules: &KeyRules<'_>,
) -> Result<CipherKey, Failure> {
    if algorithm != enabled || is_management(algorithm) {
        return Err(invalid("The key is for a cipher that is not enabled."));
    }
    let suite = rules.check(algorithm, material)?;
    Ok(CipherKey {
        suite,
        material: material.clone(),
    })
}

fn install(scope: KeyScope, index: u8, key: &CipherKey) -> Command {
    let counter = key.material.receive_counter;
    Command::InstallKey(Key {
        scope,
        index,
        cipher: key.suite,
        material: key.material.key.clone(),
        receive_counter: (counter != 0).then_some(counter),
    })
}

fn set<K: Ord>(table: &mut BTreeMap<K, Entry>, at: K, key: CipherKey, is_static: bool) -> Change {
    let mut previous = None;
    if let Some(old) = table.get_mut(&at) {
        if old.key.is_same(&key) {
            old.is_static = is_static;
            return if matches!(old.place, Place::Stored { .. }) {
                old.key = key;
                Change::Set
            } else {
                Change::Nothing
            };
        }
        previous = old.working().cloned();
    }
    let place = Place::Stored { previous };
    table.insert(
        at,
        Entry {
            key,
            is_static,
            place,
        },
    );
    Change::Set
}

/// `true` when `command` is the one that carries the key of this place.
fn settle<K: Ord>(table: &mut BTreeMap<K, Entry>, at: K, command: CommandId, ok: bool) -> bool {
    let Some(entry) = table.get_mut(&at) else {
        return false;
    };
    let Place::Installing {
        command: current,
        previous,
    } = &entry.place
    else {
        return false;
    };
    if *current != command {
        return false;
    }
    match (ok, previous.clone()) {
        (true, _) => entry.place = Place::Installed,
        (false, Some(previous)) => {
            entry.key = previous;
            entry.place = Place::Installed;
        }
        (false, None) => {
            table.remove(&at);
        }
    }
    true
}
