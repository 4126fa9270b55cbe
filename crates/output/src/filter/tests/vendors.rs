//! Credentials of vendors as their documentation shows them, at the default policy and in the places where they are met.
//!
//! The list is written from what vendors publish and not from the table of formats; each credential is made here.

use crate::{Filter, Policy, Scope};
use std::sync::Arc;

/// A small generator (SplitMix64).
struct Draw(u64);

impl Draw {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn of(&mut self, alphabet: &str, len: usize) -> String {
        let one = |_| char::from(alphabet.as_bytes()[usize::try_from(self.next() % alphabet.len() as u64).unwrap()]);
        (0..len).map(one).collect()
    }
}

/// The letters of a class: `A` letters and digits, `a` lower case, `U` upper case, `h` hexadecimal, `H` in upper case, `d`
/// digits, `b` base64, `u` base64url, `w` word characters, `2` base32, `5` base58, `z` bech32, `Z` in upper case.
fn alphabet(class: char) -> &'static str {
    match class {
        'A' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        'a' => "abcdefghijklmnopqrstuvwxyz0123456789",
        'U' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        'h' => "0123456789abcdef",
        'H' => "0123456789ABCDEF",
        'd' => "0123456789",
        'b' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        'u' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        'w' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
        '2' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        '5' => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        'z' => "023456789acdefghjklmnpqrstuvwxyz",
        'Z' => "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
        other => panic!("no class {other}"),
    }
}

/// A credential by its template: `{A20}` is twenty characters of a class, `{uuid}` a UUID.
fn make(template: &str, draw: &mut Draw) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, more)) = rest.split_once('{') {
        out.push_str(before);
        let (class, behind) = more.split_once('}').unwrap();
        rest = behind;
        if class == "uuid" {
            let hex = draw.of(alphabet('h'), 32);
            out.push_str(&format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]));
        } else {
            out.push_str(&draw.of(alphabet(class.chars().next().unwrap()), class[1..].parse().unwrap()));
        }
    }
    out + rest
}

/// Name, template, and the key beside which alone it can be told, where it has nothing of its own.
const VENDORS: &str = include_str!("vendors.txt");

/// What has nothing of its own needs its key: `NAME` in the place of the key.
const KEYED: &[&str] = &[
    "export NAME=VALUE\nexport OTHER=1\n",
    "NAME=\"VALUE\"\n",
    "{\"region\": \"eu\", \"NAME\": \"VALUE\"}\n",
    "env:\n  NAME: VALUE\n  other: 1\n",
    "const NAME = 'VALUE';\n",
    "started with NAME=VALUE on port 8080\n",
];

const PLACES: &[&str] = &[
    "VALUE",
    "The one to use is VALUE, as of today.\n",
    "export SETTING=VALUE\n",
    "{\"id\": 7, \"note\": \"VALUE\"}\n",
    "setting: VALUE\nother: 1\n",
    "https://api.example.com/v1/items?page=2&x=VALUE\n",
    "curl -H 'Authorization: Bearer VALUE' https://api.example.com/\n",
    "let client = Client::new(\"VALUE\");\n",
    "2026-01-02T03:04:05Z INFO worker[7]: using VALUE in 3 ms\n",
    "| name | `VALUE` |\n",
];

fn filter() -> Arc<Filter> {
    Policy::default().filter(&Scope::default(), 0)
}

#[test]
fn credentials_of_vendors_go_in_every_place() {
    let filter = filter();
    let (mut all, mut missed, mut formats, mut known) = (0, Vec::new(), 0, 0);
    for line in VENDORS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut columns = line.split(' ').filter(|column| !column.is_empty());
        let (name, template, key) = (columns.next().unwrap(), columns.next().unwrap(), columns.next());
        formats += 1;
        let mut own = 0;
        for (number, place) in key.map_or(PLACES, |_| KEYED).iter().enumerate() {
            let mut draw = Draw(u64::from(name.bytes().map(u32::from).sum::<u32>()) * 1000 + number as u64);
            let value = make(template, &mut draw);
            let text = place.replace("VALUE", &value).replace("NAME", key.unwrap_or_default());
            all += 1;
            let out = filter.text(&text).text.into_owned();
            let core: String = value.chars().skip(value.len() / 3).take(value.len() / 2).collect();
            if out.contains(&core) {
                missed.push(format!("{name}: {text}"));
            } else {
                own += 1;
            }
        }
        known += usize::from(own * 2 > PLACES.len());
    }
    println!("{known} of {formats} formats, {} of {all} places", all - missed.len());
    let head = missed.iter().take(400).cloned().collect::<Vec<_>>().join("\n");
    assert!(formats >= 200, "{formats}");
    assert!(missed.len() * 100 <= all * 3, "{} of {all} missed:\n{head}", missed.len());
}
