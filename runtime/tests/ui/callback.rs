use import_dynamic_macros::callback;

#[callback]
fn rust() {}

#[callback]
extern "C-unwind" fn unwinding() {}

#[callback]
async extern "C" fn asynchronous() {}

#[callback("name")]
extern "C" fn named() {}

#[callback]
extern "C" fn implicit(_: impl Copy) {}

#[callback]
extern "C" fn conditional(#[cfg(unix)] _: u8) {}

#[callback]
static DATA: u8 = 1;

struct Method;

impl Method {
    #[callback]
    extern "C" fn method(&self) {}
}

fn main() {}
