//! Commands on their way to the kernel.
//!
//! The kernel carries out netlink requests before `sendmsg` returns, one after the other, and says
//! nothing about one that succeeded unless asked. So commands are collected, sent in one call, and
//! whatever lies in the receive buffer afterwards are all answers and all errors there will be: a
//! batch costs two system calls however many commands it has.

use dot11::MacAddr;
use radio::{CommandId, StationEntry, StationReport};
use rustix::io::Errno;

use crate::consts;
use crate::errno::Refusal;
use crate::netlink::{Ack, Attrs, Message, Writer, messages};
use crate::socket::Requests;

/// A batch is sent when it is this long, far below what a netlink socket takes at once.
const FULL: usize = 16 * 1024;

/// What a message in the batch was for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Nothing to do with the answer; the text completes "the driver refused to ...".
    Plain(&'static str),
    /// Like [`Op::Plain`], but "there is none" is success.
    Removal(&'static str),
    /// Removes a station's entry: "there is none" is success, but then no departure of it will be
    /// reported for our sake.
    Departure(MacAddr),
    /// Installs this station's pairwise key.
    Key(MacAddr),
    /// Removes it: "there is none" is success.
    KeyRemoval(MacAddr),
    /// Opens or closes this station's port.
    Port(MacAddr, bool),
    /// Makes way for the next message; its failure does not matter.
    Preparation,
    /// `FRAME` whose fate will be reported.
    Frame,
    /// `NEW_STATION`; the entry is kept for a second attempt.
    NewStation(Box<StationEntry>),
    /// `GET_KEY`.
    GroupCounter(u8),
    /// `GET_STATION`.
    Station(MacAddr),
}

impl Op {
    /// Whether success shows as an answer, not as silence.
    const fn is_answered(&self) -> bool {
        matches!(self, Self::Frame | Self::GroupCounter(_) | Self::Station(_))
    }
}

/// How a message fared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Refused(Refusal),
    /// The kernel's number for the frame.
    Cookie(u64),
    /// The group key's transmit counter.
    Counter(u64),
    Station(StationReport),
}

/// A message that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    seq: u32,
    /// `None` for messages that no command stands behind.
    pub(crate) id: Option<CommandId>,
    pub(crate) op: Op,
    pub(crate) outcome: Outcome,
}

/// The batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    writer: Writer,
    sent: Vec<Sent>,
    secret: bool,
}

impl Batch {
    pub(crate) const fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.writer.as_bytes().len() >= FULL
    }

    /// From here to the sending, the buffer holds a key.
    pub(crate) const fn mark_secret(&mut self) {
        self.secret = true;
    }

    /// Adds a message.
    pub(crate) fn push(
        &mut self,
        (family, seq): (u16, u32),
        command: u8,
        (id, op): (Option<CommandId>, Op),
        fill: impl FnOnce(&mut Writer),
    ) {
        self.writer.begin_genl(family, command, 0, seq);
        fill(&mut self.writer);
        self.writer.end();
        self.sent.push(Sent {
            seq,
            id,
            op,
            outcome: Outcome::Done,
        });
    }

    /// Adds `NEW_STATION`, whose entry is kept until the answer is known.
    pub(crate) fn push_station(
        &mut self,
        (family, seq): (u16, u32),
        id: CommandId,
        entry: Box<StationEntry>,
        fill: impl FnOnce(&mut Writer, &StationEntry),
    ) {
        self.writer
            .begin_genl(family, consts::CMD_NEW_STATION, 0, seq);
        fill(&mut self.writer, &entry);
        self.writer.end();
        let op = Op::NewStation(entry);
        self.sent.push(Sent {
            seq,
            id: Some(id),
            op,
            outcome: Outcome::Done,
        });
    }

    /// Sends everything and reads what the kernel has to say about it.
    pub(crate) fn exchange(&mut self, requests: &mut Requests) {
        let result = requests.socket().send(self.writer.as_bytes());
        if self.secret {
            self.writer.clear_secret();
            self.secret = false;
        } else {
            self.writer.clear();
        }
        match result {
            Ok(()) => self.read_answers(requests),
            Err(e) => self
                .sent
                .iter_mut()
                .for_each(|s| s.outcome = Outcome::Refused(e.into())),
        }
    }

    fn read_answers(&mut self, requests: &mut Requests) {
        let last = self
            .sent
            .last()
            .filter(|s| s.op.is_answered())
            .map(|s| s.seq);
        let mut answered_last = false;
        while !answered_last {
            match requests.socket().receive_now() {
                Ok(Some(datagram)) => {
                    for message in messages(datagram) {
                        answered_last |= Some(message.seq) == last;
                        take_answer(&mut self.sent, &message);
                    }
                }
                Ok(None) => return,
                Err(e) => {
                    // Answers were lost; which, nobody knows.
                    tracing::warn!(error = %e, "answers of the kernel were lost");
                    for s in self.sent.iter_mut().filter(|s| s.outcome == Outcome::Done) {
                        s.outcome = Outcome::Refused(Errno::NOBUFS.into());
                    }
                    return;
                }
            }
        }
    }

    /// Takes the messages of the last exchange out, to be given back with [`Batch::reuse`].
    pub(crate) fn take_sent(&mut self) -> Vec<Sent> {
        core::mem::take(&mut self.sent)
    }

    /// Gives the memory of [`Batch::take_sent`] back.
    pub(crate) fn reuse(&mut self, mut sent: Vec<Sent>) {
        sent.clear();
        if self.sent.is_empty() {
            self.sent = sent;
        }
    }
}

