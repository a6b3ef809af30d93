//! How busy channels are: a scan that visits them, then what the driver counted and whom it heard.

use std::collections::BTreeMap;

use dot11::Channel;
use dot11::element::{ElementId, Elements, Rates, erp};
use radio::SurveyRow;

use crate::consts;
use crate::errno::Refusal;
use crate::kernel::Kernel;
use crate::netlink::{Attrs, Writer};

/// A network that was heard longer ago than this, in milliseconds, was heard by an earlier scan.
const FRESH: u32 = 10_000;

/// `TRIGGER_SCAN`: says its own name nowhere, asks on each channel who is there. Where nothing may be
/// sent first the kernel only listens.
pub(crate) fn trigger_scan(w: &mut Writer, ifindex: u32, channels: &[Channel]) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .nest(consts::ATTR_SCAN_FREQUENCIES, |w| {
            for (index, channel) in (0..).zip(channels) {
                w.u32(index, channel.mhz());
            }
        })
        .nest(consts::ATTR_SCAN_SSIDS, |w| {
            w.bytes(0, &[]);
        });
}

/// One message of a `GET_SURVEY` dump.
fn survey_row(attrs: Attrs<'_>) -> Option<SurveyRow> {
    let info = attrs.find(consts::ATTR_SURVEY_INFO)?;
    let find = |kind| info.attrs().find(kind);
    let millis = |kind| find(kind).and_then(|a| a.u64()).unwrap_or_default();
    let mhz = find(consts::SURVEY_FREQUENCY).and_then(|a| a.u32())?;
    Some(SurveyRow {
        channel: Channel::from_mhz(mhz)?,
        active_ms: millis(consts::SURVEY_TIME),
        busy_ms: millis(consts::SURVEY_TIME_BUSY),
        noise: find(consts::SURVEY_NOISE)
            .and_then(|a| a.u8())
            .map(u8::cast_signed),
        networks: 0,
        without_erp: 0,
        without_ht: 0,
    })
}

/// A network that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heard {
    channel: Channel,
    /// It has, or is, stations with the rates of 802.11b only.
    without_erp: bool,
    without_ht: bool,
}

/// One message of a `GET_SCAN` dump: a network that is there now.
fn heard(attrs: Attrs<'_>) -> Option<Heard> {
    let bss = attrs.find(consts::ATTR_BSS)?;
    let find = |kind| bss.attrs().find(kind).and_then(|a| a.u32());
    let age = find(consts::BSS_SEEN_MS_AGO).unwrap_or_default();
    let channel = find(consts::BSS_FREQUENCY)
        .filter(|_| age <= FRESH)
        .and_then(Channel::from_mhz)?;
    // Of its beacon, or of a probe response. Of a network without either nothing is known.
    let said = [consts::BSS_BEACON_IES, consts::BSS_INFORMATION_ELEMENTS]
        .into_iter()
        .find_map(|kind| bss.attrs().find(kind));
    let elements = said.map(|a| Elements::new(a.data)).unwrap_or_default();
    let told = !elements.as_bytes().is_empty();
    let flags = elements.body(ElementId::ERP).and_then(|b| b.first());
    let non_erp = flags.is_some_and(|flags| flags & erp::NON_ERP_PRESENT != 0)
        || !Rates::from_elements(elements).has_ofdm();
    Some(Heard {
        channel,
        without_erp: told && channel.is_2ghz() && non_erp,
        without_ht: told && elements.body(ElementId::HT_CAPABILITIES).is_none(),
    })
}

