//! The OID requests of a start, in the documented order (Windows driver documentation,
//! OID_DOT11_START_AP_REQUEST and the pages it names).

use oid::{AuthAlgorithm, CipherAlgorithm, DefaultKey, KeyMaterial, OperationMode, Request};
use rsn::{GroupKey, ManagementKey};

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
        Request::BandAndWidth {
            band: settings.band,
            width: settings.width,
        },
    ];
    if settings.isolate {
        requests.push(Request::IsolatePeers(true));
    }
    requests.push(Request::StartAp);
    requests.extend(group_key(group));
    requests
}

/// Installs a group key and puts it to use, and with it the key of management frames, if there is one.
pub(crate) fn group_key(key: &GroupKey) -> Vec<Request> {
    let data = DefaultKey {
        index: u32::from(key.index),
        algorithm: CipherAlgorithm::CCMP,
        is_static: false,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: dot11::KeyBytes::copy_from(key.gtk.expose()),
        }),
    };
    let mut requests = vec![
        Request::CipherDefaultKey(data),
        Request::CipherDefaultKeyId(u32::from(key.index)),
    ];
    requests.extend(key.management.as_ref().map(management_key));
    requests
}

/// Installs a key of management frames; the miniport puts the last one to use.
pub(crate) fn management_key(key: &ManagementKey) -> Request {
    Request::CipherDefaultKey(DefaultKey {
        index: u32::from(key.index),
        algorithm: CipherAlgorithm::BIP,
        is_static: false,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: dot11::KeyBytes::copy_from(key.igtk.expose()),
        }),
    })
}
