//! What is worded as a request and is the label of an interface, a heading, a message to translate, a change or a line of help:
//! it is flagged and not denied. A line or a text that is nothing but the request is a request.

use super::super::fold::folded;
use super::Request;
use super::words::LABEL;
use std::ops::Range;

/// The place of a request: the text before it and behind it, each to the end of its line.
struct Line<'a> {
    head: &'a str,
    tail: &'a str,
    before: &'a str,
    behind: &'a str,
}

impl Request<'_> {
    /// Whether the request is a label or a line of help: for the verbs that interfaces use, where it stands in quotation marks,
    /// in code, in the tag of a control, in a heading, in a cell of a table or in a list of such; for any verb where the line
    /// says that it is a text for translation, a change, or what a command does.
    pub(super) fn is_label(&self, place: &Range<usize>) -> bool {
        let span = self.flat.span(place.start, place.end);
        let (Some(head), Some(own), Some(tail)) =
            (self.text.get(..span.start), self.text.get(span.clone()), self.text.get(span.end..))
        else {
            return false;
        };
        let letters = |text: &str| folded(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let read: String = self.chars(place.clone()).iter().filter(|c| c.is_alphanumeric()).collect();
        if letters(own) != read {
            return false;
        }
        let line = Line {
            head,
            tail,
            before: head.rsplit('\n').next().unwrap_or_default(),
            behind: tail.split('\n').next().unwrap_or_default(),
        };
        if line.is_translated() || line.is_change() || line.is_help() || line.is_argument() {
            return true;
        }
        let gap = own.contains("  ") && !line.before.is_empty() && line.before.trim().is_empty();
        let labels =
            self.hits.iter().any(|hit| hit.concepts & LABEL != 0 && place.start <= hit.from && hit.to <= place.end);
        gap || labels
            && (line.is_quoted(&letters(own))
                || line.is_control()
                || line.is_heading(self.is_driven())
                || line.is_item()
                || line.is_named())
    }
}

