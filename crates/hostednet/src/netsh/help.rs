//! What `?` prints, and the usage behind a mistake. In the layout of Windows, in our words.

use super::grammar::{Object, Topic, Verb};
use super::page::Page;

/// One command.
struct Entry {
    verb: Verb,
    object: Object,
    /// `set hostednetwork`
    name: &'static str,
    about: &'static str,
    /// Lines of parameters behind the name.
    usage: &'static [&'static str],
    parameters: &'static [(&'static str, &'static [&'static str])],
    remarks: &'static [&'static str],
    examples: &'static [&'static str],
}

const COMMANDS: [Entry; 9] = [
    Entry {
        verb: Verb::Export,
        object: Object::HostedNetworkProfile,
        name: "export hostednetworkprofile",
        about: "Export the hosted network profile to XML file.",
        usage: &[" [[folder=]<string>]"],
        parameters: &[(
            "folder",
            &["Folder the file goes to; without it the current one."],
        )],
        remarks: &[
            "With the profile a computer joins the hosted network. It holds the system",
            "security key in clear, so only you may read the file.",
        ],
        examples: &[
            "export hostednetworkprofile",
            "export hostednetworkprofile folder=/media/stick",
        ],
    },
    Entry {
        verb: Verb::Refresh,
        object: Object::HostedNetwork,
        name: "refresh hostednetwork",
        about: "Refresh hosted network settings.",
        usage: &[" [data=]key"],
        parameters: &[("data", &["What to refresh: key, the system security key."])],
        remarks: &[
            "A new system security key is made. A running hosted network stops, and devices",
            "that used the old key need the new one. The user security key stays.",
        ],
        examples: &[
            "refresh hostednetwork data=key",
            "refresh hostednetwork key",
        ],
    },
    Entry {
        verb: Verb::Set,
        object: Object::HostedNetwork,
        name: "set hostednetwork",
        about: "Set hosted network properties.",
        usage: &[
            " [mode=]allow|disallow",
            "      [ssid=]<ssid> [key=]<passphrase> [keyUsage=]persistent|temporary",
        ],
        parameters: &[
            (
                "mode",
                &["Whether the hosted network may run on this machine."],
            ),
            ("ssid", &["Its name, 1 to 32 bytes."]),
            (
                "key",
                &[
                    "The user security key: 8 to 63 ASCII characters, or 64 hexadecimal",
                    "digits that stand for 32 bytes. With - it is read from standard input.",
                ],
            ),
            (
                "keyUsage",
                &[
                    "persistent: the key is kept, which is the default.",
                    "temporary: it is erased when the network stops, now or the next time.",
                ],
            ),
        ],
        remarks: &[
            "At least one of mode, ssid and key is needed. A running hosted network stops when",
            "mode or ssid changes; a new key disturbs nobody who is connected.",
            "Everybody on this machine can read the arguments of a program while it runs:",
            "key=- keeps the key out of them.",
        ],
        examples: &[
            "set hostednetwork mode=allow",
            "set hostednetwork ssid=\"My network\"",
            "set hostednetwork key=passphrase keyUsage=temporary",
            "set hostednetwork allow MyNetwork passphrase persistent",
        ],
    },
    Entry {
        verb: Verb::Show,
        object: Object::Drivers,
        name: "show drivers",
        about: "Show properties of the wireless drivers.",
        usage: &[" [[interface=]<string>]"],
        parameters: &[(
            "interface",
            &["Name of one interface; without it all are shown."],
        )],
        remarks: &["Tells for each interface whether it can carry the hosted network."],
        examples: &["show drivers", "show drivers interface=wlan0"],
    },
    Entry {
        verb: Verb::Show,
        object: Object::HostedNetwork,
        name: "show hostednetwork",
        about: "Show hosted network properties and status.",
        usage: &[" [[setting=]security]"],
        parameters: &[("setting", &["security: show the keys, in clear."])],
        remarks: &["Without a setting it shows properties, status and who is connected."],
        examples: &["show hostednetwork", "show hostednetwork setting=security"],
    },
    Entry {
        verb: Verb::Show,
        object: Object::Interfaces,
        name: "show interfaces",
        about: "Show the wireless interfaces.",
        usage: &[" [[interface=]<string>]"],
        parameters: &[(
            "interface",
            &["Name of one interface; without it all are shown."],
        )],
        remarks: &["The hosted network's own interface is not among them."],
        examples: &["show interfaces", "show interfaces interface=wlan0"],
    },
    Entry {
        verb: Verb::Show,
        object: Object::Settings,
        name: "show settings",
        about: "Show the settings of wireless networking.",
        usage: &[""],
        parameters: &[],
        remarks: &["Tells whether the hosted network is allowed on this machine."],
        examples: &["show settings"],
    },
    Entry {
        verb: Verb::Start,
        object: Object::HostedNetwork,
        name: "start hostednetwork",
        about: "Start hosted network.",
        usage: &[""],
        parameters: &[],
        remarks: &["It runs until it is stopped. Administrator privilege is needed."],
        examples: &["start hostednetwork"],
    },
    Entry {
        verb: Verb::Stop,
        object: Object::HostedNetwork,
        name: "stop hostednetwork",
        about: "Stop hosted network.",
        usage: &[""],
        parameters: &[],
        remarks: &["It stops whoever started it."],
        examples: &["stop hostednetwork"],
    },
];

