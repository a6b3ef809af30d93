//! A simulated radio: an air with loss and rules, stations, real CCMP, a capture tap.
