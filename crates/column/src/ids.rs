//! Two engines ask the miniport of the access point; each chooses its own request ids.

use oid::RequestId;

/// In the ids of the extensions' requests. The service counts up from 0 and never gets there.
const EXTENSION: u64 = 1 << 63;

/// Whose request an answer of the miniport belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    Service,
    Extensions,
}

/// What the miniport is to call a request of the extensions.
pub(crate) const fn of_extensions(id: RequestId) -> RequestId {
    RequestId(id.0 | EXTENSION)
}

/// Who asked, and what he calls the request.
pub(crate) const fn asker(id: RequestId) -> (Asker, RequestId) {
    if id.0 & EXTENSION == 0 {
        (Asker::Service, id)
    } else {
        (Asker::Extensions, RequestId(id.0 & !EXTENSION))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ids_of_both_askers_are_told_apart_and_come_back_as_they_were() {
        for n in [0, 1, 77, EXTENSION - 1] {
            let theirs = of_extensions(RequestId(n));
            assert_ne!(theirs, RequestId(n));
            assert_eq!(asker(theirs), (Asker::Extensions, RequestId(n)));
            assert_eq!(asker(RequestId(n)), (Asker::Service, RequestId(n)));
        }
    }
}
