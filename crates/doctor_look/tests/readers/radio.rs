//! What a radio can and cannot, and how it is switched.

use Severity::{Hint, Obstacle, Ok, Warning};
use doctor::Severity;
use wlan_model::Reason;

use crate::drivers::{
    AP, ATH9K, BRCMFMAC, CCMP, CMAC, Driver, IBSS, IWLWIFI, MANAGED, MONITOR, MT76X0, P2P_DEVICE,
    RTW88, SPRDWL, STATION_ONLY, TKIP, WEP40, WEP104, ciphers,
};
use crate::edit::{
    self, IFF_RUNNING, IFF_UP, IFTYPE, SSID, SUPPORTED_COMMANDS, WIPHY_FREQ, interface, link_flags,
    new_interface, replace,
};
use crate::machine::Machine;
use crate::{Case, found, hold};

/// The index of wlan0 in the recordings.
pub(crate) const WLAN0: u32 = 2;

/// The first radio has this driver.
pub(crate) fn driven(driver: &Driver) -> Machine {
    let mut machine = Machine::free();
    driver.drives(&mut machine.radios);
    machine
}

/// wlan0 is connected to a network there, as the kernel says it of drivers that connect by themselves.
pub(crate) fn connected(mut machine: Machine, mhz: u32) -> Machine {
    interface(&mut machine.radios, "wlan0", |attrs| {
        attrs.set(WIPHY_FREQ, &mhz.to_ne_bytes());
        attrs.set(SSID, b"Office");
    });
    link_flags(&mut machine.radios, WLAN0, IFF_UP | IFF_RUNNING);
    machine
}

/// wlan0 is something else than a station.
pub(crate) fn with_type(mut machine: Machine, iftype: u16) -> Machine {
    interface(&mut machine.radios, "wlan0", |attrs| {
        attrs.set(IFTYPE, &u32::from(iftype).to_ne_bytes());
    });
    link_flags(&mut machine.radios, WLAN0, IFF_UP);
    machine
}

/// The driver knows these commands of nl80211 and no others.
fn knowing(commands: &[u32]) -> Machine {
    let mut machine = Machine::free();
    replace(&mut machine.radios, 0, SUPPORTED_COMMANDS, |w| {
        w.nest(SUPPORTED_COMMANDS, |w| {
            for (i, command) in (1..).zip(commands) {
                w.u32(i, *command);
            }
        });
    });
    machine
}

// `NL80211_CMD_*`.
const START_AP: u32 = 15;
const FRAME: u32 = 59;

