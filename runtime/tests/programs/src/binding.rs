//! Imports as the program itself can ask about them.

use core::ffi::CStr;

use import_dynamic::import_dynamic;

use crate::imports::{labs, malloc};

#[import_dynamic("libabsent.so.1", optional)]
safe extern "C" fn absent();

/// All imports are listed, and none is bound by being listed.
pub(crate) fn imports() {
    let find = |name: &CStr| import_dynamic::imports().find(|import| import.symbols() == [name]);
    for name in [c"labs", c"malloc", c"getaddrinfo", c"printf", c"open"] {
        let import = find(name).unwrap_or_else(|| panic!("{name:?} is not listed"));
        assert_eq!(import.libraries(), [c"libSystem"]);
        assert!(!import.is_bound() && !import.is_optional() && !import.is_data() && import.version().is_none());
    }
    let absent = find(c"absent").expect("listed");
    assert!(absent.is_optional() && absent.libraries() == [c"libabsent.so.1"]);
    assert!(find(c"no such").is_none());
    assert_eq!(labs(-3), 3);
    let bound: Vec<_> = import_dynamic::imports().filter(|import| import.is_bound()).collect();
    assert_eq!(bound.len(), 1);
    assert_eq!(bound[0].symbols(), [c"labs"]);
}

/// Every import is bound at once, but for the optional one that is not there.
pub(crate) fn bind_all() {
    import_dynamic::bind_all().expect("every import that is not optional");
    let unbound: Vec<_> = import_dynamic::imports().filter(|import| !import.is_bound()).collect();
    assert_eq!(unbound.len(), 1, "{unbound:?}");
    assert_eq!(unbound[0].symbols(), [c"absent"]);
    assert!(malloc::is_available() && !absent::is_available());
    import_dynamic::bind_all().expect("bound already");
}
