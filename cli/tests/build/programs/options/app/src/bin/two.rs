//! Another.

fn main() {
    println!("two {}", app::say());
    std::process::exit(i32::from(std::env::args().nth(1).as_deref() == Some("fail")) * 3);
}
