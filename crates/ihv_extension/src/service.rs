//! What an extension may call.

use core::ffi::c_void;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use dot11::{KeyBytes, MacAddr};
use ihv::abi::{
    DOT11_CIPHER_ALGO_CCMP, DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, DOT11_DIR_BOTH,
    DOT11_PRIVACY_EXEMPTION, DOT11EXT_APIS, HANDLE, L2_NOTIFICATION_DATA,
    L2_NOTIFICATION_SOURCE_WLAN_IHV,
};
use ihv::seam::Exemption;
use wlan_model::Win32Error;
use zeroize::Zeroizing;

use crate::Refused;

/// The host's table, copied.
pub(crate) static APIS: OnceLock<DOT11EXT_APIS> = OnceLock::new();

/// Things under numbers that are given out once.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    last: usize,
    pub(crate) items: BTreeMap<usize, T>,
}

impl<T> Numbered<T> {
    pub(crate) const fn new() -> Self {
        Self {
            last: 0,
            items: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, item: T) -> usize {
        self.last += 1;
        self.items.insert(self.last, item);
        self.last
    }
}

/// Frames on their way out, by label.
static SENDING: Mutex<Numbered<Box<[u8]>>> = Mutex::new(Numbered::new());

fn sending() -> MutexGuard<'static, Numbered<Box<[u8]>>> {
    SENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `SendPacketCompletion`.
pub(crate) fn sent(label: usize) {
    sending().items.remove(&label);
}

fn told(code: u32) -> Result<(), Win32Error> {
    match Win32Error(code) {
        Win32Error::SUCCESS => Ok(()),
        code => Err(code),
    }
}

/// Calls a member of the host's table.
macro_rules! api {
    ($member:ident ( $($arg:expr),* )) => {
        match APIS.get().and_then(|apis| apis.$member) {
            // SAFETY: the arguments are what the documentation of this function asks for; it copies
            // what they point to. Handles may be dead: the host knows.
            Some(function) => told(unsafe { function($($arg),*) }),
            None => Err(Win32Error::INVALID_STATE),
        }
    };
}

/// A CCMP key for one peer, both directions. It dies with the association.
#[derive(Clone, Debug)]
pub struct CcmpKey {
    /// Whose.
    pub peer: MacAddr,
    /// 16 bytes.
    pub key: KeyBytes,
    /// Packet number of the last frame received with it.
    pub receive_counter: u64,
}

/// An adapter's handle. Everything said after the adapter is gone is ERROR_INVALID_HANDLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    handle: usize,
}

impl Service {
    pub(crate) fn new(handle: HANDLE) -> Self {
        Self {
            handle: handle as usize,
        }
    }

    fn raw(self) -> HANDLE {
        self.handle as HANDLE
    }

    /// `Dot11ExtSetKeyMappingKey`: from now on frames from and to the peer are protected by this key.
    /// Waits for the driver.
    ///
    /// # Errors
    /// 87 if the key has not 16 bytes; what the driver says.
    pub fn set_ccmp_key(self, key: &CcmpKey) -> Result<(), Win32Error> {
        if key.key.len() != 16 {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        let mut tail = [0; 28];
        tail[..6].copy_from_slice(&key.receive_counter.to_le_bytes()[..6]);
        tail[8..12].copy_from_slice(&16u32.to_le_bytes());
        tail[12..].copy_from_slice(key.key.expose());
        self.set_key(key.peer, false, &Zeroizing::new(tail))
    }

    /// The same with `bDelete`. Deleting what is not there is a success.
    ///
    /// # Errors
    /// What the driver says.
    pub fn delete_ccmp_key(self, peer: MacAddr) -> Result<(), Win32Error> {
        self.set_key(peer, true, &Zeroizing::new([0; 28]))
    }

    #[expect(unsafe_code, reason = "a call through the host's table")]
    fn set_key(self, peer: MacAddr, delete: bool, tail: &[u8; 28]) -> Result<(), Win32Error> {
        // The fixed part has 20 bytes; words, for the alignment.
        let mut bytes = Zeroizing::new(Vec::with_capacity(48));
        bytes.extend(peer.0);
        bytes.extend([0; 2]);
        bytes.extend(DOT11_CIPHER_ALGO_CCMP.to_ne_bytes());
        bytes.extend(DOT11_DIR_BOTH.to_ne_bytes());
        bytes.extend([delete.into(), 0]);
        bytes.extend(28u16.to_ne_bytes());
        bytes.extend(tail);
        let mut words = Zeroizing::new([0u32; 12]);
        for (word, four) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_ne_bytes([four[0], four[1], four[2], four[3]]);
        }
        let key: *const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE = words.as_ptr().cast();
        api!(Dot11ExtSetKeyMappingKey(self.raw(), key))
    }

