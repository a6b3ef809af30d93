//! `hostednet ihv`: extensions of vendors.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{self, Path};

use cause::Cause;
use clock::Duration;
use dot11::{KeyBytes, VendorElement};
use serde::Serialize;
use wlan_client::{
    Client, EventKind, ExtensionAdapter, ExtensionEvent, ExtensionLine, ExtensionRow, HostState,
};
use wlan_model::{
    Extension, ExtensionPorts, Reason, Refusal, VendorFragments, VendorProfile, Win32Error,
};
use zeroize::Zeroizing;

use crate::args::ihv::{ConnectArguments, FragmentArguments, IhvCommand, InstallArguments};
use crate::failure::Failure;
use crate::json::{self, CauseView};

/// Longest fragment, in bytes: two of them fit into a message.
const LONGEST: usize = 32 * 1024;

/// Carries out one of the commands.
pub(crate) fn run<W: Write>(
    client: &mut Client,
    out: &mut W,
    command: IhvCommand,
) -> Result<(), Failure> {
    match command {
        IhvCommand::List(format) => {
            let rows = client.ihv_list()?;
            if format.json {
                let views: Vec<RowView> = rows.into_iter().map(Into::into).collect();
                json::print(out, &views)?;
            } else {
                list(out, &rows)?;
            }
        }
        IhvCommand::Install(arguments) => install(client, out, arguments)?,
        IhvCommand::Remove { name } => client.ihv_remove(&name)?,
        IhvCommand::Log { name, format } => {
            let lines = client.ihv_log(name.as_deref())?;
            if format.json {
                let views: Vec<LineView> = lines.into_iter().map(Into::into).collect();
                json::print(out, &views)?;
            } else {
                log(out, &lines)?;
            }
        }
        IhvCommand::Connect(arguments) => connect(client, out, arguments)?,
        IhvCommand::Disconnect => client.ihv_disconnect()?,
    }
    Ok(())
}

fn install<W: Write>(
    client: &mut Client,
    out: &mut W,
    arguments: InstallArguments,
) -> Result<(), Failure> {
    // The service has another working folder.
    let library = path::absolute(&arguments.file).map_err(|error| {
        Cause::new(
            format!(
                "Cannot tell where {} is: {error}.",
                arguments.file.display()
            ),
            "Give the library's whole path.",
        )
    })?;
    let files = &arguments.fragments;
    let ports = match arguments.serve_element {
        None if files.connectivity.is_some() || files.security.is_some() => {
            return Err(Failure::Usage(
                "Fragments are for the stations of the hosted network that the extension serves: add \
                 --serve-element, or leave them out. A profile's fragments go with `ihv connect`."
                    .into(),
            ));
        }
        None => None,
        Some(kind) => Some(ExtensionPorts {
            element: VendorElement {
                oui: arguments.oui,
                kind,
            },
            fragments: fragments(files)?,
        }),
    };
    let extension = Extension {
        name: arguments.name,
        oui: arguments.oui,
        ports,
    };
    let words = installed(&extension);
    client.ihv_install(extension, &library)?;
    writeln!(out, "{words}")?;
    Ok(())
}

fn connect<W: Write>(
    client: &mut Client,
    out: &mut W,
    arguments: ConnectArguments,
) -> Result<(), Failure> {
    let ssid = arguments.ssid;
    let profile = VendorProfile {
        name: arguments.name.unwrap_or_else(|| ssid.to_string()),
        ssid: ssid.clone(),
        oui: arguments.oui,
        elements: arguments.elements.map_or_else(Vec::new, |hex| hex.0),
        fragments: fragments(&arguments.fragments)?,
    };
    client.subscribe()?;
    client.ihv_connect(profile)?;
    // Whom with came before the answer.
    let mut to = None;
    while let Some(event) = client.next_event(Some(Duration::ZERO))? {
        if let EventKind::Extension {
            adapter: ExtensionAdapter::Station,
            what: ExtensionEvent::Connected { bssid },
            ..
        } = event.kind
        {
            to = Some(bssid);
        }
    }
    match to {
        Some(bssid) => writeln!(out, "connected to {ssid} ({bssid})")?,
        None => writeln!(out, "connected to {ssid}")?,
    }
    Ok(())
}

