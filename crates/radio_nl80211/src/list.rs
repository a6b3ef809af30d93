//! The radios of this machine, for choosing and for diagnosis.

use radio::Cause;

use crate::OpenError;
use crate::interface::{self, Interface};
use crate::kernel::Kernel;
use crate::rfkill;
use crate::wiphy::Wiphy;

/// A radio, its interfaces and what keeps it from being used.
#[derive(Clone, Debug)]
pub struct RadioDescription {
    /// What the kernel says it can do.
    pub wiphy: Wiphy,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// Why it can never carry an access point; `None` when it can.
    pub unfit: Option<Cause>,
    /// Why it is silent just now; `None` when it is not.
    pub switched_off: Option<Cause>,
}

/// Describes all radios. Needs no privileges.
///
/// # Errors
/// When the kernel has no wireless support, or does not answer.
pub fn list_radios() -> Result<Vec<RadioDescription>, OpenError> {
    let doing = "describe the radios";
    let mut kernel = Kernel::open().map_err(|e| no_wireless(&e))?;
    let wiphys = kernel.wiphys(None).map_err(|e| e.explain(doing))?;
    let interfaces = kernel.interfaces().map_err(|e| e.explain(doing))?;
    let describe = |wiphy: Wiphy| RadioDescription {
        interfaces: interfaces
            .iter()
            .filter(|i| i.wiphy == wiphy.index)
            .cloned()
            .collect(),
        unfit: interface::unfit(&wiphy),
        switched_off: rfkill::state(&wiphy.name).cause(),
        wiphy,
    };
    Ok(wiphys.into_iter().map(describe).collect())
}

/// Why the kernel's wireless interface could not be reached.
pub(crate) fn no_wireless(refusal: &crate::errno::Refusal) -> OpenError {
    use radio::CommandErrorKind::NotFound;
    if refusal.is(rustix::io::Errno::NOENT) {
        return OpenError {
            kind: NotFound,
            cause: Cause::new(
                "The kernel has no wireless support loaded (nl80211 is unknown).",
                "Plug a radio in or load its driver, or use the simulated radio (`--radio sim`).",
            ),
        };
    }
    refusal.explain("open nl80211")
}
