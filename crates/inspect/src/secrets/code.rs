//! Hosting of code, packages, builds.

use super::check::Check;
use super::format::Class::{Alnum, B64, Hex, HexAny, Lower, Upper, Url, Word};
use super::format::Part::{Lit, Of, Uuid};
use super::format::{Format, format};

/// Their formats.
pub(super) const FORMATS: &[Format] = &[
    format("secret.github.pat", "A personal access token (classic) of GitHub.", &["ghp_"], &[Of(Alnum, 36, 255)])
        .check(Check::Base62),
    format("secret.github.oauth", "An OAuth token of GitHub.", &["gho_"], &[Of(Alnum, 36, 255)]).check(Check::Base62),
    format("secret.github.user", "A user's token of a GitHub app.", &["ghu_"], &[Of(Alnum, 36, 255)])
        .check(Check::Base62),
    format("secret.github.server", "An installation's token of a GitHub app.", &["ghs_"], &[Of(Alnum, 36, 255)])
        .check(Check::Base62),
    format("secret.github.refresh", "A refresh token of a GitHub app.", &["ghr_"], &[Of(Alnum, 36, 255)])
        .check(Check::Base62),
    format(
        "secret.github.fine_grained",
        "A fine-grained personal access token of GitHub.",
        &["github_pat_"],
        &[Of(Alnum, 22, 22), Lit("_"), Of(Alnum, 59, 59)],
    ),
    format("secret.gitlab.pat", "A personal access token of GitLab.", &["glpat-"], &[Of(Url, 20, 300)]),
    format(
        "secret.gitlab.routable",
        "A routable personal access token of GitLab.",
        &["glpat-"],
        &[Of(Url, 27, 300), Lit("."), Of(Lower, 2, 2), Lit("."), Of(Lower, 7, 9)],
    ),
    format("secret.gitlab.deploy", "A deploy token of GitLab.", &["gldt-"], &[Of(Url, 20, 64)]),
    format("secret.gitlab.workspace", "A token of a workspace of GitLab.", &["glwt-"], &[Of(Url, 20, 64)]),
    format("secret.gitlab.feed", "A feed token of GitLab.", &["glft-"], &[Of(Url, 20, 64)]),
    format(
        "secret.gitlab.runner",
        "A runner's token of GitLab.",
        &["glrt-", "glrtr-", "glrt-t1_", "glrt-t2_", "glrt-t3_"],
        &[Of(Url, 20, 64)],
    ),
    format(
        "secret.gitlab.runner_registration",
        "A runner's registration token of GitLab.",
        &["GR1348941"],
        &[Of(Url, 20, 20)],
    ),
    format("secret.gitlab.job", "A job's token of GitLab.", &["glcbt-"], &[Of(Alnum, 1, 5), Lit("_"), Of(Url, 20, 20)]),
    format("secret.gitlab.trigger", "A pipeline trigger token of GitLab.", &["glptt-"], &[Of(Hex, 40, 40)]),
    format("secret.gitlab.agent", "A token of GitLab's agent for Kubernetes.", &["glagent-"], &[Of(Url, 50, 64)]),
    format("secret.gitlab.mail", "An incoming mail token of GitLab.", &["glimt-"], &[Of(Url, 25, 25)]),
    format("secret.gitlab.oauth", "An OAuth secret of GitLab.", &["gloas-"], &[Of(Hex, 64, 64)]),
    format("secret.gitlab.flags", "A feature flags token of GitLab.", &["glffct-"], &[Of(Url, 20, 20)]),
    format("secret.gitlab.scim", "A SCIM token of GitLab.", &["glsoat-"], &[Of(Url, 20, 20)]),
    format("secret.bitbucket.app_password", "An app password of Bitbucket.", &["ATBB"], &[Of(Alnum, 32, 32)]),
    format("secret.bitbucket.http", "An HTTP access token of Bitbucket Data Center.", &["BBDC-"], &[Of(B64, 44, 44)]),
    format(
        "secret.bitbucket.repository",
        "A repository's access token of Bitbucket.",
        &["ATCTT3"],
        &[Of(Url, 80, 260), Lit("="), Of(HexAny, 8, 8)],
    ),
    format(
        "secret.atlassian.token",
        "An API token of Atlassian.",
        &["ATATT3", "ATSTT3"],
        &[Of(Url, 80, 260), Lit("="), Of(HexAny, 8, 8)],
    ),
    format("secret.sourcegraph.token", "An access token of Sourcegraph.", &["sgp_"], &[Of(Word, 40, 64)]),
    format("secret.npm.token", "An access token of npm.", &["npm_"], &[Of(Alnum, 36, 36)]).check(Check::Base62),
    format("secret.pypi.token", "An upload token of PyPI.", &["pypi-AgEIcHlwaS5vcmc"], &[Of(Url, 50, 900)]),
    format(
        "secret.pypi.test",
        "An upload token of the test instance of PyPI.",
        &["pypi-AgENdGVzdC5weXBpLm9yZw"],
        &[Of(Url, 50, 900)],
    ),
    format("secret.rubygems.key", "An API key of RubyGems.", &["rubygems_"], &[Of(Hex, 48, 48)]),
    format("secret.clojars.token", "A deploy token of Clojars.", &["CLOJARS_"], &[Of(Lower, 60, 60)]),
    format("secret.nuget.key", "An API key of NuGet.", &["oy2"], &[Of(Lower, 43, 43)]).entropy(35),
    format("secret.crates.token", "A token of crates.io.", &["cio"], &[Of(Alnum, 32, 32)]).entropy(38),
    format(
        "secret.packagist.token",
        "A token of Packagist.",
        &["packagist_ort_", "packagist_ack_", "packagist_uut_", "packagist_oat_", "packagist_act_"],
        &[Of(Hex, 64, 68)],
    ),
    format("secret.jfrog.key", "An API key of Artifactory.", &["AKCp"], &[Of(Alnum, 60, 76)]).entropy(38),
    format("secret.jfrog.reference", "A reference token of Artifactory.", &["cmVmdGtu"], &[Of(Alnum, 56, 56)])
        .entropy(38),
    format(
        "secret.circleci.token",
        "A token of CircleCI.",
        &["CCIPAT_", "CCIPRJ_"],
        &[Of(Alnum, 22, 22), Lit("_"), Of(Hex, 40, 40)],
    ),
    format(
        "secret.buildkite.token",
        "A token of Buildkite.",
        &["bkua_", "bkct_", "bkaj_", "bkpt_"],
        &[Of(Alnum, 40, 64)],
    ),
    format(
        "secret.harness.token",
        "A token of Harness.",
        &["pat.", "sat."],
        &[Of(Url, 22, 22), Lit("."), Of(Alnum, 24, 24), Lit("."), Of(Alnum, 20, 20)],
    ),
    format("secret.sonar.token", "A token of SonarQube.", &["squ_", "sqp_", "sqa_"], &[Of(Hex, 40, 40)]),
    format("secret.octopus.key", "An API key of Octopus Deploy.", &["API-"], &[Of(Upper, 26, 34)]).entropy(30),
    format(
        "secret.snyk.token",
        "A token of Snyk.",
        &["snyk_uat.", "snyk_sat."],
        &[Of(Hex, 8, 8), Lit("."), Of(Url, 40, 900)],
    ),
    format("secret.launchdarkly.key", "A key of LaunchDarkly.", &["sdk-", "api-"], &[Uuid]),
    format("secret.postman.key", "An API key of Postman.", &["PMAK-"], &[Of(Hex, 24, 24), Lit("-"), Of(Hex, 34, 34)]),
    format("secret.postman.collection", "A collection's access key of Postman.", &["PMAT-"], &[Of(Upper, 26, 26)]),
    format("secret.checkly.key", "An API key of Checkly.", &["cu_"], &[Of(Hex, 32, 32)]).entropy(28),
    format("secret.readme.key", "An API key of ReadMe.", &["rdme_"], &[Of(Lower, 70, 70)]),
    format("secret.unleash.token", "An API token of Unleash.", &[":production.", ":development."], &[Of(Hex, 56, 64)])
        .lead(Lower, 1, 40),
    format("secret.statsig.key", "A server secret of Statsig.", &["secret-"], &[Of(Alnum, 42, 46)]),
];
