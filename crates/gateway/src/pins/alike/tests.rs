//! Both of two look-alikes are flagged, and each only as long as the other is there.

use super::super::fixture::{House, Script, Server, server, tool};
use super::*;
use casemate_core::pin::Severity;

fn flags(pin: &Pin) -> Vec<(Severity, &str)> {
    let alike = pin.findings.iter().filter(|finding| finding.rule == LOOK_ALIKE);
    alike.map(|finding| (finding.severity, finding.excerpt.as_str())).collect()
}

#[tokio::test]
async fn whichever_came_first_both_are_flagged() {
    let (one, two) = (Server::start(Script::default()).await, Server::start(Script::default()).await);
    one.script().tools = vec![tool("send-mail", ""), tool("search_docs", ""), tool("list_files", ""), tool("own", "")];
    // The last pair differs in a letter, which only the newcomer's review compares.
    two.script().tools = vec![tool("send_mail", ""), tool("s\u{435}arch_docs", ""), tool("list_fires", "")];
    let house = House::start(one.address, |_| {}).await;
    house.survey().await.unwrap();
    let pins = &house.gateway.pins;
    let older = |name: &str| pins.review(&server("up"), Kind::Tool, name).unwrap();
    assert_eq!(flags(&older("send-mail")), []);
    house.survey_of("second", two.address).await;
    for (name, theirs) in
        [("send-mail", "send_mail"), ("search_docs", "s\u{435}arch_docs"), ("list_files", "list_fires")]
    {
        let flag = format!("second: {theirs}");
        assert_eq!(flags(&older(name)), [(Severity::Medium, flag.as_str())]);
        let (_, listed) = pins.reviewed().into_iter().find(|(_, pin)| pin.name == name).unwrap();
        assert_eq!(listed, older(name), "a list says the same");
        let newer = pins.review(&server("second"), Kind::Tool, theirs).unwrap();
        assert_eq!(newer.findings, pins.get(&server("second"), Kind::Tool, theirs).unwrap().findings, "nothing twice");
        assert!(flags(&newer).iter().any(|(_, text)| *text == format!("up: {name}")));
    }
    assert_eq!(flags(&older("own")), []);
    assert_eq!(pins.alike(&server("up"), "own"), []);
    assert_eq!(pins.alike(&server("up"), "send-mail").len(), 1);
    assert_eq!(flags(&pins.get(&server("up"), Kind::Tool, "send-mail").unwrap()), [], "nothing is kept of it");
    two.script().tools.clear();
    let entry = house.gateway.state().upstream(&server("second")).unwrap();
    pins.within(&house.gateway, &entry, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(flags(&older("send-mail")), []);
    assert_eq!(flags(&older("list_files")), []);
}

#[tokio::test]
async fn many_look_alikes_are_cut() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    let other = Server::start(Script::default()).await;
    other.script().tools = (0..100).map(|n| tool(&format!("e{}cho", "_".repeat(n)), "")).collect();
    house.survey_of("second", other.address).await;
    let pin = house.gateway.pins.review(&server("up"), Kind::Tool, "echo").unwrap();
    assert_eq!(flags(&pin).len(), FINDINGS);
}
