//! The layout of netsh's output.

use core::fmt::Write;

use zeroize::Zeroizing;

/// What a command prints. It may hold keys, so it is erased.
///
/// Messages and headings end with a blank before the line break, values do not; an empty line ends
/// the whole. So it is on Windows, and programs compare lines with it.
#[derive(Clone)]
pub(crate) struct Page(Zeroizing<String>);

impl Page {
    /// Empty.
    pub(crate) fn new() -> Self {
        // Keys are shown only on short pages, which so never grow and leave copies behind.
        Self(Zeroizing::new(String::with_capacity(8192)))
    }

    /// A message.
    pub(crate) fn message(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self.0.push_str(" \n");
        self
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self.0.push('\n');
        self
    }

    /// An empty line.
    pub(crate) fn empty(&mut self) -> &mut Self {
        self.line("")
    }

    /// A heading and the rule below it.
    pub(crate) fn heading(&mut self, text: &str) -> &mut Self {
        self.message(text).message(&"-".repeat(text.len()))
    }

    /// `    Label                  : value`.
    pub(crate) fn row(&mut self, label: &str, value: &str) -> &mut Self {
        self.wide_row(label, 23, value)
    }

    /// The same with a label of another width.
    pub(crate) fn wide_row(&mut self, label: &str, width: usize, value: &str) -> &mut Self {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "    {label:<width$}: {value}");
        self
    }

    /// What was printed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}
