//! An access point without the service: the radio's commands and events, each way of a vendor's frame
//! once. What it says goes to standard output; it ends by itself.

use std::io::Write as _;

use clock::{Duration, Instant};
use dot11::frame::{
    AuthenticationAlgorithm, CapabilityInfo, ManagementAddresses, ManagementBody,
    ManagementBuilder, ManagementView,
};
use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, Ssid, StatusCode};
use radio::{
    ApConfig, Arrival, Command, CommandId, EtherTypeRule, Key, KeyScope, Radio as _, RadioCommand,
    RadioEvent, StationEntry, StationFlags,
};
use radio_nl80211::{Nl80211Radio, Options};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::Failure;
use crate::handshake::{
    ANSWER, BYE, DONE, ETHER_TYPE, HELLO, Half, INJECTED, QUESTION, REPLY, RSNE, START, Secret,
    half, hex, message, random,
};

const RATES: [u8; 8] = [0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24];
/// ESS, privacy, short slot.
const CAPABILITY: CapabilityInfo = CapabilityInfo(0x0411);
const AGAIN: Duration = Duration::from_millis(300);
/// The port stays open that long without a key.
const KEYLESS: Duration = Duration::from_secs(2);

/// Where the handshake is; in each stage a question is asked again until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    Greeted,
    /// The key is installed, the port closed.
    Keyed,
    /// The port is open.
    Open,
    /// In clear though there is a key.
    Clear,
    /// Frames must arrive in clear though there is a key.
    OnlyClear,
    /// The key is gone, the port still open.
    Keyless,
    /// Both are gone.
    Parted,
}

struct AccessPoint {
    radio: Nl80211Radio,
    own: MacAddr,
    next: u64,
    refused: Vec<String>,
    secret: Secret,
    nonce_a: Half,
    peer: Option<MacAddr>,
    stage: Stage,
    key_file: String,
    asked: Instant,
}

fn say(what: &str) {
    println!("{what}");
    let _ = std::io::stdout().flush();
}

fn now() -> Instant {
    clock::monotonic()
}

fn config(ssid: &str, own: MacAddr, channel: u8) -> Result<ApConfig, Failure> {
    let channel = Channel::new(channel).ok_or("channel?")?;
    let head = ManagementBuilder::beacon(own, 100, CAPABILITY)
        .with(|w| {
            w.ssid(ssid.as_bytes())
                .supported_rates(&RATES)
                .ds_parameter_set(channel.number());
        })
        .finish();
    Ok(ApConfig {
        ssid: Ssid::new(ssid).map_err(|_| "SSID?")?,
        bssid: own,
        channel: channel.into(),
        phy: dot11::Phy::Erp,
        beacon_head: head,
        beacon_tail: RSNE.to_vec(),
        beacon_interval: 100,
        dtim_period: 2,
        cipher: CipherSuite::CCMP,
        basic_rates: RATES[..4].to_vec(),
        isolate: false,
        management_protection: false,
        protection: radio::Protection::default(),
    })
}

fn rule(ether_type: u16, hand_up: bool, unicast: Arrival) -> EtherTypeRule {
    EtherTypeRule {
        ether_type,
        hand_up,
        unicast,
        group: Arrival::Protected,
    }
}

pub(crate) fn run(
    iface: &str,
    ssid: &str,
    channel: u8,
    secret: &str,
    key_file: &str,
) -> Result<(), Failure> {
    let mut options = Options::new("/run/vendor_peer");
    options.ifname = Some(iface.to_owned());
    let mut radio = Nl80211Radio::open(options)?;
    let ready = std::iter::from_fn(|| radio.poll_event()).find_map(|e| match e {
        RadioEvent::Ready(c) => Some(c.address),
        _ => None,
    });
    let own = ready.ok_or("the radio is not ready")?;
    let mut ap = AccessPoint {
        radio,
        own,
        next: 0,
        refused: Vec::new(),
        secret: Secret::new(secret),
        nonce_a: random()?,
        peer: None,
        stage: Stage::Waiting,
        key_file: key_file.to_owned(),
        asked: now(),
    };
    let eapol = rule(dot11::ETHERTYPE_EAPOL, true, Arrival::InClear);
    ap.order(Command::SetEtherTypes(vec![eapol]));
    ap.pump()?;
    let why = ap.refused.pop().ok_or("a rule for EAPOL was not refused")?;
    say(&format!("refused: {why}"));
    ap.order(Command::SetEtherTypes(vec![rule(
        ETHER_TYPE,
        true,
        Arrival::InClearWithoutKey,
    )]));
    ap.order(Command::StartAp(Box::new(config(ssid, own, channel)?)));
    let group = Key {
        scope: KeyScope::Group,
        index: 1,
        cipher: CipherSuite::CCMP,
        material: KeyBytes::copy_from(&random()?),
        receive_counter: None,
    };
    ap.order(Command::InstallKey(group));
    ap.order(Command::UseGroupKey { index: 1 });
    ap.pump()?;
    ap.must_not_refuse()?;
    say(&format!("started {own}"));
    while !ap.turn()? {}
    ap.order(Command::StopAp);
    ap.pump()?;
    ap.must_not_refuse()?;
    ap.radio.close();
    say("ended");
    Ok(())
}

