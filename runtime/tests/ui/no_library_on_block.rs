use import_dynamic::import_dynamic;

#[import_dynamic(optional)]
unsafe extern "C" {
    fn getpid() -> i32;
}

fn main() {}
