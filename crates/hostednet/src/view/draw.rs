//! How it looks. What does not fit is left out, the least important first; nothing is cut in the middle
//! that would then say something else.

use clock::monotonic;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table, Wrap};
use wlan_model::HostedNetworkState;
use zeroize::Zeroizing;

use super::code;
use super::columns::Column;
use super::facts::Facts;
use super::style::{BOLD, DIM, block};
use crate::text;
use crate::text::amount::lasting;

/// Columns before the value of a fact.
const MARGIN: u16 = 16;

/// What the user chose to see.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) shown: Shown,
    /// The keys themselves, or only that they are there.
    pub(super) revealed: bool,
    /// First peer shown.
    pub(super) scroll: usize,
}

/// What fills the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    #[default]
    Network,
    /// The code that phones scan to join.
    Code,
}

pub(super) fn draw(frame: &mut Frame<'_>, facts: &Facts, view: &View) {
    let area = frame.area();
    let [title, rest, help] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_title(frame, title, facts);
    match view.shown {
        Shown::Network => draw_network(frame, rest, facts, view),
        Shown::Code => code::draw(frame, rest, facts),
    }
    draw_help(frame, help, view);
}

fn draw_network(frame: &mut Frame<'_>, area: Rect, facts: &Facts, view: &View) {
    // Small terminals lose the events first, then the lower facts; the peers last.
    let events = match area.height {
        0..16 => 0,
        16..20 => 4,
        height => (height / 4).clamp(5, 14),
    };
    let room = area.height.saturating_sub(4) / 2;
    let lines = most_important(fact_lines(area, facts, view), room.into());
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let [top, peers, log] = Layout::vertical([
        Constraint::Length(height),
        Constraint::Min(0),
        Constraint::Length(events),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(lines), top);
    draw_peers(frame, peers, facts, view);
    draw_events(frame, log, facts);
}

fn draw_title(frame: &mut Frame<'_>, area: Rect, facts: &Facts) {
    let age = lasting(monotonic().since(facts.started));
    let (state, colour) = match (&facts.lost, facts.status.state) {
        (Some(_), _) => ("no service".to_owned(), Color::Red),
        (None, state @ HostedNetworkState::Active) => (state.to_string(), Color::Green),
        (None, state @ HostedNetworkState::Idle) => (state.to_string(), Color::Yellow),
        (None, state @ HostedNetworkState::Unavailable) => (state.to_string(), Color::Red),
    };
    let left = Line::from(vec![
        Span::styled(" hostednet ", BOLD.add_modifier(Modifier::REVERSED)),
        Span::raw(" "),
        Span::styled(state, Style::new().fg(colour).add_modifier(Modifier::BOLD)),
    ]);
    let right = Line::from(Span::styled(format!("{age} "), DIM)).right_aligned();
    frame.render_widget(left, area);
    if area.width > 34 {
        frame.render_widget(right, area);
    }
}

/// As many of the rows as there is room for, the least important left out.
fn most_important<'a>(mut rows: Vec<(Rank, Line<'a>)>, room: usize) -> Vec<Line<'a>> {
    while rows.len() > room {
        let last = rows.iter().map(|(rank, _)| *rank).max();
        rows.retain(|(rank, _)| Some(*rank) != last);
    }
    rows.into_iter().map(|(_, line)| line).collect()
}

/// Which rows stay longest, the first most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Trouble,
    Network,
    Secondary,
    Place,
    Primary,
    Addresses,
    Radio,
    Space,
}

/// The rows above the peers, an empty one at the end.
fn fact_lines<'a>(area: Rect, facts: &Facts, view: &View) -> Vec<(Rank, Line<'a>)> {
    let status = &facts.status;
    let absent = || "-".to_owned();
    let network = status
        .ssid
        .as_ref()
        .map_or_else(absent, ToString::to_string);
    let place = match (status.channel, status.bssid) {
        (Some(channel), Some(bssid)) => {
            let channel = format!("channel {channel}{}", text::status::phy(status));
            let whole = format!("{channel}, {bssid}");
            // A part of an address is none.
            if whole.len() <= usize::from(area.width.saturating_sub(MARGIN)) {
                whole
            } else {
                channel
            }
        }
        (None, Some(bssid)) => bssid.to_string(),
        _ => absent(),
    };
    let radio = match (&status.radio, &facts.note) {
        (Some(radio), Some(note)) => format!("{radio}  {note}"),
        (Some(radio), None) => radio.clone(),
        (None, _) => "none".to_owned(),
    };
    let primary = match &facts.primary {
        None => Zeroizing::new(absent()),
        Some(key) => shown(text::key::characters(key.expose()), view, area),
    };
    let secondary = match &facts.secondary {
        None => Zeroizing::new("not set".to_owned()),
        Some((key, persistent)) => {
            let mut line = shown(text::key::shown(key), view, area);
            line.push_str(match (persistent, facts.made_key) {
                (true, _) => "",
                (false, true) => "  (made for this run)",
                (false, false) => "  (for one session)",
            });
            line
        }
    };
    let fact = |name: &'static str, value: &str| {
        Line::from(vec![
            Span::styled(format!(" {name:<15}"), DIM),
            Span::raw(value.to_owned()),
        ])
    };
    let mut lines = vec![(Rank::Network, fact("Network", &network))];
    let trouble = facts.lost.as_ref().or(status.unavailable.as_ref());
    if let Some(cause) = trouble {
        let line = fact("Trouble", &cause.to_string()).style(Style::new().fg(Color::Red));
        lines.push((Rank::Trouble, line));
    }
    lines.push((Rank::Place, fact("On the air", &place)));
    lines.push((Rank::Primary, fact("Primary key", &primary)));
    lines.push((Rank::Secondary, fact("Secondary key", &secondary)));
    if let Some(addresses) = facts.sharing.as_ref().and_then(text::share::summary) {
        lines.push((Rank::Addresses, fact("Addresses", &addresses)));
    }
    lines.push((Rank::Radio, fact("Radio", &radio)));
    lines.push((Rank::Space, Line::default()));
    lines
}

