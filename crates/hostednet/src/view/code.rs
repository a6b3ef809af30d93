//! The code that phones scan to join.

use ratatui::Frame;
use ratatui::layout::{Constraint, Flex, Layout, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};
use wifi_code::{Code, Key, Paint};
use wlan_model::KeyForm;

use super::facts::Facts;
use super::style::block;

/// Black on white of the 256 colours, which themes leave alone: cameras want dark on light.
const PAPER: Style = Style::new().fg(Color::Indexed(16)).bg(Color::Indexed(231));

/// The code for the secondary key, else for the primary, and which of them it is.
fn code(facts: &Facts) -> Result<(Code, &'static str), String> {
    let ssid = facts
        .status
        .ssid
        .as_ref()
        .ok_or("The network has no name yet: `hostednet start` gives it one.")?;
    let (key, which) = match (&facts.secondary, &facts.primary) {
        (Some((key, _)), _) => {
            let key = match (key.form(), <&[u8; 32]>::try_from(key.expose())) {
                (KeyForm::Binary, Ok(bytes)) => Key::Binary(bytes),
                _ => Key::Passphrase(key.expose()),
            };
            (key, "secondary")
        }
        (None, Some(key)) => (Key::Passphrase(key.expose()), "primary"),
        (None, None) => return Err("The keys are kept from you by the administrator.".into()),
    };
    match Code::new(ssid, key) {
        Ok(code) => Ok((code, which)),
        Err(error) => Err(error.cause().to_string()),
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, facts: &Facts) {
    let name = facts.status.ssid.as_ref().map(ToString::to_string);
    let name = name.unwrap_or_default();
    let (code, which) = match code(facts) {
        Ok(found) => found,
        Err(text) => {
            let text = Paragraph::new(text)
                .wrap(Wrap { trim: true })
                .block(block(" Join by a code ".to_owned()));
            return frame.render_widget(text, area);
        }
    };
    let title = block(format!(" Join {name} with the {which} key "));
    let inside = title.inner(area);
    frame.render_widget(title, area);
    let (width, height) = (code.columns(), code.lines());
    if usize::from(inside.width) < width || usize::from(inside.height) < height {
        let text = format!(
            "The code needs {width} columns and {} lines. Make the terminal larger, or write a picture: \
             `hostednet qr --png FILE`.",
            height + 3
        );
        let text = Paragraph::new(text).wrap(Wrap { trim: true });
        return frame.render_widget(text, inside);
    }
    let length = |n: usize| Constraint::Length(u16::try_from(n).unwrap_or(u16::MAX));
    let [middle] = Layout::horizontal([length(width)])
        .flex(Flex::Center)
        .areas(inside);
    let [middle] = Layout::vertical([length(height)])
        .flex(Flex::Center)
        .areas(middle);
    let picture = code.terminal(Paint::Bare);
    let lines: Vec<Line<'_>> = picture.lines().map(Line::from).collect();
    frame.render_widget(Paragraph::new(lines).style(PAPER), middle);
}
