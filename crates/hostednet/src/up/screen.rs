//! The live view: the whole terminal, redrawn when something changes.
//!
//! The terminal is given back however this ends: an error, a signal (seen as [`End`]), and a panic,
//! for which ratatui installs a hook.

use std::io;

use clock::{Duration, monotonic};
use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Cell, Paragraph, Row, Table};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use wlan_client::{KeyIdentity, PeerRow};
use wlan_model::HostedNetworkState;
use zeroize::Zeroizing;

use super::End;
use super::model::Model;
use crate::failure::Failure;
use crate::json::{key_text, lasting, text};
use crate::text::{key_name, phy};

/// Between two looks at the keyboard.
const TICK: Duration = Duration::from_millis(100);

/// Rows of the summary above the peers.
const FACTS: u16 = 6;

/// Columns before the value of a fact.
const MARGIN: u16 = 16;

/// Between two columns of the table.
const GAP: u16 = 2;

/// What the user chose to see.
#[derive(Debug, Default)]
struct View {
    /// The keys themselves, or only that they are there.
    revealed: bool,
    /// First peer shown.
    scroll: usize,
}

pub(crate) fn show(model: &mut Model, end: &End) -> Result<(), Failure> {
    let mut terminal = ratatui::try_init()?;
    let result = run(&mut terminal, model, end);
    // ratatui prints when it cannot give a closed terminal back, and printing panics there.
    if terminal.show_cursor().is_err() {
        core::mem::forget(terminal);
    }
    let _ = ratatui::try_restore();
    result
}

fn run(
    terminal: &mut ratatui::DefaultTerminal,
    model: &mut Model,
    end: &End,
) -> Result<(), Failure> {
    let mut view = View::default();
    let mut changed = true;
    let mut size = terminal.size()?;
    while !end.has_come() {
        if changed {
            terminal.draw(|frame| draw(frame, model, &view))?;
        }
        changed = model.update(end.wait().min(TICK))?;
        loop {
            match keyboard()? {
                Keyboard::Silent => break,
                Keyboard::Gone => return Ok(()),
                Keyboard::Typed => {}
            }
            if !event::poll(Duration::ZERO)? {
                break;
            }
            changed = true;
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    handle_key(key, &mut view, model.status.peers.len(), end);
                }
                _ => {}
            }
        }
        let size_now = terminal.size()?;
        changed |= size_now != size;
        size = size_now;
    }
    Ok(())
}

enum Keyboard {
    Silent,
    Typed,
    /// The terminal was closed.
    Gone,
}

/// Whether something was typed. Asked before crossterm is, which never comes back from a terminal
/// that was closed.
fn keyboard() -> Result<Keyboard, Failure> {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    match poll(&mut fds, Some(&now)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(io::Error::from(error).into()),
    }
    let seen = fds[0].revents();
    Ok(
        if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            Keyboard::Gone
        } else if seen.contains(PollFlags::IN) {
            Keyboard::Typed
        } else {
            Keyboard::Silent
        },
    )
}

fn handle_key(key: KeyEvent, view: &mut View, peers: usize, end: &End) {
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => end.ask(),
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => end.ask(),
        KeyCode::Char('k') => view.revealed = !view.revealed,
        KeyCode::Down => view.scroll = (view.scroll + 1).min(peers.saturating_sub(1)),
        KeyCode::PageDown => view.scroll = (view.scroll + 10).min(peers.saturating_sub(1)),
        KeyCode::Up => view.scroll = view.scroll.saturating_sub(1),
        KeyCode::PageUp => view.scroll = view.scroll.saturating_sub(10),
        _ => {}
    }
}

fn draw(frame: &mut Frame<'_>, model: &Model, view: &View) {
    let area = frame.area();
    // Small terminals lose the events first, then the lower facts; the peers last.
    let events = match area.height {
        0..18 => 0,
        18..22 => 4,
        height => (height / 4).clamp(5, 14),
    };
    let [title, facts, peers, log, help] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(FACTS.min(area.height.saturating_sub(6) / 2)),
        Constraint::Min(0),
        Constraint::Length(events),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_title(frame, title, model);
    draw_facts(frame, facts, model, view);
    draw_peers(frame, peers, model, view);
    draw_events(frame, log, model);
    draw_help(frame, help, view);
}

const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);

fn draw_title(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let age = lasting(monotonic().since(model.started));
    let state = model.status.state;
    let colour = match state {
        HostedNetworkState::Active => Color::Green,
        HostedNetworkState::Idle => Color::Yellow,
        HostedNetworkState::Unavailable => Color::Red,
    };
    let left = Line::from(vec![
        Span::styled(" hostednet ", BOLD.add_modifier(Modifier::REVERSED)),
        Span::raw(" "),
        Span::styled(
            state.to_string(),
            Style::new().fg(colour).add_modifier(Modifier::BOLD),
        ),
    ]);
    let right = Line::from(Span::styled(format!("{age} "), DIM)).right_aligned();
    frame.render_widget(left, area);
    if area.width > 34 {
        frame.render_widget(right, area);
    }
}

