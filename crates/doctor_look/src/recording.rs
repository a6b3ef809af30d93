//! What was seen of a machine, in a file for others.

use cause::Cause;
use doctor::Facts;
use radio_nl80211::look::{self, Files, Looker};
use serde::{Deserialize, Serialize};

use crate::{Eyes, gather, see_radios};

/// The form of recordings.
const VERSION: u32 = 1;

/// A machine as it was seen: facts, and what the kernel said of its radios. It holds no key; names and
/// addresses of the machine, its networks and programs it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The form, 1.
    recording: u32,
    /// Everything that was seen.
    pub facts: Facts,
    /// Why nothing could be asked about radios.
    pub unopened: Option<Cause>,
    /// What the kernel and the files beside it said of the radios.
    pub radios: look::Recording,
}

impl Recording {
    /// One of these parts.
    #[must_use]
    pub const fn new(facts: Facts, radios: look::Recording) -> Self {
        Self {
            recording: VERSION,
            facts,
            unopened: None,
            radios,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, as half a sentence.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let recording: Self = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        if recording.recording == VERSION {
            Ok(recording)
        } else {
            Err(format!(
                "it is a recording of form {}, and {VERSION} is understood",
                recording.recording
            ))
        }
    }
}

/// Looks at everything and keeps what was seen.
#[must_use]
pub fn record(eyes: &Eyes) -> Recording {
    let mut looker = Looker::open_recording();
    let facts = gather(eyes, &mut looker);
    let (radios, unopened) = match looker {
        Ok(mut looker) => (looker.recording(), None),
        Err(error) => (look::Recording::default(), Some(error.cause)),
    };
    Recording {
        unopened,
        ..Recording::new(facts, radios)
    }
}

/// The facts of a recording: its radios are looked at anew, through the same readers as a machine's.
#[must_use]
pub fn replay(recording: &Recording) -> Facts {
    let mut facts = recording.facts.clone();
    if recording.unopened.is_some() {
        return facts;
    }
    facts.radios.clear();
    facts.no_radio = None;
    facts.country = doctor::facts::Looked::default();
    let files = Files::recorded(recording.radios.files.clone());
    let mut looker = Looker::play(&recording.radios, files);
    see_radios(&mut looker, &mut facts);
    facts
}
