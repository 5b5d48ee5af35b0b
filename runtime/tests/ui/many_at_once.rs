use import_dynamic::import_dynamic;

#[import_dynamic("libc", optinal, errno, version = "")]
extern "C" fn getpid<T>(&self, (a, b): (T, T)) -> i32 {
    1
}

fn main() {}
