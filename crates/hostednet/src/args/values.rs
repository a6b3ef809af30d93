//! Values of options, read as people write them.

use std::os::unix::ffi::OsStringExt;

use clap::builder::{OsStringValueParser, TypedValueParser};
use dot11::{Band, Channel, ChannelWidth, Oui, Ssid};

use crate::hex;

/// Something named, or left to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice<T> {
    /// Left to the service.
    Auto,
    /// Named.
    Is(T),
}

impl<T> Choice<T> {
    /// What the service is asked for.
    pub(crate) fn wish(self) -> Option<T> {
        match self {
            Self::Auto => None,
            Self::Is(value) => Some(value),
        }
    }
}

pub(crate) fn channel(text: &str) -> Result<Channel, String> {
    text.parse::<u8>()
        .ok()
        .and_then(Channel::new)
        .ok_or_else(|| "no such channel: 1 to 14, or 36 to 177 in the 5 GHz band".to_owned())
}

pub(crate) fn channel_or_auto(text: &str) -> Result<Choice<Channel>, String> {
    match text {
        "auto" => Ok(Choice::Auto),
        number => channel(number).map(Choice::Is),
    }
}

/// Names are bytes on the air, by habit UTF-8.
pub(crate) fn ssid() -> impl TypedValueParser<Value = Ssid> {
    OsStringValueParser::new().try_map(|name| Ssid::new(name.into_vec()))
}

pub(crate) fn band(text: &str) -> Result<Choice<Band>, String> {
    match text {
        "auto" => Ok(Choice::Auto),
        "2.4" | "2" => Ok(Choice::Is(Band::Ghz2)),
        "5" => Ok(Choice::Is(Band::Ghz5)),
        _ => Err("no such band: 2.4, 5 or auto".to_owned()),
    }
}

pub(crate) fn width(text: &str) -> Result<Choice<ChannelWidth>, String> {
    match text {
        "auto" => Ok(Choice::Auto),
        "20" => Ok(Choice::Is(ChannelWidth::Mhz20)),
        "40" => Ok(Choice::Is(ChannelWidth::Mhz40)),
        "80" => Ok(Choice::Is(ChannelWidth::Mhz80)),
        _ => Err("no such width: 20, 40, 80 or auto".to_owned()),
    }
}

pub(crate) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("on or off".to_owned()),
    }
}

/// `02:CA:FE`, with other separators or without.
pub(crate) fn oui(text: &str) -> Result<Oui, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-')).collect();
    match hex::bytes(digits.as_bytes()).map(|bytes| <[u8; 3]>::try_from(&bytes[..])) {
        Some(Ok(oui)) if oui[0] & 1 == 0 => Ok(Oui(oui)),
        Some(Ok(_)) => Err("the lowest bit of the first byte is set: no vendor has that".into()),
        _ => Err("an OUI has three bytes in hexadecimal digits, like 02:CA:FE".into()),
    }
}

/// A byte, decimal or after `0x` hexadecimal.
pub(crate) fn kind(text: &str) -> Result<u8, String> {
    let kind = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    kind.map_err(|_| {
        "the kind is the byte behind the OUI: 0 to 255, or 0x00 to 0xff; leave it out for any"
            .into()
    })
}

/// Whole information elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elements(pub(crate) Vec<u8>);

/// Elements in hexadecimal digits, each with its number and length.
pub(crate) fn elements(text: &str) -> Result<Elements, String> {
    let bytes = hex::bytes(text.as_bytes()).ok_or("these are no bytes in hexadecimal digits")?;
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let len = rest.get(1).copied().unwrap_or(u8::MAX);
        rest = rest.get(2 + usize::from(len)..).ok_or(
            "the last element is not whole: number, length and content, like dd0402cafe01",
        )?;
    }
    Ok(Elements(bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oui_is_read_as_people_write_it() {
        for text in ["02:CA:FE", "02-ca-fe", "02cafe"] {
            assert_eq!(oui(text), Ok(Oui([2, 0xca, 0xfe])));
        }
        for text in [
            "",
            "02:CA",
            "02:CA:FE:01",
            "02:CA:FG",
            "2:CA:FE",
            "01:CA:FE",
            "é",
        ] {
            assert!(oui(text).is_err(), "{text}");
        }
    }

    #[test]
    fn elements_must_be_whole() {
        for text in ["", "dd0402cafe01", "dd00dd0402cafe01", "DD0402CAFE01"] {
            assert!(elements(text).is_ok(), "{text}");
        }
        for text in [
            "dd",
            "dd04",
            "dd0402cafe",
            "dd0402cafe0100",
            "dd0402cafe0",
            "xx",
        ] {
            assert!(elements(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_kind_is_a_byte() {
        assert_eq!(kind("1"), Ok(1));
        assert_eq!(kind("0xfe"), Ok(254));
        for text in ["", "256", "-1", "0x", "libhandshake.so"] {
            assert!(kind(text).is_err(), "{text}");
        }
    }
}
