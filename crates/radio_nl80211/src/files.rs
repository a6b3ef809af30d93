//! The system's small files that the doctor reads: of the machine itself, of a folder that stands for
//! one, or as a recording has them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Most that is read of one file, in bytes: those of `/proc` may be long, but not like this.
const MOST: usize = 4 * 1024 * 1024;

/// Files by their absolute path on the machine that is looked at.
#[derive(Debug)]
pub struct Files {
    source: Source,
    /// What was read, where it is to be kept.
    kept: Option<RefCell<BTreeMap<String, String>>>,
}

#[derive(Debug)]
enum Source {
    /// Below this folder.
    Folder(PathBuf),
    Recorded(BTreeMap<String, String>),
}

impl Files {
    /// Those of this machine.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self::below(Path::new("/"))
    }

    /// Those below a folder, which stands for the root of a machine.
    #[must_use]
    pub fn below(root: &Path) -> Self {
        Self {
            source: Source::Folder(root.to_owned()),
            kept: None,
        }
    }

    /// Those that were kept.
    #[must_use]
    pub const fn recorded(kept: BTreeMap<String, String>) -> Self {
        Self {
            source: Source::Recorded(kept),
            kept: None,
        }
    }

    /// The same, and what is read of them with [`Files::keep`] and [`Files::link`] is kept.
    #[must_use]
    pub fn keeping(self) -> Self {
        Self {
            kept: Some(RefCell::default()),
            ..self
        }
    }

    /// What was kept.
    #[must_use]
    pub fn kept(&self) -> BTreeMap<String, String> {
        self.kept
            .as_ref()
            .map(|kept| kept.borrow().clone())
            .unwrap_or_default()
    }

    /// Where a file lies for a program that opens it; `None` in a recording.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<PathBuf> {
        match &self.source {
            Source::Folder(root) => Some(root.join(path.trim_start_matches('/'))),
            Source::Recorded(_) => None,
        }
    }

    /// The bytes of a file; `None` when it cannot be read, or is longer than 4 MiB.
    #[must_use]
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        use std::io::Read;
        let mut out = Vec::new();
        match &self.source {
            Source::Recorded(files) => out.extend(files.get(path)?.as_bytes()),
            Source::Folder(_) => {
                let file = fs::File::open(self.path(path)?).ok()?;
                let limit = u64::try_from(MOST).ok()? + 1;
                file.take(limit).read_to_end(&mut out).ok()?;
            }
        }
        (out.len() <= MOST).then_some(out)
    }

    /// The text of a file, for reading only. What is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        Some(String::from_utf8_lossy(&self.bytes(path)?).into_owned())
    }

    /// What `part` makes of the text of a file. That and no more goes into a recording.
    #[must_use]
    pub fn keep(&self, path: &str, part: impl FnOnce(&str) -> String) -> Option<String> {
        let text = part(&self.text(path)?);
        self.remember(path, &text);
        Some(text)
    }

    /// Where a symbolic link leads, as it says.
    #[must_use]
    pub fn link(&self, path: &str) -> Option<String> {
        let target = match &self.source {
            Source::Recorded(files) => files.get(path)?.clone(),
            Source::Folder(_) => fs::read_link(self.path(path)?)
                .ok()?
                .to_string_lossy()
                .into_owned(),
        };
        self.remember(path, &target);
        Some(target)
    }

    /// The names in a folder, sorted; `None` when it cannot be read.
    #[must_use]
    pub fn names(&self, folder: &str) -> Option<Vec<String>> {
        let mut names = BTreeSet::new();
        match &self.source {
            Source::Recorded(files) if files.is_empty() => return None,
            Source::Recorded(files) => {
                let inside = files
                    .keys()
                    .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
                names.extend(inside.filter_map(|rest| Some(rest.split('/').next()?.to_owned())));
            }
            Source::Folder(_) => {
                let entries = fs::read_dir(self.path(folder)?).ok()?;
                names.extend(
                    entries
                        .flatten()
                        .map(|entry| entry.file_name().to_string_lossy().into_owned()),
                );
            }
        }
        Some(names.into_iter().collect())
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn is_file(&self, path: &str) -> bool {
        match &self.source {
            Source::Recorded(files) => files.contains_key(path),
            Source::Folder(_) => self.path(path).is_some_and(|path| path.is_file()),
        }
    }

    fn remember(&self, path: &str, text: &str) {
        if let Some(kept) = &self.kept {
            kept.borrow_mut().insert(path.to_owned(), text.to_owned());
        }
    }
}
