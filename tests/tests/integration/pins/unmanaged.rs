//! Tools that do more than read: by their exact name or not at all.

use super::*;

/// `mail`, `mail_all` and `Mail` are not under `read_only`.
async fn mailing(eras: Eras, change: impl FnOnce(&mut Plan)) -> SessionHouse {
    house(eras, "trust-first", |plan, puppet| {
        puppet.set_tools(json!([tool("echo", ""), tool("mail", ""), tool("mail_all", ""), tool("Mail", "")]));
        change(plan);
    })
    .await
}

fn name_mail(plan: &mut Plan) {
    plan.patch(&json!({ "tenants": { "acme": { "unmanaged_tools": { "up": ["mail"] } } } }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pattern_reaches_only_what_only_reads() {
    for (eras, revision) in ERAS {
        let house = mailing(eras, |plan| {
            let rules = json!([{ "servers": ["up"], "tools": ["**", "mail", "m?il", "mail*"] }]);
            plan.patch(&json!({ "tenants": { "acme": { "rules": rules } } }));
        })
        .await;
        let talk = Talk::begin(&house, "up", revision).await;
        assert_eq!(tools(&house, &talk).await, ["echo"]);
        served(&house, &talk.tool("echo")).await;
        for name in ["mail", "mail_all", "Mail", "no such tool"] {
            refused(&house, &talk.tool(name), "policy.unmanaged").await;
        }
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exact_name_reaches_one_tool_and_its_pin_counts_as_well() {
    for (eras, revision) in ERAS {
        let house = mailing(eras, name_mail).await;
        let talk = Talk::begin(&house, "up", revision).await;
        assert_eq!(tools(&house, &talk).await, ["echo", "mail"]);
        served(&house, &talk.tool("mail")).await;
        for name in ["mail_all", "Mail", "MAIL", "mai"] {
            refused(&house, &talk.tool(name), "policy.unmanaged").await;
        }
        house.puppet.set_tools(json!([tool("echo", ""), tool("mail", "Sends mail to anyone.")]));
        assert_eq!(tools(&house, &talk).await, ["echo"]);
        refused(&house, &talk.tool("mail"), CHANGED).await;
        decide_later(&house, "mail").await;
        served(&house, &talk.tool("mail")).await;
        house.finish().await;
    }
}

async fn decide_later(house: &SessionHouse, name: &str) {
    until(house, Kind::Tool, name, State::Changed).await;
    decide(house, "approve", Kind::Tool, name).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_for_one_tenant_and_one_server() {
    let house = mailing(Eras::Both, name_mail).await;
    let talk = Talk::Modern;
    served(&house, &talk.tool("mail")).await;
    refused(&house, &talk.tool("mail").to("hidden"), "policy.unmanaged").await;
    let other = Authority::shared().client("spiffe://globex.example/agent");
    let call = talk.tool("mail");
    house.turned_away(&house.holder(&other), &call, "policy.unmanaged").await;
    house.finish().await;
}

#[test]
fn the_check_says_what_is_reached_by_name() {
    let mut plan = Plan::with(crate::harness::idle_upstream(), crate::harness::idle_upstream());
    name_mail(&mut plan);
    plan.write();
    let mut check = crate::harness::binary::command(crate::harness::binary::casemate());
    let output = check.args(["check", "--config"]).arg(plan.file()).env_clear().output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("unmanaged: acme → up: tool mail"), "{output:?}");
}
