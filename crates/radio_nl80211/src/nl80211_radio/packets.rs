//! Frames of vendors' protocols (`docs/decisions/0021-vendor-frames-on-linux-radios.md`).

use dot11::{CipherSuite, ETHERTYPE_EAPOL, ETHERTYPE_MIN, MAX_PAYLOAD, MacAddr};
use radio::{
    Arrival, Cause, CommandError, CommandErrorKind, EtherTypeRule, Key, KeyScope, RadioEvent,
};
use rsn::ccmp::CcmpReceiver;
use rustix::io::Errno;

use super::Nl80211Radio;
use super::state::{Air, Held, Running, State, not_running};
use crate::ap;
use crate::batch::Op;
use crate::claim;
use crate::consts;
use crate::errno::{Refusal, command_error};
use crate::filter;
use crate::interface::Interface;
use crate::kernel::Kernel;
use crate::packets::{EthernetPacket, PacketPort, parse, write};
use crate::radiotap;
use crate::wiphy::Wiphy;

/// Frames that are read before a port opens and the other socket takes over.
const LAST_ON_AIR: usize = 64;
const DOING: &str = "send a vendor's frame";

/// What vendors' frames need.
#[derive(Debug)]
pub(super) struct Packets {
    /// They outlive a run.
    rules: Vec<EtherTypeRule>,
    /// On the access point's interface.
    pub(super) wired: PacketPort,
    /// On the monitor interface.
    pub(super) air: PacketPort,
    monitor_name: String,
    /// The monitor interface, while there is one.
    monitor: Option<u32>,
    /// The access point's interface, while groups are sent to each station alone.
    singled_out: Option<u32>,
    /// Somebody sends without a rule.
    demanded: bool,
    /// Why there is no monitor interface though it is needed.
    trouble: Option<CommandError>,
    /// What the monitor's socket lets through is not what it should.
    stale: bool,
    /// A deciphered frame.
    plain: Vec<u8>,
}

impl Packets {
    pub(super) fn open(own_interface: &str) -> Result<Self, Errno> {
        Ok(Self {
            rules: Vec::new(),
            wired: PacketPort::open()?,
            air: PacketPort::open()?,
            monitor_name: claim::monitor_name(own_interface),
            monitor: None,
            singled_out: None,
            demanded: false,
            trouble: None,
            stale: false,
            plain: Vec::new(),
        })
    }

    fn types(&self) -> Vec<u16> {
        let up = self.rules.iter().filter(|rule| rule.hand_up);
        up.map(|rule| rule.ether_type).collect()
    }

    /// Our own monitor excludes nothing. One that somebody removed is forgotten.
    pub(super) fn without_monitor(&mut self, mut interfaces: Vec<Interface>) -> Vec<Interface> {
        if let Some(monitor) = self.monitor {
            let before = interfaces.len();
            interfaces.retain(|i| i.ifindex != monitor);
            if interfaces.len() == before {
                tracing::warn!(interface = %self.monitor_name, "somebody removed our monitor");
                self.monitor = None;
            }
        }
        interfaces
    }

    /// Ends everything that belongs to a run.
    pub(super) fn end(&mut self, kernel: &mut Kernel) {
        self.demanded = false;
        self.trouble = None;
        if let Some(ifindex) = self.singled_out.take() {
            // Fails where the interface is gone, and does not matter then.
            let _ = kernel.request(consts::CMD_SET_MULTICAST_TO_UNICAST, |w| {
                ap::single_out(w, ifindex, false);
            });
        }
        if let Some(monitor) = self.monitor.take() {
            self.wired.silence();
            self.air.silence();
            match kernel.remove_interface(monitor) {
                Err(e) if !e.is(Errno::NODEV) => {
                    tracing::warn!(errno = e.errno, "the monitor is left for the next start");
                }
                _ => {}
            }
        }
    }

