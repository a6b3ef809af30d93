//! Tests of the whole column under a virtual clock: scripted and hostile stations.
