//! What is answered to whom.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use bytes::Bytes;
use cause::Cause;
use clock::{Duration, monotonic};
use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::mpsc;
use wlan_client::ClientError;
use zeroize::{Zeroize, Zeroizing};

use crate::actions::{Action, NotDone, Which};
use crate::entropy::entropy;
use crate::gate::{Door, FORGERY, single};
use crate::hub::Hub;
use crate::service::Service;
use crate::session::{Guest, SessionId, Sessions};
use crate::watcher::Waker;

/// Longest body of a request in bytes.
const BODY_LIMIT: usize = 4096;

/// A body must be here after this long.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A stream says something at least this often, so that both sides notice the other's end.
const PULSE: Duration = Duration::from_secs(25);

/// What the page may do: run and load what comes from here, talk to nobody else, be in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; \
     require-trusted-types-for 'script'";

/// What all answers share.
pub(crate) struct House {
    pub(crate) hub: Arc<Hub>,
    pub(crate) waker: Waker,
    pub(crate) service: Service,
    pub(crate) sessions: Arc<Mutex<Sessions>>,
}

impl House {
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All routes, behind the checks that every request must pass.
pub(crate) fn router(house: Arc<House>) -> Router {
    let inside = Router::new()
        .route("/api/session", get(session))
        .route("/api/live", get(live))
        .route("/api/do", post(act))
        .route("/api/key", post(show_key))
        .layer(from_fn_with_state(Arc::clone(&house), known_only));
    Router::new()
        .route("/", get(front))
        .route(
            "/style.css",
            get(|| file("text/css; charset=utf-8", include_str!("page/style.css"))),
        )
        .route(
            "/icon.svg",
            get(|| file("image/svg+xml", include_str!("page/icon.svg"))),
        )
        .route(
            "/page.js",
            get(|| {
                file(
                    "text/javascript; charset=utf-8",
                    include_str!("page/page.js"),
                )
            }),
        )
        .merge(inside)
        .fallback(async || refused(StatusCode::NOT_FOUND, "There is no such page.", "Go to /."))
        .layer(from_fn(right_host_only))
        .layer(from_fn(with_headers))
        .with_state(house)
}

/// Headers that every answer has, refusals too.
async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let rows: [(HeaderName, &'static str); 8] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ];
    for (name, value) in rows {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    // axum's own refusals have no body.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers().get(ALLOW).cloned();
        let (mut parts, body) = refused(
            StatusCode::METHOD_NOT_ALLOWED,
            "That is not asked for in this way.",
            "Use the page.",
        )
        .into_parts();
        parts.headers.extend(
            response
                .headers_mut()
                .drain()
                .filter_map(|(name, value)| Some((name?, value))),
        );
        parts
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(allow) = allow {
            parts.headers.insert(ALLOW, allow);
        }
        parts.headers.remove("content-length");
        response = Response::from_parts(parts, body);
    }
    response
}

async fn right_host_only(
    Extension(door): Extension<Door>,
    request: Request,
    next: Next,
) -> Response {
    if !door.is_named_by(request.headers()) {
        return refused(
            StatusCode::MISDIRECTED_REQUEST,
            "This page has another address.",
            "Open the address that `hostednet web` printed, as it stands there.",
        );
    }
    next.run(request).await
}

/// Only those with a session pass; and whoever changes something or asks for a key must be our own page
/// and know the session's token.
async fn known_only(
    State(house): State<Arc<House>>,
    Extension(door): Extension<Door>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let Some(guest) = door
        .cookie(headers)
        .and_then(|cookie| house.sessions().enter(cookie, monotonic()))
    else {
        return refused(
            StatusCode::UNAUTHORIZED,
            "There is no session, or it has ended.",
            "Run `hostednet web` and open the address it prints; in its terminal, Enter makes another.",
        );
    };
    let asks_properly = match *request.method() {
        Method::GET => door.is_same_site(headers),
        _ => {
            door.is_asked_by_own_page(headers)
                && single(headers, &FORGERY).is_some_and(|token| guest.forgery.is(token))
        }
    };
    if !asks_properly {
        return refused(
            StatusCode::FORBIDDEN,
            "This request did not come from the page itself.",
            "Use the page, and reload it after an update.",
        );
    }
    request.extensions_mut().insert(guest);
    next.run(request).await
}

/// The page; a link is opened here.
async fn front(
    State(house): State<Arc<House>>,
    Extension(door): Extension<Door>,
    request: Request,
) -> Response {
    let headers = request.headers();
    let known = door
        .cookie(headers)
        .is_some_and(|cookie| house.sessions().enter(cookie, monotonic()).is_some());
    let token = request.uri().query().and_then(|query| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("token="))
    });
    match token {
        None if known => html(StatusCode::OK, include_str!("page/index.html")),
        None => closed(),
        // Looking is not opening.
        Some(_) if *request.method() != Method::GET => closed(),
        Some(token) => open(&house, door, token, known),
    }
}

fn open(house: &House, door: Door, token: &str, known: bool) -> Response {
    let secrets = match (entropy(), entropy()) {
        (Ok(cookie), Ok(forgery)) => [cookie, forgery],
        (Err(cause), _) | (_, Err(cause)) => {
            return refused(StatusCode::SERVICE_UNAVAILABLE, &cause.text, &cause.remedy);
        }
    };
    let opened = house.sessions().open(token, secrets, monotonic());
    let cookie = opened.map(|cookie| {
        Zeroizing::new(format!(
            "{}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}",
            door.cookie_name(),
            *cookie,
            Sessions::LONGEST.as_secs()
        ))
    });
    match cookie.as_ref().map(|cookie| HeaderValue::from_str(cookie)) {
        // The address with the token does not stay in the browser's history.
        Some(Ok(mut cookie)) => {
            cookie.set_sensitive(true);
            let mut response = to_front();
            response.headers_mut().insert(SET_COOKIE, cookie);
            response
        }
        _ if known => to_front(),
        _ => closed(),
    }
}

