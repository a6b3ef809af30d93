//! Times and bytes, short enough to be read at a glance.

use clock::Duration;

/// How long something has lasted, for people: `42 s`, `3 min`, `2 h 5 min`, `4 d 1 h`.
pub(crate) fn lasting(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// A waiting time: `250 ms`, `1 s`.
pub(crate) fn waiting(millis: u64) -> String {
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        lasting(Duration::from_millis(millis))
    }
}

/// A number of bytes with one digit behind the point: `999 B`, `12.3 kB`.
pub(crate) fn bytes(count: u64) -> String {
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut unit = 1_000;
    for name in ["kB", "MB", "GB"] {
        // Rounded first: 999 950 bytes are a megabyte.
        let tenths = (u128::from(count) * 10 + unit / 2) / unit;
        if tenths < 10_000 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1_000;
    }
    let tenths = (u128::from(count) * 10 + unit / 2) / unit;
    format!("{}.{} TB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_rounded_to_one_digit_and_never_to_a_thousand() {
        let rows = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (12_345, "12.3 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (5_000_000_000, "5.0 GB"),
            (u64::MAX, "18446744.1 TB"),
        ];
        for (count, expected) in rows {
            assert_eq!(bytes(count), expected);
        }
    }

    #[test]
    fn a_short_wait_is_told_in_milliseconds() {
        assert_eq!(
            (waiting(999), waiting(30_000)),
            ("999 ms".into(), "30 s".into())
        );
    }
}
