//! The place where settings are kept.

use cause::Cause;
use clock::Duration;
use wlan_model::Settings;

/// A disk that takes time and may fail.
#[derive(Clone, Debug)]
pub struct Disk {
    /// What was written last.
    pub settings: Settings,
    /// How often something was written.
    pub writes: u32,
    /// How long a write takes.
    pub latency: Duration,
    /// Why writes fail, if they do.
    pub broken: Option<Cause>,
}

impl Disk {
    /// With these settings on it, quick and sound.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            writes: 0,
            latency: Duration::from_millis(1),
            broken: None,
        }
    }

    /// Writes, all or nothing.
    ///
    /// # Errors
    /// When the disk is broken; the old settings stay.
    pub fn write(&mut self, settings: Settings) -> Result<(), Cause> {
        if let Some(cause) = &self.broken {
            return Err(cause.clone());
        }
        self.settings = settings;
        self.writes += 1;
        Ok(())
    }
}
