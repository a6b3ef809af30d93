//! Writing the settings, one write at a time.

use std::os::fd::{AsFd, BorrowedFd};

use cause::Cause;
use clock::Duration;
use settings_store::Store;
use wlan_model::Settings;

use crate::background::{Background, Died};

/// The loop's end of the storage thread.
#[derive(Debug)]
pub(crate) struct Storage(Background<Box<Settings>, Result<(), Cause>>);

impl Storage {
    pub(crate) fn spawn(mut store: Store) -> std::io::Result<Self> {
        let save = move |settings: Box<Settings>| store.save(&settings);
        Background::spawn("storage", save).map(Self)
    }

    /// Has `settings` written; [`Storage::take_result`] tells how it went.
    pub(crate) fn save(&mut self, settings: Box<Settings>) {
        self.0.begin(settings);
    }

    /// The result of the outstanding write, once it is there.
    pub(crate) fn take_result(&mut self) -> Option<Result<(), Cause>> {
        Some(self.0.take()?.unwrap_or_else(|Died| {
            Err(Cause::new(
                "The part that writes the settings has died.",
                "Restart the service.",
            ))
        }))
    }

    /// Waits for the outstanding write, at most `limit`, and ends the thread.
    pub(crate) fn finish(&mut self, limit: Duration) {
        if !self.0.finish(limit) {
            tracing::warn!("the disk did not finish writing the settings");
        }
    }
}

impl AsFd for Storage {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