const fn about_verb(verb: Verb) -> (&'static str, &'static str) {
    match verb {
        Verb::Export => ("export", "Saves to a file."),
        Verb::Refresh => ("refresh", "Refresh hosted network settings."),
        Verb::Set => ("set", "Changes settings."),
        Verb::Show => ("show", "Shows settings and status."),
        Verb::Start => ("start", "Start hosted network."),
        Verb::Stop => ("stop", "Stop hosted network."),
    }
}

/// The page `?` asks for.
pub(crate) fn help(page: &mut Page, topic: Topic) {
    match topic {
        Topic::Command(verb, object) => match entry(verb, object) {
            Some(entry) => in_full(page, entry),
            None => list(page, &[]),
        },
        Topic::Netsh => {
            page.empty()
                .line("Usage: netsh [-c wlan] [Command | -f ScriptFile | exec ScriptFile]")
                .empty();
            list(page, &[("wlan", "The commands of the hosted network.")]);
        }
        Topic::Wlan => {
            page.empty();
            list(page, &VERBS.map(about_verb));
        }
        Topic::Verb(verb) => {
            let commands: Vec<_> = COMMANDS
                .iter()
                .filter(|entry| entry.verb == verb)
                .map(|entry| (entry.name, entry.about))
                .collect();
            page.empty();
            list(page, &commands);
        }
    }
}

const VERBS: [Verb; 6] = [
    Verb::Export,
    Verb::Refresh,
    Verb::Set,
    Verb::Show,
    Verb::Start,
    Verb::Stop,
];

fn entry(verb: Verb, object: Object) -> Option<&'static Entry> {
    COMMANDS
        .iter()
        .find(|entry| entry.verb == verb && entry.object == object)
}

fn list(page: &mut Page, commands: &[(&str, &str)]) {
    page.line("The following commands are available:")
        .empty()
        .line("Commands in this context:");
    let width = commands
        .iter()
        .map(|(name, _)| name.len())
        .fold(14, usize::max);
    let all = [("?", "Displays a list of commands.")];
    for (name, about) in all.iter().chain(commands) {
        page.line(&format!("{name:<width$} - {about}"));
    }
    page.empty()
        .line("More about a command: the command, a blank, and ?.")
        .empty();
}

/// The lines of `Usage: ...`.
pub(crate) fn usage(page: &mut Page, topic: Topic) {
    let Topic::Command(verb, object) = topic else {
        return;
    };
    if let Some(entry) = entry(verb, object) {
        let mut first = format!("Usage: {}", entry.name);
        for line in entry.usage {
            first.push_str(line);
            page.line(&first);
            first.clear();
        }
    }
}

fn in_full(page: &mut Page, entry: &Entry) {
    page.empty();
    usage(page, Topic::Command(entry.verb, entry.object));
    if !entry.parameters.is_empty() {
        page.empty().line("Parameters:").empty();
        page.line("    Tag             Value");
        for (tag, lines) in entry.parameters {
            let mut before = format!("    {tag:<13} - ");
            for line in *lines {
                page.line(&format!("{before}{line}"));
                before = " ".repeat(before.len());
            }
        }
    }
    page.empty().line("Remarks:").empty();
    for line in entry.remarks {
        page.line(&format!("    {line}"));
    }
    page.empty().line("Examples:").empty();
    for line in entry.examples {
        page.line(&format!("    {line}"));
    }
    page.empty();
}
