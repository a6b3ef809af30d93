//! What the kernel answered, kept and played again.
//!
//! A recording holds the answers as they came out of the netlink socket. Played, they come out of a pair
//! of sockets instead, so every reader works as it does with a kernel: a datagram that is longer than
//! the reader's buffer is cut, one that makes no sense is skipped, and an answer without an end is one
//! that timed out.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::thread;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair,
};
use serde::{Deserialize, Serialize};

use crate::consts::{self, ATTR_BSS, BSS_BSSID, CMD_GET_SCAN};
use crate::interface;
use crate::netlink::{HEADER_LEN, Message, Writer, messages};

/// Most that a request has, in bytes.
const MOST: usize = 32 * 1024;

/// What the kernel and the small files beside it said of a machine's radios. It holds names and
/// addresses of this machine, no keys, and of the networks that were heard the machine's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Questions and answers, in their order.
    pub exchanges: Vec<Exchange>,
    /// Files by their path, as far as they were read.
    pub files: BTreeMap<String, String>,
}

/// Whom a question went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Generic netlink: nl80211, and the controller that knows its number.
    Generic,
    /// rtnetlink.
    Route,
}

/// A question and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Whom it went to.
    pub protocol: Protocol,
    /// The request with its header.
    #[serde(with = "hex")]
    pub request: Vec<u8>,
    /// The datagrams of the answer.
    #[serde(with = "hex_list")]
    pub answers: Vec<Vec<u8>>,
}

impl Exchange {
    /// The message that asks.
    #[must_use]
    pub fn question(&self) -> Option<Message<'_>> {
        messages(&self.request).next()
    }

    fn command(&self) -> Option<u8> {
        let question = self.question()?;
        let is_nl80211 =
            self.protocol == Protocol::Generic && question.kind != consts::GENL_ID_CTRL;
        question.genl().map(|(c, _)| c).filter(|_| is_nl80211)
    }

    /// Whether it asks the same, whenever it does.
    fn asks_like(&self, request: &[u8]) -> bool {
        let other = messages(request).next();
        self.question()
            .zip(other)
            .is_some_and(|(a, b)| (a.kind, a.flags, a.body) == (b.kind, b.flags, b.body))
    }
}

/// Keeps what passes a socket for requests.
#[derive(Debug, Default)]
pub(crate) struct Tape(Vec<(Vec<u8>, Vec<Vec<u8>>)>);

impl Tape {
    pub(crate) fn asked(&mut self, request: &[u8]) {
        self.0.push((request.to_vec(), Vec::new()));
    }

    pub(crate) fn answered(&mut self, datagram: &[u8]) {
        if let Some((_, answers)) = self.0.last_mut() {
            answers.push(datagram.to_vec());
        }
    }

    pub(crate) fn exchanges(&self, protocol: Protocol) -> impl Iterator<Item = Exchange> {
        self.0.iter().map(move |(request, answers)| Exchange {
            protocol,
            request: request.clone(),
            answers: answers.clone(),
        })
    }
}

/// The messages of a datagram, and where each begins.
fn placed(datagram: &[u8]) -> impl Iterator<Item = (usize, Message<'_>)> {
    let mut at = 0;
    messages(datagram).map(move |m| {
        let here = at;
        at += (HEADER_LEN + m.body.len()).next_multiple_of(4);
        (here, m)
    })
}

/// Takes the networks of others out of what was heard: where they are tells where the machine is.
pub(crate) fn without_neighbours(exchanges: &mut [Exchange]) {
    let mut own = Vec::new();
    for exchange in exchanges.iter() {
        if exchange.command() == Some(consts::CMD_GET_INTERFACE) {
            let all = exchange
                .answers
                .iter()
                .flat_map(|datagram| messages(datagram));
            own.extend(all.filter_map(|m| Some(interface::parse(m.genl()?.1).address)));
        }
    }
    let is_foreign = |m: &Message<'_>| {
        let bss = m.genl().and_then(|(_, attrs)| attrs.find(ATTR_BSS));
        bss.is_some_and(|bss| {
            let address = bss.attrs().find(BSS_BSSID).and_then(|a| a.mac());
            !address.is_some_and(|a| own.contains(&a))
        })
    };
    for exchange in exchanges {
        if exchange.command() != Some(CMD_GET_SCAN) {
            continue;
        }
        for datagram in &mut exchange.answers {
            let mut kept = Vec::new();
            for (at, m) in placed(datagram).filter(|(_, m)| !is_foreign(m)) {
                let end = (at + HEADER_LEN + m.body.len()).next_multiple_of(4);
                kept.extend(datagram.iter().take(end).skip(at));
            }
            *datagram = kept;
        }
        exchange.answers.retain(|datagram| !datagram.is_empty());
    }
}

