//! The engine: what stands, and the step that comes next. What is told of it is in `status`.

mod status;

use core::net::{IpAddr, Ipv4Addr};
use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use clock::{Duration, Instant, earliest};
use wlan_rpc::{SharingEvent, SharingMode, SharingState};

use crate::firewall::{self, Paths};
use crate::helper::{HelperConfig, Names, Ula};
use crate::leases::Leases;
use crate::refusal::Refusal;
use crate::snapshot::{Address, Snapshot, Upstream};
use crate::subnet::{self, PREFIX};
use crate::texts::is_plain;
use crate::wanted::{Plan, Wanted};
use crate::{Forwarding, Outcome, Step, contains};

/// Least time between two looks at the machine: routes may change in storms.
const LOOK_PAUSE: Duration = Duration::from_millis(250);

/// How often others' firewalls are looked at again while one is in the way.
const FIREWALL_PAUSE: Duration = Duration::from_secs(30);

/// The first and the longest wait before something refused is tried again.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// A helper that lived so long has not failed to start.
const HEALTHY: Duration = Duration::from_secs(60);

/// What the owner has to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Carry out a step, and come back with [`Sharing::handle_outcome`].
    Do(Step),
    /// Tell all who listen.
    Event(SharingEvent),
}

/// What can fail by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Address,
    Forwarding,
    Rules,
    Helper,
}

#[derive(Clone, Debug)]
struct Failure {
    refusal: Refusal,
    /// What was refused; something else may be tried at once.
    step: Step,
    attempts: u32,
    again: Instant,
}

/// What the steps so far have left in the system.
#[derive(Debug, Default)]
struct Standing {
    addresses: Vec<Address>,
    forwarding: Option<Forwarding>,
    rules: Option<String>,
    helper: Option<Helper>,
}

#[derive(Debug)]
struct Helper {
    config: HelperConfig,
    since: Instant,
    /// It has ended by itself and is to be cleared away.
    ended: bool,
}

/// The network on the air.
#[derive(Debug)]
struct Network {
    interface: String,
    /// Chosen when the first look was taken, and kept while nobody else uses it.
    subnet: Option<Ipv4Addr>,
    /// The last upstream; the rules need one, the words "is lost" too.
    upstream: Option<Upstream>,
    /// The upstream had IPv6 when it was last there.
    v6: bool,
}

/// The engine. After every call drain [`Sharing::poll_output`].
#[derive(Debug)]
pub struct Sharing {
    mode: SharingMode,
    ula: Ula,
    /// Why there is none at all.
    refused: Option<Cause>,
    network: Option<Network>,
    snapshot: Option<Snapshot>,
    /// A look is wanted, not before then.
    look: Option<Instant>,
    last_look: Option<Instant>,
    standing: Standing,
    under_way: Option<Step>,
    failures: BTreeMap<Part, Failure>,
    /// Port 53 is taken: dnsmasq is asked for addresses only.
    names_taken: Option<Refusal>,
    obstacle: Option<Cause>,
    /// When others' firewalls are to be looked at; `None` while there is no need.
    list_rules: Option<Instant>,
    /// For which paths they were looked at.
    listed_for: Option<Paths>,
    leases: Leases,
    told: SharingState,
    /// When the next step was last looked for: what was due then needs no waking.
    asked: Instant,
    outputs: VecDeque<Output>,
}

impl Sharing {
    /// Nothing runs, nothing stands. `refused` says why there are no addresses at all, where that is so.
    #[must_use]
    pub fn new(mode: SharingMode, ula: Ula, refused: Option<Cause>) -> Self {
        let told = refused
            .clone()
            .map_or(SharingState::Stopped, SharingState::Unsupported);
        Self {
            mode,
            ula,
            refused,
            network: None,
            snapshot: None,
            look: None,
            last_look: None,
            standing: Standing::default(),
            under_way: None,
            failures: BTreeMap::new(),
            names_taken: None,
            obstacle: None,
            list_rules: None,
            listed_for: None,
            leases: Leases::default(),
            told,
            asked: Instant::ZERO,
            outputs: VecDeque::new(),
        }
    }

