//! What a prefix was before it was set up.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use cause::Cause;
use serde::{Deserialize, Serialize};

use super::prefix::Prefix;

/// The file in the prefix's `.hostednet`.
const FILE: &str = "record.json";

/// What there was, and how far the installation came.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The installation came to its end.
    pub(crate) complete: bool,
    /// Values of `DllOverrides`, and what they were; `None`: they were not there.
    pub(crate) overrides: BTreeMap<String, Option<String>>,
    /// Files of `system32`, and whether they were there: then they are kept beside this record.
    pub(crate) files: BTreeMap<String, bool>,
    /// Keys of the registry, and whether they were there: then they are kept beside this record, in the
    /// form of `reg export`.
    #[serde(default)]
    pub(crate) trees: BTreeMap<String, bool>,
}

impl Record {
    /// Reads it; `None` when the prefix was never set up.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense.
    pub(crate) fn read(prefix: &Prefix) -> Result<Option<Self>, Cause> {
        let path = prefix.keep().join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(prefix.unusable(&path, &error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            Cause::new(
                format!("{} makes no sense: {error}.", path.display()),
                "Delete the folder it is in and run `wineboot -u` with the prefix: Wine puts its own \
                 files back.",
            )
        })
    }

    /// Keeps what there is, before anything changes. What is known already is kept as it is.
    ///
    /// # Errors
    /// When the prefix cannot be written to.
    pub(crate) fn begin<'a>(
        &mut self,
        prefix: &Prefix,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Cause> {
        let keep = prefix.keep();
        fs::create_dir_all(&keep).map_err(|error| prefix.unusable(&keep, &error))?;
        for name in names {
            if self.files.contains_key(name) {
                continue;
            }
            let there = prefix.system32().join(name);
            let kept = match fs::copy(&there, keep.join(name)) {
                Ok(_) => true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => false,
                Err(error) => return Err(prefix.unusable(&there, &error)),
            };
            self.files.insert(name.to_owned(), kept);
        }
        self.write(prefix)
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// When the prefix cannot be written to.
    pub(crate) fn write(&self, prefix: &Prefix) -> Result<(), Cause> {
        let path = prefix.keep().join(FILE);
        let new = path.with_extension("new");
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|error| prefix.unusable(&path, &error))
    }

    /// Where the file is kept that was there before.
    pub(crate) fn saved(&self, prefix: &Prefix, name: &str) -> Option<PathBuf> {
        (self.files.get(name) == Some(&true)).then(|| prefix.keep().join(name))
    }

    /// Whether the file in `system32` is another one than was there before.
    pub(crate) fn is_replaced(&self, prefix: &Prefix, name: &str) -> bool {
        let there = fs::read(prefix.system32().join(name));
        let before = self
            .saved(prefix, name)
            .and_then(|path| fs::read(path).ok());
        there.is_ok_and(|there| before.as_ref() != Some(&there))
    }

    /// Puts the files back, and forgets.
    ///
    /// # Errors
    /// When the prefix cannot be written to. It can be tried again.
    pub(crate) fn undo(&self, prefix: &Prefix) -> Result<(), Cause> {
        for name in self.files.keys() {
            let path = prefix.system32().join(name);
            match self.saved(prefix, name) {
                Some(saved) => prefix.put(&saved, name)?,
                None => match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(prefix.unusable(&path, &error));
                    }
                    _ => {}
                },
            }
        }
        let keep = prefix.keep();
        fs::remove_dir_all(&keep).map_err(|error| prefix.unusable(&keep, &error))
    }
}
