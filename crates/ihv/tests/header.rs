//! `include/wlanihv.h` and `wlanihvtypes.h` against [`ihv::abi`]: a C program prints sizes and places,
//! and this test holds them against ours.

use std::fmt::Write as _;
use std::mem::{offset_of, size_of};
use std::path::Path;
use std::process::Command;

use ihv::abi::*;

/// Collects what C is to say, and what it should say.
#[derive(Default)]
struct Facts {
    program: String,
    expected: String,
}

impl Facts {
    fn add(&mut self, expression: &str, value: usize) {
        let _ = writeln!(
            self.program,
            "    printf(\"%s %lu\\n\", \"{expression}\", (unsigned long)({expression}));"
        );
        let _ = writeln!(self.expected, "{expression} {value}");
    }
}

macro_rules! facts {
    ($facts:ident; $($name:ident { $($field:ident),* $(,)? })*) => {$(
        $facts.add(concat!("sizeof(", stringify!($name), ")"), size_of::<$name>());
        $($facts.add(
            concat!("offsetof(", stringify!($name), ", ", stringify!($field), ")"),
            offset_of!($name, $field),
        );)*
    )*};
}

macro_rules! numbers {
    ($facts:ident; $($name:ident),* $(,)?) => {
        $($facts.add(stringify!($name), $name as usize);)*
    };
}

fn facts() -> Facts {
    let mut f = Facts::default();
    facts! { f;
        DOT11_BYTE_ARRAY { Header, uNumOfBytes, uTotalNumOfBytes, ucBuffer }
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE {
            PeerMacAddr, AlgorithmId, Direction, bDelete, bStatic, usKeyLength, ucKey,
        }
        DOT11_CIPHER_DEFAULT_KEY_VALUE {
            Header, uKeyIndex, AlgorithmId, MacAddr, bDelete, bStatic, usKeyLength, ucKey,
        }
        DOT11_KEY_ALGO_CCMP { ucIV48Counter, ulCCMPKeyLength, ucCCMPKey }
        DOT11_KEY_ALGO_GCMP { ucIV48Counter, ulGCMPKeyLength, ucGCMPKey }
        DOT11_KEY_ALGO_BIP { ucIPN, ulBIPKeyLength, ucBIPKey }
        DOT11_KEY_ALGO_TKIP_MIC { ucIV48Counter, ulTKIPKeyLength, ulMICKeyLength, ucTKIPMICKeys }
        DOT11_PRIVACY_EXEMPTION { usEtherType, usExemptionActionType, usExemptionPacketType }
        DOT11_SECURITY_PACKET_HEADER { PeerMac, usEtherType, Data }
        DOT11_CURRENT_OPERATION_MODE { uReserved, uCurrentOpMode }
        DOT11_ADAPTER { gAdapterId, pszDescription, Dot11CurrentOpMode }
        DOT11_PORT_STATE { PeerMacAddress, uSessionId, bPortControlled, bPortAuthorized }
        DOT11_BSS_LIST { uNumOfBytes, pucBuffer }
        DOT11_ASSOCIATION_COMPLETION_PARAMETERS {
            Header, MacAddr, uStatus, bReAssocReq, bReAssocResp, uAssocReqOffset, uAssocReqSize,
            uAssocRespOffset, uAssocRespSize, uBeaconOffset, uBeaconSize, uIHVDataOffset,
            uIHVDataSize, AuthAlgo, UnicastCipher, MulticastCipher, uActivePhyListOffset,
            uActivePhyListSize, bFourAddressSupported, bPortAuthorized, ucActiveQoSProtocol, DSInfo,
            uEncapTableOffset, uEncapTableSize, MulticastMgmtCipher, uAssocComebackTime,
        }
        DOT11_IHV_VERSION_INFO { dwVerMin, dwVerMax }
        DOT11EXT_IHV_SSID_LIST { ulCount, SSIDs }
        DOT11EXT_IHV_PROFILE_PARAMS { pSsidList, BssType, pMSSecuritySettings }
        DOT11EXT_IHV_CONNECTIVITY_PROFILE { pszXmlFragmentIhvConnectivity }
        DOT11EXT_IHV_SECURITY_PROFILE { pszXmlFragmentIhvSecurity, bUseMSOnex }
        DOT11EXT_IHV_DISCOVERY_PROFILE { IhvConnectivityProfile, IhvSecurityProfile }
        DOT11EXT_IHV_DISCOVERY_PROFILE_LIST { dwCount, pIhvDiscoveryProfiles }
        DOT11EXT_IHV_UI_REQUEST { dwSessionId, guidUIRequest, UIPageClsid, dwByteCount, pvUIRequest }
        DOT11_MSONEX_RESULT_PARAMS {
            Dot11OnexAuthStatus, Dot11OneXReasonCode, pbMPPESendKey, dwMPPESendKeyLen,
            pbMPPERecvKey, dwMPPERecvKeyLen, pDot11EapResult,
        }
        L2_NOTIFICATION_DATA {
            NotificationSource, NotificationCode, InterfaceGuid, dwDataSize, pData,
        }
        WTSSESSION_NOTIFICATION { cbSize, dwSessionId }
        DOT11EXT_VIRTUAL_STATION_AP_PROPERTY {
            dot11SSID, dot11AuthAlgo, dot11CipherAlgo, bIsPassPhrase, dwKeyLength, ucKeyData,
        }
    }
    for (table, members) in [
        ("DOT11EXT_APIS", DOT11EXT_APIS::MEMBERS),
        (
            "DOT11EXT_VIRTUAL_STATION_APIS",
            DOT11EXT_VIRTUAL_STATION_APIS::MEMBERS,
        ),
        ("DOT11EXT_IHV_HANDLERS", DOT11EXT_IHV_HANDLERS::MEMBERS),
    ] {
        f.add(&format!("sizeof({table})"), 8 * members.len());
        for (i, member) in members.iter().enumerate() {
            f.add(&format!("offsetof({table}, {member})"), 8 * i);
        }
    }
    numbers! { f;
        L2_REASON_CODE_SUCCESS, L2_REASON_CODE_UNKNOWN, L2_REASON_CODE_IHV_BASE,
        L2_REASON_CODE_GROUP_SIZE, NDIS_OBJECT_TYPE_DEFAULT,
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE_BYTE_ARRAY_REVISION_1,
        DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1,
        DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1,
        DOT11_DIR_INBOUND, DOT11_DIR_OUTBOUND, DOT11_DIR_BOTH,
        DOT11_CIPHER_ALGO_WEP40, DOT11_CIPHER_ALGO_TKIP, DOT11_CIPHER_ALGO_CCMP,
        DOT11_CIPHER_ALGO_WEP104, DOT11_CIPHER_ALGO_BIP, DOT11_CIPHER_ALGO_GCMP,
        DOT11_CIPHER_ALGO_GCMP_256, DOT11_CIPHER_ALGO_CCMP_256,
        DOT11_EXEMPT_ALWAYS, DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE,
        DOT11_EXEMPT_UNICAST, DOT11_EXEMPT_MULTICAST, DOT11_EXEMPT_BOTH,
        DOT11_OPERATION_MODE_EXTENSIBLE_STATION, DOT11_OPERATION_MODE_EXTENSIBLE_AP,
        L2_NOTIFICATION_SOURCE_WLAN_IHV, WTS_SESSION_LOGOFF,
    }
    f
}

