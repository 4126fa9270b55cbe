//! A request that a sentence speaks about: in quotation marks or behind the sign of an example.

use super::super::fold::folded;
use super::Request;
use std::ops::Range;
use std::sync::LazyLock;

/// How much of the line before and behind is read for words that speak about it, in characters.
const HEAD: usize = 160;
const TAIL: usize = 48;

/// What speaks about phrases, as parts of words.
static ABOUT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = "phrase, pattern, payload, jailbreak, adversar, red team, red-team, complied, obeyed, such as, e.g, example, attack, inject, detect, block, deny, denies, denied, flag, refus, contain, string, \
        attempt, malicious, filter, reject, looks for, try to, when asked, if asked, expected, words like, texts like, something like, \
        beispiel, muster, angriff, angreif, injektion, erkenn, blockier, ablehn, abgelehn, verweiger, z. b, \
        exemple, attaqu, bloqu, filtr, chaine, comme \u{ab}, \
        ejemplo, ataque, ataca, inyec, rechaz, cadena, frase, como \u{201c}, exemplo, injec, rejeit, recus, \
        esempio, attacc, iniezion, rileva, blocc, rifiut, stringa, voorbeeld, aanval, zoals, detecteer, weiger, blokke, \
        exempel, eksempel, angrepp, angreb, angrip, blockera, bloker, atak, przyklad, odrzuc, wykryw, fraza, utok, napriklad, fraze, odmit, \
        атак, например, наприклад, блокир, блоку, фраз, отклон, обнаруж, внедрен, фильтр, saldiri, ornegin, engelle, ifade, reddet, \
        serangan, misalnya, contoh, seperti, tolak, frasa, tan cong, vi du, chang han, tu choi, chan, \
        攻击, 攻擊, 例如, 比如, 阻止, 拦截, 拒绝, 检测, 短语, 注入, 诸如, 攻撃, 例えば, たとえば, ブロック, 検出, 拒否, フレーズ, という, といった, のような, インジェクション, \
        공격, 예를 들어, 차단, 탐지, 거부, 같은, 문구, 라는, 인젝션, هجوم, مثل, حظر, عبارة, حقن, התקפ, למשל, כגון, משפט, חוסם, حمله, مانند, عبارت, हमल, जैसे, वाक्यांश";
    all.split(", ").map(folded).collect()
});

/// Signs of an example, directly before it.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = "e.g., e.g, eg., such as, for instance, z. b., z.b., zum beispiel, etwa, p. ex., par exemple, p. ej., por ejemplo, por exemplo, p.ex., \
        ad es., per esempio, ad esempio, bijv., bijvoorbeeld, zoals, t.ex., till exempel, f.eks., for eksempel, np., na przyklad, napr., napriklad, \
        например, наприклад, ornegin, misalnya, contohnya, vi du, chang han nhu, 例如, 比如, 诸如, 例えば, たとえば, 예를 들어, 예:, مثل, مثلا, למשל, כגון, مانند, जैसे";
    all.split(", ").map(folded).collect()
});

impl Request<'_> {
    /// Whether the request is a phrase in quotation marks that the sentence speaks about, or an example in one.
    pub(super) fn is_mention(&self, place: &Range<usize>) -> bool {
        let span = self.flat.span(place.start, place.end);
        let (Some(head), Some(tail)) = (self.text.get(..span.start), self.text.get(span.end..)) else { return false };
        let quote = |c: &char| "\"'`\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}«»「」『』".contains(*c);
        let opened = head.chars().next_back().is_some_and(|c| quote(&c)) || is_quoted(head);
        let closed = tail.chars().take(120).take_while(|c| *c != '\n').any(|c| quote(&c));
        let near = head.char_indices().rev().nth(HEAD - 1).map_or(0, |(at, _)| at);
        let words = folded(head.get(near..).unwrap_or_default());
        if is_example(&words) {
            return true;
        }
        if !opened || !closed {
            return false;
        }
        let bare = words.trim_end_matches(|c: char| quote(&c) || c == ' ' || c == ':');
        let behind =
            folded(&tail.chars().take(TAIL).take_while(|c| !matches!(c, '\n' | '.' | '!')).collect::<String>());
        let told = [" she ", " he ", " said", " asked ", " whispered"].iter().any(|said| behind.contains(said));
        told || bare.ends_with(" like") || ABOUT.iter().any(|about| words.contains(about) || behind.contains(about))
    }
}

/// Whether the words end in the sign of an example, which belongs to a sentence that began before it.
fn is_example(words: &str) -> bool {
    let line = words.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end_matches([' ', ',', ':', '(']);
    let led = |sign: &String| {
        line.strip_suffix(sign.as_str())
            .filter(|head| sign.chars().all(|c| !c.is_ascii()) || head.ends_with([' ', '(']))
            .is_some_and(|head| head.trim_end_matches([' ', '(']).ends_with(|c: char| c.is_alphanumeric() || c == ','))
    };
    EXAMPLES.iter().any(led)
}

/// Whether a quotation that began on the line is still open at the end of a text.
fn is_quoted(head: &str) -> bool {
    const WITHIN: usize = 240;
    let near = head.get(head.ceil_char_boundary(head.len().saturating_sub(WITHIN))..).unwrap_or_default();
    let line = near.rsplit('\n').next().unwrap_or_default();
    let odd = |sign: char| line.matches(sign).count() % 2 == 1;
    let open = |signs: [char; 2], end: char| line.rfind(signs) > line.rfind(end);
    // In data a string follows a sign, in prose a word.
    let before = line.rfind('"').and_then(|at| line.get(..at)).unwrap_or_default();
    let led = before
        .trim_end()
        .strip_suffix(':')
        .is_some_and(|words| words.split_whitespace().count() >= 3 && !words.contains(['{', '[', '"', '=']));
    let prose = before.ends_with(' ') && (before.trim_end().ends_with(char::is_alphanumeric) || led);
    odd('"') && prose
        || odd('`')
        || open(['\u{201c}', '\u{201e}'], '\u{201d}')
        || open(['«', '「'], '»') && !line.ends_with('」')
        || is_single(line)
}

/// Whether a single quotation mark that began a quotation is still open: it stands before a word, an apostrophe within one.
fn is_single(line: &str) -> bool {
    let (mut open, mut before) = (false, ' ');
    let mut signs = line.chars().peekable();
    while let Some(c) = signs.next() {
        if matches!(c, '\'' | '\u{2018}' | '\u{2019}') {
            let begins = before.is_whitespace() || matches!(before, '(' | '[');
            let inner = signs.peek().is_some_and(|next| next.is_alphanumeric());
            open = if open { inner } else { begins && inner };
        }
        before = c;
    }
    open
}
