//! Links and sessions. An engine: time and randomness are handed in.

use clock::{Duration, Instant};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A secret of 128 bits. Travels as 32 hexadecimal digits.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret([u8; 16]);

impl Secret {
    pub(crate) const fn new(entropy: [u8; 16]) -> Self {
        Self(entropy)
    }

    /// Its digits.
    pub(crate) fn digits(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(32));
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(nibble.into(), 16));
            }
        }
        text
    }

    /// Whether these are its digits; takes as long for any 32 bytes.
    pub(crate) fn is(&self, digits: &str) -> bool {
        self.digits().as_bytes().ct_eq(digits.as_bytes()).into()
    }
}

/// Names a session, for as long as the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionId(u64);

impl SessionId {
    pub(crate) const FIRST: Self = Self(0);

    pub(crate) const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Who asks.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) session: SessionId,
    /// The token against forgery.
    pub(crate) forgery: Secret,
}

/// A browser that has opened a link.
struct Session {
    id: SessionId,
    cookie: Secret,
    /// Comes with every request that changes something.
    forgery: Secret,
    began: Instant,
    used: Instant,
}

/// The link not opened yet, and the sessions of those that were.
pub(crate) struct Sessions {
    link: Option<Secret>,
    sessions: Vec<Session>,
    next: SessionId,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            link: None,
            sessions: Vec::new(),
            next: SessionId::FIRST,
        }
    }
}

impl Sessions {
    /// Most sessions at a time. One more ends the one that was not used for longest.
    pub(crate) const MOST: usize = 8;

    /// A session that is not used ends after this long.
    pub(crate) const IDLE: Duration = Duration::from_secs(12 * 3600);

    /// Every session ends after this long.
    pub(crate) const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

    /// Makes a link; one not opened yet is worth nothing any more.
    pub(crate) fn make_link(&mut self, entropy: [u8; 16]) -> Zeroizing<String> {
        let link = Secret::new(entropy);
        let digits = link.digits();
        self.link = Some(link);
        digits
    }

    /// Opens the link: the session's cookie, or `None` when it is not that link, or no more.
    pub(crate) fn open(
        &mut self,
        digits: &str,
        [cookie, forgery]: [[u8; 16]; 2],
        now: Instant,
    ) -> Option<Zeroizing<String>> {
        self.link.take_if(|link| link.is(digits))?;
        self.forget_ended(now);
        if self.sessions.len() >= Self::MOST {
            let oldest = self
                .sessions
                .iter()
                .enumerate()
                .min_by_key(|(_, session)| session.used)
                .map(|(at, _)| at);
            if let Some(at) = oldest {
                self.sessions.remove(at);
            }
        }
        let cookie = Secret::new(cookie);
        let digits = cookie.digits();
        let id = self.next;
        self.next = id.next();
        self.sessions.push(Session {
            id,
            cookie,
            forgery: Secret::new(forgery),
            began: now,
            used: now,
        });
        Some(digits)
    }

    /// The session with this cookie, which is in use then.
    pub(crate) fn enter(&mut self, cookie: &str, now: Instant) -> Option<Guest> {
        self.forget_ended(now);
        let session = self.sessions.iter_mut().find(|s| s.cookie.is(cookie))?;
        session.used = now;
        Some(Guest {
            session: session.id,
            forgery: session.forgery.clone(),
        })
    }

    /// Whether a session goes on. Looking on is no use of it: a page that is left open ends as others do.
    pub(crate) fn goes_on(&mut self, id: SessionId, now: Instant) -> bool {
        self.forget_ended(now);
        self.sessions.iter().any(|session| session.id == id)
    }

    /// Ends a session.
    pub(crate) fn leave(&mut self, id: SessionId) {
        self.sessions.retain(|session| session.id != id);
    }

    fn forget_ended(&mut self, now: Instant) {
        self.sessions
            .retain(|s| now.since(s.used) < Self::IDLE && now.since(s.began) < Self::LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1_000_000);

    fn opened(sessions: &mut Sessions, seed: u8, now: Instant) -> Zeroizing<String> {
        let link = sessions.make_link([seed; 16]);
        sessions
            .open(&link, [[seed.wrapping_add(100); 16], [seed; 16]], now)
            .unwrap()
    }

    #[test]
    fn a_link_opens_once() {
        let mut sessions = Sessions::default();
        let link = sessions.make_link([1; 16]);

        assert!(sessions.open(&link, [[2; 16], [3; 16]], NOW).is_some());
        assert!(sessions.open(&link, [[4; 16], [5; 16]], NOW).is_none());
    }

    #[test]
    fn a_wrong_link_opens_nothing_and_leaves_the_right_one() {
        let mut sessions = Sessions::default();
        let link = sessions.make_link([1; 16]);

        for wrong in [
            "",
            "0",
            &"1".repeat(32),
            &link[..31],
            &format!("{}0", *link),
        ] {
            assert!(sessions.open(wrong, [[2; 16], [3; 16]], NOW).is_none());
        }
        assert!(sessions.open(&link, [[2; 16], [3; 16]], NOW).is_some());
    }

    #[test]
    fn a_new_link_ends_the_one_before() {
        let mut sessions = Sessions::default();
        let first = sessions.make_link([1; 16]);
        let second = sessions.make_link([2; 16]);

        assert!(sessions.open(&first, [[2; 16], [3; 16]], NOW).is_none());
        assert!(sessions.open(&second, [[2; 16], [3; 16]], NOW).is_some());
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
        let mut sessions = Sessions::default();
        let cookie = opened(&mut sessions, 1, NOW);
        let almost = Sessions::IDLE - Duration::from_secs(1);

        let mut now = NOW;
        while now.since(NOW) < Sessions::LONGEST - almost {
            now += almost;
            assert!(sessions.enter(&cookie, now).is_some());
        }
        assert!(sessions.enter(&cookie, NOW + Sessions::LONGEST).is_none());

        let cookie = opened(&mut sessions, 2, NOW);
        assert!(sessions.enter(&cookie, NOW + Sessions::IDLE).is_none());
    }

    #[test]
    fn one_session_too_many_ends_the_one_unused_for_longest() {
        let mut sessions = Sessions::default();
        let cookies: Vec<_> = (0..8)
            .map(|n| opened(&mut sessions, n, NOW + Duration::from_secs(n.into())))
            .collect();
        let later = NOW + Duration::from_secs(60);
        assert!(sessions.enter(&cookies[0], later).is_some());

        opened(&mut sessions, 50, later);

        assert!(sessions.enter(&cookies[0], later).is_some());
        assert!(sessions.enter(&cookies[1], later).is_none());
        assert!(sessions.enter(&cookies[2], later).is_some());
    }

    #[test]
    fn who_leaves_is_out() {
        let mut sessions = Sessions::default();
        let cookie = opened(&mut sessions, 1, NOW);

        let id = sessions.enter(&cookie, NOW).unwrap().session;

        sessions.leave(id);

        assert!(sessions.enter(&cookie, NOW).is_none());
    }

    #[test]
    fn a_page_that_is_only_open_does_not_keep_its_session() {
        let mut sessions = Sessions::default();
        let cookie = opened(&mut sessions, 1, NOW);
        let id = sessions.enter(&cookie, NOW).unwrap().session;

        assert!(sessions.goes_on(id, NOW + Sessions::IDLE - Duration::from_secs(1)));
        assert!(!sessions.goes_on(id, NOW + Sessions::IDLE));
        assert!(!sessions.goes_on(id, NOW));
    }
}
