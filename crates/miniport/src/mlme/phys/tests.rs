use dot11::Channel;
use radio::{BandCapabilities, HtCapabilities as RadioHt};

use super::*;
use crate::channel::{sides, tests::radio as older_radio};

const BSSID: MacAddr = MacAddr([2, 0, 0, 0, 0, 0]);

fn place(number: u8, width: ChannelWidth) -> OperatingChannel {
    let [place, _] = sides(Channel::new(number).unwrap(), width);
    place.unwrap()
}

/// As mac80211_hwsim describes itself, as far as it matters: more than we carry out.
fn he() -> radio::HeCapabilities {
    let mut phy = [0; 11];
    phy[0] = 0x1e;
    phy[3] = 0x80;
    phy[4] = 0x03;
    phy[6] = 0x80;
    radio::HeCapabilities {
        mac: [0x07, 0, 0, 0x10, 0, 0],
        phy,
        mcs: vec![0xfa, 0xff, 0xfa, 0xff, 0xfa, 0xff, 0xfa, 0xff],
        // Two streams, four sizes: 7 + 2 * 4 * 6 bits, and what the kernel pads it with.
        ppe: [vec![0x79; 7], vec![0; 18]].concat(),
    }
}

fn modern() -> Capabilities {
    let mut radio = older_radio();
    for band in &mut radio.bands {
        band.he = Some(he());
    }
    radio
}

fn announced(radio: &Capabilities, place: &OperatingChannel) -> Vec<u8> {
    let phys = Phys::new(radio, place);
    let mut e = ElementWriter::new();
    phys.for_all().write_ht(&mut e, place, 0);
    phys.for_all().write_vht(&mut e, place, None);
    phys.for_all().write_he(&mut e, BSSID);
    e.finish()
}

#[test]
fn a_network_of_80_mhz_says_so_in_every_phy() {
    let place = place(40, ChannelWidth::Mhz80);
    let bytes = announced(&modern(), &place);
    let e = Elements::new(&bytes);
    let ht = HtCapabilities::parse(e.body(ElementId::HT_CAPABILITIES).unwrap()).unwrap();
    assert_ne!(ht.info & HtCapabilities::CHANNEL_WIDTH_40, 0);
    let operation = HtOperation::parse(e.body(ElementId::HT_OPERATION).unwrap()).unwrap();
    assert_eq!(operation.primary_channel, 40);
    assert_eq!(operation.info[0], 0x07, "36 is below 40");
    let vht = e.body(ElementId::VHT_OPERATION).unwrap();
    let expected = VhtOperation::eighty_mhz(42);
    assert_eq!(VhtOperation::parse(vht), Some(expected));
    let he = HeCapabilities::parse(e.extension(35).unwrap()).unwrap();
    assert_eq!(he.phy[0], HeCapabilities::WIDTH_80_IN_5GHZ);
    assert_eq!(he.mcs.len(), 4);
    assert_eq!(he.ppe, [0x79; 7]);
    assert_eq!(e.extension(36).unwrap().len(), HeOperation::LEN);
}

#[test]
fn what_nobody_carries_out_is_not_announced() {
    let mut radio = modern();
    if let Some(vht) = &mut radio.bands[1].vht {
        // Both beamformer and beamformee bits, 160 MHz, TXOP power save.
        vht.info |= 0x0018_1800 | 0x0000_0004 | 0x0020_0000;
    }
    let place = place(36, ChannelWidth::Mhz80);
    let bytes = announced(&radio, &place);
    let e = Elements::new(&bytes);
    let vht = VhtCapabilities::parse(e.body(ElementId::VHT_CAPABILITIES).unwrap()).unwrap();
    assert_eq!(vht.info, 0x0380_0032);
    let he = HeCapabilities::parse(e.extension(35).unwrap()).unwrap();
    assert_eq!((he.mac[0], he.phy[3], he.phy[4]), (0x01, 0, 0));
}

