//! What the parts of the view have in common.

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Borders, Padding};

pub(super) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
pub(super) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);

/// A part with a line above that holds its title.
pub(super) fn block(title: String) -> Block<'static> {
    Block::new()
        .borders(Borders::TOP)
        .border_type(BorderType::Plain)
        .border_style(DIM)
        .title(Span::styled(title, BOLD.remove_modifier(Modifier::DIM)))
        .padding(Padding::horizontal(1))
}