fn compile(compiler: &str, flags: &[&str], source: &Path, out: &Path) {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include");
    let done = Command::new(compiler)
        .args(flags)
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(include)
        .arg("-o")
        .args([out, source])
        .status()
        .expect("a C and a C++ compiler are needed for this test");
    assert!(done.success(), "{compiler}");
}

#[test]
#[cfg(target_pointer_width = "64")]
fn the_c_headers_say_what_our_structures_say() {
    let facts = facts();
    let program = format!(
        "#include <wlanihv.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void)\n{{\n{}    return 0;\n}}\n",
        facts.program
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let out = folder.join("wlanihv");
    for (compiler, name, standard) in [
        ("cc", "wlanihv.c", "-std=c11"),
        ("c++", "wlanihv.cc", "-std=c++17"),
    ] {
        let source = folder.join(name);
        std::fs::write(&source, &program).unwrap();
        compile(compiler, &[standard], &source, &out);
        let said = Command::new(&out).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(said.lines().count() > 200);
        for (theirs, ours) in said.lines().zip(facts.expected.lines()) {
            assert_eq!(theirs, ours, "{compiler}");
        }
    }
}

/// The headers have to compile for Windows too, where the types come from its own.
#[test]
fn an_extension_compiles_for_windows() {
    let mingw = "x86_64-w64-mingw32-gcc";
    if Command::new(mingw).arg("--version").output().is_err() {
        eprintln!("SKIPPED: {mingw} is not installed, so nothing was compiled for Windows");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = folder.join("windows.c");
    std::fs::write(&source, "#include <wlanihv.h>\nDOT11EXT_APIS apis;\n").unwrap();
    let out = folder.join("windows.o");
    compile(mingw, &["-std=c11", "-c"], &source, &out);
}
