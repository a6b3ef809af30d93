//! The live view: the whole terminal, redrawn when something changes.
//!
//! The terminal is given back however this ends: an error, a signal (seen as [`End`]), and a panic,
//! for which ratatui installs a hook.

use std::io;

use clock::Duration;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::draw::{Shown, View, draw};
use super::end::End;
use super::model::Model;
use super::pause::Pause;
use crate::failure::Failure;

/// Between two looks at the keyboard.
const TICK: Duration = Duration::from_millis(100);

pub(crate) fn show(model: &mut Model<'_>, end: &End) -> Result<(), Failure> {
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
    model: &mut Model<'_>,
    end: &End,
) -> Result<(), Failure> {
    let mut view = View::default();
    let mut changed = true;
    let mut size = terminal.size()?;
    let pause = Pause::new()?;
    while !end.has_come() {
        changed |= pause.heed(terminal)?;
        if changed {
            terminal.draw(|frame| draw(frame, &model.facts, &view))?;
        }
        changed = model.update(end.wait().min(TICK))?;
        loop {
            // Asked even when nothing waits outside: keys typed fast wait inside crossterm.
            if keyboard_is_gone()? {
                return Ok(());
            }
            if !event::poll(Duration::ZERO)? {
                break;
            }
            changed = true;
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    if is_control(key, 'z') {
                        pause.ask();
                    } else {
                        handle_key(key, &mut view, model.facts.status.peers.len(), end);
                    }
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

/// Whether the terminal was closed. Asked before crossterm is, which never comes back from one.
fn keyboard_is_gone() -> Result<bool, Failure> {
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
    Ok(seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}

fn is_control(key: KeyEvent, letter: char) -> bool {
    key.code == KeyCode::Char(letter) && key.modifiers.contains(KeyModifiers::CONTROL)
}

fn handle_key(key: KeyEvent, view: &mut View, peers: usize, end: &End) {
    match key.code {
        // Ctrl-\ comes as the digit.
        _ if is_control(key, 'c') || is_control(key, '4') => end.ask(),
        KeyCode::Esc if view.shown == Shown::Code => view.shown = Shown::Network,
        KeyCode::Char('q') | KeyCode::Esc => end.ask(),
        // Where no key is seen, none is shown unseen.
        KeyCode::Char('k') if view.shown == Shown::Network => view.revealed = !view.revealed,
        KeyCode::Char('j') => {
            view.shown = match view.shown {
                Shown::Network => Shown::Code,
                Shown::Code => Shown::Network,
            }
        }
        KeyCode::Down => view.scroll = (view.scroll + 1).min(peers.saturating_sub(1)),
        KeyCode::PageDown => view.scroll = (view.scroll + 10).min(peers.saturating_sub(1)),
        KeyCode::Up => view.scroll = view.scroll.saturating_sub(1),
        KeyCode::PageUp => view.scroll = view.scroll.saturating_sub(10),
        KeyCode::Home => view.scroll = 0,
        KeyCode::End => view.scroll = peers.saturating_sub(1),
        _ => {}
    }
}
