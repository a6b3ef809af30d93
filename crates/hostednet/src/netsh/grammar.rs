//! What a netsh command line asks for. No input, no output: words in, a command or a mistake out.
//!
//! The grammar is that of `netsh wlan` (Windows Server documentation, "Netsh Commands for Wireless
//! Local Area Network (WLAN)"), as far as it concerns the Hosted Network.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use dot11::Ssid;
use wlan_model::{KeyFormError, SecondaryKey};
use zeroize::Zeroizing;

use super::words::{Pick, Unfit, Word, assign, pick};
use crate::secret;

/// What a line of netsh asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// `set hostednetwork`
    Set(Settings),
    /// `start hostednetwork`
    Start,
    /// `stop hostednetwork`
    Stop,
    /// `refresh hostednetwork key`
    Refresh,
    /// `show hostednetwork`
    ShowHostedNetwork,
    /// `show hostednetwork setting=security`
    ShowSecurity,
    /// `show settings`
    ShowSettings,
    /// `show drivers`, of one interface or of all
    ShowDrivers(Option<String>),
    /// `show interfaces`, one or all
    ShowInterfaces(Option<String>),
    /// `export hostednetworkprofile`, into this folder or the current one
    Export(Option<PathBuf>),
    /// `?` behind anything
    Help(Topic),
}

/// What `set hostednetwork` shall change; at least one thing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Whether the network is allowed.
    pub(crate) mode: Option<bool>,
    /// Its name.
    pub(crate) ssid: Option<Ssid>,
    /// The secondary key, and whether it is persistent.
    pub(crate) key: Option<(KeyArgument, bool)>,
}

/// The value of `key=`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyArgument {
    /// Given as an argument, which Windows' grammar does and nothing else here.
    Given(SecondaryKey),
    /// `-`: one line of standard input (ours).
    FromInput,
}

/// What help is about, and whose usage a mistake shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// netsh itself
    Netsh,
    /// `wlan`
    Wlan,
    /// All commands of one verb
    Verb(Verb),
    /// One command
    Command(Verb, Object),
}

/// The verbs of the context `wlan` that are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Export,
    Refresh,
    Set,
    Show,
    Start,
    Stop,
}

/// What they act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Object {
    HostedNetwork,
    HostedNetworkProfile,
    Drivers,
    Interfaces,
    Settings,
}

/// Where a command line begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Context {
    /// Before `wlan`
    #[default]
    Root,
    /// Behind it
    Wlan,
}

/// Everything netsh may be called for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Invocation {
    /// One command
    Command(Command),
    /// `-f FILE` or `exec FILE`: the lines of a file, from this context
    Script(PathBuf, Context),
}

/// One line of a script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A command
    Command(Command),
    /// A context, entered or left
    Context(Context),
    /// `exit`
    End,
}

/// A command line that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// No such command. The words up to the one nobody knows: what follows may be a key.
    NotFound {
        /// Those words.
        words: String,
        /// More for people.
        hint: Hint,
    },
    /// Its parameters are wrong.
    Parameters {
        /// Whose.
        topic: Topic,
        /// What is wrong.
        wrong: Wrong,
    },
    /// An option of netsh that is not offered, or has no value.
    Option(&'static str),
    /// No command at all: Windows would begin to ask for some.
    Interactive,
}

/// Why a command is not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// It is no netsh command known here.
    Unknown,
    /// It begins several.
    Ambiguous,
    /// Windows has it, but it has nothing to do with the Hosted Network.
    NotOffered,
}

/// What is wrong with parameters. None carries a value that may be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The words do not fit the parameters.
    Unfit(Unfit),
    /// One that must be there is missing.
    Missing,
    /// A mode that is neither.
    Mode,
    /// An SSID with this many bytes.
    Ssid(usize),
    /// A key that cannot be one.
    Key(KeyFormError),
    /// A usage that is neither.
    KeyUsage,
    /// A usage, but no key to use.
    KeyUsageAlone,
    /// `refresh` with something else than `key`.
    Data,
    /// `show hostednetwork` with something else than `security`.
    Setting,
    /// A folder or interface without a name.
    Empty,
}

const WLAN: &[u8] = b"wlan";

