//! What the service remembers for an extension, in memory.

use std::collections::BTreeMap;

use dot11::KeyBytes;
use ihv::seam::{Fragments, UserData};
use wlan_model::VendorFragments;

/// Profiles, and pieces of user data, that are remembered.
const MOST: usize = 64;

/// By name of the profile.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// What was configured when the extension replaced it, and by what.
    fragments: BTreeMap<String, (VendorFragments, Fragments)>,
    users: BTreeMap<(String, u32), KeyBytes>,
}

impl Kept {
    /// The fragments of a profile: as configured, with what the extension replaced since.
    pub(crate) fn fragments(&self, profile: &str, configured: &VendorFragments) -> Fragments {
        let mut fragments = Fragments {
            connectivity: configured.connectivity.clone(),
            security: configured.security.clone(),
            use_onex: false,
        };
        if let Some((of, replaced)) = self.fragments.get(profile)
            && of == configured
        {
            overlay(&mut fragments, replaced.clone());
        }
        fragments
    }

    /// `SetCurrentProfile`, which also forgets the user data. Whether there was room.
    pub(crate) fn replace(
        &mut self,
        profile: &str,
        configured: VendorFragments,
        new: Fragments,
    ) -> bool {
        if self.fragments.len() >= MOST && !self.fragments.contains_key(profile) {
            return false;
        }
        self.users.retain(|(of, _), _| of != profile);
        let (of, fragments) = self.fragments.entry(profile.to_owned()).or_default();
        if *of != configured {
            *of = configured;
            *fragments = Fragments::default();
        }
        overlay(fragments, new);
        true
    }

    pub(crate) fn users(&self, profile: &str) -> Vec<UserData> {
        self.users
            .iter()
            .filter(|((of, _), _)| of == profile)
            .map(|((_, session), data)| UserData {
                session: *session,
                data: data.clone(),
            })
            .collect()
    }

    /// Whether there was room.
    pub(crate) fn keep(&mut self, profile: String, data: UserData) -> bool {
        let place = (profile, data.session);
        if self.users.len() >= MOST && !self.users.contains_key(&place) {
            return false;
        }
        self.users.insert(place, data.data);
        true
    }
}

fn overlay(fragments: &mut Fragments, new: Fragments) {
    if new.connectivity.is_some() {
        fragments.connectivity = new.connectivity;
    }
    if new.security.is_some() {
        fragments.security = new.security;
        fragments.use_onex = new.use_onex;
    }
}
