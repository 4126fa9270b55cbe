//! The self-test of a bucket: each thing that compliance mode forbids is tried, and each right that it takes is shown.
//!
//! A refusal proves something only if the credentials could have done it. So before retention is shortened it is
//! extended, and before the version is deleted a delete marker's version is, which no lock protects.

use super::S3;
use super::lock::{self, BYPASS, COMPLIANCE, GOVERNANCE};
use super::request::{Answer, Ask};
use crate::config::ProbePlan;
use crate::error::ArchiveError;
use crate::object::{Key, Object, Source, Stored, Version};
use crate::probe::{Step, Verdict};
use bytes::Bytes;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use http::StatusCode;
use rusty_s3::Method;
use std::time::Duration;

const OTHER: &[u8] = b"This took the place of a probe.\n";

/// By how much retention is extended and then shortened again.
const EXTENSION_MILLIS: u64 = 60_000;

/// A probe must not come out of its retention while it is being looked at.
const SHORTEST: Duration = Duration::from_mins(2);

/// A self-test under way.
struct Run<'a> {
    s3: &'a S3,
    stored: Stored,
    version: Version,
    /// Until when the probe must be retained by now.
    until: UnixMillis,
    steps: Vec<Step>,
}

/// Runs all steps; only the first if the probe cannot be written.
pub(super) async fn steps(s3: &S3, plan: &ProbePlan) -> Vec<Step> {
    let (stored, version) = match write(s3, plan).await {
        Ok(written) => written,
        Err(error) => {
            let verdict = if error.may_pass() { Verdict::Unproven } else { Verdict::Broken };
            let got = format!("{}: {error}", error.name());
            return vec![Step { name: "write", expected: "stored, versioned, checked and locked", got, verdict }];
        }
    };
    let until = stored.retain_until;
    let mut run = Run { s3, stored, version, until, steps: Vec::new() };
    run.push("write", "stored, versioned, checked and locked", "as expected", Verdict::Held);
    run.read("read").await;
    run.overwrite().await;
    if plan.legal_hold {
        run.release().await;
    }
    run.delete().await;
    run.retention().await;
    if plan.suspend_versioning {
        run.suspend().await;
    }
    run.read("read-again").await;
    run.steps
}

async fn write(s3: &S3, plan: &ProbePlan) -> Result<(Stored, Version), ArchiveError> {
    let key = plan.name.below(&Key::new("probe")?)?;
    let bytes = Bytes::from(format!("A probe of write-once storage: {key}\n"));
    let retention = u64::try_from(plan.retention.max(SHORTEST).as_millis()).unwrap_or(u64::MAX);
    let retain_until = (s3.0.clock)().plus(retention);
    let sha256 = Digest::of(&bytes);
    let object = Object { key, source: Source::Bytes(bytes), sha256, retain_until, legal_hold: plan.legal_hold };
    let stored = s3.put(&object).await?;
    let version = stored.version.clone().ok_or_else(|| ArchiveError::Unversioned { key: object.key.clone() })?;
    Ok((stored, version))
}

