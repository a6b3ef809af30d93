//! `hostednet generate`: the manual pages and shell completions that packages install, made from
//! the command line's own description so that they never differ from it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use cause::Cause;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Arguments;
use crate::args::generate::GenerateCommand;
use crate::failure::Failure;

/// The shells with completions in our packages.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Writes the files.
pub(crate) fn run(what: &GenerateCommand) -> Result<(), Failure> {
    let dir = match what {
        GenerateCommand::Man { dir } | GenerateCommand::Completions { dir } => dir,
    };
    let result = fs::create_dir_all(dir).and_then(|()| match what {
        GenerateCommand::Man { dir } => manual(dir),
        GenerateCommand::Completions { dir } => completions(dir),
    });
    result.map_err(|error| {
        Cause::new(
            format!("Cannot write to {}: {error}.", dir.display()),
            "Name a folder you may write to.",
        )
        .into()
    })
}

fn completions(dir: &Path) -> io::Result<()> {
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut Arguments::command(), "hostednet", dir)?;
    }
    Ok(())
}

fn manual(dir: &Path) -> io::Result<()> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    pages(&command, "", dir)
}

/// The page of a command and those below it. `above` is the page it is a part of.
fn pages(command: &Command, above: &str, dir: &Path) -> io::Result<()> {
    let name = command
        .get_display_name()
        .unwrap_or(command.get_name())
        .to_owned();
    for part in visible(command) {
        pages(part, &name, dir)?;
    }
    let parts = visible(command).next().is_some();
    let man = Man::new(command.clone())
        .source(concat!("hostednet ", env!("CARGO_PKG_VERSION")))
        .manual("hostednet");
    let mut file = io::BufWriter::new(File::create(dir.join(man.get_filename()))?);
    man.render_title(&mut file)?;
    man.render_name_section(&mut file)?;
    man.render_synopsis_section(&mut file)?;
    man.render_description_section(&mut file)?;
    man.render_options_section(&mut file)?;
    if parts {
        man.render_subcommands_section(&mut file)?;
    }
    if above.is_empty() {
        file.write_all(MORE.as_bytes())?;
    } else {
        writeln!(
            file,
            ".SH \"SEE ALSO\"\n.BR {} (1)",
            above.replace('-', "\\-")
        )?;
    }
    file.flush()
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|part| !part.is_hide_set())
}

/// What the command line's description does not hold.
const MORE: &str = r#".SH "EXIT STATUS"
.TP
.B 0
Done.
.TP
.B 1
Refused. Standard error says what happened, what can be done, and the Windows error and reason.
.TP
.B 2
The command line is wrong.
.TP
.B 3
The service is not reachable.
.SH KEYS
A key is never taken from the command line, which everybody on the machine can read. It is asked for
without being shown, or read as one line from standard input. The grammar of
.BR hostednet\-netsh (1)
is the exception: scripts written for Windows name the key there.
.PP
The vendor's part of a profile, which may hold secrets, comes from a file or from standard input as
well; see
.BR hostednet\-ihv\-install (1)
and
.BR hostednet\-ihv\-connect (1).
.SH ENVIRONMENT
.TP
.B HOSTEDNET_SOCKET
The service's socket, where
.B \-\-socket
is not given.
.TP
.B STATE_DIRECTORY
Where the service keeps settings and keys, where
.B \-\-state\-dir
is not given. systemd sets it.
.SH FILES
.TP
.I /etc/hostednet/policy.toml
What the administrator allows.
.TP
.I /run/hostednet/control.sock
The socket of the system's service.
.TP
.I /var/lib/hostednet
Settings and sealed keys of the system's service, readable by root only.
.TP
.I /usr/lib/hostednet/bin/netsh
The program under the name by which it speaks Windows' grammar. Scripts that call
.B netsh
find it with this folder in front of their
.BR PATH .
.SH EXAMPLES
A network to look at, without root and without a radio:
.PP
.nf
.RS
hostednet up \-\-radio sim
.RE
.fi
.PP
A key for one session, on the system's network:
.PP
.nf
.RS
hostednet key set \-\-once
hostednet start
.RE
.fi
.PP
An extension of a vendor, for stations with the vendor's element:
.PP
.nf
.RS
hostednet ihv install ./libhandshake.so \-\-name handshake \\
    \-\-oui 02:CA:FE \-\-serve\-element 1 \-\-security secret.xml
.RE
.fi
.SH "SEE ALSO"
.BR hostednet\-netsh (1),
.BR hostednet\-policy (5),
.BR systemctl (1)
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_visible_command_has_a_page_and_no_hidden_one() {
        let dir = tempfile::tempdir().unwrap();
        let to = dir.path().join("deep/man");
        run(&GenerateCommand::Man { dir: to.clone() }).unwrap();
        let names = names(&to);
        for page in [
            "hostednet.1",
            "hostednet-serve.1",
            "hostednet-key-set.1",
            "hostednet-ihv-install.1",
        ] {
            assert!(names.iter().any(|name| name == page), "{page} in {names:?}");
        }
        assert!(!names.iter().any(|name| name.contains("generate")));
        assert!(!names.iter().any(|name| name.contains("help")));
    }

    #[test]
    fn pages_and_completions_name_no_hidden_argument() {
        let dir = tempfile::tempdir().unwrap();
        let to = dir.path().to_owned();
        run(&GenerateCommand::Man { dir: to.clone() }).unwrap();
        for name in names(&to) {
            let text = fs::read_to_string(to.join(&name)).unwrap();
            assert!(text.contains(".TH "), "{name}");
            assert!(!text.to_lowercase().contains("misplaced"), "{name}");
        }
    }

    #[test]
    fn three_shells_get_completions() {
        let dir = tempfile::tempdir().unwrap();
        let to = dir.path().to_owned();
        run(&GenerateCommand::Completions { dir: to.clone() }).unwrap();
        assert_eq!(
            names(&to),
            ["_hostednet", "hostednet.bash", "hostednet.fish"]
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let failure = run(&GenerateCommand::Man { dir: file.clone() }).unwrap_err();
        assert!(failure.to_string().contains(&file.display().to_string()));
    }
}
