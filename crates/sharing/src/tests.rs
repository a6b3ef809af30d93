//! The engine against a machine that does what it is told.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cause::Cause;
use clock::{Duration, Instant};
use proptest::prelude::*;
use wlan_rpc::{SharingEvent, SharingMode, SharingState};

use crate::firewall::obstacle;
use crate::leases::parse;
use crate::{
    Address, Forwarding, HelperConfig, Names, Outcome, Output, Refusal, Route, Sharing, Snapshot,
    Step, Ula,
};

mod firewalls;
mod leases;
mod texts;

use firewalls::paths;

const ULA: Ula = Ula([1, 2, 3, 4, 5]);

/// Which steps.
type Chosen = fn(&Step) -> bool;

/// What the steps leave standing, and what is refused.
struct Machine {
    engine: Sharing,
    now: Instant,
    snapshot: Snapshot,
    ruleset: String,
    refuse: Vec<(Chosen, Refusal)>,
    addresses: Vec<Address>,
    forwarding: Option<Forwarding>,
    rules: Option<String>,
    helper: Option<HelperConfig>,
    steps: Vec<Step>,
    events: Vec<SharingEvent>,
}

fn route(interface: &str, destination: [u8; 4], prefix: u8, metric: u32) -> Route {
    Route {
        interface: interface.into(),
        destination: IpAddr::from(destination),
        prefix,
        metric,
    }
}

fn address(interface: &str, ip: [u8; 4], prefix: u8) -> Address {
    Address {
        interface: interface.into(),
        address: IpAddr::from(ip),
        prefix,
    }
}

/// A machine with the internet on eth0.
fn wired() -> Snapshot {
    Snapshot {
        interfaces: vec!["eth0".into()],
        addresses: vec![address("eth0", [10, 0, 0, 7], 24)],
        routes: vec![
            route("eth0", [0, 0, 0, 0], 0, 100),
            route("eth0", [10, 0, 0, 0], 24, 100),
        ],
        resolvers: vec![IpAddr::from([10, 0, 0, 1])],
        resolves: true,
        forwards: false,
    }
}

fn full(upstream: Option<&str>) -> SharingMode {
    SharingMode::Full {
        upstream: upstream.map(str::to_owned),
    }
}

impl Machine {
    fn new(mode: SharingMode) -> Self {
        Self {
            engine: Sharing::new(mode, ULA, None),
            now: Instant::from_micros(1_000_000),
            snapshot: wired(),
            ruleset: String::new(),
            refuse: Vec::new(),
            addresses: Vec::new(),
            forwarding: None,
            rules: None,
            helper: None,
            steps: Vec::new(),
            events: Vec::new(),
        }
    }

    fn running(mode: SharingMode) -> Self {
        let mut machine = Self::new(mode);
        machine.on_air();
        machine
    }

    fn on_air(&mut self) {
        self.engine.handle_network(Some("hosted0"), self.now);
        self.settle();
    }

    fn off_air(&mut self) {
        self.engine.handle_network(None, self.now);
        self.settle();
    }

    fn set(&mut self, mode: SharingMode) {
        self.engine.set_mode(mode, self.now);
        self.settle();
    }

