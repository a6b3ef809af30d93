//! Requests and answers.

use dot11::{KeyBytes, MacAddr};
use serde::{Deserialize, Serialize};
use wlan_model::{
    AirSettings, ConnectionSettings, Guid, Interface, InterfaceDetails, Notification,
    OperationMode, PrimaryKey, RadioState, Refusal, SecondaryKey,
};

use crate::{
    Event, ExtensionLine, ExtensionRow, IhvCall, PeerTraffic, SharingCall, SharingStatus, Status,
};

/// Ties an answer to its request; chosen by the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId(pub u32);

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMessage {
    /// Comes back in the answer.
    pub id: CallId,
    /// What is wanted.
    pub call: Call,
}

/// What the service sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceMessage {
    /// The answer to one request.
    Answer {
        /// Of the request.
        id: CallId,
        /// How it went.
        result: Result<Answer, Refusal>,
    },
    /// For a client that sent [`Call::RegisterNotification`].
    Notification {
        /// The access point's device (`InterfaceGuid`); [`Guid::NIL`] before there was one.
        device: Guid,
        /// What.
        notification: Notification,
    },
    /// For a client that sent [`Call::Subscribe`].
    Event(Event),
}

/// A request. Names follow the functions of `wlanapi.dll` they carry; what Windows has no function
/// for is marked "ours".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// `WlanOpenHandle`; the first message of a connection. Answered by [`Answer::Opened`].
    Open {
        /// 1 or 2; anything else is refused with ERROR_NOT_SUPPORTED.
        client_version: u32,
        /// The caller's name for logs, at most 64 bytes are kept.
        program: String,
    },
    /// `WlanHostedNetworkInitSettings`.
    InitSettings,
    /// `WlanHostedNetworkQueryProperty(connection_settings)`; ERROR_BAD_CONFIGURATION before an SSID
    /// exists. Answered by [`Answer::ConnectionSettings`].
    QueryConnectionSettings,
    /// `WlanHostedNetworkQueryProperty(enable)`. Answered by [`Answer::Enabled`].
    QueryEnabled,
    /// What `WlanHostedNetworkQueryProperty(station_profile)` is made of: the primary key (ours).
    /// ERROR_BAD_CONFIGURATION before there is one. Answered by [`Answer::PrimaryKey`].
    QueryPrimaryKey,
    /// `WlanHostedNetworkSetProperty(connection_settings)`. Moves a running network to idle.
    SetConnectionSettings(ConnectionSettings),
    /// `WlanHostedNetworkSetProperty(enable)`. Privileged.
    SetEnabled(bool),
    /// `WlanHostedNetworkSetSecondaryKey` with a key. The form is checked by the service.
    SetSecondaryKey {
        /// A passphrase with its terminating NUL, or 32 bytes.
        data: KeyBytes,
        /// Which of the two.
        is_passphrase: bool,
        /// Kept over runs, or for one session.
        persistent: bool,
    },
    /// `WlanHostedNetworkSetSecondaryKey(0, NULL)`.
    RemoveSecondaryKey,
    /// `WlanHostedNetworkQuerySecondaryKey`. Answered by [`Answer::SecondaryKey`].
    QuerySecondaryKey,
    /// `WlanHostedNetworkRefreshSecuritySettings`. Moves a running network to idle.
    RefreshSecuritySettings,
    /// `WlanHostedNetworkStartUsing`.
    StartUsing,
    /// `WlanHostedNetworkStopUsing`.
    StopUsing,
    /// `WlanHostedNetworkForceStart`. Privileged.
    ForceStart,
    /// `WlanHostedNetworkForceStop`.
    ForceStop,
    /// `WlanHostedNetworkQueryStatus`, and more of ours. Answered by [`Answer::Status`].
    QueryStatus,
    /// `WlanRegisterNotification`. Answered by [`Answer::PreviousSources`].
    RegisterNotification {
        /// OR of `WLAN_NOTIFICATION_SOURCE_*`; 0 unregisters.
        sources: u32,
        /// Leave out a notification equal to the one before.
        ignore_duplicate: bool,
    },
    /// `WlanRegisterVirtualStationNotification`: on, or off. ERROR_INVALID_STATE while policy forbids
    /// the network.
    RegisterVirtualStationNotification(bool),
    /// `WlanEnumInterfaces`. Answered by [`Answer::Interfaces`].
    EnumInterfaces,
    /// What `WlanQueryInterface` tells; ERROR_NOT_FOUND for an unknown one. Answered by
    /// [`Answer::Interface`].
    QueryInterface(Guid),
    /// `WlanSetInterface(radio_state)`: the software switch of one PHY. Privileged.
    SetRadioState {
        /// Of [`Call::EnumInterfaces`].
        interface: Guid,
        /// `dwPhyIndex`; ERROR_INVALID_PARAMETER where there is no such PHY.
        phy: u32,
        /// [`RadioState::Unknown`] is refused with ERROR_INVALID_PARAMETER.
        software: RadioState,
    },
    /// `WlanSetInterface(current_operation_mode)`. Privileged.
    SetOperationMode {
        /// Of [`Call::EnumInterfaces`].
        interface: Guid,
        /// What it shall be.
        mode: OperationMode,
    },
    /// The machine is about to sleep (ours): a running network stops and does not come back by
    /// itself. Answered when it has stopped. Privileged.
    PrepareForSleep,
    /// From now on send every [`Event`] to this connection (ours).
    Subscribe,
    /// Extensions of vendors (ours).
    Ihv(IhvCall),
    /// How the network uses the air (ours). Answered by [`Answer::AirSettings`].
    QueryAirSettings,
    /// Decides how it does (ours). ERROR_INVALID_PARAMETER for a channel outside of the band. Whether the
    /// radio can do it is told by the start.
    SetAirSettings(AirSettings),
    /// What every peer has sent and received (ours). Answered by [`Answer::Traffic`].
    QueryTraffic,
    /// Addresses and internet sharing (ours).
    Sharing(SharingCall),
    /// Drive the simulated radio (ours); ERROR_NOT_SUPPORTED on any other radio.
    Sim(SimCall),
}

