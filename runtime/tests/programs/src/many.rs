//! More imports than it takes for `bind_all` to look into libraries' own tables, for programs of every link mode.

use core::ffi::{CStr, c_int, c_void};

use import_dynamic::{Handle, Host, LinkMode, import_dynamic};

/// Declares functions that are never called, and names them.
macro_rules! functions {
    ($list:ident in $library:literal: $($name:ident)*) => {
        #[import_dynamic($library)]
        unsafe extern "C" {
            $(fn $name();)*
        }
        /// Whether each is bound, so that all are linked.
        static $list: &[fn() -> bool] = &[$($name::is_available),*];
    };
}

functions! { MANY in "libmany.so":
    many_000 many_001 many_002 many_003 many_004 many_005 many_006 many_007 many_008 many_009 many_010 many_011
    many_012 many_013 many_014 many_015 many_016 many_017 many_018 many_019 many_020 many_021 many_022 many_023
    many_024 many_025 many_026 many_027 many_028 many_029 many_030 many_031 many_032 many_033 many_034 many_035
    many_036 many_037 many_038 many_039 many_040 many_041 many_042 many_043 many_044 many_045 many_046 many_047
    many_048 many_049 many_050 many_051 many_052 many_053 many_054 many_055 many_056 many_057 many_058 many_059
    many_060 many_061 many_062 many_063 many_064 many_065 many_066 many_067 many_068 many_069 many_070 many_071
    many_072 many_073 many_074 many_075 many_076 many_077 many_078 many_079 many_080 many_081 many_082 many_083
    many_084 many_085 many_086 many_087 many_088 many_089 many_090 many_091 many_092 many_093 many_094 many_095
    many_096 many_097 many_098 many_099 many_100 many_101 many_102 many_103 many_104 many_105 many_106 many_107
    many_108 many_109 many_110 many_111 many_112 many_113 many_114 many_115 many_116 many_117 many_118 many_119
    many_120 many_121 many_122 many_123 many_124 many_125 many_126 many_127 many_128 many_129 many_130 many_131
    many_132 many_133 many_134 many_135 many_136 many_137 many_138 many_139 many_140 many_141 many_142 many_143
    many_144 many_145 many_146 many_147 many_148 many_149
}

// Some of them are IFUNCs, some have several versions, some are not the host's own in guest mode.
functions! { LIBC in "libc.so.6":
    memcpy memmove memset memcmp memchr strlen strcmp strcpy strcat strchr strrchr strnlen strstr qsort malloc free
    calloc realloc printf fprintf snprintf open read write close lseek getpid getenv setenv strtol strtoul atoi labs
    abs div time clock_gettime gettimeofday sigaction fork exit setuid
}

#[import_dynamic("libmany.so")]
unsafe extern "C" {
    /// Has two versions.
    fn both();
    /// An older version alone, which only `dlvsym` finds.
    #[symbol(["only_older", "plain"])]
    fn only_older();
    fn indirect();
    fn weak();
    fn kept();
    /// In a library that this one needs.
    fn needed();
    static object: c_int;
    static unique: c_int;
    static absolute: c_int;
}

#[import_dynamic("libmany.so", optional)]
unsafe extern "C" fn nowhere();

#[import_dynamic("libc.so.6")]
unsafe extern "C" {
    static environ: *const c_void;
    static stdout: *const c_void;
}

/// Binds all. The import that is not where it should be, if there is one.
pub(crate) fn bind() -> Result<(), &'static CStr> {
    import_dynamic::bind_all().map_err(|errors| errors.iter().next().map_or(c"none", |error| error.symbol()))?;
    let others = [both::is_available, only_older::is_available, indirect::is_available, weak::is_available];
    let others = others.into_iter().chain([kept::is_available, needed::is_available]);
    let data = [object.is_available(), unique.is_available(), absolute.is_available()];
    let data = data.into_iter().chain([environ.is_available(), stdout.is_available()]);
    let mut all = MANY.iter().chain(LIBC).copied().chain(others).map(|is_available| is_available()).chain(data);
    if all.all(|is_available| is_available) && !nowhere::is_available() { Ok(()) } else { Err(c"nowhere") }
}

/// The import that is not bound to what `dlsym` gives, if there is one.
pub(crate) fn check(host: &Host) -> Result<(), &'static CStr> {
    let open = |name: &CStr| host.dlopen(name).map_err(|_| c"dlopen");
    let (many, libc) = (open(c"libmany.so")?, open(c"libc.so.6")?);
    let replaced = [c"sigaction", c"fork", c"exit", c"setuid"];
    for import in import_dynamic::imports().filter(|import| import.is_bound()) {
        let name = import.symbols()[0];
        let library: Handle = match import.libraries() {
            [one] if *one == c"libmany.so" => many,
            [one] if *one == c"libc.so.6" => libc,
            _ => continue,
        };
        let wanted = import.symbols().iter().find_map(|symbol| host.dlsym(library, symbol).ok());
        let bound = import.address().map_err(|_| name)?.cast::<c_void>();
        let is_replaced = host.link_mode() == LinkMode::Guest && replaced.contains(&name);
        if (wanted.map(core::ptr::NonNull::as_ptr) == Some(bound)) == is_replaced {
            return Err(name);
        }
    }
    Ok(())
}
