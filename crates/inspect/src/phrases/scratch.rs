#[test]
fn scratch() {
    let Ok(path) = std::env::var("SCRATCH") else { return };
    let all = std::fs::read_to_string(path).unwrap();
    for (n, text) in all.split('\u{1}').enumerate() {
        let mut out = Vec::new();
        super::find(text, &mut out);
        let rules: std::collections::BTreeSet<_> = out.iter().map(|m| format!("{}/{:?}", m.rule, m.view)).collect();
        println!("@@{n} {}", rules.into_iter().collect::<Vec<_>>().join(","));
    }
}
