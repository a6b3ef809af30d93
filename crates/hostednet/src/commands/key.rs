//! `hostednet key`.

use std::io::Write;

use dot11::KeyBytes;
use wlan_client::{Client, ClientError};
use wlan_model::{Reason, Refusal, Win32Error};
use zeroize::Zeroizing;

use super::stop::say_if_stopped;
use crate::args::key::KeyCommand;
use crate::failure::Failure;
use crate::json::key::KeysView;
use crate::{json, secret, text};

/// Carries out one of the commands.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    command: KeyCommand,
) -> Result<(), Failure> {
    say_if_stopped(client, out, |client, out| carry_out(client, out, command))
}

fn carry_out(
    client: &mut Client,
    out: &mut impl Write,
    command: KeyCommand,
) -> Result<(), Failure> {
    match command {
        KeyCommand::Set {
            once,
            raw,
            misplaced: _,
        } => {
            let prompt = if raw {
                "New key (64 hexadecimal digits): "
            } else {
                "New key: "
            };
            let mut key = secret::read_key(prompt, true)?;
            if raw {
                let key = secret::raw_key(&key)?;
                client.set_secondary_key(KeyBytes::copy_from(&key), false, !once)?;
            } else if secret::raw_key(&key).is_ok() {
                // The service says it too, and does not know how it is said here.
                return Err(Failure::Refused(Refusal::new(
                    Win32Error::INVALID_PARAMETER,
                    Reason::BadParameters,
                    "64 hexadecimal digits are a raw key and no passphrase, which has 8 to 63 characters.",
                    "Say --raw if that is meant.",
                )));
            } else {
                key.push(0);
                client.set_secondary_key(KeyBytes::copy_from(&key), true, !once)?;
            }
        }
        KeyCommand::Show(format) => {
            let primary = match client.query_primary_key() {
                Ok(key) => Some(key),
                Err(ClientError::Refused(refusal))
                    if refusal.code == Win32Error::BAD_CONFIGURATION =>
                {
                    None
                }
                Err(error) => return Err(error.into()),
            };
            let secondary = client.query_secondary_key()?;
            if format.json {
                json::print(out, &KeysView::new(primary.as_ref(), secondary.as_ref()))?;
            } else {
                // Gathered first: a buffered writer of the standard library is not erased.
                let mut page = Zeroizing::new(Vec::with_capacity(512));
                text::key::page(&mut *page, primary.as_ref(), secondary.as_ref())?;
                out.write_all(&page)?;
            }
        }
        KeyCommand::Remove => client.remove_secondary_key()?,
        KeyCommand::Refresh => {
            // A network that has no primary key yet gets one, and then another.
            client.init_settings()?;
            client.refresh_security_settings()?;
        }
    }
    Ok(())
}
