//! Runs the cases on a thread of their own, and says which went wrong.

#[path = "../../src/cases.rs"]
mod cases;

fn main() {
    let failed = std::thread::spawn(|| {
        let mut failed = 0;
        for round in ["first", "second"] {
            for (name, case) in cases::CASES {
                if !case() {
                    eprintln!("{name}: wrong on the {round} call");
                    failed += 1;
                }
            }
        }
        failed
    });
    let Ok(failed) = failed.join() else { std::process::exit(2) };
    let mode = import_dynamic::host().map_or("none", |host| host.link_mode().as_str());
    println!("{mode}: {} cases", cases::CASES.len());
    std::process::exit(i32::from(failed != 0));
}
