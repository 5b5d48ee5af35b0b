//! One function per row of the macro's table: what a calling convention can carry, on the first call and on the second.
//! Shared by a program with std (native and guest mode) and one without (adopted mode).

mod program;

use core::ffi::{c_char, c_double, c_float, c_int, c_long, c_short, c_void};

use import_dynamic::import_dynamic;

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct SmallIntegers(c_long, c_long);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct SmallMixed(c_double, c_long);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct SmallFloats(c_float, c_float, c_float);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Large([c_long; 6]);

#[import_dynamic("libabi_cases.so")]
unsafe extern "C" {
    safe fn sum_of_20(
        a: c_long,
        b: c_double,
        c: c_int,
        d: c_float,
        e: c_long,
        f: c_double,
        g: c_long,
        h: c_double,
        i: c_long,
        j: c_double,
        k: c_long,
        l: c_double,
        m: c_short,
        n: c_double,
        o: c_long,
        p: c_double,
        q: i8,
        r: c_double,
        s: c_long,
        t: c_double,
    ) -> c_double;
    safe fn sum_of_32(
        a: c_long,
        b: c_long,
        c: c_long,
        d: c_long,
        e: c_long,
        f: c_long,
        g: c_long,
        h: c_long,
        i: c_long,
        j: c_long,
        k: c_long,
        l: c_long,
        m: c_long,
        n: c_long,
        o: c_long,
        p: c_long,
        q: c_long,
        r: c_long,
        s: c_long,
        t: c_long,
        u: c_long,
        v: c_long,
        w: c_long,
        x: c_long,
        y: c_long,
        z: c_long,
        aa: c_long,
        bb: c_long,
        cc: c_long,
        dd: c_long,
        ee: c_long,
        ff: c_long,
    ) -> c_long;
    #[symbol(interpose)]
    fn sum_variadic(pairs: c_int, ...) -> c_double;
    safe fn swap_integers(value: SmallIntegers) -> SmallIntegers;
    safe fn swap_mixed(value: SmallMixed) -> SmallMixed;
    safe fn turn_floats(value: SmallFloats) -> SmallFloats;
    safe fn reverse(value: Large) -> Large;
    safe fn filled(a: c_long, b: c_double, c: c_long) -> Large;
    safe fn multiply(a: u128, b: u64) -> u128;
    safe fn halve(a: c_float) -> c_float;
    fn store(place: *mut c_void, value: c_long);
    safe fn apply(function: Option<extern "C" fn(c_long) -> c_long>, value: c_long) -> c_long;
    static counter: c_int;
    static greeting: *const c_char;
    safe fn next() -> c_long;
    safe fn numbered_0(x: c_long) -> c_long;
    safe fn numbered_1(x: c_long) -> c_long;
    safe fn numbered_7(x: c_long) -> c_long;
    safe fn numbered_15(x: c_long) -> c_long;
    #[symbol("halve", no_tls)]
    safe fn halve_without_tls(a: c_float) -> c_float;
}

#[import_dynamic("libabi_other.so", "numbered_0")]
unsafe extern "C" fn other_0(x: c_long) -> c_long;

