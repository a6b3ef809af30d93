//! The whole radio against a kernel that says what a test wrote down beforehand. The kernel carries out
//! netlink requests before `send` returns, so the answers may lie there from the start.
//!
//! What is tried is firmware that answers stations by itself (decision 0028): no emulated radio does.

use std::os::fd::OwnedFd;
use std::thread;

use clock::Instant;
use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, Phy, ReasonCode, Ssid};
use radio::{
    ApConfig, ChannelInfo, Command, CommandErrorKind, CommandId, Key, KeyScope, Protection, Radio,
    RadioCommand, StationEntry, StationFlags, WiderChannels,
};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{recv, send, socketpair};

use super::*;
use crate::consts;
use crate::netlink::{Writer, messages};
use crate::socket::{Family, Requests};

const AP: MacAddr = MacAddr([0xba, 0x27, 0xeb, 0, 0, 2]);
const PEER: MacAddr = MacAddr([0xb8, 0x27, 0xeb, 0, 0, 1]);
const OWN: u32 = 7;
const FAMILY: u16 = 32;
const NOW: Instant = Instant::ZERO;
const REQUEST: [u8; 4] = [0, 2, b'p', b'i'];

/// The other end of a socket for requests.
struct Far {
    fd: OwnedFd,
    next: u32,
}

impl Far {
    fn pair() -> (Requests, Self) {
        let (near, fd) = pair();
        (Requests::for_test(near), Self { fd, next: 1 })
    }

    /// The answers to the next requests: 0, or an errno.
    fn answers(&mut self, all: &[i32]) {
        for errno in all {
            let mut w = Writer::new();
            w.begin(consts::NLMSG_ERROR, 0, self.next)
                .raw(&errno.wrapping_neg().to_ne_bytes())
                .raw(&[0; 16]);
            w.end();
            send(&self.fd, w.as_bytes(), SendFlags::empty()).unwrap();
            self.next += 1;
        }
    }

    /// The answer to the request after the next, given when it is asked: those of a batch are read as far
    /// as they lie there, and this one is not of it.
    fn answers_then(&mut self, errno: i32) -> thread::JoinHandle<Vec<u16>> {
        let mut then = Self {
            fd: self.fd.try_clone().unwrap(),
            next: self.next,
        };
        self.next += 1;
        thread::spawn(move || {
            let asked = [then.wait(), then.wait()].concat();
            then.answers(&[errno]);
            asked
        })
    }

    fn wait(&self) -> Vec<u16> {
        let mut buf = vec![0; 32 * 1024];
        let (len, _) = recv(&self.fd, buf.as_mut_slice(), RecvFlags::empty()).unwrap();
        kinds(&buf[..len])
    }

    /// What was asked since the last look: commands of nl80211, kinds of rtnetlink.
    fn asked(&self) -> Vec<u16> {
        let mut all = Vec::new();
        let mut buf = vec![0; 32 * 1024];
        while let Ok((len, _)) = recv(&self.fd, buf.as_mut_slice(), RecvFlags::DONTWAIT) {
            all.extend(kinds(&buf[..len]));
        }
        all
    }
}

fn kinds(bytes: &[u8]) -> Vec<u16> {
    messages(bytes)
        .map(|message| {
            let genl = message.genl().filter(|_| message.kind == FAMILY);
            genl.map_or(message.kind, |(command, _)| command.into())
        })
        .collect()
}

fn pair() -> (OwnedFd, OwnedFd) {
    let flags = SocketFlags::CLOEXEC;
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap()
}

struct Bench {
    radio: Nl80211Radio,
    kernel: Far,
    route: Far,
    events: OwnedFd,
    ids: u64,
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Nobody is there to take the interface back.
        self.radio.state = State::Closed;
    }
}