    /// The machine's routes change.
    fn change(&mut self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.snapshot);
        self.pass(1000);
        self.engine.handle_changed(self.now);
        self.settle();
    }

    fn pass(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
        self.engine.handle_timeout(self.now);
        self.settle();
    }

    /// One output; `false` when there is none.
    fn turn(&mut self) -> bool {
        let Some(output) = self.engine.poll_output() else {
            return false;
        };
        match output {
            Output::Event(event) => self.events.push(event),
            Output::Do(step) => {
                let outcome = self.carry_out(&step);
                self.steps.push(step);
                self.engine.handle_outcome(outcome, self.now);
            }
        }
        true
    }

    fn settle(&mut self) {
        for _ in 0..200 {
            if !self.turn() {
                return;
            }
        }
        panic!("it never comes to rest: {:?}", self.steps.last());
    }

    fn carry_out(&mut self, step: &Step) -> Outcome {
        if let Some((_, refusal)) = self.refuse.iter().find(|(refuse, _)| refuse(step)) {
            return Outcome::Refused(refusal.clone());
        }
        match step.clone() {
            Step::Look => return Outcome::Seen(self.snapshot.clone()),
            Step::ListRules => return Outcome::Ruleset(self.ruleset.clone()),
            Step::AddAddress(address) => {
                assert!(!self.addresses.contains(&address), "given twice");
                self.addresses.push(address);
            }
            Step::RemoveAddress(address) => {
                assert!(self.helper.is_none(), "dnsmasq still serves there");
                self.addresses.retain(|a| *a != address);
            }
            Step::Forward(forwarding) => {
                assert!(self.rules.is_some(), "forwards without rules");
                assert!(self.forwarding.is_none(), "would forget how it was");
                self.forwarding = Some(forwarding);
            }
            Step::Unforward => self.forwarding = None,
            Step::SetRules(rules) => self.rules = Some(rules),
            Step::DropRules => self.rules = None,
            Step::StartHelper(config) => {
                assert!(self.helper.is_none(), "two of them");
                let here = |a: &Address| a.address == IpAddr::V4(config.address);
                assert!(self.addresses.iter().any(here), "it has no address yet");
                self.helper = Some(config);
            }
            Step::StopHelper => self.helper = None,
        }
        Outcome::Done
    }

    fn nothing_stands(&self) -> bool {
        self.addresses.is_empty()
            && self.forwarding.is_none()
            && self.rules.is_none()
            && self.helper.is_none()
            && self.engine.is_at_rest()
    }

    fn host(&self) -> Option<Ipv4Addr> {
        match self.engine.status().state {
            SharingState::Running { address, .. } => Some(address),
            _ => None,
        }
    }

    fn upstream(&self) -> Option<String> {
        match self.engine.status().state {
            SharingState::Running { upstream, .. } => upstream,
            _ => None,
        }
    }

    fn trouble(&self) -> Option<Cause> {
        match self.engine.status().state {
            SharingState::Running { trouble, .. } => trouble,
            _ => None,
        }
    }

    fn masquerades(&self, interface: &str) -> bool {
        let rule = format!("oifname \"{interface}\" ip saddr");
        self.rules.as_ref().is_some_and(|r| {
            r.lines()
                .any(|l| l.contains(&rule) && l.ends_with("masquerade"))
        })
    }
}

#[test]
fn standalone_gives_addresses_and_nothing_else() {
    let machine = Machine::running(SharingMode::Standalone);
    assert_eq!(machine.host(), Some(Ipv4Addr::new(192, 168, 173, 1)));
    assert_eq!(machine.trouble(), None);
    assert_eq!(machine.forwarding, None);
    let helper = machine.helper.as_ref().unwrap();
    assert!(!helper.routes && helper.names == Names::None && helper.v6.is_none());
    assert!(!machine.rules.as_ref().unwrap().contains("masquerade"));
    assert_eq!(
        machine.addresses,
        [address("hosted0", [192, 168, 173, 1], 24)]
    );
}

#[test]
fn full_mode_shares_the_interface_with_the_best_default_route() {
    let mut machine = Machine::new(full(None));
    machine
        .snapshot
        .routes
        .push(route("wwan0", [0, 0, 0, 0], 0, 700));
    machine.on_air();
    assert_eq!(machine.host(), Some(Ipv4Addr::new(192, 168, 137, 1)));
    assert_eq!(machine.upstream().as_deref(), Some("eth0"));
    assert!(machine.masquerades("eth0") && !machine.masquerades("wwan0"));
    machine.change(|s| s.routes.retain(|r| r.interface != "eth0"));
    assert_eq!(machine.upstream().as_deref(), Some("wwan0"));
    assert!(machine.masquerades("wwan0") && !machine.masquerades("eth0"));
}

#[test]
fn a_named_upstream_is_the_only_one() {
    let mut machine = Machine::running(full(Some("wwan0")));
    assert_eq!(machine.upstream(), None);
    assert!(!machine.masquerades("eth0"));
    assert!(machine.trouble().unwrap().text.contains("wwan0"));
    machine.change(|s| s.routes.push(route("wwan0", [0, 0, 0, 0], 0, 700)));
    assert_eq!(machine.upstream().as_deref(), Some("wwan0"));
    assert_eq!(machine.trouble(), None);
}

#[test]
fn the_access_point_is_never_its_own_upstream() {
    let mut machine = Machine::new(full(None));
    machine.snapshot.routes = vec![route("hosted0", [0, 0, 0, 0], 0, 1)];
    machine.on_air();
    assert_eq!(machine.upstream(), None);
}

#[test]
fn a_lost_upstream_leaves_addresses_and_dnsmasq_alone() {
    let mut machine = Machine::running(full(None));
    machine.steps.clear();
    machine.change(|s| s.routes.clear());
    assert_eq!(machine.host(), Some(Ipv4Addr::new(192, 168, 137, 1)));
    assert!(machine.trouble().unwrap().text.contains("no default route"));
    assert!(!machine.masquerades("eth0"));
    machine.change(|s| s.routes = wired().routes);
    assert_eq!(machine.trouble(), None);
    assert!(machine.masquerades("eth0"));
    assert!(
        machine
            .steps
            .iter()
            .all(|step| matches!(step, Step::Look | Step::SetRules(_) | Step::ListRules)),
        "{:?}",
        machine.steps
    );
}

