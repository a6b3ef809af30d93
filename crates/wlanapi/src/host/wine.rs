//! A process of Wine, which runs a Windows program.
//!
//! Memory comes from the process heap, as that of `CoTaskMemAlloc` does: programs in .NET free our
//! results with `CoTaskMemFree`. Callbacks run in threads made by `CreateThread`, since only those
//! may use Windows functions. The pump stays a thread of Linux: it runs no code but ours.

#![expect(unsafe_code, reason = "functions of Windows")]

use core::ffi::c_void;
use core::ptr;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::types::{BOOL, HANDLE};

/// `HEAP_ZERO_MEMORY`.
const ZERO: u32 = 8;
/// `ERROR_NOT_ENOUGH_MEMORY`.
const NO_MEMORY: u32 = 8;
/// `ERROR_INVALID_PARAMETER`.
const INVALID_PARAMETER: u32 = 87;
/// `DLL_PROCESS_ATTACH`.
const ATTACH: u32 = 1;
/// `GET_MODULE_HANDLE_EX_FLAG_PIN` and `.._FROM_ADDRESS`.
const PIN: u32 = 1;
const FROM_ADDRESS: u32 = 4;

/// `LPTHREAD_START_ROUTINE`.
type ThreadStart = unsafe extern "win64" fn(*mut c_void) -> u32;

// kernel32 and ntdll; the linker of the Wine module finds them.
unsafe extern "win64" {
    fn GetProcessHeap() -> HANDLE;
    fn HeapAlloc(heap: HANDLE, flags: u32, size: usize) -> *mut c_void;
    fn HeapFree(heap: HANDLE, flags: u32, memory: *mut c_void) -> BOOL;
    fn SetLastError(code: u32);
    fn CreateThread(
        attributes: *const c_void,
        stack: usize,
        start: ThreadStart,
        argument: *mut c_void,
        flags: u32,
        id: *mut u32,
    ) -> HANDLE;
    fn CloseHandle(object: HANDLE) -> BOOL;
    fn GetModuleFileNameW(module: HANDLE, name: *mut u16, size: u32) -> u32;
    fn GetModuleHandleExW(flags: u32, address: *const u16, module: *mut HANDLE) -> BOOL;
    fn DisableThreadLibraryCalls(module: HANDLE) -> BOOL;
    fn RtlDllShutdownInProgress() -> u8;
}

/// Wine's name for the module's entry point. The module stays: threads may run in it, and Wine cannot
/// load one of its kind a second time after it was unloaded.
#[unsafe(no_mangle)]
extern "win64" fn DllMain(module: HANDLE, reason: u32, _reserved: *const c_void) -> BOOL {
    if reason == ATTACH {
        let mut pinned = ptr::null_mut();
        let address: *const c_void = (DllMain as *const ()).cast();
        // SAFETY: an address inside the module, as the flag says; the module is the one being loaded.
        unsafe {
            GetModuleHandleExW(PIN | FROM_ADDRESS, address.cast(), &raw mut pinned);
            DisableThreadLibraryCalls(module);
        }
    }
    1
}

fn heap(flags: u32, size: usize) -> *mut c_void {
    // SAFETY: the process heap is always there, and any size may be asked for.
    let memory = unsafe { HeapAlloc(GetProcessHeap(), flags, size) };
    if memory.is_null() {
        // SAFETY: any code may be set.
        unsafe { SetLastError(NO_MEMORY) };
    }
    memory
}

/// `size` bytes, or NULL for want of memory, which the thread's last error says.
pub(crate) fn allocate(size: usize) -> *mut c_void {
    heap(0, size)
}

/// `size` bytes of zero, or NULL for want of memory.
pub(crate) fn allocate_zeroed(size: usize) -> *mut c_void {
    heap(ZERO, size)
}

/// Takes back what [`allocate`] or [`allocate_zeroed`] gave; NULL is nothing.
///
/// # Safety
/// `memory` is NULL or came from one of them and was not freed since.
pub(crate) unsafe fn free(memory: *mut c_void) {
    if !memory.is_null() {
        // SAFETY: see above.
        unsafe { HeapFree(GetProcessHeap(), 0, memory) };
    }
}

