//! Who hears what: lets the engines talk until none has anything left to say.
//!
//! One thing is carried at a time, the upper engines' first: what follows from an indication has
//! happened before the next one is heard. So an extension knows of an association before it gets a
//! frame of it.

use clock::Instant;
use ihv_service::PortRequest;
use oid::{Completion, Failure, Indication, NdisStatus};
use wlan_rpc::{Answer, ExtensionAdapter};

use crate::ids::{Asker, asker, of_extensions};
use crate::{Column, Output};

/// Who has said that it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ShutDown {
    #[default]
    Neither,
    Service,
    Extensions,
    Both,
}

impl Column {
    pub(crate) fn pump(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.service.poll_output() {
                self.hear_service(output, now);
            } else if let Some(output) = self.extensions.poll_output() {
                self.hear_extensions(output, now);
            } else if let Some(output) = self.miniport.poll_output() {
                self.hear_miniport(output, now);
            } else if let Some(output) = self.station.poll_output() {
                self.hear_station(output, now);
            } else {
                return;
            }
        }
    }

    fn hear_service(&mut self, output: hosted_network::Output, now: Instant) {
        let output = match output {
            hosted_network::Output::Request(id, request) => {
                return self.miniport.handle_request(id, request, now);
            }
            hosted_network::Output::Vendor(event) => {
                return self.extensions.handle_vendor_event(event, now);
            }
            hosted_network::Output::ShutDownComplete => return self.done(ShutDown::Service),
            hosted_network::Output::Answer {
                client,
                id,
                mut result,
            } => {
                // Seam C has no OID for what the miniport dropped.
                if let Ok(Answer::Status(status)) = &mut result {
                    status.rejected_frames = self.rejected_frames();
                }
                Output::Answer { client, id, result }
            }
            hosted_network::Output::Notification {
                client,
                device,
                notification,
            } => Output::Notification {
                client,
                device,
                notification,
            },
            hosted_network::Output::Event(kind) => Output::Event(kind),
            hosted_network::Output::Denied {
                client,
                uid,
                pid,
                program,
                what,
                reason,
            } => Output::Denied {
                client,
                uid,
                pid,
                program,
                what,
                reason,
            },
            hosted_network::Output::Persist(settings) => Output::Persist(settings),
        };
        self.outputs.push_back(output);
    }

    fn hear_extensions(&mut self, output: ihv_service::Output, now: Instant) {
        let output = match output {
            ihv_service::Output::Request {
                adapter: ExtensionAdapter::AccessPoint,
                id,
                request,
            } => {
                let to_miniport = of_extensions(id);
                return match request {
                    PortRequest::Request(request) => {
                        self.miniport.handle_request(to_miniport, request, now);
                    }
                    PortRequest::Security(request) => {
                        self.miniport
                            .handle_security_request(to_miniport, request, now);
                    }
                    PortRequest::Station(_) => {
                        let result = Err(no_station());
                        let completion = Completion { id, result };
                        let adapter = ExtensionAdapter::AccessPoint;
                        self.extensions.handle_completion(adapter, completion, now);
                    }
                };
            }
            ihv_service::Output::Request {
                adapter: ExtensionAdapter::Station,
                id,
                request,
            } => {
                let port = &mut self.station;
                return match request {
                    PortRequest::Request(request) => port.handle_request(id, request),
                    PortRequest::Security(request) => port.handle_security_request(id, request),
                    PortRequest::Station(request) => port.handle_station_request(id, request, now),
                };
            }
            ihv_service::Output::Serve(services) => return self.service.serve_vendors(services),
            ihv_service::Output::Verdict { peer, verdict } => {
                return self.service.vendor_verdict(peer, verdict, now);
            }
            ihv_service::Output::ShutDownComplete => return self.done(ShutDown::Extensions),
            ihv_service::Output::Host { host, order } => Output::Host { host, order },
            ihv_service::Output::Event(kind) => Output::Event(kind),
            ihv_service::Output::Log {
                extension,
                adapter,
                level,
                text,
            } => Output::ExtensionLog {
                extension,
                adapter,
                level,
                text,
            },
        };
        self.outputs.push_back(output);
    }

    fn hear_miniport(&mut self, output: miniport::Output, now: Instant) {
        match output {
            miniport::Output::Radio(command) => self.outputs.push_back(Output::Radio(command)),
            miniport::Output::Completion(Completion { id, result }) => match asker(id) {
                (Asker::Service, id) => {
                    let completion = Completion { id, result };
                    self.service.handle_completion(completion, now);
                }
                (Asker::Extensions, id) => {
                    let completion = Completion { id, result };
                    let adapter = ExtensionAdapter::AccessPoint;
                    self.extensions.handle_completion(adapter, completion, now);
                }
            },
            miniport::Output::Indication(packet @ Indication::ReceiveVendorPacket { .. }) => {
                let adapter = ExtensionAdapter::AccessPoint;
                self.extensions.handle_indication(adapter, packet, now);
            }
            // What else matters to extensions, the service tells them; not why a station left.
            miniport::Output::Indication(indication) => {
                if let Indication::Disassociation { .. } = &indication {
                    let adapter = ExtensionAdapter::AccessPoint;
                    self.extensions
                        .handle_indication(adapter, indication.clone(), now);
                }
                self.service.handle_indication(indication, now);
            }
        }
    }

    fn hear_station(&mut self, output: miniport::Output, now: Instant) {
        let adapter = ExtensionAdapter::Station;
        match output {
            miniport::Output::Radio(command) => {
                self.outputs.push_back(Output::StationRadio(command));
            }
            miniport::Output::Completion(completion) => {
                self.extensions.handle_completion(adapter, completion, now);
            }
            miniport::Output::Indication(indication) => {
                self.extensions.handle_indication(adapter, indication, now);
            }
        }
    }

    fn done(&mut self, who: ShutDown) {
        self.shut_down = match (self.shut_down, who) {
            (ShutDown::Neither, who) => who,
            (before, who) if before == who => before,
            (ShutDown::Both, _) => ShutDown::Both,
            (ShutDown::Service | ShutDown::Extensions, _) => {
                self.outputs.push_back(Output::ShutDownComplete);
                ShutDown::Both
            }
        };
    }
}

fn no_station() -> Failure {
    Failure {
        status: NdisStatus::NOT_SUPPORTED,
        cause: oid::Cause::new(
            "The port of an access point is no station.",
            "This is a fault of the program that asked.",
        ),
    }
}