fn switched(soft: &str, hard: &str) -> Machine {
    let machine = Machine::free();
    for (file, text) in [("name", "phy0\n"), ("soft", soft), ("hard", hard)] {
        machine.file(&format!("/sys/class/rfkill/rfkill0/{file}"), text);
    }
    machine
}

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "the radios are as the kernel tier has them",
        machine: Machine::free,
        finds: &[
            found(
                "radio",
                Ok,
                "phy0 can carry the network: the access point gets an interface",
            )
            .shows("driver mac80211_hwsim"),
            found("one-channel", Ok, "phy0 has one channel for everything"),
            found("other-radio", Ok, "another radio, phy1").advises("--radio wlan1"),
        ],
    },
    Case {
        what: "no driver is loaded",
        machine: || {
            let mut machine = Machine::free();
            machine.no_wireless = true;
            machine
        },
        finds: &[found("no-radio", Obstacle, "").leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "an interface was named that is not there",
        machine: || {
            let mut machine = Machine::free();
            machine.wanted = Some("wlan7".to_owned());
            machine
        },
        finds: &[found("no-radio", Obstacle, "no wireless interface wlan7")
            .advises("iw dev")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the driver has no access point among its modes",
        machine: || driven(&STATION_ONLY),
        finds: &[
            found(
                "no-ap-mode",
                Obstacle,
                "driver of radio phy0 offers no access point mode",
            )
            .advises("another radio")
            .shows("driver station_only")
            .leads_to(Reason::InterfaceUnavailable),
            found("other-radio", Ok, "phy1").advises("--radio wlan1"),
        ],
    },
    Case {
        what: "of two radios the named one cannot, and the other is not in the way",
        machine: || {
            let mut machine = driven(&STATION_ONLY);
            machine.wanted = Some("wlan1".to_owned());
            machine
        },
        finds: &[
            found("radio", Ok, "phy1 can carry the network"),
            found(
                "other-radio",
                Ok,
                "phy0 could not carry the network: The driver of radio phy0",
            ),
        ],
    },
    Case {
        what: "the driver starts no access points over nl80211",
        machine: || knowing(&[FRAME]),
        finds: &[found(
            "unfit-driver",
            Obstacle,
            "starts no access point over nl80211",
        )
        .advises("Update the kernel")
        .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the driver sends no frames for programs",
        machine: || knowing(&[START_AP]),
        finds: &[
            found("unfit-driver", Obstacle, "sends no frames for programs")
                .advises("mac80211")
                .leads_to(Reason::InterfaceUnavailable),
        ],
    },
    Case {
        what: "a Raspberry Pi's firmware answers stations by itself",
        machine: || driven(&BRCMFMAC),
        finds: &[
            found(
                "firmware-radio",
                Hint,
                "firmware of radio phy0 answers stations by itself",
            )
            .shows("driver brcmfmac"),
            found("radio", Ok, "an interface of its own"),
            found("one-channel", Ok, "phy0 has one channel"),
        ],
    },
    Case {
        what: "an Intel radio is connected elsewhere, and has a second channel",
        machine: || connected(driven(&IWLWIFI), 5180),
        finds: &[found("radio", Ok, "an interface of its own").shows("driver iwlwifi")],
    },
    Case {
        what: "an Intel radio has an access point of somebody else",
        machine: || with_type(driven(&IWLWIFI), AP),
        finds: &[found(
            "no-room",
            Obstacle,
            "cannot have another interface beside those it has",
        )
        .shows("station and access point together, on 2 channels")
        .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "a MediaTek stick has two interfaces, and room for no third",
        machine: || {
            let mut machine = connected(driven(&MT76X0), 2437);
            let second = ("wlan9", MANAGED);
            new_interface(&mut machine.radios, (WLAN0, 9), second, IFF_UP);
            machine
        },
        finds: &[
            found(
                "no-room",
                Obstacle,
                "wlan0 is connected to \"Office\", and radio phy0 cannot",
            )
            .advises("Disconnect it first")
            .shows("wlan0: station, up, network \"Office\", channel 6")
            .leads_to(Reason::InterfaceUnavailable),
            found("forced-channel", Hint, "holds channel 6"),
        ],
    },
    Case {
        what: "a Realtek radio is not connected, and its driver knows no combinations",
        machine: || driven(&RTW88),
        finds: &[
            found(
                "not-beside-station",
                Warning,
                "wlan0 is the access point and no station",
            )
            .advises("by cable or another radio")
            .shows("no access point beside a station"),
            found("radio", Ok, "wlan0 becomes the access point meanwhile"),
        ],
    },
    Case {
        what: "a Realtek radio is connected, and its driver knows no combinations",
        machine: || connected(driven(&RTW88), 2412),
        finds: &[
            found(
                "no-room",
                Obstacle,
                "wlan0 is connected to \"Office\", and radio phy0 cannot",
            )
            .shows("no access point beside a station")
            .leads_to(Reason::InterfaceUnavailable),
            found("forced-channel", Hint, "holds channel 1"),
        ],
    },
    Case {
        what: "a radio of many access points has one, and a P2P device beside it",
        machine: || {
            let mut machine = with_type(driven(&ATH9K), AP);
            edit::add(&mut machine.radios, edit::GET_INTERFACE, |w| {
                w.u32(edit::WIPHY, 0).u32(IFTYPE, u32::from(P2P_DEVICE));
            });
            machine
        },
        finds: &[found("no-room", Obstacle, "cannot have another interface")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "a radio of many access points has one",
        machine: || with_type(driven(&ATH9K), AP),
        finds: &[found("radio", Ok, "an interface of its own").shows("driver ath9k")],
    },
    Case {
        what: "a monitor is up on the radio",
        machine: || {
            let mut machine = Machine::free();
            new_interface(&mut machine.radios, (WLAN0, 9), ("mon0", MONITOR), IFF_UP);
            machine
        },
        finds: &[
            found("incompatible-interface", Obstacle, "mon0 monitors the air")
                .advises("ip link set mon0 down")
                .leads_to(Reason::IncompatibleConnectionStarted),
        ],
    },
    Case {
        what: "the radio is in an ad hoc network",
        machine: || with_type(driven(&ATH9K), IBSS),
        finds: &[found(
            "incompatible-interface",
            Obstacle,
            "wlan0 is in an ad hoc network",
        )
        .leads_to(Reason::IncompatibleConnectionStarted)],
    },
    Case {
        what: "the radio encrypts with WEP and TKIP only",
        machine: || {
            let mut machine = Machine::free();
            ciphers(&mut machine.radios, &[WEP40, WEP104, TKIP]);
            machine
        },
        finds: &[
            found("no-ccmp", Obstacle, "phy0 cannot encrypt with CCMP")
                .advises("another radio")
                .leads_to(Reason::ApStartFailed),
            found("no-bip", Hint, "phy0 has no BIP"),
        ],
    },
    Case {
        what: "the radio cannot protect management frames",
        machine: || {
            let mut machine = Machine::free();
            ciphers(&mut machine.radios, &[WEP40, WEP104, TKIP, CCMP]);
            machine
        },
        finds: &[
            found("no-bip", Hint, "phy0 has no BIP"),
            found("radio", Ok, ""),
        ],
    },
    Case {
        what: "the radio has all the ciphers there are to have",
        machine: || {
            let mut machine = Machine::free();
            ciphers(&mut machine.radios, &[TKIP, CCMP, CMAC]);
            machine
        },
        finds: &[found("radio", Ok, "")],
    },
    Case {
        what: "a radio serves ten stations, and the network's limit is a hundred",
        machine: || {
            let mut machine = driven(&SPRDWL);
            machine.serves(|_| ());
            machine
        },
        finds: &[
            found(
                "station-limit",
                Hint,
                "serves 10 stations, the network's limit is 100",
            )
            .advises("hostednet set --max-peers 10")
            .shows("driver sprdwl_ng, at most 10 stations"),
            found("service", Ok, "not on the air"),
        ],
    },
    Case {
        what: "software has switched the radio off",
        machine: || switched("1\n", "0\n"),
        finds: &[found("rfkill-soft", Obstacle, "switched off by software")
            .advises("rfkill unblock wifi")
            .shows("/sys/class/rfkill/rfkill0 of phy0: software off, hardware on")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "a switch of the machine has",
        machine: || switched("0\n", "1\n"),
        finds: &[found(
            "rfkill-hard",
            Obstacle,
            "switched off by a switch or key of this machine",
        )
        .advises("software cannot switch it on")
        .shows("software on, hardware off")
        .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "both have",
        machine: || switched("1\n", "1\n"),
        finds: &[found("rfkill-hard", Obstacle, "a switch or key")
            .shows("software off, hardware off")
            .leads_to(Reason::InterfaceUnavailable)],
    },
];

#[test]
fn radios_are_told_apart_by_what_their_drivers_say() {
    hold(CASES);
}
