//! The Hosted Network in the words of the `windows-sys` crate: nothing here is about Linux.
//!
//! ```text
//! hosted-network-windows-sys status     state and stations
//! hosted-network-windows-sys key        set the passphrase read from standard input
//! hosted-network-windows-sys host       hold the network up until Enter, tell what happens
//! ```

#![expect(
    non_upper_case_globals,
    reason = "the names of the Windows headers"
)]

use std::ffi::c_void;
use std::io::{self, BufRead as _};
use std::process::ExitCode;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, HANDLE};
use windows_sys::Win32::NetworkManagement::WiFi::*;
use windows_sys::core::BOOL;

const TRUE: BOOL = 1;

/// The function and its code.
type Failure = (&'static str, u32, WLAN_HOSTED_NETWORK_REASON);

fn check(function: &'static str, code: u32, reason: i32) -> Result<(), Failure> {
    if code == ERROR_SUCCESS {
        Ok(())
    } else {
        Err((function, code, reason))
    }
}

/// A client handle.
struct Client(HANDLE);

impl Client {
    fn open() -> Result<Self, Failure> {
        let (mut version, mut handle) = (0, null_mut());
        // SAFETY: both outputs are valid.
        let code = unsafe { WlanOpenHandle(WLAN_API_VERSION, null(), &mut version, &mut handle) };
        check("WlanOpenHandle", code, 0)?;
        Ok(Self(handle))
    }

    fn set_key(&self, passphrase: &str) -> Result<(), Failure> {
        let mut key = passphrase.as_bytes().to_vec();
        key.push(0); // counted
        let mut reason = 0;
        // SAFETY: the key has the length that is passed.
        let code = unsafe {
            WlanHostedNetworkSetSecondaryKey(
                self.0,
                key.len() as u32,
                key.as_ptr(),
                TRUE,
                TRUE,
                &mut reason,
                null(),
            )
        };
        check("WlanHostedNetworkSetSecondaryKey", code, reason)
    }

    fn start_using(&self) -> Result<(), Failure> {
        let mut reason = 0;
        // SAFETY: the handle is open.
        let code = unsafe { WlanHostedNetworkInitSettings(self.0, &mut reason, null()) };
        check("WlanHostedNetworkInitSettings", code, reason)?;
        // SAFETY: the handle is open.
        let code = unsafe { WlanHostedNetworkStartUsing(self.0, &mut reason, null()) };
        check("WlanHostedNetworkStartUsing", code, reason)
    }

    /// The state, and the stations.
    fn status(&self) -> Result<(WLAN_HOSTED_NETWORK_STATE, Vec<[u8; 6]>), Failure> {
        let mut status: *mut WLAN_HOSTED_NETWORK_STATUS = null_mut();
        // SAFETY: the output is valid.
        let code = unsafe { WlanHostedNetworkQueryStatus(self.0, &mut status, null()) };
        check("WlanHostedNetworkQueryStatus", code, 0)?;
        // SAFETY: on success it points to a status with as many peers as it says.
        let found = unsafe {
            let peers = (&raw const (*status).PeerList).cast::<WLAN_HOSTED_NETWORK_PEER_STATE>();
            let peers = std::slice::from_raw_parts(peers, (*status).dwNumberOfPeers as usize);
            let macs = peers.iter().map(|peer| peer.PeerMacAddress).collect();
            ((*status).HostedNetworkState, macs)
        };
        // SAFETY: it is the library's, and nothing points into it any more.
        unsafe { WlanFreeMemory(status.cast::<c_void>()) };
        Ok(found)
    }

    fn listen(&self) -> Result<(), Failure> {
        // SAFETY: the callback is a function and needs no context.
        let code = unsafe {
            WlanRegisterNotification(
                self.0,
                WLAN_NOTIFICATION_SOURCE_HNWK,
                TRUE,
                Some(on_notification),
                null(),
                null(),
                null_mut(),
            )
        };
        check("WlanRegisterNotification", code, 0)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: the handle is open.
        unsafe { WlanCloseHandle(self.0, null()) };
    }
}

unsafe extern "system" fn on_notification(what: *mut L2_NOTIFICATION_DATA, _: *mut c_void) {
    // SAFETY: the data is valid during the call.
    let what = unsafe { &*what };
    if what.NotificationSource != WLAN_NOTIFICATION_SOURCE_HNWK {
        return;
    }
    match what.NotificationCode as i32 {
        wlan_hosted_network_state_change => {
            // SAFETY: this is what a code of this source points to.
            let change = unsafe { &*what.pData.cast::<WLAN_HOSTED_NETWORK_STATE_CHANGE>() };
            println!(
                "state: {} -> {} (reason {})",
                change.OldState, change.NewState, change.StateChangeReason
            );
        }
        wlan_hosted_network_peer_state_change => {
            // SAFETY: as above.
            let change = unsafe {
                &*what
                    .pData
                    .cast::<WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE>()
            };
            println!(
                "{} {} (reason {})",
                mac_text(&change.NewState.PeerMacAddress),
                match change.NewState.PeerAuthState {
                    wlan_hosted_network_peer_state_authenticated => "joined",
                    _ => "left",
                },
                change.PeerStateChangeReason
            );
        }
        _ => {}
    }
}

fn mac_text(mac: &[u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

fn line() -> String {
    io::stdin()
        .lock()
        .lines()
        .next()
        .and_then(Result::ok)
        .unwrap_or_default()
}

fn run(word: &str) -> Result<(), Failure> {
    let client = Client::open()?;
    match word {
        "key" => {
            client.set_key(&line())?;
            println!("The secondary key is set.");
        }
        "host" => {
            client.listen()?;
            client.start_using()?;
            line();
        }
        _ => {
            let (state, peers) = client.status()?;
            println!("state {state}, {} stations", peers.len());
            for mac in peers {
                println!("{}", mac_text(&mac));
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let word = std::env::args().nth(1).unwrap_or_default();
    match run(&word) {
        Ok(()) => ExitCode::SUCCESS,
        Err((function, code, reason)) => {
            eprintln!("{function}: error {code}, reason {reason}");
            ExitCode::FAILURE
        }
    }
}
