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

use crate::outbox::failure;

/// Slots of the default-key table.
const DEFAULT_KEYS: usize = 4;
/// Entries of the key-mapping table: one per possible association, and then some.
pub(crate) const MAX_MAPPING_KEYS: usize = 2048;
/// Bytes of a CCMP key.
const CCMP_KEY_LEN: usize = 16;
/// The receive counter has 48 bits.
const MAX_COUNTER: u64 = (1 << 48) - 1;

/// A key and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    material: KeyMaterial,
    is_static: bool,
    place: Place,
}

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    /// Only here.
    Stored {
        /// The key it shall replace, which the radio works with.
        previous: Option<KeyMaterial>,
    },
    /// On its way to the radio.
    Installing {
        command: CommandId,
        /// The key that works until then, and again if this one is refused.
        previous: Option<KeyMaterial>,
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

    /// What the radio works with now.
    fn working(&self) -> Option<&KeyMaterial> {
        match &self.place {
            Place::Stored { previous } | Place::Installing { previous, .. } => previous.as_ref(),
            Place::Installed => Some(&self.material),
        }
    }

    /// Whether the radio has heard of this key or of the one it replaces.
    const fn is_in_radio(&self) -> bool {
        !matches!(self.place, Place::Stored { previous: None })
    }
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
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeyTable {
    defaults: [Option<Entry>; DEFAULT_KEYS],
    /// Index of the key for group-addressed frames.
    default_id: u8,
    /// The index the radio was last told.
    in_use: Option<u8>,
    mappings: BTreeMap<MacAddr, Entry>,
}

impl KeyTable {
    /// OID_DOT11_RESET_REQUEST: everything goes, static or not.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The radio has lost its keys; what the port may keep is only stored from now on.
    pub(crate) fn forget_radio(&mut self) {
        self.in_use = None;
        self.mappings.retain(|_, entry| entry.is_static);
        let defaults = self.defaults.iter_mut().flatten();
        for entry in defaults.chain(self.mappings.values_mut()) {
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
        cipher: CipherAlgorithm,
        own: Option<MacAddr>,
    ) -> Result<(), Failure> {
        if !key.peer.is_unicast() || own == Some(key.peer) {
            return Err(invalid(
                "A key-mapping key needs the address of one other station.",
            ));
        }
        let Some(material) = &key.material else {
            return Ok(());
        };
        check_cipher(key.algorithm, cipher, material)?;
        if key.direction != Direction::Both {
            return Err(failure(
                NdisStatus::NOT_SUPPORTED,
                "The radio has no keys for one direction only.",
                "Set the key for both directions.",
            ));
        }
        if !self.mappings.contains_key(&key.peer) && self.mappings.len() >= MAX_MAPPING_KEYS {
            return Err(failure(
                NdisStatus::RESOURCES,
                "The key-mapping table is full.",
                "Delete keys of stations that are gone.",
            ));
        }
        Ok(())
    }

    /// Stores a validated key. It is not in the radio yet.
    pub(crate) fn set_mapping(
        &mut self,
        peer: MacAddr,
        material: KeyMaterial,
        is_static: bool,
    ) -> Change {
        set(&mut MapSlot(&mut self.mappings, peer), material, is_static)
    }

    /// Deletes; whether the radio may know the key.
    pub(crate) fn delete_mapping(&mut self, peer: MacAddr, direction: Direction) -> bool {
        // Only entries for both directions exist: another direction matches none.
        direction == Direction::Both && self.mappings.remove(&peer).is_some_and(|e| e.is_in_radio())
    }

    /// The command that brings the stored key of `peer` to the radio.
    pub(crate) fn mapping_command(&self, peer: MacAddr) -> Option<Command> {
        let entry = self.mappings.get(&peer)?;
        (entry.place != Place::Installed)
            .then(|| install(KeyScope::Pairwise(peer), 0, &entry.material))
    }

    /// The key of `peer` is on its way.
    pub(crate) fn mapping_moves(&mut self, peer: MacAddr, command: CommandId) {
        if let Some(entry) = self.mappings.get_mut(&peer) {
            entry.moves(command);
        }
    }

    /// The radio answered; whether this was about the key the table holds now.
    pub(crate) fn mapping_settled(&mut self, peer: MacAddr, command: CommandId, ok: bool) -> bool {
        settle(&mut MapSlot(&mut self.mappings, peer), command, ok)
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

    // Default keys.

    /// Validates a set (not a delete).
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(crate) fn check_default(key: &DefaultKey, cipher: CipherAlgorithm) -> Result<u8, Failure> {
        let index = check_id(key.index)?;
        if let Some(material) = &key.material {
            check_cipher(key.algorithm, cipher, material)?;
            if index == 0 {
                return Err(invalid("Group keys of CCMP have the indices 1 to 3."));
            }
        }
        Ok(index)
    }

    /// Stores a validated key. It is not in the radio yet.
    pub(crate) fn set_default(
        &mut self,
        index: u8,
        material: KeyMaterial,
        is_static: bool,
    ) -> Change {
        match self.defaults.get_mut(usize::from(index)) {
            Some(slot) => set(slot, material, is_static),
            None => Change::Nothing,
        }
    }

    /// Deletes; whether the radio may know the key.
    pub(crate) fn delete_default(&mut self, index: u8) -> bool {
        if self.in_use == Some(index) {
            self.in_use = None;
        }
        self.defaults
            .get_mut(usize::from(index))
            .and_then(Option::take)
            .is_some_and(|e| e.is_in_radio())
    }

    /// Indices of all stored keys.
    pub(crate) fn default_indices(&self) -> Vec<u8> {
        (0..)
            .zip(&self.defaults)
            .filter(|(_, e)| e.is_some())
            .map(|(i, _)| i)
            .collect()
    }

    /// The command that brings the stored key at `index` to the radio.
    pub(crate) fn default_command(&self, index: u8) -> Option<Command> {
        let entry = self.defaults.get(usize::from(index))?.as_ref()?;
        (entry.place != Place::Installed).then(|| install(KeyScope::Group, index, &entry.material))
    }

    /// The key at `index` is on its way.
    pub(crate) fn default_moves(&mut self, index: u8, command: CommandId) {
        if let Some(entry) = self
            .defaults
            .get_mut(usize::from(index))
            .and_then(Option::as_mut)
        {
            entry.moves(command);
        }
    }

    /// The radio answered.
    pub(crate) fn default_settled(&mut self, index: u8, command: CommandId, ok: bool) {
        if let Some(slot) = self.defaults.get_mut(usize::from(index)) {
            settle(slot, command, ok);
        }
    }

    /// Whether there is a key at `index`.
    pub(crate) fn has_default(&self, index: u8) -> bool {
        self.defaults
            .get(usize::from(index))
            .is_some_and(Option::is_some)
    }

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
        .filter(|id| usize::from(*id) < DEFAULT_KEYS)
        .ok_or_else(|| invalid("Default keys have the indices 0 to 3."))
}

fn check_cipher(
    algorithm: CipherAlgorithm,
    enabled: CipherAlgorithm,
    material: &KeyMaterial,
) -> Result<(), Failure> {
    if algorithm != enabled || algorithm != CipherAlgorithm::CCMP {
        return Err(invalid("The key is for a cipher that is not enabled."));
    }
    if material.key.len() != CCMP_KEY_LEN {
        return Err(invalid("A CCMP key has 16 bytes."));
    }
    if material.receive_counter > MAX_COUNTER {
        return Err(invalid("A receive counter has 48 bits."));
    }
    Ok(())
}

fn invalid(text: &str) -> Failure {
    failure(
        NdisStatus::INVALID_DATA,
        text,
        "This is a fault of the program that set the key.",
    )
}

fn install(scope: KeyScope, index: u8, material: &KeyMaterial) -> Command {
    Command::InstallKey(Key {
        scope,
        index,
        cipher: CipherSuite::CCMP,
        material: material.key.clone(),
        receive_counter: (material.receive_counter != 0).then_some(material.receive_counter),
    })
}

/// A place for one key: a slot of the default table or a row of the mapping table.
trait Slot {
    fn get(&mut self) -> Option<&mut Entry>;
    fn put(&mut self, entry: Entry);
    fn empty(&mut self);
}

impl Slot for Option<Entry> {
    fn get(&mut self) -> Option<&mut Entry> {
        self.as_mut()
    }

    fn put(&mut self, entry: Entry) {
        *self = Some(entry);
    }

    fn empty(&mut self) {
        *self = None;
    }
}

struct MapSlot<'a>(&'a mut BTreeMap<MacAddr, Entry>, MacAddr);

impl Slot for MapSlot<'_> {
    fn get(&mut self) -> Option<&mut Entry> {
        self.0.get_mut(&self.1)
    }

    fn put(&mut self, entry: Entry) {
        self.0.insert(self.1, entry);
    }

    fn empty(&mut self) {
        self.0.remove(&self.1);
    }
}

fn set(slot: &mut impl Slot, material: KeyMaterial, is_static: bool) -> Change {
    let Some(old) = slot.get() else {
        slot.put(Entry {
            material,
            is_static,
            place: Place::Stored { previous: None },
        });
        return Change::Set;
    };
    // The receive counter of a key in use runs on: it is no part of the comparison.
    if old.material.key == material.key {
        old.is_static = is_static;
        return if matches!(old.place, Place::Stored { .. }) {
            old.material = material;
            Change::Set
        } else {
            Change::Nothing
        };
    }
    let place = Place::Stored {
        previous: old.working().cloned(),
    };
    slot.put(Entry {
        material,
        is_static,
        place,
    });
    Change::Set
}

/// `true` when `command` is the one that carries the key of this slot.
fn settle(slot: &mut impl Slot, command: CommandId, ok: bool) -> bool {
    let Some(entry) = slot.get() else {
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
            entry.material = previous;
            entry.place = Place::Installed;
        }
        (false, None) => slot.empty(),
    }
    true
}
