//! The whole column over the simulated radio, one file per behaviour.

#[cfg(test)]
mod keys;
