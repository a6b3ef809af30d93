//! What is ours in the registry: the class of COM that stands for connection sharing (HNetCfg.HNetShare), and
//! the services of Windows that programs look for.

/// Trees of the registry that are ours while a prefix is set up. Each has a name for the file in which
/// what was there before is kept.
pub(crate) const TREES: [(&str, &str); 5] = [
    (
        r"HKLM\Software\Classes\CLSID\{5C63C1AD-3956-4FF8-8486-40034758315B}",
        "class.reg",
    ),
    (r"HKLM\Software\Classes\HNetCfg.HNetShare", "name.reg"),
    (r"HKLM\Software\Classes\HNetCfg.HNetShare.1", "name-1.reg"),
    (WLAN_SERVICE, "service-wlan.reg"),
    (
        r"HKLM\System\CurrentControlSet\Services\SharedAccess",
        "service-sharing.reg",
    ),
];

/// The first of the services, which the service manager enters when our program asks it to.
pub(crate) const WLAN_SERVICE: &str = r"HKLM\System\CurrentControlSet\Services\WlanSvc";

/// What is in those of the class, as `reg import` reads it.
pub(crate) const TEXT: &str = r#"REGEDIT4

[HKEY_LOCAL_MACHINE\Software\Classes\CLSID\{5C63C1AD-3956-4FF8-8486-40034758315B}]
@="hostednet: connection sharing"

[HKEY_LOCAL_MACHINE\Software\Classes\CLSID\{5C63C1AD-3956-4FF8-8486-40034758315B}\InprocServer32]
@="C:\\windows\\system32\\hostednet_hnetcfg.dll"
"ThreadingModel"="Both"

[HKEY_LOCAL_MACHINE\Software\Classes\CLSID\{5C63C1AD-3956-4FF8-8486-40034758315B}\ProgID]
@="HNetCfg.HNetShare.1"

[HKEY_LOCAL_MACHINE\Software\Classes\CLSID\{5C63C1AD-3956-4FF8-8486-40034758315B}\VersionIndependentProgID]
@="HNetCfg.HNetShare"

[HKEY_LOCAL_MACHINE\Software\Classes\HNetCfg.HNetShare]
@="hostednet: connection sharing"

[HKEY_LOCAL_MACHINE\Software\Classes\HNetCfg.HNetShare\CLSID]
@="{5C63C1AD-3956-4FF8-8486-40034758315B}"

[HKEY_LOCAL_MACHINE\Software\Classes\HNetCfg.HNetShare\CurVer]
@="HNetCfg.HNetShare.1"

[HKEY_LOCAL_MACHINE\Software\Classes\HNetCfg.HNetShare.1]
@="hostednet: connection sharing"

[HKEY_LOCAL_MACHINE\Software\Classes\HNetCfg.HNetShare.1\CLSID]
@="{5C63C1AD-3956-4FF8-8486-40034758315B}"
"#;