/// Also those that are not offered: what is short for several on Windows shall not mean one here.
const VERBS: [(&str, Option<Verb>); 13] = [
    ("add", None),
    ("connect", None),
    ("delete", None),
    ("disconnect", None),
    ("dump", None),
    ("export", Some(Verb::Export)),
    ("ihv", None),
    ("refresh", Some(Verb::Refresh)),
    ("reportissues", None),
    ("set", Some(Verb::Set)),
    ("show", Some(Verb::Show)),
    ("start", Some(Verb::Start)),
    ("stop", Some(Verb::Stop)),
];

type Objects = [(&'static str, Option<Object>)];

const fn objects(verb: Verb) -> &'static Objects {
    use Object::{Drivers, HostedNetwork, HostedNetworkProfile, Interfaces, Settings};
    match verb {
        Verb::Export => &[
            ("hostednetworkprofile", Some(HostedNetworkProfile)),
            ("profile", None),
        ],
        Verb::Refresh | Verb::Start | Verb::Stop => &[("hostednetwork", Some(HostedNetwork))],
        Verb::Set => &[
            ("allowexplicitcreds", None),
            ("autoconfig", None),
            ("blockednetworks", None),
            ("blockperiod", None),
            ("createalluserprofile", None),
            ("hostednetwork", Some(HostedNetwork)),
            ("profileorder", None),
            ("profileparameter", None),
            ("profiletype", None),
            ("randomization", None),
            ("tracing", None),
        ],
        Verb::Show => &[
            ("all", None),
            ("allowexplicitcreds", None),
            ("autoconfig", None),
            ("blockednetworks", None),
            ("createalluserprofile", None),
            ("drivers", Some(Drivers)),
            ("filters", None),
            ("hostednetwork", Some(HostedNetwork)),
            ("interfaces", Some(Interfaces)),
            ("networks", None),
            ("onlyusegpprofilesforallowednetworks", None),
            ("profiles", None),
            ("randomization", None),
            ("settings", Some(Settings)),
            ("tracing", None),
            ("wirelesscapabilities", None),
            ("wlanreport", None),
        ],
    }
}

/// The arguments of the program.
pub(crate) fn invocation(words: &[Word]) -> Result<Invocation, Mistake> {
    const OPTIONS: [(&str, &str); 6] = [
        ("-c", "-c"),
        ("-f", "-f"),
        ("-a", "-a"),
        ("-r", "-r"),
        ("-u", "-u"),
        ("-p", "-p"),
    ];
    let mut context = Context::Root;
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let option = OPTIONS
            .iter()
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(first));
        let Some((name, _)) = option else { break };
        let Some((value, after)) = after.split_first() else {
            return Err(Mistake::Option(name));
        };
        match *name {
            "-c" => context = enter(value)?,
            "-f" => {
                if !after.is_empty() || value.is_empty() {
                    return Err(Mistake::Option(name));
                }
                return Ok(Invocation::Script(path_of(value), context));
            }
            _ => return Err(Mistake::Option(name)),
        }
        rest = after;
    }
    let Some((first, after)) = rest.split_first() else {
        return Err(Mistake::Interactive);
    };
    // The other way to say -f.
    if context == Context::Root && first.eq_ignore_ascii_case(b"exec") {
        return match after {
            [path] if !path.is_empty() => Ok(Invocation::Script(path_of(path), context)),
            _ => Err(Mistake::Option("exec")),
        };
    }
    command(context, rest).map(Invocation::Command)
}

fn path_of(word: &Word) -> PathBuf {
    PathBuf::from(OsString::from_vec(word.to_vec()))
}

fn enter(word: &[u8]) -> Result<Context, Mistake> {
    match pick(word, &[("wlan", ())]) {
        Pick::One(()) => Ok(Context::Wlan),
        Pick::Several | Pick::None => Err(not_found(&[], word, Hint::NotOffered)),
    }
}

