use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use clock::{Instant, WallTime};
use dot11::{ChannelWidth, MacAddr, Phy, Ssid};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use wlan_client::{
    KeyIdentity, Lease, PeerRow, PeerTraffic, SharingMode, SharingState, SharingStatus, Status,
};
use wlan_model::{HostedNetworkState, SecondaryKey};

use super::draw::{Shown, View, draw};
use super::facts::{Facts, Frames};

const PEER: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

fn facts() -> Facts {
    let lease = Lease {
        mac: PEER,
        address: [192, 168, 137, 20].into(),
        host_name: Some("kitchen-tablet".into()),
        expires: None,
    };
    let mut facts = Facts {
        started: Instant::ZERO,
        note: None,
        made_key: false,
        joining: false,
        lost: None,
        status: Status {
            state: HostedNetworkState::Active,
            ssid: Some(Ssid::new("Guest room").unwrap()),
            device: None,
            bssid: Some(MacAddr([2, 0, 0, 0, 0, 1])),
            channel: Some(36),
            phy: Some(Phy::Vht),
            width: Some(ChannelWidth::Mhz80),
            isolate: false,
            max_peers: 100,
            radio: Some("wlan0".into()),
            enabled: true,
            secondary_key: None,
            peers: vec![PeerRow {
                mac: PEER,
                key: KeyIdentity::Secondary,
                connected_ms: 65_000,
                retired_ms: None,
                management_protection: false,
            }],
            unavailable: None,
            rejected_frames: 0,
        },
        primary: None,
        secondary: Some((SecondaryKey::passphrase(b"tea at five").unwrap(), true)),
        names: BTreeMap::new(),
        frames: BTreeMap::new(),
        traffic: BTreeMap::from([(
            PEER,
            PeerTraffic {
                mac: PEER,
                inactive_ms: 10,
                rx_bytes: 12_345,
                tx_bytes: 1_000_000,
                signal: Some(-52),
                tx_rate: None,
            },
        )]),
        sharing: Some(SharingStatus {
            mode: SharingMode::Full { upstream: None },
            state: SharingState::Running {
                interface: "hosted0".into(),
                address: [192, 168, 137, 1].into(),
                prefix: 24,
                upstream: Some("eth0".into()),
                trouble: None,
            },
            leases: vec![lease],
        }),
        lines: VecDeque::new(),
    };
    facts.push(WallTime::from_unix_millis(1_000), "idle -> active".into());
    facts
}

/// What a terminal of this size shows, a line per row.
fn drawn(facts: &Facts, view: &View, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, facts, view)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..height {
        for x in 0..width {
            text.push_str(buffer[(x, y)].symbol());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[test]
fn every_size_can_be_drawn() {
    let mut facts = facts();
    facts.frames = BTreeMap::from([("phone".into(), Frames::default())]);
    facts.names = BTreeMap::from([(PEER, "phone".into())]);
    for peers in [0, 1, 40] {
        let row = facts.status.peers.first().cloned();
        facts.status.peers = row.clone().into_iter().cycle().take(peers).collect();
        for width in [1, 2, 9, 17, 30, 33, 40, 79, 80, 120, 300] {
            for height in [1, 2, 3, 4, 5, 7, 12, 16, 20, 24, 50] {
                for shown in [Shown::Network, Shown::Code] {
                    let view = View {
                        shown,
                        revealed: true,
                        scroll: 39,
                    };
                    drawn(&facts, &view, width, height);
                }
            }
        }
        facts.status.peers = row.into_iter().collect();
    }
}

#[test]
fn a_wide_terminal_tells_everything_and_a_narrow_one_what_matters() {
    let facts = facts();
    let wide = drawn(&facts, &View::default(), 120, 24);
    for text in [
        "channel 36 (802.11ac, 80 MHz), 02:00:00:00:00:01",
        "addresses of 192.168.137.1/24 on hosted0, the internet of eth0 is shared",
        "kitchen-tablet",
        "192.168.137.20",
        "secondary",
        "-52 dBm",
        "12.3 kB",
        "1.0 MB",
        "idle -> active",
    ] {
        assert!(wide.contains(text), "{text} is missing:\n{wide}");
    }
    let narrow = drawn(&facts, &View::default(), 40, 24);
    assert!(!narrow.contains("12.3 kB"), "{narrow}");
}

#[test]
fn a_narrow_terminal_names_who_has_a_name_and_the_key_whole() {
    let mut facts = facts();
    let mut nameless = facts.status.peers[0].clone();
    nameless.mac = MacAddr([2, 0, 0, 0, 0, 7]);
    facts.status.peers.push(nameless);
    let text = drawn(&facts, &View::default(), 40, 12);
    assert!(text.contains("kitchen-tablet"), "{text}");
    assert!(text.contains("02:00:00:00:00:07"), "{text}");
    let tiny = drawn(&facts, &View::default(), 20, 8);
    assert_eq!(tiny.matches("secondary").count(), 2, "{tiny}");
    assert!(tiny.contains("kitchen"), "{tiny}");
    // Nobody has a name: the address, whole where it fits.
    facts.sharing = None;
    let text = drawn(&facts, &View::default(), 40, 12);
    assert!(text.contains("02:00:00:00:00:09  secondary"), "{text}");
}

#[test]
fn the_key_that_is_handed_out_stays_on_a_low_terminal() {
    let facts = facts();
    let text = drawn(&facts, &View::default(), 40, 12);
    assert!(text.contains("Network        Guest room"), "{text}");
    assert!(text.contains("Secondary key"), "{text}");
    assert!(!text.contains("Radio"), "{text}");
}

#[test]
fn a_key_is_shown_when_asked_for_and_whole() {
    let facts = facts();
    let revealed = View {
        revealed: true,
        ..View::default()
    };
    assert!(!drawn(&facts, &View::default(), 80, 24).contains("tea"));
    assert!(drawn(&facts, &revealed, 80, 24).contains("tea at five"));
    let narrow = drawn(&facts, &revealed, 26, 24);
    assert!(!narrow.contains("tea"), "{narrow}");
}

#[test]
fn the_code_is_shown_whole_or_said_not_to_fit() {
    let facts = facts();
    let code = View {
        shown: Shown::Code,
        ..View::default()
    };
    let large = drawn(&facts, &code, 80, 30);
    assert!(
        large.contains("Join Guest room with the secondary key"),
        "{large}"
    );
    assert!(large.contains('\u{2588}'), "{large}");
    let small = drawn(&facts, &code, 80, 10);
    assert!(small.contains("Make the terminal larger"), "{small}");
    assert!(!small.contains('\u{2588}'), "{small}");
}

#[test]
fn a_lost_service_is_said_above_everything() {
    let mut facts = facts();
    facts.lost = Some(Cause::new("The service has ended.", "Start it."));
    let text = drawn(&facts, &View::default(), 80, 24);
    assert!(text.contains("hostednet  no service"), "{text}");
    assert!(
        text.contains("Trouble        The service has ended. Start it."),
        "{text}"
    );
}
