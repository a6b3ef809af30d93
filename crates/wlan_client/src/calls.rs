//! One method per call.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use dot11::KeyBytes;
use wlan_model::{
    AirSettings, ConnectionSettings, Extension, Guid, Interface, InterfaceDetails, OperationMode,
    PrimaryKey, RadioState, SecondaryKey, VendorProfile,
};
use wlan_rpc::{
    Answer, Call, ExtensionLine, ExtensionRow, IhvCall, PeerTraffic, SharingCall, SharingStatus,
    SimCall, SimStation, Status,
};

use crate::client::unexpected_answer;
use crate::{Client, ClientError};

/// The value a call brings, or what the answer of another kind means.
macro_rules! expect {
    ($answer:expr, $pattern:pat => $value:expr) => {
        match $answer {
            $pattern => Ok($value),
            _ => Err(unexpected_answer()),
        }
    };
}

/// Each fails with [`ClientError::Refused`] when the service declines and with
/// [`ClientError::Broken`] when the connection ends.
#[expect(clippy::missing_errors_doc, reason = "said once for all of them above")]
impl Client {
    fn done(&mut self, call: Call) -> Result<(), ClientError> {
        expect!(self.call(call)?, Answer::Done => ())
    }

    /// Gives a new network its name, its primary key and its peer limit; changes nothing in an old
    /// one (`WlanHostedNetworkInitSettings`).
    pub fn init_settings(&mut self) -> Result<(), ClientError> {
        self.done(Call::InitSettings)
    }

    /// Name and peer limit (`WlanHostedNetworkQueryProperty`).
    pub fn query_connection_settings(&mut self) -> Result<ConnectionSettings, ClientError> {
        expect!(self.call(Call::QueryConnectionSettings)?, Answer::ConnectionSettings(s) => s)
    }

    /// The enable flag, and whether policy decides it (`WlanHostedNetworkQueryProperty`).
    pub fn query_enabled(&mut self) -> Result<(bool, bool), ClientError> {
        expect!(
            self.call(Call::QueryEnabled)?,
            Answer::Enabled { enabled, by_policy } => (enabled, by_policy)
        )
    }

    /// How the network uses the air.
    pub fn query_air_settings(&mut self) -> Result<AirSettings, ClientError> {
        expect!(self.call(Call::QueryAirSettings)?, Answer::AirSettings(air) => air)
    }

    /// Decides how the network uses the air; unless only the isolation changes, a running network goes
    /// to idle.
    pub fn set_air_settings(&mut self, air: AirSettings) -> Result<(), ClientError> {
        self.done(Call::SetAirSettings(air))
    }

    /// What every peer has sent and received.
    pub fn query_traffic(&mut self) -> Result<Vec<PeerTraffic>, ClientError> {
        expect!(self.call(Call::QueryTraffic)?, Answer::Traffic(rows) => rows)
    }

    /// How sharing stands, and who has an address.
    pub fn sharing(&mut self) -> Result<SharingStatus, ClientError> {
        let call = Call::Sharing(SharingCall::Status);
        expect!(self.call(call)?, Answer::Sharing(status) => *status)
    }

    /// Shares the internet of `upstream`, or of whichever interface has it.
    pub fn share(&mut self, upstream: Option<String>) -> Result<(), ClientError> {
        self.done(Call::Sharing(SharingCall::On { upstream }))
    }

    /// Ceases to share the internet.
    pub fn unshare(&mut self) -> Result<(), ClientError> {
        self.done(Call::Sharing(SharingCall::Off))
    }

    /// The primary key.
    pub fn query_primary_key(&mut self) -> Result<PrimaryKey, ClientError> {
        expect!(self.call(Call::QueryPrimaryKey)?, Answer::PrimaryKey(key) => key)
    }

    /// Changes name and peer limit; a running network goes to idle
    /// (`WlanHostedNetworkSetProperty`).
    pub fn set_connection_settings(
        &mut self,
        settings: ConnectionSettings,
    ) -> Result<(), ClientError> {
        self.done(Call::SetConnectionSettings(settings))
    }

    /// Allows or disallows the network; privileged (`WlanHostedNetworkSetProperty`).
    pub fn set_enabled(&mut self, enabled: bool) -> Result<(), ClientError> {
        self.done(Call::SetEnabled(enabled))
    }

