//! What stands between words: places of secrets, addresses, and the marks that chat formats and tool calls are made of.

use super::concept::*;
use super::lexicon::{Hit, Lexicon, Table};
use super::rules::INSTRUCTION;
use super::view::{Ch, Flat, is_word};
use super::words;
use crate::Severity;
use std::ops::Range;
use std::sync::LazyLock;

/// The words of all languages.
pub(super) static WORDS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(words::ALL));
static PLACES: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&[PLACE_TABLE]));
static MARKS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&[MARK_TABLE]));

const PLACE_TABLE: Table = &[
    (
        VAULT,
        &[
            "~/.ssh", "/.ssh", ".ssh/", ".ssh\\", "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", "authorized_keys", ".aws/credentials", "~/.aws", "/.aws/", ".env", ".env.local",
            ".env.production", ".env.prod", ".npmrc", ".netrc", "_netrc", ".pypirc", ".pgpass", ".my.cnf", ".git-credentials", ".kube/config", "kubeconfig", ".docker/config.json", "/etc/passwd",
            "/etc/shadow", "/etc/sudoers", "mcp.json", "mcp_config.json", "mcp-config.json", ".mcp.json", "claude_desktop_config.json", "claude_desktop_config", "~/.cursor", ".cursor/", "~/.claude", ".claude.json", ".claude/",
            ".codeium/", "~/.codex", "login data", "cookies.sqlite", "logins.json", "key4.db", "wallet.dat", "~/.gnupg", ".gnupg/", ".bash_history", ".zsh_history", "/proc/self/environ",
            "/proc/1/environ", "process.env", "os.environ", "printenv", "credentials.json", "secrets.json", "secrets.yaml", "secrets.yml", "secrets.toml", "service-account.json", "service_account.json",
            "%appdata%", "appdata\\", "localappdata", "library/keychains", "/run/secrets", "/var/run/secrets", "169.254.169.254", "metadata.google.internal", "$home/.ssh", ".pem", ".p12", ".pfx", ".kdbx", "gh/hosts.yml",
            "~/.azure", ".config/gcloud", ".azure/", "ntds.dit", "/etc/ssl/private", "~/.config/", "terraform.tfstate", ".vault-token", "~/.vault", ".htpasswd", "web.config", "wp-config.php", "~/.bashrc", "~/.profile", "$env:", "env | ", "/root/", "id_rsa.pem",
            "keychain.db", "~/.bash_history", "~/.zshrc", ".config/gh", ".dockercfg", "application_default_credentials.json", ".sqlite_history", ".psql_history", ".yarnrc", ".terraformrc", "mcp_settings.json", "aws_secret_access_key", "openai_api_key", "anthropic_api_key", "github_token",
        ],
    ),
    // Examples hold no secrets.
    (0, &[".env.example", ".env.sample", ".env.template", "id_rsa.pub", "id_ed25519.pub", "process.env.node_env", "process.env.port"]),
    (ADDRESS, &["http://", "https://", "hxxp://", "hxxps://", "ftp://", "wss://", "ws://", "www.", "mailto:", "tel:"]),
    (0, &["http://localhost", "http://127.0.0.1", "https://localhost", "https://json-schema.org", "http://json-schema.org"]),
];

/// Weight of a mark of its own: the concepts only tell the two apart.
const GRAVE: u128 = 1;
const LIGHT: u128 = 2;

