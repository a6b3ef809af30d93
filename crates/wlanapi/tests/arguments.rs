//! What is wrong with a call, in which order it is found, and what is written then (reference 4,
//! 10.1, 10.6). The tables themselves are run through C by the tier `face`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(unsafe_code, reason = "the library's functions are those of C")]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use wlanapi::exports::*;
use wlanapi::types::*;

mod harness;
use harness::*;

const KEY: &[u8; 9] = b"12345678\0";

/// SetSecondaryKey: code and reason.
fn set(
    handle: HANDLE,
    len: u32,
    data: *const u8,
    pass: i32,
    reserved: *const c_void,
) -> (u32, i32) {
    let mut reason = UNTOUCHED;
    // SAFETY: where the length may be read the data has it.
    let rc = unsafe {
        WlanHostedNetworkSetSecondaryKey(handle, len, data, pass, 1, &raw mut reason, reserved)
    };
    (rc, reason)
}

/// A page's worth of address that may not be read.
fn unreadable() -> *const u8 {
    BAD.cast()
}

/// Rows A01 to A17.
#[test]
fn set_secondary_key_judges_in_the_documented_order() {
    let mut world = World::new();
    let handle = open();
    let key = KEY.as_ptr();

    assert_eq!(set(null_mut(), 9, key, 1, null()), (87, UNTOUCHED), "A01");
    assert_eq!(set(GARBAGE, 9, key, 1, null()), (6, 2), "A02");
    assert_eq!(set(handle, 9, key, 1, BAD), (87, UNTOUCHED), "A04");
    assert_eq!(set(handle, 9, key, 1, null()), (0, 0));
    assert_eq!(set(handle, 9, null(), 1, null()), (87, 2), "A06");
    assert_eq!(set(handle, 32, null(), 0, null()), (87, 2), "A07");
    assert_eq!(set(handle, 0, key, 1, null()), (87, 2), "A08");
    assert_eq!(set(handle, 0, key, 0, null()), (87, 2), "A09");
    assert_eq!(set(handle, 9, key, 2, null()), (0, 0), "A16");
    for len in [u32::MAX, 0x8000_0000, 65, 8, 1] {
        assert_eq!(set(handle, len, unreadable(), 1, null()), (87, 2), "A17");
    }
    for len in [u32::MAX, 64, 33, 31, 9, 1] {
        assert_eq!(set(handle, len, unreadable(), 0, null()), (87, 2), "A17");
    }
    assert_eq!(
        query_key(handle),
        Some((KEY.to_vec(), 1, 1)),
        "S29: it stays"
    );
    // SAFETY: without a place for the reason none is written.
    let rc = unsafe { WlanHostedNetworkSetSecondaryKey(handle, 9, key, 1, 1, null_mut(), null()) };
    assert_eq!(rc, 0, "A14");
    // SAFETY: as above.
    let rc = unsafe { WlanHostedNetworkSetSecondaryKey(handle, 8, key, 1, 1, null_mut(), null()) };
    assert_eq!(rc, 87, "A15");
    assert_eq!(set(handle, 0, null(), 0, null()), (0, 0), "A05");
    assert_eq!(query_key(handle), None, "Q01");

    world.stop();
    assert_eq!(set(handle, 9, key, 1, null()), (1062, 24), "A10");
    assert_eq!(set(null_mut(), 9, key, 1, null()), (87, UNTOUCHED), "A11");
    assert_eq!(set(GARBAGE, 9, key, 1, null()), (1062, 24), "A12");
    assert_eq!(set(handle, 9, null(), 1, null()), (87, UNTOUCHED), "A13");
    close(handle);
}

/// Reads the secondary key: bytes, passphrase, persistent.
fn query_key(handle: HANDLE) -> Option<(Vec<u8>, i32, i32)> {
    let (mut len, mut data, mut pass, mut persistent) = (77, null_mut(), 77, 77);
    let mut reason = UNTOUCHED;
    // SAFETY: all pointers are good.
    let rc = unsafe {
        WlanHostedNetworkQuerySecondaryKey(
            handle,
            &raw mut len,
            &raw mut data,
            &raw mut pass,
            &raw mut persistent,
            &raw mut reason,
            null(),
        )
    };
    assert_eq!((rc, reason), (0, 0));
    if data.is_null() {
        assert_eq!(len, 0);
        return None;
    }
    // SAFETY: a buffer of that length, ours to free.
    let bytes = unsafe { std::slice::from_raw_parts(data, len as usize).to_vec() };
    // SAFETY: as above.
    unsafe { WlanFreeMemory(data.cast()) };
    Some((bytes, pass, persistent))
}

