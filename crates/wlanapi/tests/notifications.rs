//! `WlanRegisterNotification` from end to end.

#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(unsafe_code, reason = "the library's functions are those of C")]

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use dot11::KeyBytes;
use wlanapi::exports::*;
use wlanapi::types::*;

mod harness;
use harness::*;

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// What a callback was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Heard {
    source: u32,
    code: u32,
    guid: GUID,
    payload: Vec<u8>,
}

impl Heard {
    /// The payload as numbers.
    fn words(&self) -> Vec<i32> {
        let words = self.payload.chunks(4);
        words
            .map(|w| i32::from_ne_bytes(w.try_into().unwrap()))
            .collect()
    }
}

type During = Box<dyn Fn(&Heard) + Send + Sync>;

/// The context of a callback; never freed, so that a test that fails does not crash as well.
struct Ear {
    heard: Mutex<Vec<Heard>>,
    changed: Condvar,
    during: During,
}

impl Ear {
    fn new() -> &'static Self {
        Self::with(Box::new(|_| {}))
    }

    /// Does something in the callback, before it is counted as heard.
    fn with(during: During) -> &'static Self {
        Box::leak(Box::new(Self {
            heard: Mutex::default(),
            changed: Condvar::new(),
            during,
        }))
    }

    unsafe extern "C" fn listen(data: *mut WLAN_NOTIFICATION_DATA, context: *mut c_void) {
        // SAFETY: ears are never freed.
        let ear = unsafe { &*context.cast::<Self>() };
        // SAFETY: good during the callback, as long as it says.
        let heard = unsafe {
            let data = *data;
            Heard {
                source: data.NotificationSource,
                code: data.NotificationCode,
                guid: data.InterfaceGuid,
                payload: std::slice::from_raw_parts(
                    data.pData.cast::<u8>(),
                    data.dwDataSize as usize,
                )
                .to_vec(),
            }
        };
        (ear.during)(&heard);
        ear.heard.lock().unwrap().push(heard);
        ear.changed.notify_all();
    }

    fn wait(&self, count: usize) -> Vec<Heard> {
        let heard = self.heard.lock().unwrap();
        let (heard, timeout) = self
            .changed
            .wait_timeout_while(heard, LONG, |heard| heard.len() < count)
            .unwrap();
        assert!(!timeout.timed_out(), "{count} wanted, heard {heard:?}");
        heard.clone()
    }

    fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// Registers: code and the sources before.
    fn register(&'static self, handle: HANDLE, sources: u32) -> (u32, u32) {
        let mut previous = 77;
        let context = std::ptr::from_ref(self).cast_mut().cast();
        // SAFETY: the callback keeps to the contract, the context outlives the registration.
        let rc = unsafe {
            WlanRegisterNotification(
                handle,
                sources,
                0,
                Some(Self::listen),
                context,
                null(),
                &raw mut previous,
            )
        };
        (rc, previous)
    }
}

fn unregister(handle: HANDLE) -> (u32, u32) {
    let mut previous = 77;
    // SAFETY: without sources neither function nor context are looked at.
    let rc = unsafe {
        WlanRegisterNotification(handle, 0, 0, None, null_mut(), null(), &raw mut previous)
    };
    (rc, previous)
}

fn ready() -> (World, HANDLE) {
    let world = World::new();
    let handle = open();
    assert_eq!(plain(WlanHostedNetworkInitSettings, handle), (SUCCESS, 0));
    assert_eq!(set_passphrase(handle, "12345678"), (SUCCESS, 0));
    (world, handle)
}

fn start_and_stop(handle: HANDLE) {
    assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
    assert_eq!(plain(WlanHostedNetworkStopUsing, handle), (SUCCESS, 0));
}

/// Reference L22 and 5.4.
#[test]
fn a_run_with_a_peer_is_heard_in_order_and_size() {
    let (world, handle) = ready();
    let ear = Ear::new();
    assert_eq!(ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK), (0, 0));
    let mut client = world.client();

    assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
    client
        .sim_join("guest", KeyBytes::copy_from(b"12345678"))
        .unwrap();
    ear.wait(2);
    let device = client.query_status().unwrap().device.unwrap();
    client.sim_leave("guest").unwrap();
    ear.wait(3);
    assert_eq!(plain(WlanHostedNetworkStopUsing, handle), (SUCCESS, 0));
    let heard = ear.wait(4);

    let codes: Vec<_> = heard
        .iter()
        .map(|h| (h.source, h.code, h.payload.len()))
        .collect();
    assert_eq!(
        codes,
        [
            (0x80, 0x1000, 12),
            (0x80, 0x1001, 28),
            (0x80, 0x1001, 28),
            (0x80, 0x1000, 12)
        ]
    );
    assert_eq!(heard[0].words(), [1, 2, 17], "idle, active, user_action");
    let peer = heard[1].words();
    assert_eq!((peer[2], peer[5], peer[6]), (0, 1, 20), "peer_arrived");
    let gone = heard[2].words();
    assert_eq!((gone[2], gone[5], gone[6]), (1, 0, 21), "peer_departed");
    assert_eq!(peer[..2], peer[3..5], "the address is in both halves");
    assert_eq!(heard[3].words(), [2, 1, 17]);
    let text = format!(
        "{:08x}-{:04x}-{:04x}",
        heard[1].guid.data1, heard[1].guid.data2, heard[1].guid.data3
    );
    assert!(device.to_string().starts_with(&text), "{device} {text}");
    assert_eq!(close(handle), SUCCESS);
}

