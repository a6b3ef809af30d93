//! A map from addresses for the data path: a look-up costs the same among ten rows and thousands.

use std::collections::BTreeMap;

use dot11::MacAddr;

/// Fewest places of the index; always a power of two.
const LEAST: usize = 16;

/// Where a row is, by address. Rows never move, so that the index holds numbers only.
#[derive(Debug)]
pub(crate) struct AddressMap<V> {
    rows: Vec<Option<V>>,
    free: Vec<u16>,
    /// Open addressing with linear probing, at most half full.
    index: Vec<Place>,
    /// For all that goes through the rows: its order must not depend on hashes.
    order: BTreeMap<MacAddr, u16>,
}

/// Eight bytes, so that one line of a cache holds eight of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    key: MacAddr,
    /// [`NO_ROW`] where nothing is.
    row: u16,
}

const NO_ROW: u16 = u16::MAX;

const EMPTY: Place = Place {
    key: MacAddr([0; 6]),
    row: NO_ROW,
};

impl<V> AddressMap<V> {
    pub(crate) fn new() -> Self {
        Self {
            rows: Vec::new(),
            free: Vec::new(),
            index: vec![EMPTY; LEAST],
            order: BTreeMap::new(),
        }
    }

    /// The place of the index where the address is, or where it would go.
    fn place(&self, key: MacAddr) -> usize {
        let mask = self.index.len() - 1;
        let mut at = hash(key) & mask;
        while let Some(place) = self.index.get(at)
            && place.row != NO_ROW
            && place.key != key
        {
            at = (at + 1) & mask;
        }
        at
    }

    fn row(&self, key: MacAddr) -> Option<usize> {
        let place = self.index.get(self.place(key))?;
        (place.row != NO_ROW).then_some(usize::from(place.row))
    }

    pub(crate) fn get(&self, key: &MacAddr) -> Option<&V> {
        self.rows.get(self.row(*key)?)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: &MacAddr) -> Option<&mut V> {
        let row = self.row(*key)?;
        self.rows.get_mut(row)?.as_mut()
    }

    pub(crate) fn contains_key(&self, key: &MacAddr) -> bool {
        self.row(*key).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// Puts a row in, in place of one of the same address. Beyond 65,535 rows nothing happens.
    pub(crate) fn insert(&mut self, key: MacAddr, value: V) {
        if let Some(row) = self.get_mut(&key) {
            *row = value;
            return;
        }
        let next = u16::try_from(self.rows.len()).unwrap_or(NO_ROW);
        let row = self.free.pop().unwrap_or(next);
        if row == NO_ROW {
            return;
        }
        match self.rows.get_mut(usize::from(row)) {
            Some(empty) => *empty = Some(value),
            None => self.rows.push(Some(value)),
        }
        self.order.insert(key, row);
        if self.order.len() * 2 > self.index.len() {
            self.rebuild();
        } else {
            self.set_place(self.place(key), Place { key, row });
        }
    }

    pub(crate) fn remove(&mut self, key: &MacAddr) -> Option<V> {
        let row = self.order.remove(key)?;
        self.free.push(row);
        self.vacate(self.place(*key));
        self.rows.get_mut(usize::from(row))?.take()
    }

    /// Empties a place of the index. What was put behind it because it was taken moves up.
    fn vacate(&mut self, mut hole: usize) {
        let mask = self.index.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let place = self.index.get(at).copied().unwrap_or(EMPTY);
            if place.row == NO_ROW {
                break;
            }
            let home = hash(place.key) & mask;
            // From where it belongs to where it is the hole lies in between.
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.set_place(hole, place);
                hole = at;
            }
        }
        self.set_place(hole, EMPTY);
    }

    fn set_place(&mut self, at: usize, place: Place) {
        if let Some(slot) = self.index.get_mut(at) {
            *slot = place;
        }
    }

    fn rebuild(&mut self) {
        let places = (self.order.len() * 2 + 1).next_power_of_two().max(LEAST);
        self.index.clear();
        self.index.resize(places, EMPTY);
        let order = core::mem::take(&mut self.order);
        for (key, row) in &order {
            let (key, row) = (*key, *row);
            self.set_place(self.place(key), Place { key, row });
        }
        self.order = order;
    }

    /// All rows in the order of their addresses.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&MacAddr, &V)> {
        self.order
            .iter()
            .filter_map(|(key, row)| Some((key, self.rows.get(usize::from(*row))?.as_ref()?)))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// All rows in the order in which they found their places.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.rows.iter_mut().flatten()
    }
}

/// Spreads addresses that differ in few bits. Who chooses his address can make others' look-ups
/// slow, but a simulated radio has no enemies and its table is bounded.
fn hash(key: MacAddr) -> usize {
    let [a, b, c, d, e, f] = key.0;
    let number = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    // Fibonacci hashing; the upper half is the well mixed one.
    (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u8, u32),
        Remove(u8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (any::<u8>(), any::<u32>()).prop_map(|(k, v)| Step::Insert(k, v)),
            any::<u8>().prop_map(Step::Remove),
        ]
    }

    proptest! {
        #[test]
        fn it_holds_what_an_ordered_map_holds(steps in prop::collection::vec(step(), 0..400)) {
            let mac = |k| MacAddr([2, 0, 0, 0, k, 0]);
            let mut ours = AddressMap::new();
            let mut model = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Insert(k, v) => {
                        ours.insert(mac(k), v);
                        model.insert(mac(k), v);
                    }
                    Step::Remove(k) => {
                        prop_assert_eq!(ours.remove(&mac(k)), model.remove(&mac(k)));
                    }
                }
            }
            prop_assert_eq!(ours.len(), model.len());
            prop_assert!(ours.iter().eq(model.iter()));
            prop_assert_eq!(ours.values_mut().count(), model.len());
            for k in 0..=255 {
                prop_assert_eq!(ours.get(&mac(k)), model.get(&mac(k)));
                prop_assert_eq!(ours.contains_key(&mac(k)), model.contains_key(&mac(k)));
            }
        }
    }
}
