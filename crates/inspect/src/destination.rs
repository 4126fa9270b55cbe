//! Where a destination leads: decoded, canonical, and only then compared with the allow-list.

mod forward;
mod host;

use crate::Policy;
use crate::entity::{self, Escapes};
use url::Url;

/// What a destination is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A reader may follow it.
    Link,
    /// A renderer may load it by itself.
    Image,
}

/// What may be done with a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It stays within what shows it: a relative path, a fragment, or no URL at all.
    Relative,
    /// The allow-list covers it.
    Allowed,
    /// It leads elsewhere.
    External,
    /// It leads elsewhere and only by name: a scheme that no common program handles.
    Named,
    /// It runs code or holds content itself: `javascript:`, `data:` and their kind.
    Script,
}

impl Place {
    /// Whether it must not stay.
    pub(crate) const fn refused(self) -> bool {
        matches!(self, Self::External | Self::Named | Self::Script)
    }
}

/// Longer destinations are not read and never allowed.
const LONGEST: usize = 8 * 1024;
/// Longer schemes do not exist.
const SCHEME: usize = 40;

const SCRIPT: [&str; 7] = ["javascript", "vbscript", "livescript", "data", "blob", "jar", "view-source"];

/// Schemes that common programs act on without `//`.
const HANDLED: [&str; 44] = [
    "about",
    "callto",
    "chrome",
    "cid",
    "cursor",
    "facetime",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "geo",
    "git",
    "gopher",
    "http",
    "https",
    "im",
    "intent",
    "irc",
    "ircs",
    "itms",
    "itms-apps",
    "ldap",
    "ldaps",
    "magnet",
    "mailto",
    "market",
    "mid",
    "ms-settings",
    "msteams",
    "news",
    "nntp",
    "sftp",
    "sip",
    "sips",
    "skype",
    "sms",
    "smb",
    "ssh",
    "tel",
    "tg",
    "vscode",
    "ws",
    "wss",
];

/// What the first characters of a destination say.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    Relative,
    /// `//host`, with either slash.
    Network,
    /// A scheme, in lower case, and the place after its colon.
    Scheme(String, usize),
}

/// Whether browsers drop or trim the character in a URL.
const fn dropped(c: char) -> bool {
    c <= ' ' || c == '\u{7f}'
}

/// Reads the head of `raw`; looks at a bounded number of characters. Where `word` says so, white space ends it.
fn head(raw: &str, escapes: Escapes, word: bool) -> Head {
    let mut scheme = String::new();
    let mut slashes = 0;
    let mut at = 0;
    let mut skipped = 0;
    while let Some((c, len)) = entity::next(raw, at, escapes) {
        at += len;
        match narrow(c, &scheme) {
            _ if word && len == 1 && c.is_ascii_whitespace() => return Head::Relative,
            _ if dropped(c) => {
                skipped += 1;
                // Nobody pads a relative path so.
                if skipped > 256 {
                    return Head::Network;
                }
            }
            '/' | '\\' if scheme.is_empty() => {
                slashes += 1;
                if slashes == 2 {
                    return Head::Network;
                }
            }
            ':' if slashes == 0 && !scheme.is_empty() => return Head::Scheme(scheme, at),
            c if slashes == 0 && scheme.len() < SCHEME && scheme_char(c, scheme.is_empty()) => {
                scheme.push(c.to_ascii_lowercase());
            }
            _ => return Head::Relative,
        }
    }
    Head::Relative
}

/// The character of ASCII that a full-width one is to who folds them; a colon only where a scheme that leads out stands before it.
fn narrow(c: char, scheme: &str) -> char {
    match c {
        '\u{ff0f}' | '\u{ff3c}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
        }
        '\u{ff1a}' if SCRIPT.contains(&scheme) || matches!(scheme, "http" | "https" | "ftp" | "mailto") => ':',
        c => c,
    }
}

const fn scheme_char(c: char, first: bool) -> bool {
    c.is_ascii_alphabetic() || (!first && (c.is_ascii_digit() || matches!(c, '+' | '-' | '.')))
}

fn is_external_once_decoded(raw: &str, escapes: Escapes) -> bool {
    let end = (0..=raw.len().min(256)).rev().find(|end| raw.is_char_boundary(*end)).unwrap_or(0);
    let start = raw.get(..end).unwrap_or_default();
    start.contains('%') && head(&percent_decoded(start), escapes, false) != Head::Relative
}

/// Whether what starts `rest` may lead out, before it is known where it ends; reads a bounded number of characters.
pub(crate) fn may_lead_out(rest: &str, escapes: Escapes, word: bool) -> bool {
    head(rest, escapes, word) != Head::Relative || {
        let end = rest.bytes().take(256).position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len());
        let first = if word { rest.get(..end).unwrap_or_default() } else { rest };
        is_external_once_decoded(first, escapes)
    }
}

