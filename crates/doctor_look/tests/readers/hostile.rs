//! Answers that no kernel should give: cut, oversized, contradictory, refused, and radios that go away
//! between two questions. Nothing panics, nothing hangs, and something is said.

use Severity::{Hint, Obstacle, Ok};
use doctor::Severity;
use wlan_model::Reason;

use crate::edit::{
    self, Fate, GET_INTERFACE, GET_REG, GET_WIPHY, IFINDEX, IFNAME, SUPPORTED_IFTYPES, WIPHY,
    WIPHY_NAME,
};
use crate::machine::Machine;
use crate::radio::WLAN0;
use crate::{Case, found, hold};

/// `ENODEV`.
const GONE: i32 = 19;
/// What a reader takes at once.
const BUFFER: usize = 32 * 1024;

fn changed(change: impl FnOnce(&mut Machine)) -> Machine {
    let mut machine = Machine::free();
    change(&mut machine);
    machine
}

fn link_gone(machine: &mut Machine) {
    use radio_nl80211::look::Protocol;
    for exchange in &mut machine.radios.exchanges {
        let Some(question) = exchange.question() else {
            continue;
        };
        let index = question.body.get(4..8) == Some(&WLAN0.to_ne_bytes());
        if exchange.protocol == Protocol::Route && index {
            let mut w = radio_nl80211::netlink::Writer::new();
            w.begin(2, 0, question.seq)
                .raw(&(-GONE).to_ne_bytes())
                .raw(&[0; 16]);
            w.end();
            exchange.answers = vec![w.as_bytes().to_vec()];
        }
    }
}

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "the radios are not told: the driver refuses",
        machine: || changed(|m| edit::refuse(&mut m.radios, GET_WIPHY, GONE)),
        finds: &[found("no-radio", Obstacle, "describe the radios")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the answer about radios never comes",
        machine: || changed(|m| edit::answer_with(&mut m.radios, GET_WIPHY, &[])),
        finds: &[found("no-radio", Obstacle, "describe the radios")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the answer about radios ends in the middle",
        machine: || {
            changed(|m| {
                for datagram in edit::answers(&mut m.radios, GET_WIPHY) {
                    datagram.truncate(datagram.len() / 2);
                }
            })
        },
        finds: &[found("no-radio", Obstacle, "describe the radios")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "a datagram is longer than anybody reads",
        machine: || {
            changed(|m| {
                for datagram in edit::answers(&mut m.radios, GET_INTERFACE) {
                    let mut long = vec![0xff; 2 * BUFFER];
                    long[..datagram.len()].copy_from_slice(datagram);
                    *datagram = long;
                }
            })
        },
        finds: &[found("radio", Ok, "")],
    },
    Case {
        what: "all radios are gone when they are asked for",
        machine: || {
            changed(|m| {
                edit::rewrite(&mut m.radios, GET_WIPHY, |_| Fate::Drop);
                m.wanted = None;
            })
        },
        finds: &[
            found("no-radio", Obstacle, "no radio that the kernel knows")
                .leads_to(Reason::InterfaceUnavailable),
        ],
    },
    Case {
        what: "the named radio goes away before its interfaces are asked for",
        machine: || {
            changed(|m| {
                edit::rewrite(&mut m.radios, GET_INTERFACE, |attrs| {
                    match attrs.number(WIPHY) {
                        Some(0) => Fate::Drop,
                        _ => Fate::Keep,
                    }
                });
            })
        },
        finds: &[found("no-radio", Obstacle, "no wireless interface wlan0")
            .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "the radio goes away before its interfaces are asked for, and there was no other",
        machine: || {
            changed(|m| {
                m.wanted = None;
                edit::rewrite(&mut m.radios, GET_WIPHY, |attrs| {
                    match attrs.number(WIPHY) {
                        Some(0) => Fate::Keep,
                        _ => Fate::Drop,
                    }
                });
                edit::rewrite(&mut m.radios, GET_INTERFACE, |_| Fate::Drop);
                let files = &mut m.radios.files;
                files.retain(|path, _| !path.starts_with("/sys/class/ieee80211/phy0/"));
            })
        },
        finds: &[found(
            "radio-gone",
            Obstacle,
            "Radio phy0 went away while it was looked at",
        )
        .advises("Plug it in again")
        .leads_to(Reason::InterfaceUnavailable)],
    },
    Case {
        what: "of two radios one goes away",
        machine: || {
            changed(|m| {
                m.wanted = None;
                edit::rewrite(&mut m.radios, GET_INTERFACE, |attrs| {
                    match attrs.number(WIPHY) {
                        Some(0) => Fate::Drop,
                        _ => Fate::Keep,
                    }
                });
                let files = &mut m.radios.files;
                files.retain(|path, _| !path.starts_with("/sys/class/ieee80211/phy0/"));
            })
        },
        finds: &[
            found("radio", Ok, "phy1 can carry the network"),
            found(
                "other-radio",
                Ok,
                "phy0 could not carry the network: it went away",
            ),
        ],
    },
    Case {
        what: "an interface belongs to a radio that nobody described",
        machine: || {
            changed(|m| {
                edit::add(&mut m.radios, GET_INTERFACE, |w| {
                    w.u32(IFINDEX, 77).text(IFNAME, "wlan77").u32(WIPHY, 7);
                });
            })
        },
        finds: &[found("radio", Ok, "phy0")],
    },
    Case {
        what: "an interface goes away before its link is asked for",
        machine: || changed(link_gone),
        finds: &[found(
            "interface-gone",
            Hint,
            "wlan0 went away while it was looked at",
        )
        .advises("Run the doctor again")],
    },
    Case {
        what: "the radio is gone when its domain is asked for",
        machine: || changed(|m| edit::refuse(&mut m.radios, GET_REG, GONE)),
        finds: &[found("unseen-domain", Hint, "the regulatory domain")],
    },
    Case {
        what: "a radio is described twice, and not the same way",
        machine: || {
            changed(|m| {
                edit::add(&mut m.radios, GET_WIPHY, |w| {
                    w.u32(WIPHY, 0)
                        .text(WIPHY_NAME, "phy0")
                        .nest(SUPPORTED_IFTYPES, |_| ());
                });
            })
        },
        finds: &[found("radio", Ok, "phy0")],
    },
    Case {
        what: "a radio has nothing but a number",
        machine: || {
            changed(|m| {
                edit::rewrite(&mut m.radios, GET_WIPHY, |attrs| {
                    attrs.0.retain(|a| a.kind() == WIPHY);
                    Fate::Keep
                });
            })
        },
        finds: &[
            found("no-ap-mode", Obstacle, "offers no access point mode")
                .leads_to(Reason::InterfaceUnavailable),
            found("no-ccmp", Obstacle, "").leads_to(Reason::ApStartFailed),
            found("no-channel", Obstacle, "").leads_to(Reason::ApStartFailed),
        ],
    },
];

#[test]
fn answers_that_make_no_sense_are_told_and_never_panic() {
    hold(CASES);
}

/// Everything is told but the verdict, which may be any.
fn survives(machine: &Machine) {
    let report = doctor::judge(&machine.facts());
    assert!(!report.findings.is_empty());
}

#[test]
fn answers_cut_anywhere_never_panic() {
    for command in [GET_WIPHY, GET_INTERFACE, GET_REG] {
        for part in 1..8 {
            survives(&changed(|m| {
                for datagram in edit::answers(&mut m.radios, command) {
                    let len = datagram.len() * part / 8;
                    datagram.truncate(len);
                }
            }));
        }
    }
}

#[test]
fn answers_with_wrong_bytes_anywhere_never_panic() {
    for step in [3, 7, 31, 101] {
        for value in [0x00, 0x7f, 0xff] {
            survives(&changed(|m| {
                for command in [GET_WIPHY, GET_INTERFACE, GET_REG] {
                    for datagram in edit::answers(&mut m.radios, command) {
                        // Behind the headers, which would only lose the message.
                        for byte in datagram.iter_mut().skip(20 + step).step_by(step) {
                            *byte = value;
                        }
                    }
                }
            }));
        }
    }
}
