//! Radios whose firmware answers stations by itself (`NL80211_ATTR_DEVICE_AP_SME`, decision 0028).
//!
//! The firmware is given what it announces, with `START_AP`, and authenticates and associates stations.
//! `NEW_STATION` tells of one that is in, with the elements of its request, `DEL_STATION` of one that
//! left. Keys, the port and EAPOL are as on every other radio. brcmfmac (the Raspberry Pi's) is the model.

use dot11::ReasonCode;
use dot11::element::{ElementId, Elements, OUI_MICROSOFT};
use radio::{ApConfig, Cause, CommandError, CommandErrorKind, RadioEvent};
use rustix::io::Errno;

use crate::consts;
use crate::errno::Refusal;
use crate::netlink::Writer;

#[cfg(test)]
mod tests;

/// Type of WMM's element under Microsoft's OUI. The firmware has its own.
const WMM: u8 = 2;

/// What firmware wants in `START_AP` beside what every driver is told: the elements that it adds to its
/// own in each kind of frame, and that the port is ours to open.
pub(crate) fn start_ap(w: &mut Writer, c: &ApConfig) {
    let extra = extra_elements(&c.beacon_tail);
    w.flag(consts::ATTR_CONTROL_PORT);
    for kind in [
        consts::ATTR_IE,
        consts::ATTR_IE_PROBE_RESP,
        consts::ATTR_IE_ASSOC_RESP,
    ] {
        w.bytes(kind, &extra);
    }
}

/// Elements of the beacon that firmware does not make by itself: extended capabilities, and those of
/// vendors.
fn extra_elements(tail: &[u8]) -> Vec<u8> {
    let mut extra = Vec::new();
    for element in Elements::new(tail).iter().flatten() {
        let body = element.body();
        let wmm = body.starts_with(&OUI_MICROSOFT) && body.get(3) == Some(&WMM);
        let wanted = match element.id() {
            ElementId::EXTENDED_CAPABILITIES => true,
            ElementId::VENDOR_SPECIFIC => !wmm,
            _ => false,
        };
        if wanted {
            extra.extend_from_slice(element.as_bytes());
        }
    }
    extra
}

/// What the answer to `SET_BSS` with nothing but the isolation means (of the rest firmware decides): many
/// drivers have no such request, and then nobody is isolated.
pub(crate) fn isolated(
    result: Result<(), Refusal>,
    isolate: bool,
    doing: &str,
) -> Result<(), CommandError> {
    match result {
        Ok(()) => Ok(()),
        Err(e) if e.is(Errno::OPNOTSUPP) && !isolate => Ok(()),
        Err(e) if e.is(Errno::OPNOTSUPP) => Err(CommandError {
            kind: CommandErrorKind::NotSupported,
            cause: Cause::new(
                "The radio's firmware forwards frames between stations, and its driver cannot forbid that.",
                "Leave the isolation off (`hostednet set --isolate off`), update the kernel, or use another radio.",
            ),
        }),
        Err(e) => Err(e.explain(doing)),
    }
}

/// Nobody should ask: what frames there are, firmware sends.
pub(crate) fn no_frames() -> CommandError {
    CommandError {
        kind: CommandErrorKind::NotSupported,
        cause: Cause::new(
            "The radio's firmware sends the management frames.",
            "This is a fault in hostednet; please report it.",
        ),
    }
}

/// Why a station is sent away that is in the table and was never announced: the announcement was lost.
pub(crate) const NOT_ANNOUNCED: ReasonCode = ReasonCode::UNSPECIFIED;

/// A station is in the firmware's table. The elements of its request are those of an association:
/// whether it was another one before, the kernel does not tell.
pub(crate) fn associated(peer: dot11::MacAddr, elements: &[u8]) -> RadioEvent {
    RadioEvent::Associated {
        peer,
        elements: elements.to_vec(),
        reassociation: false,
    }
}