impl Kernel {
    /// What a scan of these channels that has just ended has found. Drivers that count no airtime have
    /// their networks counted.
    pub(crate) fn survey(
        &mut self,
        ifindex: u32,
        channels: &[Channel],
    ) -> Result<Vec<SurveyRow>, Refusal> {
        let blank = |channel: &Channel| SurveyRow {
            channel: *channel,
            active_ms: 0,
            busy_ms: 0,
            noise: None,
            networks: 0,
            without_erp: 0,
            without_ht: 0,
        };
        let mut rows: BTreeMap<Channel, SurveyRow> =
            channels.iter().map(|c| (*c, blank(c))).collect();
        let counted = self.requests.dump(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_SURVEY, 0, 0, 0])
                    .u32(consts::ATTR_IFINDEX, ifindex);
            },
            |all: &mut Vec<SurveyRow>, m| {
                all.extend(m.genl().and_then(|(_, attrs)| survey_row(attrs)));
            },
        );
        // Not every driver counts.
        for row in counted.unwrap_or_default() {
            if let Some(known) = rows.get_mut(&row.channel) {
                *known = row;
            }
        }
        let networks = self.requests.dump(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_SCAN, 0, 0, 0])
                    .u32(consts::ATTR_IFINDEX, ifindex);
            },
            |all: &mut Vec<Heard>, m| {
                all.extend(m.genl().and_then(|(_, attrs)| heard(attrs)));
            },
        )?;
        for heard in networks {
            if let Some(row) = rows.get_mut(&heard.channel) {
                row.networks = row.networks.saturating_add(1);
                let (erp, ht) = (heard.without_erp, heard.without_ht);
                row.without_erp = row.without_erp.saturating_add(u16::from(erp));
                row.without_ht = row.without_ht.saturating_add(u16::from(ht));
            }
        }
        Ok(rows.into_values().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::messages;

    fn read<T>(
        fill: impl FnOnce(&mut Writer),
        parse: impl FnOnce(Attrs<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut w = Writer::new();
        w.begin_genl(32, 1, 0, 1);
        fill(&mut w);
        w.end();
        let message = messages(w.as_bytes()).next()?;
        let (_, attrs) = message.genl()?;
        parse(attrs)
    }

    fn channel(number: u8) -> Channel {
        Channel::new(number).unwrap()
    }

    #[test]
    fn airtime_is_read_from_the_kernels_figures() {
        let row = read(
            |w| {
                w.nest(consts::ATTR_SURVEY_INFO, |w| {
                    w.u32(consts::SURVEY_FREQUENCY, 5180)
                        .u8(consts::SURVEY_NOISE, 0xa4)
                        .bytes(consts::SURVEY_TIME, &120u64.to_ne_bytes())
                        .bytes(consts::SURVEY_TIME_BUSY, &30u64.to_ne_bytes());
                });
            },
            survey_row,
        );
        let expected = SurveyRow {
            channel: channel(36),
            active_ms: 120,
            busy_ms: 30,
            noise: Some(-92),
            networks: 0,
            without_erp: 0,
            without_ht: 0,
        };
        assert_eq!(row, Some(expected));
    }

    #[test]
    fn networks_of_an_earlier_scan_do_not_count() {
        let at = |age: u32| {
            read(
                |w| {
                    w.nest(consts::ATTR_BSS, |w| {
                        w.u32(consts::BSS_FREQUENCY, 2437)
                            .u32(consts::BSS_SEEN_MS_AGO, age);
                    });
                },
                heard,
            )
        };
        let unknown = Heard {
            channel: channel(6),
            without_erp: false,
            without_ht: false,
        };
        assert_eq!(at(40), Some(unknown));
        assert_eq!(at(60_000), None);
    }

    #[test]
    fn what_a_network_has_is_read_from_its_elements() {
        const B: [u8; 6] = [1, 4, 0x82, 0x84, 0x8b, 0x96];
        const G: [u8; 6] = [1, 4, 0x82, 0x84, 0x8b, 0x0c];
        const A: [u8; 5] = [1, 3, 0x8c, 0x12, 0x98];
        let ht: &[u8] = &[&[45, 26][..], &[0; 26]].concat();
        let at = |mhz: u32, elements: &[u8]| {
            let heard = read(
                |w| {
                    w.nest(consts::ATTR_BSS, |w| {
                        w.u32(consts::BSS_FREQUENCY, mhz)
                            .bytes(consts::BSS_INFORMATION_ELEMENTS, elements);
                    });
                },
                heard,
            );
            heard.map(|h| (h.without_erp, h.without_ht))
        };
        for (mhz, elements, expected) in [
            (2437, &B[..], (true, true)),
            (2437, &G, (false, true)),
            (2437, &[&G[..], ht].concat(), (false, false)),
            // It tells of a station of 802.11b.
            (2437, &[&G[..], &[42, 1, 0x01], ht].concat(), (true, false)),
            (2437, &[&G[..], &[42, 1, 0x04], ht].concat(), (false, false)),
            (2437, &[&G[..], &[42, 0], ht].concat(), (false, false)),
            (5180, &A, (false, true)),
            (5180, &[&A[..], ht].concat(), (false, false)),
            // Nothing is known of it.
            (2437, &[], (false, false)),
        ] {
            assert_eq!(at(mhz, elements), Some(expected), "{mhz} {elements:02x?}");
        }
    }

    #[test]
    fn a_scan_names_every_channel_and_the_wildcard() {
        let frequencies = read(
            |w| trigger_scan(w, 7, &[channel(1), channel(36)]),
            |attrs| {
                let ssids = attrs.find(consts::ATTR_SCAN_SSIDS)?;
                assert!(ssids.attrs().all(|ssid| ssid.data.is_empty()));
                assert_eq!(ssids.attrs().count(), 1);
                let nest = attrs.find(consts::ATTR_SCAN_FREQUENCIES)?;
                Some(nest.attrs().filter_map(|a| a.u32()).collect::<Vec<_>>())
            },
        );
        assert_eq!(frequencies, Some(vec![2412, 5180]));
    }
}