/// Judges a destination as it stands in the text.
pub(crate) fn judge(raw: &str, escapes: Escapes, usage: Use, policy: &Policy) -> Place {
    let decoded = || entity::decode(raw, escapes);
    match head(raw, escapes, false) {
        Head::Relative => {
            // Some readers undo percent-encoding first.
            if is_external_once_decoded(raw, escapes) { Place::External } else { Place::Relative }
        }
        Head::Network => Place::External,
        Head::Scheme(scheme, rest) if SCRIPT.contains(&scheme.as_str()) => {
            // `Data::Dumper`: without a comma it holds nothing (RFC 2397, section 3).
            let rest = raw.get(rest..).unwrap_or_default();
            let named = scheme == "data" && !rest.contains([',', '&', '%']) && is_name_path(rest);
            if named { Place::Relative } else { Place::Script }
        }
        Head::Scheme(scheme, rest) => {
            if raw.len() > LONGEST {
                return Place::External;
            }
            let listed = usage == Use::Link && policy.allowed_links.iter().any(|prefix| prefix.scheme() == scheme);
            if matches!(scheme.as_str(), "http" | "https") || (listed && scheme == "ftp") {
                return web(&decoded(), usage, policy);
            }
            if listed && reaches(&decoded(), policy) {
                return Place::Allowed;
            }
            // What fetches by another program, such as `git+https`.
            if usage == Use::Link && matches!(scheme.rsplit_once('+'), Some((_, "http" | "https"))) {
                let url = decoded();
                let inner = url.split_once('+').map_or("", |(_, inner)| inner);
                return if web(inner, usage, policy) == Place::Allowed { Place::Allowed } else { Place::External };
            }
            let rest = raw.get(rest..).unwrap_or_default();
            unknown(&scheme, &entity::decode(rest, escapes))
        }
    }
}

/// Whether the name looks like one of a host, with a top-level domain or as an address.
pub(crate) fn is_host(name: &str) -> bool {
    host::shape(name).is_some()
}

/// As [`is_host`], and its last label is one of a host that is known.
pub(crate) fn is_known_host(name: &str) -> bool {
    host::shape(name).is_some_and(|shape| shape >= host::Shape::Address)
}

/// Whether the name is nothing but one of a host.
pub(crate) fn is_surely_host(name: &str) -> bool {
    host::shape(name) == Some(host::Shape::Sure)
}

/// Judges an absolute URL that stands alone, such as a member of a protocol message.
#[must_use]
pub fn place_of(url: &str, policy: &Policy) -> Place {
    judge(url, Escapes::Html, Use::Link, policy)
}

fn unknown(scheme: &str, rest: &str) -> Place {
    let number = rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b',' | b'-'));
    let slashes = rest.trim_start_matches(dropped).starts_with(['/', '\\']);
    if slashes || (HANDLED.contains(&scheme) && !is_name_path(rest)) {
        Place::External
    } else if scheme.len() < 2 || number || is_name_path(rest) {
        // A drive letter, a line of a file, a port: nothing that anyone follows.
        Place::Relative
    } else {
        Place::Named
    }
}

/// Whether what stands behind a scheme makes a path of names in code of it, such as `std::vec::Vec`.
fn is_name_path(rest: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_:<>()[]!#-.,+&*' ".contains(&b);
    rest.strip_prefix(':')
        .is_some_and(|names| names.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '<' | '{' | '*')))
        && rest.len() <= 256
        && rest.bytes().all(plain)
}

/// Compares an http or https URL with the allow-list. Whatever two readers could take differently is not allowed.
fn web(url: &str, usage: Use, policy: &Policy) -> Place {
    if usage == Use::Link && leads_nowhere(url) {
        return Place::Relative;
    }
    let list = if usage == Use::Image { &policy.allowed_images } else { &policy.allowed_links };
    if list.is_empty() || url.contains(dropped) {
        return Place::External;
    }
    let Some((scheme, rest)) = url.split_once("://") else { return Place::External };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme.contains('\\') || authority.contains('\\') || has_odd_backslash(rest) {
        return Place::External;
    }
    // Most refused destinations are known by their host as it stands; numbers and other scripts have several forms.
    let host = authority.split(':').next().unwrap_or_default();
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let name = host.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    if plain && name && !list.iter().any(|prefix| prefix.is_at(host)) {
        return Place::External;
    }
    let Ok(parsed) = Url::parse(url) else { return Place::External };
    let userinfo = !parsed.username().is_empty() || parsed.password().is_some();
    if userinfo || authority.contains(['@', '%']) || !list.iter().any(|prefix| prefix.covers(&parsed)) {
        return Place::External;
    }
    let own = |place: &str| {
        let url = Url::parse(&format!("https://{place}"));
        url.is_ok_and(|url| list.iter().any(|prefix| prefix.covers(&url)))
    };
    if forward::forwards(&parsed, &own) { Place::External } else { Place::Allowed }
}

