//! Holds the crates' real dependencies against the arrows we allow (ARCHITECTURE.md).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::run;

/// A crate, and which of ours it may use. A new arrow needs a line here and a good reason; arrows
/// only ever point to a line further up. Dependencies of tests are free.
const ALLOWED: &[(&str, &[&str])] = &[
    ("cause", &[]),
    ("clock", &[]),
    ("dot11", &[]),
    ("packet", &[]),
    // Vocabulary and seams.
    ("wlan_model", &["cause", "dot11"]),
    ("radio", &["cause", "clock", "dot11"]),
    ("oid", &["cause", "dot11"]),
    (
        "wlan_rpc",
        &["cause", "clock", "dot11", "packet", "wlan_model"],
    ),
    ("ihv", &["dot11", "packet", "wlan_model"]),
    // Engines.
    ("rsn", &["clock", "dot11"]),
    ("miniport", &["cause", "clock", "dot11", "oid", "radio"]),
    ("softap", &["cause", "clock", "dot11", "oid", "rsn"]),
    (
        "hosted_network",
        &[
            "cause",
            "clock",
            "dot11",
            "oid",
            "rsn",
            "softap",
            "wlan_model",
            "wlan_rpc",
        ],
    ),
    (
        "ihv_service",
        &[
            "cause",
            "clock",
            "dot11",
            "ihv",
            "oid",
            "softap",
            "wlan_model",
            "wlan_rpc",
        ],
    ),
    (
        "column",
        &[
            "cause",
            "clock",
            "dot11",
            "hosted_network",
            "ihv",
            "ihv_service",
            "miniport",
            "oid",
            "radio",
            "softap",
            "wlan_model",
            "wlan_rpc",
        ],
    ),
    ("radio_sim", &["cause", "clock", "dot11", "radio", "rsn"]),
    ("wifi_code", &["cause", "dot11"]),
    ("sharing", &["cause", "clock", "dot11", "wlan_rpc"]),
    (
        "doctor",
        &["cause", "dot11", "radio", "sharing", "wlan_model"],
    ),
    // What touches the system.
    (
        "radio_nl80211",
        &["cause", "clock", "dot11", "radio", "rsn"],
    ),
    ("settings_store", &["cause", "dot11", "wlan_model"]),
    (
        "wlansvc",
        &[
            "cause",
            "clock",
            "column",
            "dot11",
            "hosted_network",
            "radio",
            "radio_nl80211",
            "radio_sim",
            "settings_store",
            "sharing",
            "wlan_model",
            "wlan_rpc",
        ],
    ),
    (
        "wlan_client",
        &["cause", "clock", "dot11", "wlan_model", "wlan_rpc"],
    ),
    (
        "doctor_look",
        &[
            "cause",
            "clock",
            "doctor",
            "dot11",
            "radio_nl80211",
            "sharing",
            "wlan_client",
            "wlan_model",
        ],
    ),
    (
        "wlanapi",
        &[
            "cause",
            "clock",
            "dot11",
            "wlan_client",
            "wlan_model",
            "wlan_rpc",
        ],
    ),
    (
        "hostednet_web",
        &[
            "cause",
            "clock",
            "dot11",
            "wifi_code",
            "wlan_client",
            "wlan_model",
        ],
    ),
    // The source of wlanapi, so its arrows.
    (
        "wlanapi_wine",
        &["dot11", "wlan_client", "wlan_model", "wlan_rpc"],
    ),
    ("ihv_extension", &["dot11", "ihv", "wlan_model"]),
    // Programs.
    ("ihv_host", &["clock", "dot11", "ihv", "wlan_model"]),
    // The source of ihv_host, so its arrows.
    ("ihv_host_wine", &["clock", "dot11", "ihv", "wlan_model"]),
    (
        "load",
        &["clock", "dot11", "wlan_client", "wlan_model", "wlanapi"],
    ),
    (
        "hostednet",
        &[
            "cause",
            "clock",
            "doctor",
            "doctor_look",
            "dot11",
            "hostednet_web",
            "wifi_code",
            "radio_nl80211",
            "wlan_client",
            "wlan_model",
            "wlan_rpc",
            "wlansvc",
        ],
    ),
    // Tests of the whole column.
    (
        "world",
        &[
            "cause",
            "clock",
            "column",
            "dot11",
            "hosted_network",
            "ihv",
            "ihv_service",
            "miniport",
            "oid",
            "radio",
            "radio_sim",
            "rsn",
            "softap",
            "wlan_model",
            "wlan_rpc",
        ],
    ),
    ("xtask", &[]),
];

