//! A station of the past: it has the rates of 802.11b only, long preambles and the long slot time. No
//! driver of today can be told to be one, so its frames are made by hand. It has no key and is sent away
//! again by a network that wants one.

use std::io::Read as _;
use std::time::Duration;

use dot11::element::Rsne;
use dot11::frame::{
    AuthenticationAlgorithm, CapabilityInfo, ManagementAddresses, ManagementBuilder,
    SequenceControl, write_sequence_control,
};
use dot11::{MacAddr, ReasonCode, StatusCode};
use rustix::net::{SendFlags, send};

use crate::Failure;
use crate::netlink::packet_socket;

/// A header without fields, as a program writes it that has nothing to say.
const RADIOTAP: [u8; 8] = [0, 0, 8, 0, 0, 0, 0, 0];
const RATES: [u8; 4] = [2, 4, 11, 22];
/// An access point answers in less.
const ANSWER: Duration = Duration::from_millis(300);

/// Associates, says so on standard output, and leaves when standard input ends. The monitor must be an
/// active one: its radio acknowledges what is sent to its address, which is `own`.
pub(crate) fn run(
    monitor: &str,
    ssid: &str,
    (bssid, own): (MacAddr, MacAddr),
) -> Result<(), Failure> {
    let path = format!("/sys/class/net/{monitor}/ifindex");
    let ifindex = std::fs::read_to_string(path)?.trim().parse()?;
    // What comes in does not matter: any type will do.
    let socket = packet_socket(ifindex, 0x88b5)?;
    let mut number = 0;
    let mut say = |mut frame: Vec<u8>| -> Result<(), Failure> {
        number += 1;
        write_sequence_control(&mut frame, SequenceControl::new(number, 0));
        send(
            &socket,
            &[&RADIOTAP[..], &frame].concat(),
            SendFlags::empty(),
        )?;
        std::thread::sleep(ANSWER);
        Ok(())
    };
    let up = ManagementAddresses::to_ap(bssid, own);
    let (open, success) = (AuthenticationAlgorithm::OPEN_SYSTEM, StatusCode::SUCCESS);
    say(ManagementBuilder::authentication(up, open, 1, success).finish())?;
    let capability = CapabilityInfo(CapabilityInfo::ESS | CapabilityInfo::PRIVACY);
    let rsne = Rsne::wpa2_personal();
    let request =
        ManagementBuilder::association_request(up, capability, 10, None).with(|elements| {
            elements.ssid(ssid.as_bytes()).rates(&RATES);
            let _ = elements.rsne(&rsne);
        });
    say(request.finish())?;
    println!("asked");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let reason = ReasonCode::LEAVING_NETWORK_DEAUTH;
    say(ManagementBuilder::deauthentication(up, reason).finish())
}
