//! The web tier: the local page in a headless Chromium.

use crate::report::Outcome;
use crate::{kernel, run, wine};

/// Seconds for all of it, the browser's packages included.
const LIMIT: u32 = 20 * 60;

/// Builds the program and a decoder of QR codes, and has `tests/web/run` walk through the page.
pub(crate) fn tier() -> Outcome {
    if let Err(why) = kernel::build() {
        return Outcome::failed(why);
    }
    let cargo = run::cargo();
    let build = [
        &cargo,
        "build",
        "--release",
        "--package=wifi_code",
        "--example=decode",
    ];
    let built = run::shown(&build, &[], 900);
    if !built.success() {
        return Outcome::failed(format!("the decoder of codes: {}", built.why()));
    }
    let release = run::target().join("release");
    let program = release.join("hostednet");
    let decoder = release.join("examples").join("decode");
    let pictures = run::target().join("web");
    let [program, decoder, pictures] =
        [&program, &decoder, &pictures].map(|path| path.to_string_lossy().into_owned());
    let script = "tests/web/run";
    let ended = run::shown(&[script, &program, &decoder, &pictures], &[], LIMIT);
    let mut outcome = wine::judge(&ended.stdout);
    if !ended.success() && outcome.failed.is_empty() {
        outcome = outcome.and(Outcome::failed(format!("{script}: {}", ended.why())));
    }
    outcome
}
