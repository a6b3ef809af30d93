//! Looking around and joining.

use super::*;
use dot11::element::Elements;

#[test]
fn a_connection_is_told_in_the_documented_order() {
    let mut bench = StaBench::ready(vec![FakeAp::default()]);
    assert_eq!(bench.connect(), ConnectionEnd::Success);
    let story = [
        "connection start",
        "association start",
        "associated",
        "connection end",
    ];
    assert_eq!(bench.story(), story);
    let found = association(&bench);
    assert_eq!(found.bssid, AP);
    assert_eq!(found.auth, AuthAlgorithm::RSNA_PSK);
    assert_eq!(found.unicast_cipher, CipherAlgorithm::CCMP);
    assert_eq!(found.multicast_cipher, CipherAlgorithm::CCMP);
    let Some(Command::AddStation(entry)) = bench
        .commands
        .iter()
        .find(|c| matches!(c, Command::AddStation(_)))
    else {
        panic!()
    };
    assert_eq!((entry.peer, entry.aid), (AP, 1));
    assert!(entry.flags.associated && entry.flags.authenticated && entry.flags.wme);
    assert_eq!(entry.rates, [0x82, 0x84, 0x0c]);
    let tuned = bench.tuned.unwrap();
    assert_eq!((tuned.channel.number(), tuned.bssid), (6, Some(AP)));
}

#[test]
fn the_request_has_an_rsn_element_and_ends_with_the_elements_given() {
    let given = vec![221, 5, 0x00, 0x14, 0x72, 1, 9, 221, 3, 1, 2, 3];
    let mut bench = StaBench::ready(vec![FakeAp::default()]);
    let elements = StationRequest::AssociationElements(given.clone());
    assert_eq!(bench.ask_station(elements), Ok(Reply::Done));
    bench.connect();
    let frames = association(&bench).frames.clone();
    let sent = bench.sent();
    assert_eq!(frames.request, &sent.last().unwrap()[24..]);
    assert!(frames.request.ends_with(&given));
    let elements = Elements::new(&frames.request[4..]);
    assert_eq!(elements.body(ElementId::SSID), Some(&b"lab"[..]));
    let rsne = Rsne::parse(elements.body(ElementId::RSN).unwrap()).unwrap();
    assert_eq!(rsne.pairwise, [CipherSuite::CCMP]);
    assert_eq!(rsne.group_cipher, CipherSuite::CCMP);
    assert_eq!(rsne.akm, [dot11::AkmSuite::PSK]);
    let ap = FakeAp::default();
    assert_eq!(
        frames.response,
        &ap.response(false, StatusCode::SUCCESS, 1)[24..]
    );
    assert_eq!(frames.beacon, &ap.probe_response()[24..]);
    assert!(!frames.reassociation);
    let query = SecurityRequest::QueryAssociation(AP);
    let reply = Reply::Association(Box::new(frames));
    assert_eq!(bench.ask_security(query), Ok(reply));
    let other = SecurityRequest::QueryAssociation(station(1));
    assert_eq!(bench.ask_security(other), not_there());
}

#[test]
fn elements_that_break_the_request_are_refused_and_the_old_ones_stay() {
    let good = vec![221, 3, 0, 0x14, 0x72];
    let rows: [(Vec<u8>, NdisStatus); 5] = [
        (vec![221, 9, 1], NdisStatus::INVALID_DATA),
        (vec![221], NdisStatus::INVALID_DATA),
        (vec![48, 2, 1, 0], NdisStatus::INVALID_DATA),
        (vec![221, 1, 7, 0, 1, b'x'], NdisStatus::INVALID_DATA),
        (vec![0; 1100], NdisStatus::INVALID_LENGTH),
    ];
    for (elements, status) in rows {
        let mut bench = StaBench::ready(vec![FakeAp::default()]);
        let set = |bench: &mut StaBench, elements: &[u8]| {
            bench.ask_station(StationRequest::AssociationElements(elements.to_vec()))
        };
        assert_eq!(set(&mut bench, &good), Ok(Reply::Done));
        assert_eq!(set(&mut bench, &elements), Err(status), "{elements:?}");
        bench.connect();
        assert!(association(&bench).frames.request.ends_with(&good));
        assert_eq!(set(&mut bench, &[]), Ok(Reply::Done));
    }
}

