//! An import's slot: nobody sees it half bound.

use core::ptr::{null_mut, without_provenance_mut as code_at};

use loom::cell::UnsafeCell;
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

use crate::atomic::AtomicPtr;
use crate::slot::Slot;

/// Code addresses: the bind stub, the guest stub, the host's function, the program's own.
const STUB: usize = 1;
const GUEST: usize = 2;
const HOST: usize = 3;
const OWN: usize = 4;

/// How a call went.
#[derive(Debug, PartialEq)]
enum Call {
    Unbound,
    Host,
    Own,
}

struct Import {
    slot: Slot,
    /// What dlopen wrote: the library's own data.
    library: UnsafeCell<u32>,
}

// SAFETY: the checker fails when `library` is read without an order after its one write.
unsafe impl Sync for Import {}
// SAFETY: as above.
unsafe impl Send for Import {}

impl Import {
    fn new() -> Arc<Self> {
        let slot = Slot { code: AtomicPtr::new(code_at(STUB)), target: AtomicPtr::new(null_mut()) };
        Arc::new(Self { slot, library: UnsafeCell::new(0) })
    }

    /// The library is opened by one thread, which then binds.
    fn open_and_bind(&self, code: usize) {
        // SAFETY: a valid place.
        self.library.with_mut(|library| unsafe { *library = 7 });
        self.slot.publish(code_at(HOST), code_at(code));
    }

    fn fall_back(&self) -> usize {
        self.slot.publish_fallback(code_at(STUB), code_at(OWN)).addr()
    }

    /// What compiled code does, and the guest stub.
    fn call(&self) -> Call {
        let target = match self.slot.code().addr() {
            STUB => return Call::Unbound,
            OWN => return Call::Own,
            GUEST => self.slot.target().addr(),
            code => code,
        };
        assert_eq!(target, HOST, "what the guest's thread pointer is in place for is the host's");
        Call::Host
    }

    /// A call that the library's function answers with its data.
    fn call_library(&self) -> Call {
        let call = self.call();
        if call == Call::Host {
            // SAFETY: a valid place.
            assert_eq!(self.library.with(|library| unsafe { *library }), 7);
        }
        call
    }
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3); // finds what more would find, in seconds (loom's documentation)
    builder.check(model);
}

#[test]
fn a_caller_beside_a_binder() {
    for code in [GUEST, HOST] {
        check(move || {
            let import = Import::new();
            let binder = Arc::clone(&import);
            let binder = thread::spawn(move || binder.open_and_bind(code));
            import.call_library();
            import.call_library();
            binder.join().expect("no panic");
            assert_eq!(import.call_library(), Call::Host);
        });
    }
}

#[test]
fn binders_that_race() {
    check(|| {
        let import = Import::new();
        let binders = [(); 2].map(|()| {
            let import = Arc::clone(&import);
            thread::spawn(move || {
                import.slot.publish(code_at(HOST), code_at(GUEST));
                assert_eq!(import.call(), Call::Host);
            })
        });
        import.call();
        binders.into_iter().for_each(|binder| binder.join().expect("no panic"));
        assert_eq!(import.call(), Call::Host);
    });
}

/// One thread's look-up fails and another's succeeds, as when the library appears in that moment.
#[test]
fn a_binder_beside_one_that_falls_back() {
    for code in [GUEST, HOST] {
        check(move || {
            let import = Import::new();
            let binder = Arc::clone(&import);
            let binder = thread::spawn(move || binder.open_and_bind(code));
            let other = Arc::clone(&import);
            let other = thread::spawn(move || {
                let published = other.fall_back();
                assert!(published == OWN || published == code);
                assert_ne!(other.call_library(), Call::Unbound);
            });
            import.call_library();
            binder.join().expect("no panic");
            other.join().expect("no panic");
            // The host's, whoever was first; but the checker, which keeps no order among stores that race, also tries
            // that what compare_exchange has replaced comes after it.
            assert_ne!(import.call_library(), Call::Unbound);
        });
    }
}

#[test]
fn who_falls_back_alone_has_the_programs_own() {
    check(|| {
        let import = Import::new();
        let other = Arc::clone(&import);
        let other = thread::spawn(move || other.fall_back());
        assert_eq!(import.fall_back(), OWN);
        assert_eq!(other.join().expect("no panic"), OWN);
        assert_eq!(import.call(), Call::Own);
        assert!(import.slot.target().is_null());
    });
}
