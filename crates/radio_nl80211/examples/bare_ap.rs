//! The smallest access point: this crate, the handshake of `rsn`, and frames by hand. Stations join
//! the network `bare` with the passphrase `bare-network`. It shows that a radio serves, without the
//! rest of the house, and prints what the radio reports.
//!
//! Usage: `bare_ap RUNTIME_DIR [IFNAME|auto] [CHANNEL] [SECONDS]`, as root. Ends when the time is up
//! or at SIGTERM or SIGINT, and leaves nothing behind. `RESTART=1` starts again whenever the radio
//! becomes ready; `CONVERT=1` takes the interface itself; `QUIET=1` prints nothing about frames.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use clock::{Duration, Instant};
use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, Phy, ReasonCode, Ssid};
use radio::{
    ApConfig, Capabilities, Command, CommandId, Key, KeyScope, Radio, RadioCommand, RadioEvent,
    StationEntry, StationFlags,
};
use radio_nl80211::{Nl80211Radio, Options, Source};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsn::{Authenticator, Candidate, Candidates, GroupKey, Gtk, KeyId, Network, Passphrase, Pmk};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

const RSNE: [u8; 22] = [
    48, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0,
];
const RATES: [u8; 10] = [1, 8, 0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24];
const EXTENDED_RATES: [u8; 6] = [50, 4, 0x30, 0x48, 0x60, 0x6c];
const WMM: [u8; 26] = [
    221, 24, 0, 0x50, 0xf2, 2, 1, 1, 0, 0, 0x03, 0xa4, 0, 0, 0x27, 0xa4, 0, 0, 0x42, 0x43, 0x5e, 0,
    0x62, 0x32, 0x2f, 0,
];
const CAPABILITY: [u8; 2] = [0x31, 0x04]; // ESS, privacy, short preamble, short slot

static ENOUGH: AtomicBool = AtomicBool::new(false);

extern "C" fn stop(_signal: libc::c_int) {
    ENOUGH.store(true, Ordering::Relaxed);
}

fn catch_signals() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        #[expect(unsafe_code, reason = "signal handlers cannot be installed otherwise")]
        // SAFETY: the handler only stores to an atomic, which is allowed in signal handlers.
        unsafe {
            libc::signal(signal, stop as *const () as libc::sighandler_t);
        }
    }
}

struct Station {
    aid: u16,
    entry: StationEntry,
    authenticator: Option<Authenticator>,
}

struct Ap {
    radio: Nl80211Radio,
    channel: Channel,
    bssid: MacAddr,
    elements: Vec<u8>,
    stations: BTreeMap<MacAddr, Station>,
    answers: BTreeMap<CommandId, MacAddr>,
    candidates: Candidates,
    group: GroupKey,
    rng: ChaCha20Rng,
    next_id: u64,
    quiet: bool,
}

/// The body of the element `id` in a list of elements.
fn element(mut list: &[u8], id: u8) -> Option<&[u8]> {
    while let [kind, len, rest @ ..] = list {
        let (body, next) = rest.split_at_checked(usize::from(*len))?;
        if *kind == id {
            return Some(body);
        }
        list = next;
    }
    None
}

impl Ap {
    fn give(&mut self, command: Command, now: Instant) -> CommandId {
        self.next_id += 1;
        let id = CommandId(self.next_id);
        self.radio.command(RadioCommand { id, command }, now);
        id
    }

    fn frame(&self, kind: u8, to: MacAddr, body: &[&[u8]]) -> Vec<u8> {
        let mut frame = vec![kind, 0, 0, 0];
        for address in [to, self.bssid, self.bssid] {
            frame.extend_from_slice(&address.0);
        }
        frame.extend_from_slice(&[0; 2]);
        frame.extend(body.iter().flat_map(|part| part.iter()));
        frame
    }

