//! The keys of a file of attack cases (`casemate redteam`).

use super::{Choice, Key, Kind, TEXTS, key};

/// A whole file of cases.
pub const CASES: &[Key] =
    &[key("cases", Kind::List(&Kind::Map(CASE)), "The cases, each with a name that no other has.").required()];

const NAMES: Kind = Kind::List(&Kind::Name);

const CASE: &[Key] = &[
    key("id", Kind::Name, "Its name. What stands before the first `.` is the family that it counts for.").required(),
    key("title", Kind::Text, "What the attack is, in one sentence.").required(),
    key("tags", NAMES, "Ids of the OWASP MCP Top 10, such as MCP01, and of MITRE ATLAS, such as AML.T0057.").required(),
    key("channels", Kind::List(&Kind::Choice(&CHANNELS)), "The parts of messages that it is tried in.").or("[result]"),
    key(
        "encodings",
        NAMES,
        "What the text is written in, such as base64; one within another is written base64-in-percent.",
    )
    .or("[plain]"),
    key("positions", Kind::List(&Kind::Choice(&POSITIONS)), "Where in a text it stands.").or("[alone]"),
    key(
        "text",
        Kind::Lines,
        "The text. ${host} is a foreign host, ${data} what would be carried out, ${registered} the registered value, \
         ${secret:VENDOR} a secret of that vendor's format, ${allowed} and ${allowed_image} places that links and images \
         may lead to; $${ stands for itself.",
    ),
    key(
        "matrix",
        Kind::Map(MATRIX),
        "In place of a text: cases that are generated, which say themselves what is expected.",
    ),
    key("expect", Kind::Map(EXPECT), "What must be true in the end; all of it."),
    key("twin", Kind::Lines, "A benign text of the same shape. It must arrive byte for byte, in the same channels."),
    key(
        "least",
        Kind::Count { min: 1, max: 100 },
        "Of a hundred of its attacks, how many must hold. What is let pass by it is listed all the same.",
    )
    .or("100"),
    key("known", Kind::Text, "Why it is known to fail. It is listed as such and fails no run."),
];

const MATRIX: &[Key] = &[
    key("family", Kind::Choice(&FAMILIES), "The family.").required(),
    key("most", Kind::Count { min: 1, max: 1_000 }, "How many of its cases, evenly drawn.").or("50"),
];

const EXPECT: &[Key] = &[
    key(
        "unreachable",
        Kind::Bool,
        "Whether nothing that the client gets may lead to a place that is not allowed, as an independent parser sees it.",
    )
    .or("false"),
    key("gone", TEXTS, "Texts that are in no decoded view of what the client gets.").or("[]"),
    key("refused", Kind::Text, "The reason code with which the call is refused."),
    key("finding", Kind::List(&Kind::Glob), "Rules of which the record has a finding, one of them at least; a `*` may end it.")
        .or("[]"),
    key("unlisted", Kind::Bool, "Whether the item is left out of the list.").or("false"),
    key("unsent", TEXTS, "Texts that never reach the upstream, in any decoded view.").or("[]"),
];

const CHANNELS: Choice = Choice {
    words: &[
        ("result", "the text of a tool's result"),
        ("structured", "a string in structured content"),
        ("resource", "a resource that is embedded in a result"),
        ("description", "the description of a tool, in the list"),
        ("error", "the message of an error"),
        ("notification", "the data of a log notification"),
        ("tool-error", "the text of a result that says that the tool failed"),
        ("resource-link", "the description of a link to a resource"),
        ("read", "the text of a resource that was asked for"),
        ("prompt", "a message of a prompt"),
        ("instructions", "the instructions of the server"),
        ("progress", "the message of a progress notification"),
        ("elicitation", "what the server has the user asked"),
        ("elicitation-url", "the URL that the server has the user open; it is https"),
        ("argument", "an argument that the client sends"),
    ],
    any_case: false,
    hints: &[("tool", "did you mean `result` or `description`?"), ("link", "did you mean `resource-link`?")],
};

const POSITIONS: Choice = Choice {
    words: &[
        ("alone", "it is the whole text"),
        ("start", "before other words"),
        ("middle", "between other words"),
        ("end", "behind other words"),
        ("lines", "in lines of its own"),
        ("list", "in an item of a list"),
        ("quote", "in a quotation"),
        ("cell", "in a cell of a table"),
        ("json", "in a string of JSON"),
        ("document", "in a document of HTML"),
    ],
    any_case: false,
    hints: &[],
};

const FAMILIES: Choice = Choice {
    words: &[
        ("markdown-link", "links of Markdown and of plain text"),
        ("markdown-image", "images of Markdown"),
        ("html-link", "elements of HTML that a reader follows or submits"),
        ("html-load", "elements of HTML that load by themselves"),
        ("css", "style sheets that load"),
        ("scheme", "schemes that run code or hold a document, and schemes in disguise"),
        ("host", "hosts in disguise"),
        ("forward", "places at an allowed host that are not allowed, or forward elsewhere"),
        ("registered", "the registered value"),
        ("vendor", "credentials in their vendors' formats"),
        ("injection-plain", "instructions to the model in plain words"),
        ("injection-encoded", "instructions to the model in an encoding"),
    ],
    any_case: false,
    hints: &[("injection", "did you mean `injection-plain` or `injection-encoded`?")],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_corpus() {
        fn of(choice: &Choice) -> Vec<&'static str> {
            choice.words.iter().map(|(word, _)| *word).collect()
        }
        assert_eq!(of(&CHANNELS), casemate_redteam::Channel::ALL.map(casemate_redteam::Channel::as_str));
        assert_eq!(of(&POSITIONS), casemate_redteam::Position::ALL.map(casemate_redteam::Position::as_str));
        assert_eq!(of(&FAMILIES), casemate_redteam::Family::ALL.map(casemate_redteam::Family::as_str));
    }
}
