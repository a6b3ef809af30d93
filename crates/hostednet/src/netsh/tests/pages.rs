//! Every page against its file.

use dot11::{MacAddr, Phy, Ssid};
use wlan_model::{HostedNetworkState, InterfaceState, PrimaryKey, RadioState, SecondaryKey};

use super::super::grammar::{Context, Topic, Verb, command};
use super::super::help::help;
use super::super::page::Page;
use super::super::{explain, show};
use super::{golden, interface, status, words};

fn page(fill: impl FnOnce(&mut Page)) -> String {
    let mut page = Page::new();
    fill(&mut page);
    page.text().to_owned()
}

#[test]
fn show_hostednetwork_looks_like_the_sample() {
    let active = status(HostedNetworkState::Active);
    golden(
        "show-hostednetwork-started",
        &page(|page| show::hosted_network(page, &active, true)),
    );
}

#[test]
fn a_network_that_does_not_run_has_only_a_status() {
    for (state, allowed, name) in [
        (
            HostedNetworkState::Idle,
            true,
            "show-hostednetwork-not-started",
        ),
        (
            HostedNetworkState::Unavailable,
            false,
            "show-hostednetwork-disallowed",
        ),
    ] {
        golden(
            name,
            &page(|page| show::hosted_network(page, &status(state), allowed)),
        );
    }
}

#[test]
fn a_network_without_a_name_is_not_configured() {
    let mut fresh = status(HostedNetworkState::Idle);
    fresh.ssid = None;
    golden(
        "show-hostednetwork-not-configured",
        &page(|page| show::hosted_network(page, &fresh, true)),
    );
}

#[test]
fn the_radio_type_is_the_fastest_phy() {
    for (phy, expected) in [
        (Phy::Erp, "802.11g"),
        (Phy::Ofdm, "802.11a"),
        (Phy::Ht, "802.11n"),
        (Phy::Vht, "802.11ac"),
        (Phy::He, "802.11ax"),
    ] {
        let mut active = status(HostedNetworkState::Active);
        active.phy = Some(phy);
        let text = page(|page| show::hosted_network(page, &active, true));
        assert!(
            text.contains(&format!("    Radio type             : {expected}\n")),
            "{text}"
        );
    }
}

#[test]
fn names_are_shown_as_text_or_as_hexadecimal_digits() {
    for (ssid, expected) in [
        ("Büro".as_bytes(), "\"Büro\""),
        (b"\xff\x00\xab", "\"FF00AB\""),
        (b"a\x1b[2J", "\"611B5B324A\""),
        (b" ", "\" \""),
    ] {
        let mut status = status(HostedNetworkState::Idle);
        status.ssid = Some(Ssid::new(ssid).unwrap());
        let text = page(|page| show::hosted_network(page, &status, true));
        assert!(
            text.contains(&format!("    SSID name              : {expected}\n")),
            "{text}"
        );
    }
}

#[test]
fn the_security_page_shows_both_keys() {
    let primary = PrimaryKey::from_entropy(&[7; 63]);
    let passphrase = SecondaryKey::passphrase(b"mypassword").unwrap();
    let binary = SecondaryKey::binary(&[0xab; 32]).unwrap();
    for (name, primary, secondary) in [
        (
            "show-security-persistent",
            Some(&primary),
            Some((passphrase, true)),
        ),
        (
            "show-security-temporary-binary",
            Some(&primary),
            Some((binary, false)),
        ),
        ("show-security-no-user-key", Some(&primary), None),
        ("show-security-not-configured", None, None),
    ] {
        golden(
            name,
            &page(|page| show::security(page, primary, secondary.as_ref())),
        );
    }
}

#[test]
fn settings_tell_whether_the_network_is_allowed() {
    let wlan0 = [(interface("wlan0", InterfaceState::Disconnected), None)];
    golden(
        "show-settings",
        &page(|page| show::settings(page, true, &wlan0)),
    );
    golden(
        "show-settings-disallowed",
        &page(|page| show::settings(page, false, &[])),
    );
}