    /// `Dot11ExtSetEtherTypeHandling`: which EtherTypes (host order) come to
    /// [`crate::Adapter::receive`], and which may be in clear. Replaces what was said before. Not once
    /// a connection was let through.
    ///
    /// # Errors
    /// 5023 too late; what the driver says.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn listen(
        self,
        backlog: u32,
        exemptions: &[Exemption],
        ether_types: &[u16],
    ) -> Result<(), Win32Error> {
        let count = |len: usize| u32::try_from(len).map_err(|_| Win32Error::INVALID_PARAMETER);
        let exemptions: Vec<_> = exemptions
            .iter()
            .map(|e| DOT11_PRIVACY_EXEMPTION {
                usEtherType: e.ether_type.to_be(),
                usExemptionActionType: e.action,
                usExemptionPacketType: e.packet_type,
            })
            .collect();
        let types: Vec<_> = ether_types.iter().map(|t| t.to_be()).collect();
        api!(Dot11ExtSetEtherTypeHandling(
            self.raw(),
            backlog,
            count(exemptions.len())?,
            exemptions.as_ptr(),
            count(types.len())?,
            types.as_ptr()
        ))
    }

    /// `Dot11ExtSetUnicastCipherAlgorithm`.
    ///
    /// # Errors
    /// What the driver says.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn set_unicast_cipher(self, algorithm: u32) -> Result<(), Win32Error> {
        api!(Dot11ExtSetUnicastCipherAlgorithm(self.raw(), algorithm))
    }

    /// `Dot11ExtSetExcludeUnencrypted`.
    ///
    /// # Errors
    /// What the driver says.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn set_exclude_unencrypted(self, exclude: bool) -> Result<(), Win32Error> {
        api!(Dot11ExtSetExcludeUnencrypted(self.raw(), exclude.into()))
    }

    /// `Dot11ExtSendNotification`, with the vendor's code and data.
    ///
    /// # Errors
    /// 87 for more than 64 KiB.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn notify(self, code: u32, data: &[u8]) -> Result<(), Win32Error> {
        let notification = L2_NOTIFICATION_DATA {
            NotificationSource: L2_NOTIFICATION_SOURCE_WLAN_IHV,
            NotificationCode: code,
            InterfaceGuid: Default::default(),
            dwDataSize: u32::try_from(data.len()).map_err(|_| Win32Error::INVALID_PARAMETER)?,
            pData: data.as_ptr().cast_mut().cast::<c_void>(),
        };
        api!(Dot11ExtSendNotification(
            self.raw(),
            &raw const notification
        ))
    }
}

/// A connection attempt that waits for [`Self::complete`].
#[derive(Debug)]
pub struct Connection {
    service: Service,
    session: usize,
}

impl Connection {
    pub(crate) fn new(service: Service, session: HANDLE) -> Self {
        Self {
            service,
            session: session as usize,
        }
    }

    /// `Dot11ExtPreAssociateCompletion`.
    ///
    /// # Errors
    /// 5023 if the attempt is over already.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn complete(self, how: Result<(), Refused>) -> Result<(), Win32Error> {
        let (reason, code) = parts(how);
        let session = self.session as HANDLE;
        api!(Dot11ExtPreAssociateCompletion(
            self.service.raw(),
            session,
            reason,
            code
        ))
    }
}

/// A port towards one peer.
#[derive(Debug)]
pub struct Port {
    service: Service,
    session: usize,
    peer: MacAddr,
}

impl Port {
    pub(crate) fn new(service: Service, session: HANDLE, peer: MacAddr) -> Self {
        Self {
            service,
            session: session as usize,
            peer,
        }
    }

    /// Towards whom.
    #[must_use]
    pub fn peer(&self) -> MacAddr {
        self.peer
    }

    /// `Dot11ExtPostAssociateCompletion`: opens the port, or closes it. May be said again.
    ///
    /// # Errors
    /// 5023 if the port is gone.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn complete(&self, how: Result<(), Refused>) -> Result<(), Win32Error> {
        let (reason, code) = parts(how);
        api!(Dot11ExtPostAssociateCompletion(
            self.service.raw(),
            self.session as HANDLE,
            &raw const self.peer.0,
            reason,
            code
        ))
    }

    /// `Dot11ExtSendPacket`, also through a closed port; encrypted exactly when the peer has a
    /// key-mapping key.
    ///
    /// # Errors
    /// 87 for more than 2304 bytes, 1450 while 64 are on their way.
    #[expect(unsafe_code, reason = "a call through the host's table")]
    pub fn send(&self, ether_type: u16, payload: &[u8]) -> Result<(), Win32Error> {
        let packet = [&self.peer.0[..], &ether_type.to_be_bytes(), payload].concat();
        let packet = packet.into_boxed_slice();
        let len = u32::try_from(packet.len()).map_err(|_| Win32Error::INVALID_PARAMETER)?;
        let start = packet.as_ptr().cast::<c_void>();
        let label = sending().add(packet);
        let result = api!(Dot11ExtSendPacket(
            self.service.raw(),
            len,
            start,
            label as HANDLE
        ));
        if result.is_err() {
            sent(label);
        }
        result
    }
}

fn parts(how: Result<(), Refused>) -> (u32, u32) {
    match how {
        Ok(()) => (0, 0),
        Err(refused) => (refused.reason, refused.code.0),
    }
}
