//! What cannot be a code.

use core::fmt;

use cause::Cause;

/// Why there is no code. None repeats a name or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The network's name is not UTF-8, which the notation of these codes is.
    NameNotText,
    /// A passphrase is 8 to 63 printable ASCII characters.
    NotAPassphrase,
    /// A picture with so many pixels for each module is too large; the number says how many there may
    /// be.
    TooLarge(u32),
}

impl Error {
    /// What happened and what to do, for people.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::NameNotText => Cause::new(
                "The network's name is no text (UTF-8), so no code can say it.",
                "Give it another name with `hostednet set --ssid`, or join by hand.",
            ),
            Self::NotAPassphrase => Cause::new(
                "The key is no passphrase, which has 8 to 63 printable ASCII characters.",
                "Set another with `hostednet key set`.",
            ),
            Self::TooLarge(most) => Cause::new(
                "The picture would be too large.",
                format!("Ask for at most {most} pixels for each module."),
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause().fmt(f)
    }
}

impl core::error::Error for Error {}