#[test]
fn drivers_tell_whether_they_can_carry_the_network() {
    let mut old = interface("wlan1", InterfaceState::Disconnected);
    old.hosted_network_capable = false;
    old.mfp_capable = false;
    let rows = [
        (interface("wlan0", InterfaceState::Connected), None),
        (old, None),
    ];
    golden("show-drivers", &page(|page| show::drivers(page, &rows)));
}

#[test]
fn interfaces_end_with_the_state_of_the_network() {
    let address = Some(MacAddr([2, 0, 0, 0, 0, 1]).to_string());
    let one = [(interface("wlan0", InterfaceState::Connected), address)];
    golden(
        "show-interfaces-one",
        &page(|page| show::interfaces(page, &one, HostedNetworkState::Active)),
    );
    let mut switched_off = interface("wlan1", InterfaceState::NotReady);
    switched_off.software = RadioState::Off;
    switched_off.hardware = RadioState::Unknown;
    let two = [
        (interface("wlan0", InterfaceState::Disconnected), None),
        (switched_off, None),
    ];
    golden(
        "show-interfaces-two",
        &page(|page| show::interfaces(page, &two, HostedNetworkState::Unavailable)),
    );
}

#[test]
fn every_command_has_help() {
    golden("help-netsh", &page(|page| help(page, Topic::Netsh)));
    golden("help-wlan", &page(|page| help(page, Topic::Wlan)));
    golden(
        "help-show",
        &page(|page| help(page, Topic::Verb(Verb::Show))),
    );
    for line in [
        "export hostednetworkprofile",
        "refresh hostednetwork",
        "set hostednetwork",
        "show drivers",
        "show hostednetwork",
        "show interfaces",
        "show settings",
        "start hostednetwork",
        "stop hostednetwork",
    ] {
        let Ok(super::super::Command::Help(topic)) =
            command(Context::Wlan, &words(&format!("{line} ?")))
        else {
            panic!("{line} has no help");
        };
        golden(
            &format!("help-{}", line.replace(' ', "-")),
            &page(|page| help(page, topic)),
        );
    }
}

#[test]
fn every_mistake_has_its_words() {
    for (name, line) in [
        ("mistake-not-found", "wlan show networks mode=bssid"),
        ("mistake-no-parameter", "wlan set hostednetwork"),
        ("mistake-mode", "wlan set hostednetwork mode=maybe"),
        ("mistake-ssid", "wlan set hostednetwork ssid=\"\""),
        ("mistake-key", "wlan set hostednetwork key=short"),
        (
            "mistake-key-usage",
            "wlan set hostednetwork key=secret12 keyUsage=often",
        ),
        (
            "mistake-key-usage-alone",
            "wlan set hostednetwork keyUsage=temporary",
        ),
        ("mistake-refresh", "wlan refresh hostednetwork mypassword"),
        ("mistake-setting", "wlan show hostednetwork setting=all"),
        ("mistake-too-many", "wlan start hostednetwork now"),
    ] {
        let mistake = command(Context::Root, &words(line)).unwrap_err();
        let said = explain(&mistake);
        assert!(!said.done);
        golden(name, said.page.text());
    }
    for (name, line) in [("mistake-option", "-r server wlan"), ("mistake-alone", "")] {
        let mistake = super::super::grammar::invocation(&words(line)).unwrap_err();
        golden(name, explain(&mistake).page.text());
    }
}

#[test]
fn no_mistake_repeats_a_key() {
    for line in [
        "wlan set hostednetwork key=hidden~",
        "wlan set hostednetwork allow net hidden~",
        "wlan set hostednetwork hidden~key allow",
        "wlan set hostednetwork hidden~=key12345",
        "wlan set hostednetwork key=hidden~12 key=hidden~34",
        "wlan set hostednetwork allow net hidden~12 persistent hidden~34",
        "wlan set hostednet mode=allow hidden~ hidden~ hidden~ hidden~",
        "wlan set hostednetworks key=hidden~12",
        "wlan connect hidden~12",
    ] {
        let said = explain(&command(Context::Root, &words(line)).unwrap_err());
        let all = format!("{}{}", said.page.text(), said.notes.join("\n"));
        assert!(!all.contains("hidden~"), "{line}: {all}");
    }
}
