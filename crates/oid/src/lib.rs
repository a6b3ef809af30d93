//! Seam C: typed OID requests, completions and NDIS status indications between service and miniport.
