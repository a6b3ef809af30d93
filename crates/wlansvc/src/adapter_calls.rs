//! Calls about station interfaces: the list, what is known of one, its switch and its mode. And what
//! the radio counts of each peer.
//!
//! They are about the machine, not about the Hosted Network, and are answered here. What they change
//! reaches the column as an event of the radio. Checked in this order: arguments (87), rights (5),
//! whether there is such an interface (1168).

use clock::Instant;
use dot11::Channel;
use radio::{CommandError, CommandErrorKind, Switches};
use radio_nl80211::{Nl80211Radio, StationInterface};
use wlan_model::{
    Guid, Interface, InterfaceDetails, InterfaceState, OperationMode, RadioState, Reason, Refusal,
    Win32Error,
};
use wlan_rpc::{Answer, Call};

use crate::radios::{AnyRadio, Simulation};
use crate::refusals;
use crate::sim_adapter::{is_on, radio_state};

/// Every adapter here is one radio, so it has one PHY, with this index.
const ONLY_PHY: u32 = 0;

/// Whether the call is one of those answered here.
pub(crate) const fn is_one(call: &Call) -> bool {
    matches!(
        call,
        Call::EnumInterfaces
            | Call::QueryInterface(_)
            | Call::SetRadioState { .. }
            | Call::SetOperationMode { .. }
            | Call::QueryTraffic
    )
}

/// Answers a call about station interfaces.
pub(crate) fn answer(
    call: &Call,
    radio: &mut AnyRadio,
    privileged: bool,
    now: Instant,
) -> Result<Answer, Refusal> {
    match *call {
        Call::QueryTraffic => {
            let mut rows = radio.traffic(now).map_err(refusal)?;
            rows.sort_unstable_by_key(|row| row.mac);
            Ok(Answer::Traffic(rows))
        }
        Call::EnumInterfaces => {
            let rows = list(radio)?.into_iter().map(|row| row.details.interface);
            Ok(Answer::Interfaces(rows.collect()))
        }
        Call::QueryInterface(id) => {
            find(radio, id).map(|row| Answer::Interface(Box::new(row.details)))
        }
        Call::SetRadioState {
            interface,
            phy,
            software,
        } => {
            let on = match software {
                RadioState::On => true,
                RadioState::Off => false,
                RadioState::Unknown => return Err(no_such_switching()),
            };
            if phy != ONLY_PHY {
                return Err(no_such_phy(phy));
            }
            if !privileged {
                return Err(refusals::not_privileged("switch a radio"));
            }
            let row = find(radio, interface)?;
            set_switch(radio, &row.phy, on, now)
        }
        Call::SetOperationMode { interface, mode } => {
            if !privileged {
                return Err(refusals::not_privileged("change the mode of an interface"));
            }
            let row = find(radio, interface)?;
            set_mode(radio, &row.details, mode, now)
        }
        _ => Err(refusals::no_handle()),
    }
}

/// One interface, and its radio's name.
struct Row {
    details: InterfaceDetails,
    phy: String,
}

fn list(radio: &mut AnyRadio) -> Result<Vec<Row>, Refusal> {
    match radio {
        AnyRadio::Sim(sim) => Ok(vec![Row {
            details: sim.adapter.details(sim.radio.switches()),
            phy: String::new(),
        }]),
        AnyRadio::Linux(radio) => {
            let found = radio.station_interfaces().map_err(refusal)?;
            Ok(found.into_iter().map(row).collect())
        }
    }
}

fn find(radio: &mut AnyRadio, id: Guid) -> Result<Row, Refusal> {
    let mut rows = list(radio)?.into_iter();
    rows.find(|row| row.details.interface.id == id)
        .ok_or_else(no_such_interface)
}

fn row(found: StationInterface) -> Row {
    let state = if !is_on(found.switches) || !found.up {
        InterfaceState::NotReady
    } else if found.ad_hoc {
        InterfaceState::AdHocNetworkFormed
    } else if found.connected {
        InterfaceState::Connected
    } else {
        InterfaceState::Disconnected
    };
    let driver = found.driver.as_deref().unwrap_or("wireless");
    Row {
        details: InterfaceDetails {
            interface: Interface {
                id: Guid::of_station(&found.name),
                description: format!("{driver} adapter ({})", found.name),
                state,
            },
            ifname: found.name,
            software: radio_state(found.switches.software),
            hardware: radio_state(found.switches.hardware),
            channel: found.channel.map(Channel::number),
            mode: OperationMode::ExtensibleStation,
            hosted_network_capable: found.can_host,
            mfp_capable: found.protects_management,
        },
        phy: found.phy,
    }
}

