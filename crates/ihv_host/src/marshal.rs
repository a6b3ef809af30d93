//! Between messages and C: texts, keys, structures.

use core::ffi::c_void;
use core::ptr::null_mut;

use dot11::KeyBytes;
use ihv::seam::{Association, Profile, UiRequest};
use zeroize::Zeroizing;

use crate::abi::{self, *};

/// Longest text that is read, in UTF-16 units: two of them fit into a packet.
const MAX_TEXT: usize = 16 * 1024;

/// UTF-16 with a final zero.
pub(crate) fn wide(text: &str) -> Zeroizing<Vec<u16>> {
    // Reserved so that growing leaves no copies behind.
    let mut units = Vec::with_capacity(text.len() + 1);
    units.extend(text.encode_utf16());
    units.push(0);
    Zeroizing::new(units)
}

/// Text of an extension, up to its zero, or as much of it as `most` units hold.
///
/// # Safety
/// `text` is NULL or has a zero within `most` units, or at least `most` units.
#[expect(unsafe_code, reason = "text of C")]
pub(crate) unsafe fn narrow(text: *const u16, most: usize) -> Option<KeyBytes> {
    if text.is_null() {
        return None;
    }
    let mut units = Zeroizing::new(Vec::with_capacity(256));
    for i in 0..most.min(MAX_TEXT) {
        // SAFETY: within the text, says the caller; it may lie anywhere.
        let unit = unsafe { text.add(i).read_unaligned() };
        if unit == 0 {
            break;
        }
        units.push(unit);
    }
    let text = Zeroizing::new(String::from_utf16_lossy(&units));
    Some(KeyBytes::copy_from(text.as_bytes()))
}

/// Bytes of an extension; none for NULL.
///
/// # Safety
/// `bytes` is NULL or has `len` of them.
#[expect(unsafe_code, reason = "memory of C")]
pub(crate) unsafe fn bytes(bytes: *const c_void, len: usize) -> Vec<u8> {
    if bytes.is_null() || len == 0 {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(bytes.cast::<u8>(), len) }.to_vec()
}

/// How long the algorithm's structure of a key is; 0 for what we do not know.
const fn key_length(algorithm: i32) -> u16 {
    match algorithm {
        abi::DOT11_CIPHER_ALGO_WEP40 => 5,
        abi::DOT11_CIPHER_ALGO_WEP104 => 13,
        abi::DOT11_CIPHER_ALGO_TKIP => 48,
        abi::DOT11_CIPHER_ALGO_CCMP | abi::DOT11_CIPHER_ALGO_GCMP | abi::DOT11_CIPHER_ALGO_BIP => {
            28
        }
        abi::DOT11_CIPHER_ALGO_CCMP_256 | abi::DOT11_CIPHER_ALGO_GCMP_256 => 44,
        _ => 0,
    }
}

/// The `DOT11_BYTE_ARRAY` with this one entry. The key of a deletion is not read: its length carries
/// no meaning, so there may be none. In its place stand as many zeros as the key that it undoes had,
/// which is what every driver accepts.
///
/// # Safety
/// `key` is a `DOT11_CIPHER_KEY_MAPPING_KEY_VALUE` with, unless it deletes, `usKeyLength` bytes of
/// key. It need not be aligned.
#[expect(unsafe_code, reason = "a structure of C with a tail")]
pub(crate) unsafe fn key_mapping_array(key: *const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE) -> KeyBytes {
    const FIXED: usize = 20;
    const HEAD: usize = 12;
    let mut fixed = [0; FIXED];
    // SAFETY: the fixed part is there. Bytes, because a BOOLEAN may hold anything.
    unsafe { core::ptr::copy_nonoverlapping(key.cast::<u8>(), fixed.as_mut_ptr(), FIXED) };
    let delete = fixed[16] != 0;
    let algorithm = i32::from_le_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]);
    let length = if delete {
        key_length(algorithm)
    } else {
        u16::from_le_bytes([fixed[18], fixed[19]])
    };
    fixed[16] = delete.into();
    fixed[17] = (fixed[17] != 0).into();
    fixed[18..].copy_from_slice(&length.to_le_bytes());
    // Padding of the compiler: whatever was on the stack.
    fixed[6..8].fill(0);

    let total = u32::from(length) + FIXED as u32;
    let mut array = Vec::with_capacity(HEAD + FIXED + usize::from(length));
    array.extend([
        NDIS_OBJECT_TYPE_DEFAULT,
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE_BYTE_ARRAY_REVISION_1,
    ]);
    array.extend((size_of::<DOT11_BYTE_ARRAY>() as u16).to_le_bytes());
    array.extend(total.to_le_bytes());
    array.extend(total.to_le_bytes());
    array.extend(fixed);
    let body = array.len();
    array.resize(body + usize::from(length), 0);
    if !delete {
        // SAFETY: behind the fixed part lie `length` bytes of key, says the caller.
        unsafe {
            let tail = key.cast::<u8>().add(FIXED);
            core::ptr::copy_nonoverlapping(tail, array[body..].as_mut_ptr(), length.into());
        }
    }
    KeyBytes::new(array)
}