#[test]
fn a_scan_goes_over_all_channels_and_asks_only_where_it_may() {
    let channel = |n, disabled, no_ir, radar| ChannelInfo {
        channel: Channel::new(n).unwrap(),
        disabled,
        no_ir,
        radar,
        wider: radio::WiderChannels::default(),
    };
    let radio = Capabilities {
        channels: vec![
            channel(1, false, false, false),
            channel(6, true, false, false),
            channel(11, false, true, false),
            channel(52, false, false, true),
        ],
        ..station_capabilities()
    };
    let mut bench = StaBench::with_radio(radio, Vec::new());
    let id = bench.station(StationRequest::Scan);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.result(id), Ok(Reply::BssEntries(Vec::new())));
    let visited: Vec<(u8, usize)> = bench.commands.iter().fold(Vec::new(), |mut all, c| {
        match c {
            Command::Listen(to) => all.push((to.channel.number(), 0)),
            Command::SendManagement { .. } => all.last_mut().unwrap().1 += 1,
            Command::StopListening => {}
            other => panic!("{other:?}"),
        }
        all
    });
    // By name too, for networks that hide.
    assert_eq!(visited, [(1, 2), (11, 0), (52, 0)]);
    assert_eq!(bench.commands.last(), Some(&Command::StopListening));
    assert!(bench.indications.is_empty());
}

#[test]
fn a_scan_brings_back_what_was_heard() {
    let aps = vec![
        FakeAp::default(),
        FakeAp {
            bssid: station(1),
            channel: 11,
            ssid: b"other",
            rsne: None,
            capability: CapabilityInfo::ESS,
            ..FakeAp::default()
        },
        FakeAp {
            bssid: station(2),
            channel: 1,
            probes: false,
            ..FakeAp::default()
        },
    ];
    let mut bench = StaBench::ready(aps.clone());
    let id = bench.station(StationRequest::Scan);
    // The third only beacons, and leaks in on channel 1 while it says so itself.
    bench.frame(aps[2].beacon());
    bench.pass(Duration::from_secs(1));
    let Ok(Reply::BssEntries(found)) = bench.result(id) else {
        panic!()
    };
    let short: Vec<_> = found
        .iter()
        .map(|e| (e.bssid, e.channel.number(), e.signal))
        .collect();
    assert_eq!(
        short,
        [
            (AP, 6, Some(-40)),
            (station(1), 11, Some(-40)),
            (station(2), 1, Some(-50))
        ]
    );
    let entry = found.first().unwrap();
    assert_eq!(entry.beacon_interval, 100);
    assert_eq!(entry.elements, &aps[0].probe_response()[36..]);
}

#[test]
fn a_connection_after_a_scan_needs_no_other_one() {
    let mut bench = StaBench::ready(vec![FakeAp::default()]);
    bench.station(StationRequest::Scan);
    bench.pass(Duration::from_secs(1));
    bench.clear();
    bench.station(StationRequest::Connect);
    assert_eq!(bench.end(), Some(ConnectionEnd::Success), "at once");
    // What was heard long ago is looked for again.
    bench.station(StationRequest::Disconnect);
    bench.pass(Duration::from_secs(11));
    bench.clear();
    bench.station(StationRequest::Connect);
    assert_eq!(bench.end(), None);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.end(), Some(ConnectionEnd::Success));
}

#[test]
fn only_networks_that_offer_what_is_enabled_suit() {
    let rsne = |change: fn(&mut Rsne)| {
        let mut rsne = Rsne::wpa2_personal();
        change(&mut rsne);
        Some(rsne.encode().unwrap())
    };
    let rows: [(&str, FakeAp); 9] = [
        (
            "name",
            FakeAp {
                ssid: b"lab2",
                ..FakeAp::default()
            },
        ),
        (
            "no RSN",
            FakeAp {
                rsne: None,
                ..FakeAp::default()
            },
        ),
        (
            "broken RSN",
            FakeAp {
                rsne: Some(vec![1]),
                ..FakeAp::default()
            },
        ),
        (
            "802.1X",
            FakeAp {
                rsne: rsne(|r| r.akm = vec![dot11::AkmSuite(0x000f_ac01)]),
                ..FakeAp::default()
            },
        ),
        (
            "pairwise",
            FakeAp {
                rsne: rsne(|r| r.pairwise = vec![CipherSuite::TKIP]),
                ..FakeAp::default()
            },
        ),
        (
            "group",
            FakeAp {
                rsne: rsne(|r| r.group_cipher = CipherSuite::TKIP),
                ..FakeAp::default()
            },
        ),
        (
            "protected management",
            FakeAp {
                rsne: rsne(|r| r.capabilities.0 = 0x00c0),
                ..FakeAp::default()
            },
        ),
        (
            "ad hoc",
            FakeAp {
                capability: CapabilityInfo::ESS | CapabilityInfo::PRIVACY | CapabilityInfo::IBSS,
                ..FakeAp::default()
            },
        ),
        (
            "open",
            FakeAp {
                capability: CapabilityInfo::ESS,
                ..FakeAp::default()
            },
        ),
    ];
    for (what, ap) in rows {
        let mut bench = StaBench::ready(vec![ap]);
        assert_eq!(bench.connect(), ConnectionEnd::NotFound, "{what}");
        assert_eq!(
            bench.story(),
            ["connection start", "connection end"],
            "{what}"
        );
        assert_eq!(bench.tuned, None, "{what}");
    }
    let mut bench = StaBench::ready(vec![FakeAp::default()]);
    let list = SecurityRequest::ExcludedMacAddressList(vec![AP]);
    assert_eq!(bench.ask_security(list), Ok(Reply::Done));
    assert_eq!(bench.connect(), ConnectionEnd::NotFound);
    let many = SecurityRequest::ExcludedMacAddressList(vec![AP; 33]);
    assert_eq!(bench.ask_security(many), Err(NdisStatus::INVALID_LENGTH));
}

