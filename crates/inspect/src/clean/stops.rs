//! Where a text may be cut that has no white space between its words: behind the punctuation of Chinese and Japanese.
//!
//! Only in what stands from white space on and holds nothing but letters, digits and such punctuation: nothing of what a link,
//! a tag, an escape or an assignment is made of. Which places these are follows from the text behind the white space alone.

/// Letters of scripts that are written without white space, and what opens a quotation there. None of them is another form of
/// a character of ASCII.
const fn is_letter(c: char) -> bool {
    matches!(c,
        '\u{3005}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fc}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{300a}' | '\u{300c}' | '\u{300e}' | '\u{3010}'
        | '\u{201c}' | '\u{201d}'
    )
}

/// Punctuation behind which a word is over.
const fn is_stop(c: char) -> bool {
    matches!(
        c,
        '\u{3001}'
            | '\u{3002}'
            | '\u{300b}'
            | '\u{300d}'
            | '\u{300f}'
            | '\u{3011}'
            | '\u{ff01}'
            | '\u{ff0c}'
            | '\u{ff1b}'
            | '\u{ff1f}'
    )
}

/// Whether the text holds such punctuation.
#[must_use]
pub fn has_stop(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_stop)
}

/// Whether the text ends in such punctuation.
pub(super) fn ends(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_stop)
}

/// The places in a text that begins behind white space, or behind another of these places, at which it may be cut.
pub fn stops(text: &str) -> impl Iterator<Item = usize> {
    // A full stop behind a letter or a digit of ASCII may be that of a host (RFC 3490, section 3.1).
    let mut follows = true;
    text.char_indices()
        .map_while(move |(at, c)| {
            let stop = is_stop(c) && follows;
            follows = is_letter(c) || stop;
            (follows || c.is_ascii_alphanumeric()).then(|| stop.then(|| at + c.len_utf8()))
        })
        .flatten()
}

/// Where the segment that begins at `at` begins when the text is cut as often as it may be before `to`.
pub(super) fn begin(text: &str, at: usize, to: usize) -> usize {
    let run = text.get(at..text.floor_char_boundary(to)).unwrap_or_default();
    at + stops(run).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let mut at = 0;
        let cuts: Vec<usize> = stops(text).chain([text.len()]).collect();
        cuts.iter().map(|end| text.get(std::mem::replace(&mut at, *end)..*end).unwrap()).collect()
    }

    #[test]
    fn a_text_is_cut_behind_its_punctuation_up_to_the_first_sign() {
        assert_eq!(parts("你好，世界。再见"), ["你好，", "世界。", "再见"]);
        assert_eq!(parts("用Python3写，然后「跑」。好"), ["用Python3写，", "然后「跑」", "。", "好"]);
        assert_eq!(parts("会議は、来週です！次"), ["会議は、", "来週です！", "次"]);
        assert_eq!(parts("看https://a.test/路，然后。"), ["看https://a.test/路，然后。"]);
        assert_eq!(parts("服务，db。local，好。"), ["服务，", "db。local，好。"]);
        assert_eq!(parts("密码=一，二。"), ["密码=一，二。"]);
        assert_eq!(parts("。好"), ["。", "好"]);
        assert_eq!(parts("plain words, and more."), ["plain words, and more."]);
    }

    #[test]
    fn where_it_is_cut_before_changes_nothing() {
        let text = "你好，世界。「再见」。！后来，a，b";
        let all: Vec<usize> = stops(text).collect();
        assert_eq!(all.len(), 6);
        for at in &all {
            let rest: Vec<usize> = stops(text.get(*at..).unwrap()).map(|place| at + place).collect();
            assert_eq!(rest, all.iter().copied().filter(|place| place > at).collect::<Vec<_>>());
        }
    }
}