impl Bench {
    /// A radio with such firmware, its access point not started.
    fn idle() -> Self {
        let (requests, kernel) = Far::pair();
        let (route_requests, route) = Far::pair();
        let (near, events) = pair();
        let mut link = Link::for_test(OWN, AP);
        link.wiphy.own_sme = true;
        let mut capabilities = link.capabilities(&[]);
        assert!(capabilities.firmware_mlme);
        capabilities.channels = vec![ChannelInfo {
            channel: Channel::new(6).unwrap(),
            disabled: false,
            no_ir: false,
            radar: false,
            wider: WiderChannels::default(),
        }];
        let mut family = Family::default();
        family.id = FAMILY;
        let radio = Nl80211Radio {
            options: Options::new("/nowhere"),
            kernel: Kernel {
                requests,
                route: Route::for_test(route_requests),
                family,
            },
            events: Socket::for_test(near),
            eapol: EapolPort::open().unwrap(),
            switch: rfkill::Watch::open(),
            links: Socket::for_test(pair().0),
            packets: Packets::open("hosted0").unwrap(),
            state: State::Held(Held {
                link,
                capabilities,
                switches: rfkill::ALL_ON,
                incompatible: None,
                excluding: Vec::new(),
                air: Air::Idle,
            }),
            batch: Batch::default(),
            out: VecDeque::new(),
            refresh_at: None,
            surveying: None,
            last_wake: None,
        };
        Self {
            radio,
            kernel,
            route,
            events,
            ids: 0,
        }
    }

    /// On the air, without such firmware.
    fn plain() -> Self {
        let mut bench = Self::idle();
        if let State::Held(held) = &mut bench.radio.state {
            held.link.wiphy.own_sme = false;
        }
        bench.route.answers(&[0, 0]);
        bench.kernel.answers(&[0, 0]);
        assert_eq!(
            bench.give(Command::StartAp(Box::new(config(false)))),
            Ok(())
        );
        bench.kernel.asked();
        bench
    }

    /// On the air, with a station that the firmware let in.
    fn with_station() -> Self {
        let mut bench = Self::idle();
        bench.route.answers(&[0, 0]);
        bench.kernel.answers(&[0, 0]);
        assert_eq!(
            bench.give(Command::StartAp(Box::new(config(false)))),
            Ok(())
        );
        bench.happen(consts::CMD_NEW_STATION, &REQUEST);
        assert_eq!(
            bench.told(),
            [RadioEvent::Associated {
                peer: PEER,
                elements: REQUEST.to_vec(),
                reassociation: false,
            }]
        );
        bench.kernel.asked();
        bench.route.asked();
        bench
    }

    /// The answer to a command; other events stay.
    fn give(&mut self, command: Command) -> Result<(), (CommandErrorKind, String)> {
        self.ids += 1;
        let id = CommandId(self.ids);
        self.radio.command(RadioCommand { id, command }, NOW);
        self.radio.flush();
        let place = self.radio.out.iter().position(
            |event| matches!(event, RadioEvent::Completed { id: done, .. } if *done == id),
        );
        let Some(RadioEvent::Completed { result, .. }) = self
            .radio
            .out
            .remove(place.expect("every command is answered"))
        else {
            unreachable!()
        };
        result.map_err(|error| (error.kind, error.cause.text))
    }

    fn told(&mut self) -> Vec<RadioEvent> {
        core::iter::from_fn(|| self.radio.poll_event()).collect()
    }

    /// cfg80211 multicasts this of the station.
    fn happen(&mut self, command: u8, elements: &[u8]) {
        let mut w = Writer::new();
        w.begin_genl(FAMILY, command, 0, 0);
        w.u32(consts::ATTR_IFINDEX, OWN)
            .mac(consts::ATTR_MAC, PEER)
            .bytes(consts::ATTR_IE, elements);
        w.end();
        send(&self.events, w.as_bytes(), SendFlags::empty()).unwrap();
        self.radio.handle_readable(Source::Events, NOW);
    }
}

fn config(isolate: bool) -> ApConfig {
    ApConfig {
        ssid: Ssid::new("pi").unwrap(),
        bssid: AP,
        channel: Channel::new(6).unwrap().into(),
        phy: Phy::Ht,
        beacon_head: vec![0x80, 0, 0, 0],
        beacon_tail: vec![42, 1, 0],
        beacon_interval: 100,
        dtim_period: 2,
        cipher: CipherSuite::CCMP,
        basic_rates: vec![2, 4, 11, 22],
        isolate,
        management_protection: false,
        protection: radio::Protection::default(),
    }
}

fn key() -> Command {
    Command::InstallKey(Key {
        scope: KeyScope::Pairwise(PEER),
        index: 0,
        cipher: CipherSuite::CCMP,
        material: KeyBytes::copy_from(&[7; 16]),
        receive_counter: None,
    })
}

