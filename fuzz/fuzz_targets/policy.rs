//! The administrator's file: any text. It is a policy, or it is refused in one short sentence that
//! names a line of it.
#![no_main]

use cause::Cause;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let group = |name: &str| match name {
        "wheel" => Ok(10),
        _ => Err(Cause::new("There is no such group.", "Make it.")),
    };
    if let Err(cause) = wlansvc::parse_policy(text, &group) {
        let line: usize = cause
            .text
            .strip_prefix("Line ")
            .and_then(|rest| rest.split(':').next())
            .and_then(|number| number.parse().ok())
            .expect("a line is named");
        assert!((1..=text.split('\n').count()).contains(&line), "{cause}");
        assert!(!cause.text.contains('\n') && !cause.remedy.is_empty());
        assert!(cause.text.len() < 4096, "{} bytes", cause.text.len());
    }
});