/// Rows Q02 to Q06 and Q09.
#[test]
fn the_secondary_key_comes_back_as_it_was_set() {
    let _world = World::new();
    let handle = open();
    let long = [&[b'x'; 63][..], b"\0"].concat();
    let binary: Vec<u8> = (224..=255).chain([0; 0]).collect();

    for (key, pass) in [(KEY.to_vec(), 1), (long, 1), (binary, 0)] {
        let len = u32::try_from(key.len()).unwrap();
        assert_eq!(set(handle, len, key.as_ptr(), pass, null()), (0, 0));
        assert_eq!(query_key(handle), Some((key.clone(), pass, 1)));
        assert_eq!(query_key(handle), Some((key, pass, 1)));
    }

    let (mut len, mut data, mut pass, mut persistent) = (77, null_mut(), 77, 77);
    let mut query = |which: u8| {
        let mut reason = UNTOUCHED;
        let keep = |i: u8| which != i;
        // SAFETY: each pointer is good or NULL.
        let rc = unsafe {
            WlanHostedNetworkQuerySecondaryKey(
                handle,
                if keep(0) { &raw mut len } else { null_mut() },
                if keep(1) { &raw mut data } else { null_mut() },
                if keep(2) { &raw mut pass } else { null_mut() },
                if keep(3) {
                    &raw mut persistent
                } else {
                    null_mut()
                },
                &raw mut reason,
                null(),
            )
        };
        assert_eq!(
            (len, data, pass, persistent),
            (77, null_mut(), 77, 77),
            "Q06"
        );
        (rc, reason)
    };
    for which in 0..4 {
        assert_eq!(query(which), (87, 2), "Q06");
    }
    close(handle);
}

#[test]
fn open_handle_checks_pointers_then_service_then_version() {
    let mut world = World::new();
    let (mut version, mut handle) = (77, GARBAGE);
    let mut call = |wanted: u32, reserved, v: bool, h: bool| {
        let v = if v { &raw mut version } else { null_mut() };
        let h = if h { &raw mut handle } else { null_mut() };
        // SAFETY: each pointer is good or NULL.
        let rc = unsafe { WlanOpenHandle(wanted, reserved, v, h) };
        (rc, version, handle)
    };

    assert_eq!(call(2, BAD, true, true), (87, 77, GARBAGE));
    assert_eq!(call(2, null(), false, true), (87, 77, GARBAGE));
    assert_eq!(call(2, null(), true, false), (87, 77, GARBAGE));
    assert_eq!(call(0, null(), true, true), (50, 77, GARBAGE));
    assert_eq!(call(10, null(), true, true), (50, 77, GARBAGE));
    let (rc, negotiated, first) = call(1, null(), true, true);
    assert_eq!((rc, negotiated), (0, 1));
    let (rc, negotiated, second) = call(2, null(), true, true);
    assert_eq!((rc, negotiated), (0, 2));
    // SAFETY: any handle may be passed.
    unsafe {
        assert_eq!(WlanCloseHandle(null_mut(), null()), 87);
        assert_eq!(WlanCloseHandle(first, BAD), 87);
    }
    assert_eq!(state(first), Ok(1), "it stays open");
    assert_eq!(close(first), 0);
    world.stop();
    assert_eq!(
        call(0, null(), true, true),
        (1062, 2, second),
        "service before version"
    );
    assert_eq!(close(second), 0);
}

/// The rows of 10.6 that arguments decide, and what both property functions answer to opcodes that
/// are none.
#[test]
fn set_property_judges_size_and_opcode() {
    let mut world = World::new();
    let handle = open();
    let mut settings = WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS::default();
    settings.hostedNetworkSSID.uSSIDLength = 3;
    settings.hostedNetworkSSID.ucSSID[..3].copy_from_slice(b"net");
    settings.dwMaxNumberOfPeers = 5;
    let set = |opcode, size: u32, data: *const c_void| {
        let mut reason = UNTOUCHED;
        // SAFETY: where the size is right the data has it.
        let rc = unsafe {
            WlanHostedNetworkSetProperty(handle, opcode, size, data, &raw mut reason, null())
        };
        (rc, reason)
    };
    let data = |s: &WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS| std::ptr::from_ref(s).cast();

    assert_eq!(set(0, 40, data(&settings)), (0, 0));
    for size in [39, 41, u32::MAX] {
        assert_eq!(set(0, size, BAD), (87, 2), "L17");
    }
    for opcode in [1, 2] {
        assert_eq!(set(opcode, 8, BAD), (50, 6), "L16");
    }
    for opcode in [4, -1] {
        assert_eq!(set(opcode, 8, BAD), (87, 2), "L19");
    }
    assert_eq!(set(0, 0, data(&settings)), (87, 2), "L19");
    assert_eq!(set(0, 40, null()), (87, 2), "L19");
    assert_eq!(set(3, 3, BAD), (87, 2));
    for len in [0, 33, u32::MAX] {
        let mut wrong = settings;
        wrong.hostedNetworkSSID.uSSIDLength = len;
        assert_eq!(set(0, 40, data(&wrong)), (87, 2), "L17");
    }
    let nobody = WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS {
        dwMaxNumberOfPeers: 0,
        ..settings
    };
    assert_eq!(set(0, 40, data(&nobody)), (87, 2), "L17");
    world.stop();
    assert_eq!(set(0, 39, BAD), (1062, 24));
    assert_eq!(set(0, 0, null()), (87, UNTOUCHED));
    close(handle);
}

