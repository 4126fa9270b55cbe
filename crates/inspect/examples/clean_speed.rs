//! How much text is cleaned per second of processor time: without any trigger, ordinary Markdown, code, HTML as a document and, beside it, by
//! ammonia alone. One thread; the best of several turns. `cargo run --release -p casemate-inspect --example clean_speed`

use casemate_inspect::{Policy, Prefix, clean, html, pending};
use std::hint::black_box;

/// Texts of about this many bytes are measured.
const SIZE: usize = 4 * 1024 * 1024;

#[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
fn measured(name: &str, len: usize, mut run: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = processor();
        run();
        best = best.min(processor() - start);
    }
    let rate = f64::from(u32::try_from(len).unwrap_or(u32::MAX)) / best / 1e6;
    println!("{name:40} {rate:8.1} MB/s");
}

/// Seconds of processor time so far, of the scheduler's account where there is one.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn processor() -> f64 {
    let account = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let spent = account.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    spent.map_or(now.as_secs_f64(), |nanos| nanos / 1e9)
}

fn repeated(unit: &str) -> String {
    unit.repeat(SIZE / unit.len() + 1)
}

fn main() {
    let mut policy = Policy::default();
    policy.allowed_links.extend(Prefix::parse("https://docs.example.com/").ok());
    policy.allowed_images.extend(Prefix::parse("https://img.example.com/").ok());
    let plain =
        repeated("The quick brown fox jumps over the lazy dog, and then it rests for a while in the shade of a tree\n");
    let prose = repeated(
        "Release 2.4 (2024-05-01) brings faster startup. Note: the cache is now on by default; see the notes below.\n\n\
         It reads `config.toml` from the home directory, e.g. /home/user/.config/app/config.toml, and \"quotes\" stay.\n\n",
    );
    let markdown = repeated(
        "## Install\n\nRun `cargo install app` or see the [manual](https://docs.example.com/manual/install?v=2) for other\n\
         ways. ![logo](https://img.example.com/logo.png \"Logo\")\n\n- [x] fast: yes\n- [ ] small: not yet\n\n\
         Most users need nothing else; those who do find it in [the reference][ref] and in `docs/`.\n\n",
    );
    let refused = repeated(
        "A paragraph of ordinary text that ends in a [link](https://other.example/path?q=1) and then goes on for a\n\
         while without anything of interest, so that the density of links is about that of a web page's text.\n\n",
    );
    let code = repeated(
        "fn main() -> Result<(), Error> {\n    let items: Vec<String> = map[\"a\"].iter().map(|x| x.to_string()).collect();\n\
         \x20   for i in 0..items.len() { if i < 10 && items[i] != \"x\" { println!(\"{}: {}\", i, items[i]); } }\n    Ok(())\n}\n",
    );
    let json =
        repeated("{\"id\":12,\"name\":\"widget\",\"tags\":[\"a\",\"b\"],\"size\":{\"w\":10.5,\"h\":20},\"ok\":true},");
    let cjk = repeated(
        "\u{6771}\u{4eac}\u{306f}\u{65e5}\u{672c}\u{306e}\u{9996}\u{90fd}\u{3067}\u{3059}\u{3002}\u{4eba}\u{53e3}\u{306f}\u{7d04}1400\u{4e07}\u{4eba}\u{3067}\u{3059}\u{3002}\n",
    );
    for (name, text) in [
        ("without triggers", &plain),
        ("ordinary prose", &prose),
        ("Markdown, all allowed", &markdown),
        ("Markdown, links refused", &refused),
        ("code", &code),
        ("JSON", &json),
        ("Japanese", &cjk),
    ] {
        measured(name, text.len(), || {
            black_box(clean(black_box(text), &policy));
        });
    }
    measured("pending, 1 KiB at a time", markdown.len(), || {
        for block in markdown.as_bytes().chunks(1024) {
            black_box(pending(std::str::from_utf8(block).unwrap_or_default(), &policy));
        }
    });
    let row = "<tr><td class=\"a\">Cell &amp; text</td><td><a href=\"https://docs.example.com/x\">link</a> and <b>bold</b></td></tr>\n";
    let kept = format!("<!DOCTYPE html><html><body><table>{}</table></body></html>", row.repeat(1200));
    let hidden = kept.replace("</table>", "</table><p hidden>x</p>");
    for (name, text) in [("HTML, nothing to change", &kept), ("HTML, something hidden", &hidden)] {
        measured(name, text.len(), || {
            black_box(html::clean_document(black_box(text), &policy, html::BYTES));
        });
    }
    measured("HTML by ammonia alone", kept.len(), || {
        black_box(ammonia::clean(black_box(&kept)));
    });
}