fn take_answer(sent: &mut [Sent], message: &Message<'_>) {
    let Some(entry) = sent.iter_mut().find(|s| s.seq == message.seq) else {
        return;
    };
    if let Some(ack) = Ack::parse(message) {
        if ack.errno != 0 {
            entry.outcome = Outcome::Refused(Refusal::new(ack.errno, ack.evidence));
        }
        return;
    }
    let Some((_, attrs)) = message.genl() else {
        return;
    };
    let outcome = match &entry.op {
        Op::Frame => attrs
            .find(consts::ATTR_COOKIE)
            .and_then(|a| a.u64())
            .map(Outcome::Cookie),
        Op::GroupCounter(_) => parse_counter(attrs).map(Outcome::Counter),
        Op::Station(peer) => Some(Outcome::Station(parse_station(*peer, attrs))),
        _ => None,
    };
    if let Some(outcome) = outcome {
        entry.outcome = outcome;
    }
}

/// The transmit counter in an answer to `GET_KEY`: six bytes, least significant first.
pub(crate) fn parse_counter(attrs: Attrs<'_>) -> Option<u64> {
    let seq = attrs.find(consts::ATTR_KEY_SEQ)?;
    let low: [u8; 6] = *seq.data.first_chunk()?;
    let mut bytes = [0; 8];
    bytes[..6].copy_from_slice(&low);
    Some(u64::from_le_bytes(bytes))
}

/// A station's figures in an answer to `GET_STATION`.
pub(crate) fn parse_station(peer: MacAddr, attrs: Attrs<'_>) -> StationReport {
    let mut out = StationReport {
        peer,
        inactive_ms: 0,
        rx_bytes: 0,
        tx_bytes: 0,
        signal: None,
    };
    let Some(info) = attrs.find(consts::ATTR_STA_INFO) else {
        return out;
    };
    for attr in info.attrs() {
        match attr.kind {
            consts::STA_INFO_INACTIVE_TIME => out.inactive_ms = attr.u32().unwrap_or_default(),
            // The 64-bit counters come later in the list and win.
            consts::STA_INFO_RX_BYTES => out.rx_bytes = attr.u32().unwrap_or_default().into(),
            consts::STA_INFO_TX_BYTES => out.tx_bytes = attr.u32().unwrap_or_default().into(),
            consts::STA_INFO_RX_BYTES64 => out.rx_bytes = attr.u64().unwrap_or_default(),
            consts::STA_INFO_TX_BYTES64 => out.tx_bytes = attr.u64().unwrap_or_default(),
            consts::STA_INFO_SIGNAL => out.signal = attr.u8().map(u8::cast_signed),
            // It comes later and stands in where the last one is not told.
            consts::STA_INFO_SIGNAL_AVG => {
                out.signal = out.signal.or(attr.u8().map(u8::cast_signed));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);

    fn sent(ops: Vec<Op>) -> Vec<Sent> {
        let entry = |(seq, op)| Sent {
            seq,
            id: None,
            op,
            outcome: Outcome::Done,
        };
        (10..).zip(ops).map(entry).collect()
    }

    fn answer(sent: &mut [Sent], seq: u32, fill: impl FnOnce(&mut Writer)) {
        let mut w = Writer::new();
        w.begin_genl(32, 1, 0, seq);
        fill(&mut w);
        w.end();
        take_answer(sent, &messages(w.as_bytes()).next().unwrap());
    }

    fn refuse(sent: &mut [Sent], seq: u32, errno: i32) {
        let mut w = Writer::new();
        w.begin(consts::NLMSG_ERROR, 0, seq)
            .raw(&(-errno).to_ne_bytes())
            .raw(&[0; 16]);
        w.end();
        take_answer(sent, &messages(w.as_bytes()).next().unwrap());
    }

    #[test]
    fn answers_find_their_messages_and_silence_means_success() {
        let mut all = sent(vec![
            Op::Plain("install the key"),
            Op::Frame,
            Op::GroupCounter(1),
            Op::Station(PEER),
        ]);
        answer(&mut all, 11, |w| {
            w.bytes(consts::ATTR_COOKIE, &77u64.to_ne_bytes());
        });
        answer(&mut all, 12, |w| {
            w.bytes(consts::ATTR_KEY_SEQ, &[5, 1, 0, 0, 0, 0]);
        });
        answer(&mut all, 13, |w| {
            w.nest(consts::ATTR_STA_INFO, |w| {
                w.u32(consts::STA_INFO_INACTIVE_TIME, 1500)
                    .u32(consts::STA_INFO_RX_BYTES, 1)
                    .u8(consts::STA_INFO_SIGNAL, 0xd0)
                    .bytes(consts::STA_INFO_RX_BYTES64, &(1u64 << 33).to_ne_bytes());
            });
        });
        assert_eq!(all[0].outcome, Outcome::Done);
        assert_eq!(all[1].outcome, Outcome::Cookie(77));
        assert_eq!(all[2].outcome, Outcome::Counter(0x105));
        let Outcome::Station(report) = all[3].outcome else {
            panic!("{:?}", all[3])
        };
        assert_eq!((report.inactive_ms, report.signal), (1500, Some(-48)));
        assert_eq!(report.rx_bytes, 1 << 33);
    }

    #[test]
    fn a_refusal_marks_its_message_alone() {
        let mut all = sent(vec![Op::Plain("a"), Op::Removal("b"), Op::Plain("c")]);
        refuse(&mut all, 11, libc::ENOENT);
        refuse(&mut all, 99, libc::EINVAL);
        assert_eq!(all[0].outcome, Outcome::Done);
        assert_eq!(
            all[1].outcome,
            Outcome::Refused(Refusal::new(libc::ENOENT, None))
        );
        assert_eq!(all[2].outcome, Outcome::Done);
    }
}
