//! Netlink messages: writing them into a buffer and reading them out of one (RFC 3549, Linux
//! `linux/netlink.h`). No sockets here; readers take anything and stop at the first thing that is
//! not a message or an attribute.

use dot11::MacAddr;

use crate::consts;

/// Length of `struct nlmsghdr`.
pub const HEADER_LEN: usize = 16;
/// Length of `struct genlmsghdr`.
pub const GENL_HEADER_LEN: usize = 4;
/// Length of `struct nlattr`.
const ATTR_HEADER_LEN: usize = 4;
/// Bits of an attribute's type that are not flags (`NLA_TYPE_MASK`).
const ATTR_TYPE_MASK: u16 = 0x3fff;

const fn align(len: usize) -> usize {
    (len + 3) & !3
}

/// Writes netlink messages one after the other into one buffer.
#[derive(Debug, Default)]
pub struct Writer {
    buf: Vec<u8>,
    message: usize,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buf: Vec::new(),
            message: 0,
        }
    }

    /// All messages written so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.buf
    }

    /// Forgets all messages, keeps the memory.
    pub fn clear(&mut self) {
        self.buf.clear();
        self.message = 0;
    }

    /// Overwrites what was written before forgetting it.
    pub fn clear_secret(&mut self) {
        use zeroize::Zeroize;
        self.buf.as_mut_slice().zeroize();
        self.clear();
    }

    /// Begins a message; what is written from here to the next `begin` belongs to it.
    pub fn begin(&mut self, kind: u16, flags: u16, seq: u32) -> &mut Self {
        self.message = self.buf.len();
        self.buf.extend_from_slice(&[0; 4]);
        self.buf.extend_from_slice(&kind.to_ne_bytes());
        self.buf
            .extend_from_slice(&(consts::NLM_F_REQUEST | flags).to_ne_bytes());
        self.buf.extend_from_slice(&seq.to_ne_bytes());
        self.buf.extend_from_slice(&[0; 4]);
        self
    }

    /// Begins a generic netlink message.
    pub fn begin_genl(&mut self, family: u16, command: u8, flags: u16, seq: u32) -> &mut Self {
        self.begin(family, flags, seq);
        self.buf.extend_from_slice(&[command, 0, 0, 0]);
        self
    }

    /// A fixed header that follows the message header (its length must be a multiple of four).
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.buf.extend_from_slice(bytes);
        self
    }

    /// An attribute of any content. One that is too long for netlink (64 kB) is left out; the kernel
    /// then misses it and says so.
    pub fn bytes(&mut self, kind: u16, data: &[u8]) -> &mut Self {
        let Ok(len) = u16::try_from(ATTR_HEADER_LEN + data.len()) else {
            return self;
        };
        self.buf.extend_from_slice(&len.to_ne_bytes());
        self.buf.extend_from_slice(&kind.to_ne_bytes());
        self.buf.extend_from_slice(data);
        self.buf.resize(align(self.buf.len()), 0);
        self
    }

    /// An attribute that says something by being there.
    pub fn flag(&mut self, kind: u16) -> &mut Self {
        self.bytes(kind, &[])
    }

    /// An 8-bit attribute.
    pub fn u8(&mut self, kind: u16, value: u8) -> &mut Self {
        self.bytes(kind, &[value])
    }

    /// A 16-bit attribute.
    pub fn u16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.bytes(kind, &value.to_ne_bytes())
    }

    /// A 32-bit attribute.
    pub fn u32(&mut self, kind: u16, value: u32) -> &mut Self {
        self.bytes(kind, &value.to_ne_bytes())
    }

    /// A zero-terminated text.
    pub fn text(&mut self, kind: u16, value: &str) -> &mut Self {
        let mut bytes = Vec::with_capacity(value.len() + 1);
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
        self.bytes(kind, &bytes)
    }

    /// A MAC address.
    pub fn mac(&mut self, kind: u16, value: MacAddr) -> &mut Self {
        self.bytes(kind, &value.0)
    }

    /// An attribute that contains the attributes `content` writes.
    pub fn nest(&mut self, kind: u16, content: impl FnOnce(&mut Self)) -> &mut Self {
        let start = self.buf.len();
        self.buf.extend_from_slice(&[0; 2]);
        self.buf
            .extend_from_slice(&(kind | consts::NLA_F_NESTED).to_ne_bytes());
        content(self);
        match u16::try_from(self.buf.len() - start) {
            Ok(len) => {
                if let Some(place) = self.buf.get_mut(start..start + 2) {
                    place.copy_from_slice(&len.to_ne_bytes());
                }
            }
            Err(_) => self.buf.truncate(start),
        }
        self
    }

    /// Completes the message begun last; returns its length.
    pub fn end(&mut self) -> usize {
        let len = self.buf.len() - self.message;
        let field = u32::try_from(len).unwrap_or(u32::MAX).to_ne_bytes();
        if let Some(place) = self.buf.get_mut(self.message..self.message + 4) {
            place.copy_from_slice(&field);
        }
        len
    }
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Message type: a control type, or a family.
    pub kind: u16,
    /// `NLM_F_*`.
    pub flags: u16,
    /// Sequence number of the request it answers; 0 for notifications.
    pub seq: u32,
    /// What follows the header.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// The command and the attributes of a generic netlink message.
    #[must_use]
    pub fn genl(&self) -> Option<(u8, Attrs<'a>)> {
        let (header, rest) = self.body.split_at_checked(GENL_HEADER_LEN)?;
        Some((*header.first()?, Attrs(rest)))
    }
}

