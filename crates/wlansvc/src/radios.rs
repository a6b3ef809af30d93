//! The radio below the column: one of Linux', or the simulated one.

use std::fs::File;
use std::io::Write;
use std::os::fd::BorrowedFd;
use std::path::Path;

use cause::Cause;
use clock::{Instant, WallTime, monotonic, wall};
use radio::{CommandError, Radio, RadioCommand, RadioEvent, StationReport};
use radio_nl80211::{Nl80211Radio, Options as LinuxOptions, Source};
use radio_sim::{PcapEncoder, SimConfig, SimRadio};
use wlan_rpc::PeerTraffic;

use crate::random::random;
use crate::sim_adapter::SimAdapter;
use crate::{Options, RadioChoice};

/// The radio in use.
#[derive(Debug)]
pub(crate) enum AnyRadio {
    /// A radio of this machine.
    Linux(Box<Nl80211Radio>),
    /// The simulated one.
    Sim(Box<Simulation>),
}

/// The simulated radio, the station adapter beside it, and the file its air is written to.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) radio: SimRadio,
    pub(crate) adapter: SimAdapter,
    capture: Option<Capture>,
}

impl AnyRadio {
    /// The radio asked for, with a line on which it is where somebody should know.
    pub(crate) fn open(options: &Options) -> Result<(Self, Option<String>), Cause> {
        let linux = |ifname: Option<&str>| -> Result<Self, Cause> {
            let options = LinuxOptions {
                ifname: ifname.map(str::to_owned),
                ..LinuxOptions::new(&options.runtime_dir)
            };
            match Nl80211Radio::open(options) {
                Ok(radio) => Ok(Self::Linux(Box::new(radio))),
                Err(error) => Err(error.cause),
            }
        };
        let sim = || Simulation::open(options).map(|sim| Self::Sim(Box::new(sim)));
        match &options.radio {
            RadioChoice::Sim | RadioChoice::SimFirmware => Ok((sim()?, None)),
            RadioChoice::Interface(_) | RadioChoice::Real if options.pcap.is_some() => {
                Err(Cause::new(
                    "Only the simulated air can be written to a capture file.",
                    "Leave out --pcap, or use `--radio sim`.",
                ))
            }
            RadioChoice::Interface(name) => Ok((linux(Some(name))?, None)),
            RadioChoice::Real => Ok((linux(None)?, None)),
            RadioChoice::Auto if options.pcap.is_some() => Ok((
                sim()?,
                Some("The radio is simulated: --pcap asks for it.".to_owned()),
            )),
            RadioChoice::Auto if !rustix::process::geteuid().is_root() => {
                let note = "The radio is simulated: a real one needs root.";
                Ok((sim()?, Some(note.to_owned())))
            }
            RadioChoice::Auto => match linux(None) {
                Ok(Self::Linux(radio)) => {
                    let note = radio
                        .interface()
                        .map(|name| format!("The radio is that of {name}."));
                    Ok((Self::Linux(radio), note))
                }
                Ok(other) => Ok((other, None)),
                Err(cause) => Ok((
                    sim()?,
                    Some(format!("The radio is simulated: {}", cause.text)),
                )),
            },
        }
    }

    /// What every peer whose port is open has sent and received.
    pub(crate) fn traffic(&mut self, now: Instant) -> Result<Vec<PeerTraffic>, CommandError> {
        let row = |report: StationReport, tx_rate| PeerTraffic {
            mac: report.peer,
            inactive_ms: report.inactive_ms,
            rx_bytes: report.rx_bytes,
            tx_bytes: report.tx_bytes,
            signal: report.signal,
            tx_rate,
        };
        Ok(match self {
            Self::Linux(radio) => {
                let rows = radio.traffic()?.into_iter();
                rows.map(|one| row(one.report, one.tx_rate)).collect()
            }
            Self::Sim(sim) => {
                let rows = sim.radio.peer_traffic(now).into_iter();
                rows.map(|report| row(report, None)).collect()
            }
        })
    }

    /// What to watch for reading, each with a number for [`AnyRadio::handle_readable`].
    pub(crate) fn sources(&self) -> Vec<(u8, BorrowedFd<'_>)> {
        match self {
            Self::Linux(radio) => radio
                .sources()
                .map(|(source, fd)| (number(source), fd))
                .collect(),
            Self::Sim(_) => Vec::new(),
        }
    }

