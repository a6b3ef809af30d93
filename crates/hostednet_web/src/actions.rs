//! What the page may ask for.

use clock::Duration;
use dot11::{Band, Channel, ChannelWidth, KeyBytes, Ssid};
use serde::{Deserialize, Serialize};
use wifi_code::{Code, Key};
use wlan_client::{Client, ClientError, EventKind};
use wlan_model::{AirSettings, HostedNetworkState, KeyForm, Reason, Refusal, Win32Error};
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
    /// How the network uses the air; what is not said is left to the service.
    Air {
        band: Option<BandName>,
        channel: Option<u8>,
        /// MHz.
        width: Option<u16>,
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

/// A band as people say it, in GHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BandName {
    #[serde(rename = "2.4")]
    Ghz2,
    #[serde(rename = "5")]
    Ghz5,
}

impl From<Band> for BandName {
    fn from(band: Band) -> Self {
        match band {
            Band::Ghz2 => Self::Ghz2,
            Band::Ghz5 => Self::Ghz5,
        }
    }
}

impl From<BandName> for Band {
    fn from(name: BandName) -> Self {
        match name {
            BandName::Ghz2 => Self::Ghz2,
            BandName::Ghz5 => Self::Ghz5,
        }
    }
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
            Self::Start {} | Self::NewPrimaryKey { .. } | Self::SetName { .. } | Self::Air { .. }
        )
    }

    /// Does it.
    pub(crate) fn run(&self, client: &mut Client) -> Result<(), NotDone> {
        match self {
            Self::Start {} => start(client)?,
            Self::Stop { confirmed } => {
                confirm(
                    client,
                    *confirmed,
                    "Stopping the network",
                    Until::Started,
                    "",
                )?;
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
                    Until::Changed,
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
                        Until::Changed,
                        after,
                    )?;
                    settings.ssid = ssid;
                    restarted(client, |client| client.set_connection_settings(settings))?;
                }
            }
            Self::Air {
                band,
                channel,
                width,
                confirmed,
            } => {
                let old = client.query_air_settings()?;
                let new = AirSettings {
                    band: band.map(Into::into),
                    channel: channel.map(channel_of).transpose()?,
                    width: width.map(width_of).transpose()?,
                    isolate: old.isolate,
                };
                if new != old {
                    let after = " It starts again at once; devices come back by themselves.";
                    confirm(
                        client,
                        *confirmed,
                        "Another band, channel or width stops the network and",
                        Until::Changed,
                        after,
                    )?;
                    set_air(client, old, new)?;
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

/// Changes how the network uses the air. A network that ran and cannot run in the new way runs on in the
/// old one: on a page nobody is there to type a second command.
fn set_air(client: &mut Client, old: AirSettings, new: AirSettings) -> Result<(), ClientError> {
    let ran = client.query_status()?.state == HostedNetworkState::Active;
    client.set_air_settings(new)?;
    if !ran || client.query_status()?.state == HostedNetworkState::Active {
        return Ok(());
    }
    let Err(error) = start(client) else {
        return Ok(());
    };
    let back = client.set_air_settings(old).and_then(|()| start(client));
    Err(match (error, back) {
        (ClientError::Refused(mut refusal), Ok(())) => {
            refusal.cause.text += " Everything is as it was before.";
            ClientError::Refused(refusal)
        }
        (error, _) => error,
    })
}

fn channel_of(number: u8) -> Result<Channel, ClientError> {
    Channel::new(number).ok_or_else(|| {
        refusal(
            format!("There is no channel {number}."),
            "Use 1 to 14, or 36 to 177 in the 5 GHz band.",
        )
    })
}

fn width_of(mhz: u16) -> Result<ChannelWidth, ClientError> {
    [
        ChannelWidth::Mhz20,
        ChannelWidth::Mhz40,
        ChannelWidth::Mhz80,
    ]
    .into_iter()
    .find(|width| width.mhz() == mhz)
    .ok_or_else(|| {
        refusal(
            format!("No channel is {mhz} MHz wide here."),
            "Use 20, 40 or 80 MHz.",
        )
    })
}

/// What has to stop the network.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Until somebody starts it.
    Started,
    /// For a moment.
    Changed,
}

/// Lets pass what harms nobody, and what a person has confirmed. A lent key ends with the network, which
/// who stops it means, and who changes something else does not.
fn confirm(
    client: &mut Client,
    confirmed: bool,
    what: &str,
    until: Until,
    after: &str,
) -> Result<(), NotDone> {
    let status = client.query_status()?;
    if confirmed || status.state != HostedNetworkState::Active {
        return Ok(());
    }
    let who = match status.peers.len() {
        0 => None,
        1 => Some("disconnects the one device that is connected".to_owned()),
        n => Some(format!("disconnects all {n} devices that are connected")),
    };
    let lent = status.secondary_key.is_some_and(|key| !key.persistent) && until == Until::Changed;
    let ends = lent.then(|| "ends the key that is lent".to_owned());
    let harms: Vec<String> = who.into_iter().chain(ends).collect();
    if harms.is_empty() {
        return Ok(());
    }
    Err(NotDone::Unconfirmed(format!(
        "{what} {}.{after}",
        harms.join(" and ")
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
