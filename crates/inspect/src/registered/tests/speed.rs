//! speed
use super::*;
fn cpu() -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat").unwrap().split(' ').next().unwrap().parse::<f64>().unwrap()
        / 1e9
}
#[test]
#[ignore]
fn speed() {
    let mut draw = Draw(5);
    let md = std::fs::read_to_string("/tmp/wt/registered/ARCHITECTURE.md").unwrap().repeat(200);
    let lock = std::fs::read_to_string("/tmp/wt/registered/Cargo.lock").unwrap().repeat(80);
    let rs = std::fs::read_to_string("/tmp/wt/registered/crates/inspect/src/registered/search.rs").unwrap().repeat(800);
    let json = format!("{:?}", format!("{:?}", rs));
    let noise: Vec<u8> = (0..6_000_000).map(|_| draw.next().to_be_bytes()[0]).collect();
    let words =
        "the quick brown fox jumps over the lazy dog while many people look on in silence and say nothing at all. "
            .repeat(80000);
    let cjk = "東京は日本の首都です。漢字とかな。".repeat(100000);
    for n in [1usize, 10, 1000] {
        let values: Vec<String> = (0..n).map(|i| draw.of(ALNUM, 12 + i % 40)).collect();
        let reg = registered(&values);
        for (name, text) in [
            ("words", &words),
            ("md", &md),
            ("lock", &lock),
            ("rs", &rs),
            ("json in json", &json),
            ("b64", &STANDARD.encode(&noise)),
            ("cjk", &cjk),
        ] {
            let t = cpu();
            let hits = find(&reg, text);
            let e = cpu() - t;
            println!("{n} {name} {} MB {:.0} MB/s {}", text.len() / 1000000, text.len() as f64 / e / 1e6, hits.len());
        }
        let t = cpu();
        let mut s = 0;
        for i in 0..1000 {
            s += reg.pending(&md[..md.floor_char_boundary(5000 + i * 13)]);
        }
        println!("pending {} us {s}", (cpu() - t) * 1e3);
    }
}
