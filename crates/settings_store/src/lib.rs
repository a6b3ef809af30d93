//! Settings of the Hosted Network on disk: versioned, sealed, replaced atomically.
