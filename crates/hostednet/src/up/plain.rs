//! The view where there is no terminal: a line for everything that happens.

use std::io::{self, Write};

use super::End;
use super::model::Model;
use crate::failure::Failure;
use crate::json::key_text;
use crate::text;

pub(crate) fn show(model: &mut Model, end: &End) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if let Some(note) = &model.note {
        writeln!(out, "{note}")?;
    }
    writeln!(out, "{}", text::on_air(&model.status))?;
    if model.made_key
        && let Some((key, _)) = &model.secondary
    {
        writeln!(out, "secondary key for this run: {}", *key_text(key))?;
    }
    out.flush()?;
    while !end.has_come() {
        model.update(end.wait())?;
        for line in model.lines.drain(..) {
            writeln!(out, "{}  {}", line.at.to_rfc3339(), line.text)?;
        }
        out.flush()?;
    }
    Ok(())
}
