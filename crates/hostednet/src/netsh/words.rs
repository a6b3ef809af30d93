//! From the words of a command line to the values of its parameters.
//!
//! Windows hands netsh one line and netsh takes it apart; here a shell, or a program with its own
//! idea of quoting, has done so already. The forms that mean the same on Windows mean the same here:
//!
//! ```text
//!  ssid=net          ssid = net         ssid= net         ssid =net        SSID="net"
//!  ssid="my net"     ssid="my  net"  (as two words: the quotes were not understood on the way)
//! ```

use zeroize::Zeroizing;

/// One word. It may be a key, so it is erased.
pub(crate) type Word = Zeroizing<Vec<u8>>;

/// Why words do not fit the parameters of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// What stands before a `=` is no parameter, or the beginning of several.
    UnknownTag,
    /// This parameter is given twice.
    Twice(&'static str),
    /// There are more values than parameters.
    TooMany,
}

/// A choice among words that may be shortened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick<T> {
    /// This one.
    One(T),
    /// It begins several.
    Several,
    /// It begins none.
    None,
}

/// Finds `word` in `table`: the whole name, or a beginning that only one has, in any case.
pub(crate) fn pick<T: Copy>(word: &[u8], table: &[(&'static str, T)]) -> Pick<T> {
    let mut found = Pick::None;
    for (name, value) in table {
        let name = name.as_bytes();
        if name.eq_ignore_ascii_case(word) {
            return Pick::One(*value);
        }
        let begins = !word.is_empty()
            && name
                .get(..word.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(word));
        if begins {
            found = match found {
                Pick::None => Pick::One(*value),
                Pick::One(_) | Pick::Several => Pick::Several,
            };
        }
    }
    found
}

/// The values of the parameters `tags`, in their order. Values without a tag take the parameters
/// that have none yet, from left to right.
pub(crate) fn assign<const N: usize>(
    words: &[Word],
    tags: [&'static str; N],
) -> Result<[Option<Word>; N], Unfit> {
    let mut values = [const { None }; N];
    let mut untagged = Vec::new();
    for item in items(&join_quoted(words), &tags)? {
        match item {
            Item::Tagged(tag, value) => {
                let position = tags.iter().position(|t| *t == tag);
                match position.and_then(|p| values.get_mut(p)) {
                    Some(slot @ None) => *slot = Some(value),
                    Some(Some(_)) => return Err(Unfit::Twice(tag)),
                    None => return Err(Unfit::UnknownTag),
                }
            }
            Item::Untagged(value) => untagged.push(value),
        }
    }
    let mut free = values.iter_mut().filter(|slot| slot.is_none());
    for value in untagged {
        match free.next() {
            Some(slot) => *slot = Some(value),
            None => return Err(Unfit::TooMany),
        }
    }
    Ok(values)
}

enum Item {
    Tagged(&'static str, Word),
    Untagged(Word),
}

fn items(words: &[Word], tags: &[&'static str]) -> Result<Vec<Item>, Unfit> {
    let table: Vec<_> = tags.iter().map(|tag| (*tag, *tag)).collect();
    let tag_of = |text: &[u8]| match pick(bare(text.trim_ascii()), &table) {
        Pick::One(tag) => Ok(tag),
        Pick::Several | Pick::None => Err(Unfit::UnknownTag),
    };
    let mut items = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let (tag, value) = match split(word) {
            Some((left, right)) => {
                let tag = tag_of(left)?;
                // `ssid = net` as one word: the blanks are layout. In `ssid= net` they are the value's.
                let right = if left.ends_with(b" ") {
                    right.trim_ascii_start()
                } else {
                    right
                };
                (tag, right)
            }
            None => match words.peek().and_then(|next| next.strip_prefix(b"=")) {
                Some(value) => {
                    words.next();
                    (tag_of(word)?, value)
                }
                None => {
                    items.push(Item::Untagged(Zeroizing::new(bare(word).to_vec())));
                    continue;
                }
            },
        };
        // The value may be the next word, unless that is a parameter of its own.
        let follows = |next: &&Word| split(next).is_none_or(|(left, _)| tag_of(left).is_err());
        let value = match words.next_if(|next| value.is_empty() && follows(next)) {
            Some(next) => next,
            None => value,
        };
        items.push(Item::Tagged(tag, Zeroizing::new(bare(value).to_vec())));
    }
    Ok(items)
}

/// Before and after the first `=`.
fn split(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = word.iter().position(|byte| *byte == b'=')?;
    Some((word.get(..at)?, word.get(at + 1..)?))
}

/// Without a double quote at either end: Windows takes those away before a value is seen.
fn bare(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    text.strip_suffix(b"\"").unwrap_or(text)
}

/// Puts words together that one pair of double quotes spans: programs that cut a Windows command
/// line at its blanks send `ssid="my` and `net"`.
fn join_quoted(words: &[Word]) -> Vec<Word> {
    let mut joined = Vec::with_capacity(words.len());
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let value = split(first).map_or(&first[..], |(_, right)| right);
        let open = value.starts_with(b"\"") && (value.len() == 1 || !value.ends_with(b"\""));
        let end = open
            .then(|| after.iter().position(|word| word.ends_with(b"\"")))
            .flatten()
            .and_then(|last| after.split_at_checked(last + 1));
        match end {
            Some((inside, beyond)) => {
                let length = first.len() + inside.iter().map(|word| word.len() + 1).sum::<usize>();
                // At its final size from the start: growing would leave copies behind.
                let mut whole = Zeroizing::new(Vec::with_capacity(length));
                whole.extend_from_slice(first);
                for word in inside {
                    whole.push(b' ');
                    whole.extend_from_slice(word);
                }
                joined.push(whole);
                rest = beyond;
            }
            None => {
                joined.push(first.clone());
                rest = after;
            }
        }
    }
    joined
}

/// The words of one line of a script: blanks part them, except between double quotes, which go.
pub(crate) fn words_of_line(line: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quoted = false;
    for byte in line {
        match byte {
            b'"' => {
                quoted = !quoted;
                word.get_or_insert_with(|| Zeroizing::new(Vec::with_capacity(line.len())));
            }
            b' ' | b'\t' | b'\r' | b'\n' if !quoted => words.extend(word.take()),
            _ => word
                .get_or_insert_with(|| Zeroizing::new(Vec::with_capacity(line.len())))
                .push(*byte),
        }
    }
    words.extend(word);
    words
}