/// The bytes of a default key, 22 and the key; of a deletion as above.
///
/// # Safety
/// As [`key_mapping_array`], with `DOT11_CIPHER_DEFAULT_KEY_VALUE`.
#[expect(unsafe_code, reason = "a structure of C with a tail")]
pub(crate) unsafe fn default_key(key: *const DOT11_CIPHER_DEFAULT_KEY_VALUE) -> KeyBytes {
    const FIXED: usize = 22;
    let mut fixed = [0; FIXED];
    // SAFETY: the fixed part is there.
    unsafe { core::ptr::copy_nonoverlapping(key.cast::<u8>(), fixed.as_mut_ptr(), FIXED) };
    let delete = fixed[18] != 0;
    let algorithm = i32::from_le_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]);
    let length = if delete {
        key_length(algorithm)
    } else {
        u16::from_le_bytes([fixed[20], fixed[21]])
    };
    fixed[18] = delete.into();
    fixed[19] = (fixed[19] != 0).into();
    fixed[20..].copy_from_slice(&length.to_le_bytes());
    let mut out = Vec::with_capacity(FIXED + usize::from(length));
    out.extend(fixed);
    out.resize(FIXED + usize::from(length), 0);
    if !delete {
        // SAFETY: behind the fixed part lie `length` bytes of key, says the caller.
        unsafe {
            let tail = key.cast::<u8>().add(FIXED);
            core::ptr::copy_nonoverlapping(tail, out[FIXED..].as_mut_ptr(), length.into());
        }
    }
    KeyBytes::new(out)
}

/// A profile in C. Its pointers point into itself, so it must not be taken apart.
pub(crate) struct CProfile {
    /// Count, then 36 bytes each; words for the alignment.
    _ssids: Vec<u32>,
    _connectivity: Option<Zeroizing<Vec<u16>>>,
    _security: Option<Zeroizing<Vec<u16>>>,
    pub(crate) params: DOT11EXT_IHV_PROFILE_PARAMS,
    pub(crate) connection: DOT11EXT_IHV_CONNECTIVITY_PROFILE,
    pub(crate) safety: DOT11EXT_IHV_SECURITY_PROFILE,
}

impl CProfile {
    pub(crate) fn new(profile: &Profile) -> Self {
        const WORDS: usize = size_of::<DOT11_SSID>() / 4;
        let mut ssids = vec![0u32; 1 + WORDS * profile.ssids.len().max(1)];
        ssids[0] = profile.ssids.len() as u32;
        for (i, ssid) in profile.ssids.iter().enumerate() {
            let at = 1 + WORDS * i;
            ssids[at] = ssid.as_bytes().len() as u32;
            for (word, four) in ssids[at + 1..].iter_mut().zip(ssid.as_bytes().chunks(4)) {
                let mut bytes = [0; 4];
                bytes[..four.len()].copy_from_slice(four);
                *word = u32::from_le_bytes(bytes);
            }
        }
        let fragment = |text: &Option<KeyBytes>| {
            let text = text.as_ref()?;
            Some(wide(&String::from_utf8_lossy(text.expose())))
        };
        let mut connectivity = fragment(&profile.fragments.connectivity);
        let mut security = fragment(&profile.fragments.security);
        let start = |text: &mut Option<Zeroizing<Vec<u16>>>| {
            text.as_mut().map_or(null_mut(), |text| text.as_mut_ptr())
        };
        Self {
            params: DOT11EXT_IHV_PROFILE_PARAMS {
                pSsidList: ssids.as_mut_ptr().cast(),
                BssType: profile.bss_type,
                pMSSecuritySettings: null_mut(),
            },
            connection: DOT11EXT_IHV_CONNECTIVITY_PROFILE {
                pszXmlFragmentIhvConnectivity: start(&mut connectivity),
            },
            safety: DOT11EXT_IHV_SECURITY_PROFILE {
                pszXmlFragmentIhvSecurity: start(&mut security),
                bUseMSOnex: profile.fragments.use_onex.into(),
            },
            _ssids: ssids,
            _connectivity: connectivity,
            _security: security,
        }
    }
}

