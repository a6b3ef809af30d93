//! Requests for keys, the same for every kind of port: the tables first, then the radio.

use dot11::MacAddr;
use oid::{CipherAlgorithm, DefaultKey, Failure, KeyMappingKey, OperationMode, Reply, RequestId};
use radio::{Command, CommandError, CommandErrorKind, CommandId, KeyScope};

use crate::cipher::KeyRules;
use crate::gate::PortGate;
use crate::key_table::{Change, KeyTable, use_management_command};
use crate::outbox::{Outbox, Pending, radio_failure};

impl KeyTable {
    /// OID_DOT11_CIPHER_KEY_MAPPING_KEY. `gate` is that of the peer where the radio's table has it.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(crate) fn request_mapping(
        &mut self,
        id: RequestId,
        key: &KeyMappingKey,
        checks: (CipherAlgorithm, &KeyRules<'_>),
        peer_in_radio: Option<Option<&mut PortGate>>,
        out: &mut Outbox,
    ) -> Result<(), Failure> {
        let (enabled, rules) = checks;
        let peer = key.peer;
        let Some(checked) = self.check_mapping(key, enabled, rules)? else {
            let known = self.delete_mapping(peer, key.direction);
            match peer_in_radio {
                Some(gate) if known => {
                    if let Some(gate) = gate {
                        gate.close_before_key_removal(peer, out);
                    }
                    let command = Command::RemoveKey {
                        scope: KeyScope::Pairwise(peer),
                        index: 0,
                    };
                    out.send_for(command, Pending::Removal(id));
                }
                _ => out.done(id),
            }
            return Ok(());
        };
        let change = self.set_mapping(peer, checked, key.is_static);
        if change == Change::Nothing
            || peer_in_radio.is_none()
            || !self.install_mapping(peer, Some(id), out)
        {
            // The very key is in the radio, or it waits for its peer.
            out.done(id);
        }
        Ok(())
    }

    /// Brings the stored key of `peer` to the radio; whether there is one.
    pub(crate) fn install_mapping(
        &mut self,
        peer: MacAddr,
        request: Option<RequestId>,
        out: &mut Outbox,
    ) -> bool {
        let Some(command) = self.mapping_command(peer) else {
            return false;
        };
        let command = out.send_for(command, Pending::MappingKey { peer, request });
        self.mapping_moves(peer, command);
        true
    }

    /// The radio answered to [`Pending::MappingKey`]. What a port that waits for the key must know.
    pub(crate) fn mapping_answered(
        &mut self,
        peer: MacAddr,
        request: Option<RequestId>,
        command: CommandId,
        result: Result<(), CommandError>,
        out: &mut Outbox,
    ) -> Option<Result<(), Failure>> {
        // Of a radio that does not know the peer yet: the key waits for it, and a port that
        // waits for the key does not open.
        let waits = result
            .as_ref()
            .is_err_and(|e| e.kind == CommandErrorKind::NotFound);
        let current = if waits {
            self.mapping_waits(peer, command)
        } else {
            self.mapping_settled(peer, command, result.is_ok())
        };
        let result = result.map_err(radio_failure);
        if let Some(request) = request {
            let answer = if waits { Ok(()) } else { result.clone() };
            out.complete(request, answer.map(|()| Reply::Done));
        }
        current.then_some(result)
    }

    /// OID_DOT11_CIPHER_DEFAULT_KEY. `in_use` is whether the radio works with keys now.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(crate) fn request_default(
        &mut self,
        id: RequestId,
        key: &DefaultKey,
        checks: (CipherAlgorithm, &KeyRules<'_>),
        in_use: bool,
        out: &mut Outbox,
    ) -> Result<(), Failure> {
        let (enabled, rules) = checks;
        let (index, checked) = Self::check_default(key, enabled, rules)?;
        let Some(checked) = checked else {
            let known = self.delete_default(index);
            if known && in_use {
                let command = Command::RemoveKey {
                    scope: KeyScope::Group,
                    index,
                };
                out.send_for(command, Pending::Removal(id));
            } else {
                out.done(id);
            }
            return Ok(());
        };
        let change = self.set_default(index, checked, key.is_static);
        if change == Change::Nothing || !in_use || !self.install_default(index, Some(id), out) {
            out.done(id);
        }
        Ok(())
    }

    /// Brings the stored key at `index` to the radio; whether there is one.
    pub(crate) fn install_default(
        &mut self,
        index: u8,
        request: Option<RequestId>,
        out: &mut Outbox,
    ) -> bool {
        let Some(command) = self.default_command(index) else {
            return false;
        };
        let command = out.send_for(command, Pending::DefaultKey { index, request });
        self.default_moves(index, command);
        true
    }

    /// The radio answered to [`Pending::DefaultKey`] of a request.
    pub(crate) fn default_answered(
        &mut self,
        index: u8,
        request: RequestId,
        mode: OperationMode,
        result: Result<(), CommandError>,
        out: &mut Outbox,
    ) {
        if let Err(error) = result {
            out.fail(request, &radio_failure(error));
            return;
        }
        // A station sends nothing with default keys.
        let uses = mode == OperationMode::ExtensibleAp;
        // The key may be the one that the default key id names already.
        if let Some(command) = use_management_command(index).filter(|_| uses) {
            out.send_for(command, Pending::Request(request));
        } else if let Some(command) = uses.then(|| self.use_command()).flatten() {
            out.send_for(command, Pending::UseKey(request));
        } else {
            out.done(request);
        }
    }
}