const MARK_TABLE: Table = &[
    (
        GRAVE,
        &[
            "<|im_start|>", "<|im_end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|begin_of_text|>", "<|channel|>", "<|start|>", "<|message|>", "<|tool", "<|end|>",
            "<|python_tag|>", "[inst]", "[/inst]", "<<sys>>", "<</sys>>", "<start_of_turn>", "<end_of_turn>", "[system]", "[/system]", "[/system_prompt]", "[system_prompt]", "[system override", "[system message", "<tool_call", "</tool_call", "<tool_use", "<function_call", "<invoke ", "<invoke>", "<tool_result", "<tool_response", "</tool_result",
            "<function=", "<|tool▁", "### system", "### instruction", "### human:", "### assistant:", "\nhuman:", "\nassistant:", "\"role\":\"system\"", "\"role\": \"system\"", "'role': 'system'", "begin system prompt", "end system prompt", "[tool_calls]", "[available_tools]", "</s>", "[[system", "{{#system", "<tools_output",
        ],
    ),
    (LIGHT, &["\"tool_calls\"", "\"function_call\"", "tools/call", "action input:", "\nsystem:", "[admin]", "[important]", "[developer]", "[instructions]", "[assistant]", "system note:", "[override]", "[end of", "---end", "--- end", "=== end", "=== system", "--- system", "\"method\":\"tools", "\nuser:", "\nobservation:", "\nthought:", "[system:", "(system:", "system prompt:", "assistant to=", "to=functions", "</description>", "</tool>", "</instructions>"]),
];

/// Names of tags that speak to a model and not to a renderer.
const TAGS: [(&str, Severity); 30] = [
    ("system", Severity::High),
    ("instruction", Severity::High),
    ("admin", Severity::High),
    ("override", Severity::High),
    ("hidden", Severity::High),
    ("assistant", Severity::High),
    ("developer", Severity::High),
    ("directive", Severity::High),
    ("sys", Severity::High),
    ("jailbreak", Severity::High),
    ("important", Severity::Medium),
    ("critical", Severity::Medium),
    ("urgent", Severity::Medium),
    ("mandatory", Severity::Medium),
    ("attention", Severity::Medium),
    ("reminder", Severity::Medium),
    ("priority", Severity::Medium),
    ("required", Severity::Medium),
    ("must", Severity::Medium),
    ("prerequisite", Severity::Medium),
    ("note_to", Severity::Medium),
    ("warning", Severity::Medium),
    ("internal", Severity::Medium),
    ("confidential", Severity::High),
    ("thinking", Severity::Medium),
    ("policy_update", Severity::High),
    ("new_", Severity::Medium),
    ("compliance", Severity::Medium),
    ("security", Severity::Medium),
    ("protocol", Severity::Medium),
];

/// The characters themselves as a reading, with nothing put together.
fn row(chars: &[Ch]) -> Flat {
    Flat {
        chars: chars.iter().map(|ch| ch.c).collect(),
        at: chars.iter().map(|ch| (ch.start, ch.end)).collect(),
        index: (0..chars.len()).collect(),
        glued: false,
    }
}

/// What the marks of a row of characters say.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Concepts, by index of the folded characters.
    pub(super) hits: Vec<Hit>,
    /// Marks that are signals by themselves, in bytes of the text.
    pub(super) signals: Vec<(&'static str, Severity, Range<usize>)>,
}

/// Reads the marks.
pub(super) fn marks(chars: &[Ch]) -> Marks {
    let row = row(chars);
    let mut marks = Marks { hits: PLACES.hits(&row), signals: Vec::new() };
    addresses(&row.chars, &mut marks.hits);
    marks.hits.sort_by_key(|hit| (hit.from, hit.to));
    for hit in MARKS.hits(&row) {
        let severity = if hit.concepts & GRAVE != 0 { Severity::High } else { Severity::Medium };
        marks.signals.push((INSTRUCTION, severity, row.span(hit.from, hit.to)));
    }
    tags(&row, &mut marks);
    call(&row, &mut marks);
    marks
}

