//! What is special about frames of single EtherTypes (native-80211-ihv reference, 6.3).

use dot11::frame::decapsulate_llc;
use dot11::{ETHERTYPE_EAPOL, ETHERTYPE_MIN, MAX_PAYLOAD, MacAddr};
use radio::{Arrival, CommandError, CommandErrorKind, EtherTypeRule};

use crate::refusal::{invalid, refuse};

/// Most rules at a time: a look through all of them must stay cheap.
const MAX_RULES: usize = 64;

/// How a frame came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reception {
    /// By Address 1, which is the access point's in all that a station sends.
    pub(crate) group: bool,
    pub(crate) protected: bool,
    /// There is a pairwise key for the transmitter.
    pub(crate) keyed: bool,
}

impl Reception {
    pub(crate) fn new(addr1: MacAddr, protected: bool, keyed: bool) -> Self {
        Self {
            group: addr1.is_group(),
            protected,
            keyed,
        }
    }
}

/// What a rule makes of how a frame came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accept,
    /// It had to be protected.
    Unencrypted,
    /// It had to be in clear.
    Overprotected,
}

/// The rules in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct EtherTypes(Vec<EtherTypeRule>);

impl EtherTypes {
    pub(crate) fn new(rules: Vec<EtherTypeRule>) -> Result<Self, CommandError> {
        if rules.len() > MAX_RULES {
            return refuse(
                CommandErrorKind::Resources,
                "The simulated radio has room for rules of 64 EtherTypes.",
                "Use fewer EtherTypes.",
            );
        }
        for (n, rule) in rules.iter().enumerate() {
            check_ether_type(rule.ether_type)?;
            let earlier = rules.iter().take(n);
            if earlier.into_iter().any(|r| r.ether_type == rule.ether_type) {
                return invalid("An EtherType has two rules.");
            }
        }
        Ok(Self(rules))
    }

    fn of(&self, body: &[u8]) -> Option<&EtherTypeRule> {
        let (ether_type, _) = decapsulate_llc(body)?;
        self.0.iter().find(|rule| rule.ether_type == ether_type)
    }

    /// Whether a frame with this plain body (from its LLC header) may have come so.
    pub(crate) fn judge(&self, body: &[u8], came: Reception) -> Verdict {
        // EAPOL may come in clear even when there is a key: that is how the last message of a rekey
        // often comes.
        if is_eapol(body) {
            return Verdict::Accept;
        }
        let arrival = self.of(body).map(|rule| match came.group {
            true => rule.group,
            false => rule.unicast,
        });
        match (arrival.unwrap_or_default(), came.protected) {
            (Arrival::Protected | Arrival::InClearWithoutKey, true) | (Arrival::InClear, false) => {
                Verdict::Accept
            }
            (Arrival::InClear, true) => Verdict::Overprotected,
            (Arrival::InClearWithoutKey, false) if !came.keyed => Verdict::Accept,
            (Arrival::Protected | Arrival::InClearWithoutKey, false) => Verdict::Unencrypted,
        }
    }

    /// EtherType and payload of a body that is handed up.
    pub(crate) fn handed_up<'a>(&self, body: &'a [u8]) -> Option<(u16, &'a [u8])> {
        self.of(body).filter(|rule| rule.hand_up)?;
        decapsulate_llc(body)
    }
}

pub(crate) fn is_eapol(body: &[u8]) -> bool {
    matches!(decapsulate_llc(body), Some((ETHERTYPE_EAPOL, _)))
}

fn check_ether_type(ether_type: u16) -> Result<(), CommandError> {
    match ether_type {
        ETHERTYPE_EAPOL => invalid("EAPOL has rules and commands of its own."),
        ..ETHERTYPE_MIN => invalid("An EtherType is 0x0600 or more."),
        _ => Ok(()),
    }
}

/// Whether a frame of this EtherType can be sent beside the data.
pub(crate) fn check_packet(ether_type: u16, payload: &[u8]) -> Result<(), CommandError> {
    check_ether_type(ether_type)?;
    if payload.len() > MAX_PAYLOAD {
        return invalid("A frame carries at most 2296 bytes behind its EtherType.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dot11::frame::encapsulate_llc;

    use super::*;

    const OURS: u16 = 0x88b6;

    fn rule(unicast: Arrival, group: Arrival) -> EtherTypeRule {
        EtherTypeRule {
            ether_type: OURS,
            hand_up: true,
            unicast,
            group,
        }
    }

    fn kind_of(rules: Vec<EtherTypeRule>) -> Option<CommandErrorKind> {
        EtherTypes::new(rules).err().map(|e| e.kind)
    }

    #[test]
    fn every_cell_of_the_table_of_6_3_is_kept() {
        use Arrival::{InClear, InClearWithoutKey, Protected};
        use Verdict::{Accept, Overprotected, Unencrypted};
        // Rule, protected, keyed, verdict.
        let table = [
            (Protected, false, false, Unencrypted),
            (Protected, false, true, Unencrypted),
            (Protected, true, true, Accept),
            (InClear, false, false, Accept),
            (InClear, false, true, Accept),
            (InClear, true, true, Overprotected),
            (InClearWithoutKey, false, false, Accept),
            (InClearWithoutKey, false, true, Unencrypted),
            (InClearWithoutKey, true, true, Accept),
        ];
        let body = encapsulate_llc(OURS, b"x");
        let eapol = encapsulate_llc(ETHERTYPE_EAPOL, b"x");
        for (arrival, protected, keyed, verdict) in table {
            for group in [false, true] {
                let came = Reception {
                    group,
                    protected,
                    keyed,
                };
                // The rule for the other kind of address must not matter.
                for other in [Protected, InClear, InClearWithoutKey] {
                    let rule = match group {
                        false => rule(arrival, other),
                        true => rule(other, arrival),
                    };
                    let types = EtherTypes::new(vec![rule]).unwrap();
                    assert_eq!(types.judge(&body, came), verdict, "{rule:?} {came:?}");
                    assert_eq!(types.judge(&eapol, came), Accept);
                }
            }
        }
    }

    #[test]
    fn lists_of_rules_are_checked() {
        let of = |ether_type| EtherTypeRule {
            ether_type,
            ..rule(Arrival::Protected, Arrival::Protected)
        };
        assert_eq!(kind_of(vec![of(0x0600), of(0xffff)]), None);
        let invalid = Some(CommandErrorKind::Invalid);
        assert_eq!(kind_of(vec![of(0x05ff)]), invalid);
        assert_eq!(kind_of(vec![of(ETHERTYPE_EAPOL)]), invalid);
        assert_eq!(kind_of(vec![of(OURS), of(OURS)]), invalid);
        let many: Vec<_> = (0..65).map(|n| of(0x9000 + n)).collect();
        assert_eq!(kind_of(many[..64].to_vec()), None);
        assert_eq!(kind_of(many), Some(CommandErrorKind::Resources));
    }
}
