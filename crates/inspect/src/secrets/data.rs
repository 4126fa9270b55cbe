//! Databases, observation and analytics.

use super::check::Check;
use super::format::Class::{Alnum, B64, Base32, Bech32Upper, Dotted, Hex, HexAny, Lower, Upper, Url};
use super::format::Part::{Lit, Of, Pad, Uuid};
use super::format::{Format, format};

/// Their formats.
pub(super) const FORMATS: &[Format] = &[
    format("secret.supabase.pat", "A personal access token of Supabase.", &["sbp_"], &[Of(Hex, 40, 40)]),
    format("secret.supabase.oauth", "An OAuth token of Supabase.", &["sbp_v0_", "sbp_oauth_"], &[Of(Hex, 40, 40)]),
    format("secret.supabase.secret", "A secret key of Supabase.", &["sb_secret_"], &[Of(Url, 24, 48)]),
    format(
        "secret.planetscale.token",
        "A token or password of PlanetScale.",
        &["pscale_tkn_", "pscale_oauth_", "pscale_pw_"],
        &[Of(Dotted, 32, 64)],
    ),
    format("secret.neon.key", "An API key of Neon.", &["napi_"], &[Of(Lower, 48, 72)]),
    format("secret.neon.password", "A password of a database of Neon.", &["npg_"], &[Of(Alnum, 12, 24)]).entropy(28),
    format(
        "secret.mongodb.secret",
        "A service account's secret of MongoDB Atlas.",
        &["mdb_sa_sk_"],
        &[Of(Url, 40, 44)],
    ),
    format(
        "secret.cockroach.key",
        "An API key of CockroachDB Cloud.",
        &["CCDB1_"],
        &[Of(Alnum, 22, 22), Lit("_"), Of(Alnum, 40, 40)],
    ),
    format("secret.confluent.secret", "An API secret of Confluent Cloud.", &["cflt"], &[Of(B64, 60, 60)]).entropy(42),
    format("secret.aiven.password", "A service's password of Aiven.", &["AVNS_"], &[Of(Url, 19, 26)]),
    format("secret.xata.key", "An API key of Xata.", &["xau_"], &[Of(Alnum, 40, 44)]),
    format("secret.dbt.token", "A token of dbt Cloud.", &["dbtc_", "dbtu_"], &[Of(Url, 40, 60)]),
    format("secret.tinybird.token", "A token of Tinybird.", &["p.eyJ"], &[Of(Url, 60, 300), Lit("."), Of(Url, 43, 43)]),
    format("secret.clickhouse.key", "A secret of ClickHouse Cloud.", &["4b1d"], &[Of(Alnum, 38, 38)]).entropy(40),
    format("secret.fauna.key", "A key of Fauna.", &["fnAE", "fnAD", "fnAF"], &[Of(Url, 36, 36)]),
    format("secret.nats.seed", "A seed of NATS (nkeys).", &["SU", "SA", "SO", "SN", "SC", "SX"], &[Of(Base32, 56, 56)])
        .entropy(38),
    format(
        "secret.grafana.service",
        "A service account's token of Grafana.",
        &["glsa_"],
        &[Of(Alnum, 32, 32), Lit("_"), Of(HexAny, 8, 8)],
    )
    .check(Check::Grafana),
    format("secret.grafana.cloud", "An access policy's token of Grafana Cloud.", &["glc_"], &[Of(B64, 32, 500), Pad]),
    format(
        "secret.grafana.legacy",
        "An API key of Grafana in the older form.",
        &["eyJrIjoi"],
        &[Of(B64, 60, 400), Pad],
    ),
    format("secret.newrelic.user", "A user's key of New Relic.", &["NRAK-"], &[Of(Upper, 27, 27)]),
    format("secret.newrelic.insert", "An insert key of New Relic.", &["NRII-"], &[Of(Url, 32, 32)]),
    format("secret.newrelic.query", "A query key of New Relic.", &["NRIQ-"], &[Of(Url, 32, 32)]),
    format("secret.newrelic.admin", "An admin key of New Relic.", &["NRAA-"], &[Of(Alnum, 27, 27)]),
    format("secret.newrelic.license", "A license key of New Relic.", &["NRAL"], &[Pad]).lead(HexAny, 36, 36).entropy(0),
    format(
        "secret.honeycomb.key",
        "A key of Honeycomb.",
        &["hcaik_", "hcxik_", "hcbik_", "hcamk_", "hcxmk_"],
        &[Of(Lower, 50, 64)],
    ),
    format("secret.honeybadger.token", "A personal token of Honeybadger.", &["hbp_"], &[Of(Alnum, 36, 36)]),
    format(
        "secret.dynatrace.token",
        "A token of Dynatrace.",
        &["dt0c01.", "dt0s01.", "dt0s02.", "dt0s03.", "dt0s08.", "dt0s16."],
        &[Of(Upper, 24, 24), Lit("."), Of(Upper, 64, 64)],
    ),
    format(
        "secret.sentry.org",
        "An organisation's token of Sentry.",
        &["sntrys_eyJ"],
        &[Of(B64, 60, 400), Pad, Lit("_"), Of(B64, 43, 43)],
    ),
    format("secret.sentry.user", "A user's token of Sentry.", &["sntryu_"], &[Of(Hex, 64, 64)]),
    format("secret.posthog.key", "A personal key of PostHog.", &["phx_"], &[Of(Alnum, 40, 52)]),
    format(
        "secret.logfire.token",
        "A token of Logfire.",
        &["pylf_v1_us_", "pylf_v1_eu_", "pylf_v2_us_", "pylf_v2_eu_"],
        &[Of(Alnum, 43, 60)],
    ),
    format("secret.elastic.key", "An API key of Elastic Cloud.", &["essu_"], &[Of(B64, 40, 200), Pad]),
    format("secret.axiom.token", "A token of Axiom.", &["xaat-", "xapt-"], &[Uuid]),
    format("secret.age.key", "An identity of age.", &["AGE-SECRET-KEY-1"], &[Of(Bech32Upper, 58, 58)]),
    format("secret.minisign.key", "A secret key of minisign.", &["RWRTY0Iy"], &[Of(B64, 150, 400), Pad]),
];