/// A line of a script; `None` when there is nothing on it.
pub(crate) fn line(context: Context, words: &[Word]) -> Option<Result<Line, Mistake>> {
    let (first, rest) = words.split_first()?;
    if first.starts_with(b"#") {
        return None;
    }
    // People paste what they typed at a prompt.
    if first.eq_ignore_ascii_case(b"netsh") && !rest.is_empty() {
        return Some(command(Context::Root, rest).map(Line::Command));
    }
    if rest.is_empty() {
        const ENDS: [&str; 3] = ["bye", "exit", "quit"];
        if ENDS
            .iter()
            .any(|end| end.as_bytes().eq_ignore_ascii_case(first))
        {
            return Some(Ok(Line::End));
        }
        if first[..] == *b".." {
            return Some(Ok(Line::Context(Context::Root)));
        }
        if first.eq_ignore_ascii_case(b"wlan") {
            return Some(Ok(Line::Context(Context::Wlan)));
        }
    }
    Some(command(context, words).map(Line::Command))
}

/// One command, seen from `context`. From within `wlan` the word `wlan` may still be said.
pub(crate) fn command(context: Context, words: &[Word]) -> Result<Command, Mistake> {
    let Some((first, rest)) = words.split_first() else {
        return Ok(Command::Help(Topic::Wlan));
    };
    let is_wlan = matches!(pick(first, &[("wlan", ())]), Pick::One(()));
    match context {
        _ if is_wlan => wlan(rest),
        Context::Wlan => wlan(words),
        Context::Root if asks_for_help(first) => Ok(Command::Help(Topic::Netsh)),
        Context::Root => Err(not_found(&[], first, Hint::NotOffered)),
    }
}

fn wlan(words: &[Word]) -> Result<Command, Mistake> {
    let Some((first, rest)) = words.split_first() else {
        return Ok(Command::Help(Topic::Wlan));
    };
    if asks_for_help(first) {
        return Ok(Command::Help(Topic::Wlan));
    }
    let verb = match pick(first, &VERBS) {
        Pick::One(Some(verb)) => verb,
        Pick::One(None) => return Err(not_found(&[WLAN], first, Hint::NotOffered)),
        Pick::Several => return Err(not_found(&[WLAN], first, Hint::Ambiguous)),
        Pick::None => return Err(not_found(&[WLAN], first, Hint::Unknown)),
    };
    let Some((second, rest)) = rest.split_first() else {
        return Ok(Command::Help(Topic::Verb(verb)));
    };
    if asks_for_help(second) {
        return Ok(Command::Help(Topic::Verb(verb)));
    }
    let object = match pick(second, objects(verb)) {
        Pick::One(Some(object)) => object,
        Pick::One(None) => return Err(not_found(&[WLAN, first], second, Hint::NotOffered)),
        Pick::Several => return Err(not_found(&[WLAN, first], second, Hint::Ambiguous)),
        Pick::None => return Err(not_found(&[WLAN, first], second, Hint::Unknown)),
    };
    let topic = Topic::Command(verb, object);
    if rest.first().is_some_and(|word| asks_for_help(word)) {
        return Ok(Command::Help(topic));
    }
    parameters(verb, object, rest).map_err(|wrong| Mistake::Parameters { topic, wrong })
}

fn asks_for_help(word: &[u8]) -> bool {
    ["?", "/?", "-?", "help", "/help", "-h", "--help"]
        .iter()
        .any(|mark| mark.as_bytes().eq_ignore_ascii_case(word))
}

fn not_found(before: &[&[u8]], word: &[u8], hint: Hint) -> Mistake {
    let words: Vec<_> = before
        .iter()
        .chain([&word])
        .map(|word| plain(word))
        .collect();
    Mistake::NotFound {
        words: words.join(" "),
        hint,
    }
}

/// Text a terminal does not obey.
fn plain(word: &[u8]) -> String {
    let is_harmless = |c: &char| !c.is_control();
    String::from_utf8_lossy(word)
        .chars()
        .filter(is_harmless)
        .collect()
}