#[test]
fn the_cipher_is_the_one_enabled_or_the_best_both_have() {
    use CipherSuite as S;
    let offer = |suites: &[S], group| {
        let rsne = Rsne {
            pairwise: suites.to_vec(),
            group_cipher: group,
            ..Rsne::wpa2_personal()
        };
        let rsne = Some(rsne.encode().unwrap());
        vec![FakeAp {
            rsne,
            ..FakeAp::default()
        }]
    };
    let vendor = CipherSuite(0x0014_7201);
    let vendors = CipherAlgorithm(0x8014_7201);
    let ccmp = CipherAlgorithm::CCMP;
    let gcmp = CipherAlgorithm::GCMP;
    let rows = [
        (None, offer(&[S::GCMP], S::GCMP), Some((gcmp, gcmp))),
        (
            None,
            offer(&[S::GCMP, S::CCMP], S::CCMP),
            Some((ccmp, ccmp)),
        ),
        (
            Some(gcmp),
            offer(&[S::GCMP, S::CCMP], S::CCMP),
            Some((gcmp, ccmp)),
        ),
        (Some(gcmp), offer(&[S::CCMP], S::CCMP), None),
        // A vendor's cipher is never taken unless it was enabled.
        (None, offer(&[vendor], S::CCMP), None),
        (
            Some(vendors),
            offer(&[vendor], S::CCMP),
            Some((vendors, ccmp)),
        ),
    ];
    for (row, (unicast, aps, expected)) in rows.into_iter().enumerate() {
        let radio = Capabilities {
            ciphers: vec![S::CCMP, S::GCMP, vendor],
            ..station_capabilities()
        };
        let mut bench = StaBench::with_radio(radio, aps);
        if let Some(cipher) = unicast {
            bench.expect_done(Request::EnabledUnicastCipherAlgorithm(cipher));
        }
        let end = bench.connect();
        let Some(expected) = expected else {
            assert_eq!(end, ConnectionEnd::NotFound, "{row}");
            continue;
        };
        assert_eq!(end, ConnectionEnd::Success, "{row}");
        let found = association(&bench);
        assert_eq!(
            (found.unicast_cipher, found.multicast_cipher),
            expected,
            "{row}"
        );
    }
}

