//! Who asks, and what he may do.

use doctor::facts::Caller;
use doctor::read;
use radio_nl80211::look::Files;

/// By what `/proc/self/status` says of this process.
pub(crate) fn caller(files: &Files) -> Caller {
    const NET_ADMIN: u64 = 1 << 12;
    const NET_RAW: u64 = 1 << 13;
    let text = |path| files.text(path).unwrap_or_default();
    let status = text("/proc/self/status");
    let capabilities = read::effective_capabilities(&status).unwrap_or_default();
    let mine = read::effective_groups(&status);
    let group = read::privileged_group(&text("/etc/hostednet/policy.toml")).and_then(|name| {
        let number = read::group_number(&text("/etc/group"), &name)?;
        Some((name, mine.contains(&number)))
    });
    Caller {
        // Nobody, where nothing says who.
        uid: read::effective_user(&status).unwrap_or(65534),
        net_admin: capabilities & NET_ADMIN != 0,
        net_raw: capabilities & NET_RAW != 0,
        group,
    }
}
