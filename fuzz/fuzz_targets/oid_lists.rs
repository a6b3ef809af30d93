//! Lists of algorithms, pairs, names, addresses, PHYs, channels, exemptions, peers: any bytes, and
//! queries with any room.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oid::wire::{
    AssociationInfoList, AuthAlgorithmList, AuthCipherPairList, ChannelList, CipherAlgorithmList,
    FrequencyList, MacAddressList, PeerInfoList, PhyIdList, PmkidList, PrivacyExemptionList,
    SsidList, Structure, answer,
};

/// What is read is written to bytes that read the same; a short buffer is told how long it should be.
macro_rules! check {
    ($bytes:expr, $($structure:ty),* $(,)?) => {
        $(match <$structure as Structure<'_>>::parse($bytes) {
            Ok(value) => {
                let again = value.to_bytes();
                assert_eq!(<$structure as Structure<'_>>::parse(&again), Ok(value));
            }
            Err(error) => {
                let needed = error.bytes_needed.unwrap_or(u32::MAX);
                assert!(needed as usize > $bytes.len());
            }
        })*
    };
}

fuzz_target!(|bytes: &[u8]| {
    check!(
        bytes,
        AuthAlgorithmList,
        CipherAlgorithmList,
        AuthCipherPairList,
        SsidList,
        PrivacyExemptionList,
        MacAddressList,
        PmkidList,
        PhyIdList,
        ChannelList,
        FrequencyList,
        PeerInfoList,
        AssociationInfoList
    );

    let room = usize::from(bytes.first().copied().unwrap_or(0));
    if let Ok(list) = PeerInfoList::parse(bytes) {
        assert!(answer(&list, room).bytes.len() <= room);
    }
    if let Ok(list) = SsidList::parse(bytes) {
        let told = answer(&list, room);
        assert!(told.bytes.len() <= room && told.written as usize <= room);
    }
});
