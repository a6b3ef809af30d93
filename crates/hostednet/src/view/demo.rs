//! Stations of the simulated radio: they join, half with each key, and exchange a few frames a
//! second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use clock::Duration;
use dot11::KeyBytes;
use wlan_client::{Client, ClientError, KeyIdentity};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::text::key::shown;

/// One round of traffic takes this long, however many stations there are.
const ROUND: Duration = Duration::from_secs(2);

/// Frames of one station in one round.
const FRAMES: u32 = 3;

/// News from the demonstration.
#[derive(Debug)]
pub(crate) enum News {
    /// A station is in.
    Joined { name: String, key: KeyIdentity },
    /// A station is not in.
    Refused { name: String, text: String },
    /// All have tried.
    AllTried,
    /// A station's frames, and how many came back.
    Traffic {
        name: String,
        sent: u32,
        received: u32,
    },
}

/// The demonstration, in a thread of its own: joins take their time.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) news: Receiver<News>,
    stop: Arc<AtomicBool>,
}

impl Demo {
    pub(crate) fn start(socket: &Path, stations: u16) -> Result<Self, Failure> {
        let (send, news) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stage = Stage {
            socket: socket.to_owned(),
            stations,
            news: send,
            stop: Arc::clone(&stop),
        };
        // It ends when it is told to, or with the service it talks to.
        thread::Builder::new()
            .name("stations".into())
            .spawn(move || {
                if let Err(error) = stage.play() {
                    tracing::debug!(%error, "the demonstration ends");
                }
            })?;
        Ok(Self { news, stop })
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Stage {
    socket: PathBuf,
    stations: u16,
    news: Sender<News>,
    stop: Arc<AtomicBool>,
}

impl Stage {
    fn play(&self) -> Result<(), ClientError> {
        let mut client = Client::connect(&self.socket, "hostednet up: stations")?;
        let joined = self.join_all(&mut client)?;
        self.tell(News::AllTried);
        let pause = ROUND / u32::try_from(joined.len().max(1)).unwrap_or(u32::MAX);
        while !self.ended() {
            if joined.is_empty() {
                return Ok(());
            }
            for name in &joined {
                thread::sleep(pause);
                if self.ended() {
                    break;
                }
                match client.sim_traffic(name, FRAMES) {
                    Ok((sent, received)) => {
                        self.tell(News::Traffic {
                            name: name.clone(),
                            sent,
                            received,
                        });
                    }
                    // Somebody made it leave.
                    Err(ClientError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn join_all(&self, client: &mut Client) -> Result<Vec<String>, ClientError> {
        let primary = KeyBytes::copy_from(client.query_primary_key()?.expose());
        let secondary = client
            .query_secondary_key()?
            .map(|(key, _)| KeyBytes::copy_from(shown(&key).as_bytes()));
        let mut joined = Vec::new();
        for number in 0..self.stations {
            if self.ended() {
                break;
            }
            let name = station_name(number);
            let (key, identity) = match &secondary {
                Some(secondary) if number % 2 == 1 => (secondary, KeyIdentity::Secondary),
                _ => (&primary, KeyIdentity::Primary),
            };
            match client.sim_join(&name, key.clone()) {
                Ok(()) => {
                    joined.push(name.clone());
                    self.tell(News::Joined {
                        name,
                        key: identity,
                    });
                }
                Err(ClientError::Refused(refusal)) => {
                    self.tell(News::Refused {
                        name,
                        text: refusal.cause.text,
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(joined)
    }

    fn ended(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn tell(&self, news: News) {
        // Without a listener the program is ending.
        let _ = self.news.send(news);
    }
}

fn station_name(number: u16) -> String {
    const NAMES: [&str; 12] = [
        "phone", "laptop", "tablet", "watch", "printer", "camera", "speaker", "console", "reader",
        "scale", "lamp", "kettle",
    ];
    match NAMES.get(usize::from(number)) {
        Some(name) => (*name).to_owned(),
        None => format!("station-{}", number + 1),
    }
}

/// Sets a secondary key for this run when there is none; tells whether it did.
pub(crate) fn lend_secondary_key(client: &mut Client) -> Result<bool, Failure> {
    if client.query_secondary_key()?.is_some() {
        return Ok(false);
    }
    let mut random = Zeroizing::new([0; 12]);
    rustix::rand::getrandom(&mut random[..], rustix::rand::GetRandomFlags::empty())
        .map_err(std::io::Error::from)?;
    client.set_passphrase(&spoken_key(&random), false)?;
    Ok(true)
}

/// A key one can say and type: four groups of three syllables, 72 bits of strength.
fn spoken_key(random: &[u8; 12]) -> Zeroizing<String> {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aeiu";
    let mut key = Zeroizing::new(String::with_capacity(32));
    for (n, byte) in random.iter().enumerate() {
        if n > 0 && n % 3 == 0 {
            key.push('-');
        }
        key.push(char::from(CONSONANTS[usize::from(byte & 15)]));
        key.push(char::from(VOWELS[usize::from(byte >> 4 & 3)]));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spoken_key_is_a_valid_passphrase() {
        let key = spoken_key(&[0, 17, 34, 51, 68, 85, 102, 119, 136, 153, 170, 255]);
        assert_eq!(*key, "badefi-guhaje-kiluma-nepizu");
        assert!(wlan_model::SecondaryKey::passphrase(key.as_bytes()).is_ok());
    }
}
