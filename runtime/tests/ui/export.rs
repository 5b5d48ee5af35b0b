use import_dynamic_macros::export_dynamic;

#[export_dynamic]
extern "C" fn nameless() {}

#[export_dynamic("one", "two")]
extern "C" fn two_names() {}

#[export_dynamic("")]
extern "C" fn empty() {}

#[export_dynamic("generic")]
extern "C" fn generic<T>(_: T) {}

#[export_dynamic("rust")]
fn rust() {}

#[export_dynamic("named")]
#[unsafe(no_mangle)]
extern "C" fn named() {}

#[export_dynamic("conditionally")]
#[cfg_attr(unix, unsafe(export_name = "other"))]
extern "C" fn conditionally() {}

#[export_dynamic("inside")]
extern "C" fn inside() {
    #![unsafe(no_mangle)]
}

#[export_dynamic("optional", optional)]
extern "C" fn optional() {}

#[export_dynamic("data")]
static DATA: u8 = 1;

fn main() {}
