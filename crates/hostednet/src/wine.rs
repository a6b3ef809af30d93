//! `hostednet wine`: lets the programs of a Wine prefix reach the service, and undoes it.
//!
//! Files go to the prefix's `system32`, some of them in place of Wine's own, of which `netsh.exe` is kept
//! under another name; values, a class of COM and two services go to its registry. What was there before is
//! kept in the folder `.hostednet` of the prefix, which is written first: whatever interrupts an
//! installation, `remove` knows what to undo. See `docs/decisions/0022`.

mod classes;
mod prefix;
mod record;
mod runner;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use cause::Cause;

use crate::args::wine::WineCommand;
use crate::failure::Failure;
use classes::{TEXT, TREES, WLAN_SERVICE};
use prefix::Prefix;
use record::Record;
use runner::Wine;

/// A file of ours.
struct File {
    /// Its name beside this program.
    source: &'static str,
    /// Its name in `system32`.
    name: &'static str,
    /// What `DllOverrides` calls it, where Wine knows the name: without `native` there it prefers its own.
    value: Option<&'static str>,
}

const FILES: [File; 6] = [
    file("hostednet_wlanapi.dll.so", "hostednet_wlanapi.dll"),
    File {
        value: Some("wlanapi"),
        ..file("wlanapi.dll", "wlanapi.dll")
    },
    File {
        value: Some(NETSH),
        ..file(NETSH, NETSH)
    },
    file("hostednet_hnetcfg.dll", "hostednet_hnetcfg.dll"),
    file(SERVICES, SERVICES),
    File {
        value: Some(FINDSTR),
        ..file(FINDSTR, FINDSTR)
    },
];

const fn file(source: &'static str, name: &'static str) -> File {
    File {
        source,
        name,
        value: None,
    }
}

/// What the prefix's service manager runs as WlanSvc and SharedAccess.
const SERVICES: &str = "hostednet_services.exe";

/// Wine's own netsh.exe, for the commands that are not ours.
const NETSH: &str = "netsh.exe";
const WINES_NETSH: &str = "netsh-wine.exe";

/// Scripts scrape what netsh prints with it; that of Wine 8 finds nothing, those after it know half of the switches.
const FINDSTR: &str = "findstr.exe";

const OVERRIDES: &str = r"HKCU\Software\Wine\DllOverrides";
const OURS: &str = r"HKLM\Software\hostednet";

const NATIVE: &str = "native";

/// Does it.
pub(crate) fn run(command: WineCommand) -> Result<(), Failure> {
    match command {
        WineCommand::Install { prefix, from } => install(&prefix::at(prefix)?, from),
        WineCommand::Remove { prefix } => remove(&prefix::at(prefix)?),
        WineCommand::Status { prefix } => status(&prefix::at(prefix)?),
    }
}

fn install(prefix: &Prefix, from: Option<PathBuf>) -> Result<(), Failure> {
    let files = files(from)?;
    prefix.check()?;
    let wine = Wine::find(prefix.path())?;
    wine.check_version()?;
    let values = || FILES.iter().filter_map(|file| file.value);
    // Once more: what the first installation found is what there was.
    let mut record = Record::read(prefix)?.unwrap_or_default();
    for value in values() {
        if !record.overrides.contains_key(value) {
            let before = wine.value(OVERRIDES, value)?;
            record.overrides.insert(value.to_owned(), before);
        }
    }
    record.begin(
        prefix,
        FILES.iter().map(|file| file.name).chain([WINES_NETSH]),
    )?;
    for (tree, file) in TREES {
        if !record.trees.contains_key(tree) {
            let there = wine.export(tree, &prefix.keep().join(file))?;
            record.trees.insert(tree.to_owned(), there);
        }
    }
    record.write(prefix)?;
    if let Some(wines) = record.saved(prefix, NETSH) {
        prefix.put(&wines, WINES_NETSH)?;
    }
    for file in &FILES {
        prefix.put(&files.join(file.source), file.name)?;
    }
    for value in values() {
        wine.set_value(OVERRIDES, value, NATIVE)?;
    }
    wine.set_value(OURS, "Program", &own_path()?)?;
    wine.import(TEXT.as_bytes(), &prefix.keep().join("ours.reg"))?;
    wine.services(SERVICES, "install")?;
    record.complete = true;
    record.write(prefix)?;
    say(&format!(
        "The 64-bit programs of {} host networks through the service now. 32-bit programs do not: \
         they find Wine's own wlanapi.dll.",
        prefix.path().display()
    ))
}

fn remove(prefix: &Prefix) -> Result<(), Failure> {
    let Some(record) = Record::read(prefix)? else {
        return say(&format!("{} is as it was.", prefix.path().display()));
    };
    let wine = Wine::find(prefix.path())?;
    for (value, before) in &record.overrides {
        match before {
            Some(data) => wine.set_value(OVERRIDES, value, data)?,
            None => wine.delete_value(OVERRIDES, value)?,
        }
    }
    wine.delete_key(OURS)?;
    // A prefix that was set up before there were services may have others by these names.
    if record.trees.contains_key(WLAN_SERVICE) && record.is_replaced(prefix, SERVICES) {
        wine.services(SERVICES, "remove")?;
    }
    for (tree, file) in TREES {
        match record.trees.get(tree) {
            Some(true) => {
                wine.delete_key(tree)?;
                wine.restore(&prefix.keep().join(file))?;
            }
            Some(false) => wine.delete_key(tree)?,
            None => {}
        }
    }
    record.undo(prefix)?;
    say(&format!("{} is as it was.", prefix.path().display()))
}

fn status(prefix: &Prefix) -> Result<(), Failure> {
    let name = prefix.path().display();
    prefix.check_whole()?;
    let Some(record) = Record::read(prefix)? else {
        return Err(Cause::new(
            format!("{name} is not set up."),
            "Run `hostednet wine install` with it.",
        )
        .into());
    };
    let half = |what: String| {
        Failure::from(Cause::new(
            what,
            "Run `hostednet wine install` again, or `hostednet wine remove`.",
        ))
    };
    if !record.complete {
        return Err(half(format!("{name} is half set up: it was interrupted.")));
    }
    for file in &FILES {
        if !record.is_replaced(prefix, file.name) {
            return Err(half(format!(
                "{name} is half set up: somebody changed {} in system32.",
                file.name
            )));
        }
    }
    say(&format!(
        "{name} is set up: its 64-bit programs host networks through the service."
    ))
}

/// The folder with the files for Wine.
fn files(from: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let folder = match from {
        Some(folder) => folder,
        None => Path::new(&own_path()?)
            .parent()
            .and_then(Path::parent)
            .map(|top| top.join("lib/hostednet/wine"))
            .unwrap_or_default(),
    };
    let missing = FILES
        .iter()
        .map(|file| folder.join(file.source))
        .find(|path| !path.is_file());
    match missing {
        None => Ok(folder),
        Some(path) => Err(Cause::new(
            format!(
                "The files for Wine are not there: {} is missing.",
                path.display()
            ),
            "Install the package hostednet-wine (`apt install hostednet-wine`), or build them with \
             `wine/build` and name their folder with --from.",
        )
        .into()),
    }
}

fn own_path() -> Result<String, Failure> {
    let path = std::env::current_exe().and_then(fs::canonicalize)?;
    path.into_os_string().into_string().map_err(|path| {
        Cause::new(
            format!("The path of this program is no text: {}.", path.display()),
            "Install it where its path is.",
        )
        .into()
    })
}

fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
