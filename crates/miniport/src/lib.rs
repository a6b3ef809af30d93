//! The access point driver: OID requests in, indications out, AP MLME and key tables inside.
