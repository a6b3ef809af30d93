//! The view where there is no terminal: a line for everything that happens.

use std::io::{self, Write};

use super::end::End;
use super::model::Model;
use crate::failure::Failure;
use crate::text;

pub(crate) fn show(model: &mut Model<'_>, end: &End) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let facts = &model.facts;
    if let Some(note) = &facts.note {
        writeln!(out, "{note}")?;
    }
    writeln!(out, "{}", text::status::on_air(&facts.status))?;
    if facts.made_key
        && let Some((key, _)) = &facts.secondary
    {
        writeln!(
            out,
            "secondary key for this run: {}",
            *text::key::shown(key)
        )?;
    }
    out.flush()?;
    while !end.has_come() {
        model.update(end.wait())?;
        for line in model.facts.lines.drain(..) {
            writeln!(out, "{}  {}", line.at.to_rfc3339(), line.text)?;
        }
        out.flush()?;
    }
    Ok(())
}
