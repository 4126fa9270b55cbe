//! Which values may be registered.

use super::*;

#[test]
fn what_is_easy_to_guess_is_refused() {
    for value in [
        "passwordpassword",
        "aaaaaaaaaaaa",
        "123456789012",
        "abcdefghijkl",
        "abcabcabcabc",
        "P@ssw0rd1234",
        "Password123!",
        "adminadmin123",
        "qwertyuiop12",
        "changeme-changeme",
        "correct horse battery staple",
        "the-quick-brown-fox",
        "This is not a secret at all",
        "000000000000",
        "------------",
        "            ",
        "your-api-key-here",
        "test-token-123",
    ] {
        assert_eq!(Registered::check(value.as_bytes()), Err(Weak::Guessable), "{value}");
    }
    assert_eq!(Registered::check(b"x9Kq2Lm"), Err(Weak::Short));
    assert_eq!(Registered::check("ключ".as_bytes()), Err(Weak::Short));
}

#[test]
fn what_is_drawn_is_taken() {
    let mut draw = Draw(1);
    for _ in 0..2000 {
        for value in [
            draw.of(ALNUM, 12),
            draw.of(b"0123456789abcdef", 16),
            draw.of(b"abcdefghijklmnopqrstuvwxyz", 12),
            draw.of(b"0123456789", 20),
            draw.of(b"!#$%()*+-<=>?@^~", 14),
            format!("upstream-token-{}", draw.of(ALNUM, 8)),
        ] {
            assert_eq!(Registered::check(value.as_bytes()), Ok(()), "{value}");
        }
    }
    assert_eq!(Registered::check("Ключ-от-7сейфа".as_bytes()), Ok(()));
}
