//! Channels and the regulatory domain.

use super::*;

#[test]
fn a_connections_channel_is_followed_or_stands_in_the_way() {
    let connected = |number, change: fn(&mut Channel)| {
        with_radio(before(), |r| {
            let mut channel = Channel {
                number,
                ..Channel::default()
            };
            change(&mut channel);
            r.channels.push(channel);
            r.forced_channel = Some(number);
            r.interfaces[0].mhz = Some(5260);
            r.interfaces[0].ssid = Some("Home".into());
        })
    };
    let followed = expect(&connected(36, |_| ()), "forced-channel", Hint, None);
    assert!(followed.cause.text.contains("channel 36"));
    assert!(followed.evidence[0].contains("wlan0: station"));

    let reason = Some(Reason::ApStartFailed);
    let id = "forced-channel-forbidden";
    let dfs = expect(
        &connected(52, |c| {
            c.radar = true;
            c.no_ir = true;
        }),
        id,
        Obstacle,
        reason,
    );
    assert_eq!(
        dfs.cause.text,
        "Channel 52 cannot carry an access point: it needs radar detection (DFS), which is not offered."
    );
    let no_ir = expect(&connected(36, |c| c.no_ir = true), id, Obstacle, reason);
    assert!(no_ir.cause.text.contains("forbids to transmit there first"));
}

#[test]
fn a_network_that_runs_is_not_told_that_its_channel_cannot_be() {
    let facts = with_radio(healthy(), |r| {
        r.forced_channel = Some(6);
        r.channels[1].no_ir = true;
    });
    expect(&facts, "forced-channel", Hint, None);
}

#[test]
fn a_channel_that_was_asked_for_must_be_free() {
    let wish = |number| {
        let mut facts = with_network(|n| {
            n.active = false;
            n.channel = None;
            n.wish = Some(number);
        });
        facts.radios[0].channels.push(Channel {
            number: 100,
            radar: true,
            ..Channel::default()
        });
        facts
    };
    let finding = expect(
        &wish(100),
        "channel-forbidden",
        Obstacle,
        Some(Reason::ApStartFailed),
    );
    assert!(finding.cause.text.contains("radar"));
    let missing = found(&wish(44), "channel-forbidden");
    assert!(missing.cause.text.contains("does not have it"));
    absent(&wish(6), "channel-forbidden");
}

#[test]
fn where_nobody_may_transmit_first_there_is_no_channel() {
    let facts = |self_managed, country: &str| {
        let mut facts = with_radio(before(), |r| {
            r.channels.iter_mut().for_each(|c| c.no_ir = true);
            r.self_managed = self_managed;
            r.country = self_managed.then(|| "DE".to_owned());
        });
        facts.country = Looked::Seen(country.into());
        facts
    };
    let reason = Some(Reason::ApStartFailed);
    let world = expect(&facts(false, "00"), "no-channel", Obstacle, reason);
    assert_eq!(
        world.evidence,
        ["regulatory domain 00", "nobody may transmit first: 1 6 11"]
    );
    assert!(world.cause.remedy.contains("iw reg set"));
    assert_eq!(found(&facts(false, "00"), "world-domain").severity, Warning);

    let own = expect(&facts(true, "00"), "no-channel", Obstacle, reason);
    assert!(own.cause.remedy.contains("does not help"), "{own:?}");
    absent(&facts(true, "00"), "world-domain");
}

#[test]
fn world_domain_and_a_drivers_own_domain_are_hints_while_channels_are_left() {
    let mut facts = before();
    facts.country = Looked::Seen("00".into());
    expect(&facts, "world-domain", Hint, None);

    let own = with_radio(before(), |r| {
        r.self_managed = true;
        r.country = Some("US".into());
    });
    let finding = expect(&own, "self-managed-domain", Hint, None);
    assert!(finding.cause.text.contains("alone (US)"));
    absent(&before(), "world-domain");
}

#[test]
fn channels_are_listed_by_what_may_be_done_there() {
    let facts = with_radio(before(), |r| {
        let channel = |number, disabled, no_ir, radar| Channel {
            number,
            disabled,
            no_ir,
            radar,
        };
        r.channels.extend([
            channel(12, false, true, false),
            channel(14, true, false, false),
            channel(52, false, true, true),
        ]);
    });
    assert_eq!(
        found(&facts, "channels").evidence,
        [
            "regulatory domain DE",
            "free: 1 6 11",
            "nobody may transmit first: 12",
            "radar detection needed: 52",
            "forbidden: 14"
        ]
    );
}
