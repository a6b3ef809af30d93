//! What the tables of others do to our peers.
//!
//! A packet passes when every table lets it: ours cannot take back what another drops. So those that
//! drop are found in what `nft list ruleset` tells (tables of iptables-nft are in it too) and named with
//! what to type. We change none of them.

use cause::Cause;

use crate::texts::TABLE;

/// What must pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    pub(crate) interface: String,
    /// Where the internet is, when it is shared.
    pub(crate) upstream: Option<String>,
}

/// What stands in the way of the peers of `interface`, by what `nft list ruleset` tells; with an upstream
/// also on their way there.
#[must_use]
pub fn firewall_obstacle(ruleset: &str, interface: &str, upstream: Option<&str>) -> Option<Cause> {
    let paths = Paths {
        interface: interface.to_owned(),
        upstream: upstream.map(str::to_owned),
    };
    obstacle(ruleset, &paths)
}

/// A chain at a hook of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hook {
    /// To the machine itself: DHCP and DNS.
    Input,
    /// Through it.
    Forward,
}

/// What stands in the peers' way, with the remedy of whoever made it.
pub(crate) fn obstacle(ruleset: &str, paths: &Paths) -> Option<Cause> {
    let tables = tables(ruleset);
    let mut hooks: Vec<(Hook, &str)> = Vec::new();
    for table in &tables {
        // Who names our interface has decided about it.
        let quoted = format!("\"{}\"", paths.interface);
        if table.name == TABLE || table.body.contains(&quoted) {
            continue;
        }
        for hook in [Hook::Input, Hook::Forward] {
            if hook == Hook::Forward && paths.upstream.is_none() {
                continue;
            }
            if blocks(table, hook) {
                hooks.push((hook, owner(table, &tables)));
            }
        }
    }
    let &(_, owner) = hooks.first()?;
    let interface = &paths.interface;
    let upstream = paths.upstream.as_deref();
    let what = match (
        hooks.iter().any(|(hook, _)| *hook == Hook::Input),
        hooks.iter().any(|(hook, _)| *hook == Hook::Forward),
    ) {
        (true, true) => "requests for addresses and what peers send to the internet",
        (true, false) => "peers' requests for addresses and names",
        (false, _) => "what peers send to the internet",
    };
    let inward = format!("-i {interface} -j ACCEPT");
    let remedy = match owner {
        "firewalld" => {
            format!("Type `firewall-cmd --zone=trusted --add-interface={interface}`.")
        }
        "ufw" => {
            let mut text = format!("Type `ufw allow in on {interface}`");
            if let Some(upstream) = upstream {
                text.push_str(&format!(
                    " and `ufw route allow in on {interface} out on {upstream}`"
                ));
            }
            text.push('.');
            text
        }
        "docker" => format!(
            "Type `iptables -I DOCKER-USER {inward}` and `iptables -I DOCKER-USER -o {interface} \
             -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`."
        ),
        _ => format!(
            "Let {interface} pass there: in its input chain UDP to the ports 67 and 53, in its forward \
             chain packets from it, and answers to it."
        ),
    };
    let name = match owner {
        "docker" => "Docker's firewall".to_owned(),
        "ufw" | "firewalld" => format!("The firewall {owner}"),
        table => format!("The firewall in the table {table}"),
    };
    Some(Cause::new(format!("{name} drops {what}."), remedy))
}

/// One table as `nft list ruleset` shows it.
struct Table<'a> {
    name: &'a str,
    body: &'a str,
}

/// A table begins at the left margin and ends with a brace there.
fn tables(ruleset: &str) -> Vec<Table<'_>> {
    let mut rest = ruleset;
    let mut tables = Vec::new();
    while let Some(start) = find_at_margin(rest, "table ") {
        let after = rest.get(start + 6..).unwrap_or_default();
        let Some((name, body)) = after.split_once(" {\n") else {
            break;
        };
        let end = find_at_margin(body, "}").unwrap_or(body.len());
        let (body, left) = body.split_at(end);
        tables.push(Table { name, body });
        rest = left;
    }
    tables
}

fn find_at_margin(text: &str, what: &str) -> Option<usize> {
    if text.starts_with(what) {
        return Some(0);
    }
    text.find(&format!("\n{what}")).map(|at| at + 1)
}

/// Whether a chain of the table at this hook drops what no rule of it names.
fn blocks(table: &Table<'_>, hook: Hook) -> bool {
    let hook = match hook {
        Hook::Input => "hook input ",
        Hook::Forward => "hook forward ",
    };
    let mut lines = table.body.lines();
    while let Some(line) = lines.next() {
        if !line.contains(hook) {
            continue;
        }
        if line.contains("policy drop") {
            return true;
        }
        // firewalld's way: the last rule of the chain turns everything else away.
        let last = lines
            .by_ref()
            .map(str::trim)
            .take_while(|line| *line != "}")
            .last()
            .unwrap_or_default();
        let verdict = last.strip_prefix("counter ").unwrap_or(last);
        if verdict.starts_with("reject") || verdict.starts_with("drop") {
            return true;
        }
    }
    false
}

/// Whose table it is.
fn owner<'a>(table: &Table<'a>, all: &[Table<'_>]) -> &'a str {
    if table.name.ends_with(" firewalld") {
        return "firewalld";
    }
    if table.body.contains("ufw-") || table.body.contains("ufw6-") {
        return "ufw";
    }
    let docker = |table: &Table<'_>| table.body.contains("DOCKER");
    if docker(table) || (table.name.starts_with("ip ") && all.iter().any(docker)) {
        return "docker";
    }
    table.name
}
