//! A blocking client of the service, without a runtime.