    pub(crate) fn handle_readable(&mut self, source: u8, now: Instant) {
        if let Self::Linux(radio) = self {
            let sources = [
                Source::Events,
                Source::Eapol,
                Source::Switch,
                Source::Links,
                Source::Packets,
                Source::Air,
            ];
            for source in sources.into_iter().filter(|s| number(*s) == source) {
                radio.handle_readable(source, now);
            }
        }
    }

    /// The network interface the peers are behind, where there is one.
    pub(crate) fn interface(&self) -> Option<&str> {
        match self {
            Self::Linux(radio) => radio.interface(),
            Self::Sim(_) => None,
        }
    }

    /// The simulated radio, if it is one.
    pub(crate) fn sim(&mut self) -> Option<&mut Simulation> {
        match self {
            Self::Linux(_) => None,
            Self::Sim(sim) => Some(sim),
        }
    }

    pub(crate) fn command(&mut self, command: RadioCommand, now: Instant) {
        match self {
            Self::Linux(radio) => radio.command(command, now),
            Self::Sim(sim) => sim.radio.command(command, now),
        }
    }

    /// For the radio of the station adapter, which only the simulated air has.
    pub(crate) fn station_command(&mut self, command: RadioCommand, now: Instant) {
        if let Self::Sim(sim) = self {
            sim.radio.station_command(command, now);
        }
    }

    /// What the radio of the station adapter has to say.
    pub(crate) fn poll_station_event(&mut self) -> Option<RadioEvent> {
        match self {
            Self::Linux(_) => None,
            Self::Sim(sim) => sim.radio.station_poll_event(),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        match self {
            Self::Linux(radio) => radio.handle_timeout(now),
            Self::Sim(sim) => sim.radio.handle_timeout(now),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Linux(radio) => radio.poll_timeout(),
            Self::Sim(sim) => sim.radio.poll_timeout(),
        }
    }

    pub(crate) fn poll_event(&mut self) -> Option<RadioEvent> {
        match self {
            Self::Linux(radio) => radio.poll_event(),
            Self::Sim(sim) => sim.radio.poll_event(),
        }
    }

    /// Writes down what has been on the air, when somebody wants that.
    pub(crate) fn capture(&mut self) {
        if let Self::Sim(sim) = self {
            sim.write_capture();
        }
    }

    /// Gives everything back.
    pub(crate) fn close(&mut self) {
        match self {
            Self::Linux(radio) => radio.close(),
            Self::Sim(sim) => sim.write_capture(),
        }
    }
}

const fn number(source: Source) -> u8 {
    match source {
        Source::Events => 0,
        Source::Eapol => 1,
        Source::Switch => 2,
        Source::Links => 3,
        Source::Packets => 4,
        Source::Air => 5,
    }
}

impl Simulation {
    fn open(options: &Options) -> Result<Self, Cause> {
        let mut radio = SimRadio::new(SimConfig {
            firmware_mlme: options.radio == RadioChoice::SimFirmware,
            ..SimConfig::with_seed(u64::from_ne_bytes(random()?))
        });
        let capture = options.pcap.as_deref().map(Capture::create).transpose()?;
        radio.set_tap(capture.is_some(), monotonic());
        Ok(Self {
            radio,
            adapter: SimAdapter::new(),
            capture,
        })
    }

    fn write_capture(&mut self) {
        let Some(capture) = &mut self.capture else {
            return;
        };
        let mut bytes = Vec::new();
        while let Some(frame) = self.radio.poll_tap() {
            capture.encoder.record(&frame, &mut bytes);
        }
        if !bytes.is_empty()
            && let Err(error) = capture.file.write_all(&bytes)
        {
            tracing::warn!(%error, "capturing ends");
            self.capture = None;
            self.radio.set_tap(false, monotonic());
        }
    }
}

#[derive(Debug)]
struct Capture {
    file: File,
    encoder: PcapEncoder,
}

impl Capture {
    fn create(path: &Path) -> Result<Self, Cause> {
        // The calendar time at which the monotonic clock was zero.
        let epoch = wall()
            .as_unix_millis()
            .saturating_sub(monotonic().as_micros() / 1000);
        let encoder = PcapEncoder::new(WallTime::from_unix_millis(epoch));
        File::create(path)
            .and_then(|mut file| file.write_all(&encoder.header()).map(|()| file))
            .map(|file| Self { file, encoder })
            .map_err(|error| {
                Cause::new(
                    format!("Cannot capture to {}: {error}.", path.display()),
                    "Name another file with --pcap.",
                )
            })
    }
}
