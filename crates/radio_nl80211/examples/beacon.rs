//! Puts a bare beacon on the air and prints what the radio reports, until the time is up or SIGTERM
//! or SIGINT arrives: shows that the radio starts, and that nothing is left behind.
//!
//! Usage: `beacon RUNTIME_DIR [IFNAME|auto] [CHANNEL] [SECONDS]`, as root.

use std::sync::atomic::{AtomicBool, Ordering};

use clock::Duration;
use dot11::{Channel, CipherSuite, MacAddr, Ssid};
use radio::{ApConfig, Capabilities, Command, CommandId, Radio, RadioCommand, RadioEvent};
use radio_nl80211::{Nl80211Radio, Options, Source};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

static ENOUGH: AtomicBool = AtomicBool::new(false);

extern "C" fn stop(_signal: libc::c_int) {
    ENOUGH.store(true, Ordering::Relaxed);
}

fn catch_signals() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        #[expect(unsafe_code, reason = "signal handlers cannot be installed otherwise")]
        // SAFETY: the handler only stores to an atomic, which is allowed in signal handlers.
        unsafe {
            libc::signal(signal, stop as *const () as libc::sighandler_t);
        }
    }
}

fn config(c: &Capabilities, channel: Channel) -> ApConfig {
    let ssid = Ssid::new("bare").expect("a valid name");
    let bssid = c.address;
    let mut head = vec![0x80, 0, 0, 0];
    head.extend_from_slice(&MacAddr::BROADCAST.0);
    head.extend_from_slice(&bssid.0);
    head.extend_from_slice(&bssid.0);
    head.extend_from_slice(&[0; 2 + 8]); // sequence control, timestamp
    head.extend_from_slice(&[100, 0, 0x11, 0x04]); // interval, ESS + privacy + short slot
    head.extend_from_slice(&[0, 4]);
    head.extend_from_slice(ssid.as_bytes());
    head.extend_from_slice(&[1, 8, 0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24]);
    head.extend_from_slice(&[3, 1, channel.number()]);
    let tail = [
        &[42, 1, 0][..],
        &[50, 4, 0x30, 0x48, 0x60, 0x6c],
        &[
            48, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0,
        ],
    ]
    .concat();
    ApConfig {
        ssid,
        bssid,
        channel,
        ht: false,
        beacon_head: head,
        beacon_tail: tail,
        beacon_interval: 100,
        dtim_period: 2,
        cipher: CipherSuite::CCMP,
        basic_rates: vec![2, 4, 11, 22],
        isolate: false,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options::new(arguments.next().ok_or("RUNTIME_DIR is missing")?);
    options.ifname = arguments.next().filter(|name| name != "auto");
    let channel = arguments.next().map_or(Ok(6), |a| a.parse())?;
    let channel = Channel::new(channel).ok_or("no such channel")?;
    let seconds = arguments.next().map_or(Ok(5), |a| a.parse())?;
    catch_signals();

    for radio in radio_nl80211::list_radios()? {
        let names: Vec<&str> = radio.interfaces.iter().map(|i| i.name.as_str()).collect();
        println!(
            "radio {} with {names:?}: {:?}",
            radio.wiphy.name, radio.unfit
        );
    }
    let mut radio = Nl80211Radio::open(options)?;
    println!("interface {:?}", radio.interface());
    let end = clock::monotonic() + Duration::from_secs(seconds);
    let mut next_id = 0;
    while !ENOUGH.load(Ordering::Relaxed) && clock::monotonic() < end {
        while let Some(event) = radio.poll_event() {
            match &event {
                RadioEvent::Ready(c) => {
                    println!(
                        "ready: {} {} forced {:?}, {} channels, ht {:?}",
                        c.name,
                        c.address,
                        c.forced_channel,
                        c.channels.len(),
                        c.ht.is_some()
                    );
                    if next_id == 0 || std::env::var_os("RESTART").is_some() {
                        next_id += 1;
                        let command = Command::StartAp(Box::new(config(c, channel)));
                        let id = CommandId(next_id);
                        radio.command(RadioCommand { id, command }, clock::monotonic());
                    }
                }
                RadioEvent::Management { frame, signal } => {
                    println!(
                        "frame {:02x?} ({} bytes, {signal:?} dBm)",
                        frame.first(),
                        frame.len()
                    );
                }
                other => println!("{other:?}"),
            }
        }
        for source in wait(&radio, Duration::from_millis(200))? {
            radio.handle_readable(source, clock::monotonic());
        }
        radio.handle_timeout(clock::monotonic());
    }
    radio.close();
    println!("closed");
    Ok(())
}

fn wait(radio: &Nl80211Radio, longest: Duration) -> rustix::io::Result<Vec<Source>> {
    let sources: Vec<_> = radio.sources().collect();
    let mut fds: Vec<_> = sources
        .iter()
        .map(|(_, fd)| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .collect();
    let timeout = Timespec::try_from(longest).ok();
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(e) => return Err(e),
    }
    let ready = |(s, fd): (&(Source, _), &PollFd<'_>)| (!fd.revents().is_empty()).then_some(s.0);
    Ok(sources.iter().zip(&fds).filter_map(ready).collect())
}
