//! Loads an extension and exchanges the tables with it.

use core::ffi::c_void;
use core::ptr::null;
use std::fs::File;
use std::path::Path;

use ihv::seam::Loaded;

use crate::abi::{
    DOT11_IHV_VERSION_INFO, DOT11EXT_APIS, DOT11EXT_IHV_HANDLERS, DOT11EXT_VIRTUAL_STATION_APIS,
    DOT11EXTIHV_GET_VERSION_INFO, DOT11EXTIHV_INIT_SERVICE, DOT11EXTIHV_INIT_VIRTUAL_STATION,
};
use crate::api::{APIS, VIRTUAL_STATION_APIS};
use crate::host::Library;

/// The only version of the interface there is (Windows Vista and later).
const VERSION: u32 = 0;

/// Loads, agrees on a version, initialises. The library is never unloaded: its threads may outlive
/// `DeinitService`. It is loaded from `file`, where the process may have no way to its path any more.
///
/// # Errors
/// One sentence on what is wrong with the extension.
#[expect(unsafe_code, reason = "foreign code by its documented exports")]
pub(crate) fn load(
    path: &Path,
    file: Option<File>,
) -> Result<(DOT11EXT_IHV_HANDLERS, Loaded), String> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let library =
        Library::open(path, file).map_err(|why| format!("{name} cannot be loaded: {why}."))?;

    // SAFETY: the types are those of the documentation for these names.
    let (get_version, init, init_virtual) = unsafe {
        (
            library.get::<DOT11EXTIHV_GET_VERSION_INFO>(c"Dot11ExtIhvGetVersionInfo"),
            library.get::<DOT11EXTIHV_INIT_SERVICE>(c"Dot11ExtIhvInitService"),
            library.get::<DOT11EXTIHV_INIT_VIRTUAL_STATION>(c"Dot11ExtIhvInitVirtualStation"),
        )
    };
    let missing = |export: &str| format!("{name} does not export {export}.");
    let get_version = get_version.ok_or_else(|| missing("Dot11ExtIhvGetVersionInfo"))?;
    let init = init.ok_or_else(|| missing("Dot11ExtIhvInitService"))?;

    let mut versions = DOT11_IHV_VERSION_INFO::default();
    // SAFETY: a valid place to write to.
    let code = unsafe { get_version(&raw mut versions) };
    if code != 0 {
        return Err(format!(
            "Dot11ExtIhvGetVersionInfo of {name} returned {code}."
        ));
    }
    let (min, max) = (versions.dwVerMin, versions.dwVerMax);
    if !(min..=max).contains(&VERSION) {
        return Err(format!(
            "{name} speaks versions {min} to {max} of the interface, hostednet {VERSION}."
        ));
    }

    let mut handlers = DOT11EXT_IHV_HANDLERS::default();
    let apis: *const DOT11EXT_APIS = &raw const APIS;
    // SAFETY: both tables are valid; the handlers may be written with anything, NULL among it.
    let code = unsafe { init(VERSION, apis, null::<c_void>(), &raw mut handlers) };
    if code != 0 {
        return Err(format!("Dot11ExtIhvInitService of {name} returned {code}."));
    }
    if let Some(member) = handlers.first_null() {
        return Err(format!("{name} has no {member} in its table of handlers."));
    }

    if let Some(init_virtual) = init_virtual {
        let apis: *const DOT11EXT_VIRTUAL_STATION_APIS = &raw const VIRTUAL_STATION_APIS;
        // SAFETY: a valid table.
        let code = unsafe { init_virtual(apis, null::<c_void>()) };
        if code != 0 {
            return Err(format!(
                "Dot11ExtIhvInitVirtualStation of {name} returned {code}."
            ));
        }
    }
    let loaded = Loaded {
        name,
        versions: (min, max),
        version: VERSION,
        virtual_station: init_virtual.is_some(),
    };
    Ok((handlers, loaded))
}
