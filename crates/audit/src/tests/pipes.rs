//! What lies in the place of a file of the log: a pipe is refused, and not waited for.

use super::*;
use rustix::fs::{CWD, FileType, Mode, mknodat};

#[tokio::test]
async fn a_pipe_in_the_place_of_a_file_stops_the_start() {
    for name in
        ["lock", "head", "subjects", "audit.key", "00000000000000000000.log", "00000000000000000000.checkpoints"]
    {
        for is_new in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            if !is_new {
                let (log, _) = open(dir.path());
                call(&log, "one").await;
                log.close().await;
                std::fs::remove_file(dir.path().join(name)).unwrap();
            }
            mknodat(CWD, dir.path().join(name), FileType::Fifo, Mode::RWXU, 0).unwrap();
            let error = Log::open(config(dir.path()), clock().0).map(drop).unwrap_err();
            let said = error.to_string();
            let is_named = ["not a plain file", "are not there"].iter().any(|what| said.contains(what));
            assert!(is_named, "{name}: {said}");
        }
    }
}