    fn start(&mut self, c: &Capabilities, now: Instant) {
        self.bssid = c.address;
        self.stations.clear();
        let channel = c.forced_channel.unwrap_or(self.channel);
        let head = [
            &[0; 8][..],
            &[100, 0],
            &CAPABILITY,
            b"\0\x04bare",
            &RATES,
            &[3, 1, channel.number()],
        ];
        let beacon_head = self.frame(0x80, MacAddr::BROADCAST, &head);
        let mut tail = [&EXTENDED_RATES[..], &RSNE].concat();
        let ht = c.ht(channel.band());
        if let Some(ht) = ht {
            tail.extend_from_slice(&[45, 26]);
            tail.extend_from_slice(&(ht.info & !0x0002).to_le_bytes()); // 20 MHz only
            tail.push(ht.ampdu);
            tail.extend_from_slice(&ht.mcs);
            tail.extend_from_slice(&[0; 7]);
            tail.extend_from_slice(&[61, 22, channel.number()]);
            tail.extend_from_slice(&[0; 21]);
        }
        tail.extend_from_slice(&WMM);
        self.elements = tail.clone();
        let config = ApConfig {
            ssid: Ssid::new("bare").expect("a valid name"),
            bssid: self.bssid,
            channel: channel.into(),
            phy: if ht.is_some() { Phy::Ht } else { Phy::Erp },
            beacon_head,
            beacon_tail: tail,
            beacon_interval: 100,
            dtim_period: 2,
            cipher: CipherSuite::CCMP,
            basic_rates: vec![2, 4, 11, 22],
            isolate: false,
            management_protection: false,
            protection: radio::Protection::default(),
        };
        self.give(Command::StartAp(Box::new(config)), now);
        let key = Key {
            scope: KeyScope::Group,
            index: 1,
            cipher: CipherSuite::CCMP,
            material: KeyBytes::copy_from(self.group.gtk.expose()),
            receive_counter: None,
        };
        self.give(Command::InstallKey(key), now);
        self.give(Command::UseGroupKey { index: 1 }, now);
    }

    fn management(&mut self, frame: &[u8], now: Instant) {
        let Some((header, body)) = frame.split_at_checked(24) else {
            return;
        };
        let Some(peer) = MacAddr::from_slice(&header[10..]) else {
            return;
        };
        match header[0] {
            0x40 if element(body, 0).is_some_and(|ssid| ssid.is_empty() || ssid == b"bare") => {
                let head = [
                    &[0; 8][..],
                    &[100, 0],
                    &CAPABILITY,
                    b"\0\x04bare",
                    &RATES,
                    &self.elements,
                ];
                let frame = self.frame(0x50, peer, &head);
                self.give(Command::SendManagement { frame }, now);
            }
            0xb0 => self.authenticate(peer, now),
            0x00 => self.associate(peer, body, 4, now),
            0x20 => self.associate(peer, body, 10, now),
            0xa0 | 0xc0 => {
                self.stations.remove(&peer);
                let reason = ReasonCode::LEAVING_NETWORK_DEAUTH;
                self.give(Command::RemoveStation { peer, reason }, now);
            }
            _ => {}
        }
    }

    fn authenticate(&mut self, peer: MacAddr, now: Instant) {
        let aid = (1..)
            .find(|aid| self.stations.values().all(|s| s.aid != *aid))
            .unwrap_or(1);
        let entry = StationEntry {
            peer,
            aid,
            listen_interval: 0,
            capability: 0,
            rates: Vec::new(),
            ht_capabilities: None,
            vht_capabilities: None,
            he_capabilities: None,
            extended_capabilities: Vec::new(),
            flags: StationFlags::default(),
        };
        self.give(Command::AddStation(Box::new(entry.clone())), now);
        self.stations.insert(
            peer,
            Station {
                aid,
                entry,
                authenticator: None,
            },
        );
        let frame = self.frame(0xb0, peer, &[&[0, 0, 2, 0, 0, 0]]);
        self.give(Command::SendManagement { frame }, now);
    }

