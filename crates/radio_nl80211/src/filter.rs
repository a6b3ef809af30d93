//! Programs for the kernel that keep frames and events nobody needs from waking this process:
//! classic BPF (`linux/filter.h`), attached with `SO_ATTACH_FILTER`.

use dot11::MacAddr;

const LOAD_WORD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS, linux/bpf_common.h
const LOAD_HALF: u16 = 0x28; // BPF_LD | BPF_H | BPF_ABS
const LOAD_BYTE: u16 = 0x30; // BPF_LD | BPF_B | BPF_ABS
const LOAD_WORD_X: u16 = 0x40; // BPF_LD | BPF_W | BPF_IND
const LOAD_HALF_X: u16 = 0x48; // BPF_LD | BPF_H | BPF_IND
const LOAD_BYTE_X: u16 = 0x50; // BPF_LD | BPF_B | BPF_IND
const LOAD_X_MEMORY: u16 = 0x61; // BPF_LDX | BPF_W | BPF_MEM
const STORE: u16 = 0x02; // BPF_ST
const ADD: u16 = 0x04; // BPF_ALU | BPF_ADD | BPF_K
const OR_X: u16 = 0x4c; // BPF_ALU | BPF_OR | BPF_X
const AND: u16 = 0x54; // BPF_ALU | BPF_AND | BPF_K
const SHIFT_LEFT: u16 = 0x64; // BPF_ALU | BPF_LSH | BPF_K
const TO_X: u16 = 0x07; // BPF_MISC | BPF_TAX
const FROM_X: u16 = 0x87; // BPF_MISC | BPF_TXA
const JUMP_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

/// Most EtherTypes a program asks for: a conditional jump reaches 255 instructions far.
pub(crate) const MAX_TYPES: usize = 64;
/// Most stations whose protected frames a program lets through, for the same reason.
pub(crate) const MAX_KEYED: usize = 24;

/// Where a jump leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Next,
    Accept,
    Reject,
    /// The place of this number, further down.
    Place(u8),
}

/// A program that grows downwards.
#[derive(Debug, Default)]
struct Assembly {
    ops: Vec<(u16, u32, To, To)>,
    /// Where the places are.
    places: Vec<(u8, usize)>,
}

impl Assembly {
    fn op(&mut self, code: u16, k: u32) -> &mut Self {
        self.ops.push((code, k, To::Next, To::Next));
        self
    }

    fn if_equal(&mut self, k: u32, yes: To, no: To) -> &mut Self {
        self.ops.push((JUMP_EQUAL, k, yes, no));
        self
    }

    fn place(&mut self, number: u8) -> &mut Self {
        self.places.push((number, self.ops.len()));
        self
    }

    /// Accepts what is one of these numbers, rejects the rest.
    fn one_of(&mut self, numbers: impl IntoIterator<Item = u32>) -> &mut Self {
        for number in numbers {
            self.if_equal(number, To::Accept, To::Next);
        }
        self.op(RETURN, 0)
    }

    fn finish(&self) -> Vec<libc::sock_filter> {
        let accept = self.ops.len();
        let target = |at: usize, to: To| {
            let wanted = match to {
                To::Next => at + 1,
                To::Accept => accept,
                To::Reject => accept + 1,
                To::Place(number) => self
                    .places
                    .iter()
                    .find(|(n, _)| *n == number)
                    .map_or(accept + 1, |(_, at)| *at),
            };
            u8::try_from(wanted - at - 1).unwrap_or_else(|_| unreachable!("a program too long"))
        };
        let op = |(at, &(code, k, yes, no)): (usize, &(u16, u32, To, To))| libc::sock_filter {
            code,
            jt: target(at, yes),
            jf: target(at, no),
            k,
        };
        let mut program: Vec<_> = self.ops.iter().enumerate().map(op).collect();
        let end = |k| libc::sock_filter {
            code: RETURN,
            jt: 0,
            jf: 0,
            k,
        };
        program.extend([end(u32::MAX), end(0)]);
        program
    }
}

/// Nothing passes.
pub(crate) fn nothing() -> Vec<libc::sock_filter> {
    Assembly::default().op(RETURN, 0).finish()
}

/// Generic netlink messages of `commands`, and everything that is not of `family`.
pub(crate) fn commands(family: u16, commands: &[u8]) -> Vec<libc::sock_filter> {
    const TYPE_AT: u32 = 4;
    const COMMAND_AT: u32 = 16;
    Assembly::default()
        .op(LOAD_HALF, TYPE_AT)
        // The program sees network order, the header is in the machine's.
        .if_equal(u32::from(family.to_be()), To::Next, To::Accept)
        .op(LOAD_BYTE, COMMAND_AT)
        .one_of(commands.iter().map(|c| u32::from(*c)))
        .finish()
}

