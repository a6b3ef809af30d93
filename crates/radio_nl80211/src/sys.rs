//! The few socket calls that rustix does not offer in a safe form. All `unsafe` of this crate is here.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

fn check(result: libc::c_int) -> Result<(), Errno> {
    if result == 0 {
        return Ok(());
    }
    let code = std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(libc::EIO);
    Err(Errno::from_raw_os_error(code))
}

fn set_option<T>(fd: BorrowedFd<'_>, level: i32, option: i32, value: &T) -> Result<(), Errno> {
    let len = libc::socklen_t::try_from(size_of::<T>()).map_err(|_| Errno::INVAL)?;
    #[expect(
        unsafe_code,
        reason = "setsockopt for options that rustix does not know"
    )]
    // SAFETY: `value` points to `len` readable bytes for the whole call, and the kernel only reads.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            option,
            (&raw const *value).cast(),
            len,
        )
    })
}

/// Joins a netlink multicast group by its number (`NETLINK_ADD_MEMBERSHIP`).
pub(crate) fn join_group(fd: BorrowedFd<'_>, group: u32) -> Result<(), Errno> {
    set_option(fd, libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP, &group)
}

/// Asks for the kernel's words with errors, and for acknowledgements without a copy of the request
/// (`NETLINK_EXT_ACK`, `NETLINK_CAP_ACK`).
pub(crate) fn enable_extended_ack(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    let on: libc::c_int = 1;
    set_option(fd, libc::SOL_NETLINK, libc::NETLINK_EXT_ACK, &on)?;
    set_option(fd, libc::SOL_NETLINK, libc::NETLINK_CAP_ACK, &on)
}

/// Keeps a packet socket from seeing what this machine sends (Linux 4.20).
pub(crate) fn ignore_outgoing(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    // linux/if_packet.h
    const PACKET_IGNORE_OUTGOING: libc::c_int = 23;
    let on: libc::c_int = 1;
    set_option(fd, libc::SOL_PACKET, PACKET_IGNORE_OUTGOING, &on)
}

/// Binds a packet socket to one interface and one EtherType. May be called again to move it.
pub(crate) fn bind_packet(fd: BorrowedFd<'_>, ethertype: u16, ifindex: u32) -> Result<(), Errno> {
    let address = libc::sockaddr_ll {
        sll_family: u16::try_from(libc::AF_PACKET).map_err(|_| Errno::INVAL)?,
        sll_protocol: ethertype.to_be(),
        sll_ifindex: i32::try_from(ifindex).map_err(|_| Errno::INVAL)?,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    };
    let len =
        libc::socklen_t::try_from(size_of::<libc::sockaddr_ll>()).map_err(|_| Errno::INVAL)?;
    #[expect(unsafe_code, reason = "rustix has no sockaddr_ll")]
    // SAFETY: `address` is a whole sockaddr_ll of `len` bytes that lives through the call.
    check(unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), len) })
}

/// Lets through only generic netlink messages of `commands`, and everything that is not of
/// `family`, so that events nobody needs do not wake the process.
pub(crate) fn filter_commands(
    fd: BorrowedFd<'_>,
    family: u16,
    commands: &[u8],
) -> Result<(), Errno> {
    const LOAD_HALF: u16 = 0x28; // BPF_LD | BPF_H | BPF_ABS, linux/bpf_common.h
    const LOAD_BYTE: u16 = 0x30; // BPF_LD | BPF_B | BPF_ABS
    const JUMP_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    const RETURN: u16 = 0x06; // BPF_RET | BPF_K
    const TYPE_AT: u32 = 4;
    const COMMAND_AT: u32 = 16;

    let count = u8::try_from(commands.len()).map_err(|_| Errno::INVAL)?;
    let op = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut program = vec![
        op(LOAD_HALF, 0, 0, TYPE_AT),
        // The program sees network order, the header is in the machine's.
        op(JUMP_EQUAL, 1, 0, u32::from(family.to_be())),
        op(RETURN, 0, 0, u32::MAX),
        op(LOAD_BYTE, 0, 0, COMMAND_AT),
    ];
    for (i, command) in (0u8..).zip(commands) {
        program.push(op(JUMP_EQUAL, count - i, 0, u32::from(*command)));
    }
    program.push(op(RETURN, 0, 0, 0));
    program.push(op(RETURN, 0, 0, u32::MAX));
    let header = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| Errno::INVAL)?,
        filter: program.as_mut_ptr(),
    };
    set_option(fd, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &header)
}
