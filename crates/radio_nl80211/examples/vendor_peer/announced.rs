//! What a network says of itself, from a capture of the air: one line for each field and element, so that
//! scripts can compare two.
//!
//! ```text
//! interval 100
//! capability 0431
//! 1 82848b960c121824          an element by its number, its body
//! 221.0050f2.02 0101...       one of a vendor's, by OUI and type
//! 255.35 ...                  one with an element id extension
//! ```

use core::fmt::Write as _;

use dot11::MacAddr;
use dot11::element::{Element, ElementId};
use dot11::frame::{BeaconView, ManagementBody, ManagementView};
use radio_nl80211::radiotap;

use crate::Failure;
use crate::capture::packets;

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn line(element: Element<'_>) -> String {
    let (id, body) = (element.id(), element.body());
    match (id, body) {
        (ElementId::VENDOR_SPECIFIC, [a, b, c, kind, rest @ ..]) => {
            let oui = digits(&[*a, *b, *c]);
            format!("{}.{oui}.{kind:02x} {}", id.0, digits(rest))
        }
        (ElementId::EXTENSION, [extension, rest @ ..]) => {
            format!("{}.{extension} {}", id.0, digits(rest))
        }
        _ => format!("{} {}", id.0, digits(body)),
    }
}

/// Prints the last beacon of a network, or its last probe response.
pub(crate) fn run(file: &[u8], bssid: MacAddr, what: &str) -> Result<(), Failure> {
    let mut last: Option<BeaconView<'_>> = None;
    for packet in packets(file)? {
        let view = radiotap::frame(packet).and_then(|frame| ManagementView::parse(frame).ok());
        let Some(view) = view.filter(|view| view.transmitter() == bssid) else {
            continue;
        };
        match (what, view.body()) {
            ("beacon", Ok(ManagementBody::Beacon(beacon)))
            | ("probe-response", Ok(ManagementBody::ProbeResponse(beacon))) => last = Some(beacon),
            _ => {}
        }
    }
    let last = last.ok_or("there is none in the capture")?;
    println!("interval {}", last.interval);
    println!("capability {:04x}", last.capability.0);
    for element in last.elements {
        println!("{}", line(element.map_err(|e| e.to_string())?));
    }
    Ok(())
}
