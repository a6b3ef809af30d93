//! A survey under way: begun by a command, ended by the kernel's report that its scan is done.

use dot11::Channel;
use radio::{Cause, CommandError, CommandErrorKind, CommandId, RadioEvent};

use super::Nl80211Radio;
use super::state::{Air, Held, State, not_running};
use crate::consts;
use crate::survey::trigger_scan;

/// Who asked, and for what.
#[derive(Debug)]
pub(super) struct Surveying {
    id: CommandId,
    channels: Vec<Channel>,
}

fn given_up() -> CommandError {
    CommandError {
        kind: CommandErrorKind::Busy,
        cause: Cause::new(
            "The look for a quiet channel was broken off.",
            "Name a channel, or try again.",
        ),
    }
}

impl Nl80211Radio {
    /// Visits channels while nothing is on the air. The answer comes with the kernel's report.
    pub(super) fn begin_survey(&mut self, id: CommandId, channels: Vec<Channel>) {
        self.flush();
        if self.surveying.is_some() {
            return self.complete(id, Err(given_up()));
        }
        let State::Held(Held {
            link,
            air: Air::Idle,
            ..
        }) = &self.state
        else {
            return self.complete(id, Err(not_running()));
        };
        let ifindex = link.ifindex;
        let begun = self.kernel.route.set_up(ifindex, true).and_then(|()| {
            self.kernel.request(consts::CMD_TRIGGER_SCAN, |w| {
                trigger_scan(w, ifindex, &channels);
            })
        });
        match begun {
            Ok(()) => self.surveying = Some(Surveying { id, channels }),
            Err(e) => self.complete(id, Err(e.explain("look for a quiet channel"))),
        }
    }

    /// The scan is done, or was ended by somebody.
    pub(super) fn end_survey(&mut self, aborted: bool) {
        let Some(Surveying { id, channels }) = self.surveying.take() else {
            return;
        };
        let State::Held(held) = &self.state else {
            return self.complete(id, Err(given_up()));
        };
        if aborted {
            return self.complete(id, Err(given_up()));
        }
        match self.kernel.survey(held.link.ifindex, &channels) {
            Ok(rows) => {
                self.out.push_back(RadioEvent::Survey(rows));
                self.complete(id, Ok(()));
            }
            Err(e) => self.complete(id, Err(e.explain("read what was heard"))),
        }
    }

    /// What comes now does not wait for it.
    pub(super) fn abort_survey(&mut self) {
        let Some(Surveying { id, .. }) = self.surveying.take() else {
            return;
        };
        if let State::Held(held) = &self.state {
            let ifindex = held.link.ifindex;
            let ended = self.kernel.request(consts::CMD_ABORT_SCAN, |w| {
                w.u32(consts::ATTR_IFINDEX, ifindex);
            });
            if let Err(e) = ended {
                tracing::debug!(errno = e.errno, "the scan cannot be ended");
            }
        }
        self.complete(id, Err(given_up()));
    }
}