impl AccessPoint {
    fn order(&mut self, command: Command) {
        self.next += 1;
        let id = CommandId(self.next);
        self.radio.command(RadioCommand { id, command }, now());
    }

    fn must_not_refuse(&mut self) -> Result<(), Failure> {
        match self.refused.pop() {
            Some(why) => Err(why.into()),
            None => Ok(()),
        }
    }

    /// Waits for something and handles it. Returns whether all is done.
    fn turn(&mut self) -> Result<bool, Failure> {
        {
            let sources: Vec<_> = self.radio.sources().collect();
            let fd = |(_, fd)| PollFd::from_borrowed_fd(fd, PollFlags::IN);
            let mut fds: Vec<_> = sources.iter().copied().map(fd).collect();
            let limit = Timespec {
                tv_sec: 0,
                tv_nsec: 50_000_000,
            };
            poll(&mut fds, Some(&limit))?;
            let ready: Vec<_> = sources
                .iter()
                .zip(&fds)
                .filter(|(_, fd)| !fd.revents().is_empty())
                .map(|((source, _), _)| *source)
                .collect();
            drop(fds);
            drop(sources);
            for source in ready {
                self.radio.handle_readable(source, now());
            }
        }
        self.pump()?;
        let waited = now().since(self.asked);
        if self.stage == Stage::Keyless && waited > KEYLESS {
            if let Some(peer) = self.peer {
                self.order(Command::Authorize { peer, open: false });
            }
            self.stage = Stage::Parted;
            self.pump()?;
        } else if self.stage != Stage::Keyless && waited > AGAIN {
            self.ask();
            self.pump()?;
        }
        self.must_not_refuse()?;
        Ok(self.stage == Stage::Parted)
    }

    fn pump(&mut self) -> Result<(), Failure> {
        while let Some(event) = self.radio.poll_event() {
            match event {
                RadioEvent::Completed { result: Err(e), .. } => self.refused.push(e.to_string()),
                RadioEvent::Management { frame, .. } => self.management(&frame),
                RadioEvent::Packet {
                    peer,
                    ether_type,
                    payload,
                } => {
                    self.packet(peer, ether_type, &payload)?;
                }
                RadioEvent::Unavailable { cause } | RadioEvent::ApStopped { cause } => {
                    return Err(cause.text.into());
                }
                RadioEvent::Incompatible(Some(cause)) => return Err(cause.text.into()),
                _ => {}
            }
        }
        Ok(())
    }

    fn management(&mut self, frame: &[u8]) {
        let Ok(view) = ManagementView::parse(frame) else {
            return;
        };
        let peer = MacAddr::from_slice(frame.get(10..).unwrap_or_default()).unwrap_or_default();
        let back = ManagementAddresses::from_ap(self.own, peer);
        let mut entry = StationEntry {
            peer,
            aid: 1,
            listen_interval: 5,
            capability: CAPABILITY.0,
            rates: RATES.to_vec(),
            ht_capabilities: None,
            vht_capabilities: None,
            he_capabilities: None,
            extended_capabilities: Vec::new(),
            flags: StationFlags {
                authenticated: true,
                ..StationFlags::default()
            },
        };
        let answer = match view.body() {
            Ok(ManagementBody::Authentication(_)) => {
                self.order(Command::AddStation(Box::new(entry)));
                let open = AuthenticationAlgorithm::OPEN_SYSTEM;
                ManagementBuilder::authentication(back, open, 2, StatusCode::SUCCESS)
            }
            Ok(ManagementBody::AssociationRequest(_)) => {
                entry.flags.associated = true;
                self.order(Command::UpdateStation(Box::new(entry)));
                self.peer = Some(peer);
                ManagementBuilder::association_response(
                    back,
                    false,
                    CAPABILITY,
                    StatusCode::SUCCESS,
                    1,
                )
                .with(|w| {
                    w.supported_rates(&RATES);
                })
            }
            _ => return,
        };
        let frame = answer.finish();
        self.order(Command::SendManagement { frame });
    }

