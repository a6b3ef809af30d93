//! Election of a key, and the frames of a join.

use super::*;

#[test]
fn message_2_elects_the_primary_key() {
    let p = Pair::joined(1);
    assert_eq!(p.auth.key(), Some(PRIMARY));
    let tk = p.sup_installed()[0].clone();
    assert_eq!(
        p.auth_out,
        [
            Output::InstallPairwiseKey { tk },
            Output::Authorize { key: PRIMARY },
            Output::GroupKeyDelivered { index: 1 },
        ]
    );
    assert_eq!(
        p.sup_out[1..],
        [
            SupplicantOutput::InstallGroupKey {
                index: 1,
                gtk: KeyBytes::copy_from(&[0x61; 16]),
                rsc: 0x61
            },
            SupplicantOutput::Done,
        ]
    );
    assert_eq!(p.auth.poll_timeout(), None);
}

#[test]
fn message_2_elects_the_secondary_key() {
    let p = Pair::joined(2);
    assert_eq!(p.auth.key(), Some(SECONDARY));
    assert_eq!(p.installed(), p.sup_installed());
}

#[test]
fn a_passphrase_and_a_binary_key_are_elected_side_by_side() {
    let ssid = dot11::Ssid::new("IEEE").unwrap();
    let by_word = Pmk::from_passphrase(&Passphrase::new(b"password").unwrap(), &ssid);
    let binary = Pmk::from_raw(&[0xb1; 32]);
    for (key, expected) in [(by_word.clone(), PRIMARY), (binary.clone(), SECONDARY)] {
        let station = SupplicantConfig {
            ap: AP,
            station: STATION,
            pmk: key,
            ap_rsne: AP_RSNE.to_vec(),
            station_rsne: STATION_RSNE.to_vec(),
            management_protection: false,
        };
        let mut p = Pair::with(Supplicant::new(station, rng(1)), config());
        p.candidates.live = vec![
            Candidate {
                id: PRIMARY,
                pmk: by_word.clone(),
            },
            Candidate {
                id: SECONDARY,
                pmk: binary.clone(),
            },
        ];
        p.start();
        p.run();
        assert_eq!(p.auth.key(), Some(expected));
    }
}

#[test]
fn a_key_changed_between_message_1_and_2_counts_for_the_new_association() {
    let mut p = Pair::new(4);
    p.start();
    p.sup_step().unwrap();
    p.candidates.live[1] = Candidate {
        id: KeyId(9),
        pmk: pmk(4),
    };
    p.run();
    assert_eq!(p.auth.key(), Some(KeyId(9)));
    assert!(p.auth.is_authorized());
}

#[test]
fn a_key_changed_between_message_2_and_4_does_not_disturb_the_handshake() {
    let mut p = Pair::new(2);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.candidates.live.clear();
    p.run();
    assert_eq!(p.auth.key(), Some(SECONDARY));
    assert!(p.auth.is_authorized());
}

#[test]
fn a_wrong_passphrase_is_told_once_and_never_opens_the_port() {
    let mut p = Pair::new(66);
    p.start();
    p.run();
    while p.tick() {
        p.run();
    }
    assert_eq!(
        p.auth_out,
        [
            Output::Mismatch(Verdict::WrongKey),
            Output::Failed(Failure::PairwiseTimeout)
        ]
    );
    assert!(!p.auth.is_authorized());
    assert_eq!(p.auth.rejected(), 4);
}

#[test]
fn a_retired_key_is_named_and_never_opens_the_port() {
    let mut p = Pair::new(3);
    p.start();
    p.run();
    assert_eq!(p.auth_out, [Output::Mismatch(Verdict::RetiredKey(OLD))]);
    assert!(!p.auth.is_authorized());
    assert_eq!(p.auth.key(), None);
}

#[test]
fn a_wrong_message_2_does_not_keep_a_right_one_from_joining() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.to_sup[0].clone();
    assert_eq!(
        p.give_auth(&Forge::message_2(66, 5).answer(&message_1)),
        Err(Rejection::Mic)
    );
    p.run();
    assert!(p.auth.is_authorized());
}

