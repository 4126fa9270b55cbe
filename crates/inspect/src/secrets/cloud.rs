//! Cloud platforms, hosting and infrastructure.

use super::format::Class::{Alnum, B64, B64Percent, Base32, Dotted, Hex, Lower, Unreserved, Upper, Url};
use super::format::Part::{Lit, Of, Pad, Uuid};
use super::format::{Format, format};

/// Their formats.
pub(super) const FORMATS: &[Format] = &[
    format("secret.aws.key_id", "An access key id of AWS.", &["AKIA", "ASIA", "ABIA", "ACCA"], &[Of(Base32, 16, 16)])
        .entropy(25),
    format(
        "secret.aws.session",
        "A session token of AWS.",
        &["FwoGZXIvYXdz", "IQoJb3JpZ2lu"],
        &[Of(B64, 80, 980), Pad],
    ),
    format("secret.aws.appsync", "An API key of AWS AppSync.", &["da2-"], &[Of(Lower, 26, 26)]).entropy(35),
    format("secret.aws.mws", "A token of Amazon's Marketplace Web Service.", &["amzn.mws."], &[Uuid]),
    format(
        "secret.aws.bedrock",
        "An API key of Amazon Bedrock.",
        &["ABSKQmVkcm9ja0FQSUtleS", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t"],
        &[Of(B64, 60, 900), Pad],
    ),
    format("secret.gcp.api_key", "An API key of Google Cloud or Gemini.", &["AIza"], &[Of(Url, 35, 35)]).entropy(35),
    format("secret.gcp.auth_key", "An auth key of Gemini or Vertex AI.", &["AQ.Ab"], &[Of(Url, 40, 80)]).entropy(40),
    format(
        "secret.gcp.hmac_id",
        "An access id of an HMAC key of Google Cloud Storage.",
        &["GOOG1E"],
        &[Of(Upper, 55, 55)],
    ),
    format("secret.gcp.client_secret", "A client secret of Google's OAuth.", &["GOCSPX-"], &[Of(Url, 28, 28)]),
    format("secret.gcp.access_token", "An access token of Google.", &["ya29."], &[Of(Url, 40, 900)]),
    format("secret.gcp.refresh_token", "A refresh token of Google.", &["1//0"], &[Of(Url, 40, 250)]),
    format(
        "secret.azure.client_secret",
        "A client secret of Microsoft Entra.",
        &["7Q~", "8Q~"],
        &[Of(Unreserved, 31, 34)],
    )
    .lead(Dotted, 3, 3),
    format("secret.azure.cask", "A key of Azure in the annotated format.", &["JQQJ99"], &[Of(Alnum, 26, 26)])
        .lead(Alnum, 52, 52),
    format(
        "secret.azure.storage",
        "An account key of Azure Storage, Batch or Machine Learning.",
        &["+ASt", "+ABa", "+AMC"],
        &[Of(B64, 6, 6), Pad],
    )
    .lead(B64, 76, 76)
    .entropy(10),
    format("secret.azure.cosmos", "A key of Azure Cosmos DB.", &["ACDb"], &[Of(B64, 6, 6), Pad])
        .lead(B64, 76, 76)
        .entropy(10),
    format("secret.azure.apim", "A key of Azure API Management.", &["APIM"], &[Of(B64, 6, 6), Pad])
        .lead(B64, 76, 76)
        .entropy(10),
    format(
        "secret.azure.bus",
        "A key of Azure Service Bus, Event Hubs, Relay or IoT Hub.",
        &["+ASb", "+AEh", "+ARm", "AIoT"],
        &[Of(B64, 6, 6), Pad],
    )
    .lead(B64, 33, 33)
    .entropy(10),
    format("secret.azure.search", "A key of Azure AI Search.", &["AzSe"], &[Of(Alnum, 6, 6)])
        .lead(Alnum, 42, 42)
        .entropy(10),
    format("secret.azure.registry", "A key of Azure Container Registry.", &["+ACR"], &[Of(B64, 6, 6)])
        .lead(B64, 42, 42)
        .entropy(10),
    format("secret.azure.functions", "A key of Azure Functions.", &["AzFu"], &[Of(Url, 6, 6), Pad])
        .lead(Url, 44, 44)
        .entropy(10),
    format("secret.azure.redis", "A key of Azure Cache for Redis.", &["AzCa"], &[Of(B64, 6, 6), Pad])
        .lead(B64, 33, 33)
        .entropy(10),
    format(
        "secret.azure.sas",
        "The signature of a shared access signature of Azure.",
        &["&sig=", "?sig=", ";sig="],
        &[Of(B64Percent, 43, 90)],
    )
    .entropy(38),
    format("secret.alibaba.key_id", "An access key id of Alibaba Cloud.", &["LTAI"], &[Of(Alnum, 16, 26)]),
    format("secret.tencent.key_id", "A secret id of Tencent Cloud.", &["AKID"], &[Of(Alnum, 32, 32)]),
    format("secret.yandex.api_key", "An API key of Yandex Cloud.", &["AQVN"], &[Of(Url, 35, 38)]),
    format("secret.yandex.static_key", "A secret key of Yandex Object Storage.", &["YC"], &[Of(Url, 38, 38)])
        .entropy(42),
    format("secret.volcengine.key_id", "An access key id of Volcengine.", &["AKLT"], &[Of(Alnum, 36, 60)]).entropy(38),
    format(
        "secret.baidu.api_key",
        "An API key of Baidu Cloud.",
        &["bce-v3/ALTAK-"],
        &[Of(Alnum, 16, 24), Lit("/"), Of(Hex, 40, 40)],
    ),
    format("secret.upcloud.token", "An API token of UpCloud.", &["ucat_"], &[Of(Alnum, 26, 26)]),
    format("secret.yandex.oauth", "An OAuth token of Yandex.", &["y0_"], &[Of(Url, 50, 64)]),
    format(
        "secret.yandex.iam",
        "An IAM token of Yandex Cloud.",
        &["t1."],
        &[Of(Url, 30, 300), Lit("."), Of(Url, 80, 90)],
    ),
    format("secret.digitalocean.pat", "A personal access token of DigitalOcean.", &["dop_v1_"], &[Of(Hex, 64, 64)]),
    format("secret.digitalocean.model", "A key of DigitalOcean's models.", &["sk-do-"], &[Of(Url, 48, 96)]),
    format("secret.digitalocean.oauth", "An OAuth token of DigitalOcean.", &["doo_v1_"], &[Of(Hex, 64, 64)]),
    format("secret.digitalocean.refresh", "A refresh token of DigitalOcean.", &["dor_v1_"], &[Of(Hex, 64, 64)]),
    format("secret.cloudflare.token", "An API token of Cloudflare.", &["cfut_", "cfat_", "cfk_"], &[Of(Alnum, 40, 64)]),
    format(
        "secret.cloudflare.origin_ca",
        "An Origin CA key of Cloudflare.",
        &["v1.0-"],
        &[Of(Hex, 24, 24), Lit("-"), Of(Hex, 146, 146)],
    ),
    format("secret.cloudflare.turnstile", "A secret key of Cloudflare Turnstile.", &["0x4AAAAAAA"], &[Of(Url, 23, 27)])
        .entropy(35),
    format("secret.cloudflare.tunnel", "A token of a tunnel of Cloudflare.", &["eyJhIjoi"], &[Of(B64, 100, 400), Pad]),
    format("secret.heroku.api_key", "An API key of Heroku.", &["HRKU-"], &[Of(Url, 48, 80)]),
    format("secret.heroku.token", "A token of Heroku.", &["HRKU-"], &[Uuid]),
    format("secret.fly.token", "An access token of Fly.io.", &["fm2_", "fm1r_", "fm1a_"], &[Of(B64, 80, 980), Pad]),
    format("secret.fly.auth", "A personal token of Fly.io.", &["fo1_"], &[Of(Url, 43, 43)]),
    format("secret.netlify.pat", "A personal access token of Netlify.", &["nfp_"], &[Of(Alnum, 36, 48)]),
    format(
        "secret.vercel.token",
        "A token of Vercel.",
        &["vcp_", "vci_", "vca_", "vcr_", "vck_"],
        &[Of(Alnum, 24, 64)],
    ),
    format(
        "secret.vercel.blob",
        "A token of a blob store of Vercel.",
        &["vercel_blob_rw_"],
        &[Of(Alnum, 16, 16), Lit("_"), Of(Alnum, 30, 30)],
    ),
    format("secret.deno.token", "An access token of Deno Deploy.", &["ddp_", "ddo_", "ddw_"], &[Of(Alnum, 36, 36)]),
    format("secret.render.api_key", "An API key of Render.", &["rnd_"], &[Of(Alnum, 24, 36)]),
    format("secret.scaleway.key_id", "An access key of Scaleway.", &["SCW"], &[Of(Upper, 17, 17)]).entropy(28),
    format("secret.databricks.token", "A token of Databricks.", &["dapi"], &[Of(Hex, 32, 32)]),
    format("secret.databricks.oauth", "An OAuth secret of Databricks.", &["dose", "dkea"], &[Of(Hex, 32, 32)]),
    format("secret.infracost.key", "An API key of Infracost.", &["ico-"], &[Of(Alnum, 32, 32)]).entropy(35),
    format("secret.pulumi.token", "An access token of Pulumi.", &["pul-"], &[Of(Hex, 40, 40)]),
    format("secret.terraform.token", "An API token of HCP Terraform.", &[".atlasv1."], &[Of(Url, 60, 70)])
        .lead(Alnum, 14, 14),
    format("secret.vault.token", "A token of HashiCorp Vault.", &["hvs.", "hvb.", "hvr."], &[Of(Url, 24, 500)]),
    format(
        "secret.doppler.token",
        "A token of Doppler.",
        &[
            "dp.pt.",
            "dp.ct.",
            "dp.sa.",
            "dp.scim.",
            "dp.audit.",
            "dp.st.",
            "dp.st.dev.",
            "dp.st.stg.",
            "dp.st.prd.",
            "dp.st.prod.",
        ],
        &[Of(Alnum, 40, 44)],
    ),
    format(
        "secret.infisical.token",
        "A service token of Infisical.",
        &["st."],
        &[Of(Hex, 24, 24), Lit("."), Of(Hex, 32, 32), Lit("."), Of(Hex, 32, 32)],
    ),
    format("secret.onepassword.service", "A service account token of 1Password.", &["ops_eyJ"], &[Of(Url, 100, 980)]),
    format(
        "secret.onepassword.secret_key",
        "A secret key of 1Password.",
        &["A3-"],
        &[
            Of(Upper, 6, 6),
            Lit("-"),
            Of(Upper, 6, 6),
            Lit("-"),
            Of(Upper, 5, 5),
            Lit("-"),
            Of(Upper, 5, 5),
            Lit("-"),
            Of(Upper, 5, 5),
            Lit("-"),
            Of(Upper, 5, 5),
        ],
    ),
    format(
        "secret.bitwarden.token",
        "An access token of Bitwarden Secrets Manager.",
        &["0."],
        &[Uuid, Lit("."), Of(Alnum, 30, 30), Lit(":"), Of(B64, 22, 22), Pad],
    ),
    format(
        "secret.tailscale.key",
        "A key of Tailscale.",
        &["tskey-auth-", "tskey-api-", "tskey-client-", "tskey-scim-", "tskey-webhook-"],
        &[Of(Alnum, 8, 24), Lit("-"), Of(Alnum, 20, 40)],
    ),
    format("secret.netbird.token", "A personal access token of NetBird.", &["nbp_"], &[Of(Alnum, 36, 36)]),
    format("secret.jumpcloud.api_key", "An API key of JumpCloud.", &["jca_"], &[Of(Alnum, 36, 36)]),
    format(
        "secret.ory.token",
        "A token of Ory.",
        &["ory_at_", "ory_rt_", "ory_ac_", "ory_pat_", "ory_wak_"],
        &[Of(Dotted, 32, 140)],
    ),
    format("secret.stytch.secret", "A secret of Stytch.", &["secret-live-", "secret-test-"], &[Of(Url, 34, 44), Pad]),
    format("secret.k3s.token", "A join token of K3s.", &["K10"], &[Of(Hex, 64, 64), Lit("::")]),
    format(
        "secret.k3s.server",
        "A join token of K3s with its name.",
        &["K10"],
        &[Of(Hex, 64, 64), Lit("::"), Of(Url, 1, 40), Lit(":"), Of(Alnum, 8, 128)],
    ),
    format("secret.prefect.api_key", "An API key of Prefect.", &["pnu_", "pnb_"], &[Of(Alnum, 36, 36)]),
    format("secret.docker.pat", "A personal access token of Docker Hub.", &["dckr_pat_"], &[Of(Url, 27, 27)]),
    format("secret.docker.oat", "An organisation's access token of Docker Hub.", &["dckr_oat_"], &[Of(Url, 27, 40)]),
];
