//! Messages between the host process and the service.
//!
//! Names of adapters, connections and ports are chosen by the service; calls and packets are numbered
//! by the host. Numbers are not used twice in the life of a host process, so a message that crosses
//! the end of what it names (a completion and a reset, an answer and a removal) is recognised as late
//! and dropped by whoever gets it.
//!
//! ```text
//!  host    --- Loaded ---------------------------> service   once, first
//!          <-- AdapterTask { task, adapter, .. } -           a handler to call
//!          --- Returned { task, result } -------->           exactly one for each
//!          --- Call { id, adapter, call } ------->           the extension waits
//!          <-- Answer { id, result } -------------           exactly one for each
//!          --- SendPacket { packet, .. } -------->
//!          <-- PacketSent { packet } -------------           one for each, unless adapter or host end
//! ```

use core::fmt;

use dot11::{KeyBytes, MacAddr, Ssid};
use serde::{Deserialize, Serialize};
use wlan_model::{Guid, Win32Error};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u64);
    )*};
}

ids! {
    /// An adapter: a station, or the port of an access point.
    AdapterId;
    /// A connection attempt of an adapter, from `PerformPreAssociate` on.
    ConnectionId;
    /// A port towards one peer, from `PerformPostAssociate` on.
    PortId;
    /// A handler to be called, and what it returned.
    TaskId;
    /// A call of the extension, and its answer.
    CallId;
    /// A frame on its way out.
    PacketId;
}

/// From the host to the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostMessage {
    /// The extension is loaded and initialised. Said once; only [`Self::HandlerLate`] and
    /// [`Self::Log`] may come before. The service says nothing until then.
    Loaded(Loaded),
    /// It is not, and why; the host ends.
    LoadFailed(String),
    /// The extension calls and waits for [`ServiceMessage::Answer`].
    Call {
        /// For the answer.
        id: CallId,
        /// Whose.
        adapter: AdapterId,
        /// What.
        call: Call,
    },
    /// `Dot11ExtPreAssociateCompletion`: the connection attempt goes on, or is over.
    PreAssociateCompletion {
        /// Whose.
        adapter: AdapterId,
        /// Which attempt.
        connection: ConnectionId,
        /// How.
        end: Completion,
    },
    /// `Dot11ExtPostAssociateCompletion`: the port is to be open (success) or closed. May come again
    /// as long as the port exists.
    PostAssociateCompletion {
        /// Whose.
        adapter: AdapterId,
        /// Which port.
        port: PortId,
        /// Towards whom.
        peer: MacAddr,
        /// How.
        end: Completion,
    },
    /// `Dot11ExtSendPacket`: a `DOT11_SECURITY_PACKET_HEADER` with its payload; encrypted exactly
    /// when the peer has a key-mapping key.
    SendPacket {
        /// Whose.
        adapter: AdapterId,
        /// For [`ServiceMessage::PacketSent`].
        packet: PacketId,
        /// Peer, EtherType in network order, payload.
        data: Vec<u8>,
    },
    /// `Dot11ExtSendNotification`: for clients that listen to source 0x40.
    Notification {
        /// Whose.
        adapter: AdapterId,
        /// The vendor's.
        code: u32,
        /// The vendor's.
        data: Vec<u8>,
    },
    /// `Dot11ExtSendUIRequest`, which the host answers itself with "no session": for the log.
    UiRequest {
        /// Whose.
        adapter: AdapterId,
        /// What.
        request: UiRequest,
    },
    /// `Dot11ExtSetProfileCustomUserData`: to be given back in [`Profile::user_data`].
    UserData {
        /// Whose.
        adapter: AdapterId,
        /// [`Profile::name`].
        profile: String,
        /// What.
        data: UserData,
    },
    /// The handler of this task has returned.
    Returned {
        /// Which.
        task: TaskId,
        /// What.
        result: TaskResult,
    },
    /// A handler has been running longer than the limit. Said once per call; it may still return.
    HandlerLate {
        /// Of which adapter.
        adapter: Option<AdapterId>,
        /// Which task, if a task made it run.
        task: Option<TaskId>,
        /// Its name in the table.
        handler: String,
        /// For how long, in milliseconds.
        millis: u64,
    },
    /// For the log.
    Log {
        /// How bad.
        level: Level,
        /// One sentence, without secrets.
        text: String,
    },
    /// `Dot11ExtIhvDeinitService` has returned. The last message.
    Ended,
}

/// How bad a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// The extension does something it should not.
    Warning,
    /// The host is about to end.
    Error,
}

/// An initialised extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// File name without folders.
    pub name: String,
    /// `dwVerMin` and `dwVerMax`.
    pub versions: (u32, u32),
    /// The version in use.
    pub version: u32,
    /// Whether it exports `Dot11ExtIhvInitVirtualStation`.
    pub virtual_station: bool,
}

