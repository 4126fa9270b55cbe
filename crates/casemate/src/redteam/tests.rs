//! The format of cases, and the schema that is checked in.
