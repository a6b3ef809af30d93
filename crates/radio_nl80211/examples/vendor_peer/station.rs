//! A station of the vendor's, on a Linux radio.
//!
//! The association names the vendor's EtherType as that of the control port, so its frames pass before
//! the port is open: a packet socket is all they need.

use std::io::{BufRead as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use dot11::MacAddr;
use dot11::frame::{DataHeader, encapsulate_llc};
use radio_nl80211::netlink::Writer;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::Failure;
use crate::handshake::{
    ANSWER, BYE, DONE, ELEMENT, ETHER_TYPE, HELLO, Half, INJECTED, QUESTION, REPLY, RSNE, START,
    Secret, half, hex, message, random,
};
use crate::netlink::{Nl80211, attr, command, packet_socket};

const CCMP: u32 = 0x000f_ac04;
const PSK: u32 = 0x000f_ac02;
const WPA2: u32 = 2;
const KEYTYPE_PAIRWISE: u32 = 1;
/// Bit of NL80211_STA_FLAG_AUTHORIZED.
const AUTHORIZED: u32 = 1 << 1;
/// START is said again this often until it is answered.
const AGAIN: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 300_000_000,
};

/// Status "unspecified failure".
const UNSPECIFIED: u16 = 1;
const MAX_ATTEMPTS: u32 = 10;

/// What to join.
pub(crate) struct Wanted<'a> {
    pub(crate) iface: &'a str,
    pub(crate) ssid: &'a str,
    pub(crate) mhz: u32,
    pub(crate) bssid: MacAddr,
    pub(crate) secret: &'a str,
    pub(crate) key_file: Option<&'a str>,
}

struct Station<'a> {
    wanted: &'a Wanted<'a>,
    kernel: Nl80211,
    packets: OwnedFd,
    ifindex: u32,
    own: MacAddr,
    secret: Secret,
    nonce_s: Half,
    nonce_a: Half,
    attempts: u32,
    associated: bool,
    greeted: bool,
    keyed: bool,
}

fn say(what: &str) {
    println!("{what}");
    let _ = std::io::stdout().flush();
}

fn of_interface(iface: &str, what: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(format!("/sys/class/net/{iface}/{what}"))?;
    Ok(text.trim().to_owned())
}

pub(crate) fn run(wanted: &Wanted<'_>) -> Result<(), Failure> {
    let ifindex = of_interface(wanted.iface, "ifindex")?.parse()?;
    let own = of_interface(wanted.iface, "address")?;
    let mut station = Station {
        wanted,
        kernel: Nl80211::open()?,
        packets: packet_socket(ifindex, ETHER_TYPE)?,
        ifindex,
        own: own.parse().map_err(|_| "own address?")?,
        secret: Secret::new(wanted.secret),
        nonce_s: random()?,
        nonce_a: Half::default(),
        attempts: 0,
        associated: false,
        greeted: false,
        keyed: false,
    };
    station.connect()?;
    station.serve()
}

