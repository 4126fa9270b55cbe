//! The integration tests: one binary, so that they link once.

#[cfg(test)]
mod compile_fail;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod layering;
#[cfg(test)]
mod tidy;

#[cfg(test)]
mod harness;

// Who is let in, and who is not.
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod modes;
#[cfg(test)]
mod tokens;

// What a caller may send, and where to.
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod secrets;

// What may come back.
#[cfg(test)]
mod input;
#[cfg(test)]
mod listen;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod output;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod service;
#[cfg(test)]
mod upstreams;
#[cfg(test)]
mod wire;

// Both at once: the revisions with sessions.
#[cfg(test)]
mod session;

// What a server says of itself.
#[cfg(test)]
mod pins;

// What changes while it runs.
#[cfg(test)]
mod admin;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod cosigned;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod export;
#[cfg(test)]
mod record;
#[cfg(test)]
mod redteam;
#[cfg(test)]
mod reload;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod vouched;
#[cfg(test)]
mod witness;

// The program as a person meets it.
#[cfg(test)]
mod commands;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod pins_cli;
#[cfg(test)]
mod query;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod rotation;

#[cfg(test)]
mod coverage;