/// Tags such as `<IMPORTANT>`.
fn tags(row: &Flat, marks: &mut Marks) {
    const LONGEST: usize = 48;
    for (at, _) in row.chars.iter().enumerate().filter(|(_, c)| matches!(c, '<' | '[')) {
        let close = if row.chars.get(at) == Some(&'<') { '>' } else { ']' };
        let body: String = row.chars.iter().skip(at + 1).take(LONGEST).take_while(|c| **c != close).collect();
        let name = body.trim_start_matches(['/', ' ', '!']).replace([' ', '-'], "_");
        // A square bracket holds words of all kinds; only the shortest speaks for itself.
        let Some((tag, severity)) = TAGS.iter().find(|(tag, _)| name.starts_with(tag)) else { continue };
        let ends = name.get(tag.len()..).unwrap_or_default();
        let whole = ends.is_empty() || ends.starts_with(['_', 's', 'a', '>', '=']);
        let closed = row.chars.get(at + 1 + body.chars().count()) == Some(&close);
        if whole && closed && (close == '>' || *severity == Severity::High && ends.is_empty()) {
            marks.signals.push((INSTRUCTION, *severity, row.span(at, at + body.chars().count() + 2)));
        }
    }
}

/// An object that looks like the call of a tool: a name and arguments close to each other.
fn call(row: &Flat, marks: &mut Marks) {
    const WITHIN: usize = 240;
    let name: Vec<char> = "\"name\"".chars().collect();
    let arguments: [Vec<char>; 2] = ["\"arguments\"".chars().collect(), "\"parameters\"".chars().collect()];
    let mut last = None;
    for (at, window) in row.chars.windows(12).enumerate() {
        if window.starts_with(&name) {
            last = Some(at);
        } else if arguments.iter().any(|word| window.starts_with(word))
            && let Some(start) = last.filter(|start| at - start < WITHIN)
        {
            marks.signals.push((INSTRUCTION, Severity::Medium, row.span(start, at + 11)));
            last = None;
        }
    }
}

const TOP: [&str; 32] = [
    "com", "net", "org", "io", "xyz", "ru", "dev", "app", "test", "example", "site", "top", "cn", "co", "me", "info", "tk", "cc", "onion",
    "online", "ai", "de", "fr", "uk", "us", "biz", "su", "ly", "gg", "live", "link", "click",
];

/// Mail addresses, host names with a known ending, IPv4 and telephone numbers, addresses of wallets.
fn addresses(chars: &[char], hits: &mut Vec<Hit>) {
    let part = |c: &char| is_word(*c) || matches!(c, '.' | '-' | '_' | '@' | '+');
    let mut at = 0;
    while at < chars.len() {
        let len = chars.iter().skip(at).take_while(|c| part(c)).count();
        if len >= 5 {
            let token: String = chars.iter().skip(at).take(len).collect();
            let token = token.trim_end_matches(['.', '-', '_']);
            if is_address(token) {
                hits.push(Hit { concepts: ADDRESS, from: at, to: at + len });
            }
        }
        at += len.max(1);
    }
}

fn is_address(token: &str) -> bool {
    let host = token.rsplit('@').next().unwrap_or(token);
    if let Some((rest, last)) = host.rsplit_once('.') {
        let mailed = token.len() > host.len() + 1;
        let named = TOP.contains(&last) && rest.len() >= 2;
        let digits = host.bytes().filter(|b| *b == b'.').count() == 3 && host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let local = digits && (host.starts_with("127.") || host.starts_with("0."));
        let sample = matches!(rest, "node" | "vue" | "next" | "socket");
        return (mailed && last.len() >= 2) || (named && !sample) || (digits && !local);
    }
    let body = token.strip_prefix('+').unwrap_or(token);
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let phone = token.starts_with('+') && digits >= 8 && body.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let wallet = (token.len() == 42 && token.starts_with("0x")) || (token.len() >= 30 && token.starts_with("bc1"));
    phone || wallet
}

/// The marks of a row in the places of a reading that was made of it.
pub(super) fn placed(hits: &[Hit], flat: &Flat) -> Vec<Hit> {
    let place = |index: usize| flat.index.partition_point(|at| *at < index);
    let moved = hits.iter().filter(|hit| hit.concepts != 0).map(|hit| {
        let from = place(hit.from);
        Hit { concepts: hit.concepts, from, to: place(hit.to).max(from) }
    });
    moved.collect()
}