/// A socket at whose other end the recorded kernel answers, for as long as it is open.
pub(crate) fn play(exchanges: &[Exchange], protocol: Protocol) -> Result<OwnedFd, Errno> {
    let (near, far) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let mut left: Vec<(Exchange, bool)> = exchanges
        .iter()
        .filter(|e| e.protocol == protocol)
        .map(|e| (e.clone(), false))
        .collect();
    let answer = move || {
        let mut request = vec![0; MOST];
        while let Ok((len @ 1.., _)) = recv(&far, request.as_mut_slice(), RecvFlags::empty()) {
            let asked = request.get(..len).unwrap_or_default();
            let seq = messages(asked).next().map_or(0, |m| m.seq);
            let end = match next(&mut left, asked) {
                None => Errno::NODATA,
                Some(exchange) => {
                    for datagram in &exchange.answers {
                        let datagram = with_seq(datagram, exchange.question(), seq);
                        // One that no socket carries never arrives.
                        let _ = send(&far, &datagram, SendFlags::NOSIGNAL);
                    }
                    // Nobody waits for this behind an answer with an end of its own.
                    Errno::TIMEDOUT
                }
            };
            if send(&far, &refusal(end, seq), SendFlags::NOSIGNAL).is_err() {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("recorded kernel".to_owned())
        .spawn(answer)
        .map_err(|_| Errno::AGAIN)?;
    Ok(near)
}

/// The first answer to such a question that was not given yet, else the last one once more.
fn next<'a>(left: &'a mut [(Exchange, bool)], asked: &[u8]) -> Option<&'a Exchange> {
    let at = left
        .iter()
        .position(|(e, given)| !given && e.asks_like(asked))
        .or_else(|| left.iter().rposition(|(e, _)| e.asks_like(asked)))?;
    let (exchange, given) = left.get_mut(at)?;
    *given = true;
    Some(exchange)
}

/// The datagram as an answer to the request of this number: what answered the recorded request answers
/// this one.
fn with_seq(datagram: &[u8], question: Option<Message<'_>>, seq: u32) -> Vec<u8> {
    let mut out = datagram.to_vec();
    for (at, m) in placed(datagram) {
        if question.is_some_and(|q| q.seq == m.seq)
            && let Some(place) = out.get_mut(at + 8..at + 12)
        {
            place.copy_from_slice(&seq.to_ne_bytes());
        }
    }
    out
}

fn refusal(errno: Errno, seq: u32) -> Vec<u8> {
    let mut w = Writer::new();
    w.begin(consts::NLMSG_ERROR, 0, seq)
        .raw(&errno.raw_os_error().wrapping_neg().to_ne_bytes())
        .raw(&[0; HEADER_LEN]);
    w.end();
    w.as_bytes().to_vec()
}

/// Bytes as pairs of hexadecimal digits.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn text(bytes: &[u8]) -> String {
        use std::fmt::Write;
        bytes.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    }

    pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect::<Option<Vec<u8>>>()
            .filter(|_| text.len().is_multiple_of(2))
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        bytes(&text).ok_or_else(|| Error::custom("no hexadecimal digits"))
    }
}

mod hex_list {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(list: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(list.iter().map(|bytes| super::hex::text(bytes)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Vec<u8>>, D::Error> {
        let list = Vec::<String>::deserialize(from)?;
        list.iter()
            .map(|text| super::hex::bytes(text))
            .collect::<Option<_>>()
            .ok_or_else(|| Error::custom("no hexadecimal digits"))
    }
}
