//! Changes and starts that wait for their turn.
//!
//! A client is in one call at a time, so there are never more of them than clients. Users take turns:
//! one with a thousand handles delays others by one change, not by a thousand.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::ClientId;
use crate::job::Job;

/// Jobs, in order for each user.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// No entry is empty.
    jobs: BTreeMap<u32, VecDeque<Job>>,
    /// Users with jobs, the next one first.
    turns: VecDeque<u32>,
}

impl Queue {
    /// Behind this user's other jobs.
    pub(crate) fn push(&mut self, user: u32, job: Job) {
        let jobs = self.jobs.entry(user).or_default();
        if jobs.is_empty() {
            self.turns.push_back(user);
        }
        jobs.push_back(job);
    }

    /// The job whose turn it is. Its user's next one waits behind the others.
    pub(crate) fn pop(&mut self) -> Option<Job> {
        let user = self.turns.pop_front()?;
        let jobs = self.jobs.get_mut(&user)?;
        let job = jobs.pop_front();
        if jobs.is_empty() {
            self.jobs.remove(&user);
        } else {
            self.turns.push_back(user);
        }
        job
    }

    /// Takes out what `wanted` says, users in the order of their numbers.
    pub(crate) fn take(&mut self, wanted: impl Fn(&Job) -> bool) -> Vec<Job> {
        let mut taken = Vec::new();
        self.jobs.retain(|_, jobs| {
            let (out, stay) = core::mem::take(jobs).into_iter().partition(&wanted);
            *jobs = stay;
            taken.extend::<VecDeque<Job>>(out);
            !jobs.is_empty()
        });
        let jobs = &self.jobs;
        self.turns.retain(|user| jobs.contains_key(user));
        taken
    }

    /// Forgets what a client waits for.
    pub(crate) fn forget(&mut self, client: ClientId) {
        self.take(|job| job.caller.client == client);
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use wlan_rpc::CallId;

    use super::*;
    use crate::job::Action;
    use crate::state::{Caller, Hold};

    fn job(client: u64, action: Action) -> Job {
        Job {
            caller: Caller {
                client: ClientId(client),
                id: CallId(0),
            },
            action,
        }
    }

    fn order(queue: &mut Queue) -> Vec<u64> {
        core::iter::from_fn(|| queue.pop())
            .map(|job| job.caller.client.0)
            .collect()
    }

    #[test]
    fn users_take_turns_and_each_ones_jobs_keep_their_order() {
        let mut queue = Queue::default();
        for (user, client) in [(7, 1), (7, 2), (7, 3), (8, 4), (9, 5), (8, 6)] {
            queue.push(user, job(client, Action::Initialise));
        }
        assert_eq!(queue.pop().map(|job| job.caller.client.0), Some(1));
        queue.push(7, job(10, Action::Initialise));
        assert_eq!(order(&mut queue), [4, 5, 2, 6, 3, 10]);
        assert!(queue.is_empty());
    }

    #[test]
    fn what_is_taken_out_leaves_no_turn_behind() {
        let mut queue = Queue::default();
        for (user, client) in [(7, 1), (8, 2), (9, 3), (9, 4)] {
            let action = if client == 3 {
                Action::Refresh
            } else {
                Action::Start(Hold::Reference)
            };
            queue.push(user, job(client, action));
        }
        queue.forget(ClientId(1));
        let starts = queue.take(|job| matches!(job.action, Action::Start(_)));
        assert_eq!(starts.len(), 2);
        assert_eq!(order(&mut queue), [3]);
        assert!(queue.is_empty());
    }
}
