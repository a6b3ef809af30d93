//! What well-known drivers say of themselves, as far as the doctor asks: modes, combinations, ciphers,
//! limits. Written down from what people publish of `iw phy`, not recorded: nothing of it was seen here.
//!
//! | driver | radio | published at |
//! |---|---|---|
//! | iwlwifi | Intel 8265 | dev.to/netikras, "Building my own (new) Linux router" |
//! | ath9k | TP-Link Archer A7 | github.com/libremesh/lime-packages, pull request 1160 |
//! | rtw88 before Linux 6.4 | RTL8822BE, RTL8822CU | github.com/lwfinger/rtw88, issues 29 and 227 |
//! | brcmfmac | Raspberry Pi 3, 4 | github.com/wraith-wireless/PyRIC, issue 48; KasperskyLab/TinyCheck, issue 96 |
//! | mt76x0 | MT7610U | github.com/morrownr/USB-WiFi, issue 253 |
//! | sprdwl_ng | UWE5622 | github.com/orangepi-xunlong/linux-orangepi, issue 120 |

use radio_nl80211::look::Recording;

use crate::edit::{
    CIPHER_SUITES, Combination, DEVICE_AP_SME, INTERFACE_COMBINATIONS, MAX_AP_ASSOC_STA,
    SOFTWARE_IFTYPES, SUPPORTED_IFTYPES, combinations, flags, replace,
};

// `NL80211_IFTYPE_*`.
pub(crate) const IBSS: u16 = 1;
pub(crate) const MANAGED: u16 = 2;
pub(crate) const AP: u16 = 3;
pub(crate) const AP_VLAN: u16 = 4;
pub(crate) const MONITOR: u16 = 6;
pub(crate) const MESH: u16 = 7;
pub(crate) const P2P_CLIENT: u16 = 8;
pub(crate) const P2P_GO: u16 = 9;
pub(crate) const P2P_DEVICE: u16 = 10;

// Cipher suites (IEEE 802.11-2020, table 9-149).
pub(crate) const WEP40: u32 = 0x000f_ac01;
pub(crate) const TKIP: u32 = 0x000f_ac02;
pub(crate) const CCMP: u32 = 0x000f_ac04;
pub(crate) const WEP104: u32 = 0x000f_ac05;
pub(crate) const CMAC: u32 = 0x000f_ac06;

/// A driver's answer to `GET_WIPHY`, as far as it differs from the recorded radio's.
pub(crate) struct Driver {
    pub(crate) name: &'static str,
    /// "Supported interface modes".
    modes: &'static [u16],
    /// "software interface modes (can always be added)".
    software: &'static [u16],
    /// "valid interface combinations"; none: "interface combinations are not supported".
    combinations: &'static [Combination],
    /// "Supported Ciphers"; none: those of the recorded radio.
    ciphers: &'static [u32],
    /// "Maximum associated stations in AP mode".
    max_stations: Option<u16>,
    /// The firmware answers stations (`NL80211_ATTR_DEVICE_AP_SME`).
    firmware: bool,
}

const PLAIN: Driver = Driver {
    name: "",
    modes: &[IBSS, MANAGED, AP, AP_VLAN, MONITOR],
    software: &[AP_VLAN, MONITOR],
    combinations: &[],
    ciphers: &[],
    max_stations: None,
    firmware: false,
};

pub(crate) const IWLWIFI: Driver = Driver {
    name: "iwlwifi",
    modes: &[
        IBSS, MANAGED, AP, AP_VLAN, MONITOR, P2P_CLIENT, P2P_GO, P2P_DEVICE,
    ],
    combinations: &[Combination {
        limits: &[
            (&[MANAGED], 1),
            (&[AP, P2P_CLIENT, P2P_GO], 1),
            (&[P2P_DEVICE], 1),
        ],
        total: 3,
        channels: 2,
    }],
    ..PLAIN
};

pub(crate) const ATH9K: Driver = Driver {
    name: "ath9k",
    modes: &[
        IBSS, MANAGED, AP, AP_VLAN, MONITOR, MESH, P2P_CLIENT, P2P_GO,
    ],
    combinations: &[Combination {
        limits: &[
            (&[MANAGED], 2048),
            (&[AP, MESH], 8),
            (&[P2P_CLIENT, P2P_GO], 1),
            (&[IBSS], 1),
        ],
        total: 2048,
        channels: 1,
    }],
    ..PLAIN
};