/// The key, or as many dots as hide its length. A part of a key would be worse than none.
fn shown(key: Zeroizing<String>, view: &View, area: Rect) -> Zeroizing<String> {
    let fits = key.len() <= usize::from(area.width.saturating_sub(MARGIN));
    match (view.revealed, fits) {
        (true, true) => key,
        (true, false) => Zeroizing::new("too long: `hostednet key show`".to_owned()),
        (false, _) => Zeroizing::new("•".repeat(12)),
    }
}

fn draw_peers(frame: &mut Frame<'_>, area: Rect, facts: &Facts, view: &View) {
    let status = &facts.status;
    let count = status.peers.len();
    // Title and header take two rows.
    let fit = usize::from(area.height.saturating_sub(2));
    let scroll = view.scroll.min(count.saturating_sub(fit));
    let mut title = format!(" {count} of {} peers", status.max_peers);
    if facts.joining {
        title.push_str(", more are joining");
    }
    if count > fit && fit > 0 {
        title.push_str(&format!(", {} to {} shown", scroll + 1, scroll + fit));
    }
    title.push(' ');
    let columns = Column::that_fit(facts, area.width.saturating_sub(2));
    let header = Row::new(columns.iter().map(|column| column.title())).style(DIM);
    let widths = columns.iter().map(|column| column.constraint());
    let rows = status
        .peers
        .iter()
        .skip(scroll)
        .take(fit)
        .map(|peer| Row::new(columns.iter().map(|column| column.cell(facts, peer))));
    let table = Table::new(rows, widths)
        .header(header)
        .column_spacing(Column::GAP)
        .block(block(title));
    frame.render_widget(table, area);
    if count == 0 && area.height > 2 && facts.lost.is_none() {
        let inside = Rect {
            x: area.x.saturating_add(1),
            y: area.y.saturating_add(2),
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2),
        };
        let hint = match status.state {
            HostedNetworkState::Active => "Nobody has joined yet. j shows a code to join with.",
            HostedNetworkState::Idle => "The network does not run: `hostednet start` starts it.",
            HostedNetworkState::Unavailable => "",
        };
        let hint = Paragraph::new(hint).style(DIM).wrap(Wrap { trim: true });
        frame.render_widget(hint, inside);
    }
}

fn draw_events(frame: &mut Frame<'_>, area: Rect, facts: &Facts) {
    if area.height == 0 {
        return;
    }
    let fit = usize::from(area.height.saturating_sub(1));
    let first = facts.lines.len().saturating_sub(fit);
    let lines: Vec<Line<'_>> = facts
        .lines
        .iter()
        .skip(first)
        .map(|line| {
            let at = line.at.to_rfc3339();
            // The time of day is enough here.
            let time = at.get(11..19).unwrap_or_default().to_owned();
            Line::from(vec![
                Span::styled(time, DIM),
                Span::raw("  "),
                Span::raw(&line.text),
            ])
        })
        .collect();
    frame.render_widget(
        Paragraph::new(lines).block(block(" Events (UTC) ".to_owned())),
        area,
    );
}

fn draw_help(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let keys = if view.revealed {
        "hide keys"
    } else {
        "show keys"
    };
    let entries = match view.shown {
        Shown::Network => vec![
            ("q", "quit"),
            ("j", "code to join"),
            ("k", keys),
            ("arrows", "scroll"),
        ],
        Shown::Code => vec![("j", "back"), ("q", "quit")],
    };
    let mut left = usize::from(area.width);
    let help: Line<'_> = entries
        .into_iter()
        .take_while(|(key, what)| {
            let width = key.len() + what.len() + 4;
            let fits = left + 2 >= width;
            left = left.saturating_sub(width);
            fits
        })
        .flat_map(|(key, what)| {
            [
                Span::raw(" "),
                Span::styled(key, BOLD),
                Span::styled(format!(" {what}  "), DIM),
            ]
        })
        .collect();
    frame.render_widget(help, area);
}
