//! x
use std::io::Read;
fn main() {
    let mut l = String::new();
    std::io::stdin().read_to_string(&mut l).unwrap();
    let (mut n, mut t, mut c) = (0, 0, std::collections::BTreeMap::<&str, usize>::new());
    for f in l.lines() {
        let Ok(s) = std::fs::read_to_string(f) else { continue };
        // texts of about 8 KiB
        let mut a = 0;
        while a < s.len() {
            let mut b = (a + 8192).min(s.len());
            while !s.is_char_boundary(b) {
                b += 1
            }
            let x = &s[a..b];
            a = b;
            n += 1;
            let mut o = vec![];
            casemate_inspect::secrets::find(x, &mut o);
            if !o.is_empty() {
                t += 1;
            }
            for m in o {
                let k = c.entry(m.rule).or_default();
                *k += 1;
                if *k <= 25 {
                    let q = m.span.start.saturating_sub(50);
                    let q = (0..=q).rev().find(|i| x.is_char_boundary(*i)).unwrap();
                    println!(
                        "{} {} | {:?}",
                        m.rule,
                        f.rsplit('/').take(3).collect::<Vec<_>>().join("<"),
                        &x[q..m.span.end.min(m.span.start + 60).max(m.span.start)]
                            .chars()
                            .take(160)
                            .collect::<String>()
                    );
                }
            }
        }
    }
    println!("TEXTS {n} TOUCHED {t} {:.3}% {c:?}", t as f64 * 100. / n as f64);
}