    /// Sets the secondary key as the Windows API gives it: a passphrase with its terminating NUL, or
    /// 32 bytes (`WlanHostedNetworkSetSecondaryKey`).
    pub fn set_secondary_key(
        &mut self,
        data: KeyBytes,
        is_passphrase: bool,
        persistent: bool,
    ) -> Result<(), ClientError> {
        self.done(Call::SetSecondaryKey {
            data,
            is_passphrase,
            persistent,
        })
    }

    /// Sets the secondary key to a passphrase of 8 to 63 printable ASCII characters.
    pub fn set_passphrase(&mut self, text: &str, persistent: bool) -> Result<(), ClientError> {
        let mut data = Vec::with_capacity(text.len() + 1);
        data.extend_from_slice(text.as_bytes());
        data.push(0);
        self.set_secondary_key(KeyBytes::new(data), true, persistent)
    }

    /// Removes the secondary key (`WlanHostedNetworkSetSecondaryKey` with 0 and NULL).
    pub fn remove_secondary_key(&mut self) -> Result<(), ClientError> {
        self.done(Call::RemoveSecondaryKey)
    }

    /// The secondary key and whether it is persistent (`WlanHostedNetworkQuerySecondaryKey`).
    pub fn query_secondary_key(&mut self) -> Result<Option<(SecondaryKey, bool)>, ClientError> {
        expect!(
            self.call(Call::QuerySecondaryKey)?,
            Answer::SecondaryKey { key, persistent } => key.map(|key| (key, persistent))
        )
    }

    /// Makes a new primary key; a running network goes to idle
    /// (`WlanHostedNetworkRefreshSecuritySettings`).
    pub fn refresh_security_settings(&mut self) -> Result<(), ClientError> {
        self.done(Call::RefreshSecuritySettings)
    }

    /// Takes a reference on the network, which ends with this client
    /// (`WlanHostedNetworkStartUsing`).
    pub fn start_using(&mut self) -> Result<(), ClientError> {
        self.done(Call::StartUsing)
    }

    /// Gives a reference back (`WlanHostedNetworkStopUsing`).
    pub fn stop_using(&mut self) -> Result<(), ClientError> {
        self.done(Call::StopUsing)
    }

    /// Starts the network for good; privileged (`WlanHostedNetworkForceStart`).
    pub fn force_start(&mut self) -> Result<(), ClientError> {
        self.done(Call::ForceStart)
    }

    /// Stops the network whoever uses it (`WlanHostedNetworkForceStop`).
    pub fn force_stop(&mut self) -> Result<(), ClientError> {
        self.done(Call::ForceStop)
    }

    /// The network's state and peers (`WlanHostedNetworkQueryStatus`).
    pub fn query_status(&mut self) -> Result<Status, ClientError> {
        expect!(self.call(Call::QueryStatus)?, Answer::Status(status) => *status)
    }

    /// From now on Hosted Network notifications come as [`Message`](crate::Message)s; returns the
    /// sources registered before (`WlanRegisterNotification`).
    pub fn register_notification(
        &mut self,
        sources: u32,
        ignore_duplicate: bool,
    ) -> Result<u32, ClientError> {
        expect!(
            self.call(Call::RegisterNotification { sources, ignore_duplicate })?,
            Answer::PreviousSources(previous) => previous
        )
    }

    /// Asks for notifications of virtual stations, or no more of them
    /// (`WlanRegisterVirtualStationNotification`).
    pub fn register_virtual_station_notification(&mut self, on: bool) -> Result<(), ClientError> {
        self.done(Call::RegisterVirtualStationNotification(on))
    }

    /// From now on every event comes as a [`Message`](crate::Message).
    pub fn subscribe(&mut self) -> Result<(), ClientError> {
        self.done(Call::Subscribe)
    }

    /// Station interfaces (`WlanEnumInterfaces`).
    pub fn enum_interfaces(&mut self) -> Result<Vec<Interface>, ClientError> {
        expect!(self.call(Call::EnumInterfaces)?, Answer::Interfaces(interfaces) => interfaces)
    }

    /// What is known of one interface (`WlanQueryInterface`).
    pub fn query_interface(&mut self, interface: Guid) -> Result<InterfaceDetails, ClientError> {
        expect!(self.call(Call::QueryInterface(interface))?, Answer::Interface(details) => *details)
    }

