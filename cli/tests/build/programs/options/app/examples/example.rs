//! An example.

fn main() {
    println!("example {}", app::say());
}
