//! Extensions of vendors in safe Rust.
//!
//! An extension is a type with [`Extension`] and one with [`Adapter`], and one line that exports them
//! from a shared object (`crate-type = ["cdylib"]`):
//!
//! ```
//! use ihv_extension::{About, Adapter, Connection, Extension, Profile, Refused, Service, extension};
//! use wlan_model::Win32Error;
//!
//! struct Vendor;
//! struct Card(Service);
//!
//! impl Extension for Vendor {
//!     type Adapter = Card;
//!     fn init() -> Result<Self, Win32Error> {
//!         Ok(Self)
//!     }
//!     fn arrive(&self, _about: &About, service: Service) -> Result<Card, Win32Error> {
//!         Ok(Card(service))
//!     }
//! }
//!
//! impl Adapter for Card {
//!     fn pre_associate(&self, connection: Connection, _profile: Profile) -> Result<(), Refused> {
//!         // Completed by another thread, never in here.
//!         std::thread::spawn(move || connection.complete(Ok(())));
//!         Ok(())
//!     }
//! }
//!
//! extension!(Vendor);
//! ```
//!
//! What would be wrong in C cannot be said: handles belong to [`Service`], [`Connection`] and
//! [`Port`], whose calls the host refuses when they are dead; packets live until they are sent; a
//! panic becomes ERROR_GEN_FAILURE. `examples/ihv/rust` is a whole one.

#[doc(hidden)]
pub mod runtime;
mod service;

use dot11::{KeyBytes, MacAddr, Ssid};
use wlan_model::{Guid, Win32Error};

pub use ihv::seam::Exemption;
pub use service::{CcmpKey, Connection, Port, Service};

/// A vendor's extension. One of it lives as long as the process.
pub trait Extension: Send + Sync + Sized + 'static {
    /// State of one adapter.
    type Adapter: Adapter;

    /// `Dot11ExtIhvInitService`.
    ///
    /// # Errors
    /// What the host is told instead of being loaded with.
    fn init() -> Result<Self, Win32Error>;

    /// `Dot11ExtIhvInitAdapter`. The adapter's state is dropped when it is gone.
    ///
    /// # Errors
    /// The adapter is then left alone.
    fn arrive(&self, about: &About, service: Service) -> Result<Self::Adapter, Win32Error>;

    /// `Dot11ExtIhvDeinitService`: every thread has ended when this returns.
    fn ended(&self) {}
}

/// One adapter. The host calls its methods one after the other; other threads may have references.
pub trait Adapter: Send + Sync + 'static {
    /// `Dot11ExtIhvPerformPreAssociate`. After `Ok` the connection must be completed, by another
    /// thread.
    ///
    /// # Errors
    /// The attempt is over.
    fn pre_associate(&self, connection: Connection, profile: Profile) -> Result<(), Refused> {
        let _ = (connection, profile);
        Err(Refused::from(Win32Error::NOT_SUPPORTED))
    }

    /// `Dot11ExtIhvAdapterReset`: back to how it was after [`Extension::arrive`]. The host has
    /// forgotten what [`Service::listen`] said.
    ///
    /// # Errors
    /// Told to the service.
    fn reset(&self) -> Result<(), Win32Error> {
        Ok(())
    }

    /// `Dot11ExtIhvPerformPostAssociate`. After `Ok` the port must be completed, by another thread or
    /// handler.
    ///
    /// # Errors
    /// The port stays closed.
    fn post_associate(&self, port: Port) -> Result<(), Win32Error> {
        let _ = port;
        Err(Win32Error::NOT_SUPPORTED)
    }

    /// `Dot11ExtIhvStopPostAssociate`: the peer's port is gone, for this `DOT11_ASSOC_STATUS`.
    fn stop(&self, peer: MacAddr, status: u32) {
        let _ = (peer, status);
    }

    /// `Dot11ExtIhvReceivePacket`.
    fn receive(&self, packet: Packet<'_>) {
        let _ = packet;
    }

    /// `Dot11ExtIhvReceiveIndication`.
    fn indication(&self, kind: i32, data: &[u8]) {
        let _ = (kind, data);
    }

    /// `Dot11ExtIhvValidateProfile`.
    ///
    /// # Errors
    /// The profile makes no sense.
    fn validate(&self, profile: &Profile) -> Result<(), Refused> {
        let _ = profile;
        Ok(())
    }

    /// `Dot11ExtIhvPerformCapabilityMatch`.
    ///
    /// # Errors
    /// None of the networks goes with the profile.
    fn matches(&self, profile: &Profile) -> Result<(), Refused> {
        let _ = profile;
        Ok(())
    }

    /// `Dot11ExtIhvControl`: a client's request, which nobody has checked. The answer has at most
    /// `room` bytes.
    ///
    /// # Errors
    /// Told to the client.
    fn control(&self, input: &[u8], room: usize) -> Result<Vec<u8>, Win32Error> {
        let _ = (input, room);
        Err(Win32Error::NOT_SUPPORTED)
    }
}

/// `DOT11_ADAPTER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name for programs.
    pub guid: Guid,
    /// Its name for people.
    pub description: String,
    /// 4 station, 8 access point.
    pub mode: u32,
}

/// What the service knows of a profile. The fragments are UTF-8 and not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Names of its network.
    pub ssids: Vec<Ssid>,
    /// The vendor's XML on connecting.
    pub connectivity: Option<KeyBytes>,
    /// The vendor's XML on security.
    pub security: Option<KeyBytes>,
    /// `DOT11_BSS_ENTRY`s, one directly behind the other.
    pub networks: Vec<u8>,
}

/// A frame of a registered EtherType.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its sender.
    pub peer: MacAddr,
    /// In host order.
    pub ether_type: u16,
    /// What follows.
    pub payload: &'a [u8],
}

/// Why not: a code, and a reason of the vendor's range (0x90000 to 0x9ffff).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Not success.
    pub code: Win32Error,
    /// An `L2_REASON_CODE`.
    pub reason: u32,
}

impl From<Win32Error> for Refused {
    fn from(code: Win32Error) -> Self {
        Self {
            code,
            reason: ihv::abi::L2_REASON_CODE_UNKNOWN,
        }
    }
}

/// Exports a type with [`Extension`] from a shared object. Once per shared object.
#[macro_export]
macro_rules! extension {
    ($extension:ty) => {
        static RUNTIME: $crate::runtime::Runtime<$extension> = $crate::runtime::Runtime::new();

        impl $crate::runtime::Exported for $extension {
            fn runtime() -> &'static $crate::runtime::Runtime<Self> {
                &RUNTIME
            }
        }

        /// The versions of the interface that are spoken.
        ///
        /// # Safety
        /// For the host to call.
        #[allow(unsafe_code, reason = "an export of a shared object")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn Dot11ExtIhvGetVersionInfo(
            out: *mut $crate::runtime::DOT11_IHV_VERSION_INFO,
        ) -> u32 {
            // SAFETY: the host gives its own variable.
            unsafe { $crate::runtime::get_version_info(out) }
        }

        /// Exchanges the tables.
        ///
        /// # Safety
        /// For the host to call.
        #[allow(unsafe_code, reason = "an export of a shared object")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn Dot11ExtIhvInitService(
            version: u32,
            apis: *const $crate::runtime::DOT11EXT_APIS,
            _reserved: *const ::core::ffi::c_void,
            out: *mut $crate::runtime::DOT11EXT_IHV_HANDLERS,
        ) -> u32 {
            // SAFETY: the host gives its own tables.
            unsafe { $crate::runtime::init_service::<$extension>(version, apis, out) }
        }
    };
}
