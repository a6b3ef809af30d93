//! Random histories: against a small model of the documentation, and with everything late.

use std::collections::{BTreeMap, BTreeSet};

use HostedNetworkState::{Active, Idle, Unavailable};
use proptest::prelude::*;

use super::*;
use crate::state::State;

/// One of few clients; the last one is privileged.
fn client() -> impl Strategy<Value = ClientId> {
    (1_u64..=4).prop_map(ClientId)
}

fn privileged(client: ClientId) -> bool {
    client.0 == 4
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => Just(Call::StartUsing),
        3 => Just(Call::StopUsing),
        2 => Just(Call::ForceStart),
        2 => Just(Call::ForceStop),
        1 => Just(Call::InitSettings),
        1 => Just(Call::RefreshSecuritySettings),
        1 => any::<bool>().prop_map(Call::SetEnabled),
        1 => (0_u32..3, 0_u8..2).prop_map(|(max_peers, name)| {
            let ssid = Ssid::new(vec![b'a' + name]).unwrap();
            Call::SetConnectionSettings(ConnectionSettings { ssid, max_peers })
        }),
        3 => (0_u8..3, any::<bool>()).prop_map(|(key, kept)| set_binary([key; 32], kept)),
        1 => Just(set("short", true)),
        1 => Just(Call::RemoveSecondaryKey),
        1 => Just(Call::QuerySecondaryKey),
        1 => Just(Call::QueryConnectionSettings),
        1 => Just(Call::QueryStatus),
        1 => Just(Call::PrepareForSleep),
    ]
}

fn fixed_name() -> Ssid {
    Ssid::new("a").unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Call(ClientId, Call),
    Gone(ClientId),
    Connect(ClientId),
    RadioOn,
    RadioOff,
    DriverStops,
    CanSustain,
    Suspend,
    /// A connection that excludes the network, or its end.
    AdHoc(bool),
    /// Whether the network is allowed, and under a fixed name.
    Policy(bool, bool),
    ReadOnly(bool),
    /// The disk answers, if asked.
    Disk(bool),
    /// The access point answers what it was asked.
    Answer,
    /// It refuses a start.
    RefuseStart,
    ShutDown,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (client(), call()).prop_map(|(client, call)| Step::Call(client, call)),
        2 => client().prop_map(Step::Gone),
        2 => client().prop_map(Step::Connect),
        2 => Just(Step::RadioOn),
        1 => Just(Step::RadioOff),
        1 => Just(Step::DriverStops),
        1 => Just(Step::CanSustain),
        1 => Just(Step::Suspend),
        2 => any::<bool>().prop_map(Step::AdHoc),
        2 => (prop::bool::weighted(0.7), any::<bool>())
            .prop_map(|(allowed, fixed)| Step::Policy(allowed, fixed)),
        1 => any::<bool>().prop_map(Step::ReadOnly),
        6 => prop::bool::weighted(0.8).prop_map(Step::Disk),
        6 => Just(Step::Answer),
        1 => Just(Step::RefuseStart),
    ]
}

/// What the documentation promises, for a world in which everything is done at once.
#[derive(Debug)]
struct Model {
    clients: BTreeSet<ClientId>,
    radio: bool,
    exhausted: bool,
    ad_hoc: bool,
    allowed: bool,
    fixed: bool,
    read_only: bool,
    enabled: bool,
    name: Option<ConnectionSettings>,
    has_primary: bool,
    secondary: Option<(SecondaryKey, bool)>,
    /// Forced, and references.
    run: Option<(bool, BTreeMap<ClientId, u32>)>,
}

impl Model {
    fn state(&self) -> HostedNetworkState {
        match self.run {
            Some(_) => Active,
            None if self.could_run() && !self.ad_hoc => Idle,
            None => Unavailable,
        }
    }

    fn could_run(&self) -> bool {
        self.radio && !self.exhausted && self.enabled && self.allowed
    }

    /// The name in force.
    fn ssid(&self) -> Option<Ssid> {
        let stored = self.name.as_ref()?.ssid.clone();
        Some(if self.fixed { fixed_name() } else { stored })
    }

    fn end_run(&mut self) {
        if self.run.take().is_some() {
            self.secondary = self.secondary.take().filter(|(_, persistent)| *persistent);
        }
    }

    fn release_if_unheld(&mut self) {
        if self
            .run
            .as_ref()
            .is_some_and(|(forced, held)| !forced && held.values().all(|n| *n == 0))
        {
            self.end_run();
        }
    }