type Property = (Vec<u8>, i32);

/// QueryProperty: bytes and value type.
fn query(handle: HANDLE, opcode: i32) -> Result<Property, u32> {
    let (mut size, mut data, mut value_type) = (77, null_mut(), 77);
    // SAFETY: all pointers are good.
    let rc = unsafe {
        WlanHostedNetworkQueryProperty(
            handle,
            opcode,
            &raw mut size,
            &raw mut data,
            &raw mut value_type,
            null(),
        )
    };
    if rc != 0 {
        assert_eq!((size, data, value_type), (77, null_mut(), 77));
        return Err(rc);
    }
    // SAFETY: a buffer of that size, ours to free.
    let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size as usize).to_vec() };
    // SAFETY: as above.
    unsafe { WlanFreeMemory(data) };
    Ok((bytes, value_type))
}

/// Rows L01, L02 and L04.
#[test]
fn properties_have_the_documented_types() {
    let world = World::new();
    let handle = open();
    assert_eq!(query(handle, 0), Err(1610), "L01");
    assert_eq!(query(handle, 2), Err(1610), "L01");
    assert_eq!(
        query(handle, 1),
        Ok((vec![7, 0, 0, 0, 4, 0, 0, 0], 0)),
        "L02"
    );
    assert_eq!(query(handle, 3), Ok((vec![1, 0, 0, 0], 2)), "L02");
    for opcode in [4, -1, i32::MIN] {
        assert_eq!(query(handle, opcode), Err(87));
    }
    assert_eq!(query(GARBAGE, 1), Err(6));

    assert_eq!(plain(WlanHostedNetworkInitSettings, handle), (0, 0));

    let (settings, kind) = query(handle, 0).unwrap();
    assert_eq!((settings.len(), kind), (40, 2), "L04");
    let number = |at: usize| u32::from_ne_bytes(settings[at..at + 4].try_into().unwrap());
    assert!((1..=32).contains(&number(0)), "L04");
    assert_eq!(number(36), 100, "L04");
    let (profile, kind) = query(handle, 2).unwrap();
    assert_eq!(kind, 0);
    let units: Vec<u16> = profile
        .chunks(2)
        .map(|unit| u16::from_ne_bytes(unit.try_into().unwrap()))
        .collect();
    let (last, text) = units.split_last().unwrap();
    assert_eq!(*last, 0, "the size counts the NUL");
    let text = String::from_utf16(text).unwrap();
    let key = world.client().query_primary_key().unwrap();
    let key = String::from_utf8(key.expose().to_vec()).unwrap();
    assert!(text.contains(&format!("<keyMaterial>{key}</keyMaterial>")));
    close(handle);
}

#[test]
fn results_need_not_be_aligned() {
    let _world = World::new();
    let handle = open();
    let mut bytes = [0_u8; 64];
    let at = |bytes: &mut [u8; 64], offset: usize| bytes[offset..].as_mut_ptr();
    let key = [&[0; 1][..], KEY].concat();

    // SAFETY: every pointer has room behind it.
    unsafe {
        let rc = WlanHostedNetworkSetSecondaryKey(
            handle,
            9,
            key[1..].as_ptr(),
            1,
            1,
            at(&mut bytes, 1).cast(),
            null(),
        );
        assert_eq!(rc, 0);
        let base = bytes.as_mut_ptr();
        let rc = WlanHostedNetworkQueryProperty(
            handle,
            1,
            base.add(1).cast(),
            base.add(5).cast(),
            base.add(13).cast(),
            null(),
        );
        assert_eq!(rc, 0);
        assert_eq!(bytes[1..5], 8_u32.to_ne_bytes());
        let data = bytes.as_ptr().add(5).cast::<*mut c_void>().read_unaligned();
        assert_eq!(data.cast::<u8>().read(), 7);
        WlanFreeMemory(data);
    }
    close(handle);
}

#[test]
fn memory_is_given_and_taken() {
    // SAFETY: what is freed was given, or is NULL.
    unsafe {
        assert!(WlanAllocateMemory(0).is_null());
        WlanFreeMemory(null_mut());
        let memory = WlanAllocateMemory(1000);
        memory.cast::<u8>().write_bytes(7, 1000);
        WlanFreeMemory(memory);
    }
}

#[test]
fn functions_windows_does_not_document_touch_nothing() {
    assert_eq!(WlanHostedNetworkHlpQueryEverUsed(), 120);
    assert_eq!(WlanHostedNetworkQueryWCNSettings(), 120);
    assert_eq!(WlanHostedNetworkSetWCNSettings(), 120);
    assert_eq!(WlanHostedNetworkFreeWCNSettings(), 120);
    assert_eq!(WlanScan(), 50);
}
