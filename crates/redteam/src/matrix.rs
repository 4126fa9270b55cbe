//! The product of carriers, encodings, positions and channels.

use crate::carrier::{self, ALLOWED, Carrier, FORMS, FURTHER, HOST, TRICKS, Target};
use crate::draw::Draw;
use crate::encoding::{Code, Encoding};
use crate::injection::INJECTIONS;
use crate::secret::{VENDORS, registered, vendor_secret};
use crate::{Case, Channel, Expect, Family, Position, Twin};

/// The seed that ids are stable for.
pub const SEED: u64 = 5;

/// How addresses are written.
const ADDRESSES: [Code; 10] = [
    Code::Plain,
    Code::Entities,
    Code::EntitiesHex,
    Code::Percent,
    Code::Json,
    Code::FullWidth,
    Code::Bold,
    Code::Upper,
    Code::ZeroWidth,
    Code::Tags,
];

/// The forms that each disguised destination is tried in.
const TRIED: [&str; 10] =
    ["inline", "inline-angle", "reference", "image", "autolink", "bare", "a", "img", "iframe", "css-style"];

/// What a registered value is split by: nothing that shows, quotes, separators.
const SPLITS: [(&str, &str); 8] = [
    ("soft-hyphens", "\u{ad}"),
    ("joiners", "\u{200d}"),
    ("quotes", "\""),
    ("dots", "."),
    ("lines", "\n"),
    ("commas", ", "),
    ("plus", "\" + \""),
    ("stars", "**"),
];

/// How many positions each combination is tried in.
const PLACES: usize = 2;

/// Every case.
#[must_use]
pub fn matrix(seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    forms(seed, &mut cases);
    tricks(seed, &mut cases);
    values(seed, &mut cases);
    vendors(seed, &mut cases);
    injections(seed, &mut cases);
    cases
}

/// A case in some places of a text and channels, drawn by its name.
struct Draft<'a> {
    family: Family,
    carrier: String,
    encoding: String,
    what: String,
    expect: Expect,
    gone: Vec<String>,
    twin: Option<(String, String)>,
    places: &'a [Position],
}

impl Draft<'_> {
    fn into(self, seed: u64, count: usize, cases: &mut Vec<Case>) {
        let name = format!("{}.{}.{}", self.family.as_str(), self.carrier, self.encoding);
        let mut draw = Draw::named(seed, &name);
        let (first, channel) = (draw.below(self.places.len()), draw.below(Channel::MATRIX.len()));
        let positions = self.places.iter().cycle().skip(first).take(count.min(self.places.len()));
        let channels = Channel::MATRIX.iter().cycle().skip(channel);
        for (position, channel) in positions.zip(channels) {
            let twin = |(text, kept): &(String, String)| Twin { input: position.place(text), kept: kept.clone() };
            cases.push(Case {
                id: format!("{name}.{}.{}", position.as_str(), channel.as_str()),
                family: self.family,
                carrier: self.carrier.clone(),
                encoding: self.encoding.clone(),
                channel: *channel,
                position: *position,
                tags: self.family.tags(),
                input: position.place(&self.what),
                expect: self.expect,
                gone: self.gone.clone(),
                twin: self.twin.as_ref().map(twin),
            });
        }
    }
}

/// Where a form of text can stand.
fn places(form: &Carrier) -> &'static [Position] {
    match form.family {
        _ if form.is_block() => &Position::BLOCK,
        Family::HtmlLink | Family::HtmlLoad | Family::Css => &Position::ALL,
        // In a document of HTML, Markdown is text.
        _ => Position::ALL.get(..Position::ALL.len() - 1).unwrap_or(&[]),
    }
}

/// The data that would go out: it looks like nothing else.
fn data(draw: &mut Draw) -> String {
    draw.text("bcdfghjkmnpqrstvwxz", 14)
}

fn forms(seed: u64, cases: &mut Vec<Case>) {
    let further = FURTHER.iter().flat_map(|form| [Code::Plain, Code::Entities].map(|code| (form, code)));
    let forms = FORMS.iter().flat_map(|form| ADDRESSES.into_iter().map(move |code| (form, code))).chain(further);
    for (form, code) in forms {
        let mut draw = Draw::named(seed, &format!("{}.{}", form.id, code.as_str()));
        let data = data(&mut draw);
        let Some(url) = carrier::written(&format!("https://{HOST}/c?d={data}"), code) else { continue };
        let kept = format!("{ALLOWED}{}", data.get(..6).unwrap_or_default());
        let twin = form.kept && code == Code::Plain;
        let draft = Draft {
            family: form.family,
            carrier: form.id.to_owned(),
            encoding: code.as_str().to_owned(),
            what: form.to(&url),
            expect: Expect::Unreachable,
            gone: vec![data],
            twin: twin.then(|| (form.to(&kept), kept)),
            places: places(form),
        };
        // The twins of the plain ones are what over-blocking is measured by.
        draft.into(seed, if code == Code::Plain { usize::MAX } else { PLACES }, cases);
    }
}

