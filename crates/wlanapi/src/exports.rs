//! The exported functions: a calling convention around `api`, and a wall that no panic
//! passes.
//!
//! `exports!` below is the whole list. It is written for one calling convention at a time: that of C,
//! or Windows' own for programs under Wine.
//!
//! # Safety
//! Each function wants what its Microsoft page wants: every pointer NULL or good for what it is
//! for, during the call. NULLs, unaligned pointers and handles that are none are answered with the
//! documented codes.

#![expect(unsafe_code, reason = "functions of a C library")]
#![expect(non_snake_case, reason = "the names of the Windows headers")]
#![expect(clippy::missing_safety_doc, reason = "said once for all of them above")]

use core::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wlan_model::Win32Error;
use wlan_rpc::Call;

use crate::api;
use crate::api::hosted_network::{KeyArguments, KeyResults};
use crate::api::interface::ValueResults;
use crate::api::property::PropertyResults;
use crate::delivery::Callback;
use crate::host;
use crate::memory::{self, Out};
use crate::types::*;

/// Runs the body of a function. A panic is a mistake of ours: the caller gets ERROR_GEN_FAILURE, and
/// what he passed is as it was. So is it in a process that is ending.
fn guarded(body: impl FnOnce() -> u32) -> u32 {
    if host::is_ending() {
        return Win32Error::SERVICE_NOT_ACTIVE.0;
    }
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(Win32Error::GEN_FAILURE.0)
}