#[test]
fn switching_while_the_network_runs_ends_with_the_other_subnet() {
    let mut machine = Machine::running(SharingMode::Standalone);
    machine.set(full(None));
    assert_eq!(machine.host(), Some(Ipv4Addr::new(192, 168, 137, 1)));
    assert!(machine.forwarding.is_some() && machine.masquerades("eth0"));
    machine.set(SharingMode::Standalone);
    assert_eq!(machine.host(), Some(Ipv4Addr::new(192, 168, 173, 1)));
    assert!(machine.forwarding.is_none() && !machine.masquerades("eth0"));
    machine.off_air();
    assert!(machine.nothing_stands());
    assert_eq!(
        machine.engine.poll_timeout(),
        None,
        "an idle service sleeps"
    );
}

#[test]
fn rules_stand_before_the_kernel_forwards_and_until_it_has_ceased() {
    let mut machine = Machine::running(full(None));
    let at = |machine: &Machine, wanted: Chosen| {
        machine.steps.iter().position(wanted).expect("it was done")
    };
    let forward = at(&machine, |s| matches!(s, Step::Forward(_)));
    assert!(at(&machine, |s| matches!(s, Step::SetRules(_))) < forward);
    assert!(forward < at(&machine, |s| matches!(s, Step::StartHelper(_))));
    machine.off_air();
    assert!(machine.nothing_stands());
}

#[test]
fn a_subnet_in_use_is_left_and_told() {
    for taken in [
        address("eth0", [192, 168, 173, 50], 24),
        address("eth0", [192, 168, 0, 50], 16),
        address("eth0", [192, 168, 173, 200], 28),
    ] {
        let mut machine = Machine::new(SharingMode::Standalone);
        let prefix = taken.prefix;
        machine.snapshot.addresses.push(taken);
        machine.on_air();
        let host = machine.host().unwrap();
        assert_ne!(host, Ipv4Addr::new(192, 168, 173, 1));
        assert_eq!(host.octets()[0] == 192, prefix != 16, "{host}");
        let trouble = machine.trouble().unwrap();
        assert!(
            trouble.text.contains("eth0 uses 192.168.173.0/24"),
            "{trouble}"
        );
    }
}

#[test]
fn a_subnet_that_becomes_used_while_the_network_runs_is_left() {
    let mut machine = Machine::running(full(None));
    machine.change(|s| s.routes.push(route("tun0", [192, 168, 0, 0], 16, 50)));
    assert_eq!(machine.host(), Some(Ipv4Addr::new(172, 29, 137, 1)));
    assert_eq!(machine.addresses.len(), 1);
    machine.change(|s| s.routes = wired().routes);
    assert_eq!(
        machine.host(),
        Some(Ipv4Addr::new(172, 29, 137, 1)),
        "peers are not moved without need"
    );
}

#[test]
fn a_vpn_that_takes_everything_is_no_conflict() {
    let mut machine = Machine::new(full(None));
    machine
        .snapshot
        .routes
        .push(route("tun0", [128, 0, 0, 0], 1, 50));
    machine.on_air();
    assert_eq!(machine.host(), Some(Ipv4Addr::new(192, 168, 137, 1)));
}

#[test]
fn without_dnsmasq_it_fails_with_the_package_to_install_and_tries_again() {
    let mut machine = Machine::new(SharingMode::Standalone);
    machine
        .refuse
        .push((|s| matches!(s, Step::StartHelper(_)), Refusal::Missing));
    machine.on_air();
    let SharingState::Failed(cause) = machine.engine.status().state else {
        panic!("{:?}", machine.engine.status().state);
    };
    assert!(cause.remedy.contains("dnsmasq-base"), "{cause}");
    machine.refuse.clear();
    let due = machine.engine.poll_timeout().unwrap();
    assert_eq!(due.since(machine.now), Duration::from_secs(1));
    machine.pass(1000);
    assert!(machine.host().is_some());
}