/// Crates without sockets, clocks, threads or randomness of their own.
const PURE: &[&str] = &[
    "cause",
    "column",
    "doctor",
    "dot11",
    "hosted_network",
    "ihv",
    "ihv_service",
    "miniport",
    "oid",
    "packet",
    "radio",
    "radio_sim",
    "rsn",
    "sharing",
    "softap",
    "wifi_code",
    "wlan_model",
    "wlan_rpc",
];

/// Foreign crates that would bring those in.
const IMPURE: &[&str] = &[
    "getrandom",
    "libc",
    "rand",
    "rustix",
    "socket2",
    "tempfile",
    "tokio",
];

/// `Ok` with one line for people, or all arrows that run the wrong way.
pub(crate) fn check() -> Result<String, String> {
    let cargo = run::cargo();
    let tree = run::quiet(
        &[
            cargo.as_str(),
            "tree",
            "--workspace",
            "--depth=1",
            "--edges=normal,build",
            "--prefix=depth",
        ],
        &[],
        120,
    );
    if !tree.success() {
        return Err(format!("cargo tree: {}", tree.why()));
    }
    let graph = parse(&tree.stdout);
    let wrong = judge(&graph);
    if wrong.is_empty() {
        let arrows = graph
            .values()
            .flatten()
            .filter(|to| graph.contains_key(*to))
            .count();
        Ok(format!(
            "{} crates, {arrows} arrows, none runs the wrong way",
            graph.len()
        ))
    } else {
        Err(wrong)
    }
}

type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Reads `cargo tree --prefix=depth --depth=1`: `0softap v0.1.0 (..)`, `1clock v0.1.0 (..)`.
fn parse(tree: &str) -> Graph<'_> {
    let mut graph = Graph::new();
    let mut from = "";
    for line in tree.lines() {
        let name = line
            .get(1..)
            .and_then(|rest| rest.split(' ').next())
            .unwrap_or_default();
        match line.as_bytes().first() {
            Some(b'0') => {
                from = name;
                graph.entry(from).or_default();
            }
            Some(b'1') => {
                graph.entry(from).or_default().insert(name);
            }
            _ => {}
        }
    }
    graph
}

fn judge(graph: &Graph<'_>) -> String {
    let mut wrong = String::new();
    for (from, dependencies) in graph {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| name == from) else {
            let _ = writeln!(wrong, "{from}: has no line in xtask/src/arrows.rs");
            continue;
        };
        for to in dependencies {
            if graph.contains_key(to) && !allowed.contains(to) {
                let _ = writeln!(
                    wrong,
                    "{from} -> {to}: not an allowed arrow (ARCHITECTURE.md)"
                );
            }
            if PURE.contains(from) && IMPURE.contains(to) {
                let _ = writeln!(wrong, "{from} -> {to}: an engine stays without the system");
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_points_upward_only() {
        for (at, (from, allowed)) in ALLOWED.iter().enumerate() {
            for to in *allowed {
                let above = ALLOWED.iter().take(at).any(|(name, _)| name == to);
                assert!(above, "{from} -> {to}");
            }
        }
    }

    #[test]
    fn an_arrow_up_the_page_is_named() {
        let graph = parse(
            "0dot11 v0.1.0 (/x)\n1serde v1.0.0\n1softap v0.1.0 (/x)\n\n0softap v0.1.0 (/x)\n1dot11 v0.1.0 (/x)\n",
        );

        let wrong = judge(&graph);

        assert_eq!(wrong.lines().count(), 1);
        assert!(wrong.starts_with("dot11 -> softap: not an allowed arrow"));
    }

    #[test]
    fn an_engine_with_a_socket_is_named() {
        let graph = parse("0rsn v0.1.0 (/x)\n1rustix v1.1.0\n");

        assert!(judge(&graph).starts_with("rsn -> rustix"));
    }

    #[test]
    fn a_crate_without_a_line_is_named() {
        assert!(judge(&parse("0stranger v0.1.0 (/x)\n")).starts_with("stranger: has no line"));
    }
}
