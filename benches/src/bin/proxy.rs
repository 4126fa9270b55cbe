//! A bare hyper reverse proxy: what any hop costs.

use anyhow::Result;
use casemate_benches::proxy::{Mode, Proxy};
use casemate_benches::tls::TlsArgs;
use casemate_benches::wire::serve;
use clap::Parser;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;

/// Sends `/mcp/sNN` to the NNth upstream. Prints `listening ADDRESS`.
#[derive(Parser)]
struct Args {
    /// What happens to bodies
    #[arg(long, value_enum)]
    mode: Mode,
    /// Address of an upstream; repeat for more
    #[arg(long, required = true)]
    upstream: Vec<SocketAddr>,
    #[command(flatten)]
    tls: TlsArgs,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let proxy = Proxy::new(args.mode, &args.upstream)?;
    let tls = args.tls.acceptor()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(std::io::stdout(), "listening {}", listener.local_addr()?)?;
    serve(listener, tls, move |request| proxy.clone().carry(request)).await
}