pub(crate) const RTW88: Driver = Driver {
    name: "rtw88_8822be",
    modes: &[
        IBSS, MANAGED, AP, AP_VLAN, MONITOR, P2P_CLIENT, P2P_GO, P2P_DEVICE,
    ],
    ciphers: &[WEP40, WEP104, TKIP, CCMP, CMAC],
    ..PLAIN
};

pub(crate) const BRCMFMAC: Driver = Driver {
    name: "brcmfmac",
    modes: &[IBSS, MANAGED, AP, P2P_CLIENT, P2P_GO, P2P_DEVICE],
    software: &[],
    combinations: &[
        Combination {
            limits: &[
                (&[MANAGED], 1),
                (&[P2P_DEVICE], 1),
                (&[P2P_CLIENT, P2P_GO], 1),
            ],
            total: 3,
            channels: 2,
        },
        Combination {
            limits: &[
                (&[MANAGED], 1),
                (&[AP], 1),
                (&[P2P_CLIENT], 1),
                (&[P2P_DEVICE], 1),
            ],
            total: 4,
            channels: 1,
        },
    ],
    ciphers: &[WEP40, WEP104, TKIP, CCMP, CMAC],
    firmware: true,
    ..PLAIN
};

pub(crate) const MT76X0: Driver = Driver {
    name: "mt76x0u",
    modes: &[
        IBSS, MANAGED, AP, AP_VLAN, MONITOR, MESH, P2P_CLIENT, P2P_GO,
    ],
    combinations: &[Combination {
        limits: &[(&[IBSS], 1), (&[MANAGED, AP, MESH, P2P_CLIENT, P2P_GO], 2)],
        total: 2,
        channels: 1,
    }],
    ..PLAIN
};

/// Of which only the limit is published.
pub(crate) const SPRDWL: Driver = Driver {
    name: "sprdwl_ng",
    modes: &[MANAGED, AP],
    software: &[],
    max_stations: Some(10),
    ..PLAIN
};

/// A radio that is a station and nothing else: many USB sticks' first drivers.
pub(crate) const STATION_ONLY: Driver = Driver {
    name: "station_only",
    modes: &[MANAGED, MONITOR],
    software: &[MONITOR],
    ..PLAIN
};

impl Driver {
    /// Has the first radio of the recording answer like this driver.
    pub(crate) fn drives(&self, recording: &mut Recording) {
        replace(recording, 0, SUPPORTED_IFTYPES, |w| {
            w.nest(SUPPORTED_IFTYPES, |w| flags(w, self.modes));
        });
        replace(recording, 0, SOFTWARE_IFTYPES, |w| {
            w.nest(SOFTWARE_IFTYPES, |w| flags(w, self.software));
        });
        replace(recording, 0, INTERFACE_COMBINATIONS, |w| {
            combinations(w, self.combinations);
        });
        if !self.ciphers.is_empty() {
            ciphers(recording, self.ciphers);
        }
        if let Some(most) = self.max_stations {
            replace(recording, 0, MAX_AP_ASSOC_STA, |w| {
                w.u16(MAX_AP_ASSOC_STA, most);
            });
        }
        if self.firmware {
            replace(recording, 0, DEVICE_AP_SME, |w| {
                w.u32(DEVICE_AP_SME, 0);
            });
        }
        let link = "/sys/class/ieee80211/phy0/device/driver";
        let target = format!("../../../../bus/drivers/{}", self.name);
        recording.files.insert(link.to_owned(), target);
    }
}

/// Has the first radio of the recording offer these ciphers.
pub(crate) fn ciphers(recording: &mut Recording, suites: &[u32]) {
    let bytes: Vec<u8> = suites.iter().flat_map(|s| s.to_ne_bytes()).collect();
    replace(recording, 0, CIPHER_SUITES, |w| {
        w.bytes(CIPHER_SUITES, &bytes);
    });
}
