//! One program.

fn main() {
    println!("one {}", app::say());
}
