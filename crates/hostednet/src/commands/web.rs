//! `hostednet web`: the local page.

use std::io::{self, BufRead, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread;

use cause::Cause;
use hostednet_web::{Linker, Options, Page};

use crate::args::web::WebArguments;
use crate::failure::Failure;
use crate::{log, text};

/// Serves the page until the process is ended.
pub(crate) fn run(socket: PathBuf, arguments: &WebArguments) -> Result<(), Failure> {
    let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), arguments.port);
    let listen = arguments.listen.unwrap_or(loopback);
    if !listen.ip().is_loopback() {
        log::say(&format!(
            "warning: {} can be reached from other machines, and nothing is encrypted: whoever listens on \
             the way sees keys and takes over the session",
            listen.ip()
        ));
    }
    if listen.ip().is_unspecified() {
        return Err(Failure::Failed(Cause::new(
            "The page needs one address, by which browsers name it.",
            "Name it with --listen, as 192.168.137.1:8080.",
        )));
    }
    let page = Page::open(&Options {
        socket,
        listen,
        describe: text::events::sentence,
    })?;
    let linker = page.linker();
    print_link(&linker)?;
    if io::stdin().is_terminal() {
        log::say("the link works once; Enter makes another, Ctrl-C ends the page");
        let made = thread::Builder::new()
            .name("links".into())
            .spawn(move || links_on_enter(&linker));
        if let Err(error) = made {
            log::say(&format!("cannot make further links: {error}"));
        }
    } else {
        log::say("the link works once; start this again for another");
    }
    Ok(page.run()?)
}

fn print_link(linker: &Linker) -> Result<(), Failure> {
    let link = linker.link()?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", *link)?;
    Ok(out.flush()?)
}

fn links_on_enter(linker: &Linker) {
    for line in io::stdin().lock().lines() {
        if line.is_err() || print_link(linker).is_err() {
            return;
        }
    }
}
