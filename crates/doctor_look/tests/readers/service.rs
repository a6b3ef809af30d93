//! The service, who asks it, and its network on the air.

use Severity::{Hint, Obstacle, Ok, Warning};
use doctor::Severity;
use dot11::Ssid;
use wlan_model::{HostedNetworkState, Reason};
use wlan_rpc::{SharingMode, SharingState};

use crate::edit::{
    self, BSS, BSS_BEACON_ELEMENTS, BSS_ELEMENTS, BSS_SEEN_MS_AGO, Fate, GET_SCAN, WIPHY_FREQ,
    interface,
};
use crate::machine::{Machine, OTHER, Says, cause};
use crate::{Case, found, hold};

fn saying(change: impl FnOnce(&mut Says)) -> Machine {
    let mut machine = Machine::free();
    machine.serves(change);
    machine
}

/// What was heard of the own network, changed.
fn heard(change: impl Fn(&mut edit::Nodes)) -> Machine {
    let mut machine = Machine::running();
    edit::rewrite(&mut machine.radios, GET_SCAN, |attrs| {
        attrs.inside(BSS, &change);
        Fate::Keep
    });
    machine
}

const USER: u32 = 1000;

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "root asks, and no service runs",
        machine: Machine::free,
        finds: &[found("service-absent", Warning, "does not answer")
            .advises("hostednet serve")
            .leads_to(Reason::ServiceUnavailable)],
    },
    Case {
        what: "a user without rights asks, and no service runs",
        machine: || {
            let machine = Machine::free();
            machine.status(USER, 0);
            machine
        },
        finds: &[
            found("no-rights", Obstacle, "may not administer the network")
                .advises("sudo hostednet up")
                .shows("user 1000, CAP_NET_ADMIN no, CAP_NET_RAW no")
                .leads_to(Reason::ElevationRequired),
            found("service-absent", Warning, "").leads_to(Reason::ServiceUnavailable),
        ],
    },
    Case {
        what: "a user asks who is not in the privileged group",
        machine: || {
            let machine = saying(|_| ());
            machine.status(USER, 0);
            machine.file(
                "/etc/hostednet/policy.toml",
                "privileged_group = \"hostednet\"\n",
            );
            machine.file("/etc/group", "root:x:0:\nhostednet:x:998:anna\n");
            machine
        },
        finds: &[
            found(
                "not-privileged",
                Hint,
                "User 1000 is not in the group hostednet",
            )
            .advises("usermod -aG hostednet")
            .leads_to(Reason::ElevationRequired),
            found("service", Ok, "The service runs"),
        ],
    },
    Case {
        what: "the service's folder is everybody's",
        machine: || saying(|says| says.untrusted = true),
        finds: &[
            found("service-denied", Obstacle, "others may write in its folder")
                .leads_to(Reason::ServiceUnavailable),
        ],
    },
    Case {
        what: "the service is of another version",
        machine: || saying(|says| says.version = Some(200)),
        finds: &[found(
            "service-version",
            Obstacle,
            "speaks version 200 of the protocol",
        )
        .advises("systemctl restart hostednet")
        .leads_to(Reason::ServiceUnavailable)],
    },
    Case {
        what: "the service makes no sense",
        machine: || saying(|says| says.confused = true),
        finds: &[found("service-broken", Obstacle, "").leads_to(Reason::ServiceUnavailable)],
    },
    Case {
        what: "the administrator forbids the network",
        machine: || {
            saying(|says| {
                says.enabled = false;
                says.by_policy = true;
            })
        },
        finds: &[
            found("policy-forbids", Obstacle, "administrator's policy forbids")
                .leads_to(Reason::GpDenied),
        ],
    },
    Case {
        what: "the network is disallowed",
        machine: || saying(|says| says.enabled = false),
        finds: &[found("disabled", Obstacle, "disallowed")
            .advises("hostednet set --mode allow")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the service says why its network cannot run",
        machine: || saying(|says| says.status.unavailable = Some(cause("The radio is gone."))),
        finds: &[found("service-unavailable", Obstacle, "The radio is gone.")
            .shows("the service says so itself")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the service uses the simulated radio",
        machine: || {
            saying(|says| {
                says.status.radio = Some("sim".to_owned());
                says.sharing = SharingState::Unsupported(cause("The radio is simulated."));
            })
        },
        finds: &[
            found("simulated", Warning, "simulated radio").advises("--radio real"),
            found("addresses-off", Hint, "The radio is simulated."),
        ],
    },
    Case {
        what: "the service cannot give addresses",
        machine: || saying(|says| says.sharing = SharingState::Failed(cause("dnsmasq ended."))),
        finds: &[found("no-addresses", Obstacle, "dnsmasq ended.")],
    },
    Case {
        what: "the service shares, and there is no upstream",
        machine: || {
            saying(|says| {
                says.mode = SharingMode::Full { upstream: None };
                says.sharing = SharingState::Running {
                    interface: "hosted0".to_owned(),
                    address: [192, 168, 137, 1].into(),
                    prefix: 24,
                    upstream: None,
                    trouble: Some(cause("No interface has the internet.")),
                };
            })
        },
        finds: &[found(
            "sharing-trouble",
            Warning,
            "No interface has the internet.",
        )],
    },
];

pub(crate) const ON_THE_AIR: &[Case] = &[
    Case {
        what: "the network is on the air, and another radio has heard it",
        machine: Machine::running,
        finds: &[
            found("beacon", Ok, "read back, and is as asked").shows("heard by wlan1"),
            found("service", Ok, "Tea room is on the air"),
            found("radio", Ok, "phy0 can carry the network"),
        ],
    },
    Case {
        what: "its beacon has no security",
        machine: || {
            heard(|bss| {
                for kind in [BSS_ELEMENTS, BSS_BEACON_ELEMENTS] {
                    if bss.get(kind).is_some() {
                        bss.set(kind, b"\x00\x08Tea room\x03\x01\x06");
                    }
                }
            })
        },
        finds: &[found("beacon-differs", Obstacle, "not as asked")
            .shows("security: asked RSN, group CCMP, pairwise CCMP, PSK, found none")],
    },
    Case {
        what: "it was last heard a minute ago",
        machine: || heard(|bss| bss.set(BSS_SEEN_MS_AGO, &60_000u32.to_ne_bytes())),
        finds: &[found(
            "beacon-not-read",
            Hint,
            "wlan1 listened on channel 6 and did not hear it",
        )],
    },
    Case {
        what: "only a network of another address was heard",
        machine: || heard(|bss| bss.set(edit::BSS_BSSID, &OTHER.0)),
        finds: &[found("beacon-not-read", Hint, "did not hear it")],
    },
    Case {
        what: "somebody has moved its interface to another channel",
        machine: || {
            let mut machine = Machine::running();
            interface(&mut machine.radios, "hosted0", |attrs| {
                attrs.set(WIPHY_FREQ, &2412u32.to_ne_bytes());
            });
            machine
        },
        finds: &[found(
            "interface-changed",
            Obstacle,
            "hosted0 is not as the service set it up",
        )
        .advises("hostednet stop; hostednet start")
        .shows("channel: asked 6, found 1")],
    },
    Case {
        what: "the service tells another name than its interface has",
        machine: || {
            let mut machine = Machine::running();
            machine.serves(|says| {
                says.status.state = HostedNetworkState::Active;
                says.status.ssid = Some(Ssid::new(b"Coffee").unwrap());
            });
            machine
        },
        finds: &[
            found("interface-changed", Obstacle, "").shows("name: asked Coffee, found Tea room"),
            found("beacon-differs", Obstacle, "").shows("name: asked Coffee, found Tea room"),
        ],
    },
];

#[test]
fn the_service_is_asked_over_its_socket() {
    hold(CASES);
}

#[test]
fn the_own_beacon_is_read_back_from_what_another_radio_heard() {
    hold(ON_THE_AIR);
}
