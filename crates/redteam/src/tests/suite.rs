//! Written cases: what is made of them, and who judges them.
