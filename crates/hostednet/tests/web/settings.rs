//! What the page changes about the network: how it uses the air, its internet, its name.

use dot11::{Band, Channel, ChannelWidth};

use super::House;

#[test]
fn band_channel_and_width_are_wished_for_as_on_the_command_line() {
    let house = House::open();
    let browser = house.browser();
    let mut client = house.client();

    let five = "{\"air\":{\"band\":\"5\",\"channel\":44,\"width\":40}}";
    assert_eq!(browser.post("/api/do", five).status, 200);
    assert_eq!(
        browser
            .post("/api/do", "{\"isolate\":{\"on\":true}}")
            .status,
        200
    );
    let two = "{\"air\":{\"band\":null,\"channel\":11,\"width\":null}}";
    let air = client.query_air_settings().unwrap();
    assert_eq!(air.band, Some(Band::Ghz5));
    assert_eq!(air.channel, Channel::new(44));
    assert_eq!(air.width, Some(ChannelWidth::Mhz40));
    assert_eq!(browser.post("/api/do", two).status, 200);
    let air = client.query_air_settings().unwrap();
    assert_eq!((air.band, air.width), (None, None));
    assert_eq!(air.channel, Channel::new(11));
    assert!(air.isolate, "isolation was not asked about");

    for (wrong, said) in [
        (
            "{\"band\":\"5\",\"channel\":6,\"width\":null}",
            "not in the 5 GHz band",
        ),
        (
            "{\"band\":\"2.4\",\"channel\":null,\"width\":80}",
            "no channels of 80 MHz",
        ),
        (
            "{\"band\":null,\"channel\":15,\"width\":null}",
            "no channel 15",
        ),
        ("{\"band\":null,\"channel\":null,\"width\":160}", "160 MHz"),
    ] {
        let answer = browser.post("/api/do", &format!("{{\"air\":{wrong}}}"));
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.body.contains(said), "{}", answer.body);
        assert!(answer.body.contains("\"remedy\":\""), "{}", answer.body);
    }
    assert_eq!(client.query_air_settings().unwrap(), air);
}

#[test]
fn a_network_that_cannot_run_on_another_channel_runs_on_where_it_was() {
    let house = House::open();
    let browser = house.browser();
    assert_eq!(browser.post("/api/do", "{\"start\":{}}").status, 200);
    let mut client = house.client();
    let before = client.query_status().unwrap();

    let radar = "{\"air\":{\"band\":null,\"channel\":52,\"width\":null}}";
    let answer = browser.post("/api/do", radar);

    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("radar"), "{}", answer.body);
    assert!(answer.body.contains("as it was before"), "{}", answer.body);
    let status = client.query_status().unwrap();
    assert_eq!(status.state, wlan_model::HostedNetworkState::Active);
    assert_eq!(status.channel, before.channel);
    assert_eq!(client.query_air_settings().unwrap().channel, None);

    let eleven = "{\"air\":{\"band\":\"2.4\",\"channel\":11,\"width\":null}}";
    assert_eq!(browser.post("/api/do", eleven).status, 200);
    let status = client.query_status().unwrap();
    assert_eq!(status.state, wlan_model::HostedNetworkState::Active);
    assert_eq!(status.channel, Some(11));
}

#[test]
fn a_lent_key_does_not_end_by_a_change_of_something_else_without_a_question() {
    let house = House::open();
    let browser = house.browser();
    assert_eq!(browser.post("/api/do", "{\"start\":{}}").status, 200);
    let mut client = house.client();
    client.set_passphrase("tea at five", false).unwrap();

    for change in [
        "{\"air\":{\"band\":\"5\",\"channel\":null,\"width\":null}}",
        "{\"set_name\":{\"name\":\"other\"}}",
        "{\"new_primary_key\":{}}",
    ] {
        let answer = browser.post("/api/do", change);
        assert_eq!(answer.status, 409, "{change}");
        assert!(
            answer.body.contains("the key that is lent"),
            "{}",
            answer.body
        );
        assert!(client.query_secondary_key().unwrap().is_some(), "{change}");
    }
    assert_eq!(browser.post("/api/do", "{\"stop\":{}}").status, 200);
}

#[test]
fn the_internet_is_shared_where_there_is_a_radio_for_it_and_refused_in_words_elsewhere() {
    let house = House::open();
    let browser = house.browser();

    for upstream in ["null", "\"eth0\""] {
        let answer = browser.post(
            "/api/do",
            &format!("{{\"share\":{{\"upstream\":{upstream}}}}}"),
        );
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains("simulated radio"), "{}", answer.body);
        assert!(answer.body.contains("--radio real"), "{}", answer.body);
    }
    assert_eq!(browser.post("/api/do", "{\"unshare\":{}}").status, 200);
}

#[test]
fn a_name_that_is_no_text_is_shown_and_not_offered_for_typing() {
    let house = House::open();
    let mut client = house.client();
    client.init_settings().unwrap();
    let mut settings = client.query_connection_settings().unwrap();
    settings.ssid = dot11::Ssid::new([0xff; 32]).unwrap();
    client.set_connection_settings(settings).unwrap();

    let mut lines = house.browser().live();

    let shown = format!("\"ssid\":\"{}\",\"name\":null", "FF".repeat(32));
    assert!(lines.any(|line| line.contains(&shown)));
}
