//! What `Dot11ExtSetKeyMappingKey` takes, process hop included, beside the bare hop: `cargo bench -p
//! ihv_host`. The service is the scripted one of the tests.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

use crate::service::{Service, done, probe};

#[path = "../tests/host/service.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
mod service;

fn main() {
    let mut s = Service::with_adapter(&probe("MEASURE"));
    let nanos = s.order(b"m", done);
    let bare = ping_pong();
    println!("SetKeyMappingKey, from the call to its return: median {nanos} ns");
    println!("bare packets of 60 bytes there and back between two threads: median {bare} ns");
}

/// What the same hop costs without anything else.
fn ping_pong() -> u128 {
    use rustix::net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair,
    };
    let (a, b) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .unwrap();
    let echo = std::thread::spawn(move || {
        let mut buffer = [0; 100];
        while let Ok((len @ 1.., _)) = recv(&b, &mut buffer[..], RecvFlags::empty()) {
            send(&b, &buffer[..len], SendFlags::NOSIGNAL).unwrap();
        }
    });
    let mut took: Vec<_> = (0..5000)
        .map(|_| {
            let began = clock::monotonic();
            send(&a, &[0; 60], SendFlags::NOSIGNAL).unwrap();
            recv(&a, &mut [0; 100][..], RecvFlags::empty()).unwrap();
            clock::monotonic().since(began).as_nanos()
        })
        .collect();
    drop(a);
    echo.join().unwrap();
    took.sort_unstable();
    took[2500]
}
