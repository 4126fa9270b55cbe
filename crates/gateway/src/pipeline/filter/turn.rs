//! Work that takes long, beside everything else: reading and judging what was asked.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;
use tokio::sync::Semaphore;
use tokio::task::block_in_place;

/// As many texts are worked on at once as there are cores: what one takes meanwhile is bounded, and none takes the threads
/// away that read, write and judge everything else.
static ROOM: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, NonZero::get)));

/// Works on a text or a piece of one, in turn with the others.
pub(super) async fn in_turn<T>(work: impl FnOnce() -> T) -> T {
    let place = ROOM.acquire().await;
    let done = block_in_place(work);
    drop(place);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn others_go_on_while_a_text_is_worked_on() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let done = runtime.block_on(async {
            let (sender, receiver) = channel();
            let (begun, begins) = tokio::sync::oneshot::channel();
            let work = tokio::spawn(in_turn(move || {
                begun.send(()).unwrap();
                // It ends only once another task of the one thread has run.
                receiver.recv_timeout(Duration::from_secs(30))
            }));
            let other = tokio::spawn(async move {
                begins.await.unwrap();
                sender.send(()).unwrap();
            });
            other.await.unwrap();
            work.await.unwrap()
        });
        assert_eq!(done, Ok(()));
    }
}
