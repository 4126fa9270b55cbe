//! The servers of a run: one set for each number of upstreams, all up at the same time.

use crate::catalogue;
use crate::cores::Cores;
use crate::gateway::{self, Admitted};
use crate::pki::{Pair, Pki};
use crate::process::{Running, command};
use crate::proxy::Mode;
use crate::stage::Admin;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;
use serde::Serialize;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// What stands between the load generator and the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// Nothing.
    Direct,
    /// A reverse proxy that passes bodies on.
    Stream,
    /// A reverse proxy that parses JSON both ways.
    Json,
    /// Casemate over plain HTTP.
    Casemate,
    /// The same, where the rules admit all of a long list.
    CasemateAll,
    /// The same with every rule of the output filter off.
    CasemateOff,
    /// The JSON proxy behind mutual TLS.
    JsonTls,
    /// Casemate behind mutual TLS.
    CasemateTls,
}

impl Row {
    /// All rows, in the order of the tables.
    pub const ALL: [Self; 8] = [
        Self::Direct,
        Self::Stream,
        Self::Json,
        Self::Casemate,
        Self::CasemateAll,
        Self::CasemateOff,
        Self::JsonTls,
        Self::CasemateTls,
    ];
    /// The rows of calls.
    pub const CALLS: [Self; 6] =
        [Self::Direct, Self::Stream, Self::Json, Self::Casemate, Self::JsonTls, Self::CasemateTls];
    /// The rows of long lists.
    pub const LISTS: [Self; 5] = [Self::Direct, Self::Stream, Self::Json, Self::Casemate, Self::CasemateAll];
    /// The rows of calls with the output filter on and off.
    pub const FILTER: [Self; 4] = [Self::Direct, Self::Json, Self::Casemate, Self::CasemateOff];

    /// Its name in the tables.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Stream => "hyper proxy",
            Self::Json => "JSON proxy",
            Self::Casemate => "Casemate",
            Self::CasemateAll => "Casemate, all admitted",
            Self::CasemateOff => "Casemate, filter off",
            Self::JsonTls => "JSON proxy, mTLS",
            Self::CasemateTls => "Casemate, mTLS",
        }
    }

    /// The row that its processor time is compared with: the JSON proxy on the same transport.
    #[must_use]
    pub const fn baseline(self) -> Self {
        match self {
            Self::JsonTls | Self::CasemateTls => Self::JsonTls,
            _ => Self::Json,
        }
    }

    const fn tls(self) -> bool {
        matches!(self, Self::JsonTls | Self::CasemateTls)
    }

    const fn is_casemate(self) -> bool {
        matches!(self, Self::Casemate | Self::CasemateAll | Self::CasemateOff | Self::CasemateTls)
    }
}

/// The name of upstream `index` in paths and in the configuration.
#[must_use]
pub fn server_name(index: usize) -> String {
    format!("s{index:02}")
}

/// Which upstream a path such as `/mcp/s07` names.
#[must_use]
pub fn server_index(path: &str) -> Option<usize> {
    path.strip_prefix("/mcp/s")?.parse().ok()
}

/// Where the programs are and run.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The folder with `upstream`, `proxy` and `load`.
    pub dir: PathBuf,
    /// The gateway.
    pub casemate: PathBuf,
    /// Where they run; `None` leaves it to the scheduler.
    pub cores: Option<Cores>,
}

/// One server of a fleet.
#[derive(Debug)]
pub struct Hop {
    /// Its row.
    pub row: Row,
    /// Its process; `None` for [`Row::Direct`].
    pub process: Option<Running>,
    /// The URLs that reach each upstream.
    pub urls: Vec<String>,
    /// The authority and the client's pair, for TLS.
    pub tls: Option<(PathBuf, Pair)>,
    /// The admin listener of a gateway with long lists.
    pub admin: Option<Admin>,
}

impl Hop {
    /// How many of an upstream's `items` come through.
    #[must_use]
    pub const fn items(&self, items: usize) -> usize {
        if matches!(self.row, Row::Casemate) { catalogue::admitted(items) } else { items }
    }
}