/// The functions in one calling convention.
macro_rules! exports {
    ($abi:literal) => {
        /// `WLAN_NOTIFICATION_CALLBACK`.
        type NotificationCallback =
            Option<unsafe extern $abi fn(*mut WLAN_NOTIFICATION_DATA, *mut c_void)>;

        unsafe fn invoke(
            function: *const c_void,
            data: *mut WLAN_NOTIFICATION_DATA,
            context: *mut c_void,
        ) {
            type Function = unsafe extern $abi fn(*mut WLAN_NOTIFICATION_DATA, *mut c_void);
            // SAFETY: made from such a function, which was not NULL, by WlanRegisterNotification.
            let function = unsafe { core::mem::transmute::<*const c_void, Function>(function) };
            // SAFETY: whoever registered it said that it may be called like this.
            unsafe { function(data, context) }
        }

        exports! { @functions $abi
            /// Opens a handle (`nf-wlanapi-wlanopenhandle`).
            ///
            /// 87, 8, 50 for an unknown version, 1062 without a service, 1220 beyond the number of
            /// handles the service or the process has room for.
            fn WlanOpenHandle(
                dwClientVersion: u32,
                pReserved: *const c_void,
                pdwNegotiatedVersion: *mut u32,
                phClientHandle: *mut HANDLE,
            ) => api::handle::open(
                dwClientVersion,
                pReserved,
                Out::new(pdwNegotiatedVersion),
                Out::new(phClientHandle),
            );

            /// Closes a handle and undoes what it holds (`nf-wlanapi-wlanclosehandle`). Waits for a
            /// callback in progress, unless called from it.
            fn WlanCloseHandle(hClientHandle: HANDLE, pReserved: *const c_void) =>
                api::handle::close(hClientHandle, pReserved);

            /// Lists station interfaces (`nf-wlanapi-wlanenuminterfaces`).
            fn WlanEnumInterfaces(
                hClientHandle: HANDLE,
                pReserved: *const c_void,
                ppInterfaceList: *mut *mut WLAN_INTERFACE_INFO_LIST,
            ) => api::interface::enumerate(hClientHandle, pReserved, Out::new(ppInterfaceList));

            /// Asks for a value of an interface (`nf-wlanapi-wlanqueryinterface`).
            fn WlanQueryInterface(
                hClientHandle: HANDLE,
                pInterfaceGuid: *const GUID,
                OpCode: WLAN_INTF_OPCODE,
                pReserved: *const c_void,
                pdwDataSize: *mut u32,
                ppData: *mut *mut c_void,
                pWlanOpcodeValueType: *mut WLAN_OPCODE_VALUE_TYPE,
            ) => api::interface::query(hClientHandle, pInterfaceGuid, OpCode, pReserved, ValueResults {
                size: Out::new(pdwDataSize),
                data: Out::new(ppData),
                value_type: Out::new(pWlanOpcodeValueType),
            });

            /// Sets a value of an interface (`nf-wlanapi-wlansetinterface`).
            fn WlanSetInterface(
                hClientHandle: HANDLE,
                pInterfaceGuid: *const GUID,
                OpCode: WLAN_INTF_OPCODE,
                dwDataSize: u32,
                pData: *const c_void,
                pReserved: *const c_void,
            ) => api::interface::set(
                hClientHandle,
                pInterfaceGuid,
                OpCode,
                (dwDataSize, pData),
                pReserved,
            );

            /// Registers for notifications (`nf-wlanapi-wlanregisternotification`).
            fn WlanRegisterNotification(
                hClientHandle: HANDLE,
                dwNotifSource: u32,
                bIgnoreDuplicate: BOOL,
                funcCallback: NotificationCallback,
                pCallbackContext: *mut c_void,
                pReserved: *const c_void,
                pdwPrevNotifSource: *mut u32,
            ) => api::notification::register(
                hClientHandle,
                dwNotifSource,
                bIgnoreDuplicate,
                Callback {
                    function: funcCallback.map_or(core::ptr::null(), |f| f as *const c_void),
                    context: pCallbackContext,
                    invoke,
                },
                pReserved,
                Out::new(pdwPrevNotifSource),
            );

            /// Turns notifications of virtual stations on or off
            /// (`nf-wlanapi-wlanregistervirtualstationnotification`).
            fn WlanRegisterVirtualStationNotification(
                hClientHandle: HANDLE,
                bRegister: BOOL,
                pReserved: *const c_void,
            ) => api::notification::register_virtual_station(hClientHandle, bRegister, pReserved);

            /// Describes a `WLAN_REASON_CODE` (`nf-wlanapi-wlanreasoncodetostring`), in words of
            /// our own.
            fn WlanReasonCodeToString(
                dwReasonCode: u32,
                dwBufferSize: u32,
                pStringBuffer: *mut u16,
                pReserved: *const c_void,
            ) => api::reason_code::to_string(dwReasonCode, dwBufferSize, pStringBuffer, pReserved);

            /// Makes the settings of a new network
            /// (`nf-wlanapi-wlanhostednetworkinitsettings`).
            fn WlanHostedNetworkInitSettings(
                hClientHandle: HANDLE,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::plain(
                Call::InitSettings, hClientHandle, Out::new(pFailReason), pvReserved,
            );

            /// Asks for a property (`nf-wlanapi-wlanhostednetworkqueryproperty`).
            fn WlanHostedNetworkQueryProperty(
                hClientHandle: HANDLE,
                OpCode: WLAN_HOSTED_NETWORK_OPCODE,
                pdwDataSize: *mut u32,
                ppvData: *mut *mut c_void,
                pWlanOpcodeValueType: *mut WLAN_OPCODE_VALUE_TYPE,
                pvReserved: *const c_void,
            ) => api::property::query(
                hClientHandle,
                OpCode,
                PropertyResults {
                    size: Out::new(pdwDataSize),
                    data: Out::new(ppvData),
                    value_type: Out::new(pWlanOpcodeValueType),
                },
                pvReserved,
            );

            /// Sets a property (`nf-wlanapi-wlanhostednetworksetproperty`); a running network goes
            /// to idle.
            fn WlanHostedNetworkSetProperty(
                hClientHandle: HANDLE,
                OpCode: WLAN_HOSTED_NETWORK_OPCODE,
                dwDataSize: u32,
                pvData: *const c_void,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::property::set(
                hClientHandle,
                OpCode,
                (dwDataSize, pvData),
                Out::new(pFailReason),
                pvReserved,
            );

            /// Sets or removes the secondary key
            /// (`nf-wlanapi-wlanhostednetworksetsecondarykey`); nobody who is connected is
            /// disturbed.
            fn WlanHostedNetworkSetSecondaryKey(
                hClientHandle: HANDLE,
                dwKeyLength: u32,
                pucKeyData: *const u8,
                bIsPassPhrase: BOOL,
                bPersistent: BOOL,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::set_secondary_key(
                hClientHandle,
                KeyArguments {
                    len: dwKeyLength,
                    data: pucKeyData,
                    is_passphrase: bIsPassPhrase,
                    persistent: bPersistent,
                },
                Out::new(pFailReason),
                pvReserved,
            );

            /// Reads the secondary key (`nf-wlanapi-wlanhostednetworkquerysecondarykey`).
            fn WlanHostedNetworkQuerySecondaryKey(
                hClientHandle: HANDLE,
                pdwKeyLength: *mut u32,
                ppucKeyData: *mut *mut u8,
                pbIsPassPhrase: *mut BOOL,
                pbPersistent: *mut BOOL,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::query_secondary_key(
                hClientHandle,
                KeyResults {
                    len: Out::new(pdwKeyLength),
                    data: Out::new(ppucKeyData),
                    is_passphrase: Out::new(pbIsPassPhrase),
                    persistent: Out::new(pbPersistent),
                },
                Out::new(pFailReason),
                pvReserved,
            );

            /// Makes a new primary key
            /// (`nf-wlanapi-wlanhostednetworkrefreshsecuritysettings`); a running network goes to
            /// idle.
            fn WlanHostedNetworkRefreshSecuritySettings(
                hClientHandle: HANDLE,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::plain(
                Call::RefreshSecuritySettings, hClientHandle, Out::new(pFailReason), pvReserved,
            );

            /// Takes a reference on the network (`nf-wlanapi-wlanhostednetworkstartusing`).
            fn WlanHostedNetworkStartUsing(
                hClientHandle: HANDLE,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::plain(
                Call::StartUsing, hClientHandle, Out::new(pFailReason), pvReserved,
            );

            /// Gives a reference back (`nf-wlanapi-wlanhostednetworkstopusing`).
            fn WlanHostedNetworkStopUsing(
                hClientHandle: HANDLE,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::plain(
                Call::StopUsing, hClientHandle, Out::new(pFailReason), pvReserved,
            );

            /// Starts the network for good (`nf-wlanapi-wlanhostednetworkforcestart`).
            fn WlanHostedNetworkForceStart(
                hClientHandle: HANDLE,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::plain(
                Call::ForceStart, hClientHandle, Out::new(pFailReason), pvReserved,
            );

            /// Stops the network whoever uses it (`nf-wlanapi-wlanhostednetworkforcestop`).
            fn WlanHostedNetworkForceStop(
                hClientHandle: HANDLE,
                pFailReason: *mut WLAN_HOSTED_NETWORK_REASON,
                pvReserved: *const c_void,
            ) => api::hosted_network::plain(
                Call::ForceStop, hClientHandle, Out::new(pFailReason), pvReserved,
            );

            /// Asks for state and peers (`nf-wlanapi-wlanhostednetworkquerystatus`).
            fn WlanHostedNetworkQueryStatus(
                hClientHandle: HANDLE,
                ppWlanHostedNetworkStatus: *mut *mut WLAN_HOSTED_NETWORK_STATUS,
                pvReserved: *const c_void,
            ) => api::hosted_network::query_status(
                hClientHandle, Out::new(ppWlanHostedNetworkStatus), pvReserved,
            );
        }

        /// Memory for results (`nf-wlanapi-wlanallocatememory`); NULL for want of it, or of a size.
        #[unsafe(no_mangle)]
        pub extern $abi fn WlanAllocateMemory(dwMemorySize: u32) -> *mut c_void {
            memory::allocate(dwMemorySize as usize)
        }

        /// Frees what the other functions gave (`nf-wlanapi-wlanfreememory`); NULL is nothing.
        #[unsafe(no_mangle)]
        pub unsafe extern $abi fn WlanFreeMemory(pMemory: *mut c_void) {
            // SAFETY: the caller passes what he got from us, once.
            unsafe { memory::free(pMemory) };
        }

        exports! { @absent $abi CALL_NOT_IMPLEMENTED
            "Exported by Windows without documentation: answers ERROR_CALL_NOT_IMPLEMENTED and \
             touches nothing.";
            WlanHostedNetworkHlpQueryEverUsed
            WlanHostedNetworkQueryWCNSettings
            WlanHostedNetworkSetWCNSettings
            WlanHostedNetworkFreeWCNSettings
        }

        exports! { @absent $abi NOT_SUPPORTED
            "There for programs that want it when they are loaded; not a matter of the Hosted \
             Network. Answers ERROR_NOT_SUPPORTED and touches nothing, so that in this convention \
             its arguments need not be named.";
            WFDCancelOpenSession
            WFDCloseHandle
            WFDCloseSession
            WFDOpenHandle
            WFDOpenLegacySession
            WFDStartOpenSession
            WFDUpdateDeviceVisibility
            WlanConnect
            WlanConnect2
            WlanDeleteProfile
            WlanDeviceServiceCommand
            WlanDisconnect
            WlanExtractPsdIEDataList
            WlanGetAvailableNetworkList
            WlanGetAvailableNetworkList2
            WlanGetFilterList
            WlanGetInterfaceCapability
            WlanGetNetworkBssList
            WlanGetProfile
            WlanGetProfileCustomUserData
            WlanGetProfileList
            WlanGetSecuritySettings
            WlanGetSupportedDeviceServices
            WlanIhvControl
            WlanQueryAutoConfigParameter
            WlanRegisterDeviceServiceNotification
            WlanRenameProfile
            WlanSaveTemporaryProfile
            WlanScan
            WlanSetAutoConfigParameter
            WlanSetFilterList
            WlanSetProfile
            WlanSetProfileCustomUserData
            WlanSetProfileEapUserData
            WlanSetProfileEapXmlUserData
            WlanSetProfileList
            WlanSetProfilePosition
            WlanSetPsdIEDataList
            WlanSetSecuritySettings
        }
    };

    (@functions $abi:literal $(
        $(#[$doc:meta])*
        fn $name:ident($($arg:ident: $type:ty),* $(,)?) => $body:expr;
    )*) => {$(
        $(#[$doc])*
        #[unsafe(no_mangle)]
        pub unsafe extern $abi fn $name($($arg: $type),*) -> u32 {
            guarded(|| {
                // SAFETY: the caller keeps to the function's page, see above.
                #[allow(unused_unsafe, reason = "some functions have no pointer")]
                unsafe { $body }
            })
        }
    )*};

    (@absent $abi:literal $code:ident $doc:literal; $($name:ident)*) => {$(
        #[doc = $doc]
        #[unsafe(no_mangle)]
        pub extern $abi fn $name() -> u32 {
            Win32Error::$code.0
        }
    )*};
}

#[cfg(not(wine))]
exports!("C");
#[cfg(wine)]
exports!("win64");

#[cfg(test)]
mod tests {
    #[test]
    fn no_panic_passes_the_wall() {
        assert_eq!(super::guarded(|| panic!("a mistake of ours")), 31);
    }
}