    /// Makes the monitor interface, and binds both sockets.
    fn begin(
        &mut self,
        kernel: &mut Kernel,
        (ifindex, wiphy): (u32, u32),
    ) -> Result<(), CommandError> {
        let name = &self.monitor_name;
        let monitor = kernel.new_monitor(wiphy, name).map_err(|e| {
            let mut error = e.explain(&format!("make the monitor {name} for vendors' frames"));
            if e.is(Errno::EXIST) || e.is(Errno::NFILE) {
                let text = format!("An interface {name} exists that hostednet did not make.");
                error.cause = Cause::new(text, "Remove or rename it (`iw dev`).");
            }
            error
        })?;
        self.monitor = Some(monitor);
        let alias = claim::alias(claim::Owner::this_process());
        let ready = kernel
            .route
            .set_alias(monitor, &alias)
            .and_then(|()| kernel.route.set_up(monitor, true))
            .and_then(|()| self.air.attach(monitor).map_err(Refusal::from))
            .and_then(|()| self.wired.attach(ifindex).map_err(Refusal::from));
        ready.map_err(|e| {
            let error = e.explain(&format!(
                "use the monitor {} for vendors' frames",
                self.monitor_name
            ));
            self.end(kernel);
            error
        })?;
        // Vendors' stations have no group key: without this nobody could ask for their addresses.
        let on = kernel.request(consts::CMD_SET_MULTICAST_TO_UNICAST, |w| {
            ap::single_out(w, ifindex, true);
        });
        match on {
            Ok(()) => self.singled_out = Some(ifindex),
            Err(e) => tracing::warn!(errno = e.errno, "vendors' stations hear no broadcasts"),
        }
        Ok(())
    }

    fn set_filters(&mut self, own: MacAddr, running: &Running) {
        let types = self.types();
        let keyed: Vec<MacAddr> = running
            .stations
            .iter()
            .filter(|(_, s)| s.receiver.is_some())
            .map(|(peer, _)| *peer)
            .collect();
        if keyed.len() > filter::MAX_KEYED {
            tracing::warn!("too many stations have keys and closed ports; some are not heard");
        }
        let set = self
            .air
            .filter(&mut filter::air(own, &types, &keyed))
            .and_then(|()| self.wired.filter(&mut filter::ethernet(own, &types)));
        self.stale = false;
        if let Err(e) = set {
            tracing::warn!(error = %e, "vendors' frames cannot be chosen");
        }
    }
}

fn refuse(kind: CommandErrorKind, text: String, remedy: &str) -> CommandError {
    CommandError {
        kind,
        cause: Cause::new(text, remedy),
    }
}

const fn is_ether_type(number: u16) -> bool {
    number >= ETHERTYPE_MIN && number != ETHERTYPE_EAPOL
}

/// Whether this radio can carry vendors' frames at all.
pub(super) fn check_radio(wiphy: &Wiphy) -> Result<(), CommandError> {
    if wiphy.has_iftype(consts::IFTYPE_MONITOR) {
        return Ok(());
    }
    let text = format!(
        "The driver of radio {} offers no monitor, without which vendors' frames do not pass.",
        wiphy.name
    );
    let remedy =
        "Use another radio (`iw list` shows \"monitor\" under \"Supported interface modes\").";
    Err(refuse(CommandErrorKind::NotSupported, text, remedy))
}

/// Whether these are rules. One for data in clear, which is not handed up, has no effect: the kernel takes
/// none.
pub(super) fn check_rules(rules: &[EtherTypeRule]) -> Result<(), CommandError> {
    use CommandErrorKind::{Invalid, Resources};
    if rules.len() > filter::MAX_TYPES {
        let text = format!("The radio has rules for {} EtherTypes.", filter::MAX_TYPES);
        return Err(refuse(Resources, text, "Name fewer."));
    }
    for (i, rule) in rules.iter().enumerate() {
        let named = rule.ether_type;
        if !is_ether_type(named) {
            let text = format!("{named:#06x} is EAPOL, or no EtherType.");
            return Err(refuse(
                Invalid,
                text,
                "Name one from 0x0600 on, not 0x888e.",
            ));
        }
        if rules.iter().take(i).any(|r| r.ether_type == named) {
            let text = format!("EtherType {named:#06x} has two rules.");
            return Err(refuse(Invalid, text, "Name it once."));
        }
    }
    Ok(())
}

/// Whether a frame is taken that came in clear, or protected.
fn takes(rule: &EtherTypeRule, protected: bool, keyed: bool) -> bool {
    // A station names the access point as receiver, whoever the frame is for: the rule for unicast.
    match rule.unicast {
        Arrival::Protected => protected,
        Arrival::InClear => !protected,
        Arrival::InClearWithoutKey => protected || !keyed,
    }
}

fn rule_of(rules: &[EtherTypeRule], ether_type: u16) -> Option<&EtherTypeRule> {
    let mut up = rules.iter().filter(|rule| rule.hand_up);
    up.find(|rule| rule.ether_type == ether_type)
}

fn is_for_us(destination: MacAddr, own: MacAddr) -> bool {
    destination == own || destination.is_group()
}