/// Whether a mail or a call to the URL reaches only whom the allow-list names.
fn reaches(url: &str, policy: &Policy) -> bool {
    let plain = !url.contains(|c| dropped(c) || c == '\\');
    let parsed = Some(url).filter(|_| plain).and_then(|url| Url::parse(url).ok());
    parsed.is_some_and(|url| policy.allowed_links.iter().any(|prefix| prefix.covers(&url)))
}

/// Schemes of data that a program reads by a library of its own: nothing that shows a text makes a link of them or loads them.
const IDLE: &str = "s3 s3a s3n gs gcs abfs abfss wasb wasbs adl hdfs dbfs viewfs postgres postgresql mysql mariadb mongodb \
    mongodb+srv redis rediss sqlite mssql sqlserver clickhouse cassandra neo4j bolt memcached amqp amqps kafka nats zookeeper \
    etcd docker docker-image oci containerd unix npipe tcp udp grpc grpcs spiffe arn pkg";

/// Whether a URL that stands in running text leads nowhere that anybody could read: data that is only named, a file of the
/// reader's own, or the reader's own machine, all in their plainest form.
pub(crate) fn is_idle(url: &str) -> bool {
    let plain = |rest: &str, also: &[u8]| rest.bytes().all(|b| b.is_ascii_alphanumeric() || also.contains(&b));
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    match scheme {
        "file" => {
            let rest = rest.strip_prefix("localhost").unwrap_or(rest);
            rest.starts_with('/') && !rest.contains("//") && plain(rest, b"/._-~+@:,")
        }
        "http" | "https" => {
            let own = ["localhost", "127.0.0.1"];
            let Some(rest) = own.iter().find_map(|host| rest.strip_prefix(host)) else { return false };
            let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let port = port.is_empty()
                || port.strip_prefix(':').is_some_and(|n| n.len() <= 5 && plain(n, b"") && n.parse::<u16>().is_ok());
            port && !path.contains("//") && !path.contains("..") && plain(path, b"/._-~")
        }
        scheme => host::listed(IDLE, scheme) && !rest.contains('\\'),
    }
}

/// Whether variables stand in place of the host, behind one label at most, or dots alone: nobody has such a name, and nothing
/// resolves it, also where a reader ends the URL at the first variable.
fn leads_nowhere(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    if !rest.starts_with(['{', '$', '.']) && !rest.contains(".{") && !rest.contains(".$") {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !authority.is_empty() && authority.bytes().all(|b| b == b'.') && authority.len() == rest.len() {
        return true;
    }
    let host = authority.split(':').next().unwrap_or_default();
    let top = host.rsplit('.').next().unwrap_or_default();
    let named = host.split(['{', '$']).next().unwrap_or_default();
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '{' | '}' | '$' | '.' | '-' | '_' | ':'));
    top.starts_with(['{', '$'])
        && !named.trim_end_matches('.').contains('.')
        && !authority.contains(odd)
        && !rest.contains(['@', '\\'])
        && !rest.contains(dropped)
}

/// Whether a backslash stands anywhere but before the punctuation that Markdown's writers escape: some readers take it for a
/// slash.
fn has_odd_backslash(rest: &str) -> bool {
    let mut behind = rest.split('\\').skip(1);
    behind.any(|part| !part.starts_with(['(', ')', '_', '*', '~']))
}

