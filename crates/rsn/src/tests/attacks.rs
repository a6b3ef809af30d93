//! Attacks by name, and elements that do not agree.

use super::*;

#[test]
fn another_rsn_element_in_message_2_fails_with_reason_17() {
    let mut other = STATION_RSNE;
    other[20] = 1;
    let mut longer = STATION_RSNE.to_vec();
    longer[1] += 2;
    longer.extend([0, 0]);
    for data in [other.to_vec(), longer, vec![1, 1, 0]] {
        let mut p = Pair::new(1);
        p.start();
        let forged = Forge {
            data,
            ..Forge::message_2(1, 5)
        };
        p.give_auth(&forged.answer(&p.auth_sent[0].clone()))
            .unwrap();
        assert_eq!(p.auth_out, [Output::Failed(Failure::ElementMismatch)]);
        assert_eq!(
            Failure::ElementMismatch.reason(),
            ReasonCode::HANDSHAKE_ELEMENT_MISMATCH
        );
        assert_eq!(p.auth.poll_timeout(), None);
    }
}

#[test]
fn another_rsn_element_in_message_3_fails_the_station() {
    let mut beacon = config();
    beacon.ap_rsne[20] = 0;
    let mut p = Pair::with(supplicant(1), beacon);
    p.start();
    p.run();
    assert_eq!(
        p.sup_out,
        [SupplicantOutput::Failed(Failure::ElementMismatch)]
    );
    assert!(!p.auth.is_authorized());
}

#[test]
fn cve_2023_52161_message_4_before_message_2_opens_nothing() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.auth_sent[0].clone();
    // With the all-zero key of a handshake that derived none, and with the right key.
    let mut zero_key = Forge::message_2(1, 0);
    zero_key.key = Pmk::from_raw(&[0; 32]);
    for station in [zero_key, Forge::message_2(1, 5)] {
        let message_4 = station.message_4(&message_1, &message_1);
        assert_eq!(p.give_auth(&message_4), Err(Rejection::Unexpected));
        assert!(!p.auth.is_authorized());
        assert_eq!(p.auth_out, []);
    }
    // And one that says it is a message 2 with nothing in it.
    let empty = Forge {
        data: vec![],
        ..Forge::message_2(1, 5)
    }
    .answer(&message_1);
    assert_eq!(p.give_auth(&empty), Err(Rejection::Unexpected));
    p.run();
    assert!(p.auth.is_authorized());
}

#[test]
fn cve_2020_17497_a_replayed_message_4_is_ignored() {
    let mut p = Pair::joined(1);
    let (outputs, sent) = (p.auth_out.clone(), p.auth_sent.len());
    for replay in p.sup_sent.clone() {
        assert_eq!(p.give_auth(&replay), Err(Rejection::Unexpected));
    }
    assert_eq!((p.auth_out.clone(), p.auth_sent.len()), (outputs, sent));
    // Also in the middle of a rekey, where a message 4 is awaited again.
    let old = p.sup_sent.clone();
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.drain();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    for replay in &old {
        assert_eq!(p.give_auth(replay), Err(Rejection::ReplayCounter));
    }
    assert_eq!(p.installed().len(), 1);
    p.run();
    assert_eq!(p.installed().len(), 2);
}

#[test]
fn cve_2017_13082_class_no_pairwise_key_is_installed_twice() {
    // The station's side: each copy of message 3 is answered, one installs.
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.tick();
    p.tick();
    p.sup_step().unwrap();
    p.sup_step().unwrap();
    p.sup_step().unwrap();
    assert_eq!(p.sup_installed().len(), 1);
    assert_eq!(p.to_auth.len(), 3);
    // The access point's side: three messages 4, one installs.
    p.auth_step().unwrap();
    assert!(p.auth_step().is_err());
    assert!(p.auth_step().is_err());
    assert_eq!(p.installed().len(), 1);
    // A whole recorded handshake played again installs nothing on either side.
    for pdu in p.auth_sent.clone() {
        assert!(p.give_sup(&pdu).is_err());
    }
    for pdu in p.sup_sent.clone() {
        assert!(p.give_auth(&pdu).is_err());
    }
    assert_eq!((p.installed().len(), p.sup_installed().len()), (1, 1));
}

#[test]
fn a_group_key_is_not_installed_twice() {
    let mut p = Pair::joined(1);
    let next = group(0x62, 2);
    p.auth.rekey_group(&next, p.now);
    p.tick();
    p.run();
    let groups = |o: &&SupplicantOutput| matches!(o, SupplicantOutput::InstallGroupKey { .. });
    assert_eq!(p.sup_out.iter().filter(groups).count(), 2);
    assert_eq!(p.sup_sent.len(), 4, "both copies are answered");
}

#[test]
fn a_forged_message_1_does_not_disturb_an_established_station() {
    let mut p = Pair::joined(1);
    let mut forged = p.auth_sent[0].clone();
    set_replay_counter(&mut forged, 1000);
    assert_eq!(p.give_sup(&forged), Err(Rejection::Duplicate));
    // With another nonce the station answers, but what is in force stays in force.
    forged[20] ^= 1;
    p.give_sup(&forged).unwrap();
    p.to_auth.clear();
    assert!(p.sup.is_done());
    p.group = group(0x62, 2);
    p.auth.rekey_group(&p.group.clone(), p.now);
    p.drain();
    p.run();
    assert_eq!(
        p.auth_out.last(),
        Some(&Output::GroupKeyDelivered { index: 2 })
    );
}

#[test]
fn frames_of_the_wrong_kind_are_dropped_without_a_trace() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.auth_sent[0].clone();
    let good = Forge::message_2(1, 5);
    for info in [
        0x0109, 0x010b, 0x018a, 0x008a, 0x000a, 0x050a, 0x110a, 0x0102, 0x090a,
    ] {
        let wrong = Forge {
            info: KeyInfo(info),
            ..Forge::message_2(1, 5)
        }
        .answer(&message_1);
        assert!(p.give_auth(&wrong).is_err(), "{info:#06x}");
    }
    assert!(p.give_auth(&[2, 1, 0, 0]).is_err());
    assert!(p.give_auth(&[]).is_err());
    assert_eq!(p.auth.rejected(), 11);
    p.give_auth(&good.answer(&message_1)).unwrap();
}
