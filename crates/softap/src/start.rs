//! The OID requests of a start, in the documented order (Windows driver documentation,
//! OID_DOT11_START_AP_REQUEST and the pages it names).

use oid::{AuthAlgorithm, CipherAlgorithm, DefaultKey, KeyMaterial, OperationMode, Request};
use rsn::GroupKey;

use crate::RunSettings;

/// Everything from the operation mode to a group key in use. The group key comes last because
/// drivers drop keys that were set before the start, and is part of the start because a network
/// without one would send broadcasts in clear.
pub(crate) fn requests(settings: &RunSettings, group: &GroupKey) -> Vec<Request> {
    let mut requests = vec![
        Request::CurrentOperationMode(OperationMode::ExtensibleAp),
        Request::DesiredSsid(settings.ssid.clone()),
        Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK),
        Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm::CCMP),
        Request::EnabledMulticastCipherAlgorithm(CipherAlgorithm::CCMP),
        Request::CurrentChannel(settings.channel),
        Request::StartAp,
    ];
    requests.extend(group_key(group));
    requests
}

/// Installs a group key and puts it to use.
pub(crate) fn group_key(key: &GroupKey) -> [Request; 2] {
    [
        Request::CipherDefaultKey(DefaultKey {
            index: u32::from(key.index),
            algorithm: CipherAlgorithm::CCMP,
            is_static: false,
            material: Some(KeyMaterial {
                receive_counter: 0,
                key: dot11::KeyBytes::copy_from(key.gtk.expose()),
            }),
        }),
        Request::CipherDefaultKeyId(u32::from(key.index)),
    ]
}