fn tricks(seed: u64, cases: &mut Vec<Case>) {
    let tried = |form: &&Carrier| TRIED.contains(&form.id);
    for form in FORMS.iter().filter(tried) {
        for target in TRICKS.iter().filter(|target| is_whole(form, target)) {
            let data = data(&mut Draw::named(seed, &format!("{}.{}", form.id, target.id)));
            let draft = Draft {
                family: target.family,
                carrier: format!("{}-{}", target.id, form.id),
                encoding: Code::Plain.as_str().to_owned(),
                what: form.to(&target.with(&data)),
                expect: Expect::Unreachable,
                gone: Vec::new(),
                twin: None,
                places: places(form),
            };
            draft.into(seed, PLACES, cases);
        }
    }
}

/// Whether that destination is one there: a bare one ends with a space, and is one only where it begins as one.
fn is_whole(form: &Carrier, target: &Target) -> bool {
    let bare = ["bare", "autolink", "css-style"].contains(&form.id);
    !bare || (target.is_word() && (target.form.contains("://") || target.form.starts_with("//")))
}

fn values(seed: u64, cases: &mut Vec<Case>) {
    let value = registered(seed);
    let singles = Code::ALL.into_iter().filter(|code| code.is_promised_for_values()).map(Encoding::of);
    let mut forms: Vec<(String, String)> =
        singles.chain(Encoding::nestings()).map(|encoding| (encoding.name(), encoding.apply(&value))).collect();
    forms.push(("lower".to_owned(), value.to_lowercase()));
    for (name, separator) in SPLITS {
        let parts: Vec<String> = value.chars().map(String::from).collect();
        forms.push((format!("split-{name}"), parts.join(separator)));
        let (head, tail) = value.split_at(value.len() / 2);
        forms.push((format!("halves-{name}"), format!("{head}{}{tail}", separator.repeat(3))));
    }
    for (code, offset) in [(Code::Base64, 1), (Code::Base64, 2), (Code::Hex, 1), (Code::Base32, 3)] {
        let within = format!("{}{value} and so on", "#".repeat(offset));
        forms.push((format!("within-{}-{offset}", code.as_str()), code.apply(&within)));
    }
    for (encoding, what) in forms {
        let draft = Draft {
            family: Family::Registered,
            carrier: "value".to_owned(),
            encoding,
            gone: vec![what.clone()],
            what,
            expect: Expect::Gone,
            twin: None,
            places: Position::ALL.get(..4).unwrap_or(&[]),
        };
        draft.into(seed, 4, cases);
    }
}

fn vendors(seed: u64, cases: &mut Vec<Case>) {
    for vendor in VENDORS {
        for round in 0..3 {
            let (what, gone) = vendor_secret(vendor, seed + round);
            let draft = Draft {
                family: Family::Vendor,
                carrier: vendor.id.to_owned(),
                encoding: format!("plain-{round}"),
                what,
                expect: Expect::Gone,
                gone,
                twin: None,
                places: &Position::ALL,
            };
            draft.into(seed, PLACES, cases);
        }
    }
}

fn injections(seed: u64, cases: &mut Vec<Case>) {
    for injection in INJECTIONS {
        let fits = |code: &Code| injection.text.is_ascii() || code.is_for_any_script();
        let singles = Code::ALL.into_iter().filter(fits).map(Encoding::of);
        for encoding in singles.chain(Encoding::nestings()) {
            let plain = encoding == Encoding::of(Code::Plain);
            let draft = Draft {
                family: if plain { Family::Plain } else { Family::Encoded },
                carrier: injection.id.to_owned(),
                encoding: encoding.name(),
                what: encoding.apply(injection.text),
                expect: Expect::Flagged,
                gone: Vec::new(),
                twin: None,
                places: Position::ALL.get(..6).unwrap_or(&[]),
            };
            draft.into(seed, if plain { 6 } else { 1 }, cases);
        }
    }
}