const START: u16 = consts::CMD_START_AP as u16;
const STOP: u16 = consts::CMD_STOP_AP as u16;
const SET_BSS: u16 = consts::CMD_SET_BSS as u16;
const SET_BEACON: u16 = consts::CMD_SET_BEACON as u16;
const NEW_KEY: u16 = consts::CMD_NEW_KEY as u16;
const SET_STATION: u16 = consts::CMD_SET_STATION as u16;
const DEL_STATION: u16 = consts::CMD_DEL_STATION as u16;
const GET_STATION: u16 = consts::CMD_GET_STATION as u16;
const OPEN: Command = Command::Authorize {
    peer: PEER,
    open: true,
};
const REMOVE: Command = Command::RemoveStation {
    peer: PEER,
    reason: ReasonCode::UNSPECIFIED,
};

#[test]
fn a_refused_start_leaves_the_interface_as_it_was() {
    for (errno, kind) in [
        (libc::EINVAL, CommandErrorKind::Invalid),
        (libc::EOPNOTSUPP, CommandErrorKind::NotSupported),
    ] {
        let mut bench = Bench::idle();
        bench.route.answers(&[0, 0]);
        bench.kernel.answers(&[errno, libc::ENOENT]);

        let refused = bench.give(Command::StartAp(Box::new(config(false))));

        assert_eq!(refused.map_err(|(kind, _)| kind), Err(kind));
        assert_eq!(bench.kernel.asked(), [START, STOP]);
        assert_eq!(bench.route.asked(), [consts::RTM_SETLINK; 2], "up and down");
    }
}

#[test]
fn a_driver_without_set_bss_starts_unless_isolation_was_asked_for() {
    let mut bench = Bench::idle();
    bench.route.answers(&[0, 0]);
    bench.kernel.answers(&[0, libc::EOPNOTSUPP]);
    assert_eq!(
        bench.give(Command::StartAp(Box::new(config(false)))),
        Ok(())
    );
    assert_eq!(bench.kernel.asked(), [START, SET_BSS]);

    let mut bench = Bench::idle();
    bench.route.answers(&[0, 0]);
    bench.kernel.answers(&[0, libc::EOPNOTSUPP, 0]);
    let (kind, text) = bench
        .give(Command::StartAp(Box::new(config(true))))
        .unwrap_err();
    assert_eq!(kind, CommandErrorKind::NotSupported);
    assert!(text.contains("forwards frames"), "{text}");
    assert_eq!(bench.kernel.asked(), [START, SET_BSS, STOP]);
}

#[test]
fn a_station_of_the_firmware_is_keyed_and_let_through_and_never_entered() {
    let mut bench = Bench::with_station();
    let entry = StationEntry {
        peer: PEER,
        aid: 1,
        listen_interval: 1,
        capability: 0,
        rates: Vec::new(),
        ht_capabilities: None,
        vht_capabilities: None,
        he_capabilities: None,
        extended_capabilities: Vec::new(),
        flags: StationFlags::default(),
    };
    bench.kernel.answers(&[0, 0]);
    assert_eq!(bench.give(Command::AddStation(Box::new(entry))), Ok(()));
    assert_eq!(bench.give(key()), Ok(()));
    assert_eq!(bench.give(OPEN), Ok(()));
    assert_eq!(bench.kernel.asked(), [NEW_KEY, SET_STATION]);
}

#[test]
fn a_refused_key_and_a_refused_port_are_told_with_their_errno() {
    let mut bench = Bench::with_station();
    bench.kernel.answers(&[libc::EINVAL]);
    let (kind, text) = bench.give(key()).unwrap_err();
    assert_eq!(kind, CommandErrorKind::Invalid);
    assert!(text.contains("EINVAL"), "{text}");
    bench.kernel.answers(&[libc::EOPNOTSUPP]);
    let (kind, text) = bench.give(OPEN).unwrap_err();
    assert_eq!(kind, CommandErrorKind::NotSupported);
    assert!(text.contains("EOPNOTSUPP"), "{text}");
}

#[test]
fn a_station_that_is_gone_already_is_removed_whatever_the_driver_calls_that() {
    for (errno, table, removed) in [
        (libc::ENOENT, libc::ENOENT, true),
        (libc::EIO, libc::ENOENT, true),
        (libc::EIO, 0, false),
    ] {
        let mut bench = Bench::with_station();
        bench.kernel.answers(&[errno]);
        let asked = bench.kernel.answers_then(table);

        let result = bench.give(REMOVE);

        assert_eq!(result.is_ok(), removed, "{errno}, {table}: {result:?}");
        assert_eq!(asked.join().unwrap(), [DEL_STATION, GET_STATION]);
    }
}

