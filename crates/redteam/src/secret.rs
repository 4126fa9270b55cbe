//! Secrets, made from what vendors publish of their formats.

use crate::draw::Draw;

/// What a secret is made of.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// As it stands.
    Lit(&'static str),
    /// That many characters of an alphabet.
    Of(&'static str, usize),
    /// The CRC-32 of what was drawn last, in six digits of base 62.
    Sum,
}

/// A vendor's format.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// Its name in ids.
    pub id: &'static str,
    parts: &'static [Part],
}

const DIGIT: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const fn vendor(id: &'static str, parts: &'static [Part]) -> Vendor {
    Vendor { id, parts }
}

use Part::{Lit, Of, Sum};

/// The formats.
pub const VENDORS: &[Vendor] = &[
    vendor("github-pat", &[Lit("ghp_"), Of(ALNUM, 30), Sum]),
    vendor("github-server", &[Lit("ghs_"), Of(ALNUM, 30), Sum]),
    vendor("github-fine", &[Lit("github_pat_"), Of(UPPER, 22), Lit("_"), Of(ALNUM, 59)]),
    vendor("gitlab-pat", &[Lit("glpat-"), Of(URL, 20)]),
    vendor("gitlab-runner", &[Lit("glrt-"), Of(URL, 20)]),
    vendor("aws-key-id", &[Lit("AKIA"), Of(BASE32, 16)]),
    vendor("aws-session-id", &[Lit("ASIA"), Of(BASE32, 16)]),
    vendor("google-api", &[Lit("AIza"), Of(URL, 35)]),
    vendor("google-oauth", &[Lit("GOCSPX-"), Of(URL, 28)]),
    vendor("google-access", &[Lit("ya29."), Of(URL, 120)]),
    vendor("slack-bot", &[Lit("xoxb-"), Of(DIGIT, 12), Lit("-"), Of(DIGIT, 13), Lit("-"), Of(ALNUM, 24)]),
    vendor(
        "slack-user",
        &[Lit("xoxp-"), Of(DIGIT, 12), Lit("-"), Of(DIGIT, 12), Lit("-"), Of(DIGIT, 12), Lit("-"), Of(HEX, 32)],
    ),
    vendor("slack-app", &[Lit("xapp-1-A"), Of(UPPER, 10), Lit("-"), Of(DIGIT, 13), Lit("-"), Of(HEX, 64)]),
    vendor(
        "slack-hook",
        &[Lit("hooks.slack.com/services/T"), Of(UPPER, 8), Lit("/B"), Of(UPPER, 10), Lit("/"), Of(ALNUM, 24)],
    ),
    vendor("stripe-live", &[Lit("sk_live_"), Of(ALNUM, 24)]),
    vendor("stripe-restricted", &[Lit("rk_live_"), Of(ALNUM, 99)]),
    vendor("stripe-hook", &[Lit("whsec_"), Of(ALNUM, 32)]),
    vendor("openai-project", &[Lit("sk-proj-"), Of(URL, 74), Lit("T3BlbkFJ"), Of(URL, 74)]),
    vendor("openai-legacy", &[Lit("sk-"), Of(ALNUM, 20), Lit("T3BlbkFJ"), Of(ALNUM, 20)]),
    vendor("anthropic", &[Lit("sk-ant-api03-"), Of(URL, 93), Lit("AA")]),
    vendor("huggingface", &[Lit("hf_"), Of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 34)]),
    vendor("groq", &[Lit("gsk_"), Of(ALNUM, 52)]),
    vendor("openrouter", &[Lit("sk-or-v1-"), Of(HEX, 64)]),
    vendor("perplexity", &[Lit("pplx-"), Of(ALNUM, 48)]),
    vendor("replicate", &[Lit("r8_"), Of(ALNUM, 37)]),
    vendor("xai", &[Lit("xai-"), Of(ALNUM, 80)]),
    vendor("langsmith", &[Lit("lsv2_pt_"), Of(HEX, 32), Lit("_"), Of(HEX, 10)]),
    vendor("pinecone", &[Lit("pcsk_"), Of(ALNUM, 6), Lit("_"), Of(ALNUM, 63)]),
    vendor("npm", &[Lit("npm_"), Of(ALNUM, 30), Sum]),
    vendor("pypi", &[Lit("pypi-AgEIcHlwaS5vcmc"), Of(URL, 140)]),
    vendor("rubygems", &[Lit("rubygems_"), Of(HEX, 48)]),
    vendor("crates", &[Lit("cio"), Of(ALNUM, 32)]),
    vendor("docker", &[Lit("dckr_pat_"), Of(URL, 27)]),
    vendor("digitalocean", &[Lit("dop_v1_"), Of(HEX, 64)]),
    vendor("heroku", &[Lit("HRKU-AA"), Of(URL, 58)]),
    vendor("vault", &[Lit("hvs."), Of(URL, 95)]),
    vendor("terraform", &[Of(ALNUM, 14), Lit(".atlasv1."), Of(ALNUM, 67)]),
    vendor("pulumi", &[Lit("pul-"), Of(HEX, 40)]),
    vendor("databricks", &[Lit("dapi"), Of(HEX, 32)]),
    vendor("grafana-legacy", &[Lit("glc_eyJ"), Of(ALNUM, 100)]),
    vendor("sentry", &[Lit("sntryu_"), Of(HEX, 64)]),
    vendor("newrelic", &[Lit("NRAK-"), Of(UPPER, 27)]),
    vendor("sendgrid", &[Lit("SG."), Of(URL, 22), Lit("."), Of(URL, 43)]),
    vendor("mailgun", &[Lit("key-"), Of(HEX, 32)]),
    vendor("mailchimp", &[Of(HEX, 32), Lit("-us"), Of("123456789", 2)]),
    vendor("brevo", &[Lit("xkeysib-"), Of(HEX, 64), Lit("-"), Of(ALNUM, 16)]),
    vendor("resend", &[Lit("re_"), Of(ALNUM, 8), Lit("_"), Of(ALNUM, 24)]),
    vendor("twilio", &[Lit("SK"), Of(HEX, 32)]),
    vendor("telegram", &[Of("123456789", 1), Of(DIGIT, 9), Lit(":AA"), Of(URL, 33)]),
    vendor("discord-hook", &[Lit("discord.com/api/webhooks/1"), Of(DIGIT, 18), Lit("/"), Of(URL, 68)]),
    vendor("shopify", &[Lit("shpat_"), Of(HEX, 32)]),
    vendor("square", &[Lit("sq0csp-"), Of(URL, 43)]),
    vendor("linear", &[Lit("lin_api_"), Of(ALNUM, 40)]),
    vendor("notion", &[Lit("ntn_"), Of(DIGIT, 11), Of(ALNUM, 35)]),
    vendor("airtable", &[Lit("pat"), Of(ALNUM, 14), Lit("."), Of(HEX, 64)]),
    vendor("atlassian", &[Lit("ATATT3xFfGF0"), Of(URL, 172), Lit("="), Of("0123456789ABCDEF", 8)]),
    vendor("figma", &[Lit("figd_"), Of(URL, 40)]),
    vendor("postman", &[Lit("PMAK-"), Of(HEX, 24), Lit("-"), Of(HEX, 34)]),
    vendor("dropbox", &[Lit("sl.u."), Of(URL, 136)]),
    vendor("supabase", &[Lit("sbp_"), Of(HEX, 40)]),
    vendor("planetscale", &[Lit("pscale_tkn_"), Of(URL, 43)]),
    vendor("tailscale", &[Lit("tskey-auth-k"), Of(ALNUM, 12), Lit("CNTRL-"), Of(ALNUM, 32)]),
    vendor("doppler", &[Lit("dp.pt."), Of(ALNUM, 43)]),
    vendor("age", &[Lit("AGE-SECRET-KEY-1"), Of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)]),
    vendor("jwt", &[Lit("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."), Of(URL, 43)]),
    vendor(
        "private-key",
        &[
            Lit("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"),
            Of(ALNUM, 16),
            Lit("\n"),
            Of(ALNUM, 64),
            Lit("\n-----END PRIVATE KEY-----"),
        ],
    ),
    vendor("postgres", &[Lit("postgresql://app:"), Of(ALNUM, 20), Lit("@db.example.com:5432/app")]),
    vendor("mongodb", &[Lit("mongodb+srv://app:"), Of(ALNUM, 20), Lit("@cluster0.example.net/app")]),
    vendor(
        "azure-storage",
        &[
            Lit("DefaultEndpointsProtocol=https;AccountName=app;AccountKey="),
            Of(ALNUM, 86),
            Lit("==;EndpointSuffix=core.windows.net"),
        ],
    ),
    vendor("assigned", &[Lit("DB_PASSWORD="), Of(ALNUM, 24)]),
    vendor("bearer", &[Lit("Authorization: Bearer "), Of(URL, 40)]),
];

