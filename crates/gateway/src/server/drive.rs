//! Driving a connection to its end: it finishes on drain, when nothing moves, when a head does not come, when its
//! certificate is no longer trusted, and when its peer has failed too often.

use crate::connection::Connection;
use crate::gateway::{Gateway, draining};
use crate::server::refused;
use casemate_core::Reason;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// How often an open connection's certificate is judged again.
const RECHECK: Duration = Duration::from_secs(60);

/// The time-outs of a connection.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// For a head, from its beginning; for the first one, from the opening of the connection.
    pub(super) header: Duration,
    /// Without any movement.
    pub(super) idle: Duration,
    /// For what still runs when the connection has been ended.
    pub(super) drain: Duration,
}

/// How far the end has come.
#[derive(Default)]
struct End {
    /// When it was asked to finish.
    asked: Option<Instant>,
    /// When it is closed whatever still runs: a peer need not follow the request to finish.
    close: Option<Instant>,
}

/// Drives a connection to its end.
pub(super) async fn drive<C: Future<Output = Result<(), hyper::Error>>>(
    gateway: &Arc<Gateway>,
    connection: &Connection,
    driven: C,
    finish: impl Fn(Pin<&mut C>),
    patience: Patience,
) -> Result<(), hyper::Error> {
    let mut driven = pin!(driven);
    let mut drain = gateway.watch_drain();
    let mut generation = gateway.watch_generation();
    let mut tick = interval((patience.idle / 4).min(patience.header / 2).max(Duration::from_millis(10)));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut recheck = interval(RECHECK);
    let mut end = End::default();
    loop {
        let close = end.close;
        tokio::select! {
            ended = driven.as_mut() => return ended,
            () = draining(&mut drain), if end.asked.is_none() => {
                end.asked = Some(Instant::now());
                finish(driven.as_mut());
            }
            changed = generation.changed(), if close.is_none() => {
                if changed.is_ok() && !connection.is_trusted(gateway) {
                    connection.end();
                }
            }
            // Certificates and revocation lists end without any reload.
            _ = recheck.tick(), if close.is_none() => {
                if !connection.is_trusted(gateway) {
                    connection.end();
                }
            }
            () = connection.ending.notified(), if close.is_none() => {
                end.asked = end.asked.or_else(|| Some(Instant::now()));
                end.close = Some(Instant::now() + patience.drain);
                finish(driven.as_mut());
            }
            () = sleep_until(close.unwrap_or_else(Instant::now)), if close.is_some() => return Ok(()),
            _ = tick.tick() => {
                if connection.is_head_overdue(patience.header) {
                    if end.asked.is_none() {
                        refused(gateway, connection, Reason::HttpHeaderTimeout);
                    }
                    return Ok(());
                }
                let stale = connection.activity.is_stale(patience.idle);
                match end.asked {
                    Some(since) if stale && since.elapsed() >= patience.idle => return Ok(()),
                    None if stale => {
                        end.asked = Some(Instant::now());
                        finish(driven.as_mut());
                    }
                    _ => {}
                }
            }
        }
    }
}