/// What an extension waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// OID_DOT11_CIPHER_KEY_MAPPING_KEY: a `DOT11_BYTE_ARRAY` with one entry, ready for seam C.
    SetKeyMappingKey(KeyBytes),
    /// OID_DOT11_CIPHER_DEFAULT_KEY.
    SetDefaultKey {
        /// A `DOT11_CIPHER_DEFAULT_KEY_VALUE`, 22 bytes and the key.
        key: KeyBytes,
        /// 1 in, 3 both. The OID has no place for it.
        direction: i32,
    },
    /// OID_DOT11_CIPHER_DEFAULT_KEY_ID.
    SetDefaultKeyId(u32),
    /// OID_DOT11_ENABLED_AUTHENTICATION_ALGORITHM with this entry.
    SetAuthAlgorithm(u32),
    /// OID_DOT11_ENABLED_UNICAST_CIPHER_ALGORITHM with this entry.
    SetUnicastCipherAlgorithm(u32),
    /// OID_DOT11_ENABLED_MULTICAST_CIPHER_ALGORITHM with this entry.
    SetMulticastCipherAlgorithm(u32),
    /// OID_DOT11_EXCLUDE_UNENCRYPTED.
    SetExcludeUnencrypted(bool),
    /// OID_DOT11_PRIVACY_EXEMPTION_LIST, and which frames come up.
    SetEtherTypeHandling(EtherTypeHandling),
    /// OID_DOT11_NIC_SPECIFIC_EXTENSION. Answered by [`Reply::Bytes`].
    NicSpecificExtension {
        /// The request.
        input: Vec<u8>,
        /// Bytes of room for the answer.
        room: u32,
    },
    /// Replaces the vendor's fragments of the current profile; `None` leaves one as it is.
    SetCurrentProfile {
        /// Of which attempt.
        connection: ConnectionId,
        /// The fragments.
        fragments: Fragments,
    },
}

/// `Dot11ExtSetEtherTypeHandling`. Replaces everything before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EtherTypeHandling {
    /// Frames that may wait for the extension; the host keeps them.
    pub max_backlog: u32,
    /// Which frames may be in clear.
    pub exemptions: Vec<Exemption>,
    /// EtherTypes (host order) that come as [`ServiceMessage::ReceivePacket`].
    pub registrations: Vec<u16>,
}

/// `DOT11_PRIVACY_EXEMPTION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// In host order.
    pub ether_type: u16,
    /// 1 always, 2 while the peer has no key-mapping key.
    pub action: u16,
    /// 1 unicast, 2 multicast, 3 both.
    pub packet_type: u16,
}

/// How an operation ended: both members are success, or neither is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// A Win32 code.
    pub win32: Win32Error,
    /// An `L2_REASON_CODE`.
    pub reason: u32,
}

impl Completion {
    /// Whether it ended well.
    #[must_use]
    pub fn is_success(self) -> bool {
        self.win32 == Win32Error::SUCCESS
    }
}

/// `DOT11EXT_IHV_UI_REQUEST` without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UiRequest {
    /// Its name.
    pub id: Guid,
    /// Whose screen.
    pub session: u32,
    /// Class of the page.
    pub page: Guid,
    /// Bytes for the page.
    pub bytes: u32,
}

/// What an extension keeps for one user and one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserData {
    /// The user's session.
    pub session: u32,
    /// May be a secret.
    pub data: KeyBytes,
}

/// From the service to the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceMessage {
    /// To a call.
    Answer {
        /// Which.
        id: CallId,
        /// How it went.
        result: Result<Reply, Win32Error>,
    },
    /// The radio has taken (or given up) a packet.
    PacketSent {
        /// Whose.
        adapter: AdapterId,
        /// Which.
        packet: PacketId,
    },
    /// A frame of a registered EtherType: sender, EtherType in network order, payload.
    ReceivePacket {
        /// For whom.
        adapter: AdapterId,
        /// The frame.
        data: Vec<u8>,
    },
    /// The driver indicates something.
    ReceiveIndication {
        /// To whom.
        adapter: AdapterId,
        /// `DOT11EXT_IHV_INDICATION_TYPE`: 0 vendor's, 1 PMKID candidates, 2 Michael failure, 3 PHY
        /// state, 4 link quality.
        kind: i32,
        /// What, as the driver laid it out.
        data: Vec<u8>,
    },
    /// Call a handler of an adapter. Those of one adapter run one after the other, in order.
    AdapterTask {
        /// For the result.
        task: TaskId,
        /// Whose.
        adapter: AdapterId,
        /// Which.
        what: Task,
    },
    /// Call a handler that belongs to no adapter.
    SystemTask {
        /// For the result.
        task: TaskId,
        /// Which.
        what: SystemTask,
    },
    /// Remove all adapters, end the extension, and then the process.
    Shutdown,
}

