//! Calls of clients: who answers them, and who may make those that are answered here.

use column::{ClientId, Input};
use wlan_model::{Reason, Refusal};
use wlan_rpc::{Answer, Call, CallId, ClientMessage, IhvCall, ServiceMessage, SharingCall};

use super::Service;
use crate::clients::Pending;
use crate::{adapter_calls, refusals};

impl Service {
    /// A client has sent this.
    pub(super) fn handle_message(&mut self, client: ClientId, message: ClientMessage) {
        let ClientMessage { id, call } = message;
        tracing::trace!(client = client.0, id = id.0, ?call, "call");
        self.clients.begin(
            client,
            Pending {
                id,
                opens: matches!(call, Call::Open { .. }),
            },
        );
        match call {
            Call::Sim(_) | Call::Subscribe | Call::Ihv(_) | Call::Sharing(_)
                if !self.clients.is_open(client) =>
            {
                self.answer(client, id, Err(refusals::no_handle()));
            }
            call if adapter_calls::is_one(&call) => self.handle_adapter_call(client, id, &call),
            Call::Subscribe => {
                self.clients.subscribe(client);
                self.answer(client, id, Ok(Answer::Done));
            }
            Call::Ihv(call) => self.handle_ihv_call(client, id, call),
            Call::Sharing(call) => self.handle_sharing_call(client, id, call),
            Call::Sim(call) => {
                let now = self.now;
                match self.radio.sim() {
                    Some(sim) => {
                        let status = self.column.status(now);
                        self.sim_calls.begin((client, id), call, sim, &status, now);
                    }
                    None => self.answer(client, id, Err(refusals::no_simulation())),
                }
            }
            call => self.input(Input::Call { client, id, call }),
        }
    }

    fn handle_adapter_call(&mut self, client: ClientId, id: CallId, call: &Call) {
        let result = if self.clients.is_open(client) {
            let privileged = self.column.is_privileged(client);
            adapter_calls::answer(call, &mut self.radio, privileged, self.now)
        } else {
            Err(refusals::no_handle())
        };
        if let Err(refusal) = &result
            && refusal.reason == Reason::ElevationRequired
            && let Some(who) = self.clients.who(client)
        {
            let what = match call {
                Call::SetRadioState { .. } => "switch a radio",
                _ => "change the mode of an interface",
            };
            self.denials.log(who, what, refusal.reason, self.now);
        }
        self.answer(client, id, result);
    }

    /// An extension is code that the service runs: all but the list is for who may do anything.
    fn handle_ihv_call(&mut self, client: ClientId, id: CallId, call: IhvCall) {
        let doing = match call {
            IhvCall::List => None,
            IhvCall::Install { .. } => Some("install an extension"),
            IhvCall::Remove { .. } => Some("remove an extension"),
            IhvCall::Log { .. } => Some("read the log of extensions"),
            IhvCall::Connect(_) | IhvCall::Disconnect => Some("connect the station adapter"),
        };
        if let Some(doing) = doing
            && let Some(who) = self.clients.who(client)
            && who.uid != 0
            && who.uid != rustix::process::geteuid().as_raw()
        {
            let refusal = refusals::not_owner(doing);
            self.denials.log(who, doing, refusal.reason, self.now);
            self.answer(client, id, Err(refusal));
            return;
        }
        let about = (self.column.extensions(), self.is_simulated());
        self.extensions
            .handle_call((client, id), call, about, self.now);
    }

    /// Sharing gives others the machine's internet: all but asking is for the privileged.
    fn handle_sharing_call(&mut self, client: ClientId, id: CallId, call: SharingCall) {
        const DOING: &str = "share the internet or cease to";
        if call != SharingCall::Status && !self.column.is_privileged(client) {
            let refusal = refusals::not_privileged(DOING);
            if let Some(who) = self.clients.who(client) {
                self.denials.log(who, DOING, refusal.reason, self.now);
            }
            self.answer(client, id, Err(refusal));
            return;
        }
        self.sharing.handle_call((client, id), call);
    }

    pub(super) fn answer(&mut self, client: ClientId, id: CallId, result: Result<Answer, Refusal>) {
        if let Err(refusal) = &result {
            tracing::debug!(client = client.0, id = id.0, %refusal, "refused");
        }
        self.clients
            .answer(client, &ServiceMessage::Answer { id, result }, self.now);
    }
}