fn parameters(verb: Verb, object: Object, words: &[Word]) -> Result<Command, Wrong> {
    match (verb, object) {
        (Verb::Set, _) => set(words).map(Command::Set),
        (Verb::Start, _) => nothing(words).map(|()| Command::Start),
        (Verb::Stop, _) => nothing(words).map(|()| Command::Stop),
        (Verb::Refresh, _) => {
            let [data] = assign(words, ["data"]).map_err(Wrong::Unfit)?;
            let data = data.ok_or(Wrong::Missing)?;
            one_of(&data, &[("key", ())], Wrong::Data).map(|()| Command::Refresh)
        }
        (Verb::Export, _) => {
            let [folder] = assign(words, ["folder"]).map_err(Wrong::Unfit)?;
            match folder {
                Some(folder) if folder.is_empty() => Err(Wrong::Empty),
                Some(folder) => Ok(Command::Export(Some(path_of(&folder)))),
                None => Ok(Command::Export(None)),
            }
        }
        (Verb::Show, Object::Drivers) => interface(words).map(Command::ShowDrivers),
        (Verb::Show, Object::Interfaces) => interface(words).map(Command::ShowInterfaces),
        (Verb::Show, Object::Settings) => nothing(words).map(|()| Command::ShowSettings),
        (Verb::Show, Object::HostedNetwork | Object::HostedNetworkProfile) => {
            let [setting] = assign(words, ["setting"]).map_err(Wrong::Unfit)?;
            match setting {
                Some(setting) => one_of(&setting, &[("security", ())], Wrong::Setting)
                    .map(|()| Command::ShowSecurity),
                None => Ok(Command::ShowHostedNetwork),
            }
        }
    }
}

fn nothing(words: &[Word]) -> Result<(), Wrong> {
    if words.is_empty() {
        Ok(())
    } else {
        Err(Wrong::Unfit(Unfit::TooMany))
    }
}

fn interface(words: &[Word]) -> Result<Option<String>, Wrong> {
    let [interface] = assign(words, ["interface"]).map_err(Wrong::Unfit)?;
    match interface {
        Some(name) if name.is_empty() => Err(Wrong::Empty),
        name => Ok(name.map(|name| String::from_utf8_lossy(&name).into_owned())),
    }
}

fn one_of<T: Copy>(word: &[u8], table: &[(&'static str, T)], otherwise: Wrong) -> Result<T, Wrong> {
    match pick(word, table) {
        Pick::One(value) => Ok(value),
        Pick::Several | Pick::None => Err(otherwise),
    }
}

/// Everything is checked here, before anything is done.
fn set(words: &[Word]) -> Result<Settings, Wrong> {
    let [mode, ssid, key, usage] =
        assign(words, ["mode", "ssid", "key", "keyUsage"]).map_err(Wrong::Unfit)?;
    let mode = mode
        .map(|mode| one_of(&mode, &[("allow", true), ("disallow", false)], Wrong::Mode))
        .transpose()?;
    let ssid = ssid
        .map(|ssid| Ssid::new(ssid.to_vec()).map_err(|error| Wrong::Ssid(error.len)))
        .transpose()?;
    let is_persistent = usage
        .map(|usage| {
            one_of(
                &usage,
                &[("persistent", true), ("temporary", false)],
                Wrong::KeyUsage,
            )
        })
        .transpose()?;
    let key = match (key, is_persistent) {
        (Some(key), is_persistent) => {
            let key = match &key[..] {
                b"-" => KeyArgument::FromInput,
                key => KeyArgument::Given(secondary_key(key).map_err(Wrong::Key)?),
            };
            Some((key, is_persistent.unwrap_or(true)))
        }
        (None, Some(_)) => return Err(Wrong::KeyUsageAlone),
        (None, None) => None,
    };
    if mode.is_none() && ssid.is_none() && key.is_none() {
        return Err(Wrong::Missing);
    }
    Ok(Settings { mode, ssid, key })
}

/// A key as netsh takes it: 64 hexadecimal digits are 32 bytes, all else is a passphrase.
pub(crate) fn secondary_key(text: &[u8]) -> Result<SecondaryKey, KeyFormError> {
    match secret::raw_key(text) {
        Ok(bytes) => SecondaryKey::binary(&bytes),
        Err(_) => SecondaryKey::passphrase(text),
    }
}

/// The arguments of a program as words.
pub(crate) fn words(arguments: impl IntoIterator<Item = OsString>) -> Vec<Word> {
    arguments
        .into_iter()
        .map(|argument| Zeroizing::new(argument.into_vec()))
        .collect()
}