fn draw_facts(frame: &mut Frame<'_>, area: Rect, model: &Model, view: &View) {
    let status = &model.status;
    let absent = || "-".to_owned();
    let network = status
        .ssid
        .as_ref()
        .map_or_else(absent, ToString::to_string);
    let place = match (status.channel, status.bssid) {
        (Some(channel), Some(bssid)) => {
            format!("channel {channel}{}, {bssid}", phy(status))
        }
        (None, Some(bssid)) => bssid.to_string(),
        _ => absent(),
    };
    let radio = match (&status.radio, &model.note) {
        (Some(radio), Some(note)) => format!("{radio}  {note}"),
        (Some(radio), None) => radio.clone(),
        (None, _) => "none".to_owned(),
    };
    let primary = match &model.primary {
        None => Zeroizing::new(absent()),
        Some(key) => shown(text(key.expose()), view, area),
    };
    let secondary = match &model.secondary {
        None => Zeroizing::new("not set".to_owned()),
        Some((key, persistent)) => {
            let mut line = shown(key_text(key), view, area);
            line.push_str(match (persistent, model.made_key) {
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
    let lines = vec![
        fact("Network", &network),
        fact("On the air", &place),
        fact("Primary key", &primary),
        fact("Secondary key", &secondary),
        fact("Radio", &radio),
        Line::default(),
    ];
    frame.render_widget(Paragraph::new(lines), area);
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

fn draw_peers(frame: &mut Frame<'_>, area: Rect, model: &Model, view: &View) {
    let status = &model.status;
    let count = status.peers.len();
    // Title and header take two rows.
    let fit = usize::from(area.height.saturating_sub(2));
    let scroll = view.scroll.min(count.saturating_sub(fit));
    let mut title = format!(" {count} of {} peers", status.max_peers);
    if model.is_joining() {
        title.push_str(", more are joining");
    }
    if count > fit && fit > 0 {
        title.push_str(&format!(", {} to {} shown", scroll + 1, scroll + fit));
    }
    title.push(' ');
    let simulated = model.demo.is_some() || !model.names.is_empty();
    let mut header = vec!["Address", "Key"];
    let mut widths = vec![Constraint::Length(17), Constraint::Length(9)];
    // A column is shown when it fits whole.
    let mut left = area.width.saturating_sub(2 + 17 + GAP + 9);
    let mut fits = |wanted: bool, width: u16| {
        let fits = wanted && left >= width + GAP;
        left -= if fits { width + GAP } else { 0 };
        fits
    };
    let named = fits(simulated, 12);
    let timed = fits(true, 11);
    let counted = fits(simulated, 14);
    if timed {
        header.push("Connected");
        widths.push(Constraint::Length(11));
    }
    if named {
        header.insert(0, "Station");
        widths.insert(0, Constraint::Length(12));
    }
    if counted {
        header.push("Frames back");
        widths.push(Constraint::Length(14));
    }
    let rows = status.peers.iter().skip(scroll).take(fit).map(|peer| {
        let mut cells = vec![Cell::from(peer.mac.to_string()), key_cell(peer)];
        let name = model.names.get(&peer.mac);
        if timed {
            cells.push(Cell::from(lasting(Duration::from_millis(
                peer.connected_ms,
            ))));
        }
        if named {
            cells.insert(0, Cell::from(name.cloned().unwrap_or_default()));
        }
        if counted {
            let traffic = name.and_then(|name| model.traffic.get(name));
            let text = traffic.map(|t| format!("{} of {}", t.received, t.sent));
            cells.push(Cell::from(text.unwrap_or_default()));
        }
        Row::new(cells)
    });
    let table = Table::new(rows, widths)
        .header(Row::new(header).style(DIM))
        .column_spacing(GAP)
        .block(block(title));
    frame.render_widget(table, area);
}

fn block(title: String) -> Block<'static> {
    Block::new()
        .borders(Borders::TOP)
        .border_type(BorderType::Plain)
        .border_style(DIM)
        .title(Span::styled(title, BOLD.remove_modifier(Modifier::DIM)))
        .padding(ratatui::widgets::Padding::horizontal(1))
}

fn key_cell(peer: &PeerRow) -> Cell<'static> {
    let style = match peer.key {
        KeyIdentity::Primary => Style::new().fg(Color::Green),
        KeyIdentity::Secondary => Style::new().fg(Color::Cyan),
        KeyIdentity::Retired => Style::new().fg(Color::Yellow),
        KeyIdentity::Vendor => Style::new().fg(Color::Magenta),
    };
    Cell::from(Span::styled(key_name(peer.key), style))
}

fn draw_events(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    if area.height == 0 {
        return;
    }
    let fit = usize::from(area.height.saturating_sub(1));
    let first = model.lines.len().saturating_sub(fit);
    let lines: Vec<Line<'_>> = model
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
    let help = Line::from(vec![
        Span::styled(" q", BOLD),
        Span::styled(" quit   ", DIM),
        Span::styled("k", BOLD),
        Span::styled(format!(" {keys}   "), DIM),
        Span::styled("arrows", BOLD),
        Span::styled(" scroll", DIM),
    ]);
    frame.render_widget(help, area);
}
