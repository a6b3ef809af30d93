//! The code itself, and its pictures made of text.

use core::fmt;

use dot11::Ssid;
use fast_qr::{ECL, QRBuilder};
use zeroize::Zeroizing;

use crate::{Error, Key, text};

/// A QR code of a network's name and key: a square of dark and light modules.
#[derive(Clone)]
pub struct Code {
    size: usize,
    /// Row by row; `true` is dark.
    modules: Zeroizing<Vec<bool>>,
}

/// How a code is written on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// With escape sequences that say black on white, whatever the terminal's own colours are.
    Colours,
    /// Without any: dark modules are blocks. For what has black on white of its own, as paper or a part
    /// of a screen that is painted so.
    Bare,
}

/// Light modules around a code in a picture (ISO/IEC 18004, 9.1).
pub(crate) const QUIET: usize = 4;

/// On a terminal, where lines are dear; the white around it is as good.
const TERMINAL_QUIET: usize = 2;

impl Code {
    /// The smallest code for a network, with as much error correction as fits into that size.
    ///
    /// # Errors
    /// [`Error::NameNotText`], [`Error::NotAPassphrase`].
    pub fn new(ssid: &Ssid, key: Key<'_>) -> Result<Self, Error> {
        let text = text(ssid, key)?;
        let encode = |level| {
            QRBuilder::new(text.as_bytes().to_vec())
                .ecl(level)
                .build()
                .ok()
        };
        // The longest text there is fits into version 10 of 40.
        let smallest = encode(ECL::L).ok_or(Error::NotAPassphrase)?;
        let qr = [ECL::Q, ECL::M]
            .into_iter()
            .filter_map(encode)
            .find(|qr| qr.size == smallest.size)
            .unwrap_or(smallest);
        let mut modules = Zeroizing::new(Vec::with_capacity(qr.size * qr.size));
        for y in 0..qr.size {
            modules.extend(qr[y].iter().take(qr.size).map(|module| module.value()));
        }
        Ok(Self {
            size: qr.size,
            modules,
        })
    }

    /// Modules in a row, without the light ones around.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether a module is dark; light outside of the code.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && self.modules.get(y * self.size + x).copied() == Some(true)
    }

    /// As in [`Code::is_dark`], with `quiet` light modules around.
    pub(crate) fn is_dark_inside(&self, x: usize, y: usize, quiet: usize) -> bool {
        match (x.checked_sub(quiet), y.checked_sub(quiet)) {
            (Some(x), Some(y)) => self.is_dark(x, y),
            _ => false,
        }
    }

    /// Characters in a line of [`Code::terminal`].
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.size + 2 * TERMINAL_QUIET
    }

    /// Lines of [`Code::terminal`].
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.columns().div_ceil(2)
    }

    /// Lines of half blocks, two modules in each character, each line with its end.
    #[must_use]
    pub fn terminal(&self, paint: Paint) -> Zeroizing<String> {
        let (columns, lines) = (self.columns(), self.lines());
        // Black on white of the 256 colours, which themes leave alone.
        let (begin, end) = match paint {
            Paint::Colours => ("\x1b[38;5;16;48;5;231m", "\x1b[0m"),
            Paint::Bare => ("", ""),
        };
        let mut text = Zeroizing::new(String::with_capacity(lines * (columns * 3 + 32)));
        for line in 0..lines {
            text.push_str(begin);
            for x in 0..columns {
                let dark = |y| self.is_dark_inside(x, y, TERMINAL_QUIET);
                text.push(match (dark(2 * line), dark(2 * line + 1)) {
                    (true, true) => '\u{2588}',
                    (true, false) => '\u{2580}',
                    (false, true) => '\u{2584}',
                    (false, false) => ' ',
                });
            }
            text.push_str(end);
            text.push('\n');
        }
        text
    }

    /// An SVG picture, black on white, that scales to any size.
    #[must_use]
    pub fn svg(&self) -> Zeroizing<String> {
        let side = self.size + 2 * QUIET;
        let mut text = Zeroizing::new(String::with_capacity(512 + self.size * self.size * 12));
        text.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
        push_number(&mut text, side);
        text.push(' ');
        push_number(&mut text, side);
        text.push_str(
            "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h999v999H0z\"/><path d=\"",
        );
        for y in 0..self.size {
            let mut x = 0;
            while x < self.size {
                let run = (x..self.size).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    text.push('M');
                    push_number(&mut text, x + QUIET);
                    text.push(' ');
                    push_number(&mut text, y + QUIET);
                    text.push('h');
                    push_number(&mut text, run);
                    text.push_str("v1h-");
                    push_number(&mut text, run);
                    text.push('z');
                }
                x += run.max(1);
            }
        }
        text.push_str("\"/></svg>");
        text
    }
}

/// Numbers below 1000, without a buffer on the way.
fn push_number(text: &mut String, number: usize) {
    let digits = [number / 100, number / 10 % 10, number % 10];
    let zeros = digits.iter().take(2).take_while(|d| **d == 0).count();
    text.extend(
        digits
            .iter()
            .skip(zeros)
            .filter_map(|d| char::from_digit(u32::try_from(*d).ok()?, 10)),
    );
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({0}x{0})", self.size)
    }
}