/// Ethernet frames of these EtherTypes to `own` or to groups.
pub(crate) fn ethernet(own: MacAddr, types: &[u16]) -> Vec<libc::sock_filter> {
    const GROUP: u32 = 1;
    const OTHERS: u8 = 0;
    const TYPE: u8 = 1;
    let (high, low) = halves(own);
    Assembly::default()
        .op(LOAD_WORD, 0)
        .if_equal(high, To::Next, To::Place(OTHERS))
        .op(LOAD_HALF, 4)
        .if_equal(low, To::Place(TYPE), To::Next)
        .place(OTHERS)
        .op(LOAD_BYTE, 0)
        .op(AND, GROUP)
        .if_equal(GROUP, To::Next, To::Reject)
        .place(TYPE)
        .op(LOAD_HALF, 12)
        .one_of(types.iter().take(MAX_TYPES).map(|t| u32::from(*t)))
        .finish()
}

/// An address as two loads find it.
fn halves(address: MacAddr) -> (u32, u32) {
    let [a, b, c, d, e, f] = address.0;
    (
        u32::from_be_bytes([a, b, c, d]),
        u32::from(u16::from_be_bytes([e, f])),
    )
}

/// What a monitor interface is to hear: whole data frames of stations to `bssid`, of these
/// EtherTypes if they are in clear, and all that are protected of the stations `keyed` (what is in
/// them cannot be seen here).
pub(crate) fn air(bssid: MacAddr, types: &[u16], keyed: &[MacAddr]) -> Vec<libc::sock_filter> {
    // Behind the radiotap header, from Frame Control on (clause 9.3.2.1).
    const FLAGS: u32 = 1;
    const ADDRESS_1: u32 = 4;
    const ADDRESS_2: u32 = 10;
    const SEQUENCE: u32 = 22;
    const BODY: u32 = 24;
    const QOS: u32 = 0x80;
    const AMSDU: u32 = 0x80;
    const PROTECTED: u32 = 0x40;
    const CLEAR: u8 = 0;
    const PLAIN: u8 = 1;
    const FIRST_KEYED: u8 = 2;

    let mut a = Assembly::default();
    // X becomes the radiotap header's length, a little-endian half behind two bytes.
    a.op(LOAD_BYTE, 2)
        .op(STORE, 0)
        .op(LOAD_BYTE, 3)
        .op(SHIFT_LEFT, 8)
        .op(LOAD_X_MEMORY, 0)
        .op(OR_X, 0)
        .op(TO_X, 0);
    // Data or QoS data, to the access point, neither in parts nor with HT Control.
    a.op(LOAD_BYTE_X, 0)
        .op(AND, 0x7f)
        .if_equal(0x08, To::Next, To::Reject)
        .op(LOAD_BYTE_X, FLAGS)
        .op(AND, 0x87)
        .if_equal(0x01, To::Next, To::Reject)
        .op(LOAD_BYTE_X, SEQUENCE)
        .op(AND, 0x0f)
        .if_equal(0, To::Next, To::Reject);
    let (high, low) = halves(bssid);
    a.op(LOAD_WORD_X, ADDRESS_1)
        .if_equal(high, To::Next, To::Reject)
        .op(LOAD_HALF_X, ADDRESS_1 + 4)
        .if_equal(low, To::Next, To::Reject);
    a.op(LOAD_BYTE_X, FLAGS)
        .op(AND, PROTECTED)
        .if_equal(0, To::Place(CLEAR), To::Next);
    for (number, address) in (FIRST_KEYED..).zip(keyed.iter().take(MAX_KEYED)) {
        let (high, low) = halves(*address);
        a.op(LOAD_WORD_X, ADDRESS_2)
            .if_equal(high, To::Next, To::Place(number))
            .op(LOAD_HALF_X, ADDRESS_2 + 4)
            .if_equal(low, To::Accept, To::Next)
            .place(number);
    }
    a.op(RETURN, 0);
    a.place(CLEAR)
        .op(LOAD_BYTE_X, 0)
        .op(AND, QOS)
        .if_equal(0, To::Place(PLAIN), To::Next)
        .op(LOAD_BYTE_X, BODY)
        .op(AND, AMSDU)
        .if_equal(0, To::Next, To::Reject)
        .op(FROM_X, 0)
        .op(ADD, 2)
        .op(TO_X, 0)
        .place(PLAIN);
    a.op(LOAD_WORD_X, BODY)
        .if_equal(0xaaaa_0300, To::Next, To::Reject)
        .op(LOAD_HALF_X, BODY + 4)
        .if_equal(0, To::Next, To::Reject)
        .op(LOAD_HALF_X, BODY + 6)
        .one_of(types.iter().take(MAX_TYPES).map(|t| u32::from(*t)))
        .finish()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs a program as the kernel does; `false` for a load beyond the end, too.
    pub(crate) fn accepts(program: &[libc::sock_filter], packet: &[u8]) -> bool {
        let (mut a, mut x, mut memory) = (0u32, 0u32, 0u32);
        let load = |at: u64, len: usize| {
            let at = usize::try_from(at).ok()?;
            let bytes = packet.get(at..at + len)?;
            Some(bytes.iter().fold(0u32, |v, b| v << 8 | u32::from(*b)))
        };
        let mut at = 0;
        loop {
            let op = &program[at];
            at += 1;
            let k = u64::from(op.k);
            let loaded = match op.code {
                LOAD_WORD => load(k, 4),
                LOAD_HALF => load(k, 2),
                LOAD_BYTE => load(k, 1),
                LOAD_WORD_X => load(k + u64::from(x), 4),
                LOAD_HALF_X => load(k + u64::from(x), 2),
                LOAD_BYTE_X => load(k + u64::from(x), 1),
                _ => {
                    match op.code {
                        STORE => memory = a,
                        LOAD_X_MEMORY => x = memory,
                        ADD => a = a.wrapping_add(op.k),
                        OR_X => a |= x,
                        AND => a &= op.k,
                        SHIFT_LEFT => a <<= op.k,
                        TO_X => x = a,
                        FROM_X => a = x,
                        JUMP_EQUAL => at += usize::from(if a == op.k { op.jt } else { op.jf }),
                        RETURN => return op.k != 0,
                        other => panic!("instruction {other:#x}"),
                    }
                    continue;
                }
            };
            match loaded {
                Some(value) => a = value,
                None => return false,
            }
        }
    }

    const OWN: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);

    fn ether(to: MacAddr, ether_type: u16) -> Vec<u8> {
        let mut frame = to.0.to_vec();
        frame.extend([2, 0, 0, 0, 1, 0]);
        frame.extend(ether_type.to_be_bytes());
        frame.push(1);
        frame
    }

    #[test]
    fn only_wanted_ether_types_to_us_or_to_groups_pass() {
        let program = ethernet(OWN, &[0x88b5, 0x890d]);
        let rows = [
            (OWN, 0x88b5, true),
            (OWN, 0x890d, true),
            (OWN, 0x0800, false),
            (MacAddr::BROADCAST, 0x88b5, true),
            (MacAddr::BROADCAST, 0x0806, false),
            (MacAddr([2, 0, 0, 0, 0, 2]), 0x88b5, false),
            (MacAddr([2, 0, 0, 1, 0, 1]), 0x88b5, false),
        ];
        for (to, ether_type, passes) in rows {
            let frame = ether(to, ether_type);
            assert_eq!(accepts(&program, &frame), passes, "{to} {ether_type:#x}");
            assert!(!accepts(&program, &frame[..13]), "a runt");
        }
        assert!(!accepts(&nothing(), &ether(OWN, 0x88b5)));
        assert!(!accepts(&ethernet(OWN, &[]), &ether(OWN, 0x88b5)));
    }

    #[test]
    fn netlink_messages_of_other_families_and_of_wanted_commands_pass() {
        let program = commands(32, &[3, 9]);
        let message = |family: u16, command| {
            let mut bytes = vec![20, 0, 0, 0];
            bytes.extend(family.to_ne_bytes());
            bytes.extend([0; 10]);
            bytes.extend([command, 0, 0, 0]);
            bytes
        };
        for (family, command, passes) in
            [(32, 3, true), (32, 9, true), (32, 4, false), (33, 4, true)]
        {
            assert_eq!(accepts(&program, &message(family, command)), passes);
        }
    }

    #[test]
    fn the_longest_programs_can_be_made() {
        let types: Vec<u16> = (0x0600..0x0600 + 1000).collect();
        let keyed = vec![OWN; 1000];
        assert!(air(OWN, &types, &keyed).len() < 256);
        assert!(ethernet(OWN, &types).len() < 256);
        assert!(commands(32, &crate::event::COMMANDS).len() < 256);
    }
}
