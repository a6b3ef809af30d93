//! What `Dot11ExtSetKeyMappingKey` takes in the real service, from the call in the extension's process to
//! the key in the simulated radio and back, beside the bare hop: `cargo bench -p wlansvc`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

use std::thread;

use clock::{Duration, monotonic};
use libraries::{ihvhost, misdeed, profile, serving};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair,
};
use wlan_client::Client;
use wlansvc::{Options, RadioChoice, Service};

#[path = "../tests/service/libraries.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod libraries;

/// The loop looks for the result as often; it disturbs as little.
const LOOK: Duration = Duration::from_millis(500);

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock");
    let service = Service::open(&Options {
        socket: socket.clone(),
        state_dir: folder.path().join("state"),
        runtime_dir: folder.path().to_owned(),
        policy: None,
        radio: RadioChoice::Sim,
        channel: None,
        group_rekey: None,
        pairwise_rekey: None,
        record: None,
        pcap: None,
        addresses: false,
        ihvhost: Some(ihvhost().to_owned()),
    })
    .unwrap();
    let stopper = service.stopper();
    let running = thread::spawn(move || service.run().unwrap());
    let mut client = Client::connect(&socket, "bench").unwrap();
    client.init_settings().unwrap();
    client
        .ihv_install(serving("bench"), &misdeed("MEASURE"))
        .unwrap();
    client.force_start().unwrap();
    let ssid = client.query_connection_settings().unwrap().ssid;
    client.ihv_connect(profile(ssid)).unwrap();
    let measured = loop {
        thread::sleep(LOOK);
        let lines = client.ihv_log(None).unwrap();
        if let Some(line) = lines.into_iter().find(|l| l.text.starts_with("measured")) {
            break line.text;
        }
    };
    stopper.stop();
    running.join().unwrap();
    eprintln!("SetKeyMappingKey through the service, {measured}");
    let ours: f64 = measured
        .split_whitespace()
        .nth(2)
        .and_then(|median| median.parse().ok())
        .unwrap();
    println!("set_key_ours {:.2} us", ours / 1000.0);
    println!("set_key_bare {:.2} us", ping_pong() as f64 / 1000.0);
}

/// What the same hop costs without anything else.
fn ping_pong() -> u128 {
    let (a, b) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .unwrap();
    let echo = thread::spawn(move || {
        let mut buffer = [0; 100];
        while let Ok((len @ 1.., _)) = recv(&b, &mut buffer[..], RecvFlags::empty()) {
            send(&b, &buffer[..len], SendFlags::NOSIGNAL).unwrap();
        }
    });
    let mut took: Vec<_> = (0..5000)
        .map(|_| {
            let began = monotonic();
            send(&a, &[0; 60], SendFlags::NOSIGNAL).unwrap();
            recv(&a, &mut [0; 100][..], RecvFlags::empty()).unwrap();
            monotonic().since(began).as_nanos()
        })
        .collect();
    drop(a);
    echo.join().unwrap();
    took.sort_unstable();
    took[2500]
}
