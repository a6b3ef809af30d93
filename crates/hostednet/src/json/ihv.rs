//! `ihv list --json` and `ihv log --json`.

use serde::Serialize;
use wlan_client::{ExtensionAdapter, ExtensionLine, ExtensionRow, HostState};

use super::cause::CauseView;

/// One extension of `ihv list --json`.
#[derive(Serialize)]
pub(crate) struct RowView {
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
pub(crate) struct LineView {
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
    use super::*;
    use crate::text::ihv::tests::{line, rows};

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
    fn a_log_line_in_json_has_the_shape_scripts_rely_on() {
        assert_eq!(
            serde_json::to_string(&LineView::from(line())).unwrap(),
            concat!(
                r#"{"at":"1970-01-01T00:00:00.000Z","name":"handshake","adapter":"station","#,
                r#""level":"warning","text":"A frame too much."}"#
            )
        );
    }
}