    fn write(&self) -> Result<(), (Win32Error, Reason)> {
        let failed = (Win32Error::WRITE_FAULT, Reason::PersistenceFailed);
        if self.read_only { Err(failed) } else { Ok(()) }
    }

    fn initialise(&mut self, bench: &Bench) -> Result<(), (Win32Error, Reason)> {
        if self.name.is_none() || !self.has_primary {
            self.write()?;
            self.has_primary = true;
            // The made name is random: believe it.
            self.name = self.name.take().or(bench.stored.connection.clone());
        }
        Ok(())
    }

    /// What a call must answer; `bench` has done it already.
    fn call(
        &mut self,
        from: ClientId,
        call: &Call,
        bench: &Bench,
    ) -> Result<(), (Win32Error, Reason)> {
        let invalid = Err((Win32Error::INVALID_PARAMETER, Reason::BadParameters));
        let denied = Err((Win32Error::ACCESS_DENIED, Reason::ElevationRequired));
        let unavailable = Err((Win32Error::INVALID_STATE, Reason::InterfaceUnavailable));
        let by_policy = Err((Win32Error::ACCESS_DENIED, Reason::GpDenied));
        let excluded = Err((
            Win32Error::INVALID_STATE,
            Reason::IncompatibleConnectionStarted,
        ));
        let not_started = Err((Win32Error::INVALID_STATE, Reason::StopBeforeStart));
        if !self.clients.contains(&from) {
            return Err((Win32Error::INVALID_HANDLE, Reason::BadParameters));
        }
        match call {
            Call::StartUsing | Call::ForceStart => {
                let force = *call == Call::ForceStart;
                if force && !privileged(from) {
                    return denied;
                }
                if self.state() == Unavailable {
                    return if self.could_run() {
                        excluded
                    } else {
                        unavailable
                    };
                }
                self.initialise(bench)?;
                let (forced, held) = self.run.get_or_insert_default();
                if force {
                    *forced = true;
                } else {
                    *held.entry(from).or_default() += 1;
                }
            }
            Call::StopUsing => {
                if self.state() == Unavailable {
                    return unavailable;
                }
                let Some((_, held)) = &mut self.run else {
                    return not_started;
                };
                match held.get_mut(&from) {
                    None | Some(0) => return not_started,
                    Some(n) => *n -= 1,
                }
                self.release_if_unheld();
            }
            Call::ForceStop => self.end_run(),
            Call::InitSettings => self.initialise(bench)?,
            Call::RefreshSecuritySettings => {
                self.write()?;
                self.has_primary = true;
                self.end_run();
            }
            Call::PrepareForSleep => {
                if !privileged(from) {
                    return denied;
                }
                self.end_run();
            }
            Call::SetEnabled(enabled) => {
                if !self.allowed {
                    return by_policy;
                }
                if !privileged(from) {
                    return denied;
                }
                if *enabled != self.enabled {
                    self.write()?;
                }
                self.enabled = *enabled;
                if !enabled {
                    self.end_run();
                }
            }
            Call::SetConnectionSettings(name) => {
                if name.max_peers == 0 {
                    return invalid;
                }
                if self.fixed && name.ssid != fixed_name() {
                    return by_policy;
                }
                if self.name.as_ref() != Some(name) || !self.has_primary {
                    self.write()?;
                }
                self.name = Some(name.clone());
                self.has_primary = true;
                self.end_run();
            }
            Call::SetSecondaryKey {
                data,
                is_passphrase,
                persistent,
            } => {
                let Ok(key) = SecondaryKey::from_api(data.expose(), *is_passphrase) else {
                    return invalid;
                };
                let set = Some((key, *persistent));
                let stored = self
                    .secondary
                    .as_ref()
                    .is_some_and(|(_, persistent)| *persistent);
                if set != self.secondary && (*persistent || stored) {
                    self.write()?;
                }
                self.secondary = set;
            }
            Call::RemoveSecondaryKey => {
                if self
                    .secondary
                    .as_ref()
                    .is_some_and(|(_, persistent)| *persistent)
                {
                    self.write()?;
                }
                self.secondary = None;
            }
            Call::QueryConnectionSettings if self.name.is_none() => {
                return Err((Win32Error::BAD_CONFIGURATION, Reason::Unspecified));
            }
            _ => {}
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_engine_does_what_the_documentation_promises(
        warm in prop::bool::weighted(0.8),
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut bench = Bench::bare();
        bench.gone(USER);
        bench.gone(OTHER);
        bench.gone(ROOT);
        let mut model = Model {
            clients: BTreeSet::new(),
            radio: false,
            exhausted: false,
            ad_hoc: false,
            allowed: true,
            fixed: false,
            read_only: false,
            enabled: true,
            name: None,
            has_primary: false,
            secondary: None,
            run: None,
        };
        // From nothing, few histories ever come to a run.
        let prelude = [
            Step::RadioOn,
            Step::Connect(ClientId(1)),
            Step::Connect(ClientId(4)),
            Step::Call(ClientId(4), Call::ForceStart),
        ];
        let prelude = if warm { &prelude[..] } else { &[] };
        for step in prelude.iter().cloned().chain(steps) {
            match step {
                Step::Call(from, call) => {
                    let result = bench.call(from, call.clone());
                    let expected = model.call(from, &call, &bench);
                    prop_assert_eq!(
                        result.as_ref().map(drop).map_err(|r| (r.code, r.reason)),
                        expected,
                        "{:?} of {:?}", call, from
                    );
                }
                Step::Gone(client) => {
                    bench.gone(client);
                    model.clients.remove(&client);
                    if let Some((_, held)) = &mut model.run {
                        held.remove(&client);
                    }
                    model.release_if_unheld();
                }
                Step::Connect(client) => {
                    if model.clients.insert(client) {
                        bench.connect(client, privileged(client));
                    }
                }
                Step::RadioOn => {
                    bench.radio_arrives();
                    model.radio = true;
                }
                Step::RadioOff => {
                    bench.radio_leaves();
                    model.end_run();
                    (model.radio, model.exhausted) = (false, false);
                }
                Step::DriverStops => {
                    if model.run.is_some() {
                        bench.engine.access_point.run = None;
                        bench.tell(Event::StoppedByDriver { cause: cause("Enough.") });
                        model.end_run();
                        model.exhausted = true;
                    }
                }
                Step::CanSustain => {
                    bench.tell(Event::CanSustain);
                    model.exhausted = false;
                }
                Step::Suspend => {
                    bench.engine.stop_for_suspend(bench.now);
                    bench.drain();
                    model.end_run();
                }
                Step::AdHoc(on) => {
                    bench.tell(Event::IncompatibleConnection(on.then(|| cause("Ad hoc."))));
                    model.ad_hoc = on;
                    if on {
                        model.end_run();
                    }
                }
                Step::Policy(allowed, fixed) => {
                    set_policy(&mut bench, allowed, fixed);
                    let before = model.ssid();
                    (model.allowed, model.fixed) = (allowed, fixed);
                    if !allowed || model.ssid() != before {
                        model.end_run();
                    }
                }
                Step::ReadOnly(read_only) => {
                    bench.disk = if read_only { Disk::ReadOnly } else { Disk::Writes };
                    model.read_only = read_only;
                }
                Step::Disk(_) | Step::Answer | Step::RefuseStart | Step::ShutDown => {}
            }
            prop_assert_eq!(bench.state(), model.state());
            let secondary = bench.engine.secondary().map(|s| (s.key.clone(), s.persistent));
            prop_assert_eq!(secondary, model.secondary.clone());
            prop_assert_eq!(&bench.engine.settings().connection, &model.name);
            prop_assert_eq!(bench.status().ssid, model.ssid());
            if let Some((run, _)) = &bench.engine.access_point.run {
                prop_assert_eq!(Some(run.ssid.clone()), model.ssid());
            }
            prop_assert_eq!(bench.engine.access_point.run.is_some(), model.run.is_some());
            let held = bench.engine.run_mut().map(|run| (run.forced, run.references.clone()));
            let expected = model.run.clone().map(|(forced, held)| {
                (forced, held.into_iter().filter(|(_, n)| *n > 0).collect())
            });
            prop_assert_eq!(held, expected);
        }
    }

    #[test]
    fn every_call_is_answered_once_and_in_order_however_late_the_world_is(
        steps in prop::collection::vec(
            prop_oneof![60 => step(), 1 => Just(Step::ShutDown)],
            1..80
        )
    ) {
        let mut bench = Bench::bare();
        bench.engine.access_point.obliging = false;
        bench.disk = Disk::Slow;
        let mut alive: BTreeMap<ClientId, Vec<CallId>> = BTreeMap::new();
        // A client is never used again, so each connection gets a number of its own.
        let mut names: BTreeMap<ClientId, ClientId> = BTreeMap::new();
        let mut ending = false;
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Call(from, call) => {
                    if let Some(from) = names.get(&from) {
                        let id = bench.send(*from, call);
                        alive.get_mut(from).expect("alive").push(id);
                    }
                }
                Step::Gone(client) => {
                    if let Some(client) = names.remove(&client) {
                        bench.gone(client);
                        alive.remove(&client);
                    }
                }
                Step::Connect(name) => {
                    if !names.contains_key(&name) && !ending {
                        let client = ClientId(1000 + n as u64);
                        bench.connect(client, privileged(name));
                        names.insert(name, client);
                        alive.insert(client, Vec::new());
                    }
                }
                Step::RadioOn => bench.radio_arrives(),
                Step::RadioOff => bench.radio_leaves(),
                Step::DriverStops => {
                    bench.engine.access_point.run = None;
                    bench.tell(Event::StoppedByDriver { cause: cause("Enough.") });
                }
                Step::CanSustain => bench.tell(Event::CanSustain),
                Step::Suspend => {
                    bench.engine.stop_for_suspend(bench.now);
                    bench.drain();
                }
                Step::AdHoc(on) => {
                    bench.tell(Event::IncompatibleConnection(on.then(|| cause("Ad hoc."))));
                }
                Step::Policy(allowed, fixed) => set_policy(&mut bench, allowed, fixed),
                Step::ReadOnly(_) => {}
                Step::Disk(works) => {
                    if bench.writing.is_some() {
                        bench.persisted(if works { Ok(()) } else { Err(cause("Full.")) });
                    }
                }
                Step::Answer => settle(&mut bench),
                Step::RefuseStart => {
                    if matches!(bench.engine.state, State::Starting { .. }) {
                        bench.engine.access_point.run = None;
                        let status = oid::NdisStatus::FAILURE;
                        bench.tell(Event::StartFailed { status, cause: cause("No.") });
                    }
                }
                Step::ShutDown => {
                    ending = true;
                    bench.engine.shut_down(bench.now);
                    bench.drain();
                }
            }
            consistent(&bench)?;
        }

        while bench.writing.is_some() || !bench.engine.state.is_at_rest() {
            if bench.writing.is_some() {
                bench.persisted(Ok(()));
            } else if matches!(bench.engine.state, State::Active(_)) {
                break;
            }
            settle(&mut bench);
        }

        for (client, calls) in alive {
            let answered = bench.answers.iter().filter(|(to, id, _)| *to == client && calls.contains(id));
            let order: Vec<_> = answered.map(|(_, id, _)| *id).collect();
            prop_assert_eq!(order, calls);
        }
        prop_assert_eq!(bench.shut_down, u32::from(ending));
        prop_assert!(bench.engine.queue.is_empty());
    }
}

