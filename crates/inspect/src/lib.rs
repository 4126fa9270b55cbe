//! Deterministic detectors on text and markup.
