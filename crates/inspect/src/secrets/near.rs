//! Formats without a prefix: a length and an alphabet, found only as the value of a key that names the vendor.

use super::format::Class::{self, Alnum, B64, Hex, Lower, Upper, Url, Word};
use super::format::rule;
use crate::rule::Rule;

/// A vendor's format without a prefix.
#[derive(Debug)]
pub(super) struct Near {
    pub(super) rule: Rule,
    /// What the key holds, in lower case and without separators: one of these.
    pub(super) words: &'static [&'static str],
    class: Class,
    least: usize,
    most: usize,
}

const fn near(
    id: &'static str,
    about: &'static str,
    words: &'static [&'static str],
    class: Class,
    least: usize,
    most: usize,
) -> Near {
    Near { rule: rule(id, about), words, class, least, most }
}

impl Near {
    /// Whether `value`, without its padding, has this format.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        let length = value.iter().rev().skip_while(|byte| **byte == b'=').count();
        let padded = value.len() - length;
        (self.least..=self.most).contains(&length)
            && padded <= 2
            && value.iter().take(length).all(|byte| self.class.has(*byte))
            && value.iter().any(u8::is_ascii_digit)
    }
}

/// Their formats.
pub(super) const NEAR: &[Near] = &[
    near("secret.aws.secret_key", "A secret access key of AWS.", &["awssecret", "secretaccesskey"], B64, 40, 40),
    near(
        "secret.azure.shared_key",
        "A shared key in a connection string of Azure.",
        &["accountkey", "sharedaccesskey", "sharedsecretvalue"],
        B64,
        43,
        88,
    ),
    near(
        "secret.azure.devops",
        "A personal access token of Azure DevOps.",
        &["azuredevops", "azdo", "vststoken", "systemaccesstoken"],
        Lower,
        52,
        84,
    ),
    near("secret.datadog.key", "A key of Datadog.", &["datadog", "ddapi", "ddapp", "ddclient"], Alnum, 32, 40),
    near("secret.cloudflare.key", "A key of Cloudflare in its older form.", &["cloudflare", "cfapi"], Url, 37, 45),
    near("secret.fastly.token", "A token of Fastly.", &["fastly"], Url, 32, 32),
    near("secret.hetzner.token", "A token of Hetzner Cloud.", &["hetzner", "hcloud"], Alnum, 64, 64),
    near("secret.linode.token", "A token of Linode.", &["linode"], Hex, 64, 64),
    near("secret.vultr.key", "An API key of Vultr.", &["vultr"], Alnum, 36, 36),
    near("secret.scaleway.secret", "A secret key of Scaleway.", &["scaleway", "scwsecret"], Url, 36, 36),
    near("secret.heroku.legacy", "An API key of Heroku in its older form.", &["heroku"], Url, 36, 36),
    near("secret.ibm.key", "An API key of IBM Cloud.", &["ibmcloud", "ibmapi"], Url, 44, 44),
    near("secret.twilio.token", "An auth token of Twilio.", &["twilio"], Hex, 32, 32),
    near("secret.mailjet.key", "A key of Mailjet.", &["mailjet"], Hex, 32, 32),
    near("secret.sparkpost.key", "An API key of SparkPost.", &["sparkpost"], Hex, 40, 40),
    near("secret.postmark.token", "A server token of Postmark.", &["postmark"], Url, 36, 36),
    near("secret.pusher.secret", "A secret of Pusher.", &["pusher"], Hex, 20, 20),
    near("secret.algolia.key", "An admin key of Algolia.", &["algolia"], Hex, 32, 32),
    near("secret.auth0.secret", "A client secret of Auth0.", &["auth0"], Url, 64, 64),
    near("secret.okta.token", "An API token of Okta.", &["okta"], Url, 40, 42),
    near("secret.snyk.legacy", "A token of Snyk in its older form.", &["snyk"], Url, 36, 36),
    near("secret.codecov.token", "An upload token of Codecov.", &["codecov"], Url, 32, 36),
    near("secret.rollbar.token", "A token of Rollbar.", &["rollbar"], Hex, 32, 32),
    near("secret.bugsnag.key", "A key of Bugsnag.", &["bugsnag"], Hex, 32, 32),
    near("secret.pagerduty.key", "A key of PagerDuty.", &["pagerduty"], Url, 20, 32),
    near("secret.pagerduty.user", "A user's token of PagerDuty.", &["pagerduty"], B64, 20, 20),
    near("secret.airtable.legacy", "An API key of Airtable in its older form.", &["airtable"], Alnum, 17, 17),
    near("secret.opsgenie.key", "An API key of Opsgenie.", &["opsgenie"], Url, 36, 36),
    near("secret.newrelic.key", "A key of New Relic in its older form.", &["newrelic"], Alnum, 32, 40),
    near("secret.sumologic.key", "An access key of Sumo Logic.", &["sumologic", "sumoaccess"], Alnum, 64, 64),
    near("secret.splunk.token", "A token of Splunk's HTTP event collector.", &["splunk", "hectoken"], Url, 36, 36),
    near("secret.mistral.key", "An API key of Mistral.", &["mistral"], Alnum, 32, 32),
    near("secret.cohere.key", "An API key of Cohere.", &["cohere", "coapi"], Alnum, 40, 40),
    near("secret.deepgram.key", "An API key of Deepgram.", &["deepgram"], Hex, 40, 40),
    near("secret.assemblyai.key", "An API key of AssemblyAI.", &["assemblyai"], Hex, 32, 32),
    near("secret.exa.key", "An API key of Exa.", &["exaapi"], Url, 36, 36),
    near("secret.serper.key", "An API key of Serper.", &["serper"], Hex, 40, 40),
    near("secret.wandb.legacy", "An API key of Weights & Biases in its older form.", &["wandb"], Hex, 40, 40),
    near("secret.travis.token", "A token of Travis CI.", &["travis"], Url, 20, 22),
    near("secret.gitea.token", "A token of Gitea or Forgejo.", &["gitea", "forgejo", "codeberg"], Hex, 40, 40),
    near("secret.jenkins.token", "A token of Jenkins.", &["jenkins"], Hex, 32, 34),
    near("secret.trello.key", "A key or token of Trello.", &["trello"], Alnum, 32, 76),
    near("secret.zendesk.token", "An API token of Zendesk.", &["zendesk"], Alnum, 40, 40),
    near("secret.freshdesk.key", "An API key of Freshdesk.", &["freshdesk"], Alnum, 20, 20),
    near("secret.coinbase.key", "A secret of Coinbase.", &["coinbase"], B64, 32, 88),
    near("secret.binance.key", "A key of Binance.", &["binance"], Alnum, 64, 64),
    near("secret.kraken.key", "A private key of Kraken.", &["kraken"], B64, 56, 88),
    near("secret.etherscan.key", "An API key of Etherscan.", &["etherscan"], Upper, 34, 34),
    near("secret.infura.key", "A key of Infura.", &["infura"], Hex, 32, 32),
    near("secret.alchemy.key", "A key of Alchemy.", &["alchemy"], Url, 32, 32),
    near("secret.openweather.key", "An API key of OpenWeather.", &["openweather"], Hex, 32, 32),
    near("secret.spotify.secret", "A client secret of Spotify.", &["spotify"], Hex, 32, 32),
    near("secret.shodan.key", "An API key of Shodan.", &["shodan"], Alnum, 32, 32),
    near("secret.virustotal.key", "An API key of VirusTotal.", &["virustotal"], Hex, 64, 64),
    near("secret.ngrok.token", "An auth token of ngrok.", &["ngrok"], Word, 40, 60),
    near("secret.dropbox.secret", "An app secret of Dropbox.", &["dropbox"], Lower, 15, 15),
    near(
        "secret.wireguard.key",
        "A private or preshared key of WireGuard.",
        &["wireguardprivatekey", "presharedkey"],
        B64,
        43,
        44,
    ),
];
