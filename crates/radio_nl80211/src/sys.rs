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

/// Lets through only what the classic BPF program `program` accepts, from now on. What lies in the
/// socket's buffer already stays there.
pub(crate) fn attach_filter(
    fd: BorrowedFd<'_>,
    program: &mut [libc::sock_filter],
) -> Result<(), Errno> {
    let header = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| Errno::INVAL)?,
        filter: program.as_mut_ptr(),
    };
    set_option(fd, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &header)
}