    /// Switches the radio of an interface on or off by software (`WlanSetInterface`, radio_state). An
    /// adapter has one PHY, number 0. Privileged.
    pub fn set_radio_state(
        &mut self,
        interface: Guid,
        phy: u32,
        software: RadioState,
    ) -> Result<(), ClientError> {
        self.done(Call::SetRadioState {
            interface,
            phy,
            software,
        })
    }

    /// Changes what an interface is used for (`WlanSetInterface`, current_operation_mode).
    /// Privileged.
    pub fn set_operation_mode(
        &mut self,
        interface: Guid,
        mode: OperationMode,
    ) -> Result<(), ClientError> {
        self.done(Call::SetOperationMode { interface, mode })
    }

    /// Tells the service that the machine is about to sleep; returns when the network has stopped.
    /// Privileged.
    pub fn prepare_for_sleep(&mut self) -> Result<(), ClientError> {
        self.done(Call::PrepareForSleep)
    }

    /// All installed extensions of vendors, with their host processes.
    pub fn ihv_list(&mut self) -> Result<Vec<ExtensionRow>, ClientError> {
        expect!(self.call(Call::Ihv(IhvCall::List))?, Answer::Extensions(rows) => rows)
    }

    /// Installs an extension, or replaces the one of its name. `library` is absolute and read by the
    /// service, which tries it first: see [`IhvCall::Install`]. For the service's owner.
    pub fn ihv_install(&mut self, extension: Extension, library: &Path) -> Result<(), ClientError> {
        self.done(Call::Ihv(IhvCall::Install {
            extension,
            library: library.as_os_str().as_bytes().to_vec(),
        }))
    }

    /// Ends an extension and forgets it; returns when it has ended. For the service's owner.
    pub fn ihv_remove(&mut self, name: &str) -> Result<(), ClientError> {
        self.done(Call::Ihv(IhvCall::Remove {
            name: name.to_owned(),
        }))
    }

    /// What was written about an extension, or about all, oldest first. For the service's owner.
    pub fn ihv_log(&mut self, name: Option<&str>) -> Result<Vec<ExtensionLine>, ClientError> {
        let name = name.map(str::to_owned);
        expect!(
            self.call(Call::Ihv(IhvCall::Log { name }))?,
            Answer::ExtensionLog(lines) => lines
        )
    }

    /// The station adapter connects with `profile`; returns when its port is open. For the
    /// service's owner.
    pub fn ihv_connect(&mut self, profile: VendorProfile) -> Result<(), ClientError> {
        self.done(Call::Ihv(IhvCall::Connect(Box::new(profile))))
    }

    /// The station adapter disconnects. For the service's owner.
    pub fn ihv_disconnect(&mut self) -> Result<(), ClientError> {
        self.done(Call::Ihv(IhvCall::Disconnect))
    }

    /// Drives the simulated radio in other ways: see [`SimCall`].
    pub fn sim(&mut self, call: SimCall) -> Result<(), ClientError> {
        self.done(Call::Sim(call))
    }

    /// A station of the simulated radio joins with `key`, a passphrase or 64 hexadecimal digits.
    /// Returns when its port is open; the refusal's text begins with the cause (`wrong key`,
    /// `retired key`, ...).
    pub fn sim_join(&mut self, name: &str, key: KeyBytes) -> Result<(), ClientError> {
        self.done(Call::Sim(SimCall::Join {
            name: name.to_owned(),
            key,
        }))
    }

    /// A station of the simulated radio leaves.
    pub fn sim_leave(&mut self, name: &str) -> Result<(), ClientError> {
        self.done(Call::Sim(SimCall::Leave {
            name: name.to_owned(),
        }))
    }

    /// All stations of the simulated radio.
    pub fn sim_list(&mut self) -> Result<Vec<SimStation>, ClientError> {
        expect!(self.call(Call::Sim(SimCall::List))?, Answer::SimStations(stations) => stations)
    }

    /// A station of the simulated radio exchanges encrypted frames with the access point; returns
    /// how many were sent and how many came back.
    pub fn sim_traffic(&mut self, name: &str, frames: u32) -> Result<(u32, u32), ClientError> {
        expect!(
            self.call(Call::Sim(SimCall::Traffic { name: name.to_owned(), frames }))?,
            Answer::SimTraffic { sent, received } => (sent, received)
        )
    }
}
