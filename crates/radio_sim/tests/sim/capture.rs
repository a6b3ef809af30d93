//! What the tap records is what Wireshark can read, with the network's keys.

use std::process::Command;

use crate::support::*;
use clock::WallTime;
use radio_sim::{PcapEncoder, StationProfile};

/// A capture of two stations that join with either key, exchange frames with the host and hear a
/// group frame.
fn capture() -> Vec<u8> {
    let mut bench = Bench::started();
    bench.radio.set_tap(true, bench.now);
    let plain = StationProfile {
        wmm: false,
        ht: false,
        ..StationProfile::default()
    };
    bench.radio.set_profile("tablet", plain).unwrap();
    bench.joined("phone", primary());
    bench.joined("tablet", secondary());
    bench.traffic("phone", 3);
    bench.traffic("tablet", 3);
    let greeting = dot11::frame::encapsulate_llc(0x88b6, b"for everybody");
    bench
        .radio
        .send_from_host(dot11::MacAddr::BROADCAST, &greeting, bench.now);
    bench.run(clock::Duration::from_millis(300));
    let pcap = PcapEncoder::new(WallTime::from_unix_millis(1_767_225_600_000));
    let mut file = pcap.header().to_vec();
    while let Some(frame) = bench.radio.poll_tap() {
        pcap.record(&frame, &mut file);
    }
    file
}

fn tshark(file: &std::path::Path, keys: &[&str], fields: &[&str], filter: &str) -> Vec<String> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-o", "wlan.enable_decryption:TRUE"]);
    for key in keys {
        command
            .arg("-o")
            .arg(format!("uat:80211_keys:\"wpa-psk\",\"{key}\""));
    }
    command.args(["-Y", filter, "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

fn hex(key: &radio_sim::StationKey) -> String {
    pmk(key)
        .expose()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

#[test]
fn wireshark_reads_the_capture_and_deciphers_it_with_each_key() {
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("SKIPPED: tshark is not installed (Debian package tshark)");
        return;
    }
    let dir = std::env::temp_dir().join(format!("hostednet-capture-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("air.pcap");
    std::fs::write(&file, capture()).unwrap();
    let mut bench = Bench::started();
    let phone = bench
        .radio
        .set_profile("phone", StationProfile::default())
        .unwrap()
        .to_string();
    let tablet = bench
        .radio
        .set_profile("tablet", StationProfile::default())
        .unwrap()
        .to_string();
    let broadcast = "ff:ff:ff:ff:ff:ff";
    // The payload of an EtherType nobody dissects is "data".
    let deciphered = |keys: &[&str], address: &str| {
        let filter = format!("wlan.addr == {address} && llc.type == 0x88b6");
        tshark(&file, keys, &["data.data"], &filter)
    };
    let (one, two) = (hex(&primary()), hex(&secondary()));

    let malformed = tshark(
        &file,
        &[],
        &["frame.number"],
        "_ws.malformed || wlan.tag.length.bad",
    );
    let handshake = tshark(&file, &[], &["wlan_rsna_eapol.keydes.msgnr"], "eapol");
    let beacons = tshark(
        &file,
        &[],
        &["wlan.ssid", "wlan.tim.dtim_period"],
        "wlan.fc.type_subtype == 8",
    );

    assert_eq!(malformed, Vec::<String>::new());
    assert_eq!(handshake, ["1", "2", "3", "4", "1", "2", "3", "4"]);
    assert!(
        beacons.len() >= 2 && beacons.iter().all(|b| b.ends_with("\t2")),
        "{beacons:?}"
    );
    assert_eq!(
        deciphered(&[], &phone).len(),
        0,
        "without keys nothing is readable"
    );
    assert_eq!(deciphered(&[&one], &phone).len(), 6);
    assert_eq!(
        deciphered(&[&one], &tablet).len(),
        0,
        "one key does not open the other's frames"
    );
    assert_eq!(deciphered(&[&two], &tablet).len(), 6);
    assert_eq!(deciphered(&[&two], &phone).len(), 0);
    assert_eq!(
        deciphered(&[&one], broadcast),
        ["666f72206576657279626f6479"]
    );
    let first = deciphered(&[&one], &phone).remove(0);
    assert!(first.starts_with("010000000000000100000000a5a5"), "{first}");
    let both = [one.as_str(), two.as_str()];
    assert_eq!(
        deciphered(&both, &phone).len() + deciphered(&both, &tablet).len(),
        12
    );
    std::fs::remove_dir_all(&dir).unwrap();
}
