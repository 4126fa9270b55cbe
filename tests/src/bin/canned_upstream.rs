//! `canned_upstream [--port N]`: prepared answers at `[/session][/tools-COUNT]/json/BYTES` and `…/sse/BYTES/EVENTS`;
//! prints `listening 127.0.0.1:N`.

use std::io::Write;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (listener, address) = casemate_tests::listen::bind(casemate_tests::listen::port_from(std::env::args())).await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening {address}")?;
    out.flush()?;
    casemate_tests::listen::serve(listener, hyper::service::service_fn(casemate_tests::canned::answer)).await;
    Ok(())
}
