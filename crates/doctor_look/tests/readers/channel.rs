//! Channels and who decides about them.

use Severity::{Hint, Obstacle, Ok, Warning};
use doctor::Severity;
use wlan_model::Reason;

use crate::drivers::{ATH9K, IWLWIFI};
use crate::edit::{
    self, DISABLED, Fate, GET_REG, NO_IR, RADAR, REG_ALPHA2, SELF_MANAGED, WIPHY, channels,
};
use crate::machine::Machine;
use crate::radio::{connected, driven};
use crate::{Case, found, hold};

/// All channels of the first radio have this flag.
fn all(mut machine: Machine, flag: u16) -> Machine {
    channels(&mut machine.radios, 0, |_, freq| freq.set(flag, &[]));
    machine
}

/// Where nobody may transmit first above 2.4 GHz: what a radio says of itself that has not heard where
/// it is.
fn five_ghz_listens(mut machine: Machine) -> Machine {
    channels(&mut machine.radios, 0, |mhz, freq| {
        if mhz > 5000 {
            freq.remove(DISABLED);
            freq.remove(RADAR);
            freq.set(NO_IR, &[]);
        }
    });
    machine
}

/// The country of the system.
fn in_country(mut machine: Machine, country: &[u8; 3]) -> Machine {
    edit::rewrite(&mut machine.radios, GET_REG, |attrs| {
        attrs.set(REG_ALPHA2, country);
        Fate::Keep
    });
    machine
}

/// The driver of the first radio decides alone.
fn self_managed(mut machine: Machine) -> Machine {
    edit::add(&mut machine.radios, GET_REG, |w| {
        w.text(REG_ALPHA2, "US").u32(WIPHY, 0).flag(SELF_MANAGED);
    });
    machine
}

fn wishing(mut machine: Machine, channel: u8) -> Machine {
    machine.serves(|says| says.wish = Some(channel));
    machine
}

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "the world's domain is in force",
        machine: Machine::free,
        finds: &[
            found("world-domain", Hint, "No country is set").advises("iw reg set"),
            found("channels", Ok, "11 of").shows("nobody may transmit first: 12 13 14"),
        ],
    },
    Case {
        what: "a country is set",
        machine: || in_country(Machine::free(), b"DE\0"),
        finds: &[found("channels", Ok, "").shows("regulatory domain DE")],
    },
    Case {
        what: "the regulatory domain is not told",
        machine: || {
            let mut machine = Machine::free();
            edit::refuse(&mut machine.radios, GET_REG, 95);
            machine
        },
        finds: &[found(
            "unseen-domain",
            Hint,
            "Not looked at: the regulatory domain",
        )
        .advises("Look at it yourself")],
    },
    Case {
        what: "every channel is forbidden, and no country is set",
        machine: || all(Machine::free(), DISABLED),
        finds: &[
            found("no-channel", Obstacle, "phy0")
                .shows("forbidden: 1 2 3")
                .leads_to(Reason::ApStartFailed),
            found("world-domain", Warning, "No country is set"),
        ],
    },
    Case {
        what: "nobody may transmit first anywhere, by a driver that decides alone",
        machine: || all(self_managed(driven(&IWLWIFI)), NO_IR),
        finds: &[
            found("no-channel", Obstacle, "phy0")
                .advises("`iw reg set` does not help")
                .shows("regulatory domain US, the driver's own")
                .leads_to(Reason::ApStartFailed),
            found(
                "self-managed-domain",
                Hint,
                "driver of phy0 decides its regulatory domain alone",
            ),
        ],
    },
    Case {
        what: "radar must be looked for everywhere",
        machine: || {
            let mut machine = in_country(Machine::free(), b"JP\0");
            channels(&mut machine.radios, 0, |_, freq| {
                freq.remove(NO_IR);
                freq.remove(DISABLED);
                freq.set(RADAR, &[]);
            });
            machine
        },
        finds: &[found("no-channel", Obstacle, "phy0")
            .shows("radar detection needed: 1 2 3")
            .leads_to(Reason::ApStartFailed)],
    },
    Case {
        what: "an Intel radio decides alone, and only listens on 5 GHz",
        machine: || five_ghz_listens(self_managed(driven(&IWLWIFI))),
        finds: &[
            found("self-managed-domain", Hint, "(US)").advises("changes nothing for this radio"),
            found("channels", Ok, "").shows("free: 1 2 3 4 5 6 7 8 9 10 11"),
        ],
    },
    Case {
        what: "a connection holds a channel, and there is no second",
        machine: || connected(driven(&ATH9K), 2437),
        finds: &[found(
            "forced-channel",
            Hint,
            "holds channel 6: the network goes there too",
        )
        .shows("wlan0: station, up, network \"Office\", channel 6")],
    },
    Case {
        what: "wpa_supplicant has connected, with a P2P device of its own",
        machine: || Machine::of("connected"),
        finds: &[found("forced-channel", Hint, "holds channel 11")
            .shows("P2P device without a network interface\nwlan0: station, up, channel 11")],
    },
    Case {
        what: "it holds one where nobody may transmit first",
        machine: || connected(five_ghz_listens(driven(&ATH9K)), 5180),
        finds: &[found("forced-channel-forbidden", Obstacle, "36")
            .shows("holds channel 36, and the radio has no second channel")
            .leads_to(Reason::ApStartFailed)],
    },
    Case {
        what: "it holds one with radar",
        machine: || connected(driven(&ATH9K), 5260),
        finds: &[found("forced-channel-forbidden", Obstacle, "52").leads_to(Reason::ApStartFailed)],
    },
    Case {
        what: "a channel was asked for where nobody may transmit first",
        machine: || wishing(Machine::free(), 12),
        finds: &[found("channel-forbidden", Obstacle, "12")
            .advises("hostednet set --channel auto")
            .shows("channel 12 was asked for")
            .leads_to(Reason::ApStartFailed)],
    },
    Case {
        what: "a channel with radar was asked for",
        machine: || wishing(Machine::free(), 52),
        finds: &[found("channel-forbidden", Obstacle, "52").leads_to(Reason::ApStartFailed)],
    },
    Case {
        what: "a forbidden channel was asked for",
        machine: || wishing(Machine::free(), 177),
        finds: &[found("channel-forbidden", Obstacle, "177").leads_to(Reason::ApStartFailed)],
    },
];

#[test]
fn channels_are_judged_by_the_flags_the_kernel_gives_them() {
    hold(CASES);
}
