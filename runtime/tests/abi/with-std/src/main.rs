//! Runs the cases on a thread of their own, and says which went wrong.

#[path = "../../src/cases.rs"]
mod cases;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("bind-all") {
        import_dynamic::bind_all().map_or_else(|errors| println!("{errors}"), |()| println!("all bound"));
        return;
    }
    let failed = std::thread::spawn(|| {
        let mut failed = 0;
        for round in ["first", "second"] {
            for (name, case) in cases::all() {
                if !case() {
                    eprintln!("{name}: wrong on the {round} call");
                    failed += 1;
                }
            }
        }
        import_dynamic::Errno(33).set_own();
        if std::io::Error::last_os_error().raw_os_error() != Some(33) {
            eprintln!("own errno: std does not see it");
            failed += 1;
        }
        failed
    });
    let Ok(failed) = failed.join() else { std::process::exit(2) };
    let mode = import_dynamic::host().map_or("none", |host| host.link_mode().as_str());
    println!("{mode}: {} cases", cases::all().count());
    std::process::exit(i32::from(failed != 0));
}
