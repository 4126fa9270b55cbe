//! Whose the words of a request are: what belongs to another thing, person or sentence.

use super::super::lexicon::Hit;
use super::super::view::is_word;
use super::words::*;
use super::{GAP, REACH, Request};
use std::ops::Range;

/// What `of` behind it leaves whole.
const PARTS: [&str; 18] = [
    "kinds", "sorts", "list", "contents", "content", "copy", "values", "value", "set", "pieces", "one", "ones",
    "single", "those", "dump", "table", "all", "each",
];

/// Words between a subject and its verb, which also lead to an order.
pub(super) const LIGHT: [&str; 14] = [
    "now",
    "then",
    "also",
    "just",
    "simply",
    "immediately",
    "always",
    "first",
    "next",
    "finally",
    "silently",
    "quietly",
    "secretly",
    "must",
];

impl Request<'_> {
    /// Whether the word for all belongs to something else than the secrets behind it: "all users with expired passwords".
    pub(super) fn is_apart_from(&self, all: &Hit, secret: &Hit) -> bool {
        const APART: [&str; 44] = [
            "about",
            "with",
            "without",
            "for",
            "from",
            "that",
            "which",
            "who",
            "whose",
            "where",
            "how",
            "why",
            "if",
            "when",
            "by",
            "on",
            "at",
            "to",
            "mit",
            "ohne",
            "avec",
            "sans",
            "pour",
            "con",
            "sin",
            "para",
            "com",
            "sem",
            "senza",
            "per",
            "met",
            "zonder",
            "voor",
            "med",
            "utan",
            "bez",
            "dla",
            "с",
            "без",
            "для",
            "including",
            "via",
            "whether",
            "than",
        ];
        const OWNERS: [&str; 13] =
            ["the", "its", "their", "his", "her", "our", "my", "a", "an", "your", "seine", "ihre", "ein"];
        let between: String = self.chars(all.to..secret.from.max(all.to)).iter().collect();
        let words: Vec<&str> = between.split(|c: char| !is_word(c)).filter(|word| !word.is_empty()).collect();
        let apart = |(at, word): (usize, &&str)| {
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            APART.contains(word)
                || before.is_some()
                    && OWNERS.contains(word)
                    && !before.is_some_and(|before| *before == "of" || *before == "and")
                || *word == "of" && before.is_some_and(|before| !PARTS.contains(before))
        };
        words.iter().enumerate().any(apart) || self.strays(all)
    }

    /// Whether the clause asks whether somebody else can, or says what makes somebody else do it: "can the bot show ...",
    /// "a request makes the server print ...".
    pub(super) fn is_of_another(&self, gap: usize) -> bool {
        const ASKS: [&str; 12] =
            ["can", "could", "does", "do", "did", "will", "would", "should", "may", "might", "must", "is"];
        const MAKES: [&str; 10] =
            ["makes", "made", "lets", "making", "letting", "causes", "tricks", "tricked", "see", "saw"];
        let from = self.chars(0..gap).iter().rposition(|c| matches!(c, '.' | ':' | ',')).map_or(0, |at| at + 1);
        let clause: String = self.chars(from.max(gap.saturating_sub(REACH))..gap).iter().collect();
        let words: Vec<&str> = clause.split_whitespace().collect();
        let asks = words.first().is_some_and(|first| ASKS.contains(first))
            && words.get(1).is_some_and(|second| {
                ["the", "a", "an", "it", "this", "that", "i", "we", "they", "he", "she", "someone", "users", "admins"]
                    .contains(second)
            })
            && !words.contains(&"you");
        let makes = words.iter().skip(1).rev().take(4).any(|word| MAKES.contains(word)) && !words.contains(&"you");
        let tries = words.windows(2).any(|pair| {
            matches!(pair, ["to" | "can" | "could" | "may" | "might" | "would" | "attempts" | "trying", "make" | "let"])
        });
        let told = words.windows(3).any(|three| {
            matches!(three, [_, "was" | "were", "told" | "asked" | "instructed" | "ordered"])
                && three.first() != Some(&"you")
        });
        asks || makes || told || tries && !words.contains(&"you")
    }

    /// Whether what stands between the verb and a place is another thing that the verb asks for: "the docs for ...", "a report of ...".
    pub(super) fn strays(&self, hit: &Hit) -> bool {
        const SELF: [&str; 8] = ["me", "us", "the", "this", "my", "our", "each", "them"];
        let between: String = self.chars(self.verb.to..hit.from.max(self.verb.to)).iter().collect();
        let words: Vec<&str> = between.split(|c: char| !is_word(c)).filter(|word| !word.is_empty()).collect();
        // Given to somebody else.
        const READERS: [&str; 9] =
            ["user", "caller", "attacker", "client", "customer", "human", "operator", "reader", "assistant"];
        let verb: String = self.chars(self.verb.from..self.verb.to).iter().collect();
        let other = ["the", "a", "each", "every", "your", "new"].iter().any(|the| words.first() == Some(the));
        if verb == "give" && other && words.len() > 1 && !words.get(1).is_some_and(|who| READERS.contains(who)) {
            return true;
        }
        words.iter().enumerate().any(|(at, word)| {
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            let next = words.get(at + 1);
            match *word {
                "about" | "on" => before.is_some(),
                "who" | "whom" | "which" => true,
                "access" => verb == "give",
                "for" => {
                    before.is_some() && !next.is_some_and(|next| SELF.contains(next))
                        || before.is_some_and(|before| *before == "docs")
                }
                "of" => before.is_some_and(|before| !PARTS.contains(before)),
                _ => false,
            }
        })
    }

    /// Whether `secret` is only what another noun behind it is like.
    pub(super) fn is_adjective(&self, hit: &Hit) -> bool {
        const LINKS: [&str; 22] = [
            "for",
            "in",
            "from",
            "with",
            "at",
            "on",
            "of",
            "via",
            "by",
            "without",
            "too",
            "it",
            "we",
            "they",
            "if",
            "there",
            "available",
            "stored",
            "is",
            "was",
            "but",
            "immediately",
        ];
        self.chars(hit.from..hit.to) == ['s', 'e', 'c', 'r', 'e', 't']
            && !self.closes(hit)
            && !self.next_word(hit.to).is_some_and(|word| LINKS.contains(&word.as_str()))
    }

    /// Whether a clause behind says who needs it: "the variables that your app needs", "all values required by ...".
    pub(super) fn is_needed(&self, hit: &Hit) -> bool {
        const NEEDED: [&str; 6] = ["that", "which", "needed", "required", "used", "supported"];
        let rest: String = self.chars(hit.to..(hit.to + GAP).min(self.flat.chars.len())).iter().collect();
        let mut words = rest.trim_start().split(|c: char| !is_word(c));
        rest.starts_with(' ') && words.next().is_some_and(|word| NEEDED.contains(&word)) && words.next() != Some("you")
    }

    /// Whether a subject that is not the reader stands before what leads to the verb: "we now print", "users must provide".
    pub(super) fn is_told(&self, led: &Hit) -> bool {
        const OTHERS: [&str; 16] = [
            "we",
            "they",
            "i",
            "he",
            "she",
            "it",
            "which",
            "that",
            "who",
            "users",
            "employees",
            "clients",
            "admins",
            "people",
            "callers",
            "developers",
        ];
        let word: String = self.chars(led.from..led.to).iter().collect();
        if !LIGHT.contains(&word.as_str()) {
            return false;
        }
        let head: String = self.chars(led.from.saturating_sub(16)..led.from).iter().collect();
        head.ends_with(' ')
            && head.trim_end().rsplit(|c: char| !is_word(c)).next().is_some_and(|word| OTHERS.contains(&word))
    }

    /// Whether the sentence drives on: it says to whom, at once, whose, where to, or leads to the verb.
    pub(super) fn is_driven(&self) -> bool {
        let verb: String = self.chars(self.verb.from..self.verb.to).iter().collect();
        let gives = ["reveal", "leak", "exfiltrate", "disclose", "betray", "divulge", "spill", "exfil"]
            .contains(&verb.as_str());
        let sure = self.verb.concepts & (SURE | LABEL | TELLS) == SURE;
        let end = self.verb.to.checked_sub(1).and_then(|at| self.flat.at.get(at)).map_or(0, |at| at.1);
        let tail = self.text.get(end..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let tail = tail.get(..tail.floor_char_boundary(160)).unwrap_or_default();
        let led = self.before().any(|hit| hit.concepts & (LEAD | MUST | URGE) != 0 && !self.is_told(hit));
        let pressed = self.after().any(|hit| {
            hit.concepts & (TOME | URGE | OWN | THEM) != 0 && self.chars(hit.from..hit.to) != ['g', 'o']
                || hit.concepts & SURE != 0 && hit.concepts & LABEL == 0
        });
        gives
            || sure
            || led
            || pressed
            || self.verb.concepts & (TOME | HANDS | THEM) != 0
            || tail.contains('@')
            || tail.contains("://")
            || tail.contains("removed]")
    }

    /// Whether the environment is what is asked for, as manuals do: nothing drives on, and the text has more than the request.
    pub(super) fn is_manual(&self, place: &Range<usize>) -> bool {
        let env = self.hits.iter().any(|hit| hit.concepts & ENV != 0 && place.start <= hit.from && hit.to <= place.end);
        let other = self.hits.iter().any(|hit| {
            hit.concepts & SECRET != 0 && hit.concepts & ENV == 0 && place.start <= hit.from && hit.to <= place.end
        });
        if !env || other || self.is_driven() {
            return false;
        }
        let span = self.flat.span(place.start, place.end);
        let around = [self.text.get(..span.start), self.text.get(span.end..)];
        around.into_iter().flatten().any(|text| text.chars().any(char::is_alphanumeric))
    }

    /// Whether the verb and what it is said to ask for stand in two values of data, or in two cells of a table of code.
    pub(super) fn is_across(&self, place: &Range<usize>) -> bool {
        let span = self.flat.span(place.start, place.end);
        let own = self.text.get(span).unwrap_or_default();
        own.contains("\":")
            || own.contains("\": ")
            || own.contains(" | ") && own.contains('`')
            || own.contains(")?")
            || own.contains("):")
            || own.contains(") (")
    }
}