/// Requests to the simulated radio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SimCall {
    /// A station joins with a key: a passphrase, or 64 hexadecimal digits. Answered when its port is
    /// open, or with a refusal that names the cause (`wrong key`, `retired key`, ...).
    Join {
        /// 1 to 32 bytes; makes the station if there is none of that name.
        name: String,
        /// The key.
        key: KeyBytes,
    },
    /// A station leaves.
    Leave {
        /// Which.
        name: String,
    },
    /// All stations. Answered by [`Answer::SimStations`].
    List,
    /// A station exchanges encrypted frames with the access point. Answered by
    /// [`Answer::SimTraffic`] or a refusal when nothing came back.
    Traffic {
        /// Which.
        name: String,
        /// How many frames, 1 to 1000.
        frames: u32,
    },
    /// The radio is switched, as by a key of the machine or a settings page.
    Switch {
        /// On or off by software.
        software: bool,
        /// On or off by hardware.
        hardware: bool,
    },
    /// An ad hoc connection of the station adapter begins, or ends.
    AdHoc(bool),
    /// From now on the radio takes this long, in milliseconds, to stop a network (at most 60,000):
    /// for looking at what programs do meanwhile.
    SlowStop(u32),
    /// The driver ends the network by itself. It takes another one some seconds later.
    DriverStop,
    /// The adapter is put in, or pulled out.
    Plug(bool),
    /// An adapter with another address takes the place of this one. No network may run.
    Replace,
}

/// A station of the simulated radio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimStation {
    /// Its name.
    pub name: String,
    /// Its address.
    pub mac: MacAddr,
    /// `idle`, `joining`, `joined`, ... for people.
    pub state: String,
}

/// What a successful call brings back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Nothing but success.
    Done,
    /// To [`Call::Open`].
    Opened {
        /// The negotiated version.
        version: u32,
    },
    /// To [`Call::QueryConnectionSettings`].
    ConnectionSettings(ConnectionSettings),
    /// To [`Call::QueryEnabled`].
    Enabled {
        /// The flag.
        enabled: bool,
        /// Whether policy decides it (value type set_by_group_policy).
        by_policy: bool,
    },
    /// To [`Call::QueryPrimaryKey`].
    PrimaryKey(PrimaryKey),
    /// To [`Call::QuerySecondaryKey`].
    SecondaryKey {
        /// The key, if one is set.
        key: Option<SecondaryKey>,
        /// Whether it is persistent; meaningless without a key.
        persistent: bool,
    },
    /// To [`Call::QueryStatus`].
    Status(Box<Status>),
    /// To [`Call::RegisterNotification`].
    PreviousSources(u32),
    /// To [`Call::EnumInterfaces`].
    Interfaces(Vec<Interface>),
    /// To [`Call::QueryInterface`].
    Interface(Box<InterfaceDetails>),
    /// To [`IhvCall::List`].
    Extensions(Vec<ExtensionRow>),
    /// To [`IhvCall::Log`], oldest first.
    ExtensionLog(Vec<ExtensionLine>),
    /// To [`Call::QueryAirSettings`].
    AirSettings(AirSettings),
    /// To [`Call::QueryTraffic`], by address.
    Traffic(Vec<PeerTraffic>),
    /// To [`SharingCall::Status`].
    Sharing(Box<SharingStatus>),
    /// To [`SimCall::List`].
    SimStations(Vec<SimStation>),
    /// To [`SimCall::Traffic`].
    SimTraffic {
        /// Frames sent.
        sent: u32,
        /// Frames that came back.
        received: u32,
    },
}
