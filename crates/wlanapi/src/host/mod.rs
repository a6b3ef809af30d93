//! What the library takes from the process it lives in: memory that changes hands, threads that run
//! callbacks, the program's name. A process of Linux or one of Wine, never both.

#[cfg(not(wine))]
mod native;
#[cfg(wine)]
mod wine;

#[cfg(not(wine))]
pub(crate) use native::{
    CallerThread, allocate, allocate_zeroed, free, is_ending, program, refuse_size, spawn_caller,
};
#[cfg(wine)]
pub(crate) use wine::{
    CallerThread, allocate, allocate_zeroed, free, is_ending, program, refuse_size, spawn_caller,
};
