use dot11::CipherSuite;
use radio::{BandCapabilities, VhtCapabilities, WiderChannels};

use super::*;

fn channel(number: u8) -> Channel {
    Channel::new(number).unwrap()
}

/// A radio of both bands with VHT where channels 1 to 11, 36 to 48 and 149 to 165 are free, 52 to 144
/// need radar detection, and the rest is forbidden.
pub(crate) fn radio() -> Capabilities {
    let ht = Some(HtCapabilities {
        info: 0x0062,
        ampdu: 0x1b,
        mcs: [0xff; 16],
    });
    let vht = VhtCapabilities {
        info: 0x0380_0032,
        mcs: [0xfa, 0xff, 0, 0, 0xfa, 0xff, 0, 0],
    };
    Capabilities {
        name: "fake0".into(),
        address: dot11::MacAddr([2, 0, 0, 0, 0, 0]),
        channels: (1..=177)
            .filter_map(Channel::new)
            .map(|channel| {
                let radar = matches!(channel.number(), 52..=144);
                ChannelInfo {
                    channel,
                    disabled: !matches!(channel.number(), 1..=11 | 36..=165),
                    no_ir: radar,
                    radar,
                    wider: WiderChannels::default(),
                }
            })
            .collect(),
        forced_channel: None,
        ciphers: vec![CipherSuite::CCMP],
        max_stations: None,
        bands: vec![
            BandCapabilities {
                band: Band::Ghz2,
                ht,
                vht: None,
                he: None,
            },
            BandCapabilities {
                band: Band::Ghz5,
                ht,
                vht: Some(vht),
                he: None,
            },
        ],
        firmware_mlme: false,
        survey: true,
        reports_tx_status: true,
        country: None,
    }
}

fn info(radio: &mut Capabilities, number: u8) -> &mut ChannelInfo {
    let wanted = channel(number);
    let mut all = radio.channels.iter_mut();
    all.find(|c| c.channel == wanted).unwrap()
}

const fn wish(channel: Option<Channel>, band: Option<Band>, width: Option<ChannelWidth>) -> Wish {
    Wish {
        channel,
        band,
        width,
    }
}

fn row(number: u8, busy_ms: u64, networks: u16) -> SurveyRow {
    SurveyRow {
        channel: channel(number),
        active_ms: 100,
        busy_ms,
        noise: None,
        networks,
        without_erp: 0,
        without_ht: 0,
    }
}

fn quiet(radio: &Capabilities) -> Vec<SurveyRow> {
    let usable = radio.channels.iter().filter(|c| c.usable());
    usable.map(|c| row(c.channel.number(), 0, 0)).collect()
}

fn chosen(wish: &Wish, radio: &Capabilities, rows: Option<&[SurveyRow]>) -> (u8, u16, u32) {
    let place = choose(wish, radio, rows).unwrap();
    (place.primary.number(), place.width.mhz(), place.center_mhz)
}

/// Primary channel, then the middle at 40 MHz and where its secondary is, then the middle at 80 MHz;
/// numbers as in table E-4 of the standard. 0 where there is none.
const FIVE_GHZ: [(u8, u8, bool, u8); 28] = [
    (36, 38, true, 42),
    (40, 38, false, 42),
    (44, 46, true, 42),
    (48, 46, false, 42),
    (52, 54, true, 58),
    (56, 54, false, 58),
    (60, 62, true, 58),
    (64, 62, false, 58),
    (100, 102, true, 106),
    (104, 102, false, 106),
    (108, 110, true, 106),
    (112, 110, false, 106),
    (116, 118, true, 122),
    (120, 118, false, 122),
    (124, 126, true, 122),
    (128, 126, false, 122),
    (132, 134, true, 138),
    (136, 134, false, 138),
    (140, 142, true, 138),
    (144, 142, false, 138),
    (149, 151, true, 155),
    (153, 151, false, 155),
    (157, 159, true, 155),
    (161, 159, false, 155),
    (165, 167, true, 171),
    (169, 167, false, 171),
    (173, 175, true, 171),
    (177, 175, false, 171),
];

#[test]
fn every_5_ghz_channel_has_its_place_in_the_wider_ones() {
    for (number, forty, above, eighty) in FIVE_GHZ {
        let at = |width| {
            let [place, other] = sides(channel(number), width);
            assert_eq!(other, None);
            place.unwrap()
        };
        let place = at(ChannelWidth::Mhz40);
        assert_eq!(center_number(&place), forty, "{number}");
        assert_eq!(is_secondary_above(&place), above, "{number}");
        assert_eq!(members(&place).count(), 2, "{number}");
        assert!(members(&place).any(|c| c == channel(number)));
        let place = at(ChannelWidth::Mhz80);
        assert_eq!(center_number(&place), eighty, "{number}");
        assert_eq!(place.center_mhz, 5000 + 5 * u32::from(eighty));
        // The halves of 80 MHz are the channels of 40 MHz.
        assert_eq!(is_secondary_above(&place), above, "{number}");
        assert_eq!(members(&place).count(), 4, "{number}");
        assert!(members(&place).any(|c| c == channel(number)));
        assert_eq!(at(ChannelWidth::Mhz20), channel(number).into());
    }
    assert_eq!(
        FIVE_GHZ.len(),
        (1..=177)
            .filter_map(Channel::new)
            .filter(|c| !c.is_2ghz())
            .count()
    );
}