    fn associate(&mut self, peer: MacAddr, body: &[u8], fixed: usize, now: Instant) {
        let Some(station) = self.stations.get_mut(&peer) else {
            return;
        };
        let Some((head, elements)) = body.split_at_checked(fixed) else {
            return;
        };
        let Some(rsne) = element(elements, 48) else {
            return;
        };
        let config = rsn::Config {
            ap: self.bssid,
            station: peer,
            ap_rsne: RSNE.to_vec(),
            station_rsne: [&[48, rsne.len() as u8], rsne].concat(),
            management_protection: false,
            timing: rsn::Timing::default(),
        };
        station.authenticator = Some(Authenticator::new(config, &mut self.rng));
        let entry = &mut station.entry;
        entry.capability = u16::from_le_bytes([head[0], head[1]]);
        entry.listen_interval = u16::from_le_bytes([head[2], head[3]]);
        entry.rates = [1, 50]
            .iter()
            .filter_map(|id| element(elements, *id))
            .flatten()
            .copied()
            .collect();
        entry.ht_capabilities = element(elements, 45).map(<[u8]>::to_vec);
        entry.extended_capabilities = element(elements, 127).unwrap_or_default().to_vec();
        entry.flags = StationFlags {
            authenticated: true,
            associated: true,
            wme: true,
            short_preamble: entry.capability & 0x20 != 0,
            management_protection: false,
        };
        let aid = station.aid | 0xc000;
        let entry = Box::new(entry.clone());
        self.give(Command::UpdateStation(entry), now);
        let kind = if fixed == 4 { 0x10 } else { 0x30 };
        let body = [
            &CAPABILITY[..],
            &[0, 0],
            &aid.to_le_bytes(),
            &RATES,
            &self.elements,
        ];
        let frame = self.frame(kind, peer, &body);
        let id = self.give(Command::SendManagement { frame }, now);
        self.answers.insert(id, peer);
    }

    fn drive(&mut self, peer: MacAddr, now: Instant) {
        let mut outputs = Vec::new();
        if let Some(Station {
            authenticator: Some(a),
            ..
        }) = self.stations.get_mut(&peer)
        {
            outputs.extend(core::iter::from_fn(|| a.poll_output()));
        }
        for output in outputs {
            match output {
                rsn::Output::SendEapol(pdu) => {
                    self.give(Command::SendEapol { peer, pdu }, now);
                }
                rsn::Output::InstallPairwiseKey { tk } => {
                    let key = Key {
                        scope: KeyScope::Pairwise(peer),
                        index: 0,
                        cipher: CipherSuite::CCMP,
                        material: tk,
                        receive_counter: None,
                    };
                    self.give(Command::InstallKey(key), now);
                }
                rsn::Output::Authorize { .. } => {
                    println!("{peer} joined");
                    self.give(Command::Authorize { peer, open: true }, now);
                    if !self.quiet {
                        self.give(Command::QueryGroupCounter { index: 1 }, now);
                        self.give(Command::QueryStation { peer }, now);
                        self.give(Command::ProbeStation { peer }, now);
                    }
                }
                other => println!("{peer}: {other:?}"),
            }
        }
    }

    fn handle(&mut self, event: RadioEvent, now: Instant) {
        match event {
            RadioEvent::Ready(c) => {
                println!(
                    "ready: {} {} forced {:?}",
                    c.name, c.address, c.forced_channel
                );
                if self.next_id == 0 || std::env::var_os("RESTART").is_some() {
                    self.start(&c, now);
                }
            }
            RadioEvent::Management { frame, signal } => {
                if !self.quiet {
                    let kind = frame.first().copied().unwrap_or_default();
                    println!("frame {kind:02x} ({} bytes, {signal:?} dBm)", frame.len());
                }
                self.management(&frame, now);
            }
            RadioEvent::FrameSent { id, acked } => {
                let Some(peer) = self.answers.remove(&id) else {
                    return;
                };
                let station = self.stations.get_mut(&peer);
                if let Some(a) = station
                    .and_then(|s| s.authenticator.as_mut())
                    .filter(|_| acked)
                {
                    a.start(now);
                }
                self.drive(peer, now);
            }
            RadioEvent::Eapol { peer, pdu } => {
                let network = Network {
                    candidates: &self.candidates,
                    group: &self.group,
                };
                if let Some(Station {
                    authenticator: Some(a),
                    ..
                }) = self.stations.get_mut(&peer)
                    && let Err(e) = a.handle_eapol(&pdu, &network, now)
                {
                    println!("{peer}: {e:?}");
                }
                self.drive(peer, now);
            }
            RadioEvent::Completed { result: Ok(()), .. } if self.quiet => {}
            other => println!("{other:?}"),
        }
    }

