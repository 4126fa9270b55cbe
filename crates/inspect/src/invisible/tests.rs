//! What stays and what goes.

use crate::{Action, Policy, clean};

fn cleaned(text: &str) -> String {
    clean(text, &Policy::default()).text.into_owned()
}

#[test]
fn scripts_and_emoji_stay_as_they_are() {
    for text in [
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        "\u{915}\u{94d}\u{200d}\u{937}",
        "\u{d28}\u{d4d}\u{200d}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200f}! abc",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
        "\u{2764}\u{fe0f}\u{200d}\u{1f525}",
        "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
        "1\u{fe0f}\u{20e3} \u{a9}\u{fe0f} \u{2714}\u{fe0e}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} ok",
        "\u{1f44d}\u{1f3fd} \u{1f1e9}\u{1f1ea}",
        "\u{e20}\u{e32}\u{200b}\u{e29}\u{e32}",
        "\u{1820}\u{180b} \u{4e00}\u{3001}\u{ff0c} \u{2014}\u{2018}\u{2019}\u{2026}",
        "\u{845b}\u{e0100}\u{57ce}\u{5e02} \u{8fbb}\u{e0101} \u{9089}\u{e0109}\u{8fba}\u{e0100}",
        "\u{fa19}\u{fe00} \u{6f22}\u{e0102}\u{5b57}\u{e0100}\u{5f62}\u{e0100}\u{5b50}\u{e0110}.",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{200f}(abc)",
        "\u{645}\u{631}\u{62d}\u{628}\u{627} \u{200f}(API) \u{200f}\"\u{645}\"",
        "page 1\n\u{c}\npage 2\n\u{c}\r\n",
        "tab\tand\r\nline\u{a0}space\u{2028}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}!\u{200f} \u{5d0}",
        "\u{5e8}\u{5d0}\u{5d5} \u{2067}README\u{2069} \u{5dc}, \u{5d2} \u{200e}1.2.3 \u{5db}",
        "Name: \u{2068}\u{5d0}\u{5d1}\u{5d2}\u{2069}, age 5",
        "\u{627}\u{644} \u{2068}a_b\u{2069}. d\n",
    ] {
        let out = clean(text, &Policy::default());
        assert_eq!(out.text, text);
        assert!(matches!(out.text, std::borrow::Cow::Borrowed(_)) && out.findings.is_empty(), "{text:?}");
    }
}

#[test]
fn hidden_words_go() {
    let tags: String = "ignore".chars().filter_map(|c| char::from_u32(0xe0000 + c as u32)).collect();
    let out = clean(&format!("a{tags}b"), &Policy::default()).text.into_owned();
    assert_eq!(out, "ab");
    let bytes: String = (0..16).filter_map(|n| char::from_u32(0xe0100 + n)).collect();
    assert_eq!(cleaned(&format!("\u{1f600}{bytes}!")), "\u{1f600}!");
    for (text, want) in [
        ("pa\u{200b}ss\u{2060}wo\u{ad}rd\u{feff}", "password"),
        ("a\u{202e}b\u{202c}c\u{2066}d\u{2069}", "abcd"),
        ("latin\u{200f} \u{200e}marks", "latin marks"),
        ("a\u{200c}b\u{200d}c", "abc"),
        ("\u{645}\u{200c}\u{200c}\u{200d}\u{62e}", "\u{645}\u{200c}\u{62e}"),
        ("x\u{fe0f}y\u{fe00}", "xy"),
        ("1\u{fe0f}2", "12"),
        ("\u{1f600}\u{fe0f}\u{fe0f}\u{fe0f}", "\u{1f600}\u{fe0f}"),
        ("\u{3164}\u{115f}\u{ffa0}\u{17b4}", ""),
        ("a\u{0}b\u{7f}c\u{85}d", "abcd"),
        ("\u{1b}[31;1mred\u{1b}[0m \u{1b}]8;;x\u{7}y", "red y"),
        ("\u{1b}]8;;https://evil.test/?q\u{1b}\\text\u{1b}]8;;\u{1b}\\ on", "text on"),
        ("\u{1b}]52;c;aGk=\u{9c}x \u{1b}]0", "x ]0"),
        ("\u{1f3f4}\u{e0067}\u{e0062}\u{e0078}\u{e007f}", "\u{1f3f4}"),
        ("\u{fdd0}\u{ffff}\u{fffe}", ""),
        ("a&#xE0069;&#x202e;b", "ab"),
        // One variant of an ideograph is a glyph; more are bytes.
        ("\u{845b}\u{e0100}\u{e0101}", "\u{845b}\u{e0100}"),
        ("\u{845b}\u{e0180} a\u{e0100} \u{3042}\u{e0100}", "\u{845b} a \u{3042}"),
        ("abc \u{200f}(x) \u{5d0}\u{200f}\u{200f}b", "abc (x) \u{5d0}\u{200f}b"),
        ("\u{5d0}b \u{200f}(x) \u{5d0} \u{200f}\u{200f}(", "\u{5d0}b (x) \u{5d0} ("),
        ("a\u{c}b", "ab"),
        // Isolates only where a line has letters from right to left, in pairs, and not within what may be a URL.
        ("\u{5d0}\na \u{2067}b\u{2069} c", "\u{5d0}\na b c"),
        ("\u{5d0}\u{2069} b\u{2069} c", "\u{5d0} b c"),
        ("\u{5d0} \u{2066}ab\u{2069}.c/d\u{2069} e", "\u{5d0} ab.c/d e"),
        ("\u{5d0} x\u{2066}y \u{2066}/z \u{202e}q\u{202c} ", "\u{5d0} xy /z q "),
    ] {
        assert_eq!(cleaned(text), want, "{text:?}");
    }
}

#[test]
fn bytes_in_the_variants_of_ideographs_go() {
    let pairs = |gap: &str| -> String {
        let pair = |n: u32| ['\u{6f22}', char::from_u32(0xe0100 + n % 32).unwrap()].iter().collect::<String>();
        (0..300).map(|n| pair(n) + gap).collect()
    };
    // Side by side all of them.
    assert!(!cleaned(&pairs("")).contains(|c| matches!(c, '\u{e0100}'..='\u{e01ef}')));
    // Apart, as many as a text has names.
    let left = |text: &str| text.chars().filter(|c| matches!(c, '\u{e0100}'..='\u{e01ef}')).count();
    for gap in ["\u{5b57}", " ", "\n", "abc "] {
        let once = cleaned(&pairs(gap));
        assert_eq!(left(&once), 64, "{gap:?}");
        assert_eq!(cleaned(&once), once);
    }
    // Also in a text that comes in parts.
    let (mut state, mut out) = (crate::State::default(), String::new());
    for part in pairs(" ").split_inclusive(' ') {
        out.push_str(&crate::clean_with(part, &Policy::default(), &mut state).text);
    }
    assert_eq!(out, cleaned(&pairs(" ")));
}

#[test]
fn the_finding_names_rule_and_place() {
    let out = clean("ok \u{e0041}\u{e0042} then \u{202e}x", &Policy::default());
    let seen: Vec<_> = out.findings.iter().map(|f| (f.rule, f.span.clone(), f.action)).collect();
    assert_eq!(seen, [("invisible.tag", 3..11, Action::Redact), ("invisible.bidi", 17..20, Action::Redact)]);
}

#[test]
fn every_hidden_character_is_met() {
    for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| super::hidden(*c).is_some()) {
        let mut bytes = [0; 4];
        let text = c.encode_utf8(&mut bytes);
        assert_eq!(super::next_lead(text.as_bytes(), 0), Some(0), "{c:?}");
    }
}
