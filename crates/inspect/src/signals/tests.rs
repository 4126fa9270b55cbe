//! Descriptions as a reviewer meets them.