#[test]
fn a_station_that_left_is_told_once() {
    let mut bench = Bench::with_station();
    bench.happen(consts::CMD_DEL_STATION, &[]);
    bench.happen(consts::CMD_DEL_STATION, &[]);
    assert_eq!(bench.told(), [RadioEvent::StationLost { peer: PEER }]);
    assert_eq!(bench.kernel.asked(), Vec::<u16>::new());
}

const OLDER: Protection = Protection {
    cts: true,
    long_preamble: true,
    long_slot: true,
    ht: Some(0x17),
};

/// What the next request names, and with which bytes.
fn attributes(bench: &Bench) -> (u8, Vec<(u16, Vec<u8>)>) {
    let mut buf = vec![0; 32 * 1024];
    let (len, _) = recv(&bench.kernel.fd, buf.as_mut_slice(), RecvFlags::DONTWAIT).unwrap();
    let message = messages(&buf[..len]).next().unwrap();
    let (command, attrs) = message.genl().unwrap();
    let all = attrs.map(|a| (a.kind, a.data.to_vec())).collect();
    (command, all)
}

#[test]
fn older_stations_change_the_running_network_and_nothing_but_what_they_need() {
    let mut bench = Bench::plain();
    for (protection, [cts, preamble, slot], ht) in [
        (OLDER, [1, 0, 0], Some(0x17)),
        (Protection::default(), [0, 1, 1], None),
    ] {
        bench.kernel.answers(&[0]);
        assert_eq!(bench.give(Command::Protect(protection)), Ok(()));
        let (command, named) = attributes(&bench);
        assert_eq!(command, consts::CMD_SET_BSS);
        let mut expected = vec![
            (consts::ATTR_IFINDEX, OWN.to_ne_bytes().to_vec()),
            (consts::ATTR_BSS_CTS_PROT, vec![cts]),
            (consts::ATTR_BSS_SHORT_PREAMBLE, vec![preamble]),
            (consts::ATTR_BSS_SHORT_SLOT_TIME, vec![slot]),
        ];
        expected.extend(ht.map(|ht: u16| (consts::ATTR_BSS_HT_OPMODE, ht.to_ne_bytes().to_vec())));
        assert_eq!(named, expected, "neither isolation nor basic rates");
    }
}

#[test]
fn a_beacon_and_its_protection_go_in_one_batch_and_in_order() {
    let mut bench = Bench::plain();
    bench.kernel.answers(&[0, 0]);
    let beacon = Command::UpdateBeacon {
        head: vec![0x80],
        tail: vec![42, 1, 7],
    };
    for (n, command) in [beacon, Command::Protect(OLDER)].into_iter().enumerate() {
        let id = CommandId(100 + n as u64);
        bench.radio.command(RadioCommand { id, command }, NOW);
    }
    bench.radio.flush();
    assert_eq!(bench.kernel.wait(), [SET_BEACON, SET_BSS]);
    let told = bench.told();
    assert!(
        told.iter()
            .all(|e| matches!(e, RadioEvent::Completed { result: Ok(()), .. })),
        "{told:?}"
    );
    assert_eq!(told.len(), 2);
}

#[test]
fn a_driver_that_will_not_protect_says_so_and_the_network_goes_on() {
    let mut bench = Bench::plain();
    bench.kernel.answers(&[libc::EOPNOTSUPP]);
    let (kind, text) = bench.give(Command::Protect(OLDER)).unwrap_err();
    assert_eq!(kind, CommandErrorKind::NotSupported);
    assert!(text.contains("EOPNOTSUPP"), "{text}");
    bench.kernel.asked();
    bench.kernel.answers(&[0]);
    assert_eq!(bench.give(Command::Isolate(true)), Ok(()));
    assert_eq!(bench.kernel.asked(), [SET_BSS]);
}

#[test]
fn firmware_protects_by_itself() {
    let mut bench = Bench::with_station();
    assert_eq!(bench.give(Command::Protect(OLDER)), Ok(()));
    assert_eq!(bench.kernel.asked(), Vec::<u16>::new());
}