#[test]
fn waits_between_attempts_grow_to_half_a_minute() {
    let mut machine = Machine::new(SharingMode::Standalone);
    machine
        .refuse
        .push((|s| matches!(s, Step::StartHelper(_)), Refusal::Missing));
    machine.on_air();
    let mut waits = Vec::new();
    for _ in 0..8 {
        let due = machine.engine.poll_timeout().unwrap();
        let wait = due.since(machine.now);
        waits.push(wait.as_secs());
        machine.pass(u64::try_from(wait.as_millis()).unwrap());
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
}

#[test]
fn without_nft_peers_have_addresses_and_the_owner_is_told() {
    let mut machine = Machine::new(full(None));
    machine
        .refuse
        .push((|s| matches!(s, Step::SetRules(_)), Refusal::Missing));
    machine.on_air();
    assert!(machine.host().is_some());
    assert_eq!(machine.forwarding, None, "nothing is forwarded unguarded");
    assert!(machine.trouble().unwrap().remedy.contains("nftables"));
    let mut quiet = Machine::new(SharingMode::Standalone);
    quiet
        .refuse
        .push((|s| matches!(s, Step::SetRules(_)), Refusal::Missing));
    quiet.on_air();
    assert_eq!(quiet.trouble(), None, "standalone mode needs no rules");
    quiet.change(|s| s.forwards = true);
    assert!(quiet.trouble().unwrap().text.contains("forwards packets"));
}

#[test]
fn a_taken_port_53_leaves_addresses_and_names_the_machines_resolvers() {
    let mut machine = Machine::new(full(None));
    let taken = Refusal::PortTaken {
        port: 53,
        by: Some("unbound (process 7)".into()),
    };
    machine.refuse.push((
        |s| matches!(s, Step::StartHelper(c) if c.names == Names::Here),
        taken,
    ));
    machine.on_air();
    assert!(machine.host().is_some());
    let names = &machine.helper.as_ref().unwrap().names;
    assert_eq!(*names, Names::There(vec![Ipv4Addr::new(10, 0, 0, 1)]));
    let trouble = machine.trouble().unwrap();
    assert!(trouble.text.contains("unbound (process 7)"), "{trouble}");
    assert!(trouble.text.contains("10.0.0.1 instead"), "{trouble}");
}

#[test]
fn a_taken_port_67_is_told_with_who_has_it() {
    let mut machine = Machine::new(SharingMode::Standalone);
    let taken = Refusal::PortTaken {
        port: 67,
        by: Some("dhcpd (process 9)".into()),
    };
    machine
        .refuse
        .push((|s| matches!(s, Step::StartHelper(_)), taken));
    machine.on_air();
    let SharingState::Failed(cause) = machine.engine.status().state else {
        panic!("{:?}", machine.engine.status().state);
    };
    assert!(cause.text.contains("dhcpd (process 9)"), "{cause}");
}

#[test]
fn a_dnsmasq_that_dies_is_started_again() {
    let mut machine = Machine::running(SharingMode::Standalone);
    machine
        .engine
        .handle_helper_exit("dnsmasq: out of memory\n", machine.now);
    machine.settle();
    assert!(machine.helper.is_none());
    let SharingState::Failed(cause) = machine.engine.status().state else {
        panic!("{:?}", machine.engine.status().state);
    };
    assert!(cause.text.contains("out of memory"), "{cause}");
    machine.pass(1000);
    assert!(machine.host().is_some());
}

#[test]
fn ipv6_is_given_while_the_upstream_has_it() {
    let mut machine = Machine::new(full(None));
    let default6 = Route {
        interface: "eth0".into(),
        destination: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        prefix: 0,
        metric: 1024,
    };
    machine.snapshot.routes.push(default6);
    machine.on_air();
    let helper = machine.helper.clone().unwrap();
    assert_eq!(helper.v6, Some("fd01:203:405::1".parse().unwrap()));
    assert_eq!(
        machine.forwarding,
        Some(Forwarding {
            v6: true,
            keep_advertisements: Some("eth0".into())
        })
    );
    assert_eq!(machine.addresses.len(), 2);
    machine.change(|s| s.routes.clear());
    assert_eq!(machine.helper, Some(helper), "a lost upstream moves nobody");
    machine.change(|s| s.routes = wired().routes);
    assert_eq!(machine.helper.as_ref().unwrap().v6, None);
    assert_eq!(machine.addresses.len(), 1);
}

#[test]
fn what_somebody_does_not_allow_is_taken_down() {
    let mut machine = Machine::running(full(None));
    let cause = Cause::new("No.", "Ask.");
    machine.engine.set_refused(Some(cause.clone()), machine.now);
    machine.settle();
    assert!(machine.nothing_stands());
    assert_eq!(
        machine.engine.status().state,
        SharingState::Unsupported(cause)
    );
    machine.engine.set_refused(None, machine.now);
    machine.settle();
    assert!(machine.host().is_some());
}

#[test]
fn names_that_mean_something_in_rules_are_refused() {
    for name in ["", "eth*", "a\"b", "eth0 accept", "0123456789abcdef", "ä"] {
        assert!(Sharing::check(&full(Some(name))).is_err(), "{name:?}");
    }
    for name in ["eth0", "enp0s31f6", "br-lan", "eth0.100", "wg_0"] {
        assert!(Sharing::check(&full(Some(name))).is_ok(), "{name:?}");
    }
    let mut machine = Machine::new(full(None));
    machine.snapshot.routes = vec![route("e\"x", [0, 0, 0, 0], 0, 1)];
    machine.on_air();
    assert!(!machine.rules.as_ref().unwrap().contains("e\"x"));
}

#[derive(Clone, Debug)]
enum Deed {
    Air(bool),
    Mode(Option<Option<bool>>),
    Routes(u8),
    Exit,
    Wait(u16),
    Refuse(u8),
    /// One output is taken.
    Turn,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        any::<bool>().prop_map(Deed::Air),
        any::<Option<Option<bool>>>().prop_map(Deed::Mode),
        (0u8..5).prop_map(Deed::Routes),
        Just(Deed::Exit),
        (0u16..5000).prop_map(Deed::Wait),
        (0u8..6).prop_map(Deed::Refuse),
        Just(Deed::Turn),
        Just(Deed::Turn),
        Just(Deed::Turn),
    ]
}