/// A frame from the monitor interface. `plain` is room for a deciphered one.
fn hear_air(
    bytes: &[u8],
    own: MacAddr,
    rules: &[EtherTypeRule],
    running: &mut Running,
    plain: &mut Vec<u8>,
) -> Option<RadioEvent> {
    let frame = radiotap::frame(bytes)?;
    let view = radiotap::to_access_point(frame, own)?;
    let peer = view.header().addr2;
    let protected = view.header().is_protected();
    let station = running.stations.get_mut(&peer).filter(|s| s.associated)?;
    let packet = if protected {
        // Without a receiver it comes over the other socket, or is for nobody to read.
        station.receiver.as_mut()?.unprotect(frame, plain).ok()?;
        radiotap::packet(&radiotap::to_access_point(plain, own)?)?
    } else {
        radiotap::packet(&view)?
    };
    let rule = rule_of(rules, packet.ether_type)?;
    if !takes(rule, protected, station.keyed) || !is_for_us(packet.destination, own) {
        return None;
    }
    // The monitor shows repetitions, too; those of protected frames have failed above.
    let number = Some((packet.tid, packet.sequence));
    if !protected && core::mem::replace(&mut station.last_packet, number) == number && packet.retry
    {
        return None;
    }
    Some(RadioEvent::Packet {
        peer,
        ether_type: packet.ether_type,
        payload: packet.payload.to_vec(),
    })
}

/// A frame from the access point's interface: the kernel has seen to it that the station is
/// authorised and the frame was protected.
fn hear_wired(
    frame: &[u8],
    own: MacAddr,
    rules: &[EtherTypeRule],
    running: &Running,
) -> Option<RadioEvent> {
    let packet = parse(frame)?;
    let peer = packet.source;
    running.stations.get(&peer).filter(|s| s.associated)?;
    let rule = rule_of(rules, packet.ether_type)?;
    let taken = takes(rule, true, true) && is_for_us(packet.destination, own);
    taken.then(|| RadioEvent::Packet {
        peer,
        ether_type: packet.ether_type,
        payload: packet.payload.to_vec(),
    })
}

impl Nl80211Radio {
    pub(super) fn set_ether_types(
        &mut self,
        rules: Vec<EtherTypeRule>,
    ) -> Result<(), CommandError> {
        check_rules(&rules)?;
        let before = core::mem::replace(&mut self.packets.rules, rules);
        self.packets.trouble = None;
        self.packets.stale = true;
        self.settle_packets();
        if let Some(error) = self.packets.trouble.clone() {
            self.packets.rules = before;
            self.packets.stale = true;
            return Err(error);
        }
        Ok(())
    }

    /// The access point runs: so do the rules that there are.
    pub(super) fn begin_packets(&mut self) {
        self.packets.trouble = None;
        self.packets.stale = true;
        self.settle_packets();
    }

    /// Sees to it that there is a monitor interface exactly while one is needed, and that the sockets
    /// let through what they should.
    pub(super) fn settle_packets(&mut self) {
        let Self {
            packets,
            kernel,
            state,
            ..
        } = self;
        let needed = packets.demanded || packets.rules.iter().any(|rule| rule.hand_up);
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = state
        else {
            return packets.end(kernel);
        };
        if !needed {
            return packets.end(kernel);
        }
        if packets.monitor.is_none() {
            if packets.trouble.is_some() {
                return;
            }
            let begun = check_radio(&link.wiphy)
                .and_then(|()| packets.begin(kernel, (link.ifindex, link.wiphy.index)));
            if let Err(error) = begun {
                tracing::warn!(%error, "vendors' frames do not pass");
                packets.trouble = Some(error);
                return;
            }
            packets.stale = true;
        }
        if packets.stale {
            packets.set_filters(link.address, running);
        }
    }

    /// A pairwise key is about to be installed: from then on the kernel reads, for the port is
    /// closed, and throws away.
    pub(super) fn before_key(&mut self, key: &Key) {
        let KeyScope::Pairwise(peer) = key.scope else {
            return;
        };
        if self.packets.monitor.is_none() || key.cipher != CipherSuite::CCMP {
            return;
        }
        let Ok(material) = <&[u8; 16]>::try_from(key.material.expose()) else {
            return;
        };
        let first = key.receive_counter.unwrap_or_default();
        let receiver = CcmpReceiver::new(material, first);
        if let Some(running) = self.running()
            && let Some(station) = running.stations.get_mut(&peer).filter(|s| !s.authorized)
        {
            station.receiver = Some(Box::new(receiver));
            self.packets.stale = true;
            self.settle_packets();
        }
    }

