//! The miniport under hostile radios and stations: a script of frames, events and requests.
//!
//! Each step is a kind byte, a station byte, a length byte and that many bytes. Whatever comes, the
//! engine does not panic, and every request is answered at most once.
#![no_main]

use std::collections::BTreeSet;

use clock::{Duration, Instant};
use dot11::frame::{
    AuthenticationAlgorithm, CapabilityInfo, ManagementAddresses, ManagementBuilder,
};
use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, ReasonCode, Ssid, StatusCode};
use libfuzzer_sys::fuzz_target;
use miniport::{Miniport, Output};
use oid::{
    AssocDecision, Cause, CipherAlgorithm, Direction, Indication, KeyMappingKey, KeyMaterial,
    OperationMode, Request, RequestId,
};
use radio::{
    Capabilities, ChannelInfo, Command, CommandError, CommandErrorKind, RadioEvent, StationReport,
    WiderChannels,
};

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 0]);

struct World {
    port: Miniport,
    now: Instant,
    requests: u64,
    answered: BTreeSet<RequestId>,
    /// The low bits say how the radio answers.
    mood: u8,
}

impl World {
    fn request(&mut self, request: Request) {
        self.requests += 1;
        self.port
            .handle_request(RequestId(self.requests), request, self.now);
        self.drain();
    }

    fn event(&mut self, event: RadioEvent) {
        self.port.handle_radio_event(event, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.port.poll_output() {
            match output {
                Output::Completion(completion) => {
                    assert!(completion.id.0 <= self.requests);
                    assert!(self.answered.insert(completion.id), "answered twice");
                }
                Output::Radio(command) => {
                    let refused = self.mood & 1 != 0;
                    let result = if refused {
                        Err(CommandError {
                            kind: CommandErrorKind::Failed,
                            cause: Cause::new("No.", "No."),
                        })
                    } else {
                        Ok(())
                    };
                    let id = command.id;
                    if self.mood & 2 == 0 {
                        self.port
                            .handle_radio_event(RadioEvent::Completed { id, result }, self.now);
                    }
                    if matches!(command.command, Command::SendManagement { .. })
                        && self.mood & 4 == 0
                    {
                        let acked = self.mood & 8 == 0;
                        self.port
                            .handle_radio_event(RadioEvent::FrameSent { id, acked }, self.now);
                    }
                }
                Output::Indication(Indication::IncomingAssociationRequestReceived {
                    ticket,
                    ..
                }) => {
                    if self.mood & 16 == 0 {
                        let status = StatusCode(u16::from(self.mood >> 5));
                        self.requests += 1;
                        self.port.handle_request(
                            RequestId(self.requests),
                            Request::IncomingAssociationDecision(AssocDecision { ticket, status }),
                            self.now,
                        );
                    }
                }
                Output::Indication(_) => {}
            }
        }
    }
}

fn capabilities() -> Capabilities {
    let channel = Channel::new(6).expect("channel 6 exists");
    Capabilities {
        name: "fuzz".into(),
        address: AP,
        channels: vec![ChannelInfo {
            channel,
            disabled: false,
            no_ir: false,
            radar: false,
            wider: WiderChannels::default(),
        }],
        forced_channel: None,
        ciphers: vec![CipherSuite::CCMP],
        max_stations: None,
        bands: Vec::new(),
        firmware_mlme: false,
        survey: false,
        reports_tx_status: true,
        country: None,
    }
}

fn association(addresses: ManagementAddresses, tail: &[u8]) -> Vec<u8> {
    ManagementBuilder::association_request(addresses, CapabilityInfo(0x11), 1, None)
        .with(|e| {
            e.ssid(b"x").rates(&[2, 4, 11, 22]);
            e.rsne(&dot11::element::Rsne::wpa2_personal())
                .expect("it fits");
            e.raw(tail);
        })
        .finish()
}

fuzz_target!(|script: &[u8]| {
    let mut world = World {
        port: Miniport::new([1; 32]),
        now: Instant::from_micros(5_000_000),
        requests: 0,
        answered: BTreeSet::new(),
        mood: 0,
    };
    world.event(RadioEvent::Ready(Box::new(capabilities())));
    world.request(Request::CurrentOperationMode(OperationMode::ExtensibleAp));
    world.request(Request::DesiredSsid(Ssid::new("x").expect("one byte")));
    world.request(Request::StartAp);

    let mut rest = script;
    while let [kind, who, len, tail @ ..] = rest {
        let (data, after) = tail.split_at(tail.len().min(usize::from(*len)));
        rest = after;
        let peer = MacAddr([2, 0, 0, 0, 1, *who]);
        let addresses = ManagementAddresses::to_ap(AP, peer);
        match kind % 20 {
            0 => world.event(RadioEvent::Management {
                frame: data.to_vec(),
                signal: None,
            }),
            1 => world.event(RadioEvent::Management {
                frame: ManagementBuilder::authentication(
                    addresses,
                    AuthenticationAlgorithm::OPEN_SYSTEM,
                    1,
                    StatusCode::SUCCESS,
                )
                .finish(),
                signal: None,
            }),
            2 | 3 => world.event(RadioEvent::Management {
                frame: association(addresses, data),
                signal: Some(-1),
            }),
            4 => world.event(RadioEvent::Management {
                frame: ManagementBuilder::deauthentication(addresses, ReasonCode(3)).finish(),
                signal: None,
            }),
            5 => world.event(RadioEvent::Management {
                frame: ManagementBuilder::disassociation(addresses, ReasonCode(8)).finish(),
                signal: None,
            }),
            6 => world.event(RadioEvent::Eapol {
                peer,
                pdu: data.to_vec(),
            }),
            7 => world.event(RadioEvent::UnexpectedData { peer }),
            8 => world.event(RadioEvent::StationLost { peer }),
            9 => world.event(RadioEvent::ProbeResult {
                peer,
                acked: data.len() % 2 == 0,
            }),
            10 => world.event(RadioEvent::Station(StationReport {
                peer,
                inactive_ms: u32::from(*len) * 5000,
                rx_bytes: 0,
                tx_bytes: 0,
                signal: None,
            })),
            11 => world.request(Request::CipherKeyMappingKey(KeyMappingKey {
                peer,
                algorithm: CipherAlgorithm::CCMP,
                direction: Direction::Both,
                is_static: data.len() % 2 == 0,
                material: (*len != 0).then(|| KeyMaterial {
                    receive_counter: 0,
                    key: KeyBytes::new(vec![*len; 16]),
                }),
            })),
            12 => world.request(Request::PortStateNotification {
                peer,
                open: len % 2 == 0,
            }),
            13 => world.request(Request::DisassociatePeer {
                peer,
                reason: ReasonCode(u16::from(*len)),
            }),
            14 => {
                world.now += Duration::from_millis(u64::from(*len) * 1200);
                world.port.handle_timeout(world.now);
                world.drain();
            }
            15 => world.mood = *who,
            16 => world.request(Request::Reset { default_mib: false }),
            17 => world.request(Request::StartAp),
            18 => world.event(RadioEvent::ApStopped {
                cause: Cause::new("Gone.", "Wait."),
            }),
            _ => {
                let gone = Cause::new("Unplugged.", "Plug it in.");
                world.event(RadioEvent::Unavailable { cause: gone });
                world.event(RadioEvent::Ready(Box::new(capabilities())));
            }
        }
    }
    // Losing the radio answers whatever is still waiting.
    world.event(RadioEvent::Unavailable {
        cause: Cause::new("Unplugged.", "Plug it in."),
    });
    world.request(Request::EnumPeerInfo);
    assert_eq!(world.answered.len() as u64, world.requests);
});
