//! The files of `casemate-audit` that read what lies on the disk, without those that reach the library of cryptography.
//!
//! They name each other from the root of their crate: a target takes their names into its own.

#[path = "../../crates/audit/src"]
pub(crate) mod src {
    //! The crate's modules.

    pub(crate) mod attributes;
    #[path = "checkpoints/file.rs"]
    pub(crate) mod checkpoints;
    pub(crate) mod error;
    pub(crate) mod files;
    pub(crate) mod frame;
    pub(crate) mod head;
    pub(crate) mod storage;
}

pub(crate) mod side {
    //! In the place of the sides, of which the frames only need to know how long one may be.

    pub(crate) const MAX: usize = 32 + (1 << 20);
}
