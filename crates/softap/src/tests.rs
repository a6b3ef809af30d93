//! Tests with a scripted miniport and real supplicants.

mod peers;
mod protection;
mod renewal;
mod runs;
mod vendor;
mod vendor_model;

use std::collections::{BTreeMap, VecDeque};

use rsn::{Pmk, Supplicant, SupplicantConfig, SupplicantOutput};

use super::*;
use oid::{
    AssocRequest, AssocTicket, Completion, DisassocReason, Failure, Indication, NdisStatus, Reply,
    Request,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const RSNE: [u8; 22] = [
    0x30, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0,
];

fn mac(n: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 1, n])
}

fn pmk(n: u8) -> Pmk {
    Pmk::from_raw(&[n; 32])
}

fn keys(secondary: Option<u8>) -> Candidates {
    Candidates {
        primary: pmk(1),
        secondary: secondary.map(pmk),
    }
}

/// The engine between an obedient miniport and stations that talk to it without loss.
struct Bench {
    ap: SoftAp,
    now: Instant,
    tickets: u64,
    stations: BTreeMap<MacAddr, Supplicant>,
    /// Every request, in order.
    requests: Vec<Request>,
    events: Vec<Event>,
    /// The next request this refuses.
    refuse: Option<fn(&Request) -> bool>,
    /// EAPOL frames are not delivered to these.
    deaf: Vec<MacAddr>,
    /// These fall silent after message 2.
    mute: Vec<MacAddr>,
    /// Key and port requests are answered later, see [`Bench::answer_late_ones`].
    late: bool,
    unanswered: VecDeque<oid::RequestId>,
}

impl Bench {
    fn idle() -> Self {
        Self {
            ap: SoftAp::new([7; 32]),
            now: Instant::from_micros(1_000_000),
            tickets: 0,
            stations: BTreeMap::new(),
            requests: Vec::new(),
            events: Vec::new(),
            refuse: None,
            deaf: Vec::new(),
            mute: Vec::new(),
            late: false,
            unanswered: VecDeque::new(),
        }
    }

    fn running(secondary: Option<u8>) -> Self {
        Self::with(keys(secondary), |_| {})
    }

    fn with(candidates: Candidates, change: impl FnOnce(&mut RunSettings)) -> Self {
        let mut this = Self::idle();
        let mut settings = RunSettings {
            ssid: Ssid::new("test").unwrap(),
            max_peers: 8,
            channel: None,
            band: None,
            width: None,
            isolate: false,
            group_rekey: None,
            pairwise_rekey: None,
        };
        change(&mut settings);
        this.ap.start(settings, candidates, this.now);
        this.settle();
        this
    }

    fn refusal(status: NdisStatus) -> Failure {
        Failure {
            status,
            cause: Cause::new("The radio is a teapot.", "Boil water."),
        }
    }

    fn settle(&mut self) {
        let mut todo = VecDeque::new();
        loop {
            while let Some(output) = self.ap.poll_output() {
                todo.push_back(output);
            }
            match todo.pop_front() {
                Some(Output::Event(event)) => self.events.push(event),
                Some(Output::Request(id, request)) => {
                    self.requests.push(request.clone());
                    let slow = matches!(
                        request,
                        Request::CipherKeyMappingKey(_) | Request::PortStateNotification { .. }
                    );
                    if self.late && slow {
                        self.unanswered.push_back(id);
                        continue;
                    }
                    let refused = self.refuse.is_some_and(|f| f(&request));
                    if refused {
                        self.refuse = None;
                    } else {
                        self.obey(&request);
                    }
                    let result = match request {
                        _ if refused => Err(Self::refusal(NdisStatus::RESOURCES)),
                        Request::QueryKeyCounter(_) => Ok(Reply::KeyCounter(0x1234)),
                        _ => Ok(Reply::Done),
                    };
                    self.ap
                        .handle_completion(Completion { id, result }, self.now);
                }
                None => return,
            }
        }
    }

    fn answer_late_ones(&mut self) {
        while let Some(id) = self.unanswered.pop_front() {
            let result = Ok(Reply::Done);
            self.ap
                .handle_completion(Completion { id, result }, self.now);
            self.settle();
        }
    }