/// Reference L27.
#[test]
fn unregistering_tells_the_sources_and_ends_it() {
    let (_world, handle) = ready();
    let other = open();
    let (ear, witness) = (Ear::new(), Ear::new());
    assert_eq!(ear.register(handle, WLAN_NOTIFICATION_SOURCE_ALL), (0, 0));
    witness.register(other, WLAN_NOTIFICATION_SOURCE_ALL);

    assert_eq!(unregister(handle), (SUCCESS, 0xffff));
    start_and_stop(handle);
    witness.wait(2);

    assert_eq!(ear.count(), 0);
    assert_eq!(unregister(handle), (SUCCESS, 0));
    assert_eq!(ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK), (0, 0));
    start_and_stop(handle);
    assert_eq!(ear.wait(2).len(), 2, "and it may begin anew");
    close(other);
    close(handle);
}

/// Reference L26.
#[test]
fn sources_without_a_function_are_refused() {
    let (_world, handle) = ready();
    let ear = Ear::new();
    ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);

    let mut previous = 77;
    // SAFETY: it is refused before anything is called.
    let rc = unsafe {
        WlanRegisterNotification(handle, 0x80, 0, None, null_mut(), null(), &raw mut previous)
    };

    assert_eq!((rc, previous), (INVALID_PARAMETER, 77));
    start_and_stop(handle);
    assert_eq!(ear.wait(2).len(), 2, "the registration before stays");
    close(handle);
}

#[test]
fn a_new_registration_takes_the_place_of_the_old() {
    let (_world, handle) = ready();
    let (first, second) = (Ear::new(), Ear::new());
    first.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);
    assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
    first.wait(1);

    assert_eq!(
        second.register(handle, WLAN_NOTIFICATION_SOURCE_ALL),
        (0, 0x80)
    );
    assert_eq!(plain(WlanHostedNetworkStopUsing, handle), (SUCCESS, 0));

    assert_eq!(second.wait(1)[0].words(), [2, 1, 17]);
    assert_eq!(first.count(), 1);
    close(handle);
}

/// A handle as an integer, to be taken into a callback.
#[derive(Clone, Copy)]
struct Number(usize);

impl Number {
    fn of(handle: HANDLE) -> Self {
        Self(handle.addr())
    }

    fn handle(self) -> HANDLE {
        std::ptr::without_provenance_mut(self.0)
    }
}

#[test]
fn a_callback_may_call_the_functions_on_its_own_handle() {
    let (_world, handle) = ready();
    let number = Number::of(handle);
    let answers = std::sync::Arc::new(Mutex::new(Vec::new()));
    let notes = std::sync::Arc::clone(&answers);
    let ear = Ear::with(Box::new(move |_| {
        let handle = number.handle();
        notes
            .lock()
            .unwrap()
            .push((state(handle), set_passphrase(handle, "87654321")));
    }));
    ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);

    start_and_stop(handle);

    ear.wait(2);
    let answers = answers.lock().unwrap().clone();
    assert_eq!(answers.len(), 2);
    assert!(
        answers
            .iter()
            .all(|(state, set)| state.is_ok() && *set == (0, 0)),
        "{answers:?}"
    );
    close(handle);
}

#[test]
fn a_callback_that_closes_its_handle_is_the_last_one() {
    let (_world, handle) = ready();
    let other = open();
    let number = Number::of(handle);
    let ear = Ear::with(Box::new(move |_| {
        assert_eq!(close(number.handle()), SUCCESS)
    }));
    let witness = Ear::new();
    ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);
    witness.register(other, WLAN_NOTIFICATION_SOURCE_HNWK);

    start_and_stop(other);
    start_and_stop(other);
    witness.wait(4);

    assert_eq!(ear.wait(1).len(), 1);
    assert_eq!(close(handle), INVALID_HANDLE);
    close(other);
}

