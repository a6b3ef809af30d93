//! Codes read by a decoder that is not ours, and their text by a parser that shares nothing with the
//! writer.

use dot11::Ssid;
use proptest::prelude::*;
use rqrr::PreparedImage;

use crate::{Code, Error, Key, Paint, text};

fn ssid(name: &str) -> Ssid {
    Ssid::new(name).unwrap()
}

/// Reads pixels with rqrr.
fn decode(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let mut image =
        PreparedImage::prepare_from_greyscale(
            side,
            side,
            |x, y| {
                if is_dark(x, y) { 0 } else { 255 }
            },
        );
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code is found");
    grids[0].decode().unwrap().1
}

fn decode_png(file: &[u8]) -> String {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let side = usize::try_from(info.width).unwrap();
    decode(side, |x, y| pixels[y * side + x] < 128)
}

fn decode_terminal(lines: &str) -> String {
    let rows: Vec<Vec<char>> = lines.lines().map(|l| l.chars().collect()).collect();
    let side = rows[0].len();
    let each = 4;
    decode(side * each, |x, y| {
        let (x, y) = (x / each, y / each);
        match rows[y / 2][x] {
            '\u{2588}' => true,
            '\u{2580}' => y % 2 == 0,
            '\u{2584}' => y % 2 == 1,
            _ => false,
        }
    })
}

fn decode_svg(svg: &str) -> String {
    let side: usize = svg
        .split("viewBox=\"0 0 ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .unwrap()
        .parse()
        .unwrap();
    let mut dark = vec![false; side * side];
    let path = svg.rsplit("d=\"").next().unwrap();
    for part in path.split('M').skip(1) {
        let numbers: Vec<usize> = part
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|n| n.parse().ok())
            .collect();
        let [x, y, run, 1, back, ..] = numbers[..] else {
            panic!("{part}")
        };
        assert_eq!(run, back);
        dark[y * side + x..][..run].fill(true);
    }
    let each = 4;
    decode(side * each, |x, y| dark[y / each * side + x / each])
}

/// What a phone makes of a code's text: fields end at a semicolon that is not escaped; a backslash makes the
/// next character itself; quotes around the whole say "not hexadecimal" and go.
fn read(code: &str) -> (String, String, bool) {
    let mut rest = code.strip_prefix("WIFI:").unwrap().chars();
    let (mut name, mut key, mut raw) = (String::new(), String::new(), false);
    loop {
        let mut field = String::new();
        while let Some(c) = rest.next() {
            match c {
                '\\' => field.extend(rest.next()),
                ';' => break,
                c => field.push(c),
            }
        }
        let Some((tag, value)) = field.split_once(':') else {
            assert_eq!(field, "", "the end");
            assert_eq!(rest.next(), None);
            return (name, key, raw);
        };
        let is_hex = value.chars().all(|c| c.is_ascii_hexdigit());
        let plain = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
            Some(inner) => inner,
            None => value,
        };
        match tag {
            "T" => assert_eq!(value, "WPA"),
            "S" => {
                assert!(!is_hex, "a name would be taken for hexadecimal");
                name = plain.to_owned();
            }
            "P" => {
                raw = is_hex && value.len() == 64;
                assert!(!is_hex || raw, "a key would be taken for hexadecimal");
                key = plain.to_owned();
            }
            tag => panic!("field {tag}"),
        }
    }
}