#[import_dynamic("libc")]
unsafe extern "C" {
    fn snprintf(buffer: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
}

/// A case: its name, and whether it came out right.
type Case = (&'static str, fn() -> bool);

/// All cases. Each runs twice: the first call binds, the second does not.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    CASES.iter().chain(program::CASES)
}

const CASES: &[Case] = &[
    ("20 mixed arguments", || {
        let result =
            sum_of_20(1, 2.5, 3, 4.5, 5, 6.5, 7, 8.5, 9, 10.5, 11, 12.5, 13, 14.5, 15, 16.5, 17, 18.5, 19, 20.5);
        result == 2870.0 + 55.0
    }),
    ("32 arguments", || {
        let result = sum_of_32(
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32,
        );
        result == 11440
    }),
    ("variadic, more than the registers", || {
        // SAFETY: ten pairs of a long and a double, as `pairs` says.
        let result = unsafe {
            sum_variadic(
                10,
                1 as c_long,
                1.5,
                2 as c_long,
                2.5,
                3 as c_long,
                3.5,
                4 as c_long,
                4.5,
                5 as c_long,
                5.5,
                6 as c_long,
                6.5,
                7 as c_long,
                7.5,
                8 as c_long,
                8.5,
                9 as c_long,
                9.5,
                10 as c_long,
                10.5,
            )
        };
        result == 2.0 * 385.0 + 0.5 * 55.0
    }),
    ("variadic doubles of libc", || {
        let mut buffer = [0u8; 32];
        // SAFETY: snprintf(3) with a buffer of the size given and a format that fits the arguments.
        unsafe { snprintf(buffer.as_mut_ptr().cast(), 32, c"%d %.2f %s %.1f".as_ptr(), 7, 1.25, c"x".as_ptr(), -2.5) };
        buffer.starts_with(b"7 1.25 x -2.5\0")
    }),
    ("small structs", || {
        swap_integers(SmallIntegers(1, 2)) == SmallIntegers(2, 1)
            && swap_mixed(SmallMixed(1.0, 2)) == SmallMixed(2.0, 1)
            && turn_floats(SmallFloats(1.0, 2.0, 3.0)) == SmallFloats(3.0, 1.0, 2.0)
    }),
    ("large structs", || {
        reverse(Large([1, 2, 3, 4, 5, 6])) == Large([6, 5, 4, 3, 2, 1])
            && filled(10, 20.0, 30) == Large([10, 20, 30, 11, 21, 31])
    }),
    ("u128 and f32", || {
        multiply(u128::from(u64::MAX), u64::MAX) == u128::from(u64::MAX) * u128::from(u64::MAX) && halve(5.0) == 2.5
    }),
    ("pointer to anything", || {
        let mut place: c_long = 0;
        // SAFETY: a place for a long.
        unsafe { store((&raw mut place).cast(), 77) };
        place == 77
    }),
    ("optional function pointer", || apply(None, 5) == -1),
    ("data", || {
        // SAFETY: the library's int and C string, which no other thread touches.
        unsafe {
            let before = counter.read();
            let after = next();
            counter.write(before + 10);
            let text = core::ffi::CStr::from_ptr(greeting.read());
            after == c_long::from(before + 1) && next() == c_long::from(before + 11) && text == c"hello"
        }
    }),
    ("many functions, two libraries", || {
        // SAFETY: takes and gives a long.
        let other = unsafe { other_0(3) };
        numbered_0(3) == 300 && numbered_1(3) == 301 && numbered_7(3) == 307 && numbered_15(3) == 315 && other == 3000
    }),
    ("no thread pointer switch", || halve_without_tls(9.0) == 4.5),
    ("wide vectors", wide_vectors),
];

#[cfg(target_arch = "x86_64")]
fn wide_vectors() -> bool {
    use core::arch::x86_64::{__m256d, _mm256_set_pd, _mm256_storeu_pd};

    // First called here: what opens this library clears the registers.
    #[import_dynamic("libabi_wide.so")]
    #[allow(improper_ctypes_definitions, reason = "the AVX registers are what is tested")]
    #[target_feature(enable = "avx")]
    unsafe extern "C" fn add_wide(a: __m256d, b: __m256d, c: __m256d) -> __m256d;

    #[target_feature(enable = "avx")]
    fn add() -> [f64; 4] {
        let mut lanes = [0.0; 4];
        let (a, b) = (_mm256_set_pd(4.0, 3.0, 2.0, 1.0), _mm256_set_pd(40.0, 30.0, 20.0, 10.0));
        let c = _mm256_set_pd(2.0, 2.0, 2.0, 2.0);
        // SAFETY: the function takes and gives such vectors; `lanes` has room for one.
        unsafe { _mm256_storeu_pd(lanes.as_mut_ptr(), add_wide(a, b, c)) };
        lanes
    }

    // CPUID leaf 1, ecx bits 27 and 28: AVX, and the system saves its registers.
    let has_avx = core::arch::x86_64::__cpuid(1).ecx >> 27 & 3 == 3;
    // SAFETY: the CPU has AVX.
    !has_avx || unsafe { add() } == [21.0, 42.0, 63.0, 84.0]
}

#[cfg(not(target_arch = "x86_64"))]
fn wide_vectors() -> bool {
    true
}