fn fragments(files: &FragmentArguments) -> Result<VendorFragments, Failure> {
    let is_input = |file: &Option<path::PathBuf>| file.as_deref() == Some(Path::new("-"));
    if is_input(&files.connectivity) && is_input(&files.security) {
        return Err(Failure::Usage(
            "Both fragments cannot come from standard input: name a file for one of them.".into(),
        ));
    }
    let read = |file: &Option<path::PathBuf>| file.as_deref().map(fragment).transpose();
    Ok(VendorFragments {
        connectivity: read(&files.connectivity)?,
        security: read(&files.security)?,
    })
}

/// A vendor's XML, which may hold secrets, from a file or (`-`) from standard input.
fn fragment(file: &Path) -> Result<KeyBytes, Failure> {
    let refused = |text: String, remedy: &str| {
        Failure::Refused(Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            text,
            remedy,
        ))
    };
    // Not to be repeated: it may be a secret in the wrong place.
    if file.as_os_str().as_encoded_bytes().contains(&b'<') {
        return Err(refused(
            "A fragment is given as a file, not as its text.".into(),
            "Everybody on this machine can read arguments: put it into a file, or give `-` and pipe \
             it in. A secret that stood on a command line should be changed.",
        ));
    }
    let shown = if file == Path::new("-") {
        "standard input".into()
    } else {
        file.display().to_string()
    };
    let opened = if file == Path::new("-") {
        // Without the buffer of the standard library, which is not erased.
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        File::open(file)
    };
    // At its final size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    opened
        .and_then(|file| file.take(LONGEST as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            refused(
                format!("The fragment cannot be read from {shown}: {error}."),
                "Name a file you may read, or `-` for standard input.",
            )
        })?;
    if bytes.len() > LONGEST {
        return Err(refused(
            format!("The fragment in {shown} is longer than {LONGEST} bytes."),
            "Give the vendor's part of the profile only.",
        ));
    }
    if bytes.is_empty() {
        return Err(refused(
            format!("There is nothing in {shown}."),
            "Give the vendor's XML, or leave the option out.",
        ));
    }
    match core::str::from_utf8(&bytes) {
        Ok(text) if !text.contains('\0') => Ok(KeyBytes::copy_from(&bytes)),
        _ => Err(refused(
            format!("The fragment in {shown} is no text in UTF-8."),
            "Give the vendor's XML as UTF-8.",
        )),
    }
}

fn served(ports: Option<&ExtensionPorts>) -> String {
    match ports.map(|ports| ports.element) {
        None => "no station of the hosted network".into(),
        Some(VendorElement { oui, kind: None }) => {
            format!("stations of the hosted network with an element of {oui}")
        }
        Some(VendorElement {
            oui,
            kind: Some(kind),
        }) => format!("stations of the hosted network with an element of {oui}, kind {kind}"),
    }
}

fn installed(extension: &Extension) -> String {
    format!(
        "{} is installed; it serves profiles of {}, and {}",
        extension.name,
        extension.oui,
        served(extension.ports.as_ref())
    )
}

/// Which adapter, in people's words.
pub(crate) const fn adapter_name(adapter: ExtensionAdapter) -> &'static str {
    match adapter {
        ExtensionAdapter::AccessPoint => "access point",
        ExtensionAdapter::Station => "station",
    }
}

fn list(out: &mut impl Write, rows: &[ExtensionRow]) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "no extension is installed");
    }
    for row in rows {
        writeln!(out, "{}", row.extension.name)?;
        writeln!(out, "  {:<14}profiles of {}", "serves", row.extension.oui)?;
        writeln!(out, "  {:<14}{}", "", served(row.extension.ports.as_ref()))?;
        for (adapter, state) in &row.hosts {
            writeln!(
                out,
                "  {:<14}{}",
                adapter_name(*adapter),
                state_words(state)
            )?;
        }
    }
    Ok(())
}