/// A list of networks in C, which points into `entries`.
pub(crate) fn bss_list(entries: &mut [u8]) -> DOT11_BSS_LIST {
    DOT11_BSS_LIST {
        uNumOfBytes: entries.len() as u32,
        pucBuffer: if entries.is_empty() {
            null_mut()
        } else {
            entries.as_mut_ptr()
        },
    }
}

/// An association in C: the structure with the frames behind it, as words for the alignment.
pub(crate) fn association(a: &Association) -> (Vec<u64>, u32) {
    let fixed = size_of::<DOT11_ASSOCIATION_COMPLETION_PARAMETERS>();
    let mut at = fixed as u32;
    let mut place = |data: &[u8]| {
        let offset = if data.is_empty() { 0 } else { at };
        at += data.len() as u32;
        (offset, data.len() as u32)
    };
    let request = place(&a.request);
    let response = place(&a.response);
    let beacon = place(&a.beacon);
    let head = DOT11_ASSOCIATION_COMPLETION_PARAMETERS {
        Header: NDIS_OBJECT_HEADER {
            Type: NDIS_OBJECT_TYPE_DEFAULT,
            Revision: DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1,
            Size: fixed as u16,
        },
        MacAddr: a.peer.0,
        bReAssocReq: a.reassociation.into(),
        bReAssocResp: a.reassociation.into(),
        uAssocReqOffset: request.0,
        uAssocReqSize: request.1,
        uAssocRespOffset: response.0,
        uAssocRespSize: response.1,
        uBeaconOffset: beacon.0,
        uBeaconSize: beacon.1,
        AuthAlgo: a.auth as i32,
        UnicastCipher: a.unicast_cipher as i32,
        MulticastCipher: a.multicast_cipher as i32,
        bPortAuthorized: a.authorized.into(),
        DSInfo: 2,
        ..Default::default()
    };
    let mut words = vec![0u64; (at as usize).div_ceil(8)];
    write_association(&mut words, head, &[&a.request, &a.response, &a.beacon]);
    (words, at)
}

#[expect(unsafe_code, reason = "a structure with frames behind it")]
fn write_association(
    words: &mut [u64],
    head: DOT11_ASSOCIATION_COMPLETION_PARAMETERS,
    frames: &[&[u8]],
) {
    let mut at = size_of_val(&head);
    assert!(at + frames.iter().map(|f| f.len()).sum::<usize>() <= size_of_val(words));
    let base = words.as_mut_ptr().cast::<u8>();
    // SAFETY: the assertion says that all of it fits; words are aligned enough for the structure.
    unsafe {
        base.cast::<DOT11_ASSOCIATION_COMPLETION_PARAMETERS>()
            .write(head);
        for frame in frames {
            core::ptr::copy_nonoverlapping(frame.as_ptr(), base.add(at), frame.len());
            at += frame.len();
        }
    }
}

/// What an extension wants to ask people.
pub(crate) fn ui_request(request: &DOT11EXT_IHV_UI_REQUEST) -> UiRequest {
    UiRequest {
        id: request.guidUIRequest.into(),
        session: request.dwSessionId,
        page: request.UIPageClsid.into(),
        bytes: request.dwByteCount,
    }
}

#[cfg(test)]
#[expect(unsafe_code, reason = "structures of C")]
mod tests {
    use dot11::{MacAddr, Ssid};
    use ihv::seam::Fragments;

    use super::*;

