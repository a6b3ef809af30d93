//! What the service makes by itself: the name and the primary key of a new network.

use dot11::Ssid;
use wlan_model::{ConnectionSettings, PrimaryKey, Settings};
use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// The random part of a name is drawn from these: no two of them are easily confused.
const READABLE: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Characters of the random part.
const RANDOM_LEN: usize = 5;

/// Stands in for a host name without a usable character.
const NAMELESS: &str = "hostednet";

/// Adds what `settings` lacks to run a network: a name with the default number of peers, a primary
/// key. What is there stays, so this may be repeated. `fixed` is the name the policy wants.
pub(crate) fn initialise(
    settings: &mut Settings,
    fixed: Option<&Ssid>,
    host_name: &str,
    entropy: &mut Entropy,
) {
    if settings.connection.is_none() {
        let ssid = fixed
            .cloned()
            .unwrap_or_else(|| default_ssid(host_name, entropy.draw()));
        settings.connection = Some(ConnectionSettings {
            ssid,
            max_peers: ConnectionSettings::DEFAULT_MAX_PEERS,
        });
    }
    if settings.primary_key.is_none() {
        settings.primary_key = Some(new_primary_key(entropy));
    }
}

pub(crate) fn new_primary_key(entropy: &mut Entropy) -> PrimaryKey {
    PrimaryKey::from_entropy(&Zeroizing::new(entropy.draw()))
}

/// The first label of the host name as far as it is printable ASCII, shortened, a hyphen, and a
/// random readable part: at most 32 bytes.
fn default_ssid(host_name: &str, random: [u8; RANDOM_LEN]) -> Ssid {
    let label: String = host_name
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_graphic)
        .take(Ssid::MAX_LEN - 1 - RANDOM_LEN)
        .collect();
    let label = if label.is_empty() { NAMELESS } else { &label };
    let random = random.map(|b| char::from(READABLE[usize::from(b) % READABLE.len()]));
    let name = format!("{label}-{}", String::from_iter(random));
    Ssid::new(name).expect("a hyphen and a random part at least, 32 bytes at most")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_new_name_begins_with_the_host_name() {
        let name = |host| default_ssid(host, [0, 1, 2, 30, 31]).to_string();
        assert_eq!(name("attic"), "attic-abc9a");
        assert_eq!(name("attic.example.org"), "attic-abc9a");
        assert_eq!(name("my büro\n"), "mybro-abc9a");
        assert_eq!(name(""), "hostednet-abc9a");
        assert_eq!(name("ü"), "hostednet-abc9a");
        assert_eq!(name(&"x".repeat(64)), format!("{}-abc9a", "x".repeat(26)));
    }

    #[test]
    fn initialising_twice_changes_nothing() {
        let mut entropy = Entropy::new([1; 32]);
        let mut settings = Settings::default();
        initialise(&mut settings, None, "attic", &mut entropy);
        let once = settings.clone();

        initialise(&mut settings, None, "attic", &mut entropy);

        assert_eq!(settings, once);
        assert_eq!(settings.connection.map(|c| c.max_peers), Some(100));
        assert!(settings.primary_key.is_some());
    }

    proptest! {
        #[test]
        fn any_host_name_gives_a_printable_name(host in any::<String>(), random in any::<[u8; 5]>()) {
            let ssid = default_ssid(&host, random);
            prop_assert!(ssid.as_bytes().iter().all(u8::is_ascii_graphic));
        }
    }
}
