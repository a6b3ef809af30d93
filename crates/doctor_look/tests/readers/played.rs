//! Recordings themselves: what is in them, and what comes out when they are played.

use doctor::{judge, text};
use doctor_look::{Recording, replay};
use radio_nl80211::look::{Files, Looker};

use crate::edit::{self, BSS, GET_SCAN};
use crate::machine::recording;

#[test]
fn what_is_played_is_judged_like_what_was_seen() {
    for name in ["before", "connected", "running", "none"] {
        let recording = recording(name);
        let (seen, played) = (judge(&recording.facts), judge(&replay(&recording)));
        assert_eq!(text(&seen), text(&played), "{name}");
    }
}

#[test]
fn a_recording_survives_its_file() {
    let recording = recording("running");
    let text = serde_json::to_vec(&recording).unwrap();
    assert_eq!(Recording::read(&text), Ok(recording));
    assert!(Recording::read(b"{}").is_err());
    let newer = String::from_utf8(text).unwrap();
    let newer = newer.replacen("\"recording\":1", "\"recording\":2", 1);
    let error = Recording::read(newer.as_bytes()).unwrap_err();
    assert!(error.contains("form 2"), "{error}");
}

/// The recorded radio heard somebody else's network, too.
#[test]
fn networks_of_others_are_not_in_a_recording() {
    let mut radios = recording("running").radios;
    let mut heard = 0;
    edit::rewrite(&mut radios, GET_SCAN, |attrs| {
        attrs.inside(BSS, |bss| {
            let address = bss.get(edit::BSS_BSSID).unwrap();
            assert_eq!(address, [0x42, 0, 0, 0, 0, 0]);
            heard += 1;
        });
        edit::Fate::Keep
    });
    assert!(heard > 0);
}

#[test]
fn a_question_that_was_never_asked_has_no_answer() {
    let mut radios = recording("before").radios;
    radios.exchanges.retain(|e| {
        e.question()
            .is_none_or(|q| q.genl().is_none_or(|(c, _)| c != edit::GET_REG))
    });
    let files = Files::recorded(radios.files.clone());
    let mut looker = Looker::play(&radios, files).unwrap();
    assert_eq!(looker.radios(None, None).unwrap().len(), 3);
    assert!(looker.domains().is_err());
    assert!(looker.heard(99).is_err());
}
