//! The scenes: what an agent may do, what it may not, and what becomes of a tool that changes.

use super::client::{Client, Reply};
use super::server::Mood;
use crate::out;
use casemate_core::ServerName;
use casemate_core::pin::{Finding, Kind, State};
use casemate_gateway::pins::Pins;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Plays all scenes; true if each ended as it must.
pub(super) async fn play(client: &Client) -> anyhow::Result<bool> {
    let mut good = true;
    let list = client.call("demo", "tools/list", json!({})).await?;
    let seen = tools(&list);
    good &= tell(
        "Listing shows what the caller may call",
        &list,
        seen == ["search", "read_ticket", "report"],
        &seen.join(", "),
    )?;

    let allowed = client.tool("demo", "search", json!({"query": "vacation"})).await?;
    let fine = allowed.text() == Some("search: done");
    good &= tell("An allowed call", &allowed, fine, allowed.text().unwrap_or_default())?;

    let server = client.tool("payroll", "search", json!({})).await?;
    good &= refused("A server that no rule names", &server, "policy.server")?;

    let tool = client.tool("demo", "delete_everything", json!({})).await?;
    good &= refused("A tool that no rule names", &tool, "policy.tool")?;

    let large = client.tool("demo", "search", json!({"query": "x".repeat(70_000)})).await?;
    good &= refused("A body over max_payload_bytes", &large, "http.payload_too_large")?;

    let mut limited = client.tool("demo", "report", json!({})).await?;
    for _ in 0..2 {
        limited = client.tool("demo", "report", json!({})).await?;
    }
    good &= refused("The third call of a tool with a burst of two", &limited, "limit.tool")?;

    Ok(good)
}

/// A tool changes after it was approved; then its server thinks better of it.
pub(super) async fn rug_pull(client: &Client, mood: &Mood, pins: &Pins) -> anyhow::Result<bool> {
    let server = ServerName::parse("demo")?;
    let pin = || pins.get(&server, Kind::Tool, "search");
    mood.turn(true);
    let list = client.call("demo", "tools/list", json!({})).await?;
    let seen = tools(&list);
    let hidden = !seen.iter().any(|name| name == "search") && !seen.is_empty();
    let mut good =
        tell("A rug pull: a tool whose description changed leaves the list", &list, hidden, &seen.join(", "))?;
    // What a list shows is compared at once; the next survey makes it the tool's state.
    for _ in 0..50 {
        if pin().is_none_or(|pin| pin.state == State::Changed) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let call = client.tool("demo", "search", json!({"query": "vacation"})).await?;
    good &= refused("and can no longer be called", &call, "pin.changed")?;
    if let Some(pin) = pin() {
        let diff = crate::pins::difference(&server, &pin)?;
        let lines: String = diff.lines().map(|line| format!("        {line}\n")).collect();
        let finding = |f: &Finding| format!("        {} finding: {} at {}\n", f.severity.as_str(), f.rule, f.place);
        let findings: String = pin.findings.iter().map(finding).collect();
        out::data(&format!("      casemate pins diff demo search:\n{lines}{findings}"))?;
    }
    mood.turn(false);
    let mut back = list;
    for _ in 0..50 {
        back = client.call("demo", "tools/list", json!({})).await?;
        if tools(&back).iter().any(|name| name == "search") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let seen = tools(&back);
    let shown = seen.iter().any(|name| name == "search");
    good &= tell("Offered as it was approved, it is back", &back, shown, &seen.join(", "))?;
    out::data("\n")?;
    Ok(good)
}

/// Verifies the log and says how far it reaches.
pub(super) fn log(dir: &Path) -> anyhow::Result<bool> {
    match casemate_audit::verify(dir) {
        Ok(verified) => {
            out::data(&format!("The log: {} entries, unbroken, root {}\n", verified.entries, verified.root))?;
            Ok(true)
        }
        Err(fault) => {
            out::data(&format!("The log is damaged: {fault}\n"))?;
            Ok(false)
        }
    }
}

fn tools(list: &Reply) -> Vec<String> {
    let tools = list.body.pointer("/result/tools").and_then(Value::as_array).cloned().unwrap_or_default();
    tools.iter().filter_map(|tool| tool.get("name")?.as_str().map(str::to_owned)).collect()
}

fn refused(title: &str, reply: &Reply, reason: &str) -> anyhow::Result<bool> {
    let given = reply.reason().unwrap_or("no reason");
    tell(title, reply, given == reason, given)
}

/// Says how a scene ended, with the call's status and trace.
pub(super) fn tell(title: &str, reply: &Reply, good: bool, what: &str) -> anyhow::Result<bool> {
    let mark = if good { "ok " } else { "BAD" };
    out::data(&format!("{mark} {title}\n      {} {what}  (trace {})\n", reply.status.as_u16(), reply.trace))?;
    Ok(good)
}
