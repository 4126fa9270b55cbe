//! What looks like the name of a host where no scheme says that it is one: told from files, versions, packages and members
//! in code by its last label.

use std::net::Ipv4Addr;
use url::{Host, Url};

/// Top-level domains that hardly anything but a host ends in.
const SURE: &str = "com net org edu gov mil biz xyz icu test example invalid onion mobi arpa";

/// Other top-level domains that are common, and words too.
const WORDS: &str = "academy aero africa agency app art asia bank bar berlin bid black blog blue bond bot buzz cam capital cash cat \
     center cfd chat click cloud club codes company computer coop credit cyou date day design dev digital directory \
     domains download earth email expert faith finance foo fun fund fyi gallery games gdn gmbh gold goog google green \
     group guru homes host hosting how inc info ing ink int international jobs kim land life limited link live llc \
     loan lol london ltd management market marketing media men mom money monster mov museum name network new news \
     ninja nyc one online page paris party photo photos pics pink plus post press pro quest racing red ren rest \
     review rocks run sbs science services shop site social software solutions space store stream studio supply \
     support surf systems team tech technology tel today tokyo tools top trade travel university vip wang watch \
     website";

/// Top-level domains of countries (ISO 3166-1, and `eu`, `uk`, `su`, `ac`).
const COUNTRIES: &str = "ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd \
     cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd \
     ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke \
     kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt \
     mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs \
     ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv \
     tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Those of them that are words, abbreviations, operators or endings of files at least as often.
const SHORT: &str = "ac ai am as at be by cc do et fm gg ge gs gt id im in io is it la li lt ma md me mk ml mm mn ms my na ne no om \
     pa pl pm ps py re rs sh so st td tf th tm to tt tv us va vs";

/// Those of them that hosts of three labels end in all the same.
const HOSTS: &str = "ac ai cc fm gg io la li me tv us";

/// Endings of files that are no top-level domain.
const FILES: &str = "asp aspx avif bmp cfg cgi conf css csv doc docx exe gif gz htm html ico ini ipynb jar java jpeg jpg js json jsp \
     jsx kt lock log mdx pdf php png ppt rb rst rtf svg tar toml ts tsx txt webp xhtml xls xml yaml yml";

/// Labels before a country's, under which names are given out.
const SECOND: &str = "ac co com edu gov net org";

/// Names that are known for something else than the host.
const KNOWN: &str = "asp.net ado.net ml.net system.net vb.net socket.io";

/// How surely a name is one of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// It has dots and letters in its last label, and nothing knows that label.
    Dotted,
    /// A number that some readers take for an address.
    Number,
    /// An address in its usual form.
    Address,
    /// The last label is a top-level domain, and a word, an ending of files or a member in code as well.
    Domain,
    /// It ends as a country's domain does.
    Country,
    /// Nothing but a host.
    Sure,
}

/// How a name looks, without port and path; `None` where it is no host's.
pub(super) fn shape(name: &str) -> Option<Shape> {
    let name = name.to_lowercase().replace('\u{3002}', ".");
    let name = name.trim_end_matches('.');
    if name.parse::<Ipv4Addr>().is_ok() {
        return Some(Shape::Address);
    }
    let digits = |b: u8| b.is_ascii_hexdigit() || matches!(b, b'x' | b'.');
    if name.starts_with(|c: char| c.is_ascii_digit()) && name.bytes().all(digits) {
        return number(name);
    }
    let (head, top) = name.rsplit_once('.')?;
    let letter = |c: char| c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphanumeric());
    let label = |c: char| letter(c) || c.is_ascii_digit() || matches!(c, '-' | '_');
    let labels = head.split('.').all(|part| !part.is_empty() && part.chars().all(label));
    if !labels || name.len() > 255 || listed(KNOWN, name) || listed(FILES, top) {
        return None;
    }
    if listed(SURE, top) || (top.starts_with("xn--") && top.chars().all(label)) {
        return Some(Shape::Sure);
    }
    if top.chars().count() < 2 || !top.chars().all(letter) {
        return None;
    }
    let (first, second) = (head.split('.').next().unwrap_or_default(), head.rsplit('.').next().unwrap_or_default());
    let many = first.len() < head.len();
    Some(if name.starts_with("www.") {
        Shape::Sure
    } else if many && (is_reversed(first) || listed(WORDS, top)) || listed(WORDS, top) || !top.is_ascii() {
        Shape::Domain
    } else if !listed(COUNTRIES, top) {
        Shape::Dotted
    } else if many && listed(SECOND, second) {
        Shape::Sure
    } else if (second.len() >= 3 || many) && (!listed(SHORT, top) || (many && listed(HOSTS, top))) {
        Shape::Country
    } else {
        Shape::Domain
    })
}

/// Whether the word is one of a list's.
pub(super) fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Whether the label begins the names of packages: a domain's last.
fn is_reversed(first: &str) -> bool {
    matches!(first, "com" | "org" | "net" | "edu" | "gov" | "dev" | "java" | "javax") || first.len() == 2
}

/// A number that the URL standard makes an address of (section 3.5, the IPv4 parser), where it is long enough for one.
fn number(name: &str) -> Option<Shape> {
    let dots = name.matches('.').count();
    let whole = dots == 3 || (dots == 0 && (name.starts_with("0x") || name.len() >= 8));
    let url = Some(name).filter(|_| whole).and_then(|name| Url::parse(&format!("http://{name}/")).ok())?;
    matches!(url.host(), Some(Host::Ipv4(_))).then_some(Shape::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_what_else_has_dots() {
        for (name, want) in [
            ("evil.com", Some(Shape::Sure)),
            ("EVIL.Com.", Some(Shape::Sure)),
            ("c2VjcmV0.evil.io", Some(Shape::Country)),
            ("evil.de", Some(Shape::Country)),
            ("method.lt", Some(Shape::Domain)),
            ("method.eq", Some(Shape::Dotted)),
            ("evil.co.uk", Some(Shape::Sure)),
            ("www.evil.bar", Some(Shape::Sure)),
            ("xn--e1afmkfd.xn--p1ai", Some(Shape::Sure)),
            ("evil\u{3002}com", Some(Shape::Sure)),
            ("evil.site", Some(Shape::Domain)),
            ("evil.io", Some(Shape::Domain)),
            ("com.example.app", Some(Shape::Domain)),
            ("foo.barz", Some(Shape::Dotted)),
            ("203.0.113.9", Some(Shape::Address)),
            ("0x7f000001", Some(Shape::Number)),
            ("0177.0.0.1", Some(Shape::Number)),
            ("3405803777", Some(Shape::Number)),
        ] {
            assert_eq!(shape(name), want, "{name}");
        }
        for name in [
            "node.js",
            "index.html",
            "1.2.3",
            "v1.2.3",
            "a",
            "42",
            "report.pdf",
            ".com",
            "a..com",
            "asp.net",
            "x.y",
            "4.17.211",
            "",
        ] {
            assert_eq!(shape(name), None, "{name}");
        }
    }
}
