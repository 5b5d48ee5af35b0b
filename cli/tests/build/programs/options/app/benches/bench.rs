//! A benchmark without a harness.

fn main() {
    println!("bench {}", app::say());
}
