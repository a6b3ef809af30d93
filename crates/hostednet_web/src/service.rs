//! Calls to the service: blocking ones, on threads where blocking harms nobody.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore};
use tokio::task::spawn_blocking;
use wlan_client::{Client, ClientError};

/// Most calls that wait for their turn.
const WAITING: usize = 16;

/// The connection for what people ask for.
pub(crate) struct Service {
    socket: PathBuf,
    client: Arc<Mutex<Option<Client>>>,
    turns: Semaphore,
}

impl Service {
    pub(crate) fn new(socket: PathBuf) -> Self {
        Self {
            socket,
            client: Arc::default(),
            turns: Semaphore::new(WAITING),
        }
    }

    /// Calls over the connection kept for it, which is made anew when the service was restarted.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        mut calls: impl FnMut(&mut Client) -> Result<T, ClientError> + Send + 'static,
    ) -> Result<T, ClientError> {
        let Ok(_turn) = self.turns.try_acquire() else {
            return Err(broken("too many requests wait already"));
        };
        let mut kept = Arc::clone(&self.client).lock_owned().await;
        let socket = self.socket.clone();
        spawn_blocking(move || {
            if let Some(client) = &mut *kept {
                match calls(client) {
                    // The service may have been restarted since: once more.
                    Err(ClientError::Broken { .. }) => *kept = None,
                    answer => return answer,
                }
            }
            let client = kept.insert(Client::connect(&socket, "hostednet web")?);
            let answer = calls(client);
            if matches!(answer, Err(ClientError::Broken { .. })) {
                *kept = None;
            }
            answer
        })
        .await
        .unwrap_or_else(|_| Err(broken("the thread that asked ended")))
    }

    /// Calls over a connection of its own: what takes long keeps nobody waiting.
    pub(crate) async fn ask_alone<T: Send + 'static>(
        &self,
        calls: impl FnOnce(&mut Client) -> Result<T, ClientError> + Send + 'static,
    ) -> Result<T, ClientError> {
        let Ok(_turn) = self.turns.try_acquire() else {
            return Err(broken("too many requests wait already"));
        };
        let socket = self.socket.clone();
        spawn_blocking(move || calls(&mut Client::connect(&socket, "hostednet web")?))
            .await
            .unwrap_or_else(|_| Err(broken("the thread that asked ended")))
    }
}

fn broken(text: &str) -> ClientError {
    ClientError::Broken { text: text.into() }
}
