//! The host that a program will run on, read from a root directory: its interpreter and what that would do.

pub mod cache;
pub mod conf;
mod files;
mod interpreter;
mod namespace;
mod root;
mod search;

pub use files::Files;
pub use interpreter::{Interpreter, Libc, Tried, usual_places, version};
pub use namespace::{Found, LoadError, Loaded, Namespace, Why};
pub use root::{Resolved, Root, Step};
pub use search::{How, Place, Requester, Search, SearchOptions};
