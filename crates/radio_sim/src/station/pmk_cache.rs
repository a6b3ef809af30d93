//! PMKs of stations.

use dot11::Ssid;
use rsn::Pmk;

use super::profile::StationKey;

/// PMKs made of passphrases lately: many stations share one, and each costs 8192 hashes.
#[derive(Debug, Default)]
pub(crate) struct PmkCache(Vec<(StationKey, Ssid, Pmk)>);

impl PmkCache {
    const MAX: usize = 8;

    /// The PMK of a key in this network; `None` where a vendor makes the keys.
    pub(super) fn pmk(&mut self, key: &StationKey, ssid: &Ssid) -> Option<Pmk> {
        let passphrase = match key {
            StationKey::Vendor => return None,
            StationKey::Raw(pmk) => return Some(pmk.clone()),
            StationKey::Passphrase(passphrase) => passphrase,
        };
        if let Some((_, _, pmk)) = self.0.iter().find(|(k, s, _)| k == key && s == ssid) {
            return Some(pmk.clone());
        }
        let pmk = Pmk::from_passphrase(passphrase, ssid);
        if self.0.len() >= Self::MAX {
            self.0.remove(0);
        }
        self.0.push((key.clone(), ssid.clone(), pmk.clone()));
        Some(pmk)
    }
}