#[test]
fn what_has_a_meaning_is_escaped() {
    let code = text(&ssid(r#"a;b:c,d\e"f"#), Key::Passphrase(br#"p;:\",word"#)).unwrap();

    assert_eq!(
        *code,
        r#"WIFI:T:WPA;S:a\;b\:c\,d\\e\"f;P:p\;\:\\\"\,word;;"#
    );
}

#[test]
fn what_looks_hexadecimal_is_quoted_and_a_raw_key_is_not() {
    let code = text(&ssid("CAFE"), Key::Passphrase(b"12345678")).unwrap();
    assert_eq!(*code, r#"WIFI:T:WPA;S:"CAFE";P:"12345678";;"#);

    let code = text(&ssid("caf\u{e9}"), Key::Binary(&[0xa5; 32])).unwrap();
    assert_eq!(
        *code,
        format!("WIFI:T:WPA;S:caf\u{e9};P:{};;", "a5".repeat(32))
    );
    assert_eq!(read(&code), ("caf\u{e9}".to_owned(), "a5".repeat(32), true));
}

#[test]
fn quotes_of_the_name_itself_survive() {
    let code = text(&ssid("\"CAFE\""), Key::Passphrase(b"\"12345678\"")).unwrap();

    assert_eq!(
        read(&code),
        ("\"CAFE\"".to_owned(), "\"12345678\"".to_owned(), false)
    );
}

#[test]
fn a_name_that_is_no_text_and_a_key_that_is_no_key_are_refused_without_being_repeated() {
    let binary = Ssid::new(vec![0xff, 0xfe]).unwrap();
    assert_eq!(
        text(&binary, Key::Passphrase(b"longenough")),
        Err(Error::NameNotText)
    );
    for bad in [
        &b"sevench"[..],
        &[b'a'; 64],
        b"tab\there",
        "caf\u{e9}caf\u{e9}".as_bytes(),
    ] {
        let error = Code::new(&ssid("x"), Key::Passphrase(bad)).unwrap_err();
        assert_eq!(error, Error::NotAPassphrase);
        assert!(!error.to_string().contains("sevench"));
    }
}

#[test]
fn debug_output_shows_no_code() {
    let code = Code::new(&ssid("x"), Key::Passphrase(b"longenough")).unwrap();

    assert_eq!(format!("{code:?}"), "Code(25x25)");
}

#[test]
fn a_terminal_gets_black_on_white_and_each_line_ends_it() {
    let code = Code::new(&ssid("x"), Key::Passphrase(b"longenough")).unwrap();
    let lines = code.terminal(Paint::Colours);

    assert_eq!(lines.lines().count(), code.lines());
    for line in lines.lines() {
        let inner = line
            .strip_prefix("\x1b[38;5;16;48;5;231m")
            .and_then(|l| l.strip_suffix("\x1b[0m"))
            .unwrap();
        assert_eq!(inner.chars().count(), code.columns());
    }
}

#[test]
fn the_longest_text_still_fits_a_terminal_of_80_columns() {
    let code = Code::new(&ssid(&";".repeat(32)), Key::Passphrase(&[b'"'; 63])).unwrap();

    assert!(code.columns() <= 80, "{} columns", code.columns());
    assert!(code.lines() <= 40, "{} lines", code.lines());
    assert_eq!(
        read(&decode_terminal(&code.terminal(Paint::Bare))),
        (";".repeat(32), "\"".repeat(63), false)
    );
}

#[test]
fn a_picture_of_any_size_within_the_limit_is_read_and_a_larger_one_refused() {
    let code = Code::new(&ssid("x"), Key::Passphrase(b"longenough")).unwrap();
    for pixels in [2, 3, 7, 8] {
        assert_eq!(
            read(&decode_png(&code.png(pixels).unwrap())).1,
            "longenough"
        );
    }
    for pixels in [0, 65, u32::MAX] {
        assert_eq!(code.png(pixels), Err(Error::TooLarge(64)));
    }
}

/// Names with all that is difficult, cut to 32 bytes on a character's boundary.
fn names() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        ';',
        ':',
        ',',
        '\\',
        '"',
        ' ',
        'a',
        'F',
        '7',
        '\u{e9}',
        '\u{65e5}',
        '\u{1f4f6}',
        '\'',
    ]);
    let mixed = prop_oneof![3 => hard, 1 => any::<char>()];
    prop::collection::vec(mixed, 1..33).prop_map(|chars| {
        let mut name = String::new();
        for c in chars {
            if name.len() + c.len_utf8() <= 32 {
                name.push(c);
            }
        }
        if name.is_empty() {
            name.push('x');
        }
        name
    })
}

fn passphrases() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(b";:,\\\"0aF ".to_vec());
    let mixed = prop_oneof![2 => hard, 1 => 0x20_u8..=0x7e];
    prop::collection::vec(mixed, 8..64)
        .prop_map(|bytes| bytes.into_iter().map(char::from).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the name and the key: a phone reads what we wrote, from each of the pictures.
    #[test]
    fn every_picture_says_the_same_name_and_key(name in names(), key in passphrases()) {
        let code = Code::new(&ssid(&name), Key::Passphrase(key.as_bytes())).unwrap();
        let expected = (name, key, false);

        prop_assert_eq!(&read(&decode_png(&code.png(4).unwrap())), &expected);
        prop_assert_eq!(&read(&decode_svg(&code.svg())), &expected);
        prop_assert_eq!(&read(&decode_terminal(&code.terminal(Paint::Bare))), &expected);
    }

    #[test]
    fn names_of_hexadecimal_digits_stay_names(name in "[0-9a-fA-F]{1,32}", key in "[0-9a-fA-F]{8,63}") {
        let code = text(&ssid(&name), Key::Passphrase(key.as_bytes())).unwrap();

        prop_assert_eq!(read(&code), (name, key, false));
    }
}

#[test]
fn the_reader_of_these_tests_knows_its_notation() {
    assert_eq!(
        read("WIFI:T:WPA;S:My\\;net;P:pass\\:word\\\\1;;"),
        ("My;net".to_owned(), "pass:word\\1".to_owned(), false)
    );
}
