//! A C++ library that throws and catches inside, on several threads.

use super::*;

const CPP: &str = r#"
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
static thread_local std::vector<std::string> seen;
static int throws(int n) { if (n > 3) throw std::runtime_error("too many " + std::to_string(n)); return n; }
extern "C" int cpp_catches(int n) {
    try { return throws(n); } catch (const std::runtime_error &error) { seen.push_back(error.what()); return -int(seen.size()); }
}
extern "C" int cpp_threads() {
    int sum = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; n++) threads.emplace_back([n, &sum] { __atomic_add_fetch(&sum, cpp_catches(n + 4), 5); });
    for (auto &thread : threads) thread.join();
    return sum;
}
"#;

#[import_dynamic(global)]
unsafe extern "C" {
    safe fn cpp_catches(n: c_int) -> c_int;
    safe fn cpp_threads() -> c_int;
}

pub(super) fn cpp_exceptions() {
    if !crate::library::build_cpp("exceptions", CPP) {
        return;
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 1..100 {
                    assert_eq!(cpp_catches(2), 2);
                    assert_eq!(cpp_catches(9), -n);
                }
            });
        }
    });
    assert_eq!(cpp_threads(), -4);
}
