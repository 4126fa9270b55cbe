//! The classes of characters that the invisible-character rules tell apart. Source: Unicode 17.0,
//! `DerivedCoreProperties.txt` (Default_Ignorable_Code_Point), `PropList.txt`, `emoji-data.txt`.

use crate::Severity;

/// The rule for a character that shows nothing of itself.
#[inline]
pub(crate) const fn hidden(c: char) -> Option<(&'static str, Severity)> {
    Some(match c {
        '\t' | '\n' | '\r' | ' '..='~' => return None,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => ("invisible.control", Severity::Medium),
        '\u{61c}' | '\u{200e}' | '\u{200f}' => ("invisible.bidi", Severity::Low),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ("invisible.bidi", Severity::High),
        '\u{200c}' | '\u{200d}' => ("invisible.joiner", Severity::Low),
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => ("invisible.format", Severity::Low),
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{2061}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' => ("invisible.format", Severity::Medium),
        '\u{fe00}'..='\u{fe0f}' => ("invisible.variation", Severity::Low),
        '\u{e0100}'..='\u{e01ef}' => ("invisible.variation", Severity::High),
        '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}' => ("invisible.tag", Severity::High),
        '\u{fdd0}'..='\u{fdef}' => ("invisible.noncharacter", Severity::Medium),
        _ if (c as u32) & 0xfffe == 0xfffe => ("invisible.noncharacter", Severity::Medium),
        _ => return None,
    })
}

/// Whether joiners belong in the script: Arabic and its relatives, the scripts of India and South-East Asia, Mongolian.
pub(super) const fn joiner_script(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{7ff}' | '\u{840}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1820}'..='\u{18aa}' | '\u{1900}'..='\u{1cff}' | '\u{a800}'..='\u{abff}' | '\u{fb50}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{10fff}' | '\u{11000}'..='\u{11fff}'
        | '\u{1e900}'..='\u{1e95f}')
        && hidden(c).is_none()
}

/// Whether the character is of a script that is written from right to left.
pub(super) const fn rtl(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
        && hidden(c).is_none()
}

/// The scripts that break lines at zero-width spaces.
pub(super) const fn seasian(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{17b6}'..='\u{17ff}'
        | '\u{1950}'..='\u{19ff}' | '\u{1a20}'..='\u{1aaf}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aadf}')
}

/// The letters of Mongolian.
pub(super) const fn mongolian(c: char) -> bool {
    matches!(c, '\u{1820}'..='\u{18aa}')
}

/// Ideographs, kana and their punctuation.
pub(super) const fn cjk(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3163}' | '\u{3165}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}'
        | '\u{20000}'..='\u{3fffd}')
}

/// The characters of which variants are registered (UTS #37, section 2: ideographs).
pub(super) const fn ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether the first standardised variations exist for the character, beside ideographs: punctuation and full-width forms,
/// mathematics, Myanmar, Phags-pa.
pub(super) const fn takes_text_variation(c: char) -> bool {
    (cjk(c) && !ideograph(c))
        || matches!(c, '\u{2200}'..='\u{22ff}' | '\u{2a00}'..='\u{2aff}' | '\u{1000}'..='\u{109f}' | '\u{a840}'..='\u{a877}')
}

/// Whether the character is, or may be shown as, an emoji or a part of one.
pub(super) const fn emoji(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{20e3}' | '\u{2122}' | '\u{2139}'
        | '\u{2194}'..='\u{21aa}' | '\u{231a}'..='\u{23ff}' | '\u{24c2}' | '\u{25aa}'..='\u{25fe}'
        | '\u{2600}'..='\u{27bf}' | '\u{2934}' | '\u{2935}' | '\u{2b05}'..='\u{2b55}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}