/// What a fleet consists of.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// How many upstreams there are.
    pub upstreams: usize,
    /// How many items the lists of each have; none: its own few tools.
    pub items: usize,
    /// The rows that are started.
    pub rows: &'a [Row],
}

impl Shape<'_> {
    /// Every row, for one number of upstreams.
    #[must_use]
    pub const fn of(upstreams: usize) -> Self {
        Self { upstreams, items: 0, rows: &Row::CALLS }
    }
}

/// All servers for one number of upstreams.
#[derive(Debug)]
pub struct Fleet {
    /// How many upstreams there are.
    pub upstreams: usize,
    /// How many items the lists of each have; none: its own few tools.
    pub items: usize,
    /// The hops that run.
    pub hops: Vec<Hop>,
    /// The rows that could not be started, and why.
    pub missing: Vec<(Row, String)>,
    _upstreams: [Running; 2],
}

impl Fleet {
    /// Starts everything; files go to `dir`. A hop of Casemate that does not start becomes [`Fleet::missing`].
    ///
    /// # Errors
    /// The upstream or a proxy does not start.
    pub fn start(programs: &Programs, pki: &Pki, dir: &Path, shape: Shape<'_>) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let cores = programs.cores;
        let start = |name: &str, core| start_upstream(programs, &dir.join(format!("{name}.log")), shape, core);
        let (behind, addresses) = start("upstream", cores.map(|cores| cores.upstream))?;
        let (beside, direct) = start("direct", cores.map(|cores| cores.hop))?;
        let site = Site { programs, pki, dir, addresses, direct, items: shape.items };
        let Shape { upstreams, items, .. } = shape;
        let mut fleet = Self { upstreams, items, hops: Vec::new(), missing: Vec::new(), _upstreams: [behind, beside] };
        for row in shape.rows.iter().copied() {
            match site.hop(row) {
                Ok(hop) => fleet.hops.push(hop),
                Err(error) if row.is_casemate() => fleet.missing.push((row, format!("{error:#}"))),
                Err(error) => return Err(error),
            }
        }
        Ok(fleet)
    }
}

struct Site<'a> {
    programs: &'a Programs,
    pki: &'a Pki,
    dir: &'a Path,
    /// The upstream behind the hops.
    addresses: Vec<SocketAddr>,
    /// The upstream of the direct call: it runs where a hop would, so that a hop adds one change of core and back.
    direct: Vec<SocketAddr>,
    items: usize,
}

fn start_upstream(
    programs: &Programs,
    log: &Path,
    shape: Shape<'_>,
    core: Option<usize>,
) -> Result<(Running, Vec<SocketAddr>)> {
    let mut upstream = command(&programs.dir.join("upstream"));
    upstream.arg("--listeners").arg(shape.upstreams.to_string()).arg("--items").arg(shape.items.to_string());
    let upstream = Running::start(upstream, core, shape.upstreams, log)?;
    let addresses = upstream.lines().iter().map(|line| listening(line)).collect::<Result<_>>()?;
    Ok((upstream, addresses))
}