#[test]
fn in_2_ghz_the_other_half_is_four_numbers_away() {
    for number in 1..=14 {
        let both = sides(channel(number), ChannelWidth::Mhz40);
        let secondary: Vec<u8> = both
            .iter()
            .flatten()
            .flat_map(members)
            .map(Channel::number)
            .filter(|n| *n != number)
            .collect();
        let expected: &[u8] = match number {
            1..=4 => &[number + 4],
            5..=9 => &[number + 4, number - 4],
            10..=13 => &[number - 4],
            _ => &[],
        };
        assert_eq!(secondary, expected, "{number}");
        for place in both.iter().flatten() {
            assert_eq!(
                is_secondary_above(place),
                members(place).any(|c| c.number() == number + 4)
            );
        }
        assert_eq!(sides(channel(number), ChannelWidth::Mhz80), [None, None]);
    }
}

#[test]
fn without_wishes_and_survey_the_network_is_on_channel_6() {
    let silent = Capabilities {
        survey: false,
        ..radio()
    };
    let none = Wish::default();
    assert_eq!(
        plan(&none, &silent),
        Ok(Plan::At(channel(6).into())),
        "no survey to wait for"
    );
    let five = wish(None, Some(Band::Ghz5), None);
    assert_eq!(chosen(&five, &silent, None), (36, 80, 5210));
}

#[test]
fn only_a_free_choice_is_surveyed_and_only_in_its_band() {
    let channels = |w: &Wish| match plan(w, &radio()).unwrap() {
        Plan::Survey(channels) => channels,
        Plan::At(_) => Vec::new(),
    };
    let visited = channels(&Wish::default());
    assert_eq!(visited.len(), 11);
    assert!(visited.iter().all(|c| c.is_2ghz()));
    let visited = channels(&wish(None, Some(Band::Ghz5), None));
    let numbers: Vec<u8> = visited.iter().map(|c| c.number()).collect();
    assert_eq!(numbers, [36, 40, 44, 48, 149, 153, 157, 161, 165]);
    assert!(channels(&wish(Channel::new(36), None, None)).is_empty());
    let forced = Capabilities {
        forced_channel: Channel::new(11),
        ..radio()
    };
    assert!(matches!(plan(&Wish::default(), &forced), Ok(Plan::At(_))));
}

#[test]
fn the_quietest_channel_is_taken_and_of_equals_the_first() {
    let radio = radio();
    let none = Wish::default();
    let rows = quiet(&radio);
    assert_eq!(chosen(&none, &radio, Some(&rows)), (6, 20, 2437));
    let with = |changed: &[SurveyRow]| {
        let mut rows = quiet(&radio);
        for row in changed {
            *rows.iter_mut().find(|r| r.channel == row.channel).unwrap() = *row;
        }
        rows
    };
    // A network on 6, then also two that reach from 3 into 1.
    let rows = with(&[row(6, 30, 1)]);
    assert_eq!(chosen(&none, &radio, Some(&rows)).0, 1);
    let rows = with(&[row(6, 30, 1), row(3, 20, 2)]);
    assert_eq!(chosen(&none, &radio, Some(&rows)).0, 11);
    // Drivers that count no airtime tell whom they heard.
    let rows = with(&[row(6, 0, 2), row(1, 0, 1), row(11, 0, 1)]);
    assert_eq!(chosen(&none, &radio, Some(&rows)).0, 1);
    let five = wish(None, Some(Band::Ghz5), None);
    let rows = with(&[row(40, 60, 3), row(44, 10, 1)]);
    assert_eq!(chosen(&five, &radio, Some(&rows)), (149, 80, 5775));
    // A background everywhere, seen a little differently on each channel, decides nothing.
    let rows: Vec<SurveyRow> = (1..=11).map(|n| row(n, 12 + u64::from(n % 2), 0)).collect();
    assert_eq!(chosen(&none, &radio, Some(&rows)).0, 6);
    // What was not visited is no haven.
    let rows = [row(6, 20, 0)];
    assert_eq!(chosen(&none, &radio, Some(&rows)).0, 6);
}

