//! The whole column over the simulated radio, one file per behaviour.

#[cfg(test)]
mod air;
#[cfg(test)]
mod bands;
#[cfg(test)]
mod crowd;
mod extensions;
#[cfg(test)]
mod firmware;
#[cfg(test)]
mod floods;
#[cfg(test)]
mod ghost;
#[cfg(test)]
mod handshake;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod malformed;
#[cfg(test)]
mod model;
#[cfg(test)]
mod older;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod rekey;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod switches;
#[cfg(test)]
mod transitions;