fn to_front() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static("/"));
    response
}

/// What those get who have no session.
fn closed() -> Response {
    html(StatusCode::UNAUTHORIZED, include_str!("page/closed.html"))
}

async fn session(Extension(guest): Extension<Guest>) -> Response {
    let token = guest.forgery.digits();
    json_response(StatusCode::OK, &json!({ "token": *token }))
}

/// The stream of an open page.
async fn live(
    State(house): State<Arc<House>>,
    Extension(Guest { session, .. }): Extension<Guest>,
    request: Request,
) -> Response {
    if *request.method() != Method::GET {
        return json_response(StatusCode::OK, &json!({}));
    }
    let seen = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok())
        .unwrap_or(0);
    let Some(listener) = house.hub.listen(session, seen) else {
        return refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many pages are open.",
            "Close some.",
        );
    };
    // A state that is shown must be fresh: nobody may have looked for long.
    house.waker.wake();
    let mut response = Response::new(Body::from_stream(Live {
        listener,
        pulse: tokio::time::interval(PULSE),
        house,
        session,
    }));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

/// Messages of the hub as they come, and now and then a comment, for as long as the session goes on.
struct Live {
    listener: mpsc::Receiver<Bytes>,
    pulse: tokio::time::Interval,
    house: Arc<House>,
    session: SessionId,
}

impl Stream for Live {
    type Item = Result<Bytes, core::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(message) = self.listener.poll_recv(context) {
            return Poll::Ready(message.map(Ok));
        }
        self.pulse.poll_tick(context).map(|_| {
            let goes_on = self.house.sessions().goes_on(self.session, monotonic());
            goes_on.then(|| Ok(Bytes::from_static(b":\n\n")))
        })
    }
}

/// Does what is asked.
async fn act(
    State(house): State<Arc<House>>,
    Extension(guest): Extension<Guest>,
    request: Request,
) -> Response {
    let action: Action = match read(request).await {
        Ok(action) => action,
        Err(refusal) => return refusal,
    };
    if let Action::Leave {} = action {
        house.sessions().leave(guest.session);
        // Its other pages see nothing more, either.
        house.hub.hang_up(guest.session);
        return json_response(StatusCode::OK, &json!({}));
    }
    let slow = action.is_slow();
    let run = move |client: &mut _| match action.run(client) {
        Ok(()) => Ok(Ok(())),
        Err(NotDone::Unconfirmed(text)) => Ok(Err(text)),
        Err(NotDone::Refused(error)) => Err(error),
    };
    let done = if slow {
        house.service.ask_alone(move |client| run(client)).await
    } else {
        house.service.ask(run).await
    };
    house.waker.wake();
    match done {
        Ok(Ok(())) => json_response(StatusCode::OK, &json!({})),
        Ok(Err(text)) => json_response(StatusCode::CONFLICT, &json!({ "confirm": text })),
        Err(error) => declined(&error),
    }
}

/// Shows a key.
async fn show_key(State(house): State<Arc<House>>, request: Request) -> Response {
    let which: Which = match read(request).await {
        Ok(which) => which,
        Err(refusal) => return refusal,
    };
    match house.service.ask(move |client| which.show(client)).await {
        Ok(shown) => {
            let mut body = Zeroizing::new(Vec::with_capacity(64 * 1024));
            match serde_json::to_writer(&mut *body, &shown) {
                Ok(()) => with_type(StatusCode::OK, "application/json", Bytes::from_owner(body)),
                Err(_) => declined(&ClientError::Broken {
                    text: "an answer cannot be written".into(),
                }),
            }
        }
        Err(error) => declined(&error),
    }
}

/// Reads a request's body, which is small, soon there and JSON; it may hold a key and is erased.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Response> {
    if !is_json(request.headers()) {
        return Err(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "A request's body is JSON.",
            "Use the page.",
        ));
    }
    let body = tokio::time::timeout(BODY_TIME, to_bytes(request.into_body(), BODY_LIMIT))
        .await
        .map_err(|_| {
            refused(
                StatusCode::REQUEST_TIMEOUT,
                "The request did not come in time.",
                "Try again.",
            )
        })?
        .map_err(|_| {
            refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The request is too long, or broke off.",
                "Use the page.",
            )
        })?;
    // The parser's own words could repeat what it read.
    let parsed = serde_json::from_slice(&body).map_err(|_| {
        refused(
            StatusCode::BAD_REQUEST,
            "The request makes no sense.",
            "Use the page.",
        )
    });
    if let Ok(mut body) = body.try_into_mut() {
        body.zeroize();
    }
    parsed
}

fn is_json(headers: &HeaderMap) -> bool {
    single(headers, &CONTENT_TYPE)
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim() == "application/json")
}

/// What the service said no to, or that it is not there.
fn declined(error: &ClientError) -> Response {
    let status = match error {
        ClientError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let Cause { text, remedy } = error.cause();
    refused(status, &text, &remedy)
}

fn refused(status: StatusCode, text: &str, remedy: &str) -> Response {
    json_response(status, &json!({ "text": text, "remedy": remedy }))
}

fn json_response(status: StatusCode, value: &serde_json::Value) -> Response {
    with_type(status, "application/json", value.to_string())
}

fn html(status: StatusCode, page: &'static str) -> Response {
    with_type(status, "text/html; charset=utf-8", page)
}

async fn file(kind: &'static str, text: &'static str) -> Response {
    with_type(StatusCode::OK, kind, text)
}

fn with_type(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