    fn handle_timeouts(&mut self, now: Instant) {
        self.radio.handle_timeout(now);
        let due: Vec<MacAddr> = self
            .stations
            .iter_mut()
            .filter_map(|(peer, s)| {
                let a = s.authenticator.as_mut()?;
                (a.poll_timeout()? <= now)
                    .then(|| a.handle_timeout(now))
                    .map(|()| *peer)
            })
            .collect();
        for peer in due {
            self.drive(peer, now);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let handshakes = self
            .stations
            .values()
            .filter_map(|s| s.authenticator.as_ref()?.poll_timeout());
        clock::earliest(self.radio.poll_timeout(), handshakes.min())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options::new(arguments.next().ok_or("RUNTIME_DIR is missing")?);
    options.ifname = arguments.next().filter(|name| name != "auto");
    options.convert = std::env::var_os("CONVERT").is_some();
    let channel = arguments.next().map_or(Ok(6), |a| a.parse())?;
    let seconds = arguments.next().map_or(Ok(5), |a| a.parse())?;
    catch_signals();

    for radio in radio_nl80211::list_radios()? {
        let names: Vec<&str> = radio.interfaces.iter().map(|i| i.name.as_str()).collect();
        println!(
            "radio {} with {names:?}: {:?}",
            radio.wiphy.name, radio.unfit
        );
    }
    // Fixed randomness: this network has no secrets.
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let pmk = Pmk::from_passphrase(
        &Passphrase::new(b"bare-network")?,
        &Ssid::new("bare").expect("valid"),
    );
    let mut ap = Ap {
        radio: Nl80211Radio::open(options)?,
        channel: Channel::new(channel).ok_or("no such channel")?,
        bssid: MacAddr::default(),
        elements: Vec::new(),
        stations: BTreeMap::new(),
        answers: BTreeMap::new(),
        candidates: Candidates {
            live: vec![Candidate { id: KeyId(1), pmk }],
            retired: Vec::new(),
        },
        group: GroupKey {
            management: None,
            gtk: Gtk::random(&mut rng),
            index: 1,
            rsc: 0,
        },
        rng,
        next_id: 0,
        quiet: std::env::var_os("QUIET").is_some(),
    };
    println!("interface {:?}", ap.radio.interface());
    let end = clock::monotonic() + Duration::from_secs(seconds);
    while !ENOUGH.load(Ordering::Relaxed) && clock::monotonic() < end {
        let now = clock::monotonic();
        ap.handle_timeouts(now);
        while let Some(event) = ap.radio.poll_event() {
            ap.handle(event, now);
        }
        let until = clock::earliest(ap.poll_timeout(), Some(end)).unwrap_or(end);
        for source in wait(&ap.radio, until.since(clock::monotonic()))? {
            ap.radio.handle_readable(source, clock::monotonic());
        }
    }
    ap.radio.close();
    println!("closed");
    Ok(())
}

fn wait(radio: &Nl80211Radio, longest: Duration) -> rustix::io::Result<Vec<Source>> {
    let sources: Vec<_> = radio.sources().collect();
    let mut fds: Vec<_> = sources
        .iter()
        .map(|(_, fd)| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .collect();
    let timeout = Timespec::try_from(longest).ok();
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(e) => return Err(e),
    }
    let ready = |(s, fd): (&(Source, _), &PollFd<'_>)| (!fd.revents().is_empty()).then_some(s.0);
    Ok(sources.iter().zip(&fds).filter_map(ready).collect())
}