proptest! {
    /// Whatever happens in whatever order, interrupted anywhere: once the world is good again all is as
    /// it is wanted, and when the network ends nothing is left.
    #[test]
    fn every_order_of_events_ends_well(deeds in proptest::collection::vec(deed(), 0..60)) {
        let mut machine = Machine::new(SharingMode::Standalone);
        for deed in deeds {
            let now = machine.now;
            match deed {
                Deed::Air(on) => machine.engine.handle_network(on.then_some("hosted0"), now),
                Deed::Mode(None) => machine.engine.set_mode(SharingMode::Standalone, now),
                Deed::Mode(Some(to)) => {
                    let to = to.map(|wired| if wired { "eth0" } else { "wwan0" });
                    machine.engine.set_mode(full(to), now);
                }
                Deed::Routes(which) => {
                    machine.snapshot = wired();
                    let routes = &mut machine.snapshot.routes;
                    match which {
                        0 => routes.clear(),
                        1 => routes.push(route("wwan0", [0, 0, 0, 0], 0, 1)),
                        2 => routes.push(route("tun0", [192, 168, 0, 0], 16, 1)),
                        3 => routes.push(Route {
                            destination: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                            ..route("eth0", [0, 0, 0, 0], 0, 1)
                        }),
                        _ => {}
                    }
                    machine.engine.handle_changed(now);
                }
                Deed::Exit => {
                    if machine.helper.take().is_some() {
                        machine.engine.handle_helper_exit("dnsmasq: gone", now);
                    }
                }
                Deed::Wait(millis) => {
                    machine.now = now + Duration::from_millis(millis.into());
                    machine.engine.handle_timeout(machine.now);
                }
                Deed::Refuse(which) => {
                    machine.refuse.clear();
                    let refuse: Option<Chosen> = match which {
                        0 => Some(|s| matches!(s, Step::AddAddress(_))),
                        1 => Some(|s| matches!(s, Step::SetRules(_))),
                        2 => Some(|s| matches!(s, Step::Forward(_))),
                        3 => Some(|s| matches!(s, Step::StartHelper(_))),
                        4 => Some(|s| matches!(s, Step::Look | Step::ListRules)),
                        _ => None,
                    };
                    machine.refuse.extend(refuse.map(|r| (r, Refusal::Said("no".into()))));
                }
                Deed::Turn => {
                    machine.turn();
                }
            }
        }
        machine.refuse.clear();
        machine.snapshot = wired();
        machine.settle();
        machine.on_air();
        machine.engine.handle_changed(machine.now);
        for _ in 0..5 {
            machine.pass(31_000);
        }
        prop_assert!(machine.host().is_some(), "{:?}", machine.engine.status().state);
        let shares = matches!(machine.engine.mode(), SharingMode::Full { .. });
        prop_assert_eq!(machine.forwarding.is_some(), shares);
        machine.off_air();
        prop_assert!(machine.nothing_stands());
    }

    #[test]
    fn any_ruleset_and_any_lease_file_can_be_read(text in "\\PC{0,200}", lines in "[ -~\\n]{0,400}") {
        for text in [text, lines] {
            let _ = obstacle(&text, &paths(Some("eth0")));
            let _ = parse(&text);
            let _ = Refusal::from_dnsmasq(&text);
            let _ = Refusal::from_nft(&text);
        }
    }
}
