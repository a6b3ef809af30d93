//! The tables, in the two calling conventions there are. Their order is the contract, not the spelling
//! of their members.
//!
//! A table that an extension fills is read as [`DOT11EXT_IHV_HANDLERS`], whose members are `Option`s:
//! NULL is a possible value until it has been refused.

macro_rules! table {
    ($abi:literal $(#[$doc:meta])* $table:ident { $($(#[$member_doc:meta])* $member:ident: $name:ident = fn($($arg:ident: $ty:ty),*) $(-> $ret:ty)?;)* }) => {
        $(
            #[doc = concat!("Type of `", stringify!($member), "`; NULL is `None`.")]
            pub type $name = Option<unsafe extern $abi fn($($arg: $ty),*) $(-> $ret)?>;
        )*

        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        #[repr(C)]
        pub struct $table {
            $($(#[$member_doc])* pub $member: $name,)*
        }

        impl $table {
            /// Names of the members, in their order.
            pub const MEMBERS: &[&str] = &[$(stringify!($member)),*];

            /// The first member that is NULL.
            #[must_use]
            pub fn first_null(&self) -> Option<&'static str> {
                $(if self.$member.is_none() { return Some(stringify!($member)); })*
                None
            }
        }
    };
}

/// All of them in one convention.
macro_rules! tables {
    ($abi:literal) => {
        use core::ffi::c_void;

        use super::super::structs::*;

        table! { $abi
            /// `DOT11EXT_APIS`: what an extension may call. 22 pointers. All but `FreeBuffer` return a Win32
            /// code.
            DOT11EXT_APIS {
                /// Memory shared with the system; erased when it is freed.
                Dot11ExtAllocateBuffer: DOT11EXT_ALLOCATE_BUFFER = fn(dwByteCount: u32, ppvBuffer: *mut *mut c_void) -> u32;
                /// NULL is harmless.
                Dot11ExtFreeBuffer: DOT11EXT_FREE_BUFFER = fn(pvMemory: *mut c_void);
                /// Keeps bytes for a user and the current profile.
                Dot11ExtSetProfileCustomUserData: DOT11EXT_SET_PROFILE_CUSTOM_USER_DATA = fn(hDot11SvcHandle: HANDLE, hConnectSession: HANDLE, dwSessionID: u32, dwDataSize: u32, pvData: *const c_void) -> u32;
                /// Gets them back; to be freed by the extension.
                Dot11ExtGetProfileCustomUserData: DOT11EXT_GET_PROFILE_CUSTOM_USER_DATA = fn(hDot11SvcHandle: HANDLE, hConnectSession: HANDLE, dwSessionID: u32, pdwDataSize: *mut u32, ppvData: *mut *mut c_void) -> u32;
                /// Replaces the vendor's fragments of the current profile.
                Dot11ExtSetCurrentProfile: DOT11EXT_SET_CURRENT_PROFILE = fn(hDot11SvcHandle: HANDLE, hConnectSession: HANDLE, pIhvConnProfile: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE, pIhvSecProfile: *const DOT11EXT_IHV_SECURITY_PROFILE) -> u32;
                /// Shows a page to a user.
                Dot11ExtSendUIRequest: DOT11EXT_SEND_UI_REQUEST = fn(hDot11SvcHandle: HANDLE, pIhvUIRequest: *const DOT11EXT_IHV_UI_REQUEST) -> u32;
                /// Ends a pre-association.
                Dot11ExtPreAssociateCompletion: DOT11EXT_PRE_ASSOCIATE_COMPLETION = fn(hDot11SvcHandle: HANDLE, hConnectSession: HANDLE, dwReasonCode: u32, dwWin32Error: u32) -> u32;
                /// Ends a post-association, or says how the port is now.
                Dot11ExtPostAssociateCompletion: DOT11EXT_POST_ASSOCIATE_COMPLETION = fn(hDot11SvcHandle: HANDLE, hSecuritySessionID: HANDLE, pPeer: *const DOT11_MAC_ADDRESS, dwReasonCode: u32, dwWin32Error: u32) -> u32;
                /// Tells the clients of the service.
                Dot11ExtSendNotification: DOT11EXT_SEND_NOTIFICATION = fn(hDot11SvcHandle: HANDLE, pNotificationData: *const L2_NOTIFICATION_DATA) -> u32;
                /// Sends a frame of the vendor's protocol to a peer.
                Dot11ExtSendPacket: DOT11EXT_SEND_PACKET = fn(hDot11SvcHandle: HANDLE, uPacketLen: u32, pvPacket: *const c_void, hSendCompletion: HANDLE) -> u32;
                /// Which EtherTypes come to the extension, and which may be in clear.
                Dot11ExtSetEtherTypeHandling: DOT11EXT_SET_ETHERTYPE_HANDLING = fn(hDot11SvcHandle: HANDLE, uMaxBackLog: u32, uNumOfExemption: u32, pExemption: *const DOT11_PRIVACY_EXEMPTION, uNumOfRegistration: u32, pusRegistration: *const u16) -> u32;
                /// How to authenticate.
                Dot11ExtSetAuthAlgorithm: DOT11EXT_SET_AUTH_ALGORITHM = fn(hDot11SvcHandle: HANDLE, dwAuthAlgo: u32) -> u32;
                /// Cipher of unicast frames.
                Dot11ExtSetUnicastCipherAlgorithm: DOT11EXT_SET_UNICAST_CIPHER_ALGORITHM = fn(hDot11SvcHandle: HANDLE, dwUnicastCipherAlgo: u32) -> u32;
                /// Cipher of group frames.
                Dot11ExtSetMulticastCipherAlgorithm: DOT11EXT_SET_MULTICAST_CIPHER_ALGORITHM = fn(hDot11SvcHandle: HANDLE, dwMulticastCipherAlgo: u32) -> u32;
                /// Sets or deletes a default key.
                Dot11ExtSetDefaultKey: DOT11EXT_SET_DEFAULT_KEY = fn(hDot11SvcHandle: HANDLE, pKey: *const DOT11_CIPHER_DEFAULT_KEY_VALUE, dot11Direction: DOT11_DIRECTION) -> u32;
                /// Sets or deletes a key-mapping key.
                Dot11ExtSetKeyMappingKey: DOT11EXT_SET_KEY_MAPPING_KEY = fn(hDot11SvcHandle: HANDLE, pKey: *const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE) -> u32;
                /// Which default key protects sent frames.
                Dot11ExtSetDefaultKeyId: DOT11EXT_SET_DEFAULT_KEY_ID = fn(hDot11SvcHandle: HANDLE, uDefaultKeyId: u32) -> u32;
                /// A request to the vendor's own driver.
                Dot11ExtNicSpecificExtension: DOT11EXT_NIC_SPECIFIC_EXTENSION = fn(hDot11SvcHandle: HANDLE, dwInBufferSize: u32, pvInBuffer: *const c_void, pdwOutBufferSize: *mut u32, pvOutBuffer: *mut c_void) -> u32;
                /// Whether unicast frames in clear are dropped.
                Dot11ExtSetExcludeUnencrypted: DOT11EXT_SET_EXCLUDE_UNENCRYPTED = fn(hDot11SvcHandle: HANDLE, bExcludeUnencrypted: BOOL) -> u32;
                /// Lets the system's 802.1X begin.
                Dot11ExtStartOneX: DOT11EXT_ONEX_START = fn(hDot11SvcHandle: HANDLE, pEapAttributes: *const c_void) -> u32;
                /// Ends it.
                Dot11ExtStopOneX: DOT11EXT_ONEX_STOP = fn(hDot11SvcHandle: HANDLE) -> u32;
                /// Hands it a packet (`Dot11ExtProcessOneXPacket` in the documentation).
                Dot11ExtProcessSecurityPacket: DOT11EXT_PROCESS_ONEX_PACKET = fn(hDot11SvcHandle: HANDLE, dwInPacketSize: u32, pvInPacket: *const c_void) -> u32;
            }
        }

        table! { $abi
            /// `DOT11EXT_VIRTUAL_STATION_APIS`. 4 pointers.
            DOT11EXT_VIRTUAL_STATION_APIS {
                /// Asks for a virtual station.
                Dot11ExtRequestVirtualStation: DOT11EXT_REQUEST_VIRTUAL_STATION = fn(hDot11PrimaryHandle: HANDLE, pvReserved: *const c_void) -> u32;
                /// Gives it back.
                Dot11ExtReleaseVirtualStation: DOT11EXT_RELEASE_VIRTUAL_STATION = fn(hDot11PrimaryHandle: HANDLE, pvReserved: *const c_void) -> u32;
                /// Whether an adapter is one.
                Dot11ExtQueryVirtualStationProperties: DOT11EXT_QUERY_VIRTUAL_STATION_PROPERTIES = fn(hDot11SvcHandle: HANDLE, pbIsVirtualStation: *mut BOOL, pgPrimary: *mut GUID, pvReserved: *const c_void) -> u32;
                /// How it connects.
                Dot11ExtSetVirtualStationAPProperties: DOT11EXT_SET_VIRTUAL_STATION_AP_PROPERTIES = fn(hDot11SvcHandle: HANDLE, hConnectSession: HANDLE, dwNumProperties: u32, pProperties: *const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, pvReserved: *const c_void) -> u32;
            }
        }

        table! { $abi
            /// `DOT11EXT_IHV_HANDLERS`: what the host calls. 19 pointers, none of them NULL.
            DOT11EXT_IHV_HANDLERS {
                /// The last call of all.
                Dot11ExtIhvDeinitService: DOT11EXTIHV_DEINIT_SERVICE = fn();
                /// An adapter arrives.
                Dot11ExtIhvInitAdapter: DOT11EXTIHV_INIT_ADAPTER = fn(pDot11Adapter: *const DOT11_ADAPTER, hDot11SvcHandle: HANDLE, phIhvExtAdapter: *mut HANDLE) -> u32;
                /// It is gone.
                Dot11ExtIhvDeinitAdapter: DOT11EXTIHV_DEINIT_ADAPTER = fn(hIhvExtAdapter: HANDLE);
                /// A connection begins.
                Dot11ExtIhvPerformPreAssociate: DOT11EXTIHV_PERFORM_PRE_ASSOCIATE = fn(hIhvExtAdapter: HANDLE, hConnectSession: HANDLE, pIhvProfileParams: *const DOT11EXT_IHV_PROFILE_PARAMS, pIhvConnProfile: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE, pIhvSecProfile: *const DOT11EXT_IHV_SECURITY_PROFILE, pConnectableBssid: *const DOT11_BSS_LIST, pdwReasonCode: *mut u32) -> u32;
                /// Back to how it was after `InitAdapter`.
                Dot11ExtIhvAdapterReset: DOT11EXTIHV_ADAPTER_RESET = fn(hIhvExtAdapter: HANDLE) -> u32;
                /// An association is complete; a port exists.
                Dot11ExtIhvPerformPostAssociate: DOT11EXTIHV_PERFORM_POST_ASSOCIATE = fn(hIhvExtAdapter: HANDLE, hSecuritySessionID: HANDLE, pPortState: *const DOT11_PORT_STATE, uDot11AssocParamsBytes: u32, pDot11AssocParams: *const DOT11_ASSOCIATION_COMPLETION_PARAMETERS) -> u32;
                /// The port is gone.
                Dot11ExtIhvStopPostAssociate: DOT11EXTIHV_STOP_POST_ASSOCIATE = fn(hIhvExtAdapter: HANDLE, pPeer: *const DOT11_MAC_ADDRESS, dot11AssocStatus: u32) -> u32;
                /// Whether a profile makes sense.
                Dot11ExtIhvValidateProfile: DOT11EXTIHV_VALIDATE_PROFILE = fn(hIhvExtAdapter: HANDLE, pIhvProfileParams: *const DOT11EXT_IHV_PROFILE_PARAMS, pIhvConnProfile: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE, pIhvSecProfile: *const DOT11EXT_IHV_SECURITY_PROFILE, pdwReasonCode: *mut u32) -> u32;
                /// Whether a network goes with a profile.
                Dot11ExtIhvPerformCapabilityMatch: DOT11EXTIHV_PERFORM_CAPABILITY_MATCH = fn(hIhvExtAdapter: HANDLE, pIhvProfileParams: *const DOT11EXT_IHV_PROFILE_PARAMS, pIhvConnProfile: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE, pIhvSecProfile: *const DOT11EXT_IHV_SECURITY_PROFILE, pConnectableBssid: *const DOT11_BSS_LIST, pdwReasonCode: *mut u32) -> u32;
                /// Profiles for a network that has none.
                Dot11ExtIhvCreateDiscoveryProfiles: DOT11EXTIHV_CREATE_DISCOVERY_PROFILES = fn(hIhvExtAdapter: HANDLE, bInsecure: BOOL, pIhvProfileParams: *const DOT11EXT_IHV_PROFILE_PARAMS, pConnectableBssid: *const DOT11_BSS_LIST, pIhvDiscoveryProfileList: *mut DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, pdwReasonCode: *mut u32) -> u32;
                /// A user came or went.
                Dot11ExtIhvProcessSessionChange: DOT11EXTIHV_PROCESS_SESSION_CHANGE = fn(uEventType: u32, pSessionNotification: *const WTSSESSION_NOTIFICATION) -> u32;
                /// The driver indicates something.
                Dot11ExtIhvReceiveIndication: DOT11EXTIHV_RECEIVE_INDICATION = fn(hIhvExtAdapter: HANDLE, indicationType: i32, uBufferLength: u32, pvBuffer: *const c_void) -> u32;
                /// A frame of a registered EtherType.
                Dot11ExtIhvReceivePacket: DOT11EXTIHV_RECEIVE_PACKET = fn(hIhvExtAdapter: HANDLE, dwInBufferSize: u32, pvInBuffer: *const c_void) -> u32;
                /// A sent frame may be freed.
                Dot11ExtIhvSendPacketCompletion: DOT11EXTIHV_SEND_PACKET_COMPLETION = fn(hSendCompletion: HANDLE) -> u32;
                /// Whether a request is still needed.
                Dot11ExtIhvIsUIRequestPending: DOT11EXTIHV_IS_UI_REQUEST_PENDING = fn(guidUIRequest: GUID, pbIsRequestPending: *mut BOOL) -> u32;
                /// The user has answered.
                Dot11ExtIhvProcessUIResponse: DOT11EXTIHV_PROCESS_UI_RESPONSE = fn(guidUIRequest: GUID, dwByteCount: u32, pvResponseBuffer: *const c_void) -> u32;
                /// Whether the extension has a request for this phase.
                Dot11ExtIhvQueryUIRequest: DOT11EXTIHV_QUERY_UI_REQUEST = fn(hIhvExtAdapter: HANDLE, connectionPhase: i32, ppIhvUIRequest: *mut *mut DOT11EXT_IHV_UI_REQUEST) -> u32;
                /// How the system's 802.1X ended.
                Dot11ExtIhvOnexIndicateResult: DOT11EXTIHV_ONEX_INDICATE_RESULT = fn(hIhvExtAdapter: HANDLE, msOneXResult: i32, pDot11MsOneXResultParams: *const DOT11_MSONEX_RESULT_PARAMS) -> u32;
                /// A client's request to the extension.
                Dot11ExtIhvControl: DOT11EXTIHV_CONTROL = fn(hIhvExtAdapter: HANDLE, dwInBufferSize: u32, pInBuffer: *const u8, dwOutBufferSize: u32, pOutBuffer: *mut u8, pdwBytesReturned: *mut u32) -> u32;
            }
        }

        /// `Dot11ExtIhvGetVersionInfo`: an export that must be there.
        pub type DOT11EXTIHV_GET_VERSION_INFO =
            unsafe extern $abi fn(pDot11IHVVersionInfo: *mut DOT11_IHV_VERSION_INFO) -> u32;
        /// `Dot11ExtIhvInitService`: an export that must be there.
        pub type DOT11EXTIHV_INIT_SERVICE = unsafe extern $abi fn(
            dwVerNumUsed: u32,
            pDot11ExtAPI: *const DOT11EXT_APIS,
            pvReserved: *const c_void,
            pDot11IHVHandlers: *mut DOT11EXT_IHV_HANDLERS,
        ) -> u32;
        /// `Dot11ExtIhvInitVirtualStation`: an export that may be there.
        pub type DOT11EXTIHV_INIT_VIRTUAL_STATION = unsafe extern $abi fn(
            pDot11ExtVSAPI: *const DOT11EXT_VIRTUAL_STATION_APIS,
            pvReserved: *const c_void,
        ) -> u32;
    };
}

pub(super) mod native {
    tables!("C");
}

#[cfg(target_arch = "x86_64")]
pub(super) mod windows {
    tables!("win64");
}