impl Site<'_> {
    fn hop(&self, row: Row) -> Result<Hop> {
        // Only what is asked about lists is asked at an admin listener.
        let has_admin = self.items > 0 && row.is_casemate();
        let admin = if has_admin { Some(Admin::new(free_port()?, self.pki)) } else { None };
        let (process, urls) = match row {
            Row::Direct => (None, self.direct.iter().map(|address| format!("http://{address}/mcp")).collect()),
            Row::Stream => self.proxy(row, Mode::Stream)?,
            Row::Json | Row::JsonTls => self.proxy(row, Mode::Json)?,
            Row::Casemate | Row::CasemateAll | Row::CasemateOff | Row::CasemateTls => {
                self.casemate(row, admin.as_ref())?
            }
        };
        let tls = row.tls().then(|| (self.pki.ca.clone(), self.pki.client.clone()));
        Ok(Hop { row, process, urls, tls, admin })
    }

    fn urls(&self, base: &str) -> Vec<String> {
        (0..self.addresses.len()).map(|index| format!("{base}/mcp/{}", server_name(index))).collect()
    }

    fn core(&self) -> Option<usize> {
        self.programs.cores.map(|cores| cores.hop)
    }

    fn log(&self, row: Row) -> PathBuf {
        self.dir.join(format!("{row:?}.log"))
    }

    fn proxy(&self, row: Row, mode: Mode) -> Result<(Option<Running>, Vec<String>)> {
        let mut proxy = command(&self.programs.dir.join("proxy"));
        let mode = mode.to_possible_value().context("a mode")?;
        proxy.arg("--mode").arg(mode.get_name());
        for address in &self.addresses {
            proxy.arg("--upstream").arg(address.to_string());
        }
        let mut scheme = "http";
        if row.tls() {
            proxy.args(tls_args(&self.pki.ca, &self.pki.server));
            scheme = "https";
        }
        let proxy = Running::start(proxy, self.core(), 1, &self.log(row))?;
        let address = listening(proxy.lines().first().map_or("", String::as_str))?;
        Ok((Some(proxy), self.urls(&format!("{scheme}://{address}"))))
    }

    fn casemate(&self, row: Row, admin: Option<&Admin>) -> Result<(Option<Running>, Vec<String>)> {
        if !self.programs.casemate.is_file() {
            bail!("{} does not exist", self.programs.casemate.display());
        }
        let dir = self.dir.join(format!("{row:?}"));
        std::fs::create_dir_all(&dir)?;
        let config = dir.join("casemate.yaml");
        let pki = row.tls().then_some(self.pki);
        let mut text = gateway::config(free_port()?, &self.addresses, Admitted::of(row, self.items), pki);
        if row == Row::CasemateOff {
            text.push_str(gateway::FILTER_OFF);
        }
        text.extend(admin.map(|admin| admin.config(self.pki)));
        std::fs::write(&config, text)?;
        let mut casemate = command(&self.programs.casemate);
        casemate.arg("serve").arg("--config").arg(&config).arg("--state").arg(dir.join("state"));
        let casemate = Running::start(casemate, self.core(), 1, &self.log(row))?;
        let base = url(casemate.lines().first().map_or("", String::as_str), row.tls())?;
        Ok((Some(casemate), self.urls(&base)))
    }
}

/// The arguments for one side of TLS.
#[must_use]
pub fn tls_args<'a>(ca: &'a Path, pair: &'a Pair) -> [&'a OsStr; 6] {
    let flag = OsStr::new;
    [flag("--ca"), ca.as_os_str(), flag("--cert"), pair.cert.as_os_str(), flag("--key"), pair.key.as_os_str()]
}

fn listening(line: &str) -> Result<SocketAddr> {
    let address = line.strip_prefix("listening ").with_context(|| format!("`{line}` does not say where it listens"))?;
    address.parse().with_context(|| format!("`{address}` is no address"))
}

/// The base URL in a line, without a slash at its end.
fn url(line: &str, tls: bool) -> Result<String> {
    let scheme = if tls { "https://" } else { "http://" };
    let word = line.split_whitespace().find(|word| word.starts_with(scheme));
    let authority = word.and_then(|word| word.strip_prefix(scheme)?.split('/').next()).filter(|a| !a.is_empty());
    Ok(format!("{scheme}{}", authority.with_context(|| format!("no {scheme} URL in `{line}`"))?))
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_path_agree() {
        for index in [0, 7, 59, 100] {
            assert_eq!(server_index(&format!("/mcp/{}", server_name(index))), Some(index));
        }
        for path in ["/mcp/", "/mcp/s", "/mcp/x01", "/s01", "/mcp/s01/x"] {
            assert_eq!(server_index(path), None, "{path}");
        }
    }

    #[test]
    fn the_url_is_found_in_the_first_line() {
        assert_eq!(url("http://127.0.0.1:8/", false).unwrap(), "http://127.0.0.1:8");
        assert_eq!(url("serving https://127.0.0.1:8/mcp (mTLS)", true).unwrap(), "https://127.0.0.1:8");
        assert!(url("http://127.0.0.1:8", true).is_err());
        assert!(url("", false).is_err());
    }
}
