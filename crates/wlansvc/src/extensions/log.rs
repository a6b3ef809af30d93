//! The log of extensions: the last lines of each, kept for [`IhvCall::Log`](wlan_rpc::IhvCall::Log)
//! and traced.
//!
//! An extension can fill neither memory nor the system's log: [`MOST_LINES`] are kept of each, and
//! at most [`PER_WINDOW`] of one are traced in [`WINDOW`].

use std::collections::{BTreeMap, VecDeque};

use clock::{Duration, Instant, WallTime};
use ihv::seam::Level;
use wlan_rpc::{ExtensionAdapter, ExtensionLine};

/// Lines kept of one extension.
const MOST_LINES: usize = 200;

/// Longest line, in bytes; the rest is cut off.
const LONGEST: usize = 480;

/// Extensions that have lines; of those beyond nothing is kept.
const MOST_NAMES: usize = 128;

/// Most bytes of one answer, so that it is one packet.
const ANSWER: usize = 96 * 1024;

/// Lines of one extension that are traced in one window.
const PER_WINDOW: u32 = 100;

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Row {
    lines: VecDeque<ExtensionLine>,
    window: Instant,
    traced: u32,
}

/// The lines of all extensions.
#[derive(Debug, Default)]
pub(crate) struct ExtensionLog {
    rows: BTreeMap<String, Row>,
}

impl ExtensionLog {
    /// Takes a line. Control characters become spaces.
    pub(crate) fn write(
        &mut self,
        (name, adapter): (&str, ExtensionAdapter),
        level: Level,
        text: &str,
        (now, at): (Instant, WallTime),
    ) {
        if !self.rows.contains_key(name) && self.rows.len() >= MOST_NAMES {
            return;
        }
        let row = self.rows.entry(name.to_owned()).or_insert_with(|| Row {
            lines: VecDeque::new(),
            window: now,
            traced: 0,
        });
        let mut text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if text.len() > LONGEST {
            let cut = (0..=LONGEST).rev().find(|n| text.is_char_boundary(*n));
            text.truncate(cut.unwrap_or(0));
            text.push_str(" ..");
        }
        if now.since(row.window) >= WINDOW {
            if row.traced > PER_WINDOW {
                let more = row.traced - PER_WINDOW;
                tracing::warn!(extension = name, "{more} more lines were not logged");
            }
            row.window = now;
            row.traced = 0;
        }
        row.traced = row.traced.saturating_add(1);
        if row.traced <= PER_WINDOW {
            match level {
                Level::Info => tracing::info!(extension = name, ?adapter, "{text}"),
                Level::Warning => tracing::warn!(extension = name, ?adapter, "{text}"),
                Level::Error => tracing::error!(extension = name, ?adapter, "{text}"),
            }
        }
        if row.lines.len() >= MOST_LINES {
            row.lines.pop_front();
        }
        row.lines.push_back(ExtensionLine {
            at,
            name: name.to_owned(),
            adapter,
            level: match level {
                Level::Info => "info",
                Level::Warning => "warning",
                Level::Error => "error",
            }
            .to_owned(),
            text,
        });
    }

    /// Whether there are lines of this one.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.rows.contains_key(name)
    }

    /// The newest lines of one or all that fit into an answer, oldest first.
    pub(crate) fn lines(&self, name: Option<&str>) -> Vec<ExtensionLine> {
        let mut lines: Vec<&ExtensionLine> = self
            .rows
            .iter()
            .filter(|(of, _)| name.is_none_or(|name| name == of.as_str()))
            .flat_map(|(_, row)| &row.lines)
            .collect();
        lines.sort_by_key(|line| line.at.as_unix_millis());
        let mut room = ANSWER;
        let mut fitting: Vec<ExtensionLine> = lines
            .into_iter()
            .rev()
            .take_while(|line| {
                let bytes = line.text.len() + line.name.len() + 32;
                let fits = room >= bytes;
                room = room.saturating_sub(bytes);
                fits
            })
            .cloned()
            .collect();
        fitting.reverse();
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AP: ExtensionAdapter = ExtensionAdapter::AccessPoint;

    fn write(log: &mut ExtensionLog, name: &str, n: u32, text: &str) {
        let now = Instant::from_micros(u64::from(n));
        let at = WallTime::from_unix_millis(u64::from(n));
        log.write((name, AP), Level::Info, text, (now, at));
    }

    #[test]
    fn the_newest_lines_of_each_are_kept_in_order() {
        let mut log = ExtensionLog::default();
        for n in 0..300 {
            write(
                &mut log,
                if n % 3 == 0 { "a" } else { "b" },
                n,
                &n.to_string(),
            );
        }
        let texts =
            |name| -> Vec<String> { log.lines(name).into_iter().map(|line| line.text).collect() };
        assert_eq!(texts(Some("a")).len(), 100);
        assert_eq!(texts(Some("b")).len(), 200);
        assert_eq!(texts(Some("c")).len(), 0);
        let all: Vec<u32> = texts(None).iter().map(|t| t.parse().unwrap()).collect();
        assert!(all.is_sorted());
        assert_eq!(all.last(), Some(&299));
    }

    #[test]
    fn a_long_line_is_cut_and_an_answer_fits_into_a_packet() {
        let mut log = ExtensionLog::default();
        for n in 0..5 * 200 {
            write(
                &mut log,
                &format!("name-{}", n % 5),
                n,
                &"ä\u{1b}".repeat(10_000),
            );
        }
        let lines = log.lines(None);
        assert!(lines.len() > 100);
        assert!(
            lines
                .iter()
                .all(|l| l.text.len() <= LONGEST + 3 && !l.text.contains('\u{1b}'))
        );
        let answer = wlan_rpc::ServiceMessage::Answer {
            id: wlan_rpc::CallId(u32::MAX),
            result: Ok(wlan_rpc::Answer::ExtensionLog(lines)),
        };
        assert!(wlan_rpc::encode(&answer).len() <= wlan_rpc::MAX_MESSAGE);
    }
}