/// The text with each `%XX` undone; what is no UTF-8 then becomes U+FFFD.
fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digit =
            |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Prefix;

    fn judged(raw: &str) -> Place {
        let policy = Policy {
            allowed_links: vec![
                Prefix::parse("https://docs.example.com/manual").unwrap(),
                Prefix::parse("http://10.0.0.1/").unwrap(),
            ],
            ..Policy::default()
        };
        judge(raw, Escapes::Markdown, Use::Link, &policy)
    }

    #[test]
    fn relative_destinations_stay() {
        for raw in [
            "",
            "#top",
            "a/b.md",
            "/a",
            "./a:b",
            "?q=1",
            "main.rs:12",
            "C:",
            "main.rs:12:7",
            "a%20b",
            "std::vec::Vec::new()",
            "crate::a#b",
            "Data::Dumper",
            "Git::CPAN::Patch",
            "TAP::*",
            "http://${host}:${port}/a",
            "https://ec2.{Region}.{Suffix#dns}",
            "https://...",
        ] {
            assert_eq!(judged(raw), Place::Relative, "{raw}");
        }
    }

    #[test]
    fn what_is_only_named_or_the_own_machine_is_idle() {
        for url in [
            "s3://bucket/key",
            "mongodb+srv://host/db",
            "file:///usr/share/doc",
            "http://localhost:8080",
            "http://localhost/",
            "https://127.0.0.1:3000/a/b.html",
        ] {
            assert!(is_idle(url), "{url}");
        }
        for url in [
            "file://evil.test/x",
            "file:////evil.test/x",
            "file:///%2fevil.test",
            "http://localhost.evil.test/",
            "http://localhost@evil.test/",
            "http://localhost:80@evil.test/",
            "http://localhost:99999/",
            "http://localhost/?next=//evil.test",
            "http://localhost//evil.test",
            "http://127.0.0.1.evil.test/",
            "http://2130706433/",
            "http://[::1]:80/",
            r"http://localhost\@evil.test",
            "ssh://evil.test/x",
            "ftp://evil.test/x",
            "https://evil.test/",
        ] {
            assert!(!is_idle(url), "{url}");
        }
    }

    #[test]
    fn allowed_means_origin_and_path() {
        for url in [
            "https://docs.example.com/manual/a?b=c#d",
            "https://docs.example.com/manual/metadata:a?to=chapter.two&next=5&src=email",
            "https://docs.example.com/manual/?target=v1.2&url=intro",
            "https://docs.example.com/manual/?src=app.js&image=logo.PNG",
        ] {
            assert_eq!(judged(url), Place::Allowed, "{url}");
        }
        assert_eq!(judged("git+https://docs.example.com/manual/a.git"), Place::Allowed);
        assert_eq!(judged(r"https://docs.example.com/manual/V8_\\(engine\\)"), Place::Allowed);
        assert_eq!(judged("HTTPS://Docs.Example.com:443/manual"), Place::Allowed);
        assert_eq!(judged("http://0x0a.0.0.1/x"), Place::Allowed);
    }

    #[test]
    fn tricks_lead_elsewhere() {
        for raw in [
            "//evil.test",
            "\u{ff48}\u{ff54}\u{ff54}\u{ff50}\u{ff53}\u{ff1a}\u{ff0f}\u{ff0f}evil.test",
            "https\u{ff1a}//evil.test",
            "\u{ff0f}\u{ff0f}evil.test",
            r"/\evil.test",
            r"\\\\evil.test",
            "&#47;&sol;evil.test",
            "https:evil.test",
            r"https:\\evil.test",
            "https&#58;//evil.test",
            "ht&Tab;tps://evil.test",
            "https%3A//evil.test",
            "%2f%2fevil.test",
            "https://docs.example.com@evil.test/manual/",
            "https://docs.example.com%40evil.test/manual/",
            "https://docs.example.com.evil.test/manual/",
            "https://docs.example.com\\@evil.test/manual/",
            "https://docs.example.com./manual/",
            "https://docs.example.com:444/manual/",
            "http://docs.example.com/manual/",
            "https://docs.example.com/manual/../x",
            "https://docs.example.com/manual/go?url=https%3A%2F%2Fevil.test",
            "https://docs.example.com/manual/go?url=https%253A%252F%252Fevil.test",
            "https://docs.example.com/manual/https://evil.test",
            "https://docs.example.com/manual/go?u=aHR0cHM6Ly9ldmlsLnRlc3Q",
            "https://docs.example.com/manual/go?x=68747470733a2f2f6576696c",
            "https://docs.example.com/manual/go?redirect=evil.test/x",
            "https://docs.example.com/manual/go?redirect=evil.test",
            "https://docs.example.com/manual/go?to=data:text/html,x",
            "https://docs.ex\u{430}mple.com/manual/",
            "mailto:a@evil.test",
            "ftp://docs.example.com/manual/",
            "weird://x",
            "git+https://evil.test/x",
            "git+https:docs.example.com/manual/",
            "http://{x}.evil.test/",
            "http://secret.evil.test.{x}/",
            "http://{x@evil.test/",
            "http://.../evil.test/x",
            "http://{x}#@evil.test/",
            "http://evil.test/{x}",
            "http://{x\\\\.evil.test/",
            "http://167772162/",
        ] {
            assert_eq!(judged(raw), Place::External, "{raw}");
        }
        for raw in [
            "javascript:x",
            "JaVa&Tab;ScRiPt:x",
            "javascript::x",
            "data::a,x",
            " data:text/html,x",
            "vbscript:x",
            "&#106;avascript:x",
        ] {
            assert_eq!(judged(raw), Place::Script, "{raw}");
        }
        assert_eq!(judged("myapp:payload"), Place::Named);
    }
}
