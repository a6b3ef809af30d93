//! The Windows vocabulary of the Hosted Network, made safe: states, reasons, keys, error codes.
