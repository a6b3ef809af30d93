//! What `--json` prints: one line of JSON, in the shape scripts rely on. Fields may be added. Each
//! command has a file here, whose name is the command's.

pub(crate) mod cause;
pub(crate) mod events;
pub(crate) mod ihv;
pub(crate) mod key;
pub(crate) mod peers;
pub(crate) mod share;
pub(crate) mod sim;
pub(crate) mod status;

use std::io::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

/// Prints `value` as one line; what was printed is erased from memory, since it may be a key.
pub(crate) fn print(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = Zeroizing::new(Vec::with_capacity(1024));
    serde_json::to_writer(&mut *line, value)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_one_line() {
        let mut out = Vec::new();
        print(&mut out, &["a", "b"]).unwrap();
        assert_eq!(out, b"[\"a\",\"b\"]\n");
    }
}
