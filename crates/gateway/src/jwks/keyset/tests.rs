//! Tests of `keyset`.
