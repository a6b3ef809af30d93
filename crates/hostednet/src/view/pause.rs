//! Stopping the view for a while, as shells do with Ctrl-Z and `fg`.

use std::io::{self, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::DefaultTerminal;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use signal_hook::consts::{SIGCONT, SIGTSTP};

/// Seen signals that stop the view and let it go on.
#[derive(Debug)]
pub(super) struct Pause {
    asked: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

impl Pause {
    pub(super) fn new() -> io::Result<Self> {
        let pause = Self {
            asked: Arc::default(),
            over: Arc::default(),
        };
        signal_hook::flag::register(SIGTSTP, Arc::clone(&pause.asked))?;
        signal_hook::flag::register(SIGCONT, Arc::clone(&pause.over))?;
        Ok(pause)
    }

    /// Ctrl-Z, which is no signal while the view has the keyboard. Without a shell above there would be nobody
    /// to let it go on.
    pub(super) fn ask(&self) {
        let leads_session = rustix::process::getsid(None) == Ok(rustix::process::getpid());
        if !leads_session {
            self.asked.store(true, Ordering::Relaxed);
        }
    }

    /// Stops the process where that was asked for, with the terminal as it was found, until somebody lets
    /// it go on. Whether everything has to be drawn anew.
    pub(super) fn heed(&self, terminal: &mut DefaultTerminal) -> io::Result<bool> {
        if self.asked.swap(false, Ordering::Relaxed) {
            terminal.show_cursor()?;
            execute!(stdout(), LeaveAlternateScreen)?;
            disable_raw_mode()?;
            signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
        }
        // After SIGSTOP, too, for which nobody could make ready.
        let over = self.over.swap(false, Ordering::Relaxed);
        if over {
            // What was there before is not what this process set.
            let _ = disable_raw_mode();
            enable_raw_mode()?;
            execute!(stdout(), EnterAlternateScreen)?;
            terminal.clear()?;
        }
        Ok(over)
    }
}
