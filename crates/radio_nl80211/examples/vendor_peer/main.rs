//! The other side of a vendor's extension, for the kernel tier: a station that speaks the handshake of
//! `examples/ihv`, and what a case needs to judge it.
//!
//! ```text
//! vendor_peer station IFACE SSID MHZ BSSID SECRET [KEYFILE]
//!     joins; says on standard output how far it is, writes the key as digits to KEYFILE, and takes
//!     commands from standard input: "bye", "start", "inject" (in clear, over mon-IFACE), "leave"
//! vendor_peer access-point IFACE SSID CHANNEL SECRET KEYFILE
//!     the radio alone, without the service: each way of a vendor's frame, key and port once
//! vendor_peer verify FILE.pcap BSSID PEER KEY
//!     which of the frames between the two were protected with the key
//! vendor_peer flood MONITOR BSSID PEER COUNT
//!     injects what looks like the vendor's, of strangers and in the peer's name, whole and broken
//! vendor_peer forge MONITOR departures|requests SSID BSSID PEER COUNT
//!     injects deauthentications and disassociations in both names, or association requests in the peer's
//! vendor_peer older MONITOR SSID BSSID OWN
//!     associates as a station with the rates of 802.11b only, until standard input ends
//! vendor_peer announced FILE.pcap BSSID beacon|probe-response
//!     what the last one of that network says, a line for each element
//! ```

mod access_point;
mod announced;
mod capture;
mod flood;
mod forge;
mod handshake;
mod netlink;
mod older;
mod station;

use std::process::ExitCode;

type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "\
usage: vendor_peer station IFACE SSID MHZ BSSID SECRET [KEYFILE]
       vendor_peer access-point IFACE SSID CHANNEL SECRET KEYFILE
       vendor_peer verify FILE.pcap BSSID PEER KEY
       vendor_peer flood MONITOR BSSID PEER COUNT
       vendor_peer forge MONITOR departures|requests SSID BSSID PEER COUNT
       vendor_peer older MONITOR SSID BSSID OWN
       vendor_peer announced FILE.pcap BSSID beacon|probe-response";

fn run(args: &[&str]) -> Result<(), Failure> {
    match args {
        ["station", iface, ssid, mhz, bssid, secret, rest @ ..] => station::run(&station::Wanted {
            iface,
            ssid,
            mhz: mhz.parse()?,
            bssid: bssid.parse().map_err(|_| "BSSID?")?,
            secret,
            key_file: rest.first().copied(),
        }),
        ["access-point", iface, ssid, channel, secret, key_file] => {
            access_point::run(iface, ssid, channel.parse()?, secret, key_file)
        }
        ["verify", file, bssid, peer, key] => {
            let bssid = bssid.parse().map_err(|_| "BSSID?")?;
            let peer = peer.parse().map_err(|_| "PEER?")?;
            let key = capture::key(key).ok_or("KEY?")?;
            let counts = capture::count(&std::fs::read(file)?, (bssid, peer), &key)?;
            println!("{counts}");
            Ok(())
        }
        ["flood", monitor, bssid, peer, count] => {
            let bssid = bssid.parse().map_err(|_| "BSSID?")?;
            let peer = peer.parse().map_err(|_| "PEER?")?;
            flood::run(monitor, (bssid, peer), count.parse()?)
        }
        ["forge", monitor, what, ssid, bssid, peer, count] => {
            let bssid = bssid.parse().map_err(|_| "BSSID?")?;
            let peer = peer.parse().map_err(|_| "PEER?")?;
            let what = forge::What::parse(what, ssid).ok_or(USAGE)?;
            forge::run(monitor, what, (bssid, peer), count.parse()?)
        }
        ["announced", file, bssid, what] => {
            let bssid = bssid.parse().map_err(|_| "BSSID?")?;
            announced::run(&std::fs::read(file)?, bssid, what)
        }
        ["older", monitor, ssid, bssid, own] => {
            let bssid = bssid.parse().map_err(|_| "BSSID?")?;
            let own = own.parse().map_err(|_| "OWN?")?;
            older::run(monitor, ssid, (bssid, own))
        }
        _ => Err(USAGE.into()),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("vendor_peer: {e}");
            ExitCode::FAILURE
        }
    }
}