    fn renewals(&self) -> usize {
        self.count(|r| matches!(r, Request::CipherDefaultKeyId(_))) - 1
    }

    fn obey(&mut self, request: &Request) {
        match request {
            Request::StartAp => self.indicate(Indication::PhyFrequencyAdopted {
                channel: Channel::new(6).unwrap(),
                width: dot11::ChannelWidth::Mhz20,
                phy: dot11::Phy::Ht,
                bssid: AP,
            }),
            Request::DisassociatePeer { peer, .. } => self.indicate(Indication::Disassociation {
                peer: *peer,
                reason: DisassocReason::Os,
            }),
            Request::SendPacket { peer, pdu } if !self.deaf.contains(peer) => {
                if let Some(station) = self.stations.get_mut(peer) {
                    let _ = station.handle_eapol(pdu);
                    self.hear(*peer);
                }
            }
            _ => {}
        }
    }

    /// Delivers what a station says.
    fn hear(&mut self, peer: MacAddr) {
        while let Some(output) = self
            .stations
            .get_mut(&peer)
            .and_then(Supplicant::poll_output)
        {
            if let SupplicantOutput::SendEapol(pdu) = output {
                // Message 4 is the one that has no key data: the bare 99 bytes.
                if self.mute.contains(&peer) && pdu.len() == 99 {
                    continue;
                }
                self.indicate(Indication::ReceivePacket { peer, pdu });
            }
        }
    }

    fn indicate(&mut self, indication: Indication) {
        self.ap.handle_indication(indication, self.now);
    }

    fn join(&mut self, n: u8, key: u8) {
        self.join_with_rsne(n, key, RSNE);
    }

    fn join_with_rsne(&mut self, n: u8, key: u8, asked: [u8; 22]) {
        self.give_supplicant(n, key);
        self.associate(
            mac(n),
            AssocRequest {
                body: Vec::new(),
                reassociation: false,
                rsne: asked.to_vec(),
                beacon_rsne: RSNE.to_vec(),
            },
        );
    }

    fn give_supplicant(&mut self, n: u8, key: u8) {
        let config = SupplicantConfig {
            ap: AP,
            station: mac(n),
            pmk: pmk(key),
            ap_rsne: RSNE.to_vec(),
            station_rsne: RSNE.to_vec(),
            management_protection: false,
        };
        let station = Supplicant::new(config, ChaCha20Rng::from_seed([n; 32]));
        self.stations.insert(mac(n), station);
    }

    /// The miniport hands up a request, and completes the association when it is accepted. Whether it
    /// was.
    fn associate(&mut self, peer: MacAddr, request: AssocRequest) -> bool {
        self.tickets += 1;
        self.indicate(Indication::IncomingAssociationRequestReceived {
            ticket: AssocTicket(self.tickets),
            peer,
            request,
        });
        self.settle();
        let accepted = self.requests.iter().any(|r| {
            matches!(r, Request::IncomingAssociationDecision(d)
                if d.ticket.0 == self.tickets && d.status == dot11::StatusCode::SUCCESS)
        });
        if accepted {
            self.indicate(Indication::IncomingAssociationCompletion {
                peer,
                status: dot11::StatusCode::SUCCESS,
            });
            self.settle();
        }
        accepted
    }

    fn leave(&mut self, n: u8) {
        self.stations.remove(&mac(n));
        let reason = DisassocReason::PeerDeauthenticated(dot11::ReasonCode::LEAVING_NETWORK_DEAUTH);
        self.indicate(Indication::Disassociation {
            peer: mac(n),
            reason,
        });
        self.settle();
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.ap.poll_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.ap.handle_timeout(self.now);
            self.settle();
        }
        self.now = end;
    }

    fn key_of(&self, n: u8) -> Option<PeerKey> {
        self.ap.peers().find(|p| p.mac == mac(n)).map(|p| p.key)
    }

    fn count(&self, f: impl Fn(&Request) -> bool) -> usize {
        self.requests.iter().filter(|r| f(r)).count()
    }
}
