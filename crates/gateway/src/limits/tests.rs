//! Tests of `limits`.