/// A secret of that vendor's format, and the parts of it that must not be left: those that were drawn, where they are long enough
/// to be worth anything.
#[must_use]
pub fn vendor_secret(vendor: &Vendor, seed: u64) -> (String, Vec<String>) {
    let mut draw = Draw::named(seed, vendor.id);
    let (mut out, mut last, mut gone) = (String::new(), String::new(), Vec::new());
    for part in vendor.parts {
        match part {
            Lit(text) => out.push_str(text),
            Of(alphabet, length) => {
                last = draw.text(alphabet, *length);
                out.push_str(&last);
                if *length >= 16 {
                    gone.push(last.clone());
                }
            }
            Sum => out.push_str(&base62(crc32(last.as_bytes()))),
        }
    }
    (out, gone)
}

/// A value to register.
#[must_use]
pub fn registered(seed: u64) -> String {
    Draw::named(seed, "registered").text(ALNUM, 28)
}

/// CRC-32 as in IEEE 802.3.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| bit(sum)))
}

fn base62(mut number: u32) -> String {
    let digits: Vec<char> = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".chars().collect();
    let mut out: Vec<char> = Vec::new();
    for _ in 0..6 {
        out.extend(digits.get(usize::try_from(number % 62).unwrap_or(0)));
        number /= 62;
    }
    out.iter().rev().collect()
}
