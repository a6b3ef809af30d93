//! TIM: which sleeping stations have frames waiting (clause 9.4.2.5).

use crate::frame::{MAX_AID, Reader};

/// A received TIM element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tim<'a> {
    /// Beacons until the next DTIM, 0 in a DTIM.
    pub dtim_count: u8,
    /// Beacons from DTIM to DTIM.
    pub dtim_period: u8,
    control: u8,
    bitmap: &'a [u8],
}

impl<'a> Tim<'a> {
    /// From an element body; `None` when it has fewer than four bytes.
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut r = Reader(body);
        let (dtim_count, dtim_period, control) = (r.u8()?, r.u8()?, r.u8()?);
        let bitmap = r.rest();
        (!bitmap.is_empty()).then_some(Self {
            dtim_count,
            dtim_period,
            control,
            bitmap,
        })
    }

    /// Whether group-addressed frames follow this DTIM.
    #[must_use]
    pub const fn group_traffic(&self) -> bool {
        self.control & 0x01 != 0
    }

    /// Whether frames wait for the station with this association id.
    #[must_use]
    pub fn has(&self, aid: u16) -> bool {
        // The bitmap offset counts pairs of bytes left out at the front.
        let first = usize::from(self.control >> 1) * 2;
        (1..=MAX_AID).contains(&aid)
            && usize::from(aid / 8)
                .checked_sub(first)
                .and_then(|i| self.bitmap.get(i))
                .is_some_and(|byte| byte & (1 << (aid % 8)) != 0)
    }
}

/// Body of a TIM element: the partial virtual bitmap is as short as the rules allow. Association
/// ids outside 1 to 2007 are left out.
#[must_use]
pub fn encode_tim(
    dtim_count: u8,
    dtim_period: u8,
    group_traffic: bool,
    aids: impl IntoIterator<Item = u16>,
) -> Vec<u8> {
    let mut bitmap = [0_u8; MAX_AID as usize / 8 + 1];
    for aid in aids.into_iter().filter(|aid| (1..=MAX_AID).contains(aid)) {
        if let Some(byte) = bitmap.get_mut(usize::from(aid / 8)) {
            *byte |= 1 << (aid % 8);
        }
    }
    // N1 is rounded down to an even byte, N2 is the last byte in use; an empty map is one zero byte.
    let first = bitmap.iter().position(|b| *b != 0).unwrap_or(0) & !1;
    let last = bitmap.iter().rposition(|b| *b != 0).unwrap_or(0);
    let mut body = Vec::with_capacity(4 + last - first);
    // `first` is at most 250, so the offset fits seven bits.
    body.extend([
        dtim_count,
        dtim_period,
        first as u8 | u8::from(group_traffic),
    ]);
    body.extend(bitmap.iter().skip(first).take(last - first + 1));
    body
}
