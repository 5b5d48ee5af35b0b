//! Threads of the host's libc run this program's code, each with its own copy of the program's thread-local variables.

use core::arch::{asm, global_asm};
use core::ffi::{c_int, c_void};
use core::ptr::{null, null_mut};

use import_dynamic::Arguments;

use crate::imports::{free, labs, malloc, pthread_create, pthread_join};

// Two words of this program's TLS: one that begins with a value, one that begins with 0. By hand, since
// `#[thread_local]` is not stable; local-exec, as the compiler emits it in an executable.
global_asm!(
    ".pushsection .tdata.adopted_cases,\"awT\",@progbits",
    ".balign 8",
    ".globl adopted_cases_initialised",
    ".hidden adopted_cases_initialised",
    "adopted_cases_initialised: .quad 4711",
    ".popsection",
    ".pushsection .tbss.adopted_cases,\"awT\",@nobits",
    ".balign 64",
    ".globl adopted_cases_zero",
    ".hidden adopted_cases_zero",
    "adopted_cases_zero: .zero 64",
    ".popsection",
);

/// The addresses of this thread's two variables.
fn variables() -> [*mut usize; 2] {
    let (initialised, zero): (*mut usize, *mut usize);
    // SAFETY: adds link-time offsets to the thread pointer.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!(
            "mov {0}, qword ptr fs:[0]",                          // the thread pointer
            "lea {1}, [{0} + adopted_cases_zero@TPOFF]",          // the variable below it
            "lea {0}, [{0} + adopted_cases_initialised@TPOFF]",   // likewise
            out(reg) initialised,
            out(reg) zero,
            options(nostack, readonly)
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        asm!(
            "mrs {0}, tpidr_el0",                                          // the thread pointer
            "add {1}, {0}, :tprel_hi12:adopted_cases_zero",                // the variable above it, high part
            "add {1}, {1}, :tprel_lo12_nc:adopted_cases_zero",             // low part
            "add {0}, {0}, :tprel_hi12:adopted_cases_initialised",         // likewise
            "add {0}, {0}, :tprel_lo12_nc:adopted_cases_initialised",      // low part
            out(reg) initialised,
            out(reg) zero,
            options(nostack, readonly)
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "riscv64")]
    unsafe {
        asm!(
            "lui {1}, %tprel_hi(adopted_cases_zero)",                      // the variable above it, high part
            "add {1}, {1}, tp, %tprel_add(adopted_cases_zero)",            // the thread pointer
            "addi {1}, {1}, %tprel_lo(adopted_cases_zero)",                // low part
            "lui {0}, %tprel_hi(adopted_cases_initialised)",               // likewise
            "add {0}, {0}, tp, %tprel_add(adopted_cases_initialised)",     // the thread pointer
            "addi {0}, {0}, %tprel_lo(adopted_cases_initialised)",         // low part
            out(reg) initialised,
            out(reg) zero,
            options(nostack, readonly)
        );
    }
    [initialised, zero]
}

/// Whether the register by which linkers have data found is the program's: musl's interpreter leaves another value there.
#[cfg(target_arch = "riscv64")]
fn has_global_pointer() -> bool {
    let difference: usize;
    // SAFETY: computes with a register and an address.
    unsafe {
        asm!(
            ".option push",
            ".option norelax",
            "lla {0}, __global_pointer$", // what it should be
            ".option pop",
            "sub {0}, {0}, gp",           // less what it is
            out(reg) difference,
            options(nostack, nomem)
        );
    }
    difference == 0
}

/// Other architectures have none.
#[cfg(not(target_arch = "riscv64"))]
fn has_global_pointer() -> bool {
    true
}

/// Checks this thread's variables, and writes its own values; 0 when all is right.
extern "C" fn body(argument: *mut c_void) -> *mut c_void {
    let own = argument as usize;
    let [initialised, zero] = variables();
    // SAFETY: this thread's own variables.
    let right = unsafe {
        let fresh = *initialised == 4711 && *zero == 0 && (zero as usize).is_multiple_of(64);
        *initialised = own;
        *zero = own + 1;
        let mut kept = fresh && has_global_pointer();
        for round in 0..1000 {
            let memory = malloc(100 + round % 50).cast::<u8>();
            memory.write_bytes(own as u8, 100);
            kept &= labs(-(round as isize) as _) == round as _ && *memory.add(99) == own as u8;
            free(memory.cast());
            kept &= *initialised == own && *zero == own + 1;
        }
        kept
    };
    if right { null_mut() } else { argument }
}

/// Eight threads at a time, and the main thread's variables stay its own.
pub(crate) fn threads(_: Arguments) -> c_int {
    const COUNT: usize = 8;
    if labs(-1) != 1 {
        return 1; // brings the host up: thread-locals are there from then on
    }
    let [initialised, zero] = variables();
    // SAFETY: the main thread's own variables; pthread_create(3) and pthread_join(3) as documented.
    unsafe {
        if *initialised != 4711 || *zero != 0 || !has_global_pointer() {
            return 2;
        }
        *initialised = 1;
        let mut handles = [0; COUNT];
        for (index, handle) in handles.iter_mut().enumerate() {
            if pthread_create(handle, null(), body, (index + 100) as *mut c_void) != 0 {
                return 3;
            }
        }
        for handle in handles {
            let mut value = null_mut();
            if pthread_join(handle, &mut value) != 0 || !value.is_null() {
                return 4;
            }
        }
        if *initialised != 1 || *zero != 0 {
            return 5;
        }
    }
    0
}
