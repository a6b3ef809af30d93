//! `hostednet replay`.

use std::io::{self, Write};
use std::path::Path;

use cause::Cause;

use crate::failure::Failure;

/// Shows what a recorded session makes of a fresh engine.
pub(crate) fn run(file: &Path) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    wlansvc::replay(file, |now, input, outputs| {
        written = show(&mut out, now, input, outputs);
        written
            .as_ref()
            .map_or_else(|error| Err(error.kind().into()), |()| Ok(()))
    })
    .map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::Failed(Cause::new(
            format!("Cannot replay {}: {error}.", file.display()),
            "Give a file that --record of this release wrote.",
        )),
    })?;
    Ok(out.flush()?)
}

fn show(
    out: &mut impl Write,
    now: clock::Instant,
    input: &wlansvc::Input,
    outputs: &[wlansvc::Output],
) -> io::Result<()> {
    writeln!(out, "{:>14.6} {input:?}", now.as_micros() as f64 / 1e6)?;
    outputs
        .iter()
        .try_for_each(|output| writeln!(out, "{:>14} {output:?}", "->"))
}
