//! What netsh says. The texts that programs compare are those of Windows; what Windows says in the
//! cases nobody has recorded is ours, in its manner (docs/decisions/0012).

use wlan_model::{Refusal, Win32Error};

use super::grammar::{Hint, Mistake, Wrong};
use super::help;
use super::page::Page;

pub(crate) const MODE_ALLOW: &str = "The hosted network mode has been set to allow.";
pub(crate) const MODE_DISALLOW: &str = "The hosted network mode has been set to disallow.";
pub(crate) const SSID: &str = "The SSID of the hosted network has been successfully changed.";
pub(crate) const PASSPHRASE: &str =
    "The user key passphrase of the hosted network has been successfully changed.";
pub(crate) const BINARY_KEY: &str =
    "The user key of the hosted network has been successfully changed.";
pub(crate) const STARTED: &str = "The hosted network started.";
pub(crate) const STOPPED: &str = "The hosted network stopped.";
pub(crate) const REFRESHED: &str =
    "The system security key of the hosted network has been successfully refreshed.";

pub(crate) const MODE_FAILED: &str = "The hosted network mode couldn't be changed.";
pub(crate) const SSID_FAILED: &str = "The SSID of the hosted network couldn't be changed.";
pub(crate) const KEY_FAILED: &str = "The user key of the hosted network couldn't be changed.";
pub(crate) const START_FAILED: &str = "The hosted network couldn't be started.";
pub(crate) const STOP_FAILED: &str = "The hosted network couldn't be stopped.";
pub(crate) const REFRESH_FAILED: &str =
    "The system security key of the hosted network couldn't be refreshed.";
pub(crate) const SHOW_FAILED: &str = "The hosted network couldn't be queried.";
pub(crate) const INTERFACES_FAILED: &str = "The wireless interfaces couldn't be queried.";
pub(crate) const EXPORT_FAILED: &str = "The hosted network profile couldn't be exported.";

pub(crate) const NOT_ELEVATED: &str =
    "You must run this command from a command prompt with administrator privilege.";
pub(crate) const NO_SERVICE: &str = "The Wireless AutoConfig Service (wlansvc) is not running.";
pub(crate) const NO_INTERFACE: &str = "There is no wireless interface on the system.";
pub(crate) const NO_SUCH_INTERFACE: &str = "There is no such wireless interface on the system.";

const PARAMETERS: &str = "One or more parameters for the command are not correct or missing.";

/// Adds a failure: what could not be done, and the system's message for the code.
pub(crate) fn refused(page: &mut Page, what: &str, refusal: &Refusal) {
    if is_elevation(refusal) {
        page.message(NOT_ELEVATED);
    } else {
        page.message(what).message(&system_message(refusal.code));
    }
}

/// Whether somebody else might have been allowed.
fn is_elevation(refusal: &Refusal) -> bool {
    refusal.code == Win32Error::ACCESS_DENIED
        && refusal.reason == wlan_model::Reason::ElevationRequired
}

fn system_message(code: Win32Error) -> String {
    code.message()
        .map_or_else(|| format!("Error {}.", code.0), Into::into)
}

/// What standard output says of a mistake.
pub(crate) fn mistake(page: &mut Page, mistake: &Mistake) {
    match mistake {
        Mistake::NotFound { words, .. } => {
            page.line(&format!("The following command was not found: {words}."))
                .empty();
        }
        Mistake::Parameters { topic, wrong } => {
            if let Some(text) = value(*wrong) {
                page.message(text);
            }
            page.message(PARAMETERS).empty();
            help::usage(page, *topic);
            page.empty();
        }
        Mistake::Option(option) => {
            page.message(&format!(
                "The option {option} is not offered or has no value."
            ))
            .empty();
        }
        Mistake::Interactive => {
            page.message("There is no command prompt here: give a whole command.")
                .empty();
        }
    }
}

/// Which value is wrong, where it is one.
const fn value(wrong: Wrong) -> Option<&'static str> {
    Some(match wrong {
        Wrong::Mode => "The hosted network mode must be allow or disallow.",
        Wrong::Ssid(_) => "The SSID of the hosted network must have 1 to 32 bytes.",
        Wrong::Key(_) => {
            "The user key of the hosted network must be 8 to 63 ASCII characters, or 64 hexadecimal digits."
        }
        Wrong::KeyUsage => "The usage of the user key must be persistent or temporary.",
        Wrong::KeyUsageAlone => "The usage of the user key is set together with the key.",
        Wrong::Data => "The data to refresh must be key.",
        Wrong::Setting => "The setting to show must be security.",
        Wrong::Unfit(_) | Wrong::Missing | Wrong::Empty => return None,
    })
}

/// What standard error adds for people, where there is more to say.
pub(crate) fn note(mistake: &Mistake) -> Option<String> {
    Some(match mistake {
        Mistake::NotFound { hint, .. } => match hint {
            Hint::Unknown => "`netsh wlan ?` lists the commands.".into(),
            Hint::Ambiguous => "This is short for several commands: write more of it.".into(),
            Hint::NotOffered => {
                "Only the commands of the Hosted Network are here: `netsh wlan ?` lists them."
                    .into()
            }
        },
        Mistake::Parameters { wrong, .. } => match wrong {
            Wrong::Unfit(super::words::Unfit::UnknownTag) => {
                "What stands before a `=` is no parameter of this command.".into()
            }
            Wrong::Unfit(super::words::Unfit::Twice(tag)) => format!("`{tag}` is given twice."),
            Wrong::Unfit(super::words::Unfit::TooMany) => {
                "There are more values than parameters; one with blanks needs double quotes.".into()
            }
            Wrong::Ssid(length) => format!("This one has {length}."),
            Wrong::Key(error) => error.to_string(),
            _ => return None,
        },
        Mistake::Option("-f" | "-c" | "exec") => {
            "Write `netsh -c wlan ...`, or `netsh -f FILE` with nothing behind it.".into()
        }
        Mistake::Option(_) => "Other machines are not reached from here.".into(),
        Mistake::Interactive => {
            "For example `netsh wlan show hostednetwork`; `netsh wlan ?` lists the commands.".into()
        }
    })
}
