//! The whole column in one thread: service, access point, driver and radio pumped to rest.
