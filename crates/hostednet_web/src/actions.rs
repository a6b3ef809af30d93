//! What the page may ask for.

use clock::Duration;
use dot11::{KeyBytes, Ssid};
use serde::{Deserialize, Serialize};
use wifi_code::{Code, Key};
use wlan_client::{Client, ClientError, EventKind};
use wlan_model::{HostedNetworkState, KeyForm, Reason, Refusal, Win32Error};
use zeroize::Zeroizing;

/// Longest wait for the radio to come on the air.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Something to be done. `confirmed` says that a person knows who will be disconnected.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Action {
    Start {},
    Stop {
        #[serde(default)]
        confirmed: bool,
    },
    /// A passphrase, or 64 hexadecimal digits.
    SetKey {
        key: Zeroizing<String>,
        /// For this session only.
        once: bool,
    },
    RemoveKey {},
    NewPrimaryKey {
        #[serde(default)]
        confirmed: bool,
    },
    SetName {
        name: String,
        #[serde(default)]
        confirmed: bool,
    },
    Isolate {
        on: bool,
    },
    Share {
        /// Of this interface; without it, of whichever has the internet.
        upstream: Option<String>,
    },
    Unshare {},
    /// End this session; done by the routes.
    Leave {},
}

/// Which key to show.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Which {
    Primary {},
    Secondary {},
}

/// Why something was not done.
pub(crate) enum NotDone {
    /// The service declined, or is not there.
    Refused(ClientError),
    /// Somebody would be disconnected: a person must say so first.
    Unconfirmed(String),
}

impl From<ClientError> for NotDone {
    fn from(error: ClientError) -> Self {
        Self::Refused(error)
    }
}

/// A key on its way to the page.
#[derive(Serialize)]
pub(crate) struct Shown {
    /// The passphrase, or 64 hexadecimal digits.
    key: Zeroizing<String>,
    form: KeyForm,
    /// The code as SVG; `None` when there cannot be one, and why.
    svg: Option<Zeroizing<String>>,
    no_code: Option<String>,
}

impl Action {
    /// Whether it waits for the radio, which takes long.
    pub(crate) const fn is_slow(&self) -> bool {
        matches!(
            self,
            Self::Start {} | Self::NewPrimaryKey { .. } | Self::SetName { .. }
        )
    }

    /// Does it.
    pub(crate) fn run(&self, client: &mut Client) -> Result<(), NotDone> {
        match self {
            Self::Start {} => start(client)?,
            Self::Stop { confirmed } => {
                confirm(client, *confirmed, "Stopping the network", "")?;
                client.force_stop()?;
            }
            Self::SetKey { key, once } => set_key(client, key, !once)?,
            Self::RemoveKey {} => client.remove_secondary_key()?,
            Self::NewPrimaryKey { confirmed } => {
                let after =
                    " It starts again at once; devices that use the primary key need the new one.";
                confirm(
                    client,
                    *confirmed,
                    "A new primary key stops the network and",
                    after,
                )?;
                restarted(client, |client| {
                    client.init_settings()?;
                    client.refresh_security_settings()
                })?;
            }
            Self::SetName { name, confirmed } => {
                let ssid = Ssid::new(name.as_bytes()).map_err(|error| {
                    refusal(
                        format!("A name has 1 to 32 bytes, not {}.", error.len),
                        "Choose a shorter or longer one.",
                    )
                })?;
                client.init_settings()?;
                let mut settings = client.query_connection_settings()?;
                if settings.ssid != ssid {
                    let after =
                        " It starts again at once under the new name; devices must join it anew.";
                    confirm(
                        client,
                        *confirmed,
                        "Another name stops the network and",
                        after,
                    )?;
                    settings.ssid = ssid;
                    restarted(client, |client| client.set_connection_settings(settings))?;
                }
            }
            Self::Isolate { on } => {
                let mut air = client.query_air_settings()?;
                air.isolate = *on;
                client.set_air_settings(air)?;
            }
            Self::Share { upstream } => client.share(upstream.clone())?,
            Self::Unshare {} => client.unshare()?,
            Self::Leave {} => {}
        }
        Ok(())
    }
}