    /// A key-mapping key as an extension lays it out, at an odd address if `shift` is odd.
    fn with_key(delete: u8, length: u16, tail: &[u8], shift: usize) -> KeyBytes {
        let mut raw = vec![0xee; shift];
        raw.extend([2, 0, 0, 0, 0, 0x10, 0xaa, 0xbb]);
        raw.extend(4i32.to_le_bytes());
        raw.extend(3i32.to_le_bytes());
        raw.extend([delete, 0x40]);
        raw.extend(length.to_le_bytes());
        raw.extend(tail);
        // SAFETY: 20 bytes and the tail.
        unsafe { key_mapping_array(raw[shift..].as_ptr().cast()) }
    }

    #[test]
    fn a_ccmp_key_becomes_an_array_of_sixty_bytes() {
        for shift in 0..4 {
            let array = with_key(0, 28, &[7; 28], shift);
            let expected = [
                &[0x80, 1, 16, 0, 48, 0, 0, 0, 48, 0, 0, 0][..],
                &[
                    2, 0, 0, 0, 0, 0x10, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 1, 28, 0,
                ],
                &[7; 28],
            ]
            .concat();
            assert_eq!(array.expose(), expected);
        }
    }

    #[test]
    fn a_deletion_reads_no_key_and_looks_like_the_key_it_undoes() {
        let array = with_key(0x80, 0xffff, &[], 1);
        assert_eq!(array.len(), 60);
        assert_eq!(array.expose()[28..32], [1, 1, 28, 0]);
        assert!(array.expose()[32..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_default_key_keeps_its_header() {
        let mut raw = vec![0x80, 1, 24, 0, 1, 0, 0, 0, 4, 0, 0, 0];
        raw.extend([0; 6]);
        raw.extend([0, 2, 3, 0, 9, 9, 9]);
        // SAFETY: 22 bytes and three of key.
        let key = unsafe { default_key(raw.as_ptr().cast()) };
        raw[19] = 1;
        assert_eq!(key.expose(), raw);
    }

    #[test]
    fn a_profile_and_its_names_can_be_read_back() {
        let profile = Profile {
            ssids: vec![Ssid::new(*b"home").unwrap(), Ssid::new([b'x'; 32]).unwrap()],
            bss_type: 1,
            fragments: Fragments {
                connectivity: Some(KeyBytes::copy_from("<é/>".as_bytes())),
                security: None,
                use_onex: true,
            },
            ..Default::default()
        };
        let c = CProfile::new(&profile);
        // SAFETY: what it points to is in `c`.
        unsafe {
            let list = c.params.pSsidList;
            assert_eq!((*list).ulCount, 2);
            let first = (&raw const (*list).SSIDs).cast::<DOT11_SSID>();
            assert_eq!((*first).uSSIDLength, 4);
            assert_eq!((&(*first).ucSSID)[..5], *b"home\0");
            assert_eq!((*first.add(1)).ucSSID, [b'x'; 32]);
            let text = narrow(c.connection.pszXmlFragmentIhvConnectivity, 100).unwrap();
            assert_eq!(text.expose(), "<é/>".as_bytes());
        }
        assert!(c.safety.pszXmlFragmentIhvSecurity.is_null());
        assert_eq!(c.safety.bUseMSOnex, 1);
    }

    #[test]
    fn frames_of_an_association_lie_where_the_offsets_say() {
        let (words, len) = association(&Association {
            peer: MacAddr([1, 2, 3, 4, 5, 6]),
            reassociation: true,
            auth: 1,
            unicast_cipher: 4,
            multicast_cipher: 0x8000_0001,
            authorized: false,
            request: b"request".to_vec(),
            response: Vec::new(),
            beacon: b"beacon".to_vec(),
        });
        assert_eq!(len, 96 + 7 + 6);
        // SAFETY: the structure is at its start.
        let head = unsafe {
            words
                .as_ptr()
                .cast::<DOT11_ASSOCIATION_COMPLETION_PARAMETERS>()
                .read()
        };
        assert_eq!((head.uAssocReqOffset, head.uAssocReqSize), (96, 7));
        assert_eq!((head.uAssocRespOffset, head.uAssocRespSize), (0, 0));
        assert_eq!((head.uBeaconOffset, head.uBeaconSize), (103, 6));
        assert!(head.MulticastCipher < 0);
    }
}
