//! One character as a reader takes it: compatibility forms undone, accents and case dropped, look-alikes known.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Gives the folded characters of `c`; none for a combining mark.
pub(crate) fn fold(c: char, mut out: impl FnMut(char)) {
    if c.is_ascii() {
        out(c.to_ascii_lowercase());
        return;
    }
    if let Some(letter) = styled(c) {
        out(letter);
        return;
    }
    decompose_compatible(c, |part| {
        if is_combining_mark(part) && !matches!(part, '\u{3099}' | '\u{309a}') {
            return;
        }
        for lower in part.to_lowercase() {
            match lower {
                'ß' => ['s', 's'].into_iter().for_each(&mut out),
                'æ' => ['a', 'e'].into_iter().for_each(&mut out),
                'œ' => ['o', 'e'].into_iter().for_each(&mut out),
                c if is_combining_mark(c) && !matches!(c, '\u{3099}' | '\u{309a}') => {}
                c => out(styled(c).unwrap_or(c)),
            }
        }
    });
}

/// The folded form of a word or phrase.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| fold(c, |f| out.push(f)));
    out
}

/// Latin letters in another dress that no normalisation form undoes: squared, negative, small capitals, turned,
/// barred, regional indicators.
fn styled(c: char) -> Option<char> {
    let nth = |base: u32| char::from_u32(u32::from('a') + (u32::from(c) - base));
    match c {
        '\u{1f150}'..='\u{1f169}' => nth(0x1f150),
        '\u{1f170}'..='\u{1f189}' => nth(0x1f170),
        '\u{1f1e6}'..='\u{1f1ff}' => nth(0x1f1e6),
        // None of them stands here: Cyrillic to Vedic, and what is written in East Asia.
        '\u{400}'..='\u{1cff}' | '\u{2e80}'..='\u{a6ff}' | '\u{ac00}'.. => None,
        _ => STYLED.iter().find(|(_, all)| all.contains(c)).map(|(letter, _)| *letter),
    }
}

const STYLED: [(char, &str); 26] = [
    ('a', "ɑᴀɐⱥ"),
    ('b', "ʙɓƀ"),
    ('c', "ᴄɔƈ"),
    ('d', "ᴅɗđɖ"),
    ('e', "ᴇǝəɛ"),
    ('f', "ꜰɟƒ"),
    ('g', "ɡɢƃǥɠ"),
    ('h', "ʜɥħɦ"),
    ('i', "ɪɩıᴉɨ"),
    ('j', "ᴊɾ"),
    ('k', "ᴋʞƙ"),
    ('l', "ʟłƚɫ"),
    ('m', "ᴍɯɱ"),
    ('n', "ɴŋɲƞ"),
    ('o', "ᴏøɵ"),
    ('p', "ᴘƥ"),
    ('q', "ꞯʠ"),
    ('r', "ʀɹɼ"),
    ('s', "ꜱʂ"),
    ('t', "ᴛʇŧƭ"),
    ('u', "ᴜʉ"),
    ('v', "ᴠʌʋ"),
    ('w', "ᴡʍ"),
    ('x', "ₓ"),
    ('y', "ʏʎƴ"),
    ('z', "ᴢƶʐ"),
];

/// Letters of other scripts that look like a Latin one. A subset of UTS #39, with forms common in attacks.
const ALIKE: [(char, &str); 26] = [
    ('a', "аАαΑᎪա"),
    ('b', "ВвЬьΒβᏴ"),
    ('c', "сСϲϹᏟ"),
    ('d', "ԁᎠժ"),
    ('e', "еЕεΕᎬҽє"),
    ('f', "ғϝք"),
    ('g', "ԍᏀց"),
    ('h', "һҺНнΗᎻհ"),
    ('i', "іІιΙї"),
    ('j', "јЈϳᎫյ"),
    ('k', "кКκΚᏦ"),
    ('l', "ӏӀᏞ"),
    ('m', "мМΜᎷ"),
    ('n', "пηΝոռ"),
    ('o', "оОοΟσօՕ"),
    ('p', "рРρΡᏢ"),
    ('q', "ԛԚգ"),
    ('r', "гᎡ"),
    ('s', "ѕЅᏚ"),
    ('t', "тТτΤᎢ"),
    ('u', "υսμ"),
    ('v', "ѵνᏙ"),
    ('w', "ԝԜωᎳա"),
    ('x', "хХχΧ"),
    ('y', "уУγΥү"),
    ('z', "ΖζᏃ"),
];

/// The Latin letter that a letter of another script looks like.
pub(crate) fn alike(c: char) -> Option<char> {
    if !matches!(c, '\u{370}'..='\u{13ff}') {
        return None;
    }
    ALIKE.iter().find(|(_, all)| all.contains(c)).map(|(letter, _)| *letter)
}

/// Scripts whose letters are mixed into Latin words to deceive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    /// Greek, Cyrillic, Armenian, Cherokee, Coptic.
    Foreign,
    Other,
}

pub(super) const fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' => Script::Latin,
        '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{2c80}'..='\u{2cff}' | '\u{ab70}'..='\u{abbf}' => {
            Script::Foreign
        }
        _ => Script::Other,
    }
}

/// Scripts that put no spaces between words.
pub(super) const fn unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_tables_is_found() {
        for (letter, all) in STYLED {
            assert!(all.chars().all(|c| styled(c) == Some(letter)), "{all}");
        }
        for (_, all) in ALIKE {
            assert!(all.chars().all(|c| alike(c).is_some()), "{all}");
        }
    }

    #[test]
    fn dress_and_accents_fall() {
        for text in ["ignore", "ＩＧＮＯＲＥ", "𝐢𝐠𝐧𝐨𝐫𝐞", "ⓘⓖⓝⓞⓡⓔ", "🅸🅶🅽🅾🆁🅴", "ɪɢɴᴏʀᴇ", "ïgñórê", "i\u{336}gnore"]
        {
            assert_eq!(folded(text), "ignore", "{text}");
        }
        assert_eq!(folded("Größe"), "grosse");
        assert_eq!(alike('а'), Some('a'));
        assert_eq!(alike('a'), None);
    }
}