#[test]
fn each_band_has_its_own_phys() {
    let radio = modern();
    let ids = |place: &OperatingChannel| -> Vec<u8> {
        let bytes = announced(&radio, place);
        let elements = Elements::new(&bytes).iter();
        elements.map(|e| e.unwrap().id().0).collect()
    };
    assert_eq!(ids(&place(6, ChannelWidth::Mhz20)), [45, 61, 255, 255]);
    assert_eq!(
        ids(&place(36, ChannelWidth::Mhz20)),
        [45, 61, 191, 192, 255, 255]
    );
    let fastest = |radio: &Capabilities, number| {
        let place = place(number, ChannelWidth::Mhz20);
        Phys::new(radio, &place).fastest(place.primary.band())
    };
    assert_eq!(fastest(&radio, 6), Phy::He);
    let mut older = older_radio();
    assert_eq!(fastest(&older, 36), Phy::Vht);
    assert_eq!(fastest(&older, 6), Phy::Ht);
    for band in &mut older.bands {
        *band = BandCapabilities {
            band: band.band,
            ht: None,
            vht: band.vht,
            he: Some(he()),
        };
    }
    assert_eq!(fastest(&older, 36), Phy::Ofdm, "VHT stands on HT");
    assert_eq!(fastest(&older, 6), Phy::Erp);
    let mut forbidden = radio.clone();
    for channel in &mut forbidden.channels {
        channel.wider.no_he = true;
    }
    assert_eq!(fastest(&forbidden, 36), Phy::Vht);
}

#[test]
fn a_station_gets_what_both_have() {
    let place = place(36, ChannelWidth::Mhz80);
    let phys = Phys::new(&modern(), &place);
    let station = {
        let mut e = ElementWriter::new();
        phys.for_all().write_ht(&mut e, &place, 0);
        phys.for_all().write_vht(&mut e, &place, None);
        phys.for_all().write_he(&mut e, BSSID);
        e.finish()
    };
    let all = phys.negotiate(Elements::new(&station), true);
    assert!(all.ht.is_some() && all.vht.is_some() && all.he.is_some());
    assert_eq!(all.vht.as_ref().map(Vec::len), Some(VhtCapabilities::LEN));
    assert_eq!(
        phys.negotiate(Elements::new(&station), false),
        StationPhys::default(),
        "without WMM"
    );
    let plain = Phys::new(&older_radio(), &place).negotiate(Elements::new(&station), true);
    assert!(plain.vht.is_some() && plain.he.is_none());
    // An HE element that ends too early is none.
    let mut e = ElementWriter::new();
    phys.for_all().write_ht(&mut e, &place, 0);
    e.raw(&[255, 4, 35, 0, 0, 0]);
    let short = phys.negotiate(Elements::new(&e.finish()), true);
    assert!(short.ht.is_some() && short.he.is_none());
}

#[test]
fn a_radio_of_20_mhz_announces_nothing_wider() {
    let ht = RadioHt {
        info: 0x107e,
        ampdu: 0,
        mcs: [0; 16],
    };
    let narrow = ht_for(Some(ht), ChannelWidth::Mhz20).unwrap();
    assert_eq!(narrow.info & HtCapabilities::CHANNEL_WIDTH_40, 0);
    assert_eq!(narrow.info & HtCapabilities::SHORT_GI_40, 0);
    assert_ne!(narrow.info & HtCapabilities::SHORT_GI_20, 0);
}

#[test]
fn the_highest_power_is_said_with_vht_where_it_is_known() {
    for (width, power, expected) in [
        (ChannelWidth::Mhz20, Some(23), Some(&[0, 46][..])),
        (ChannelWidth::Mhz40, Some(23), Some(&[1, 46, 46])),
        (ChannelWidth::Mhz80, Some(30), Some(&[2, 60, 60, 60])),
        (ChannelWidth::Mhz80, None, None),
    ] {
        let place = place(36, width);
        let mut e = ElementWriter::new();
        let phys = Phys::new(&modern(), &place);
        phys.for_all().write_vht(&mut e, &place, power);
        let bytes = e.finish();
        let envelope = Elements::new(&bytes).body(ElementId::TRANSMIT_POWER_ENVELOPE);
        assert_eq!(envelope, expected, "{width:?}");
    }
}
