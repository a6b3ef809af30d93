//! What the kernel counts of each station, in one dump of the station table.

use radio::StationReport;
use rustix::io::Errno;

use crate::batch::parse_station;
use crate::consts;
use crate::errno::Refusal;
use crate::kernel::Kernel;
use crate::netlink::Attrs;

/// One station's traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StationTraffic {
    /// What any radio tells.
    pub report: StationReport,
    /// Rate of the last frame to it in units of 100 kbit/s, where the driver tells.
    pub tx_rate: Option<u32>,
}

/// Reads one message of the dump; `None` when it names no station.
pub(crate) fn parse(attrs: Attrs<'_>) -> Option<StationTraffic> {
    let peer = attrs.find(consts::ATTR_MAC)?.mac()?;
    let rate = attrs
        .find(consts::ATTR_STA_INFO)
        .and_then(|info| info.attrs().find(consts::STA_INFO_TX_BITRATE))
        .and_then(|rate| {
            let wide = rate.attrs().find(consts::RATE_INFO_BITRATE32);
            let narrow = rate.attrs().find(consts::RATE_INFO_BITRATE);
            wide.and_then(|a| a.u32())
                .or_else(|| narrow.and_then(|a| a.u16()).map(u32::from))
        });
    Some(StationTraffic {
        report: parse_station(peer, attrs),
        tx_rate: rate.filter(|rate| *rate > 0),
    })
}

impl Kernel {
    /// The traffic of all stations in an interface's table.
    pub(crate) fn traffic(&mut self, ifindex: u32) -> Result<Vec<StationTraffic>, Refusal> {
        let dump = self.requests.dump(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_STATION, 0, 0, 0])
                    .u32(consts::ATTR_IFINDEX, ifindex);
            },
            |all: &mut Vec<StationTraffic>, m| {
                if let Some((consts::CMD_NEW_STATION, attrs)) = m.genl() {
                    all.extend(parse(attrs));
                }
            },
        );
        match dump {
            // Some drivers have no other word for an empty table.
            Err(e) if e.is(Errno::NOENT) => Ok(Vec::new()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use dot11::MacAddr;

    use super::*;
    use crate::netlink::{Writer, messages};

    const PEER: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);

    fn read(fill: impl FnOnce(&mut Writer)) -> Option<StationTraffic> {
        let mut w = Writer::new();
        w.begin_genl(32, consts::CMD_NEW_STATION, 0, 1);
        fill(&mut w);
        w.end();
        let message = messages(w.as_bytes()).next().unwrap();
        parse(message.genl().unwrap().1)
    }

    #[test]
    fn a_row_of_the_dump_has_all_that_a_mac80211_driver_tells() {
        let row = read(|w| {
            w.mac(consts::ATTR_MAC, PEER)
                .nest(consts::ATTR_STA_INFO, |w| {
                    w.u32(consts::STA_INFO_INACTIVE_TIME, 20)
                        .bytes(consts::STA_INFO_RX_BYTES64, &(5u64 << 32).to_ne_bytes())
                        .bytes(consts::STA_INFO_TX_BYTES64, &7u64.to_ne_bytes())
                        .u8(consts::STA_INFO_SIGNAL, (-61i8).cast_unsigned())
                        .nest(consts::STA_INFO_TX_BITRATE, |w| {
                            w.u16(consts::RATE_INFO_BITRATE, 1300)
                                .u32(consts::RATE_INFO_BITRATE32, 1301);
                        });
                });
        })
        .unwrap();
        assert_eq!(row.report.peer, PEER);
        assert_eq!(row.report.inactive_ms, 20);
        assert_eq!((row.report.rx_bytes, row.report.tx_bytes), (5 << 32, 7));
        assert_eq!((row.report.signal, row.tx_rate), (Some(-61), Some(1301)));
    }

    #[test]
    fn what_a_driver_does_not_tell_is_not_made_up() {
        let row = read(|w| {
            w.mac(consts::ATTR_MAC, PEER)
                .nest(consts::ATTR_STA_INFO, |w| {
                    w.u8(consts::STA_INFO_SIGNAL_AVG, (-70i8).cast_unsigned())
                        .nest(consts::STA_INFO_TX_BITRATE, |w| {
                            w.u16(consts::RATE_INFO_BITRATE, 0);
                        });
                });
        })
        .unwrap();
        assert_eq!((row.report.signal, row.tx_rate), (Some(-70), None));
        assert_eq!(read(|_| ()), None, "no address");
        let bare = read(|w| {
            w.mac(consts::ATTR_MAC, PEER);
        });
        assert_eq!(bare.unwrap().report.signal, None);
    }
}
