//! SA Query: asking a station, under protection, whether its association still stands (clauses 9.6.9
//! and 11.13).

use serde::{Deserialize, Serialize};

use super::{ActionCategory, ActionView, ManagementAddresses, ManagementBuilder};

const REQUEST: u8 = 0;
const RESPONSE: u8 = 1;

/// An SA Query frame. Both forms carry the transaction identifier that the asker chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaQuery {
    /// Are you still there?
    Request(u16),
    /// Yes.
    Response(u16),
}

impl SaQuery {
    /// `None` when the action frame is of another category, of another action, or too short.
    #[must_use]
    pub fn from_action(action: &ActionView<'_>) -> Option<Self> {
        if action.category != ActionCategory::SA_QUERY {
            return None;
        }
        let &[kind, low, high] = action.details.first_chunk()?;
        let transaction = u16::from_le_bytes([low, high]);
        match kind {
            REQUEST => Some(Self::Request(transaction)),
            RESPONSE => Some(Self::Response(transaction)),
            _ => None,
        }
    }

    /// The frame, in clear: the radio protects it.
    #[must_use]
    pub fn frame(self, addresses: ManagementAddresses) -> Vec<u8> {
        let (kind, transaction) = match self {
            Self::Request(transaction) => (REQUEST, transaction),
            Self::Response(transaction) => (RESPONSE, transaction),
        };
        let [low, high] = transaction.to_le_bytes();
        ManagementBuilder::action(addresses, ActionCategory::SA_QUERY, &[kind, low, high]).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ManagementBody, ManagementView};
    use super::*;
    use crate::MacAddr;

    #[test]
    fn both_forms_come_back_from_their_frames() {
        let addresses =
            ManagementAddresses::from_ap(MacAddr([2, 0, 0, 0, 0, 1]), MacAddr([2, 0, 0, 0, 0, 9]));
        for query in [SaQuery::Request(0x1234), SaQuery::Response(0xfffe)] {
            let frame = query.frame(addresses);
            assert_eq!(frame[0], 0xd0);
            let view = ManagementView::parse(&frame).unwrap();
            assert!(view.is_robust());
            let ManagementBody::Action(action) = view.body().unwrap() else {
                panic!("an action frame");
            };
            assert_eq!(SaQuery::from_action(&action), Some(query));
        }
        let request = SaQuery::Request(0x1234).frame(addresses);
        assert_eq!(request[24..], [8, 0, 0x34, 0x12]);
    }

    #[test]
    fn what_is_no_sa_query_is_none() {
        for (category, details) in [(8, &[][..]), (8, &[0, 1]), (8, &[2, 1, 1]), (4, &[0, 1, 1])] {
            let category = ActionCategory(category);
            let action = ActionView { category, details };
            assert_eq!(SaQuery::from_action(&action), None);
        }
    }
}
