//! Everything that can happen to the service.

use cause::Cause;
use hosted_network::{ClientId, Rights};
use radio::RadioEvent;
use serde::{Deserialize, Serialize};
use wlan_model::Policy;
use wlan_rpc::{Call, CallId};

/// One thing that happened. Inputs may carry keys: whoever writes them to a file answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Somebody connected.
    ClientConnected {
        /// Never used before.
        client: ClientId,
        /// What the kernel says of the caller.
        rights: Rights,
    },
    /// A connection ended, however.
    ClientGone {
        /// Which.
        client: ClientId,
    },
    /// A client wants something.
    Call {
        /// Who.
        client: ClientId,
        /// Comes back in the answer.
        id: CallId,
        /// What.
        call: Call,
    },
    /// The radio reports.
    Radio(RadioEvent),
    /// The radio of the station adapter reports.
    StationRadio(RadioEvent),
    /// Something about extensions of vendors.
    Extension(ihv_service::Input),
    /// The one outstanding [`Output::Persist`](crate::Output::Persist) is done.
    Persisted(Result<(), Cause>),
    /// The time of [`Column::poll_timeout`](crate::Column::poll_timeout) has come.
    Timeout,
    /// The administrator decided anew.
    PolicyChanged(Policy),
    /// The machine goes to sleep.
    Suspend,
    /// The service is asked to end.
    ShutDown,
}