impl Run<'_> {
    fn push(&mut self, name: &'static str, expected: &'static str, got: impl Into<String>, verdict: Verdict) {
        self.steps.push(Step { name, expected, got: got.into(), verdict });
    }

    fn last(&self) -> Verdict {
        self.steps.last().map_or(Verdict::Unproven, |step| step.verdict)
    }

    /// The probe's version has the bytes that were put there.
    async fn read(&mut self, name: &'static str) {
        let (got, verdict) = match self.s3.read(&self.stored).await {
            Ok(_) => ("the same bytes".to_owned(), Verdict::Held),
            Err(error) => judge(&error),
        };
        self.push(name, "the same bytes", got, verdict);
    }

    async fn overwrite(&mut self) {
        let ask = self.put_other().header("if-none-match", "*");
        let answer = self.s3.send(&ask).await;
        // Any refusal but this one would be for another reason.
        let proven = matches!(&answer, Ok(answer) if answer.status == StatusCode::PRECONDITION_FAILED);
        self.refused("put-again", answer, proven).await;
        // Without a condition a store may make a new version; the old one has to stay.
        let ask = self.put_other();
        let answer = self.s3.send(&ask).await;
        self.survives("overwrite", answer).await;
    }

    fn put_other(&self) -> Ask {
        lock::put(&self.stored.key, Bytes::from_static(OTHER), Digest::of(OTHER))
    }

    /// Releases the legal hold, which is allowed; what follows shows that retention holds without it.
    async fn release(&mut self) {
        let answer = self.s3.send(&lock::put_hold(&self.stored.key, &self.version, false)).await;
        let (got, verdict) = match answer {
            Ok(answer) if answer.status.is_success() => match self.intact().await {
                Ok(()) => (format!("{}, retained", answer.words()), Verdict::Held),
                Err(fault) => fault,
            },
            Ok(answer) => (answer.words(), Verdict::Unproven),
            Err(error) => (error.to_string(), Verdict::Unproven),
        };
        self.push("release-hold", "done, still retained", got, verdict);
    }

    async fn delete(&mut self) {
        let answer = self.s3.send(&Ask::new(Method::Delete, Some(&self.stored.key))).await;
        let marker = answer.as_ref().ok().and_then(Answer::version).filter(|marker| *marker != self.version);
        self.survives("delete", answer).await;
        let may = self.delete_marker(marker).await;
        let ask = Ask::new(Method::Delete, Some(&self.stored.key)).version(&self.version);
        let answer = self.s3.send(&ask).await;
        self.refused("delete-version", answer, may).await;
        let answer = self.s3.send(&ask.header(BYPASS, "true")).await;
        self.refused("delete-bypass", answer, may).await;
    }

    /// Deletes the marker that a deletion left: the same right as deleting a version, without a lock.
    async fn delete_marker(&mut self, marker: Option<Version>) -> bool {
        let (got, verdict) = match marker {
            None => ("there is no marker".to_owned(), Verdict::Unproven),
            Some(marker) => {
                let ask = Ask::new(Method::Delete, Some(&self.stored.key)).version(&marker);
                match self.s3.send(&ask).await {
                    Ok(answer) if answer.status.is_success() => (answer.words(), Verdict::Held),
                    Ok(answer) => (answer.words(), Verdict::Unproven),
                    Err(error) => (error.to_string(), Verdict::Unproven),
                }
            }
        };
        self.push("delete-marker", "done, to show the right", got, verdict);
        verdict == Verdict::Held
    }

    async fn retention(&mut self) {
        let (first, longer) = (self.until, self.until.plus(EXTENSION_MILLIS));
        let (got, verdict) = match self.retain(COMPLIANCE, longer, false).await {
            Ok(answer) if answer.status.is_success() => {
                self.until = longer;
                match self.intact().await {
                    Ok(()) => (answer.words(), Verdict::Held),
                    Err(fault) => fault,
                }
            }
            Ok(answer) => (answer.words(), Verdict::Unproven),
            Err(error) => (error.to_string(), Verdict::Unproven),
        };
        self.push("extend", "done, to show the right", got, verdict);
        let may = self.last() == Verdict::Held;
        // Without the extension there is no shorter time that would still lie in the future for sure.
        let shorter = if may { first } else { UnixMillis(first.0.saturating_sub(EXTENSION_MILLIS)) };
        for (name, mode, until, bypass) in [
            ("shorten", COMPLIANCE, shorter, false),
            ("shorten-bypass", COMPLIANCE, shorter, true),
            ("downgrade", GOVERNANCE, self.until, false),
            ("downgrade-bypass", GOVERNANCE, self.until, true),
        ] {
            let answer = self.retain(mode, until, bypass).await;
            self.refused(name, answer, may).await;
        }
    }

    async fn retain(&self, mode: &str, until: UnixMillis, bypass: bool) -> Result<Answer, ArchiveError> {
        let ask = lock::put_retention(&self.stored.key, &self.version, mode, until)?;
        let ask = if bypass { ask.header(BYPASS, "true") } else { ask };
        self.s3.send(&ask).await
    }

    async fn suspend(&mut self) {
        let answer = self.s3.send(&lock::put_versioning(false)).await;
        let accepted = matches!(&answer, Ok(answer) if answer.status.is_success());
        // 403 may be a right that is missing; 409 is the state of the bucket that forbids it.
        let proven = matches!(&answer, Ok(answer) if answer.status == StatusCode::CONFLICT);
        self.refused("suspend", answer, proven).await;
        if accepted {
            // What came of it is in the table; the bucket should not stay so.
            let _ = self.s3.send(&lock::put_versioning(true)).await;
        }
    }

    /// Takes down an attempt that must be refused and have no effect. `proven`: the refusal is due to the lock.
    async fn refused(&mut self, name: &'static str, answer: Result<Answer, ArchiveError>, proven: bool) {
        let (got, verdict) = match answer {
            Ok(answer) if answer.status.is_success() => (format!("{}: accepted", answer.words()), Verdict::Broken),
            Ok(answer) => match self.intact().await {
                Ok(()) if proven && answer.status.is_client_error() => (answer.words(), Verdict::Held),
                Ok(()) => (format!("{}: the right to it was not shown", answer.words()), Verdict::Unproven),
                Err((what, verdict)) => (format!("{}, yet {what}", answer.words()), verdict),
            },
            Err(error) => match self.intact().await {
                Ok(()) => (error.to_string(), Verdict::Unproven),
                Err(fault) => fault,
            },
        };
        self.push(name, "refused, no effect", got, verdict);
    }

    /// Takes down an attempt that may be accepted but must not touch the probe's version.
    async fn survives(&mut self, name: &'static str, answer: Result<Answer, ArchiveError>) {
        let (got, verdict) = match (answer, self.intact().await) {
            (_, Err(fault)) => fault,
            (Ok(answer), Ok(())) => (format!("{}, the version stays", answer.words()), Verdict::Held),
            (Err(error), Ok(())) => (error.to_string(), Verdict::Unproven),
        };
        self.push(name, "the version stays", got, verdict);
    }

    /// Whether the probe's version is there, as it was put, in compliance mode, for as long as it should be.
    async fn intact(&self) -> Result<(), (String, Verdict)> {
        let state = self.s3.state(&self.stored.key, Some(&self.version)).await.map_err(|error| judge(&error))?;
        let broken = |what: &str| Err((what.to_owned(), Verdict::Broken));
        if state.checksum != Some(self.stored.sha256) || state.size != self.stored.size {
            return broken("the version has other contents");
        }
        if !state.compliance {
            return broken("the version is not in compliance mode");
        }
        if state.until < Some(self.until) {
            return broken("its retention is shorter");
        }
        Ok(())
    }
}

/// What an error shows when a stored version is looked at.
fn judge(error: &ArchiveError) -> (String, Verdict) {
    let verdict = if error.may_pass() { Verdict::Unproven } else { Verdict::Broken };
    (format!("{}: {error}", error.name()), verdict)
}