    /// Why a mode cannot be asked for: a name that means something else in rules.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub fn check(mode: &SharingMode) -> Result<(), Cause> {
        match mode {
            SharingMode::Full {
                upstream: Some(name),
            } if !is_plain(name) => Err(Cause::new(
                "No rule can be written for an interface of this name.",
                "Name an interface that `ip link` shows, of letters, digits and _ . : @ + -.",
            )),
            _ => Ok(()),
        }
    }

    /// Another mode is asked for.
    pub fn set_mode(&mut self, mode: SharingMode, now: Instant) {
        if mode == self.mode {
            return;
        }
        let switched = matches!(mode, SharingMode::Full { .. })
            != matches!(self.mode, SharingMode::Full { .. });
        self.mode = mode;
        self.names_taken = None;
        self.failures.clear();
        if let Some(network) = &mut self.network {
            network.upstream = None;
            network.v6 = false;
            if switched {
                network.subnet = None;
                self.leases.clear();
            }
        }
        self.observe();
        self.go_on(now);
    }

    /// What was asked for.
    #[must_use]
    pub const fn mode(&self) -> &SharingMode {
        &self.mode
    }

    /// The administrator, or whoever started the service, allows sharing (`None`) or does not.
    pub fn set_refused(&mut self, refused: Option<Cause>, now: Instant) {
        self.refused = refused;
        self.go_on(now);
    }

    /// Why there are no addresses at all.
    #[must_use]
    pub const fn refused(&self) -> Option<&Cause> {
        self.refused.as_ref()
    }

    /// The network is on the air with this interface, or off.
    pub fn handle_network(&mut self, interface: Option<&str>, now: Instant) {
        if self.network.as_ref().map(|n| &*n.interface) == interface {
            return;
        }
        self.network = interface.map(|name| Network {
            interface: name.to_owned(),
            subnet: None,
            upstream: None,
            v6: false,
        });
        self.snapshot = None;
        self.look = interface.map(|_| now);
        self.failures.clear();
        self.names_taken = None;
        self.obstacle = None;
        self.list_rules = None;
        self.listed_for = None;
        self.leases.clear();
        self.go_on(now);
    }

    /// Addresses or routes of the machine have changed.
    pub fn handle_changed(&mut self, now: Instant) {
        if self.network.is_some() && self.look.is_none() {
            let soonest = self.last_look.map_or(now, |last| last + LOOK_PAUSE);
            self.look = Some(soonest.max(now));
            self.go_on(now);
        }
    }

    /// The helper has ended by itself, with these last words.
    pub fn handle_helper_exit(&mut self, words: &str, now: Instant) {
        let Some(helper) = self.standing.helper.as_mut().filter(|h| !h.ended) else {
            return;
        };
        helper.ended = true;
        let step = Step::StartHelper(helper.config.clone());
        if now.since(helper.since) >= HEALTHY {
            self.failures.remove(&Part::Helper);
        }
        self.fail(Part::Helper, step, Refusal::from_dnsmasq(words), now);
        self.go_on(now);
    }

    /// What the lease file holds.
    pub fn handle_leases(&mut self, text: &str, now: Instant) {
        let Some(config) = self.standing.helper.as_ref().map(|h| &h.config) else {
            return;
        };
        let ours = IpAddr::V4(config.address);
        for lease in self
            .leases
            .update(text, |address| contains(ours, PREFIX, address))
        {
            self.outputs
                .push_back(Output::Event(SharingEvent::Leased(lease)));
        }
        self.go_on(now);
    }

    /// The step under way has come to its end.
    pub fn handle_outcome(&mut self, outcome: Outcome, now: Instant) {
        let Some(step) = self.under_way.take() else {
            return;
        };
        match outcome {
            Outcome::Refused(refusal) => self.refused_step(step, refusal, now),
            Outcome::Seen(snapshot) => {
                self.last_look = Some(now);
                if self.network.is_some() {
                    self.snapshot = Some(snapshot);
                    self.observe();
                }
            }
            Outcome::Ruleset(text) => self.judge_firewall(&text, now),
            Outcome::Done => self.done(step, now),
        }
        self.go_on(now);
    }

    fn done(&mut self, step: Step, now: Instant) {
        let standing = &mut self.standing;
        match step {
            Step::Look | Step::ListRules => {}
            Step::AddAddress(address) => {
                standing.addresses.push(address);
                self.failures.remove(&Part::Address);
            }
            Step::RemoveAddress(address) => standing.addresses.retain(|a| *a != address),
            Step::Forward(forwarding) => {
                standing.forwarding = Some(forwarding);
                self.failures.remove(&Part::Forwarding);
            }
            Step::Unforward => standing.forwarding = None,
            Step::SetRules(text) => {
                standing.rules = Some(text);
                self.failures.remove(&Part::Rules);
                self.list_rules = Some(now);
            }
            Step::DropRules => standing.rules = None,
            Step::StartHelper(config) => {
                standing.helper = Some(Helper {
                    config,
                    since: now,
                    ended: false,
                });
            }
            Step::StopHelper => standing.helper = None,
        }
    }

    fn refused_step(&mut self, step: Step, refusal: Refusal, now: Instant) {
        let part = match &step {
            // Without it nothing is known, and nothing can be done yet.
            Step::Look => {
                self.look = Some(now + RETRY.1);
                return;
            }
            Step::ListRules => {
                self.obstacle = None;
                return;
            }
            // What cannot be taken away is not ours any more, or gone with its interface.
            Step::RemoveAddress(_) | Step::Unforward | Step::DropRules | Step::StopHelper => {
                return self.done(step, now);
            }
            Step::AddAddress(_) => Part::Address,
            Step::Forward(_) => Part::Forwarding,
            Step::SetRules(_) => Part::Rules,
            Step::StartHelper(config) => {
                if let Refusal::PortTaken { port: 53, .. } = refusal
                    && config.names == Names::Here
                {
                    self.names_taken = Some(refusal);
                    return;
                }
                Part::Helper
            }
        };
        self.fail(part, step, refusal, now);
    }

    fn fail(&mut self, part: Part, step: Step, refusal: Refusal, now: Instant) {
        let attempts = self
            .failures
            .get(&part)
            .filter(|f| f.step == step)
            .map_or(0, |f| f.attempts);
        let pause = RETRY.0.saturating_mul(1 << attempts.min(10)).min(RETRY.1);
        self.failures.insert(
            part,
            Failure {
                refusal,
                step,
                attempts: attempts.saturating_add(1),
                again: now + pause,
            },
        );
    }

    /// Takes from the last look what is kept beyond it.
    fn observe(&mut self) {
        let (Some(network), Some(snapshot)) = (&mut self.network, &self.snapshot) else {
            return;
        };
        let own = &*network.interface;
        let preferred = match &self.mode {
            SharingMode::Standalone => subnet::STANDALONE,
            SharingMode::Full { upstream } => {
                let upstream = snapshot.upstream(upstream.as_deref(), own);
                if let Some(upstream) = upstream.filter(|u| is_plain(&u.interface)) {
                    network.v6 = upstream.v6;
                    network.upstream = Some(upstream);
                } else if let Some(lost) = &mut network.upstream {
                    // The same words for as long as it is away.
                    lost.v6 = false;
                }
                subnet::FULL
            }
        };
        let kept = network
            .subnet
            .filter(|subnet| subnet::user(*subnet, snapshot, own).is_none());
        network.subnet = Some(kept.unwrap_or_else(|| subnet::choose(preferred, snapshot, own)));
    }

    /// The upstream that is there now.
    fn upstream(&self) -> Option<&Upstream> {
        let (network, snapshot) = (self.network.as_ref()?, self.snapshot.as_ref()?);
        let SharingMode::Full { upstream } = &self.mode else {
            return None;
        };
        let now = snapshot.upstream(upstream.as_deref(), &network.interface)?;
        network
            .upstream
            .as_ref()
            .filter(|u| u.interface == now.interface)
    }

    fn wanted(&self) -> Option<Wanted> {
        if self.refused.is_some() {
            return None;
        }
        let (network, snapshot) = (self.network.as_ref()?, self.snapshot.as_ref()?);
        let full = matches!(self.mode, SharingMode::Full { .. });
        let plan = Plan {
            interface: &network.interface,
            subnet: network.subnet?,
            full: full.then(|| self.upstream()),
            v6: (full && network.v6).then_some(self.ula),
            names_taken: self.names_taken.is_some(),
        };
        Some(plan.wanted(snapshot))
    }

    /// Asks for the next step, if none is under way, and tells of a new state.
    fn go_on(&mut self, now: Instant) {
        self.asked = now;
        if self.under_way.is_none()
            && let Some(step) = self.next_step(now)
        {
            match step {
                Step::Look => self.look = None,
                Step::ListRules => {
                    self.list_rules = None;
                    self.listed_for = self.paths();
                }
                _ => {}
            }
            self.under_way = Some(step.clone());
            self.outputs.push_back(Output::Do(step));
        }
        let state = self.state();
        if state != self.told {
            self.told = state.clone();
            self.outputs
                .push_back(Output::Event(SharingEvent::State(state)));
        }
    }

    /// What differs first between what stands and what is wanted: down from the top, then up.
    fn next_step(&self, now: Instant) -> Option<Step> {
        if self.refused.is_none() && self.look.is_some_and(|due| due <= now) {
            return Some(Step::Look);
        }
        let wanted = self.wanted();
        let standing = &self.standing;
        if let Some(helper) = &standing.helper
            && (helper.ended || wanted.as_ref().map(|w| &w.helper) != Some(&helper.config))
        {
            return Some(Step::StopHelper);
        }
        let Some(wanted) = wanted else {
            if standing.rules.is_some() {
                return Some(Step::DropRules);
            }
            if standing.forwarding.is_some() {
                return Some(Step::Unforward);
            }
            return standing.addresses.last().cloned().map(Step::RemoveAddress);
        };
        // The rules come before what they guard.
        let rules = Step::SetRules(wanted.rules.clone());
        if standing.rules.as_ref() != Some(&wanted.rules) && self.may_try(Part::Rules, &rules, now)
        {
            return Some(rules);
        }
        if standing.forwarding != wanted.forwarding {
            if standing.forwarding.is_some() {
                return Some(Step::Unforward);
            }
            // Forwarding without rules would show the peers' addresses outside.
            if let Some(forwarding) = wanted.forwarding.clone().map(Step::Forward)
                && standing.rules.as_ref() == Some(&wanted.rules)
                && self.may_try(Part::Forwarding, &forwarding, now)
            {
                return Some(forwarding);
            }
        }
        let stale = |a: &&Address| !wanted.addresses.contains(a);
        if let Some(old) = standing.addresses.iter().find(stale) {
            return Some(Step::RemoveAddress(old.clone()));
        }
        let missing = |a: &&Address| !standing.addresses.contains(a);
        if let Some(new) = wanted.addresses.iter().find(missing) {
            let step = Step::AddAddress(new.clone());
            return self.may_try(Part::Address, &step, now).then_some(step);
        }
        if standing.helper.is_none() {
            let step = Step::StartHelper(wanted.helper);
            if self.may_try(Part::Helper, &step, now) {
                return Some(step);
            }
        }
        let due = self.list_rules.is_some_and(|due| due <= now);
        let moved = self.listed_for.is_some() && self.listed_for != self.paths();
        ((due || moved) && standing.helper.is_some()).then_some(Step::ListRules)
    }

    fn may_try(&self, part: Part, step: &Step, now: Instant) -> bool {
        self.failures
            .get(&part)
            .is_none_or(|f| f.step != *step || f.again <= now)
    }

    fn paths(&self) -> Option<Paths> {
        self.network.as_ref().map(|network| Paths {
            interface: network.interface.clone(),
            upstream: self.upstream().map(|u| u.interface.clone()),
        })
    }

    fn judge_firewall(&mut self, ruleset: &str, now: Instant) {
        if let Some(paths) = &self.listed_for
            && self.network.is_some()
        {
            self.obstacle = firewall::obstacle(ruleset, paths);
            self.list_rules = self.obstacle.is_some().then(|| now + FIREWALL_PAUSE);
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.go_on(now);
    }

    /// When [`Sharing::handle_timeout`] is wanted.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.under_way.is_some() || self.network.is_none() || self.refused.is_some() {
            return None;
        }
        let retries = self.failures.values().map(|f| f.again);
        retries
            .chain(self.look)
            .chain(self.list_rules)
            .filter(|due| *due > self.asked)
            .fold(None, |first, due| earliest(first, Some(due)))
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Nothing of ours stands in the system and nothing is under way.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let standing = &self.standing;
        self.under_way.is_none()
            && standing.addresses.is_empty()
            && standing.forwarding.is_none()
            && standing.rules.is_none()
            && standing.helper.is_none()
    }
}