fn set_switch(radio: &mut AnyRadio, phy: &str, on: bool, now: Instant) -> Result<Answer, Refusal> {
    match radio {
        AnyRadio::Sim(sim) => {
            let switches = Switches {
                software: on,
                ..sim.radio.switches()
            };
            sim.radio.set_switches(switches, now);
        }
        AnyRadio::Linux(radio) => switch_linux(radio, phy, on)?,
    }
    Ok(Answer::Done)
}

fn switch_linux(radio: &mut Nl80211Radio, phy: &str, on: bool) -> Result<(), Refusal> {
    radio.set_software_switch(phy, on).map_err(refusal)
}

fn set_mode(
    radio: &mut AnyRadio,
    details: &InterfaceDetails,
    mode: OperationMode,
    now: Instant,
) -> Result<Answer, Refusal> {
    match radio {
        AnyRadio::Sim(sim) => {
            let Simulation { radio, adapter, .. } = &mut **sim;
            adapter.set_mode(mode, radio, now);
            Ok(Answer::Done)
        }
        AnyRadio::Linux(_) if mode == details.mode => Ok(Answer::Done),
        AnyRadio::Linux(_) => Err(Refusal::new(
            Win32Error::NOT_SUPPORTED,
            Reason::BadParameters,
            format!(
                "hostednet does not change what {} is used for.",
                details.ifname
            ),
            "Add a monitor of its own (`iw dev wlan0 interface add mon0 type monitor`).",
        )),
    }
}

fn no_such_interface() -> Refusal {
    Refusal::new(
        Win32Error::NOT_FOUND,
        Reason::BadParameters,
        "There is no station interface of this name.",
        "Ask for the list again: interfaces come and go.",
    )
}

fn no_such_phy(phy: u32) -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        format!("The adapter has no PHY {phy}."),
        "Name PHY 0: each adapter has one.",
    )
}

fn no_such_switching() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        "A radio can be switched on or off, nothing else.",
        "Give dot11_radio_state_on or dot11_radio_state_off.",
    )
}

fn refusal(error: CommandError) -> Refusal {
    let code = match error.kind {
        CommandErrorKind::NotSupported => Win32Error::NOT_SUPPORTED,
        CommandErrorKind::Permission => Win32Error::ACCESS_DENIED,
        _ => Win32Error::GEN_FAILURE,
    };
    Refusal::new(
        code,
        Reason::Unspecified,
        error.cause.text,
        error.cause.remedy,
    )
}

#[cfg(test)]
mod tests {
    use dot11::MacAddr;

    use super::*;

    fn found() -> StationInterface {
        StationInterface {
            name: "wlan0".into(),
            phy: "phy0".into(),
            driver: Some("mac80211_hwsim".into()),
            address: MacAddr([2, 0, 0, 0, 0, 1]),
            up: true,
            ad_hoc: false,
            connected: false,
            ssid: None,
            channel: None,
            switches: Switches {
                software: true,
                hardware: true,
            },
            can_host: true,
            protects_management: true,
        }
    }

    #[test]
    fn the_state_of_a_linux_interface_is_told_in_windows_words() {
        let state = |change: fn(&mut StationInterface)| {
            let mut one = found();
            change(&mut one);
            row(one).details.interface.state
        };
        assert_eq!(state(|_| ()), InterfaceState::Disconnected);
        assert_eq!(state(|i| i.connected = true), InterfaceState::Connected);
        assert_eq!(state(|i| i.up = false), InterfaceState::NotReady);
        assert_eq!(
            state(|i| i.switches.hardware = false),
            InterfaceState::NotReady
        );
        assert_eq!(
            state(|i| i.ad_hoc = true),
            InterfaceState::AdHocNetworkFormed
        );
    }

    #[test]
    fn a_linux_interface_keeps_its_name_for_programs_and_tells_of_its_driver() {
        let one = row(found());
        assert_eq!(one.details.interface.id, Guid::of_station("wlan0"));
        assert_eq!(
            one.details.interface.description,
            "mac80211_hwsim adapter (wlan0)"
        );
        assert_eq!(one.phy, "phy0");
        assert_eq!(one.details.software, RadioState::On);
    }
}