/// Says why there is no memory of size 0.
pub(crate) fn refuse_size() {
    // SAFETY: any code may be set.
    unsafe { SetLastError(INVALID_PARAMETER) };
}

/// How far a thread is.
#[derive(Debug)]
enum Stage {
    /// Wine has not let it begin. It waits for the loader's lock, which the program may hold.
    Waiting,
    /// Nobody wants it any more; it is not to begin.
    Unwanted,
    Running,
    Done,
}

#[derive(Debug)]
struct Progress {
    stage: Mutex<Stage>,
    changed: Condvar,
}

impl Progress {
    fn with<T>(&self, act: impl FnOnce(&mut Stage) -> T) -> T {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut stage);
        self.changed.notify_all();
        result
    }
}

/// What a new thread gets.
struct Start {
    run: Box<dyn FnOnce() + Send>,
    progress: Arc<Progress>,
}

/// A thread that runs callbacks.
#[derive(Debug)]
pub(crate) struct CallerThread(Arc<Progress>);

impl CallerThread {
    /// Waits until the thread has run all that is ours. Not for its end: whoever waits may hold the
    /// loader's lock (`DllMain` of a program's library), without which no thread of Windows begins or
    /// ends.
    pub(crate) fn join(self) {
        let mut stage = self.0.stage.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*stage, Stage::Waiting) {
            *stage = Stage::Unwanted;
        }
        while matches!(*stage, Stage::Running) {
            stage = self
                .0
                .changed
                .wait(stage)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

unsafe extern "win64" fn begin(argument: *mut c_void) -> u32 {
    // SAFETY: made by `spawn_caller` for this thread alone.
    let start = unsafe { Box::from_raw(argument.cast::<Start>()) };
    let Start { run, progress } = *start;
    let wanted = progress.with(|stage| {
        let wanted = matches!(stage, Stage::Waiting);
        if wanted {
            *stage = Stage::Running;
        }
        wanted
    });
    // No panic may pass into Windows code.
    let _ = catch_unwind(AssertUnwindSafe(|| if wanted { run() } else { drop(run) }));
    progress.with(|stage| *stage = Stage::Done);
    0
}

/// Starts a thread that runs callbacks. Its name is not told to Wine, which has no cheap way to.
///
/// # Errors
/// When the system has no thread left.
pub(crate) fn spawn_caller(
    _name: &str,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<CallerThread> {
    let progress = Arc::new(Progress {
        stage: Mutex::new(Stage::Waiting),
        changed: Condvar::new(),
    });
    let start = Box::into_raw(Box::new(Start {
        run: Box::new(run),
        progress: Arc::clone(&progress),
    }));
    // SAFETY: `begin` takes what it is given, and takes it once.
    let thread = unsafe { CreateThread(ptr::null(), 0, begin, start.cast(), 0, ptr::null_mut()) };
    if thread.is_null() {
        // SAFETY: no thread has taken it.
        drop(unsafe { Box::from_raw(start) });
        return Err(io::Error::from(io::ErrorKind::OutOfMemory));
    }
    // SAFETY: the handle is ours; the thread goes on without it.
    unsafe { CloseHandle(thread) };
    Ok(CallerThread(progress))
}

/// The Windows program's name, for the service's logs.
pub(crate) fn program() -> String {
    let mut path = [0_u16; 1024];
    // SAFETY: room for as many characters as it says; NULL is the program itself.
    let length = unsafe { GetModuleFileNameW(ptr::null_mut(), path.as_mut_ptr(), 1024) };
    let path = path.get(..length as usize).unwrap_or_default();
    let path = String::from_utf16_lossy(path);
    path.rsplit('\\').next().unwrap_or_default().to_owned()
}

/// Whether Windows has ended all other threads of the process. One of them may have held our locks, so
/// that a destructor that still calls us would wait for ever.
pub(crate) fn is_ending() -> bool {
    // SAFETY: it only looks.
    unsafe { RtlDllShutdownInProgress() != 0 }
}
