//! A program as they are written in Rust, with the bindings of `windows-sys`. Its arguments are none; the
//! service is there already.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use windows_sys::Win32::NetworkManagement::WiFi::*;

/// Says that a new state came, from a thread this program did not start.
unsafe extern "system" fn told(data: *mut L2_NOTIFICATION_DATA, context: *mut c_void) {
    let (data, sender) = unsafe { (&*data, &*context.cast::<Sender<i32>>()) };
    if data.NotificationCode == wlan_hosted_network_state_change as u32 {
        let change = unsafe { &*data.pData.cast::<WLAN_HOSTED_NETWORK_STATE_CHANGE>() };
        let _ = sender.send(change.NewState);
    }
}

fn check(what: &str, code: u32) {
    assert_eq!(code, 0, "{what}");
    println!("ok      {what}");
}

fn main() {
    let (sender, states) = channel::<i32>();
    let mut handle = null_mut();
    let mut version = 0;
    let mut reason = -1;
    let key = b"come as you are\0";
    unsafe {
        check("open", WlanOpenHandle(2, null(), &mut version, &mut handle));
        check(
            "settings",
            WlanHostedNetworkInitSettings(handle, &mut reason, null()),
        );
        check(
            "key",
            WlanHostedNetworkSetSecondaryKey(handle, 16, key.as_ptr(), 1, 1, &mut reason, null()),
        );
        check(
            "register",
            WlanRegisterNotification(
                handle,
                WLAN_NOTIFICATION_SOURCE_HNWK,
                0,
                Some(told),
                (&raw const sender).cast(),
                null(),
                null_mut(),
            ),
        );
        check(
            "start",
            WlanHostedNetworkStartUsing(handle, &mut reason, null()),
        );
        let state = states.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(state, wlan_hosted_network_active);
        println!("ok      the start is told");
        let mut status = null_mut();
        check(
            "status",
            WlanHostedNetworkQueryStatus(handle, &mut status, null()),
        );
        assert_eq!((*status).HostedNetworkState, wlan_hosted_network_active);
        WlanFreeMemory(status.cast());
        check(
            "stop",
            WlanHostedNetworkStopUsing(handle, &mut reason, null()),
        );
        check("close", WlanCloseHandle(handle, null()));
    }
}
