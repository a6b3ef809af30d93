//! Just enough of C to find the names in our headers.

use std::collections::BTreeSet;

/// The names of some headers.
#[derive(Default)]
pub struct Names {
    /// Enumerators, and macros of this API.
    pub values: BTreeSet<String>,
    /// Structures.
    pub structs: BTreeSet<String>,
    /// Functions.
    pub functions: BTreeSet<String>,
}

impl Names {
    /// Adds those of one header.
    pub fn read(&mut self, text: &str) {
        let text = without_comments(text);
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("#define ").map(word)
                && ["WLAN_", "WFD_", "DOT11_", "L2_", "ERROR_"]
                    .iter()
                    .any(|p| name.starts_with(p))
            {
                self.values.insert(name.to_owned());
            }
        }
        for part in text.split("typedef enum ").skip(1) {
            let (body, _) = block(part);
            for entry in body.split(',') {
                let name = word(entry.trim());
                if !name.is_empty() {
                    self.values.insert(name.to_owned());
                }
            }
        }
        for part in text.split("typedef struct ").skip(1) {
            let (_, after) = block(part);
            self.structs.insert(word(after.trim()).to_owned());
        }
        for line in text.split(';') {
            let Some((_, call)) = line.split_once("WINAPI") else {
                continue;
            };
            let name = word(call.trim());
            if name.starts_with("Wlan") || name.starts_with("WFD") && !name.contains('_') {
                self.functions.insert(name.to_owned());
            }
        }
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// The identifier at the start.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// What is between the braces, and what follows.
fn block(text: &str) -> (&str, &str) {
    let (mut depth, mut begin) = (0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '{' => {
                depth += 1;
                if depth == 1 {
                    begin = at + 1;
                }
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return (&text[begin..at], &text[at + 1..]);
                }
            }
            _ => {}
        }
    }
    ("", "")
}
