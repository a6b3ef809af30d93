//! How many handles there are.

use super::*;
use crate::HostedNetwork;

const TOO_MANY: (Win32Error, Reason) = (
    Win32Error::REMOTE_SESSION_LIMIT_EXCEEDED,
    Reason::InsufficientResources,
);

fn open() -> Call {
    Call::Open {
        client_version: 2,
        program: String::new(),
    }
}

impl Bench {
    /// Opens handles for a caller, numbered from `first`; how many it got before a refusal.
    fn open_many(&mut self, rights: &Rights, first: u64, count: usize) -> usize {
        for n in 0..count {
            let client = ClientId(first + n as u64);
            self.engine.connect_client(client, rights.clone(), self.now);
            if let Err(refusal) = self.call(client, open()) {
                assert_eq!((refusal.code, refusal.reason), TOO_MANY);
                return n;
            }
        }
        count
    }
}

/// A bench without handles.
fn empty() -> Bench {
    let mut bench = Bench::idle();
    for client in [USER, OTHER, ROOT] {
        bench.gone(client);
    }
    bench
}

#[test]
fn one_user_cannot_take_all_handles() {
    let most = HostedNetwork::MAX_USER_HANDLES;
    let mut bench = empty();
    let (greedy, other) = (rights(1000, &[1000]), rights(1001, &[1000]));

    assert_eq!(bench.open_many(&greedy, 10_000, most + 1), most);
    assert_eq!(bench.open_many(&other, 20_000, 10), 10);
    let last = ClientId(10_000 + most as u64);
    assert_eq!(bench.refused(last, open()), TOO_MANY);
    bench.gone(ClientId(10_000));
    bench.ok(last, open());
}

#[test]
fn handles_are_not_given_out_without_end() {
    let all = HostedNetwork::MAX_HANDLES;
    let mut bench = empty();
    let owner = Rights {
        owner: true,
        ..rights(0, &[0])
    };

    assert_eq!(
        bench.open_many(&owner, 10_000, all + 1),
        all,
        "the owner may take all"
    );
    assert_eq!(bench.open_many(&rights(1, &[1]), 20_000, 1), 0);
    bench.gone(ClientId(10_000));
    bench.ok(ClientId(20_000), open());
}

#[test]
fn a_connection_without_a_handle_takes_none_and_gives_none_back() {
    let mut bench = empty();
    let user = rights(1000, &[1000]);
    for n in 0..2_000 {
        let client = ClientId(30_000 + n);
        bench.engine.connect_client(client, user.clone(), bench.now);
        if n % 2 == 0 {
            bench.gone(client);
        }
    }
    let most = HostedNetwork::MAX_USER_HANDLES;
    assert_eq!(bench.open_many(&user, 10_000, most + 1), most);
    for n in 0..most as u64 {
        bench.gone(ClientId(10_000 + n));
    }
    assert_eq!(
        format!("{:?}", bench.engine.handles),
        "Handles { all: 0, by_user: {} }"
    );
}
