//! A person reviews what is new.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_reviews_at_the_command_line() {
    let upstream = Hostile::start().await.expect("an upstream");
    upstream.on("tools/list", tools("Finds documents."));
    let desk = Desk::new(upstream.address());
    let (_, words) = desk.expect(&["pins", "list"], 2);
    assert!(words.contains("casemate serve"), "{words}");
    let gateway = desk.serve();
    desk.until(&["files", "tool", "search", "pending"]).await;
    let (table, _) = desk.expect(&["pins", "list"], 1);
    assert!(table.starts_with("SERVER") && table.contains("greet"), "{table}");
    let (list, _) = desk.expect(&["pins", "list", "--server", "files", "--state", "pending", "--json"], 1);
    let list: Value = serde_json::from_str(&list).expect("JSON");
    assert!(list["pins"].as_array().is_some_and(|pins| pins.len() >= 3), "{list}");
    desk.expect(&["pins", "list", "--state", "blocked"], 0);

    let (shown, _) = desk.expect(&["pins", "show", "files", "search"], 0);
    assert!(shown.contains("\"description\": \"Finds documents.\"") && shown.contains("by survey"), "{shown}");
    let (diff, _) = desk.expect(&["pins", "diff", "files", "tool", "search"], 1);
    assert!(diff.contains("- approved  nothing") && diff.contains("the whole (new)"), "{diff}");
    // The name is one of a prompt as well.
    let (_, words) = desk.expect(&["pins", "show", "files", "greet"], 2);
    assert!(words.contains("one of tool, prompt"), "{words}");
    let (_, words) = desk.expect(&["pins", "show", "files", "nothing"], 2);
    assert!(words.starts_with("error: pin.missing: ") && words.contains("help: "), "{words}");

    let digest = desk.digest("search");
    for arguments in [&["--yes"][..], &["--digest", &digest], &[]] {
        let (out, words) = desk.expect(&[&["pins", "approve", "files", "search"][..], arguments].concat(), 2);
        assert!(out.is_empty() && words.contains("--digest"), "{words}");
    }
    for bad in ["abc", "sha256:", &digest[..70], &format!("{digest}0")] {
        let (out, words) = desk.expect(&["pins", "approve", "files", "search", "--yes", "--digest", bad], 2);
        assert!(out.is_empty() && words.contains("64 hexadecimal digits") && !words.contains("pin."), "{words}");
    }
    let zeros = "0".repeat(64);
    let (out, words) = desk.expect(&["pins", "approve", "files", "search", "--yes", "--digest", &zeros], 1);
    assert!(out.is_empty() && words.starts_with("error: pin.moved: "), "{words}");
    let auditor = ["--certificate", "pki/auditor.pem", "--key", "pki/auditor.key"];
    let approve = ["pins", "approve", "files", "search", "--yes", "--digest", &digest];
    let (out, words) = desk.expect(&[&approve[..], &auditor].concat(), 2);
    assert!(out.is_empty() && words.contains("error: admin.role: "), "{words}");
    std::fs::write(desk.path().join("token"), "a.b.c\n").expect("a file");
    let (_, words) = desk.expect(&["pins", "list", "--token-file", "token"], 2);
    assert!(words.contains("error: auth.token_unexpected: "), "{words}");
    assert!(desk.expect(&["pins", "list", "--state", "approved"], 0).0.is_empty());

    let (out, words) = desk.expect(&approve, 0);
    assert_eq!(out, format!("approved files tool search {digest}\n"));
    assert!(words.contains("Finds documents."), "what is approved is shown: {words}");
    desk.expect(&["pins", "diff", "files", "search"], 0);
    let (code, screen) = desk.at_a_terminal("pins approve files tool greet", "n\n");
    assert_eq!(code, 1, "{screen}");
    assert!(screen.contains("Says hello.") && screen.contains("[y/N]") && screen.contains("left as it is"), "{screen}");
    let (code, screen) = desk.at_a_terminal("pins approve files tool greet", "y\n");
    assert!(code == 0 && screen.contains("approved files tool greet sha256:") && screen.contains('\u{1b}'), "{screen}");
    let (out, _) = desk.expect(&["pins", "approve", "--all", "--server", "files", "--yes"], 0);
    assert!(out.contains("approved files tool count sha256:") && !out.contains("search"), "{out}");
    desk.expect(&["pins", "list"], 0);
    gateway.stop();
}
