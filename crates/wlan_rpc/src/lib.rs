//! Seam A: messages between clients and the service, and their encoding.
