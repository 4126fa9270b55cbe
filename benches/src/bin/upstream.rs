//! An MCP upstream with canned answers, as fast as hyper allows.

use anyhow::Result;
use casemate_benches::answer::{Answer, Canned};
use casemate_benches::wire::{Frames, read_capped, serve};
use clap::Parser;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves MCP 2026-07-28 on loopback: tools `text_N` answer with JSON, `stream_N` with events.
/// Prints `listening ADDRESS` for each listener.
#[derive(Parser)]
struct Args {
    /// How many addresses to listen on
    #[arg(long, default_value_t = 1)]
    listeners: usize,
}

type Reply = Either<Full<Bytes>, Frames>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let canned = Arc::new(Canned::default());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..args.listeners {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(std::io::stdout(), "listening {}", listener.local_addr()?)?;
        let canned = Arc::clone(&canned);
        tasks.spawn(serve(listener, None, move |request| answer(Arc::clone(&canned), request)));
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

async fn answer(canned: Arc<Canned>, request: Request<Incoming>) -> Result<Response<Reply>> {
    if request.method() != Method::POST {
        return Ok(reply(StatusCode::METHOD_NOT_ALLOWED, "text/plain", Either::Left(Full::default())));
    }
    let body = read_capped(request.into_body()).await?;
    Ok(match canned.answer(&body) {
        Answer::Json(status, body) => {
            reply(StatusCode::from_u16(status)?, "application/json", Either::Left(Full::new(body)))
        }
        Answer::Events(events) => reply(StatusCode::OK, "text/event-stream", Either::Right(Frames::new(events))),
    })
}

fn reply(status: StatusCode, kind: &'static str, body: Reply) -> Response<Reply> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
