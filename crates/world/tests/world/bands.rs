//! Bands, channels and widths on a simulated radio that has several.

use dot11::{Band, Channel, ChannelWidth, Phy};
use radio::SurveyRow;
use radio_sim::SimConfig;
use wlan_model::{AirSettings, HostedNetworkState, Reason, Win32Error};
use wlan_rpc::{Call, KeyIdentity};
use world::{World, WorldConfig};

fn heard(number: u8, networks: u16) -> SurveyRow {
    SurveyRow {
        channel: Channel::new(number).expect("a channel"),
        active_ms: 100,
        busy_ms: 0,
        noise: None,
        networks,
        without_erp: 0,
        without_ht: 0,
    }
}

/// Three networks on channel 6, one on 1, two around 36.
fn world() -> World {
    let survey = [(1, 1), (6, 3), (11, 0), (36, 1), (40, 0), (44, 1), (48, 0)]
        .into_iter()
        .chain([149, 153, 157, 161, 165].map(|number| (number, 0)))
        .map(|(number, networks)| heard(number, networks))
        .collect();
    World::with(WorldConfig {
        radio: SimConfig::dual_band(survey),
        ..WorldConfig::default()
    })
}

fn air(band: Option<Band>, channel: Option<u8>) -> Call {
    Call::SetAirSettings(AirSettings {
        band,
        channel: channel.and_then(Channel::new),
        ..AirSettings::default()
    })
}

#[test]
fn the_quietest_channel_of_the_band_is_found_and_a_station_joins_there() {
    let mut world = world();
    let client = world.connect();
    world.start(client);
    let status = world.status();
    assert_eq!(
        (status.channel, status.width, status.phy),
        (Some(11), Some(ChannelWidth::Mhz20), Some(Phy::He))
    );

    world
        .call(client, air(Some(Band::Ghz5), None))
        .expect("the band can be chosen");

    assert_eq!(world.status().state, HostedNetworkState::Idle);
    world.start(client);
    let status = world.status();
    assert_eq!(
        (status.channel, status.width, status.phy),
        (Some(149), Some(ChannelWidth::Mhz80), Some(Phy::He))
    );
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);
    assert_eq!(world.traffic("phone", 10), 10);
}

#[test]
fn a_radar_channel_ends_the_start_with_its_reason_and_nothing_is_on_the_air() {
    let mut world = world();
    let client = world.connect();
    world
        .call(client, air(None, Some(52)))
        .expect("the start decides");

    let refusal = world.call(client, Call::StartUsing).unwrap_err();

    assert_eq!(refusal.reason, Reason::ApStartFailed);
    assert_eq!(refusal.code, Win32Error::NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED);
    assert!(refusal.cause.text.contains("radar"), "{}", refusal.cause);
    assert!(!world.radio.is_on_air());
    world
        .call(client, air(None, Some(36)))
        .expect("another one");
    world.start(client);
    assert_eq!(world.status().channel, Some(36));
}
