//! Loader.
#![no_std]
