//! `DOT11_STATISTICS` (reference 3.2).

use super::form::{Fields, Form};
use super::{ObjectHeader, Structure, WireError};

/// `DOT11_STATISTICS_UNKNOWN`: a counter nobody keeps.
pub const UNKNOWN_COUNTER: u64 = u64::MAX;

/// A group of u64 counters and its fields in the order of the structure.
macro_rules! counters {
    ($(#[$doc:meta])* $name:ident, $count:literal, $($(#[$fdoc:meta])* $field:ident,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: u64,)*
        }

        impl $name {
            /// Bytes of the structure.
            pub const LEN: usize = 8 * $count;

            /// Nothing is counted.
            pub const UNKNOWN: Self = Self { $($field: UNKNOWN_COUNTER,)* };

            fn read(bytes: &[u8]) -> Result<Self, WireError> {
                let fields = Fields::new(bytes, stringify!($name), Self::LEN)?;
                let mut at = 0;
                Ok(Self { $($field: { let value = fields.u64(at); at += 8; let _ = at; value },)* })
            }

            fn write(&self, out: &mut Vec<u8>) {
                for counter in [$(self.$field),*] {
                    out.extend_from_slice(&counter.to_le_bytes());
                }
            }
        }
    };
}

counters! {
    /// `DOT11_MAC_FRAME_STATISTICS`: one set for unicast, one for multicast.
    MacCounters, 14,
    /// Frames sent.
    transmitted,
    /// Frames received.
    received,
    /// Frames not sent.
    transmit_failed,
    /// Frames not received.
    receive_failed,
    /// Frames in clear that were dropped.
    wep_excluded,
    /// Michael failures found here.
    tkip_local_mic_failures,
    /// TKIP replays.
    tkip_replays,
    /// TKIP ICV errors.
    tkip_icv_errors,
    /// CCMP replays; no decrypt failures.
    ccmp_replays,
    /// CCMP decrypt errors.
    ccmp_decrypt_errors,
    /// Frames without a key for WEP.
    wep_undecryptable,
    /// WEP ICV errors.
    wep_icv_errors,
    /// Decrypted: MPDUs for WEP and TKIP, MSDUs for CCMP.
    decrypt_succeeded,
    /// Not decrypted.
    decrypt_failed,
}

counters! {
    /// `DOT11_PHY_FRAME_STATISTICS`.
    PhyCounters, 18,
    /// MSDUs and management frames sent.
    transmitted,
    /// The same to groups.
    multicast_transmitted,
    /// Given up.
    failed,
    /// Sent after one retry or more.
    retried,
    /// Sent after two retries or more.
    multiple_retried,
    /// Too old to be sent.
    tx_lifetime_exceeded,
    /// MPDUs acknowledged.
    transmitted_fragments,
    /// RTS answered.
    rts_succeeded,
    /// RTS not answered.
    rts_failed,
    /// Acknowledgements missing.
    ack_failed,
    /// MSDUs and management frames received.
    received,
    /// The same to groups.
    multicast_received,
    /// Received though for others.
    promiscuous_received,
    /// Too old to be reassembled.
    rx_lifetime_exceeded,
    /// Duplicates.
    duplicates,
    /// MPDUs received.
    received_fragments,
    /// MPDUs received though for others.
    promiscuous_received_fragments,
    /// Checksum errors.
    fcs_errors,
}

/// `DOT11_STATISTICS`: 256 bytes and 144 for each PHY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// `ullFourWayHandshakeFailures`.
    pub four_way_failures: u64,
    /// `ullTKIPCounterMeasuresInvoked`.
    pub countermeasures: u64,
    /// Unicast.
    pub unicast: MacCounters,
    /// Multicast.
    pub multicast: MacCounters,
    /// One for each PHY, at least one.
    pub phys: Vec<PhyCounters>,
}

impl Statistics {
    /// `sizeof`, with one PHY.
    const HEADER: ObjectHeader = ObjectHeader::new(1, 400);
    const PHYS: usize = 256;
}

impl<'a> Structure<'a> for Statistics {
    const NAME: &'static str = "DOT11_STATISTICS";
    const LEAST: usize = 400;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        let phys = bytes[Self::PHYS..].chunks_exact(PhyCounters::LEN);
        Ok(Self {
            four_way_failures: fields.u64(8),
            countermeasures: fields.u64(16),
            unicast: MacCounters::read(&bytes[32..])?,
            multicast: MacCounters::read(&bytes[144..])?,
            phys: phys.map(PhyCounters::read).collect::<Result<_, _>>()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 32);
        Self::HEADER.put(&mut form);
        form.u64(8, self.four_way_failures)
            .u64(16, self.countermeasures);
        self.unicast.write(out);
        self.multicast.write(out);
        for phy in &self.phys {
            phy.write(out);
        }
        if self.phys.is_empty() {
            PhyCounters::UNKNOWN.write(out);
        }
    }
}
