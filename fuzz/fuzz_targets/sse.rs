//! The reader of event streams: how a stream is cut into chunks never changes what is read.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/gateway/src/sse.rs"]
mod sse;

const CAP: usize = 4096;

fuzz_target!(|data: &[u8]| {
    let Some((&size, data)) = data.split_first() else { return };
    let (mut whole, mut cut) = (Vec::new(), Vec::new());
    let mut one = sse::Events::new(CAP);
    let first = one.push(data, &mut whole);
    let mut many = sse::Events::new(CAP);
    let second = data.chunks(usize::from(size).max(1)).try_for_each(|chunk| many.push(chunk, &mut cut));
    assert_eq!(first, second, "the cap depends on the chunks");
    assert_eq!(whole, cut, "the events depend on the chunks");
    if first.is_ok() {
        assert_eq!(one.is_torn(), many.is_torn());
        assert_eq!((one.last_id(), one.retry()), (many.last_id(), many.retry()), "ids depend on the chunks");
        let later = sse::Events::resumed(CAP, &one);
        assert_eq!((later.last_id(), later.retry(), later.is_torn()), (one.last_id(), one.retry(), false));
        // What becomes a header of the next request holds nothing that ends a line.
        assert!(one.last_id().is_none_or(|id| !id.contains(['\r', '\n', '\0'])));
    }
    for event in whole {
        assert!(event.len() <= CAP + 1, "an event over the cap");
        // What goes out is read back as the same message.
        let mut again = Vec::new();
        sse::Events::new(usize::MAX).push(&sse::frame(&event, None), &mut again).expect("no cap");
        assert_eq!(again, [event]);
    }
});
