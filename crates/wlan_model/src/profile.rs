//! The profile a station joins the network with.

use core::fmt::Write as _;

use dot11::Ssid;
use zeroize::Zeroizing;

use crate::PrimaryKey;

/// The station profile of a network of this name and primary key, an XML document with the key in
/// clear: value `wlan_hosted_network_opcode_station_profile`, and what netsh exports. The form is
/// that of the Native Wifi documentation (WLAN_profile schema, "WPA2-Personal profile sample").
#[must_use]
pub fn station_profile(ssid: &Ssid, key: &PrimaryKey) -> Zeroizing<String> {
    let hex = ssid.as_bytes().iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02X}");
        text
    });
    let name = escaped(match core::str::from_utf8(ssid.as_bytes()) {
        Ok(text) if text.chars().all(is_xml) => text,
        // In hexadecimal where XML 1.0 cannot say it.
        _ => &hex,
    });
    // The alphabet of keys has nothing that XML would want escaped.
    let key = Zeroizing::new(String::from_utf8_lossy(key.expose()).into_owned());
    // Room for all of it, so that growing leaves no copy of the key behind.
    let mut xml = Zeroizing::new(String::with_capacity(2048 + 2 * name.len() + key.len()));
    let _ = write!(
        xml,
        "<?xml version=\"1.0\"?>\r\n\
         <WLANProfile xmlns=\"http://www.microsoft.com/networking/WLAN/profile/v1\">\r\n\
         \t<name>{name}</name>\r\n\
         \t<SSIDConfig>\r\n\
         \t\t<SSID>\r\n\
         \t\t\t<hex>{hex}</hex>\r\n\
         \t\t\t<name>{name}</name>\r\n\
         \t\t</SSID>\r\n\
         \t</SSIDConfig>\r\n\
         \t<connectionType>ESS</connectionType>\r\n\
         \t<connectionMode>auto</connectionMode>\r\n\
         \t<MSM>\r\n\
         \t\t<security>\r\n\
         \t\t\t<authEncryption>\r\n\
         \t\t\t\t<authentication>WPA2PSK</authentication>\r\n\
         \t\t\t\t<encryption>AES</encryption>\r\n\
         \t\t\t\t<useOneX>false</useOneX>\r\n\
         \t\t\t</authEncryption>\r\n\
         \t\t\t<sharedKey>\r\n\
         \t\t\t\t<keyType>passPhrase</keyType>\r\n\
         \t\t\t\t<protected>false</protected>\r\n\
         \t\t\t\t<keyMaterial>{}</keyMaterial>\r\n\
         \t\t\t</sharedKey>\r\n\
         \t\t</security>\r\n\
         \t</MSM>\r\n\
         </WLANProfile>\r\n",
        *key
    );
    xml
}

/// XML 1.0, production `Char`, without the blanks a reader may normalise away.
fn is_xml(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 6);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(ssid: &[u8]) -> Zeroizing<String> {
        station_profile(
            &Ssid::new(ssid).unwrap(),
            &PrimaryKey::from_entropy(&[7; 63]),
        )
    }

    #[test]
    fn names_are_escaped_and_given_in_hexadecimal_too() {
        let xml = profile(b"<a&'\"b>");

        assert!(xml.contains("<hex>3C61262722623E</hex>"));
        assert_eq!(
            xml.matches("<name>&lt;a&amp;&apos;&quot;b&gt;</name>")
                .count(),
            2
        );
    }

    #[test]
    fn names_that_are_no_text_appear_in_hexadecimal() {
        for (ssid, hex) in [
            (&b"\xff\x00"[..], "FF00"),
            (b"a\x1b", "611B"),
            ("\u{ffff}".as_bytes(), "EFBFBF"),
        ] {
            let xml = profile(ssid);
            assert_eq!(xml.matches(&format!("<name>{hex}</name>")).count(), 2);
        }
        assert!(profile("Büro".as_bytes()).contains("<name>Büro</name>"));
    }

    #[test]
    fn the_key_material_is_the_primary_key() {
        assert!(!PrimaryKey::ALPHABET.iter().any(|c| b"<>&\"'".contains(c)));
        let xml = profile(b"net");
        let (_, rest) = xml.split_once("<keyMaterial>").unwrap();
        let (key, _) = rest.split_once("</keyMaterial>").unwrap();

        assert_eq!(key.as_bytes(), PrimaryKey::from_entropy(&[7; 63]).expose());
    }
}
