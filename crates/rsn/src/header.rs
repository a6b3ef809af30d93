//! What CCMP and GCMP take from a MAC header: where it ends, the additional data, the nonce (12.5.3.3,
//! 12.5.5.3).

/// The Protected Frame bit in the second byte.
pub(crate) const PROTECTED: u8 = 0x40;
/// Place of the replay counter of data frames without a QoS Control field, after the 16 traffic
/// identifiers.
const NON_QOS: usize = 16;
/// Place of the replay counter of management frames (12.5.3.4.4).
const MANAGEMENT: usize = NON_QOS + 1;
/// Replay counters in all.
pub(crate) const COUNTERS: usize = MANAGEMENT + 1;
/// Nonce flag of management frames.
const NONCE_MANAGEMENT: u8 = 0x10;

const TYPE_MASK: u8 = 0x0c;
const TYPE_DATA: u8 = 0x08;
const TYPE_MANAGEMENT: u8 = 0x00;
const SUBTYPE_QOS: u8 = 0x80;
const SUBTYPE_NO_DATA: u8 = 0x40;
const TO_AND_FROM_DS: u8 = 0x03;
const ORDER: u8 = 0x80;
const AAD_MAX: usize = 30;

/// A parsed MAC header of a data or management frame.
pub struct Header {
    /// Bytes of the MAC header.
    pub(crate) len: usize,
    pub(crate) protected: bool,
    a2: [u8; 6],
    tid: Option<u8>,
    management: bool,
    aad: [u8; AAD_MAX],
    aad_len: usize,
}

impl Header {
    /// `None` when it is not a whole header of a data frame that has a body, or of a management frame.
    #[inline]
    pub(crate) fn parse(mpdu: &[u8]) -> Option<Self> {
        let (fixed, rest) = mpdu.split_first_chunk::<24>()?;
        let [fc0, fc1, ..] = *fixed;
        if fc0 & TYPE_MASK == TYPE_MANAGEMENT {
            return Self::of_management(fixed, rest);
        }
        if fc0 & TYPE_MASK != TYPE_DATA || fc0 & SUBTYPE_NO_DATA != 0 {
            return None;
        }
        let qos = fc0 & SUBTYPE_QOS != 0;
        let mut aad = [0; AAD_MAX];
        // Subtype bits but the QoS one, Retry, Power Management, More Data count as zero; +HTC too
        // where it can occur.
        aad[0] = fc0 & !0x70;
        aad[1] = fc1 & !0x38 | PROTECTED;
        if qos {
            aad[1] &= !ORDER;
        }
        // The three addresses, then the fragment number without the sequence number.
        aad[2..20].copy_from_slice(&fixed[4..22]);
        aad[20] = fixed[22] & 0x0f;
        let mut a2 = [0; 6];
        a2.copy_from_slice(&fixed[10..16]);
        let mut this = Self {
            len: 24,
            protected: fc1 & PROTECTED != 0,
            a2,
            tid: None,
            management: false,
            aad,
            aad_len: 22,
        };
        let mut rest = rest;
        if fc1 & TO_AND_FROM_DS == TO_AND_FROM_DS {
            let (a4, after) = rest.split_first_chunk::<6>()?;
            this.aad[22..28].copy_from_slice(a4);
            this.aad_len = 28;
            this.len = 30;
            rest = after;
        }
        if qos {
            let (&[control, _], after) = rest.split_first_chunk::<2>()?;
            let tid = control & 0x0f;
            // Only the traffic identifier counts; the A-MSDU bit would with SPP A-MSDUs.
            this.aad[this.aad_len] = tid;
            this.aad_len += 2;
            this.len += 2;
            this.tid = Some(tid);
            if fc1 & ORDER != 0 {
                after.first_chunk::<4>()?;
                this.len += 4;
            }
        }
        Some(this)
    }

    /// The subtype counts whole: it says what the frame asks for.
    fn of_management(fixed: &[u8; 24], rest: &[u8]) -> Option<Self> {
        let [fc0, fc1, ..] = *fixed;
        let mut aad = [0; AAD_MAX];
        aad[0] = fc0;
        aad[1] = fc1 & !0x38 | PROTECTED;
        aad[2..20].copy_from_slice(&fixed[4..22]);
        aad[20] = fixed[22] & 0x0f;
        let mut a2 = [0; 6];
        a2.copy_from_slice(&fixed[10..16]);
        let mut len = 24;
        if fc1 & ORDER != 0 {
            rest.first_chunk::<4>()?;
            len += 4;
        }
        Some(Self {
            len,
            protected: fc1 & PROTECTED != 0,
            a2,
            tid: None,
            management: true,
            aad,
            aad_len: 22,
        })
    }

    #[inline]
    pub(crate) fn aad(&self) -> &[u8] {
        &self.aad[..self.aad_len]
    }

    /// Nonce flags (priority), transmitter address, packet number.
    #[inline]
    pub(crate) fn nonce(&self, pn: u64) -> [u8; 13] {
        let mut nonce = [0; 13];
        nonce[0] = if self.management {
            NONCE_MANAGEMENT
        } else {
            self.tid.unwrap_or(0)
        };
        nonce[1..7].copy_from_slice(&self.a2);
        nonce[7..].copy_from_slice(&pn.to_be_bytes()[2..]);
        nonce
    }

    /// Place of its replay counter.
    pub(crate) fn counter(&self) -> usize {
        if self.management {
            return MANAGEMENT;
        }
        self.tid.map_or(NON_QOS, usize::from)
    }
}
