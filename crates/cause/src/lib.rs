//! Why something is not possible, and what a person can do about it.
//!
//! A refusal is born in one layer and read by a person several layers above. Every seam carries this
//! one type, so that no layer hides the next one's reason or retells it.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A sentence of fact and a sentence of remedy, each with its full stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What happened, with the driver's own error where there is one.
    pub text: String,
    /// What a person can do about it.
    pub remedy: String,
}

impl Cause {
    /// From a fact and a remedy.
    #[must_use]
    pub fn new(text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text, self.remedy)
    }
}
