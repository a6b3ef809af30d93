//! Calls of the extension: who may make them, and what they lead to.
//!
//! Every one first asks for the adapter's handle. NULL, never issued or dead is
//! ERROR_INVALID_HANDLE (6). A connection or port handle that has died is ERROR_INVALID_STATE (5023),
//! one that never was is 6. Arguments come between the two: ERROR_INVALID_PARAMETER (87).

use dot11::{KeyBytes, MacAddr};
use ihv::abi::{
    L2_REASON_CODE_GROUP_SIZE, L2_REASON_CODE_IHV_BASE, L2_REASON_CODE_SUCCESS,
    L2_REASON_CODE_UNKNOWN,
};
use ihv::seam::{
    AdapterId, Call, CallId, Completion, Fragments, HostMessage, PacketId, UiRequest, UserData,
};
use wlan_model::Win32Error;

use super::{
    Adapter, Connection, Entry, Inside, Kind, Lifecycle, MAX_IN_FLIGHT, MAX_USER_DATA, Output,
    Presence, Waiting, What,
};

/// Longest frame an extension may send: header and the longest MSDU.
const MAX_PACKET: usize = 8 + 2304;
/// Longest bytes of any other kind an extension may hand in.
const MAX_BYTES: usize = 64 * 1024;

/// What an extension is told.
type Told<T = ()> = Result<T, Win32Error>;

impl Lifecycle {
    /// Phase A: whose handle it is.
    ///
    /// # Errors
    /// ERROR_INVALID_HANDLE if it is nobody's, or the adapter is being removed.
    pub fn adapter(&self, handle: usize) -> Told<AdapterId> {
        self.adapters
            .iter()
            .find(|(_, adapter)| {
                adapter.handle == Some(handle) && adapter.presence == Presence::Present
            })
            .map(|(id, _)| *id)
            .ok_or(Win32Error::INVALID_HANDLE)
    }

    fn adapter_mut(&mut self, handle: usize) -> Told<(AdapterId, &mut Adapter)> {
        let id = self.adapter(handle)?;
        let adapter = self.adapters.get_mut(&id);
        Ok((id, adapter.ok_or(Win32Error::INVALID_HANDLE)?))
    }

    /// A call that the service answers. The caller waits for [`Output::Answer`] with the id.
    ///
    /// # Errors
    /// 6, and 5023 for EtherTypes after a connection was let through.
    pub fn call(&mut self, handle: usize, call: Call) -> Told<CallId> {
        let (adapter, state) = self.adapter_mut(handle)?;
        let ethertypes = match &call {
            Call::SetEtherTypeHandling(_) if state.connected => {
                return Err(Win32Error::INVALID_STATE);
            }
            Call::SetEtherTypeHandling(handling) => Some(handling.clone()),
            _ => None,
        };
        Ok(self.wait_for(adapter, call, ethertypes))
    }

    fn wait_for(
        &mut self,
        adapter: AdapterId,
        call: Call,
        ethertypes: Option<ihv::seam::EtherTypeHandling>,
    ) -> CallId {
        let id = CallId(self.next_call);
        self.next_call += 1;
        self.waiting.insert(
            id,
            Waiting {
                adapter,
                ethertypes,
            },
        );
        self.output
            .push_back(Output::Send(HostMessage::Call { id, adapter, call }));
        id
    }

    /// `SetCurrentProfile`: phase C. Forgets what was kept for the profile.
    ///
    /// # Errors
    /// 6, 5023.
    pub fn set_current_profile(
        &mut self,
        handle: usize,
        session: usize,
        inside: Inside,
        fragments: Fragments,
    ) -> Told<CallId> {
        let (adapter, connection) = self.connection(handle, session, inside)?;
        let call = Call::SetCurrentProfile {
            connection: connection.id,
            fragments,
        };
        let profile = connection.profile.clone();
        if let Some(adapter) = self.adapters.get_mut(&adapter) {
            adapter.user_data.retain(|(name, _), _| *name != profile);
        }
        Ok(self.wait_for(adapter, call, None))
    }

