//! Numbers of Windows that several rooms need.

use wlan_model::Win32Error;

/// `DOT11_BSS_TYPE` of a network with an access point.
pub(crate) const INFRASTRUCTURE: i32 = 1;
/// `DOT11_ASSOC_STATUS_RADIO_OFF`.
pub(crate) const RADIO_OFF: u32 = 3;
/// `DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS`.
pub(crate) const BY_OS: u32 = 7;
/// `DOT11_ASSOC_STATUS_DISASSOCIATED_BY_RESET`.
pub(crate) const BY_RESET: u32 = 9;
/// ERROR_ALREADY_EXISTS: another extension has registered the EtherType.
pub(crate) const ALREADY_EXISTS: Win32Error = Win32Error(183);
/// ERROR_OPERATION_ABORTED: the adapter is gone.
pub(crate) const OPERATION_ABORTED: Win32Error = Win32Error(995);