/// What a call brings back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Nothing but success.
    Done,
    /// The driver's answer.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("Done"),
            // Vendors' answers may hold keys.
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// A handler of an adapter, with what it is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// The adapter arrives. Must come before all others.
    InitAdapter(Adapter),
    /// It is gone: ports that are left are stopped first, calls that wait are answered with
    /// ERROR_OPERATION_ABORTED.
    DeinitAdapter,
    /// A connection attempt begins. After success [`HostMessage::PreAssociateCompletion`] follows.
    PerformPreAssociate {
        /// Its name.
        connection: ConnectionId,
        /// What the user chose.
        profile: Profile,
        /// `DOT11_BSS_ENTRY`s, one directly behind the other.
        networks: Vec<u8>,
    },
    /// The connection is over, or the radio was reset. Registrations are cleared before.
    AdapterReset,
    /// A port exists. After success [`HostMessage::PostAssociateCompletion`] follows.
    PerformPostAssociate {
        /// Its name.
        port: PortId,
        /// Number of its session.
        session: u32,
        /// The association.
        association: Association,
    },
    /// The port is gone. A port that was never begun, or is gone already, is a success.
    StopPostAssociate {
        /// Which.
        port: PortId,
        /// `DOT11_ASSOC_STATUS`.
        status: u32,
    },
    /// Whether a profile makes sense.
    ValidateProfile(Profile),
    /// Whether a network goes with a profile.
    PerformCapabilityMatch {
        /// The profile.
        profile: Profile,
        /// `DOT11_BSS_ENTRY`s.
        networks: Vec<u8>,
    },
    /// Profiles for a network without one. Answered by [`TaskData::Profiles`].
    CreateDiscoveryProfiles {
        /// `bInsecure`.
        insecure: bool,
        /// Name and type of the network.
        profile: Profile,
        /// `DOT11_BSS_ENTRY`s.
        networks: Vec<u8>,
    },
    /// Whether the extension has something to ask a user. Answered by [`TaskData::UiRequest`].
    QueryUiRequest {
        /// `DOT11EXT_IHV_CONNECTION_PHASE`: 0 any, 1 before connecting, 2 after.
        phase: i32,
    },
    /// A client's request, unvalidated. Answered by [`TaskData::Bytes`].
    Control {
        /// The request.
        input: Vec<u8>,
        /// Bytes of room for the answer, at most 65536.
        room: u32,
    },
}

/// A handler that belongs to no adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SystemTask {
    /// A user came or went; at WTS_SESSION_LOGOFF (6) requests to users end.
    SessionChange {
        /// `WTS_*`.
        event: u32,
        /// Whose.
        session: u32,
    },
    /// Answered by [`TaskData::Pending`].
    IsUiRequestPending(Guid),
}

/// `DOT11_ADAPTER`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    /// Its name for programs.
    pub guid: Guid,
    /// Its name for people.
    pub description: String,
    /// 4 station, 8 access point.
    pub mode: u32,
}

/// The vendor's parts of a profile: XML as UTF-8, which may hold secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragments {
    /// How to connect.
    pub connectivity: Option<KeyBytes>,
    /// How to be safe.
    pub security: Option<KeyBytes>,
    /// `bUseMSOnex`.
    pub use_onex: bool,
}

/// What an extension learns of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Under which its user data are kept.
    pub name: String,
    /// Names of its network.
    pub ssids: Vec<Ssid>,
    /// `DOT11_BSS_TYPE`: 1 infrastructure, 2 independent, 3 any.
    pub bss_type: i32,
    /// The vendor's parts.
    pub fragments: Fragments,
    /// What earlier [`HostMessage::UserData`] said.
    pub user_data: Vec<UserData>,
}

/// `DOT11_ASSOCIATION_COMPLETION_PARAMETERS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// With whom.
    pub peer: MacAddr,
    /// Whether it was a reassociation.
    pub reassociation: bool,
    /// Negotiated.
    pub auth: u32,
    /// Negotiated.
    pub unicast_cipher: u32,
    /// Negotiated.
    pub multicast_cipher: u32,
    /// Whether the driver has authenticated the peer: the port is open from the start.
    pub authorized: bool,
    /// Without MAC header.
    pub request: Vec<u8>,
    /// Without MAC header.
    pub response: Vec<u8>,
    /// Without MAC header.
    pub beacon: Vec<u8>,
}

/// What a handler returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskResult {
    /// The Win32 code. ERROR_INVALID_STATE and ERROR_OPERATION_ABORTED may also be the host's, when
    /// it did not call the handler.
    pub code: Win32Error,
    /// The reason it gave, 0 if it gives none.
    pub reason: u32,
    /// What else it gave.
    pub data: TaskData,
}

impl TaskResult {
    /// A code and nothing else.
    #[must_use]
    pub const fn code(code: Win32Error) -> Self {
        Self {
            code,
            reason: 0,
            data: TaskData::None,
        }
    }
}

/// What some handlers give back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskData {
    /// Nothing.
    None,
    /// Of `CreateDiscoveryProfiles`.
    Profiles(Vec<Fragments>),
    /// Of `Control`.
    Bytes {
        /// `*pdwBytesReturned`, always handed on.
        returned: u32,
        /// Its bytes, if they fit into the room; else none.
        data: Vec<u8>,
    },
    /// Of `IsUIRequestPending`.
    Pending(bool),
    /// Of `QueryUIRequest`.
    UiRequest(Option<UiRequest>),
}
