//! Answers to queries.

use super::{M, hex};
use crate::wire::{Flag, List, PhyId, QueryAnswer, Ulong, answer, peer_info_list};
use crate::{AuthAlgorithm, CipherAlgorithm, NdisStatus, PeerInfo};

#[test]
fn a_list_that_does_not_fit_tells_how_many_there_are() {
    let list = List::new(vec![PhyId(0), PhyId(1)]);
    let whole = hex("80011000 02000000 02000000 00000000 01000000");
    for room in 0..30 {
        let told = answer(&list, room);
        let (status, bytes, written, needed) = match room {
            20.. => (NdisStatus::SUCCESS, whole.clone(), 20, 0),
            12.. => (
                NdisStatus::BUFFER_OVERFLOW,
                hex("80011000 00000000 02000000"),
                0,
                20,
            ),
            _ => (NdisStatus::BUFFER_OVERFLOW, Vec::new(), 0, 20),
        };
        let expected = QueryAnswer {
            status,
            bytes,
            written,
            needed,
        };
        assert_eq!(told, expected, "{room} bytes of room");
    }
}

#[test]
fn peers_that_do_not_fit_are_an_invalid_length() {
    let peer = PeerInfo {
        peer: M,
        aid: 1,
        port_open: true,
        signal: Some(-40),
    };
    let list = peer_info_list(&[peer], AuthAlgorithm::RSNA_PSK, CipherAlgorithm::CCMP);
    for room in [0, 12, 16, 367] {
        let expected = QueryAnswer {
            status: NdisStatus::INVALID_LENGTH,
            bytes: Vec::new(),
            written: 0,
            needed: 368,
        };
        assert_eq!(answer(&list, room), expected);
    }
    let told = answer(&list, 368);
    assert_eq!((told.status, told.written), (NdisStatus::SUCCESS, 368));
    assert_eq!(told.bytes[16..22], M.0);
    assert_eq!(told.bytes[16 + 280..16 + 282], [1, 0]);
    assert_eq!(told.bytes[16 + 304..16 + 352], [0xFF; 48]);
}

#[test]
fn small_answers_fit_or_do_not() {
    let told = QueryAnswer::of(&Ulong(7), 4);
    assert_eq!((told.bytes, told.written), (vec![7, 0, 0, 0], 4));
    let told = QueryAnswer::of(&Ulong(7), 3);
    assert_eq!(told.status, NdisStatus::BUFFER_OVERFLOW);
    assert_eq!((told.bytes.len(), told.written, told.needed), (0, 0, 4));
    assert_eq!(QueryAnswer::of(&Flag(true), 1).bytes, [1]);
}
