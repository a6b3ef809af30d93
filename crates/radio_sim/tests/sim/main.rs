//! The simulated radio through its public face, with a tiny scripted access point.

#[cfg(test)]
mod adapter;
#[cfg(test)]
mod capture;
#[cfg(test)]
mod ciphers;
#[cfg(test)]
mod join;
#[cfg(test)]
mod packets;
#[cfg(test)]
mod power_save;
#[cfg(test)]
mod radio;
#[cfg(test)]
mod support;
#[cfg(test)]
mod switches;
#[cfg(test)]
mod vendor;