    fn send(&mut self, peer: MacAddr, payload: Vec<u8>, in_clear: bool) {
        self.order(Command::SendPacket {
            peer,
            ether_type: ETHER_TYPE,
            payload,
            in_clear,
        });
    }

    /// The question of this stage.
    fn ask(&mut self) {
        self.asked = now();
        let Some(peer) = self.peer else { return };
        match self.stage {
            Stage::Keyed | Stage::Open => {
                let kind = if self.stage == Stage::Keyed { 1 } else { 2 };
                self.send(peer, vec![QUESTION, kind], false);
            }
            Stage::Clear => self.send(peer, vec![QUESTION, 3], true),
            _ => {}
        }
    }

    fn packet(&mut self, peer: MacAddr, ether_type: u16, payload: &[u8]) -> Result<(), Failure> {
        if ether_type != ETHER_TYPE || self.peer != Some(peer) {
            return Err(format!("a frame of {peer}, {ether_type:#06x}").into());
        }
        match (self.stage, payload) {
            (Stage::Waiting | Stage::Greeted, [START]) => {
                say("heard start, port closed, no key");
                self.stage = Stage::Greeted;
                let hello = message(HELLO, &[&self.nonce_a]);
                self.send(peer, hello, false);
            }
            (Stage::Greeted, [REPLY, ..]) => self.reply(peer, payload)?,
            (Stage::Keyed, [ANSWER, 1]) => {
                say("heard an answer, port closed, key");
                self.order(Command::Authorize { peer, open: true });
                self.stage = Stage::Open;
                self.ask();
            }
            (Stage::Open, [ANSWER, 2]) => {
                say("heard an answer, port open, key");
                self.stage = Stage::Clear;
                self.ask();
            }
            (Stage::Clear, [ANSWER, 3]) => say("heard the answer to a question in clear"),
            (Stage::Clear, [ANSWER, INJECTED]) => return Err("heard a frame in clear".into()),
            (Stage::Clear, [START]) => {
                self.order(Command::SetEtherTypes(vec![rule(
                    ETHER_TYPE,
                    true,
                    Arrival::InClear,
                )]));
                say("only in clear from now on");
                self.stage = Stage::OnlyClear;
            }
            (Stage::OnlyClear, [ANSWER, INJECTED]) => {
                let usual = rule(ETHER_TYPE, true, Arrival::InClearWithoutKey);
                self.order(Command::SetEtherTypes(vec![usual]));
                say("heard a frame in clear");
                self.stage = Stage::Clear;
            }
            (Stage::OnlyClear, _) => return Err("heard a frame that was not in clear".into()),
            (Stage::Clear, [BYE, ..]) => {
                say("heard bye");
                let scope = KeyScope::Pairwise(peer);
                self.order(Command::RemoveKey { scope, index: 0 });
                say("key deleted, port open");
                self.asked = now();
                self.stage = Stage::Keyless;
            }
            _ => {}
        }
        Ok(())
    }

    fn reply(&mut self, peer: MacAddr, payload: &[u8]) -> Result<(), Failure> {
        let (Some(nonce_s), Some(tag)) = (half(payload, 0), half(payload, 1)) else {
            return Err("half a reply".into());
        };
        if tag != self.secret.tag("reply", &self.nonce_a, &nonce_s) {
            return Err("a wrong tag".into());
        }
        let done = self.secret.tag("done", &self.nonce_a, &nonce_s);
        self.send(peer, message(DONE, &[&done]), false);
        let material = self.secret.tag("key", &self.nonce_a, &nonce_s);
        std::fs::write(&self.key_file, hex(&material))?;
        self.order(Command::InstallKey(Key {
            scope: KeyScope::Pairwise(peer),
            index: 0,
            cipher: CipherSuite::CCMP,
            material: KeyBytes::copy_from(&material),
            receive_counter: None,
        }));
        say("key");
        self.stage = Stage::Keyed;
        self.ask();
        Ok(())
    }
}
