//! Operating classes: what a channel of some width is called in frames (table E-4, all countries).

use std::collections::BTreeSet;

use dot11::ChannelWidth;
use radio::{Capabilities, OperatingChannel};

use crate::channel::{is_possible, is_secondary_above, sides};

/// The class of an operating channel.
pub(super) fn class_of(place: &OperatingChannel) -> u8 {
    // Classes of 20 MHz, and of 40 MHz with the other half above; below is one more.
    let (narrow, wide) = match place.primary.number() {
        1..=13 => (81, 83),
        14 => (82, 83),
        36..=48 => (115, 116),
        52..=64 => (118, 119),
        100..=144 => (121, 122),
        149..=161 => (124, 126),
        _ => (125, 126),
    };
    match place.width {
        ChannelWidth::Mhz20 => narrow,
        ChannelWidth::Mhz40 if is_secondary_above(place) => wide,
        ChannelWidth::Mhz40 => wide + 1,
        ChannelWidth::Mhz80 => 128,
    }
}

/// That of the network, and those of all other places where the radio could carry it unasked, in
/// ascending order.
pub(super) fn classes(radio: &Capabilities, place: &OperatingChannel) -> Vec<u8> {
    let mut all = BTreeSet::from([class_of(place)]);
    for info in radio.channels.iter().filter(|info| info.usable()) {
        for width in [
            ChannelWidth::Mhz20,
            ChannelWidth::Mhz40,
            ChannelWidth::Mhz80,
        ] {
            let places = sides(info.channel, width).into_iter().flatten();
            let possible = places
                .filter(|place| width == ChannelWidth::Mhz20 || is_possible(place, radio, None));
            all.extend(possible.map(|place| class_of(&place)));
        }
    }
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use dot11::Channel;

    use super::*;
    use crate::channel::tests::radio;

    #[test]
    fn every_place_has_the_class_of_table_e_4() {
        use ChannelWidth::{Mhz20, Mhz40, Mhz80};
        for (number, width, expected) in [
            (1, Mhz20, &[81][..]),
            (13, Mhz20, &[81]),
            (14, Mhz20, &[82]),
            (6, Mhz40, &[83, 84]),
            (1, Mhz40, &[83]),
            (11, Mhz40, &[84]),
            (36, Mhz20, &[115]),
            (36, Mhz40, &[116]),
            (40, Mhz40, &[117]),
            (36, Mhz80, &[128]),
            (52, Mhz20, &[118]),
            (60, Mhz40, &[119]),
            (64, Mhz40, &[120]),
            (100, Mhz20, &[121]),
            (108, Mhz40, &[122]),
            (144, Mhz40, &[123]),
            (149, Mhz20, &[124]),
            (161, Mhz20, &[124]),
            (165, Mhz20, &[125]),
            (149, Mhz40, &[126]),
            (153, Mhz40, &[127]),
            (161, Mhz80, &[128]),
        ] {
            let places = sides(Channel::new(number).unwrap(), width);
            let found: Vec<u8> = places.iter().flatten().map(class_of).collect();
            assert_eq!(found, expected, "{number} {width:?}");
        }
    }

    #[test]
    fn only_what_the_radio_may_use_is_supported() {
        let mut radio = radio();
        for info in &mut radio.channels {
            info.disabled = ![6, 36, 40].contains(&info.channel.number());
        }
        let place: OperatingChannel = Channel::new(6).unwrap().into();
        assert_eq!(classes(&radio, &place), [81, 115, 116, 117]);
        let [wide, _] = sides(place.primary, ChannelWidth::Mhz40);
        assert_eq!(classes(&radio, &wide.unwrap()), [81, 83, 115, 116, 117]);
        for band in &mut radio.bands {
            band.ht = None;
        }
        assert_eq!(classes(&radio, &place), [81, 115]);
    }
}