/// The messages of one datagram.
#[derive(Clone, Debug)]
pub struct Messages<'a>(&'a [u8]);

/// Reads the messages of one datagram; ends at the first malformed one.
#[must_use]
pub const fn messages(datagram: &[u8]) -> Messages<'_> {
    Messages(datagram)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u16::from_ne_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u32::from_ne_bytes)
}

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let bytes = core::mem::take(&mut self.0);
        let len = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let message = Message {
            kind: u16_at(bytes, 4)?,
            flags: u16_at(bytes, 6)?,
            seq: u32_at(bytes, 8)?,
            body: bytes.get(HEADER_LEN..len)?,
        };
        self.0 = bytes.get(align(len)..).unwrap_or_default();
        Some(message)
    }
}

/// Attributes in their order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attrs<'a>(pub &'a [u8]);

impl<'a> Attrs<'a> {
    /// The first attribute of this type.
    #[must_use]
    pub fn find(mut self, kind: u16) -> Option<Attr<'a>> {
        Iterator::find(&mut self, |a| a.kind == kind)
    }
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Attr<'a>;

    fn next(&mut self) -> Option<Attr<'a>> {
        let bytes = core::mem::take(&mut self.0);
        let len = usize::from(u16_at(bytes, 0)?);
        let attr = Attr {
            kind: u16_at(bytes, 2)? & ATTR_TYPE_MASK,
            data: bytes.get(ATTR_HEADER_LEN..len)?,
        };
        self.0 = bytes.get(align(len)..).unwrap_or_default();
        Some(attr)
    }
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attr<'a> {
    /// Type without flag bits.
    pub kind: u16,
    /// Content without padding.
    pub data: &'a [u8],
}

impl<'a> Attr<'a> {
    /// As an 8-bit number.
    #[must_use]
    pub fn u8(&self) -> Option<u8> {
        self.data.first().copied()
    }

    /// As a 16-bit number.
    #[must_use]
    pub fn u16(&self) -> Option<u16> {
        u16_at(self.data, 0)
    }

    /// As a 32-bit number.
    #[must_use]
    pub fn u32(&self) -> Option<u32> {
        u32_at(self.data, 0)
    }

    /// As a 64-bit number.
    #[must_use]
    pub fn u64(&self) -> Option<u64> {
        self.data.first_chunk().copied().map(u64::from_ne_bytes)
    }

    /// As a MAC address.
    #[must_use]
    pub fn mac(&self) -> Option<MacAddr> {
        MacAddr::from_slice(self.data)
    }

    /// As text up to the first zero byte; `None` when it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        let text = self.data.split(|b| *b == 0).next()?;
        core::str::from_utf8(text).ok()
    }

    /// As attributes.
    #[must_use]
    pub const fn attrs(&self) -> Attrs<'a> {
        Attrs(self.data)
    }
}

/// What an acknowledgement (`NLMSG_ERROR`) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack<'a> {
    /// 0, or the positive errno.
    pub errno: i32,
    /// The kernel's own words (extended acknowledgement).
    pub evidence: Option<&'a str>,
}

impl<'a> Ack<'a> {
    /// Reads an acknowledgement; `None` for any other message.
    #[must_use]
    pub fn parse(message: &Message<'a>) -> Option<Self> {
        if message.kind != consts::NLMSG_ERROR {
            return None;
        }
        let code = i32::from_ne_bytes(*message.body.first_chunk()?);
        Some(Self {
            errno: code.checked_neg()?.max(0),
            evidence: evidence(message),
        })
    }
}

fn evidence<'a>(message: &Message<'a>) -> Option<&'a str> {
    if message.flags & consts::NLM_F_ACK_TLVS == 0 {
        return None;
    }
    // The request follows the error code: its header alone, or (not "capped") all of it.
    let request_len = if message.flags & consts::NLM_F_CAPPED == 0 {
        usize::try_from(u32_at(message.body, 4)?).ok()?
    } else {
        HEADER_LEN
    };
    let at = 4usize.checked_add(request_len.checked_next_multiple_of(4)?)?;
    Attrs(message.body.get(at..)?)
        .find(consts::NLMSGERR_ATTR_MSG)?
        .text()
}
