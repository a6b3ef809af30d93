//! Exceptions of the extension that it does not handle itself.
//!
//! Windows looks for a handler frame by frame, down through what called the extension: our own frames, of
//! which Wine knows nothing, so that the search itself would fail and hang the process. So we look first,
//! as far as our frames, and end the process if nobody is there. A DLL that handles its exceptions is left
//! alone, and so are its own threads, under which there is no frame of ours.

use core::ffi::c_void;
use core::ptr::{null, null_mut};

use ihv::seam::Level;

use super::die;
use crate::shared::SHARED;

/// `EXCEPTION_CONTINUE_SEARCH`.
const SEARCH: i32 = 0;
/// `UNW_FLAG_EHANDLER`.
const HANDLER: u32 = 1;
/// Both bits of an error, as exceptions of the processor and those of C++ have them.
const ERROR: u32 = 0xc000_0000;
/// Deeper than anybody calls.
const MOST_FRAMES: usize = 1024;

/// `EXCEPTION_POINTERS`.
#[repr(C)]
struct Pointers {
    record: *const Record,
    context: *const Context,
}

/// The beginning of `EXCEPTION_RECORD`.
#[repr(C)]
struct Record {
    code: u32,
    flags: u32,
    next: *const Record,
    address: *const c_void,
}

/// `CONTEXT` of x86-64, of which two registers are of interest.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Context {
    before: [u64; 19],
    rsp: usize,
    between: [u64; 11],
    rip: usize,
    after: [u64; 122],
}

const _: () = assert!(size_of::<Context>() == 1232);
const _: () = assert!(core::mem::offset_of!(Context, rsp) == 0x98);
const _: () = assert!(core::mem::offset_of!(Context, rip) == 0xf8);

type Filter = unsafe extern "win64" fn(*const Pointers) -> i32;

// kernel32 and ntdll.
unsafe extern "win64" {
    fn AddVectoredExceptionHandler(first: u32, handler: Filter) -> *mut c_void;
    fn SetUnhandledExceptionFilter(filter: Filter) -> *const c_void;
    fn GetModuleHandleW(name: *const u16) -> *mut c_void;
    fn RtlPcToFileHeader(pc: usize, base: *mut *mut c_void) -> *mut c_void;
    fn RtlLookupFunctionEntry(pc: usize, base: *mut usize, history: *mut c_void) -> *const c_void;
    fn RtlVirtualUnwind(
        kind: u32,
        base: usize,
        pc: usize,
        function: *const c_void,
        context: *mut Context,
        data: *mut *mut c_void,
        frame: *mut usize,
        registers: *mut c_void,
    ) -> *const c_void;
}

/// From now on.
pub(super) fn watch() {
    // SAFETY: functions of that type, which stay.
    unsafe {
        AddVectoredExceptionHandler(1, raised);
        SetUnhandledExceptionFilter(crashed);
    }
}

/// Something was raised, before anybody else hears of it.
unsafe extern "win64" fn raised(about: *const Pointers) -> i32 {
    // SAFETY: Windows passes both.
    let (record, context) = unsafe { (&*(*about).record, &*(*about).context) };
    if record.code & ERROR == ERROR && reaches_us(context) {
        tell(record);
    }
    SEARCH
}

/// Nobody has handled it: Wine would ask for a debugger that is not there.
unsafe extern "win64" fn crashed(about: *const Pointers) -> i32 {
    // SAFETY: Windows passes it.
    tell(unsafe { &*(*about).record })
}

/// Whether the search for a handler would come to our own frames.
fn reaches_us(context: &Context) -> bool {
    let mut context = *context;
    let listed = listed(context.rsp);
    // SAFETY: NULL is the program itself.
    let own = unsafe { GetModuleHandleW(null()) };
    for depth in 0..MOST_FRAMES {
        let mut module = null_mut();
        // SAFETY: any number may be asked about.
        unsafe { RtlPcToFileHeader(context.rip, &raw mut module) };
        // A jump to nowhere is still somebody's call.
        if module == own || (module.is_null() && depth > 0) {
            return context.rip != 0;
        }
        let mut base = 0;
        // SAFETY: the same.
        let function = unsafe { RtlLookupFunctionEntry(context.rip, &raw mut base, null_mut()) };
        if function.is_null() {
            // A function without a frame: its caller is on top.
            let Some(caller) = on_stack(context.rsp) else {
                return false;
            };
            context.rip = caller;
            context.rsp += 8;
        } else {
            let (mut data, mut frame) = (null_mut(), 0);
            // SAFETY: what the function above has found, and places of ours.
            let handler = unsafe {
                RtlVirtualUnwind(
                    HANDLER,
                    base,
                    context.rip,
                    function,
                    &raw mut context,
                    &raw mut data,
                    &raw mut frame,
                    null_mut(),
                )
            };
            if !handler.is_null() {
                return false;
            }
        }
        // Wine's own functions put their handlers into a list instead.
        if listed < context.rsp {
            return false;
        }
    }
    false
}

/// The newest entry of the thread's list of handlers that was there when the stack went as far as this; the
/// end is the largest number. What Wine 10 calls us from has one of its own, below.
fn listed(stack: usize) -> usize {
    let mut entry: usize;
    // SAFETY: the first member of the thread's block of Windows, which this thread has.
    unsafe {
        core::arch::asm!("mov {}, gs:[0]", out(reg) entry, options(nostack, readonly, preserves_flags));
    }
    while entry < stack {
        let before = entry;
        // Its first member is the one before it.
        entry = on_stack(entry).unwrap_or(usize::MAX);
        if entry <= before {
            return usize::MAX;
        }
    }
    entry
}

/// A word of the thread's stack.
fn on_stack(address: usize) -> Option<usize> {
    let (top, bottom): (usize, usize);
    // SAFETY: the limits of the stack follow in the thread's block.
    unsafe {
        core::arch::asm!("mov {}, gs:[8]", out(reg) top, options(nostack, readonly, preserves_flags));
        core::arch::asm!("mov {}, gs:[16]", out(reg) bottom, options(nostack, readonly, preserves_flags));
    }
    let fits = address >= bottom && address.checked_add(8)? <= top && address.is_multiple_of(8);
    // SAFETY: inside the thread's own stack.
    fits.then(|| unsafe { (address as *const usize).read() })
}

fn tell(record: &Record) -> ! {
    let code = record.code;
    let what = match code {
        0xc000_0005 => ", an access violation",
        0xc000_001d => ", an illegal instruction",
        0xc000_0094 => ", a division by zero",
        0xc000_00fd => ", a stack overflow",
        0xe06d_7363 => ", an exception of C++ that nobody caught",
        _ => "",
    };
    if let Some(shared) = SHARED.get() {
        let at = record.address;
        let text = format!("the extension crashed at {at:p}: exception {code:#x}{what}");
        shared.log(Level::Error, text);
    }
    die(match code {
        0xc000_001d => libc::SIGILL,
        0xc000_0094 => libc::SIGFPE,
        0xc000_0005 | 0xc000_00fd => libc::SIGSEGV,
        _ => libc::SIGABRT,
    })
}