impl Line<'_> {
    /// Whether the line is one of a catalogue of messages.
    fn is_translated(&self) -> bool {
        const HEADS: [&str; 6] = ["msgid \"", "msgstr \"", "<source>", "<target>", "<string name=", "<translation>"];
        let line = self.before.trim_start();
        HEADS.iter().any(|head| line.starts_with(head)) || line.contains("<source>") || line.contains("<target>")
    }

    /// Whether the line is one of a list of changes: a sign of a list, and the number of a change behind; or the first words of
    /// a change as Conventional Commits has them.
    fn is_change(&self) -> bool {
        const KINDS: [&str; 15] = [
            "feat", "fix", "docs", "chore", "refactor", "test", "perf", "build", "ci", "style", "revert", "new",
            "added", "changed", "fixed",
        ];
        if let Some(kind) = self.before.trim_end().strip_suffix(':') {
            let kind = kind.trim().trim_start_matches(['-', '*', '+', ' ']).trim_end_matches('!');
            let scope = kind.strip_suffix(')').and_then(|kind| kind.split_once('('));
            let (kind, scope) = scope.unwrap_or((kind, ""));
            let kind = kind.to_lowercase();
            let known = KINDS.contains(&kind.as_str()) || kind.starts_with("new in ") || kind.starts_with("since ");
            if known && !scope.contains(char::is_whitespace) {
                return true;
            }
        }
        let listed = self.before.trim_start().starts_with(['-', '*', '+']);
        let number =
            self.behind.rsplit_once("(#").is_some_and(|(_, number)| number.starts_with(|c: char| c.is_ascii_digit()));
        listed && number
    }

    /// Whether the line says what a command does: its name, a gap, and this.
    fn is_help(&self) -> bool {
        const DASHES: [&str; 3] = [" - ", " \u{2013} ", " \u{2014} "];
        let cell = self.before.trim_end().strip_suffix('|').map(str::trim_start);
        if cell.is_some_and(|cells| cells.starts_with('|') && cells.contains('`')) {
            return true;
        }
        let wide = self.before.strip_suffix("  ").or_else(|| self.before.strip_suffix('\t'));
        // With a dash another line has to do the same.
        let above = self.head.rsplit('\n').nth(1);
        let below = self.tail.split('\n').nth(1);
        let dashed = DASHES.into_iter().find_map(|dash| {
            let same = [above, below].into_iter().flatten().any(|line| line.contains(dash));
            self.before.strip_suffix(dash).filter(|_| same)
        });
        let Some(name) = wide.or(dashed) else { return false };
        let indented = name.starts_with([' ', '\t']) || dashed.is_some();
        let name = name.trim();
        indented
            && !name.is_empty()
            && name.split_whitespace().count() <= 3
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || " -_.<>[]|,".contains(c))
    }

    /// Whether it stands in marks of quotation within a sentence, a call, a list or an entry whose name is that of a label; not
    /// where the marks hold the whole line, or a value of data.
    fn is_quoted(&self, own: &str) -> bool {
        const MARKS: [char; 10] = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '«', '「', '『'];
        const CLOSES: [char; 9] = ['"', '\'', '`', '\u{201d}', '\u{201c}', '\u{2019}', '»', '」', '』'];
        const NAMES: [&str; 14] = [
            "label",
            "button",
            "tooltip",
            "title",
            "menu",
            "action",
            "placeholder",
            "caption",
            "heading",
            "command",
            "hint",
            "string",
            "i18n",
            "tab",
        ];
        let inner = self.behind.trim_start_matches(['.', '…', '!', ' ']);
        let (Some(before), Some(behind)) = (self.before.strip_suffix(MARKS), inner.strip_prefix(CLOSES)) else {
            return false;
        };
        let (before, behind) = (before.trim_end_matches('\\').trim_end(), behind.trim());
        if before.is_empty() && (behind.is_empty() || behind == ".") {
            return false;
        }
        // A value: its name says whether it is a label.
        if let Some(name) = before.strip_suffix([':', '=']) {
            let name: String =
                name.chars().rev().skip_while(|c| !c.is_alphanumeric()).take_while(|c| !",{;(<".contains(*c)).collect();
            let name = folded(&name.chars().rev().collect::<String>());
            let first: String = own.chars().take(4).collect();
            return NAMES.iter().any(|known| name.contains(known)) || name.contains(&first);
        }
        true
    }

    /// Whether it is the first string of a call in code.
    fn is_argument(&self) -> bool {
        let Some(call) = self.before.strip_suffix(['"', '\'', '`']).and_then(|before| before.strip_suffix('(')) else {
            return false;
        };
        call.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '!')
            && self.behind.trim_start_matches(['.', '!', ' ']).starts_with(['"', '\'', '`'])
    }

    /// Whether it stands alone in the tag of a control or a heading, or in a cell of a table.
    fn is_control(&self) -> bool {
        const TAGS: [&str; 16] = [
            "button", "label", "option", "a", "summary", "menuitem", "title", "th", "legend", "h1", "h2", "h3", "h4",
            "h5", "h6", "kbd",
        ];
        let (before, behind) = (self.before.trim_end(), self.behind.trim_start_matches(['.', '…', ' ']));
        // The way through menus.
        if before.ends_with(['>', '›', '→', '»']) && !before.contains('<') && before.contains(char::is_alphanumeric)
        {
            return true;
        }
        if before.ends_with('|') {
            return behind.starts_with('|');
        }
        let Some(tag) = before.strip_suffix('>').and_then(|before| before.rsplit('<').next()) else { return false };
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        behind.starts_with('<') && TAGS.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether it is a heading or a comment in code: the signs of one before it, or a rule below it.
    fn is_heading(&self, driven: bool) -> bool {
        let sign = self.before.trim();
        let comment = [";", "//", "/*", "--", "#", "///", "*"].iter().any(|mark| sign.ends_with(mark));
        let marked = comment && (sign.ends_with("--") || sign.chars().all(|c| "#/*;".contains(c)));
        let below = self.tail.split('\n').nth(1).unwrap_or_default().trim();
        let ruled = self.before.trim().is_empty() && below.len() >= 3;
        let alone = self.behind.trim_matches(['.', '…', ' ', '\r', '*', '/']).is_empty();
        (alone || !driven) && marked
            || alone && (ruled && (below.chars().all(|c| c == '=') || below.chars().all(|c| c == '-')))
    }

    /// Whether what follows says that it is what a control is called.
    fn is_named(&self) -> bool {
        const CONTROLS: [&str; 18] = [
            "option", "options", "button", "dialog", "toggle", "checkbox", "menu", "setting", "settings", "feature",
            "flag", "icon", "screen", "command", "shortcut", "panel", "dropdown", "switch",
        ];
        let mut words =
            self.behind.trim_start_matches(['"', '\'', '`', '*', ' ']).split(|c: char| !c.is_alphanumeric());
        words.next().is_some_and(|word| CONTROLS.iter().any(|known| known.eq_ignore_ascii_case(word)))
    }

    /// Whether it is an item of a list of such: two more lines beside it, each as short, none of them a sentence.
    fn is_item(&self) -> bool {
        const WORDS: usize = 5;
        const SIGNS: usize = 40;
        let sign = |line: &str| line.trim_start().chars().next().filter(|c| "-*+•[".contains(*c));
        let own = sign(self.before);
        let bare = self.before.trim_start().trim_start_matches(|c: char| "-*+•[]x. ".contains(c) || c.is_ascii_digit());
        let exports = [" to a ", " as a ", " as ", " to the "].iter().any(|to| self.behind.starts_with(to));
        let ends =
            self.behind.trim_matches(['.', '…', ' ', '\r']).is_empty() || self.behind.trim_start().starts_with('(');
        if !bare.is_empty() || !(ends || own.is_some() && exports) {
            return false;
        }
        let item = |line: &&str| {
            let text = line.trim();
            !text.is_empty()
                && sign(line) == own
                && text.chars().count() <= SIGNS
                && text.split_whitespace().count() <= WORDS + usize::from(own.is_some())
                && !text.ends_with(['.', '!', '?', ':', ',', ';', '。', '！', '？'])
        };
        let above = self.head.rsplit('\n').skip(1).take(4).take_while(item).count();
        let below = self.tail.split('\n').skip(1).take(4).take_while(item).count();
        above + below >= 2
    }
}
