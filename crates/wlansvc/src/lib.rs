//! The service: event loop, sockets, radio selection, storage thread.
