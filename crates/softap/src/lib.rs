//! The access point's management: association decisions, one authenticator per peer, key installation.