    /// `SetProfileCustomUserData`: phase C.
    ///
    /// # Errors
    /// 6, 5023, 87 for more than 64 KiB, ERROR_NO_SYSTEM_RESOURCES for more than 64 of them.
    pub fn set_user_data(
        &mut self,
        handle: usize,
        session: usize,
        inside: Inside,
        data: UserData,
    ) -> Told {
        let (id, connection) = self.connection(handle, session, inside)?;
        if data.data.len() > MAX_BYTES {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        let profile = connection.profile.clone();
        let (_, adapter) = self.adapter_mut(handle)?;
        let key = (profile.clone(), data.session);
        if adapter.user_data.len() >= MAX_USER_DATA && !adapter.user_data.contains_key(&key) {
            return Err(Win32Error::NO_SYSTEM_RESOURCES);
        }
        adapter.user_data.insert(key, data.data.clone());
        self.output.push_back(Output::Send(HostMessage::UserData {
            adapter: id,
            profile,
            data,
        }));
        Ok(())
    }

    /// `GetProfileCustomUserData`: phase C. Empty if nothing was kept.
    ///
    /// # Errors
    /// 6, 5023.
    pub fn user_data(
        &self,
        handle: usize,
        session: usize,
        inside: Inside,
        user: u32,
    ) -> Told<KeyBytes> {
        let (id, connection) = self.connection(handle, session, inside)?;
        let kept = self
            .adapters
            .get(&id)
            .and_then(|a| a.user_data.get(&(connection.profile.clone(), user)));
        Ok(kept.map_or_else(|| KeyBytes::new(Vec::new()), Clone::clone))
    }

    /// Phase C, and not on the thread that opens it.
    fn connection(
        &self,
        handle: usize,
        session: usize,
        inside: Inside,
    ) -> Told<(AdapterId, &Connection)> {
        let id = self.adapter(handle)?;
        let connection = self.adapters.get(&id).and_then(|a| a.connection.as_ref());
        match connection {
            Some(connection) if connection.handle == session => {
                if inside == Some((super::Lane::Adapter(id), "PerformPreAssociate"))
                    || matches!(connection.entry, Entry::Entering(Some(_)))
                {
                    Err(Win32Error::INVALID_STATE)
                } else {
                    Ok((id, connection))
                }
            }
            _ => Err(self.dead(session, Kind::Connection)),
        }
    }

    fn dead(&self, handle: usize, kind: Kind) -> Win32Error {
        if self.handles.was_issued(handle, kind) {
            Win32Error::INVALID_STATE
        } else {
            Win32Error::INVALID_HANDLE
        }
    }

    /// `PreAssociateCompletion`: ends phase C.
    ///
    /// # Errors
    /// 6, 5023; 87 when code and reason do not go together: the attempt then ends as failed.
    pub fn pre_associate_completion(
        &mut self,
        handle: usize,
        session: usize,
        inside: Inside,
        end: Completion,
    ) -> Told {
        let id = self.adapter(handle)?;
        let was_interrupted = self.late_completion(id, session, end)?;
        if was_interrupted {
            return Ok(());
        }
        self.connection(handle, session, inside)?;
        let (_, adapter) = self.adapter_mut(handle)?;
        let (end, told) = judge(end);
        let Some(connection) = &mut adapter.connection else {
            return Err(Win32Error::INVALID_STATE);
        };
        if let Entry::Entering(held) = &mut connection.entry {
            *held = Some(end);
            return told;
        }
        let connection = connection.id;
        adapter.connection = None;
        adapter.connected = end.is_success();
        self.output
            .push_back(Output::Send(HostMessage::PreAssociateCompletion {
                adapter: id,
                connection,
                end,
            }));
        told
    }

    /// `PostAssociateCompletion`: says how a port is to be; may be said again.
    ///
    /// # Errors
    /// 6, 5023; 87 when the peer is not the port's, or code and reason do not go together: the port
    /// is then to be closed.
    pub fn post_associate_completion(
        &mut self,
        handle: usize,
        session: usize,
        inside: Inside,
        peer: MacAddr,
        end: Completion,
    ) -> Told {
        let id = self.adapter(handle)?;
        let was_interrupted = self.late_completion(id, session, end)?;
        if was_interrupted {
            return Ok(());
        }
        let (_, adapter) = self.adapter_mut(handle)?;
        let found = adapter.ports.iter_mut().find(|(_, p)| p.handle == session);
        let Some((id_of_port, port)) = found else {
            return Err(self.dead(session, Kind::Port));
        };
        if port.peer != peer {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        if inside == Some((super::Lane::Adapter(id), "PerformPostAssociate")) {
            return Err(Win32Error::INVALID_STATE);
        }
        let (end, told) = judge(end);
        port.completed = true;
        if let Entry::Entering(held) = &mut port.entry {
            *held = Some(end);
            return told;
        }
        let port = *id_of_port;
        self.output
            .push_back(Output::Send(HostMessage::PostAssociateCompletion {
                adapter: id,
                port,
                peer,
                end,
            }));
        told
    }

    /// Whether this is the one completion that an extension owes after a reset. The service knows
    /// already, so it goes nowhere.
    fn late_completion(&mut self, id: AdapterId, session: usize, end: Completion) -> Told<bool> {
        let Some(adapter) = self.adapters.get_mut(&id) else {
            return Err(Win32Error::INVALID_HANDLE);
        };
        if !adapter.interrupted.contains(&session) {
            return Ok(false);
        }
        if end.is_success() {
            return Err(Win32Error::INVALID_STATE);
        }
        adapter.interrupted.remove(&session);
        Ok(true)
    }

    /// `SendPacket`: phase P. `label` is the extension's and may be any value.
    ///
    /// # Errors
    /// 6; 87 for less than header or more than a frame holds, and for a group as receiver; 5023
    /// without a port; ERROR_NO_SYSTEM_RESOURCES (1450) when 64 are on their way.
    pub fn send_packet(&mut self, handle: usize, data: Vec<u8>, label: usize) -> Told {
        let packet = PacketId(self.next_packet);
        let (id, adapter) = self.adapter_mut(handle)?;
        if data.len() < 8 || data.len() > MAX_PACKET || data[0] & 1 != 0 {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        if adapter.ports.is_empty() || adapter.resets > 0 {
            return Err(Win32Error::INVALID_STATE);
        }
        if adapter.in_flight.len() >= MAX_IN_FLIGHT {
            return Err(Win32Error::NO_SYSTEM_RESOURCES);
        }
        adapter.in_flight.insert(packet, label);
        self.next_packet += 1;
        self.output.push_back(Output::Send(HostMessage::SendPacket {
            adapter: id,
            packet,
            data,
        }));
        Ok(())
    }

    /// `SendNotification`: phase A.
    ///
    /// # Errors
    /// 6; 87 for more than 64 KiB.
    pub fn send_notification(&mut self, handle: usize, code: u32, data: Vec<u8>) -> Told {
        let adapter = self.adapter(handle)?;
        if data.len() > MAX_BYTES {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        self.output
            .push_back(Output::Send(HostMessage::Notification {
                adapter,
                code,
                data,
            }));
        Ok(())
    }

    /// `SendUIRequest`: phase A. Accepted, and answered without data on the adapter's thread: there
    /// is no session with a user.
    ///
    /// # Errors
    /// 6.
    pub fn send_ui_request(&mut self, handle: usize, request: UiRequest) -> Told {
        let adapter = self.adapter(handle)?;
        self.output
            .push_back(Output::Send(HostMessage::UiRequest { adapter, request }));
        self.push(adapter, None, What::NoSession(request.id));
        Ok(())
    }

    /// `StartOneX`, `StopOneX`, `ProcessOneXPacket`: there is no 802.1X here.
    ///
    /// # Errors
    /// Always: 6, 5023 without a port, else ERROR_NOT_SUPPORTED (50).
    pub fn one_x(&self, handle: usize) -> Win32Error {
        match self.adapter(handle) {
            Err(code) => code,
            Ok(id) if self.adapters.get(&id).is_none_or(|a| a.ports.is_empty()) => {
                Win32Error::INVALID_STATE
            }
            Ok(_) => Win32Error::NOT_SUPPORTED,
        }
    }

    /// Of an adapter, for `SendNotification` and the like.
    #[must_use]
    pub fn guid(&self, adapter: AdapterId) -> Option<wlan_model::Guid> {
        self.adapters.get(&adapter).map(|a| a.guid)
    }
}

/// Code and reason are both success, or neither is. Vendors' reasons go with success.
fn judge(end: Completion) -> (Completion, Told) {
    let vendors = L2_REASON_CODE_IHV_BASE..L2_REASON_CODE_IHV_BASE + L2_REASON_CODE_GROUP_SIZE;
    let fits = if end.is_success() {
        end.reason == L2_REASON_CODE_SUCCESS || vendors.contains(&end.reason)
    } else {
        end.reason != L2_REASON_CODE_SUCCESS
    };
    if fits {
        return (end, Ok(()));
    }
    let failed = if end.is_success() {
        Completion {
            win32: Win32Error::INVALID_PARAMETER,
            reason: end.reason,
        }
    } else {
        Completion {
            win32: end.win32,
            reason: L2_REASON_CODE_UNKNOWN,
        }
    };
    (failed, Err(Win32Error::INVALID_PARAMETER))
}