#[test]
fn the_width_is_what_wish_radio_and_domain_allow() {
    let at = |number, width, change: &dyn Fn(&mut Capabilities)| {
        let mut radio = radio();
        change(&mut radio);
        let (_, width, center) = chosen(&wish(Channel::new(number), None, width), &radio, None);
        (width, center)
    };
    let as_is = |_: &mut Capabilities| {};
    assert_eq!(at(36, None, &as_is), (80, 5210));
    assert_eq!(at(48, Some(ChannelWidth::Mhz40), &as_is), (40, 5230));
    assert_eq!(at(157, Some(ChannelWidth::Mhz20), &as_is), (20, 5785));
    // 165 has no usable neighbour.
    assert_eq!(at(165, None, &as_is), (20, 5825));
    let no_80 = |r: &mut Capabilities| info(r, 36).wider.no_80mhz = true;
    assert_eq!(at(36, None, &no_80), (40, 5190));
    let no_plus = |r: &mut Capabilities| info(r, 36).wider.no_ht40_plus = true;
    assert_eq!(at(36, None, &no_plus), (20, 5180));
    let neighbour = |r: &mut Capabilities| info(r, 44).disabled = true;
    assert_eq!(at(36, None, &neighbour), (40, 5190));
    let no_vht = |r: &mut Capabilities| r.bands[1].vht = None;
    assert_eq!(at(36, None, &no_vht), (40, 5190));
    let ht_20 = |r: &mut Capabilities| {
        if let Some(ht) = &mut r.bands[1].ht {
            ht.info &= !2;
        }
    };
    assert_eq!(at(36, None, &ht_20), (20, 5180));
    // Whose connection holds the channel may have no room for more.
    let forced = |r: &mut Capabilities| r.forced_channel = Channel::new(36);
    assert_eq!(at(149, None, &forced), (20, 5180));
}

#[test]
fn forty_mhz_in_2_ghz_disturb_nobody() {
    let radio = radio();
    let forty = wish(Channel::new(6), None, Some(ChannelWidth::Mhz40));
    assert!(matches!(plan(&forty, &radio), Ok(Plan::Survey(_))));
    assert_eq!(chosen(&forty, &radio, None), (6, 20, 2437), "not looked");
    let mut rows = quiet(&radio);
    assert_eq!(chosen(&forty, &radio, Some(&rows)), (6, 40, 2447));
    // Somebody near the upper half: the lower one is taken, then none.
    rows[10].networks = 1;
    assert_eq!(chosen(&forty, &radio, Some(&rows)), (6, 40, 2427));
    rows[4].networks = 1;
    assert_eq!(chosen(&forty, &radio, Some(&rows)), (6, 20, 2437));
    let unasked = wish(Channel::new(6), None, None);
    assert_eq!(chosen(&unasked, &radio, Some(&quiet(&radio))).1, 20);
}

#[test]
fn each_channel_that_cannot_be_is_refused_with_its_own_sentence_and_remedy() {
    let mut radio = radio();
    info(&mut radio, 40).no_ir = true;
    radio.channels.retain(|c| c.channel != channel(177));
    let refusal = |number| {
        let refused = choose(&wish(Channel::new(number), None, None), &radio, None);
        let failure = refused.unwrap_err();
        assert_eq!(failure.status, NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED);
        let text = &failure.cause.text;
        assert!(text.contains(&format!("Channel {number} ")), "{text}");
        assert!(!failure.cause.remedy.is_empty());
        text.replace(&number.to_string(), "N")
    };
    let mut texts = [refusal(52), refusal(40), refusal(13), refusal(177)];
    assert!(texts[0].contains("radar"), "{}", texts[0]);
    texts.sort();
    assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{texts:?}");
}

#[test]
fn a_band_that_cannot_be_is_refused_and_says_why() {
    let five = wish(None, Some(Band::Ghz5), None);
    let why = |change: &dyn Fn(&mut ChannelInfo)| {
        let mut radio = radio();
        radio
            .channels
            .iter_mut()
            .filter(|c| !c.channel.is_2ghz())
            .for_each(change);
        choose(&five, &radio, None).unwrap_err().cause.text
    };
    assert!(why(&|c| c.disabled = true).contains("forbids all of it"));
    assert!(why(&|c| c.no_ir = true).contains("transmit there first"));
    assert!(why(&|c| c.radar = true).contains("DFS"));
    let mut radio = radio();
    radio.channels.retain(|c| c.channel.is_2ghz());
    let text = choose(&five, &radio, None).unwrap_err().cause.text;
    assert!(text.contains("no 5 GHz band"), "{text}");
    // The other band is never taken instead of the one that was asked for, but without a wish.
    radio.channels.clear();
    assert!(choose(&Wish::default(), &radio, None).is_err());
    let mut radio = super::tests::radio();
    radio.channels.retain(|c| !c.channel.is_2ghz());
    assert_eq!(chosen(&Wish::default(), &radio, None).0, 36);
}
