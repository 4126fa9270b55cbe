//! The output post-processor: what flows back becomes clean, and what is clean is released.
