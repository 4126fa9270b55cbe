//! The integration tests: one binary, so that they link once.

mod compile_fail;
mod layering;
mod tidy;

#[cfg(test)]
mod harness;

// What a caller is refused for, from the outside in.
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod modes;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod upstreams;