fn set_policy(bench: &mut Bench, allowed: bool, fixed: bool) {
    bench.policy(|p| {
        p.allowed = allowed;
        p.fixed_ssid = fixed.then(fixed_name);
    });
}

/// The access point does what it was asked.
fn settle(bench: &mut Bench) {
    match bench.engine.state {
        State::Starting { .. } => {
            bench.engine.access_point.started();
            bench.engine.pump(bench.now);
            bench.drain();
        }
        State::Stopping(_) => bench.tell(Event::Stopped),
        State::Unavailable(_) | State::Idle | State::Active(_) => {}
    }
}

fn consistent(bench: &Bench) -> Result<(), TestCaseError> {
    let engine = &bench.engine;
    match &engine.state {
        State::Starting { starters } => prop_assert!(!starters.is_empty()),
        State::Active(run) => {
            prop_assert!(run.is_held());
            prop_assert!(
                run.references
                    .keys()
                    .all(|c| engine.clients.contains_key(c))
            );
            prop_assert!(run.references.values().all(|n| *n > 0));
        }
        State::Unavailable(_) | State::Idle | State::Stopping(_) => {}
    }
    prop_assert_eq!(engine.access_point.run.is_some(), engine.has_run());
    if let Some((run, _)) = &engine.access_point.run {
        prop_assert!(engine.policy.allowed && engine.incompatible.is_none());
        prop_assert_eq!(Some(run.ssid.clone()), engine.connection().map(|c| c.ssid));
    }
    Ok(())
}