#[test]
fn all_six_messages_have_the_key_information_of_the_standard() {
    let mut p = Pair::joined(1);
    let next = group(0x62, 2);
    p.auth.rekey_group(&next, p.now);
    p.drain();
    p.run();
    let info = |pdu: &Vec<u8>| KeyFrameView::parse(pdu).unwrap().info().0;
    assert_eq!(
        p.auth_sent.iter().map(info).collect::<Vec<_>>(),
        [0x008a, 0x13ca, 0x1382]
    );
    assert_eq!(
        p.sup_sent.iter().map(info).collect::<Vec<_>>(),
        [0x010a, 0x030a, 0x0302]
    );
    assert_eq!(
        p.sup_out.last(),
        Some(&SupplicantOutput::InstallGroupKey {
            index: 2,
            gtk: KeyBytes::copy_from(&[0x62; 16]),
            rsc: 0x62
        })
    );
}

#[test]
fn message_3_keeps_the_group_key_encrypted() {
    let p = Pair::joined(1);
    let message_3 = &p.auth_sent[1];
    assert!(!message_3.windows(16).any(|w| w == [0x61; 16]));
}

/// A pair that agreed on protected management frames, and a network with a key for them.
fn protected(igtk: u8, index: u8) -> (GroupKey, ManagementKey) {
    let key = ManagementKey {
        igtk: Igtk::from_raw([igtk; 16]),
        index,
        ipn: 9,
    };
    let group = GroupKey {
        management: Some(key.clone()),
        ..group(0x61, index - 3)
    };
    (group, key)
}

fn management_installs(pair: &Pair) -> Vec<(u8, Vec<u8>, u64)> {
    let mut keys = vec![];
    for output in &pair.sup_out {
        if let SupplicantOutput::InstallManagementKey { index, igtk, ipn } = output {
            keys.push((*index, igtk.expose().to_vec(), *ipn));
        }
    }
    keys
}

fn protected_pair() -> Pair {
    let station = SupplicantConfig {
        ap: AP,
        station: STATION,
        pmk: pmk(1),
        ap_rsne: AP_RSNE.to_vec(),
        station_rsne: STATION_RSNE.to_vec(),
        management_protection: true,
    };
    let mut pair = Pair::with(
        Supplicant::new(station, rng(99)),
        Config {
            management_protection: true,
            ..config()
        },
    );
    pair.group = protected(0x71, 4).0;
    pair
}

#[test]
fn the_key_of_management_frames_comes_with_message_3_and_is_renewed_with_the_group_key() {
    let mut pair = protected_pair();
    pair.start();
    pair.run();
    assert!(pair.auth.is_authorized());
    assert_eq!(management_installs(&pair), [(4, vec![0x71; 16], 9)]);

    let (next, _) = protected(0x72, 5);
    pair.auth.rekey_group(&next, pair.now);
    pair.drain();
    pair.run();
    assert_eq!(
        management_installs(&pair)[1..],
        [(5, vec![0x72; 16], 9)],
        "the other slot"
    );
    // Handed out once more, it is not installed once more: its counter runs on.
    pair.auth.rekey_group(&next, pair.now);
    pair.drain();
    pair.run();
    assert_eq!(management_installs(&pair).len(), 2);
}

#[test]
fn who_did_not_agree_gets_no_key_of_management_frames() {
    let mut pair = Pair::new(1);
    pair.group = protected(0x71, 4).0;
    pair.start();
    pair.run();
    assert!(pair.auth.is_authorized());
    assert!(management_installs(&pair).is_empty());
}

#[test]
fn a_message_3_without_the_agreed_key_of_management_frames_is_dropped() {
    let mut pair = protected_pair();
    pair.group = group(0x61, 1);
    pair.start();
    pair.run();
    assert!(!pair.auth.is_authorized());
    assert!(pair.sup_installed().is_empty());
}