impl Station<'_> {
    fn connect(&mut self) -> Result<(), Failure> {
        let (wanted, ifindex) = (self.wanted, self.ifindex);
        self.kernel.request(command!(NL80211_CMD_CONNECT), |w| {
            w.u32(attr!(NL80211_ATTR_IFINDEX), ifindex)
                .bytes(attr!(NL80211_ATTR_SSID), wanted.ssid.as_bytes())
                .mac(attr!(NL80211_ATTR_MAC), wanted.bssid)
                .u32(attr!(NL80211_ATTR_WIPHY_FREQ), wanted.mhz)
                .u32(attr!(NL80211_ATTR_AUTH_TYPE), 0)
                .flag(attr!(NL80211_ATTR_PRIVACY))
                .flag(attr!(NL80211_ATTR_SOCKET_OWNER))
                .u32(attr!(NL80211_ATTR_WPA_VERSIONS), WPA2)
                .u32(attr!(NL80211_ATTR_CIPHER_SUITES_PAIRWISE), CCMP)
                .u32(attr!(NL80211_ATTR_CIPHER_SUITE_GROUP), CCMP)
                .u32(attr!(NL80211_ATTR_AKM_SUITES), PSK)
                .flag(attr!(NL80211_ATTR_CONTROL_PORT))
                .u16(attr!(NL80211_ATTR_CONTROL_PORT_ETHERTYPE), ETHER_TYPE)
                .bytes(attr!(NL80211_ATTR_IE), &[&RSNE[..], &ELEMENT].concat());
        })
    }

    /// Until standard input ends, or says "leave".
    fn serve(&mut self) -> Result<(), Failure> {
        let stdin = std::io::stdin();
        loop {
            let input = stdin.as_fd();
            let mut fds = [
                PollFd::from_borrowed_fd(self.kernel.events(), PollFlags::IN),
                PollFd::from_borrowed_fd(self.packets.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(input, PollFlags::IN),
            ];
            let waiting = self.associated && !self.greeted;
            let ready = match poll(&mut fds, waiting.then_some(&AGAIN)) {
                Err(Errno::INTR) => continue,
                other => other?,
            };
            let [events, packets, input] = fds.map(|fd| !fd.revents().is_empty());
            if ready == 0 {
                self.send(&[START])?;
            }
            if events {
                self.read_events()?;
            }
            if packets {
                self.read_packets()?;
            }
            if input {
                let mut line = String::new();
                let ended = stdin.lock().read_line(&mut line)? == 0;
                if ended || line.trim() == "leave" {
                    return self.leave();
                }
                self.obey(line.trim())?;
            }
        }
    }

    fn leave(&mut self) -> Result<(), Failure> {
        let ifindex = self.ifindex;
        self.kernel.request(command!(NL80211_CMD_DISCONNECT), |w| {
            w.u32(attr!(NL80211_ATTR_IFINDEX), ifindex)
                .u16(attr!(NL80211_ATTR_REASON_CODE), 3);
        })
    }

    fn obey(&mut self, order: &str) -> Result<(), Failure> {
        match order {
            "bye" => {
                let tag = self.secret.tag("bye", &self.nonce_a, &self.nonce_s);
                self.send(&message(BYE, &[&tag]))
            }
            "start" => self.send(&[START]),
            "inject" => self.inject(&[ANSWER, INJECTED]),
            _ => {
                say("not understood");
                Ok(())
            }
        }
    }

    fn read_events(&mut self) -> Result<(), Failure> {
        let ifindex = self.ifindex;
        let mut came = Vec::new();
        self.kernel.read_events(|command, attrs| {
            let own = attrs
                .find(attr!(NL80211_ATTR_IFINDEX))
                .and_then(|a| a.u32());
            let number = |kind| attrs.find(kind).and_then(|a| a.u16()).unwrap_or_default();
            if own != Some(ifindex) {
                return;
            }
            if command == command!(NL80211_CMD_CONNECT) {
                came.push((true, number(attr!(NL80211_ATTR_STATUS_CODE))));
            } else if command == command!(NL80211_CMD_DISCONNECT) {
                came.push((false, number(attr!(NL80211_ATTR_REASON_CODE))));
            }
        })?;
        for (connected, code) in came {
            match (connected, code) {
                (true, 0) => {
                    say("associated");
                    self.associated = true;
                    self.send(&[START])?;
                }
                // What the kernel says, too, when it did not find the network at once.
                (true, UNSPECIFIED) if self.attempts < MAX_ATTEMPTS => {
                    self.attempts += 1;
                    self.connect()?;
                }
                (true, status) => return Err(format!("refused: status {status}").into()),
                (false, reason) => {
                    say(&format!("away: reason {reason}"));
                    self.associated = false;
                }
            }
        }
        Ok(())
    }

    fn send(&self, payload: &[u8]) -> Result<(), Failure> {
        let mut frame = Vec::new();
        frame.extend_from_slice(&self.wanted.bssid.0);
        frame.extend_from_slice(&self.own.0);
        frame.extend_from_slice(&ETHER_TYPE.to_be_bytes());
        frame.extend_from_slice(payload);
        match send(&self.packets, &frame, SendFlags::empty()) {
            // Before the interface runs, or after.
            Ok(_) | Err(Errno::NETDOWN | Errno::NOBUFS) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Sends in clear in spite of the key, over a monitor interface `mon-IFACE` that somebody made.
    fn inject(&self, payload: &[u8]) -> Result<(), Failure> {
        const RADIOTAP: [u8; 8] = [0, 0, 8, 0, 0, 0, 0, 0];
        let monitor = format!("mon-{}", self.wanted.iface);
        let monitor = of_interface(&monitor, "ifindex")?.parse()?;
        let header = DataHeader::to_ds(self.wanted.bssid, self.own, self.wanted.bssid);
        let frame = header.encode(&encapsulate_llc(ETHER_TYPE, payload));
        let socket = packet_socket(monitor, ETHER_TYPE)?;
        send(
            &socket,
            &[&RADIOTAP[..], &frame].concat(),
            SendFlags::empty(),
        )?;
        Ok(())
    }

    fn read_packets(&mut self) -> Result<(), Failure> {
        let mut buf = [0; 2400];
        loop {
            let len = match recv(&self.packets, &mut buf[..], RecvFlags::DONTWAIT) {
                Ok((len, _)) => len,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR | Errno::NETDOWN) => continue,
                Err(e) => return Err(e.into()),
            };
            let Some((header, payload)) = buf.get(..len).and_then(|f| f.split_at_checked(14))
            else {
                continue;
            };
            // Not what this machine sends.
            if header.get(6..12) == Some(&self.wanted.bssid.0[..]) {
                let payload = payload.to_vec();
                self.handle(&payload)?;
            }
        }
    }

    fn handle(&mut self, payload: &[u8]) -> Result<(), Failure> {
        match payload.first() {
            Some(&HELLO) if !self.keyed => {
                let Some(nonce_a) = half(payload, 0) else {
                    return Ok(());
                };
                say("hello");
                self.greeted = true;
                self.nonce_a = nonce_a;
                let tag = self.secret.tag("reply", &nonce_a, &self.nonce_s);
                self.send(&message(REPLY, &[&self.nonce_s, &tag]))
            }
            Some(&DONE) if self.greeted && !self.keyed => {
                let tag = self.secret.tag("done", &self.nonce_a, &self.nonce_s);
                if half(payload, 0) != Some(tag) {
                    say("a wrong tag");
                    return Ok(());
                }
                say("done");
                self.install()
            }
            Some(&BYE) if self.keyed => {
                say("bye");
                Ok(())
            }
            Some(&QUESTION) => {
                say(&format!(
                    "question {}",
                    hex(payload.get(1..).unwrap_or_default())
                ));
                let mut answer = payload.to_vec();
                if let Some(kind) = answer.first_mut() {
                    *kind = ANSWER;
                }
                self.send(&answer)
            }
            _ => Ok(()),
        }
    }

    fn install(&mut self) -> Result<(), Failure> {
        use linux_raw_sys::netlink::nl80211_key_attributes as key;
        let (ifindex, bssid) = (self.ifindex, self.wanted.bssid);
        let material = self.secret.tag("key", &self.nonce_a, &self.nonce_s);
        if let Some(file) = self.wanted.key_file {
            std::fs::write(file, hex(&material))?;
        }
        let whom = |w: &mut Writer| {
            w.u32(attr!(NL80211_ATTR_IFINDEX), ifindex)
                .mac(attr!(NL80211_ATTR_MAC), bssid);
        };
        self.kernel.request(command!(NL80211_CMD_NEW_KEY), |w| {
            whom(w);
            w.nest(attr!(NL80211_ATTR_KEY), |w| {
                w.bytes(key::NL80211_KEY_DATA as u16, &material)
                    .u32(key::NL80211_KEY_CIPHER as u16, CCMP)
                    .u8(key::NL80211_KEY_IDX as u16, 0)
                    .u32(key::NL80211_KEY_TYPE as u16, KEYTYPE_PAIRWISE);
            });
        })?;
        self.keyed = true;
        say("key");
        self.kernel
            .request(command!(NL80211_CMD_SET_STATION), |w| {
                whom(w);
                let both = [AUTHORIZED.to_ne_bytes(), AUTHORIZED.to_ne_bytes()].concat();
                w.bytes(attr!(NL80211_ATTR_STA_FLAGS2), &both);
            })?;
        say("open");
        Ok(())
    }
}