#[test]
fn a_callback_that_unregisters_itself_is_the_last_one() {
    let (_world, handle) = ready();
    let number = Number::of(handle);
    let ear = Ear::with(Box::new(move |_| {
        assert_eq!(unregister(number.handle()), (SUCCESS, 0x80));
    }));
    let witness = Ear::new();
    let other = open();
    ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);
    witness.register(other, WLAN_NOTIFICATION_SOURCE_HNWK);

    start_and_stop(other);
    witness.wait(2);

    assert_eq!(ear.wait(1).len(), 1);
    assert_eq!(state(handle), Ok(1), "the handle lives on");
    close(other);
    close(handle);
}

/// What must not return early: it is given a while to do so.
fn waits_for_the_callback(finish: impl Fn(HANDLE)) {
    let (_world, handle) = ready();
    let (entered, enter) = std::sync::mpsc::channel();
    let ended = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let end = std::sync::Arc::clone(&ended);
    let ear = Ear::with(Box::new(move |_| {
        entered.send(()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        end.store(true, std::sync::atomic::Ordering::SeqCst);
    }));
    ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);
    assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
    enter.recv_timeout(LONG).unwrap();

    finish(handle);

    assert!(ended.load(std::sync::atomic::Ordering::SeqCst));
    close(handle);
}

#[test]
fn unregistering_waits_for_a_callback_in_progress() {
    waits_for_the_callback(|handle| assert_eq!(unregister(handle), (SUCCESS, 0x80)));
}

#[test]
fn closing_waits_for_a_callback_in_progress() {
    waits_for_the_callback(|handle| assert_eq!(close(handle), SUCCESS));
}

#[test]
fn replacing_waits_for_a_callback_in_progress() {
    let next = Ear::new();
    waits_for_the_callback(|handle| assert_eq!(next.register(handle, 0x80), (SUCCESS, 0x80)));
}

#[test]
fn a_callback_that_takes_its_time_delays_neither_others_nor_its_own_calls() {
    let (_world, handle) = ready();
    let other = open();
    let (give, leave) = std::sync::mpsc::channel::<()>();
    let leave = Mutex::new(leave);
    let slow = Ear::with(Box::new(move |_| {
        let _ = leave.lock().unwrap().recv();
    }));
    let witness = Ear::new();
    slow.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK);
    witness.register(other, WLAN_NOTIFICATION_SOURCE_HNWK);

    for _ in 0..50 {
        start_and_stop(handle);
    }
    assert_eq!(witness.wait(100).len(), 100);
    assert_eq!(slow.count(), 0);
    drop(give);

    assert_eq!(
        slow.wait(100),
        witness.wait(100),
        "late, and none is missing"
    );
    close(other);
    close(handle);
}

/// Issue, point 5: what a client has to do when the service is started again.
#[test]
fn after_a_restart_a_new_handle_hears_again() {
    let (mut world, old) = ready();
    let ear = Ear::new();
    ear.register(old, WLAN_NOTIFICATION_SOURCE_HNWK);
    world.stop();
    world.start();

    assert_eq!(state(old), Err(SERVICE_NOT_ACTIVE));
    assert_eq!(unregister(old).0, SERVICE_NOT_ACTIVE);
    let new = open();
    let again = Ear::new();
    again.register(new, WLAN_NOTIFICATION_SOURCE_HNWK);
    start_and_stop(new);

    again.wait(2);
    close(old);
    close(new);
}

/// Threads that register, unregister and ask on one handle while the network starts and stops.
#[test]
fn registrations_of_many_threads_get_along() {
    let (_world, handle) = ready();
    let other = open();
    let number = Number::of(handle);
    let ears: Vec<&Ear> = (0..4)
        .map(|_| Ear::with(Box::new(move |_| assert!(state(number.handle()).is_ok()))))
        .collect();
    std::thread::scope(|scope| {
        for ear in &ears {
            scope.spawn(move || {
                let handle = number.handle();
                for round in 0..60_u32 {
                    assert_eq!(
                        ear.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK).0,
                        SUCCESS
                    );
                    assert!(state(handle).is_ok());
                    if round.is_multiple_of(3) {
                        assert_eq!(unregister(handle).0, SUCCESS);
                    }
                }
            });
        }
        let other = Number::of(other);
        scope.spawn(move || {
            for _ in 0..60 {
                start_and_stop(other.handle());
            }
        });
    });

    assert_eq!(unregister(handle).0, SUCCESS);
    let before: usize = ears.iter().map(|ear| ear.count()).sum();
    start_and_stop(other);
    let last = Ear::new();
    assert_eq!(
        last.register(handle, WLAN_NOTIFICATION_SOURCE_HNWK),
        (SUCCESS, 0)
    );
    start_and_stop(other);
    last.wait(2);
    assert_eq!(ears.iter().map(|ear| ear.count()).sum::<usize>(), before);
    assert_eq!(close(handle), SUCCESS);
    assert_eq!(close(other), SUCCESS);
}
