//! The listener, limits on connections, the runtime.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use cause::Cause;
use clock::Duration;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::entropy::entropy;
use crate::gate::Door;
use crate::hub::Hub;
use crate::routes::{self, House};
use crate::service::Service;
use crate::session::Sessions;
use crate::watcher;
use crate::words::Describe;

/// Most connections at a time; more are closed at once.
const MOST_CONNECTIONS: usize = 48;

/// A request's head must be here after this long, also the next one on a connection that stays.
const HEAD_LIMIT: Duration = Duration::from_secs(15);

/// What was sent must be taken after this long, in milliseconds.
const TAKE_LIMIT: u32 = 30_000;

/// What the page is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The service's socket.
    pub socket: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Says events.
    pub describe: Describe,
}

/// A page that listens.
pub struct Page {
    listener: TcpListener,
    address: SocketAddr,
    house: Arc<House>,
}

/// Makes links to a page, while it runs.
#[derive(Clone)]
pub struct Linker {
    address: SocketAddr,
    sessions: Arc<Mutex<Sessions>>,
}

impl Linker {
    /// A link that lets one browser in, once. One made before and not opened yet opens nothing any more.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn link(&self) -> Result<Zeroizing<String>, Cause> {
        let token = self
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .make_link(entropy()?);
        let mut link = Zeroizing::new(String::with_capacity(128));
        link.push_str("http://");
        link.push_str(&self.address.to_string());
        link.push_str("/?token=");
        link.push_str(&token);
        Ok(link)
    }
}

impl Page {
    /// Listens, and begins to follow the service, which need not be there yet.
    ///
    /// # Errors
    /// When nobody can listen there, or the system lacks resources.
    pub fn open(options: &Options) -> Result<Self, Cause> {
        let cannot = |error| cannot_listen(options.listen, &error);
        let listener = TcpListener::bind(options.listen).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let hub = Arc::new(Hub::default());
        let waker = watcher::start(options.socket.clone(), Arc::clone(&hub), options.describe)
            .map_err(|error| watcher::no_thread(&error))?;
        let house = Arc::new(House {
            hub,
            waker,
            service: Service::new(options.socket.clone()),
            sessions: Arc::default(),
        });
        Ok(Self {
            listener,
            address,
            house,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes links.
    #[must_use]
    pub fn linker(&self) -> Linker {
        Linker {
            address: self.address,
            sessions: Arc::clone(&self.house.sessions),
        }
    }

    /// Answers until the process ends.
    ///
    /// # Errors
    /// When it cannot listen any more.
    pub fn run(self) -> Result<(), Cause> {
        let cannot = |error| cannot_listen(self.address, &error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(20)
            .build()
            .map_err(cannot)?;
        runtime
            .block_on(listen(self.listener, self.house))
            .map_err(cannot)
    }
}

async fn listen(listener: TcpListener, house: Arc<House>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let router = routes::router(house);
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of open files, or a connection that ended before it began: both pass.
                tracing::warn!("cannot take a connection: {error}");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let Ok(door) = prepare(&stream) else { continue };
        let service = TowerToHyperService::new(router.clone().layer(Extension(door)));
        tokio::spawn(async move {
            let _place = place;
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_LIMIT)
                .max_headers(64)
                .max_buf_size(16 * 1024)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            if let Err(error) = served {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }
}

fn prepare(stream: &TcpStream) -> std::io::Result<Door> {
    stream.set_nodelay(true)?;
    rustix::net::sockopt::set_tcp_user_timeout(stream, TAKE_LIMIT)?;
    Ok(Door(stream.local_addr()?))
}

/// An address nobody can listen at.
fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Cause {
    Cause::new(
        format!("Cannot listen at {address}: {error}."),
        "Name an address of this machine and a free port with --listen or --port.",
    )
}
