//! Stations of the past beside those of today: everybody is told, nobody is disturbed.

use clock::Duration;
use dot11::element::{ElementId, Elements, HtOperation, erp};
use radio::{Command, Protection};
use radio_sim::StationProfile;
use wlan_rpc::KeyIdentity;
use world::World;

/// An 802.11b station without short preambles.
fn of_the_past() -> StationProfile {
    StationProfile {
        erp: false,
        short_preamble: false,
        wmm: false,
        ..StationProfile::default()
    }
}

/// ERP flags and HT protection of the last beacon, and the radio's part, since that many commands.
fn last(world: &World, since: usize) -> Option<(u8, u8, Protection)> {
    let commands = world.commands.iter().skip(since).map(|c| &c.command);
    let tail = commands.clone().rev().find_map(|command| match command {
        Command::UpdateBeacon { tail, .. } => Some(Elements::new(tail)),
        _ => None,
    })?;
    let protection = commands.rev().find_map(|command| match command {
        Command::Protect(protection) => Some(*protection),
        _ => None,
    })?;
    let byte = |id, at: usize| tail.body(id).and_then(|b| b.get(at)).copied();
    Some((
        byte(ElementId::ERP, 0)?,
        byte(ElementId::HT_OPERATION, 2)?,
        protection,
    ))
}

#[test]
fn a_station_of_the_past_is_told_to_all_and_disturbs_nobody() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    world.joined("phone", key.clone(), KeyIdentity::Primary);
    world.begin_traffic("phone", 200);
    let since = world.commands.len();
    world.radio.set_profile("scale", of_the_past()).unwrap();

    world.joined("scale", key, KeyIdentity::Primary);

    let (flags, ht, protection) = last(&world, since).expect("it is told");
    assert_eq!(
        flags,
        erp::NON_ERP_PRESENT | erp::USE_PROTECTION | erp::BARKER_PREAMBLE
    );
    assert_eq!(ht & HtOperation::NON_HT_MIXED, HtOperation::NON_HT_MIXED);
    assert!(protection.cts && protection.long_preamble && protection.long_slot);
    assert_eq!(world.traffic("scale", 5), 5);

    let since = world.commands.len();
    world.leave("scale");
    world.run(Duration::from_secs(4));
    assert_eq!(last(&world, since), None, "it may come back");
    world.run(Duration::from_secs(2));
    let (flags, ht, protection) = last(&world, since).expect("it is told");
    assert_eq!((flags, ht & HtOperation::NON_HT_MIXED), (0, 0));
    assert!(!protection.cts && !protection.long_preamble && !protection.long_slot);
    assert_eq!(world.end_traffic("phone"), 200, "the phone noticed nothing");
}
