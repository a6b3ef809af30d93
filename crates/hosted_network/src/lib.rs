//! The Hosted Network service: states, references, settings, keys, policy, notifications.
