//! What is told of the engine's state, and of what is not as it should be.

use cause::Cause;
use wlan_rpc::{SharingMode, SharingState, SharingStatus};

use super::{Network, Part, Sharing};
use crate::Step;
use crate::helper::Names;
use crate::subnet::{self, PREFIX};
use crate::wanted::Wanted;

impl Sharing {
    /// How things stand.
    #[must_use]
    pub fn status(&self) -> SharingStatus {
        SharingStatus {
            mode: self.mode.clone(),
            state: self.state(),
            leases: self.leases.rows().to_vec(),
        }
    }

    pub(super) fn state(&self) -> SharingState {
        if let Some(cause) = &self.refused {
            return SharingState::Unsupported(cause.clone());
        }
        let Some(network) = &self.network else {
            return SharingState::Stopped;
        };
        let serving = self.standing.helper.as_ref().filter(|h| !h.ended);
        let wanted = self.wanted();
        if let (Some(helper), Some(wanted)) = (serving, wanted.as_ref())
            && helper.config == wanted.helper
        {
            return SharingState::Running {
                interface: network.interface.clone(),
                address: helper.config.address,
                prefix: PREFIX,
                upstream: self.upstream().map(|u| u.interface.clone()),
                trouble: self.trouble(network, wanted),
            };
        }
        if let Some(failure) = self.failures.get(&Part::Address) {
            return SharingState::Failed(failure.refusal.of_address(&network.interface));
        }
        let helper = wanted.map(|w| Step::StartHelper(w.helper));
        match self.failures.get(&Part::Helper) {
            Some(failure) if Some(&failure.step) == helper.as_ref() => {
                SharingState::Failed(failure.refusal.of_helper())
            }
            _ => SharingState::Starting,
        }
    }

    /// All that is not as it should be, in one.
    fn trouble(&self, network: &Network, wanted: &Wanted) -> Option<Cause> {
        let mut troubles: Vec<Cause> = Vec::new();
        let full = matches!(self.mode, SharingMode::Full { .. });
        let unruled = self.standing.rules.as_ref() != Some(&wanted.rules);
        if let Some(failure) = self.failures.get(&Part::Rules).filter(|_| unruled) {
            if full {
                troubles.push(failure.refusal.of_rules());
            } else if self.snapshot.as_ref().is_some_and(|s| s.forwards) {
                troubles.push(Cause::new(
                    "This machine forwards packets, and our rules that keep peers from other \
                     networks could not be set.",
                    "Install the package nftables.",
                ));
            }
        }
        let unforwarded = full && self.standing.forwarding != wanted.forwarding;
        if let Some(failure) = self.failures.get(&Part::Forwarding).filter(|_| unforwarded) {
            troubles.push(failure.refusal.of_forwarding());
        }
        if full && self.upstream().is_none() {
            troubles.push(self.no_upstream());
        }
        troubles.extend(self.obstacle.clone());
        troubles.extend(self.names_trouble());
        troubles.extend(self.subnet_trouble(network, full));
        let all = |part: fn(&Cause) -> &str| {
            let parts: Vec<&str> = troubles.iter().map(part).collect();
            parts.join(" ")
        };
        (!troubles.is_empty()).then(|| Cause::new(all(|c| &c.text), all(|c| &c.remedy)))
    }

    fn no_upstream(&self) -> Cause {
        match &self.mode {
            SharingMode::Full {
                upstream: Some(name),
            } => Cause::new(
                format!("{name} has no way to the internet: it has no default route."),
                "Connect it, or share another interface (`hostednet share on --to auto`).",
            ),
            _ => Cause::new(
                "This machine has no internet to share: there is no default route.",
                "Connect the machine; sharing goes on by itself.",
            ),
        }
    }

    fn names_trouble(&self) -> Option<Cause> {
        let taken = self.names_taken.as_ref()?.of_helper();
        let helper = self.standing.helper.as_ref()?;
        let instead = match &helper.config.names {
            Names::There(servers) if !servers.is_empty() => {
                let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
                format!("Peers ask {} instead.", servers.join(", "))
            }
            _ => "Peers are told of no name server.".to_owned(),
        };
        Some(Cause::new(
            format!("{} {instead}", taken.text),
            taken.remedy,
        ))
    }

    fn subnet_trouble(&self, network: &Network, full: bool) -> Option<Cause> {
        let preferred = if full {
            subnet::FULL
        } else {
            subnet::STANDALONE
        };
        let used = network.subnet?;
        let snapshot = self.snapshot.as_ref()?;
        if used == preferred {
            let other = subnet::user(used, snapshot, &network.interface)?;
            return Some(Cause::new(
                format!("All subnets for the peers are in use, {used}/{PREFIX} by {other}."),
                "Free one of them.",
            ));
        }
        let other = subnet::user(preferred, snapshot, &network.interface);
        Some(Cause::new(
            format!(
                "The peers' addresses are of {used}/{PREFIX}, since {} uses {preferred}/{PREFIX}.",
                other.unwrap_or("another network")
            ),
            "Nothing needs to be done; programs that expect the usual addresses must be told.",
        ))
    }
}