#[test]
fn the_strongest_is_asked_first_and_the_others_after_it() {
    let ap = |n, signal, assoc| FakeAp {
        bssid: station(n),
        signal,
        assoc: Some(assoc),
        channel: [1, 6, 11][n as usize],
        ..FakeAp::default()
    };
    let refused = StatusCode::DENIED_NO_MORE_STAS;
    let aps = vec![
        ap(0, -70, StatusCode::SUCCESS),
        ap(1, -30, refused),
        ap(2, -50, refused),
    ];
    let mut bench = StaBench::ready(aps);
    assert_eq!(bench.connect(), ConnectionEnd::Success);
    let asked: Vec<MacAddr> = bench
        .told()
        .iter()
        .filter_map(|told| match told {
            Told::AssociationStart { bssid } => Some(*bssid),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [station(1), station(2), station(0)]);
    assert_eq!(association(&bench).bssid, station(0));
}

#[test]
fn attempts_end_with_the_failure_that_says_most() {
    let silent = |auth, assoc| {
        vec![FakeAp {
            auth,
            assoc,
            ..FakeAp::default()
        }]
    };
    let ok = Some(StatusCode::SUCCESS);
    let refused = StatusCode::UNSUPPORTED_AUTH_ALGORITHM;
    let full = StatusCode::DENIED_NO_MORE_STAS;
    let rows = [
        (vec![], ConnectionEnd::NotFound, 0),
        (silent(None, ok), ConnectionEnd::Timeout, 4),
        (silent(ok, None), ConnectionEnd::Timeout, 5),
        (
            silent(Some(refused), ok),
            ConnectionEnd::Refused(refused),
            1,
        ),
        (silent(ok, Some(full)), ConnectionEnd::Refused(full), 2),
    ];
    for (row, (aps, end, frames)) in rows.into_iter().enumerate() {
        let mut bench = StaBench::ready(aps);
        assert_eq!(bench.connect(), end, "{row}");
        let mut asked = bench.sent();
        asked.retain(|f| !matches!(body(f), ManagementBody::ProbeRequest(_)));
        assert_eq!(asked.len(), frames, "{row}");
        assert_eq!(bench.tuned, None, "{row}");
        assert_eq!(bench.port.poll_timeout(), None, "{row}");
    }
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let mut bench = StaBench::ready(vec![FakeAp {
        assoc: None,
        ..FakeAp::default()
    }]);
    bench.station(StationRequest::Connect);
    bench.pass(Duration::from_millis(300));
    bench.aps[0].assoc = Some(StatusCode::SUCCESS);
    bench.pass(Duration::from_millis(300));
    assert_eq!(bench.end(), Some(ConnectionEnd::Success));
    let requests = bench
        .sent()
        .iter()
        .filter(|f| matches!(body(f), ManagementBody::AssociationRequest(_)))
        .count();
    assert_eq!(requests, 2);
}

#[test]
fn trouble_with_the_radio_ends_the_attempt_and_leaves_nothing() {
    type Row = (fn(&Command) -> bool, usize);
    let rows: [Row; 2] = [
        (
            |c| matches!(c, Command::Listen(ListenConfig { bssid: Some(_), .. })),
            0,
        ),
        // The access point thinks that we are associated, so it is told.
        (|c| matches!(c, Command::AddStation(_)), 1),
    ];
    for (row, (what, farewells)) in rows.into_iter().enumerate() {
        let mut bench = StaBench::ready(vec![FakeAp::default()]);
        bench.refusal = match row {
            0 => |c| {
                matches!(c, Command::Listen(ListenConfig { bssid: Some(_), .. }))
                    .then_some(CommandErrorKind::Busy)
            },
            _ => |c| matches!(c, Command::AddStation(_)).then_some(CommandErrorKind::Busy),
        };
        let end = bench.connect();
        assert_eq!(end, ConnectionEnd::Timeout, "{row}");
        assert!(bench.count(what) > 0);
        let deauths = bench
            .sent()
            .iter()
            .filter(|f| matches!(body(f), ManagementBody::Deauthentication(_)))
            .count();
        assert_eq!(deauths, farewells, "{row}");
        assert!(!bench.is_connected(), "{row}");
        assert_eq!(
            bench.commands.last(),
            Some(&Command::StopListening),
            "{row}"
        );
    }
}

#[test]
fn what_cannot_be_is_refused_at_once_and_nothing_happens() {
    let connect = |bench: &mut StaBench| bench.ask_station(StationRequest::Connect);
    // No name.
    let mut bench = StaBench::ready(vec![]);
    let mode = Request::CurrentOperationMode(OperationMode::ExtensibleStation);
    bench.expect_done(mode);
    assert_eq!(connect(&mut bench), not_there());
    // No cipher.
    for ciphers in [vec![], vec![CipherSuite::TKIP]] {
        let radio = Capabilities {
            ciphers,
            ..station_capabilities()
        };
        let mut bench = StaBench::with_radio(radio, vec![FakeAp::default()]);
        assert_eq!(connect(&mut bench), Err(NdisStatus::NOT_SUPPORTED));
        assert!(bench.commands.is_empty() && bench.indications.is_empty());
    }
    let radio = Capabilities {
        ciphers: vec![CipherSuite::CCMP, CipherSuite::TKIP],
        ..station_capabilities()
    };
    let mut bench = StaBench::with_radio(radio, vec![FakeAp::default()]);
    bench.expect_done(Request::EnabledUnicastCipherAlgorithm(
        CipherAlgorithm::TKIP,
    ));
    assert_eq!(connect(&mut bench), Err(NdisStatus::NOT_SUPPORTED));
    // No radio.
    let mut bench = StaBench::ready(vec![]);
    let cause = Cause::new("Unplugged.", "Plug it in.");
    bench.event(RadioEvent::Unavailable { cause });
    let off = Err(NdisStatus::DOT11_POWER_STATE_INVALID);
    assert_eq!(connect(&mut bench), off);
    assert_eq!(bench.ask_station(StationRequest::Scan), off);
    // No channel.
    let radio = Capabilities {
        channels: vec![],
        ..station_capabilities()
    };
    let mut bench = StaBench::with_radio(radio, vec![]);
    let none = Err(NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED);
    assert_eq!(bench.ask_station(StationRequest::Scan), none);
    assert_eq!(bench.connect(), ConnectionEnd::NotFound);
    // Busy.
    let mut bench = StaBench::ready(vec![]);
    bench.station(StationRequest::Scan);
    let busy = Err(NdisStatus::DOT11_MEDIA_IN_USE);
    assert_eq!(connect(&mut bench), busy);
    assert_eq!(bench.ask_station(StationRequest::Scan), busy);
    bench.pass(Duration::from_secs(1));
    assert_eq!(connect(&mut bench), Ok(Reply::Done));
    assert_eq!(connect(&mut bench), not_there());
    assert_eq!(bench.ask_station(StationRequest::Scan), busy);
    assert_eq!(
        bench.ask(Request::DesiredSsid(Ssid::new("x").unwrap())),
        not_there()
    );
}

#[test]
fn what_is_an_access_points_is_not_supported() {
    let mut bench = StaBench::ready(vec![]);
    for request in [
        Request::BeaconPeriod(100),
        Request::DtimPeriod(2),
        Request::CurrentChannel(None),
        Request::IsolatePeers(true),
        Request::StartAp,
        Request::QueryKeyCounter(1),
        Request::DisassociatePeer {
            peer: AP,
            reason: ReasonCode::UNSPECIFIED,
        },
    ] {
        assert_eq!(bench.ask(request), Err(NdisStatus::NOT_SUPPORTED));
    }
    for request in [
        SecurityRequest::ExcludeUnencrypted(false),
        SecurityRequest::SafeModeEnabled(true),
        SecurityRequest::PmkidList(vec![]),
        SecurityRequest::WpsEnabled(true),
    ] {
        assert_eq!(bench.ask_security(request), Err(NdisStatus::NOT_SUPPORTED));
    }
    let exclude = SecurityRequest::ExcludeUnencrypted(true);
    assert_eq!(bench.ask_security(exclude), Ok(Reply::Done));
    for mode in [OperationMode::ExtensibleAp, OperationMode::NetworkMonitor] {
        let answer = bench.ask(Request::CurrentOperationMode(mode));
        assert_eq!(answer, Err(NdisStatus::BAD_VERSION));
    }
    let wpa3 = Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::WPA3_SAE);
    assert_eq!(bench.ask(wpa3), Err(NdisStatus::INVALID_DATA));
    let wep = Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm::WEP40);
    assert_eq!(bench.ask(wep), Err(NdisStatus::INVALID_DATA));
}

#[test]
fn frames_that_overtake_the_end_of_the_association_come_behind_it() {
    let mut bench = StaBench::ready(vec![FakeAp {
        assoc: None,
        ..FakeAp::default()
    }]);
    bench.station(StationRequest::Connect);
    bench.pass(Duration::from_millis(300));
    bench.answers = false;
    let ap = bench.aps[0].clone();
    bench.event(RadioEvent::Eapol {
        peer: AP,
        pdu: vec![0],
    });
    bench.frame(ap.response(false, StatusCode::SUCCESS, 1));
    for n in 1..100 {
        let peer = if n == 2 { station(1) } else { AP };
        let pdu = vec![n];
        bench.event(RadioEvent::Eapol { peer, pdu });
    }
    assert_eq!(bench.end(), None);
    bench.indications.clear();
    bench.answer_all();
    let story = ["associated", "connection end"];
    assert_eq!(bench.story()[..2], story);
    let heard: Vec<u8> = bench
        .indications
        .iter()
        .filter_map(|i| match i {
            Indication::ReceivePacket { peer: AP, pdu } => Some(pdu[0]),
            _ => None,
        })
        .collect();
    assert_eq!(heard, [1, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(bench.rejected(Rejection::StrayEapol), 92);
}
