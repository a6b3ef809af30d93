//! What is sent to open pages: the state whenever it changes, and what happened.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::session::SessionId;

/// Events kept for pages that are opened later.
const HISTORY: usize = 200;

/// Most open pages.
const MOST_LISTENERS: usize = 16;

/// Messages that may wait for a slow page; then its stream ends, and it connects anew.
const WAITING: usize = 64;

/// One line of the history.
#[derive(Clone, Serialize)]
pub(crate) struct Line {
    /// Counts up from 1.
    id: u64,
    /// RFC 3339, UTC.
    at: String,
    /// For people.
    text: String,
    /// What it is like, for colours: `join`, `leave`, `refused`, `key`, `state`, `trouble`, `other`.
    kind: &'static str,
}

/// Shared by the thread that follows the service and the streams of open pages.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// The state as JSON.
    state: String,
    history: VecDeque<Line>,
    last_id: u64,
    listeners: Vec<Listener>,
}

/// An open page.
struct Listener {
    /// Whose.
    session: SessionId,
    sender: mpsc::Sender<Bytes>,
}

impl Hub {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every page the state, unless it is as it was.
    pub(crate) fn tell_state(&self, state: String) {
        let mut inner = self.inner();
        if inner.state != state {
            inner.send(&message("state", None, &state));
            inner.state = state;
        }
    }

    /// Keeps a line of history and tells every page.
    pub(crate) fn tell_event(&self, at: String, text: String, kind: &'static str) {
        let mut inner = self.inner();
        inner.last_id += 1;
        let line = Line {
            id: inner.last_id,
            at,
            text,
            kind,
        };
        if let Ok(json) = serde_json::to_string(&line) {
            inner.send(&message("happened", Some(line.id), &json));
        }
        if inner.history.len() == HISTORY {
            inner.history.pop_front();
        }
        inner.history.push_back(line);
    }

    /// What a page gets that has seen everything up to the line `seen`; `None` when there are too many.
    pub(crate) fn listen(&self, session: SessionId, seen: u64) -> Option<mpsc::Receiver<Bytes>> {
        let mut inner = self.inner();
        inner.forget_closed();
        if inner.listeners.len() >= MOST_LISTENERS {
            return None;
        }
        let (sender, receiver) = mpsc::channel(WAITING);
        // A page that was here before a restart of ours has seen lines we do not have.
        let seen = if seen > inner.last_id { 0 } else { seen };
        let missed: Vec<&Line> = inner.history.iter().filter(|l| l.id > seen).collect();
        let history = serde_json::to_string(&missed).unwrap_or_else(|_| "[]".to_owned());
        let mut first = message("history", Some(inner.last_id), &history);
        if !inner.state.is_empty() {
            first.push_str(&message("state", None, &inner.state));
        }
        // There is room for the first.
        let _ = sender.try_send(first.into());
        inner.listeners.push(Listener { session, sender });
        Some(receiver)
    }

    /// Ends the streams of a session that has ended.
    pub(crate) fn hang_up(&self, session: SessionId) {
        self.inner()
            .listeners
            .retain(|listener| listener.session != session);
    }

    /// Whether any page is open.
    pub(crate) fn is_heard(&self) -> bool {
        let mut inner = self.inner();
        inner.forget_closed();
        !inner.listeners.is_empty()
    }
}

impl Inner {
    fn forget_closed(&mut self) {
        self.listeners
            .retain(|listener| !listener.sender.is_closed());
    }

    fn send(&mut self, message: &str) {
        let message = Bytes::copy_from_slice(message.as_bytes());
        self.listeners
            .retain(|listener| listener.sender.try_send(message.clone()).is_ok());
    }
}

/// A message of a server-sent event stream (HTML Living Standard, 9.2). JSON holds no line ends.
fn message(event: &str, id: Option<u64>, data: &str) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {event}\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: SessionId = SessionId::FIRST;

    fn next(receiver: &mut mpsc::Receiver<Bytes>) -> String {
        String::from_utf8(receiver.try_recv().unwrap().to_vec()).unwrap()
    }

    fn event(hub: &Hub, text: &str) {
        hub.tell_event("1970-01-01T00:00:00.000Z".into(), text.into(), "other");
    }

    #[test]
    fn a_page_gets_what_happened_before_it_was_opened_and_the_state() {
        let hub = Hub::default();
        event(&hub, "one");
        hub.tell_state("{\"state\":\"idle\"}".into());

        let mut page = hub.listen(ME, 0).unwrap();

        let first = next(&mut page);
        assert!(
            first.starts_with("id: 1\nevent: history\ndata: [{\"id\":1,"),
            "{first}"
        );
        assert!(
            first.ends_with("event: state\ndata: {\"state\":\"idle\"}\n\n"),
            "{first}"
        );
    }

    #[test]
    fn a_page_that_comes_back_gets_only_what_it_missed() {
        let hub = Hub::default();
        event(&hub, "one");
        event(&hub, "two");

        let first = next(&mut hub.listen(ME, 1).unwrap());
        assert!(!first.contains("one") && first.contains("two"), "{first}");
        let first = next(&mut hub.listen(ME, 77).unwrap());
        assert!(first.contains("one") && first.contains("two"), "{first}");
    }

    #[test]
    fn a_state_that_did_not_change_is_not_told_again() {
        let hub = Hub::default();
        let mut page = hub.listen(ME, 0).unwrap();
        next(&mut page);

        hub.tell_state("{}".into());
        hub.tell_state("{}".into());

        assert_eq!(next(&mut page), "event: state\ndata: {}\n\n");
        assert!(page.try_recv().is_err());
    }

    #[test]
    fn a_page_that_does_not_read_is_let_go_and_the_others_are_not() {
        let hub = Hub::default();
        let mut slow = hub.listen(ME, 0).unwrap();
        let mut quick = hub.listen(ME, 0).unwrap();
        for n in 0..WAITING + 8 {
            event(&hub, &n.to_string());
            while quick.try_recv().is_ok() {}
        }

        while slow.try_recv().is_ok() {}
        assert!(slow.is_closed());
        event(&hub, "last");
        assert!(next(&mut quick).contains("last"));
    }

    #[test]
    fn pages_of_a_session_that_has_ended_hear_nothing_more_and_the_others_do() {
        let hub = Hub::default();
        let other = ME.next();
        let mut mine = [hub.listen(ME, 0).unwrap(), hub.listen(ME, 0).unwrap()];
        let mut others = hub.listen(other, 0).unwrap();
        for page in mine.iter_mut().chain([&mut others]) {
            next(page);
        }

        hub.hang_up(ME);
        event(&hub, "secret");

        for page in &mut mine {
            assert!(page.try_recv().is_err() && page.is_closed());
        }
        assert!(next(&mut others).contains("secret"));
    }

    #[test]
    fn the_history_and_the_number_of_pages_are_bounded() {
        let hub = Hub::default();
        for n in 0..HISTORY + 10 {
            event(&hub, &format!("line {n}."));
        }
        let mut pages: Vec<_> = (0..MOST_LISTENERS)
            .map(|_| hub.listen(ME, 0).unwrap())
            .collect();

        assert!(hub.listen(ME, 0).is_none());
        let first = next(&mut pages[0]);
        assert!(!first.contains("line 9."), "{first}");
        assert!(first.contains("line 10."), "{first}");
        pages.pop();
        assert!(hub.listen(ME, 0).is_some());
        pages.clear();
        assert!(!hub.is_heard());
    }
}
