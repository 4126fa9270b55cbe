//! Vendors of models and of what surrounds them.

use super::format::Class::{Alnum, Hex, Lower, Url, Word};
use super::format::Part::{Lit, Of, Uuid};
use super::format::{Format, format};

/// Their formats.
pub(super) const FORMATS: &[Format] = &[
    format(
        "secret.openai.key",
        "An API key of OpenAI.",
        &["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"],
        &[Of(Url, 40, 250)],
    ),
    format(
        "secret.openai.legacy",
        "An API key in OpenAI's older form, which others took as well.",
        &["sk-"],
        &[Of(Alnum, 48, 48)],
    )
    .entropy(38),
    format("secret.openai.marked", "An API key of OpenAI, told by its mark.", &["T3BlbkFJ"], &[Of(Url, 20, 80)])
        .lead(Url, 20, 100),
    format(
        "secret.deepseek.key",
        "An API key of DeepSeek, DashScope or another in the same form.",
        &["sk-"],
        &[Of(Hex, 32, 32)],
    )
    .entropy(28),
    format(
        "secret.anthropic.key",
        "An API key of Anthropic.",
        &["sk-ant-api03-", "sk-ant-api02-"],
        &[Of(Url, 80, 120)],
    ),
    format("secret.anthropic.admin", "An admin key of Anthropic.", &["sk-ant-admin01-"], &[Of(Url, 80, 120)]),
    format(
        "secret.anthropic.oauth",
        "An OAuth token or session key of Anthropic.",
        &["sk-ant-oat01-", "sk-ant-ort01-", "sk-ant-sid01-", "sk-ant-sid02-"],
        &[Of(Url, 80, 140)],
    ),
    format("secret.groq.key", "An API key of Groq.", &["gsk_"], &[Of(Alnum, 52, 52)]),
    format("secret.huggingface.token", "An access token of Hugging Face.", &["hf_"], &[Of(Alnum, 34, 34)]),
    format("secret.huggingface.org", "An organisation's token of Hugging Face.", &["api_org_"], &[Of(Alnum, 34, 34)]),
    format("secret.replicate.token", "An API token of Replicate.", &["r8_"], &[Of(Alnum, 37, 37)]),
    format("secret.perplexity.key", "An API key of Perplexity.", &["pplx-"], &[Of(Alnum, 48, 56)]),
    format("secret.xai.key", "An API key of xAI.", &["xai-"], &[Of(Alnum, 70, 84)]),
    format("secret.nvidia.key", "An API key of NVIDIA.", &["nvapi-"], &[Of(Url, 60, 70)]),
    format("secret.fireworks.key", "An API key of Fireworks AI.", &["fw_"], &[Of(Alnum, 20, 24)]).entropy(34),
    format("secret.together.key", "An API key of Together AI.", &["tgp_v1_"], &[Of(Url, 43, 43)]),
    format("secret.openrouter.key", "An API key of OpenRouter.", &["sk-or-v1-", "sk-or-"], &[Of(Hex, 64, 64)]),
    format("secret.elevenlabs.key", "An API key of ElevenLabs.", &["sk_"], &[Of(Hex, 48, 48)]),
    format(
        "secret.langsmith.key",
        "An API key of LangSmith.",
        &["lsv2_pt_", "lsv2_sk_"],
        &[Of(Hex, 32, 32), Lit("_"), Of(Hex, 10, 10)],
    ),
    format("secret.langfuse.key", "A secret key of Langfuse.", &["sk-lf-"], &[Uuid]),
    format("secret.pinecone.key", "An API key of Pinecone.", &["pcsk_"], &[Of(Word, 60, 84)]),
    format("secret.cerebras.key", "An API key of Cerebras.", &["csk-"], &[Of(Lower, 48, 48)]),
    format("secret.voyage.key", "An API key of Voyage AI.", &["pa-"], &[Of(Url, 43, 43)]).entropy(40),
    format("secret.jina.key", "An API key of Jina AI.", &["jina_"], &[Of(Url, 50, 70)]),
    format("secret.tavily.key", "An API key of Tavily.", &["tvly-", "tvly-dev-", "tvly-prod-"], &[Of(Alnum, 32, 32)]),
    format("secret.firecrawl.key", "An API key of Firecrawl.", &["fc-"], &[Of(Hex, 32, 32)]),
    format("secret.e2b.key", "An API key of E2B.", &["e2b_"], &[Of(Hex, 40, 40)]),
    format("secret.wandb.key", "An API key of Weights & Biases.", &["wandb_v1_"], &[Of(Word, 40, 100)]),
    format("secret.mem0.key", "An API key of Mem0.", &["m0-"], &[Of(Alnum, 40, 40)]).entropy(38),
    format("secret.browserbase.key", "An API key of Browserbase.", &["bb_live_", "bb_test_"], &[Of(Url, 24, 40)]),
    format("secret.apify.token", "An API token of Apify.", &["apify_api_"], &[Of(Alnum, 36, 36)]),
    format(
        "secret.runway.key",
        "An API key of Runway, or of Cursor in its older form.",
        &["key_"],
        &[Of(Hex, 64, 128)],
    ),
    format("secret.brave.key", "An API key of Brave Search.", &["BSA"], &[Of(Url, 27, 28)]).entropy(36),
    format("secret.modal.secret", "A token's secret of Modal.", &["as-"], &[Of(Alnum, 22, 22)]).entropy(36),
    format("secret.anyscale.key", "A secret of Anyscale.", &["esecret_", "aph0_"], &[Of(Alnum, 20, 48)]),
    format("secret.runpod.key", "An API key of RunPod.", &["rpa_"], &[Of(Alnum, 40, 48)]),
    format("secret.llamacloud.key", "An API key of LlamaCloud.", &["llx-"], &[Of(Alnum, 48, 48)]),
    format("secret.helicone.key", "An API key of Helicone.", &["sk-helicone-"], &[Of(Url, 20, 60)]),
    format("secret.cursor.key", "An API key of Cursor.", &["crsr_"], &[Of(Hex, 64, 64)]),
    format("secret.nomic.key", "An API key of Nomic.", &["nk-"], &[Of(Url, 43, 43)]).entropy(40),
    format("secret.friendli.token", "A token of FriendliAI.", &["flp_"], &[Of(Alnum, 40, 52)]),
];
