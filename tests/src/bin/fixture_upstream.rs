//! `fixture_upstream [--port N]`: the fixture MCP server at `http://127.0.0.1:N/mcp`; prints `listening 127.0.0.1:N`.

use std::io::Write;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (listener, address) = casemate_tests::listen::bind(casemate_tests::listen::port_from(std::env::args())).await?;
    let service = casemate_tests::fixture::http(address)?;
    let mut out = std::io::stdout();
    writeln!(out, "listening {address}")?;
    out.flush()?;
    casemate_tests::listen::serve(listener, service).await;
    Ok(())
}