impl Which {
    /// The key, or `None` when it is not set.
    pub(crate) fn show(self, client: &mut Client) -> Result<Option<Shown>, ClientError> {
        let (form, bytes) = match self {
            Self::Primary {} => match client.query_primary_key() {
                Ok(key) => (KeyForm::Passphrase, Zeroizing::new(key.expose().to_vec())),
                Err(ClientError::Refused(refusal))
                    if refusal.code == Win32Error::BAD_CONFIGURATION =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            },
            Self::Secondary {} => match client.query_secondary_key()? {
                Some((key, _)) => (key.form(), Zeroizing::new(key.expose().to_vec())),
                None => return Ok(None),
            },
        };
        let ssid = client.query_status()?.ssid;
        let code = ssid.map(|ssid| match (form, <&[u8; 32]>::try_from(&bytes[..])) {
            (KeyForm::Binary, Ok(key)) => Code::new(&ssid, Key::Binary(key)),
            _ => Code::new(&ssid, Key::Passphrase(&bytes)),
        });
        let (svg, no_code) = match code {
            Some(Ok(code)) => (Some(code.svg()), None),
            Some(Err(error)) => (None, Some(error.to_string())),
            None => (
                None,
                Some("The network has no name yet. Start it once.".into()),
            ),
        };
        let mut key = Zeroizing::new(String::with_capacity(64));
        match form {
            KeyForm::Passphrase => key.extend(bytes.iter().map(|byte| char::from(*byte))),
            KeyForm::Binary => {
                for byte in &*bytes {
                    for nibble in [byte >> 4, byte & 15] {
                        key.extend(char::from_digit(nibble.into(), 16));
                    }
                }
            }
        }
        Ok(Some(Shown {
            key,
            form,
            svg,
            no_code,
        }))
    }
}

/// Starts the network and waits until it is on the air.
fn start(client: &mut Client) -> Result<(), ClientError> {
    client.subscribe()?;
    client.init_settings()?;
    client.force_start()?;
    let deadline = clock::monotonic() + START_LIMIT;
    // The answer comes when the network is on the air, unless it was being started already.
    while client.query_status()?.state != HostedNetworkState::Active {
        let left = deadline.since(clock::monotonic());
        let event = client.next_event(Some(left))?.ok_or_else(|| {
            Refusal::new(
                Win32Error::INVALID_STATE,
                Reason::ApStartFailed,
                format!(
                    "The network was not on the air after {} s.",
                    START_LIMIT.as_secs()
                ),
                "See the service's log.",
            )
        })?;
        if let EventKind::StartFailed { cause } = event.kind {
            return Err(ClientError::Refused(Refusal {
                code: Win32Error::INVALID_STATE,
                reason: Reason::ApStartFailed,
                cause,
            }));
        }
    }
    Ok(())
}

/// Changes what stops a network, and starts it again if it ran.
fn restarted(
    client: &mut Client,
    change: impl FnOnce(&mut Client) -> Result<(), ClientError>,
) -> Result<(), ClientError> {
    let ran = client.query_status()?.state == HostedNetworkState::Active;
    change(client)?;
    if ran && client.query_status()?.state != HostedNetworkState::Active {
        start(client)?;
    }
    Ok(())
}

/// Lets pass what disconnects nobody, and what a person has confirmed.
fn confirm(client: &mut Client, confirmed: bool, what: &str, after: &str) -> Result<(), NotDone> {
    let status = client.query_status()?;
    let who = match status.peers.len() {
        _ if status.state != HostedNetworkState::Active => return Ok(()),
        0 => return Ok(()),
        1 => "the one device that is connected".to_owned(),
        n => format!("all {n} devices that are connected"),
    };
    if confirmed {
        return Ok(());
    }
    Err(NotDone::Unconfirmed(format!(
        "{what} disconnects {who}.{after}"
    )))
}

fn set_key(
    client: &mut Client,
    key: &Zeroizing<String>,
    persistent: bool,
) -> Result<(), ClientError> {
    let digits = key.as_bytes();
    if digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit) {
        let nibble = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0) as u8;
        let mut bytes = Zeroizing::new(Vec::with_capacity(32));
        bytes.extend(digits.chunks_exact(2).map(|pair| match pair {
            [high, low] => nibble(high) << 4 | nibble(low),
            _ => 0,
        }));
        return client.set_secondary_key(KeyBytes::copy_from(&bytes), false, persistent);
    }
    client.set_passphrase(key, persistent)
}

fn refusal(text: String, remedy: &str) -> ClientError {
    ClientError::Refused(Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        text,
        remedy,
    ))
}
