//! The station adapter beside the simulated radio.

use clock::Instant;
use radio::{Cause, Switches};
use radio_sim::SimRadio;
use wlan_model::{Guid, Interface, InterfaceDetails, InterfaceState, OperationMode, RadioState};

/// The simulated station adapter.
#[derive(Debug)]
pub(crate) struct SimAdapter {
    mode: OperationMode,
    ad_hoc: bool,
}

impl SimAdapter {
    const NAME: &'static str = "sim0";

    pub(crate) const fn new() -> Self {
        Self {
            mode: OperationMode::ExtensibleStation,
            ad_hoc: false,
        }
    }

    /// An ad hoc connection begins, or ends.
    pub(crate) fn set_ad_hoc(&mut self, ad_hoc: bool, radio: &mut SimRadio, now: Instant) {
        self.ad_hoc = ad_hoc;
        radio.set_incompatible(self.exclusion(), now);
    }

    /// What the adapter is used for.
    pub(crate) fn set_mode(&mut self, mode: OperationMode, radio: &mut SimRadio, now: Instant) {
        self.mode = mode;
        radio.set_incompatible(self.exclusion(), now);
    }

    /// Why no access point can stand beside what the adapter does.
    fn exclusion(&self) -> Option<Cause> {
        if self.mode == OperationMode::NetworkMonitor {
            Some(Cause::new(
                "sim0 monitors the air, beside which the radio carries no access point.",
                "Set it back to the mode of a station, then start the network again.",
            ))
        } else if self.ad_hoc {
            Some(Cause::new(
                "sim0 is in an ad hoc network, beside which the radio carries no access point.",
                "Leave that network, then start this one again.",
            ))
        } else {
            None
        }
    }

    /// What is known of it.
    pub(crate) fn details(&self, switches: Switches) -> InterfaceDetails {
        InterfaceDetails {
            interface: Interface {
                id: Guid::of_station(Self::NAME),
                description: "Simulated 802.11n adapter".into(),
                state: if !is_on(switches) {
                    InterfaceState::NotReady
                } else if self.ad_hoc {
                    InterfaceState::AdHocNetworkFormed
                } else {
                    InterfaceState::Disconnected
                },
            },
            ifname: Self::NAME.into(),
            software: radio_state(switches.software),
            hardware: radio_state(switches.hardware),
            channel: None,
            mode: self.mode,
            hosted_network_capable: true,
            mfp_capable: false,
        }
    }
}

/// Whether neither switch is off.
pub(crate) const fn is_on(switches: Switches) -> bool {
    switches.software && switches.hardware
}

/// What a switch is called in Windows.
pub(crate) const fn radio_state(on: bool) -> RadioState {
    if on { RadioState::On } else { RadioState::Off }
}