    /// A port is about to open: what came before is still on the monitor's socket.
    pub(super) fn before_port(&mut self, peer: MacAddr, open: bool) {
        let waiting = |s: &super::state::Station| s.receiver.is_some();
        if open
            && self
                .running()
                .is_some_and(|r| r.stations.get(&peer).is_some_and(waiting))
        {
            self.flush();
            self.read_air(LAST_ON_AIR);
        }
    }

    /// How a change of a station's key or port fared.
    pub(super) fn note_outcome(&mut self, op: &Op, refusal: Option<&Refusal>) {
        let (Op::Key(peer) | Op::KeyRemoval(peer) | Op::Port(peer, _)) = *op else {
            return;
        };
        let Some(station) = self.running().and_then(|r| r.stations.get_mut(&peer)) else {
            return;
        };
        let had_receiver = station.receiver.is_some();
        match op {
            Op::Key(_) => station.keyed |= refusal.is_none(),
            Op::KeyRemoval(_) => {
                let gone = refusal.is_none_or(|e| e.is(Errno::NOENT));
                station.keyed &= !gone;
            }
            Op::Port(_, open) if refusal.is_none() => station.authorized = *open,
            _ => {}
        }
        // Not kept for a port that closes again: meanwhile the kernel counts, and this one does not.
        if !station.keyed || station.authorized {
            station.receiver = None;
            self.packets.stale |= had_receiver;
        }
    }

    pub(super) fn send_packet(
        &mut self,
        peer: MacAddr,
        (ether_type, payload): (u16, &[u8]),
        in_clear: bool,
    ) -> Result<(), CommandError> {
        // Keys and stations that were ordered before must be in force.
        self.flush();
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            return Err(not_running());
        };
        let own = link.address;
        if !is_ether_type(ether_type) {
            let text = format!("{ether_type:#06x} is EAPOL, or no EtherType.");
            let remedy = "Name one from 0x0600 on, not 0x888e.";
            return Err(refuse(CommandErrorKind::Invalid, text, remedy));
        }
        if payload.len() > MAX_PAYLOAD {
            return Err(command_error(DOING, libc::EMSGSIZE, None));
        }
        let Some(station) = running.stations.get(&peer).filter(|s| s.associated) else {
            return Err(command_error(DOING, libc::ENOENT, None));
        };
        let encrypt = station.keyed && !in_clear;
        let open = encrypt && station.authorized;
        if self.packets.monitor.is_none() {
            self.packets.demanded = true;
            self.settle_packets();
        }
        if let Some(error) = &self.packets.trouble {
            return Err(error.clone());
        }
        let sent = if open {
            // The way of all data, in its order: mixed orders upset the receiver's packet numbers.
            self.packets.wired.send(|out| {
                let packet = EthernetPacket {
                    destination: peer,
                    source: own,
                    ether_type,
                    payload,
                };
                write(out, packet);
            })
        } else {
            self.packets
                .air
                .send(|out| radiotap::inject(out, (own, peer), (ether_type, payload), encrypt))
        };
        sent.map_err(|e| command_error(DOING, e.raw_os_error(), None))
    }

    pub(super) fn read_air(&mut self, most: usize) {
        let Self {
            packets: Packets {
                air, rules, plain, ..
            },
            state,
            out,
            ..
        } = self;
        read(air, state, most, |bytes, own, running| {
            out.extend(hear_air(bytes, own, rules, running, plain));
        });
    }

    pub(super) fn read_wired(&mut self, most: usize) {
        let Self {
            packets: Packets { wired, rules, .. },
            state,
            out,
            ..
        } = self;
        read(wired, state, most, |frame, own, running| {
            out.extend(hear_wired(frame, own, rules, running));
        });
    }
}

/// Hands on what a socket has, at most so many frames; without an access point it is emptied.
fn read(
    port: &mut PacketPort,
    state: &mut State,
    most: usize,
    mut hear: impl FnMut(&[u8], MacAddr, &mut Running),
) {
    let State::Held(Held {
        link,
        air: Air::Running(running),
        ..
    }) = state
    else {
        while matches!(port.receive(), Ok(Some(_))) {}
        return;
    };
    for _ in 0..most {
        match port.receive() {
            Ok(Some(bytes)) => hear(bytes, link.address, running),
            Ok(None) => return,
            Err(e) => {
                tracing::warn!(error = %e, "vendors' frames cannot be received");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
