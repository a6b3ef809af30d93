use dot11::element::HeCapabilities as HeElement;

use super::*;
use crate::netlink::{Writer, messages};

/// One message of a dump about wiphy 0 with a 5 GHz band.
fn described(fill: impl FnOnce(&mut Writer)) -> Vec<Wiphy> {
    let mut w = Writer::new();
    w.begin_genl(32, consts::CMD_NEW_WIPHY, 0, 1);
    w.u32(consts::ATTR_WIPHY, 0)
        .nest(consts::ATTR_WIPHY_BANDS, |w| {
            w.nest(consts::BAND_5GHZ, fill);
        });
    w.end();
    let mut wiphys = Vec::new();
    for message in messages(w.as_bytes()) {
        let (_, attrs) = message.genl().unwrap();
        collect(&mut wiphys, attrs);
    }
    wiphys
}

fn he_data(w: &mut Writer, kind: u32, first: u8) {
    let mut phy = [0; 11];
    phy[6] = HeElement::PPE_PRESENT;
    let mut ppe = [0; 25];
    ppe[0] = 0x79;
    w.nest(consts::BAND_IFTYPES, |w| {
        w.flag(u16::try_from(kind).unwrap());
    })
    .bytes(consts::BAND_HE_CAP_MAC, &[first, 0, 0, 0, 0, 0])
    .bytes(consts::BAND_HE_CAP_PHY, &phy)
    .bytes(consts::BAND_HE_CAP_MCS_SET, &[0xfa; 12])
    .bytes(consts::BAND_HE_CAP_PPE, &ppe);
}

#[test]
fn he_is_that_of_access_points_without_the_kernels_padding() {
    let wiphys = described(|w| {
        w.nest(consts::BAND_IFTYPE_DATA, |w| {
            w.nest(0, |w| he_data(w, consts::IFTYPE_STATION, 1));
            w.nest(1, |w| he_data(w, consts::IFTYPE_AP, 2));
        });
    });
    let he = wiphys[0].bands[0].he.clone().unwrap();
    assert_eq!(he.mac[0], 2);
    assert_eq!(he.mcs.len(), 4);
    assert_eq!(he.ppe.len(), 7);
    let only_stations = described(|w| {
        w.nest(consts::BAND_IFTYPE_DATA, |w| {
            w.nest(0, |w| he_data(w, consts::IFTYPE_STATION, 1));
        });
    });
    assert_eq!(only_stations[0].bands[0].he, None);
}

#[test]
fn vht_needs_both_its_parts() {
    let mcs = [0xfa, 0xff, 0, 0, 0xfa, 0xff, 0, 0];
    let wiphys = described(|w| {
        w.u32(consts::BAND_VHT_CAPA, 0x32)
            .bytes(consts::BAND_VHT_MCS_SET, &mcs);
    });
    let vht = Some(VhtCapabilities { info: 0x32, mcs });
    assert_eq!(
        (wiphys[0].bands[0].band, wiphys[0].bands[0].vht),
        (Band::Ghz5, vht)
    );
    let half = described(|w| {
        w.u32(consts::BAND_VHT_CAPA, 0x32);
    });
    assert_eq!(half[0].bands[0].vht, None);
}

#[test]
fn what_the_domain_says_of_wider_channels_is_kept() {
    let wiphys = described(|w| {
        w.nest(consts::BAND_FREQS, |w| {
            w.nest(0, |w| {
                w.u32(consts::FREQ_FREQ, 5825)
                    .flag(consts::FREQ_NO_HT40_PLUS)
                    .flag(consts::FREQ_NO_80MHZ);
            });
            w.nest(1, |w| {
                w.u32(consts::FREQ_FREQ, 5180)
                    .flag(consts::FREQ_NO_HT40_MINUS)
                    .flag(consts::FREQ_NO_HE);
            });
        });
    });
    let wider: Vec<WiderChannels> = wiphys[0].channels.iter().map(|c| c.wider).collect();
    let none = WiderChannels::default();
    assert_eq!(
        wider,
        [
            WiderChannels {
                no_ht40_plus: true,
                no_80mhz: true,
                ..none
            },
            WiderChannels {
                no_ht40_minus: true,
                no_he: true,
                ..none
            }
        ]
    );
}

#[test]
fn how_loud_one_may_be_is_kept_of_channels_that_are_not_forbidden() {
    let channel = |mhz: u32, mbm: u32, forbidden: bool| {
        move |w: &mut Writer| {
            w.u32(consts::FREQ_FREQ, mhz)
                .u32(consts::FREQ_MAX_TX_POWER, mbm);
            if forbidden {
                w.flag(consts::FREQ_DISABLED);
            }
        }
    };
    let mut wiphys = described(|w| {
        w.nest(consts::BAND_FREQS, |w| {
            w.nest(0, channel(5200, 2350, false))
                .nest(1, channel(5180, 2300, false))
                .nest(2, channel(5825, 3000, true))
                .nest(3, channel(5745, 99_999, false))
                .nest(4, channel(5765, u32::MAX, false));
        });
    });
    let number = |n| Channel::new(n).unwrap();
    let powers = vec![
        (number(36), 23),
        (number(40), 23),
        (number(149), 255),
        (number(153), 0),
    ];
    assert_eq!(wiphys[0].powers, powers);
    assert_eq!(wiphys[0].country(), None, "nobody said which one");
    wiphys[0].country_code = Some(*b"DE");
    let code = *b"DE";
    assert_eq!(wiphys[0].country(), Some(Country { code, powers }));
}