fn state_words(state: &HostState) -> String {
    match state {
        HostState::Starting => "starting".into(),
        HostState::Running { pid, ports } => {
            let s = if *ports == 1 { "" } else { "s" };
            format!("running, process {pid}, {ports} port{s}")
        }
        HostState::Waiting { cause } => format!("is started again soon: {}", cause.text),
        HostState::Stopped => "not running: there is nothing to serve".into(),
    }
}

fn log(out: &mut impl Write, lines: &[ExtensionLine]) -> io::Result<()> {
    for line in lines {
        writeln!(
            out,
            "{}  {}  {:<12}  {:<7}  {}",
            line.at.to_rfc3339(),
            line.name,
            adapter_name(line.adapter),
            line.level,
            line.text
        )?;
    }
    Ok(())
}

/// One extension of `ihv list --json`.
#[derive(Serialize)]
struct RowView {
    name: String,
    oui: String,
    /// Which stations of the hosted network; `null` for none.
    serves: Option<ElementView>,
    hosts: Vec<HostView>,
}

#[derive(Serialize)]
struct ElementView {
    oui: String,
    /// `null` for any.
    kind: Option<u8>,
}

#[derive(Serialize)]
struct HostView {
    adapter: ExtensionAdapter,
    #[serde(flatten)]
    state: StateView,
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum StateView {
    Starting,
    Running { pid: u32, ports: u32 },
    Waiting { cause: CauseView },
    Stopped,
}

impl From<ExtensionRow> for RowView {
    fn from(row: ExtensionRow) -> Self {
        Self {
            name: row.extension.name,
            oui: row.extension.oui.to_string(),
            serves: row.extension.ports.map(|ports| ElementView {
                oui: ports.element.oui.to_string(),
                kind: ports.element.kind,
            }),
            hosts: row.hosts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<(ExtensionAdapter, HostState)> for HostView {
    fn from((adapter, state): (ExtensionAdapter, HostState)) -> Self {
        let state = match state {
            HostState::Starting => StateView::Starting,
            HostState::Running { pid, ports } => StateView::Running { pid, ports },
            HostState::Waiting { cause } => StateView::Waiting {
                cause: cause.into(),
            },
            HostState::Stopped => StateView::Stopped,
        };
        Self { adapter, state }
    }
}

/// One line of `ihv log --json`.
#[derive(Serialize)]
struct LineView {
    at: String,
    name: String,
    adapter: ExtensionAdapter,
    level: String,
    text: String,
}

impl From<ExtensionLine> for LineView {
    fn from(line: ExtensionLine) -> Self {
        Self {
            at: line.at.to_rfc3339(),
            name: line.name,
            adapter: line.adapter,
            level: line.level,
            text: line.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use dot11::Oui;

    use super::*;

    const OUI: Oui = Oui([2, 0xca, 0xfe]);

    fn row(
        ports: Option<VendorElement>,
        hosts: Vec<(ExtensionAdapter, HostState)>,
    ) -> ExtensionRow {
        ExtensionRow {
            extension: Extension {
                name: "handshake".into(),
                oui: OUI,
                ports: ports.map(|element| ExtensionPorts {
                    element,
                    fragments: VendorFragments::default(),
                }),
            },
            hosts,
        }
    }

    fn rows() -> Vec<ExtensionRow> {
        let element = VendorElement {
            oui: OUI,
            kind: Some(1),
        };
        let crashed = HostState::Waiting {
            cause: Cause::new("It was killed by signal 11.", "See `hostednet ihv log`."),
        };
        vec![
            row(
                Some(element),
                vec![
                    (
                        ExtensionAdapter::AccessPoint,
                        HostState::Running { pid: 77, ports: 3 },
                    ),
                    (ExtensionAdapter::Station, HostState::Stopped),
                ],
            ),
            row(None, vec![(ExtensionAdapter::Station, crashed)]),
        ]
    }

    #[test]
    fn a_list_says_what_is_served_and_how_the_hosts_are() {
        let mut out = Vec::new();
        list(&mut out, &rows()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "handshake\n\
             \x20 serves        profiles of 02:ca:fe\n\
             \x20               stations of the hosted network with an element of 02:ca:fe, kind 1\n\
             \x20 access point  running, process 77, 3 ports\n\
             \x20 station       not running: there is nothing to serve\n\
             handshake\n\
             \x20 serves        profiles of 02:ca:fe\n\
             \x20               no station of the hosted network\n\
             \x20 station       is started again soon: It was killed by signal 11.\n"
        );
        let mut out = Vec::new();
        list(&mut out, &[]).unwrap();
        assert_eq!(out, b"no extension is installed\n");
    }

    #[test]
    fn a_list_in_json_has_the_shape_scripts_rely_on() {
        let views: Vec<RowView> = rows().into_iter().map(Into::into).collect();
        assert_eq!(
            serde_json::to_string(&views).unwrap(),
            concat!(
                r#"[{"name":"handshake","oui":"02:ca:fe","serves":{"oui":"02:ca:fe","kind":1},"#,
                r#""hosts":[{"adapter":"access_point","state":"running","pid":77,"ports":3},"#,
                r#"{"adapter":"station","state":"stopped"}]},"#,
                r#"{"name":"handshake","oui":"02:ca:fe","serves":null,"#,
                r#""hosts":[{"adapter":"station","state":"waiting","cause":"#,
                r#"{"text":"It was killed by signal 11.","remedy":"See `hostednet ihv log`."}}]}]"#
            )
        );
    }

    #[test]
    fn a_log_line_is_one_line() {
        let line = ExtensionLine {
            at: clock::WallTime::from_unix_millis(0),
            name: "handshake".into(),
            adapter: ExtensionAdapter::Station,
            level: "warning".into(),
            text: "A frame too much.".into(),
        };
        let mut out = Vec::new();
        log(&mut out, core::slice::from_ref(&line)).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "1970-01-01T00:00:00.000Z  handshake  station       warning  A frame too much.\n"
        );
        assert_eq!(
            serde_json::to_string(&LineView::from(line)).unwrap(),
            concat!(
                r#"{"at":"1970-01-01T00:00:00.000Z","name":"handshake","adapter":"station","#,
                r#""level":"warning","text":"A frame too much."}"#
            )
        );
    }

    #[test]
    fn what_was_installed_is_told() {
        let [with, without] = &rows()[..] else {
            unreachable!()
        };
        assert_eq!(
            installed(&with.extension),
            "handshake is installed; it serves profiles of 02:ca:fe, and stations of the hosted \
             network with an element of 02:ca:fe, kind 1"
        );
        assert_eq!(
            installed(&without.extension),
            "handshake is installed; it serves profiles of 02:ca:fe, and no station of the hosted \
             network"
        );
    }

    #[test]
    fn a_fragment_comes_from_a_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("security.xml");
        let with = |content: &[u8]| {
            std::fs::write(&file, content).unwrap();
            fragment(&file)
        };
        let text = b"<sharedSecret>12345678</sharedSecret>";
        assert_eq!(with(text).unwrap().expose(), text);
        assert_eq!(with(&[b' '; LONGEST]).unwrap().len(), LONGEST);
        for bad in [&b""[..], b"\xff\xfe<", b"<a>\0</a>", &[b' '; LONGEST + 1]] {
            let error = with(bad).unwrap_err().to_string();
            assert!(error.contains("security.xml"), "{error}");
        }
        let missing = fragment(&dir.path().join("nothing")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
        assert!(fragment(dir.path()).is_err());
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        let error = fragment(Path::new("<sharedSecret>12345678</sharedSecret>")).unwrap_err();
        assert!(!error.to_string().contains("12345678"), "{error}");
    }
}
