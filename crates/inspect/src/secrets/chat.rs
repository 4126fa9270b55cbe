//! Chat, mail and telephony.

use super::format::Class::{Alnum, B64, B64Percent, Digit, Dotted, Hex, HexAny, Lower, Upper, Url};
use super::format::Part::{Lit, Of, Pad, Uuid};
use super::format::{Format, format};

/// Their formats.
pub(super) const FORMATS: &[Format] = &[
    format(
        "secret.slack.bot",
        "A bot's token of Slack.",
        &["xoxb-"],
        &[Of(Digit, 9, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(Alnum, 20, 34)],
    ),
    format(
        "secret.slack.bot_legacy",
        "A bot's token of Slack, in the older form.",
        &["xoxb-"],
        &[Of(Digit, 8, 14), Lit("-"), Of(Alnum, 18, 30)],
    ),
    format(
        "secret.slack.user",
        "A user's token of Slack.",
        &["xoxp-", "xoxe-", "xoxo-", "xoxs-"],
        &[Of(Digit, 9, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(HexAny, 28, 34)],
    ),
    format(
        "secret.slack.user_legacy",
        "A user's token of Slack, in another form.",
        &["xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxa-2-"],
        &[Of(Url, 36, 120)],
    ),
    format(
        "secret.slack.rotating",
        "A token of Slack that is rotated.",
        &["xoxe.xoxb-1-", "xoxe.xoxp-1-", "xoxe-1-"],
        &[Of(Alnum, 120, 220)],
    ),
    format(
        "secret.slack.app",
        "An app's token of Slack.",
        &["xapp-1-", "xapp-2-"],
        &[Of(Upper, 8, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(Hex, 60, 66)],
    ),
    format(
        "secret.slack.session",
        "A session's token of Slack.",
        &["xoxc-"],
        &[Of(Digit, 9, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(Hex, 64, 64)],
    ),
    format(
        "secret.slack.workflow_token",
        "A token of a workflow of Slack.",
        &["xwfp-"],
        &[Of(Digit, 9, 14), Lit("-"), Of(Digit, 9, 14), Lit("-"), Of(Alnum, 20, 64)],
    ),
    format("secret.slack.cookie", "A session's cookie of Slack.", &["xoxd-"], &[Of(B64Percent, 60, 400)]),
    format(
        "secret.slack.webhook",
        "An incoming webhook of Slack.",
        &["hooks.slack.com/services/"],
        &[Of(Upper, 8, 14), Lit("/"), Of(Upper, 8, 14), Lit("/"), Of(Alnum, 23, 26)],
    ),
    format(
        "secret.slack.workflow",
        "A workflow's webhook of Slack.",
        &["hooks.slack.com/workflows/", "hooks.slack.com/triggers/"],
        &[Of(Upper, 8, 14), Lit("/"), Of(Alnum, 10, 20), Lit("/"), Of(Alnum, 17, 40)],
    ),
    format(
        "secret.discord.token",
        "A bot's token of Discord.",
        &["MT", "MD", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"],
        &[Of(Alnum, 22, 26), Lit("."), Of(Url, 6, 6), Lit("."), Of(Url, 27, 38)],
    )
    .entropy(38),
    format(
        "secret.discord.webhook",
        "A webhook of Discord.",
        &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
        &[Of(Digit, 17, 20), Lit("/"), Of(Url, 60, 80)],
    ),
    format("secret.telegram.bot", "A bot's token of Telegram.", &[":AA"], &[Of(Url, 33, 33)]).lead(Digit, 8, 10),
    format(
        "secret.teams.webhook",
        "An incoming webhook of Microsoft Teams.",
        &[".webhook.office.com/webhookb2/"],
        &[Uuid, Lit("@"), Uuid, Lit("/IncomingWebhook/"), Of(Hex, 32, 32), Lit("/"), Uuid],
    ),
    format(
        "secret.feishu.webhook",
        "A bot's webhook of Feishu or Lark.",
        &["open.feishu.cn/open-apis/bot/v2/hook/", "open.larksuite.com/open-apis/bot/v2/hook/"],
        &[Uuid],
    ),
    format(
        "secret.dingtalk.webhook",
        "A bot's webhook of DingTalk.",
        &["oapi.dingtalk.com/robot/send?access_token="],
        &[Of(Hex, 64, 64)],
    ),
    format(
        "secret.wecom.webhook",
        "A bot's webhook of WeCom.",
        &["qyapi.weixin.qq.com/cgi-bin/webhook/send?key="],
        &[Uuid],
    ),
    format(
        "secret.matrix.token",
        "An access token of a Matrix server.",
        &["syt_"],
        &[Of(Alnum, 4, 80), Lit("_"), Of(Alnum, 20, 20), Lit("_"), Of(Alnum, 6, 6)],
    ),
    format("secret.twitch.token", "An OAuth token of Twitch's chat.", &["oauth:"], &[Of(Lower, 30, 30)]),
    format("secret.twilio.key", "An API key of Twilio.", &["SK"], &[Of(Hex, 32, 32)]).entropy(28),
    format("secret.sendgrid.key", "An API key of SendGrid.", &["SG."], &[Of(Url, 22, 22), Lit("."), Of(Url, 43, 43)]),
    format("secret.mailgun.key", "A private key of Mailgun.", &["key-"], &[Of(Hex, 32, 32)]),
    format(
        "secret.mailgun.new",
        "An API key of Mailgun, in the newer form.",
        &["-"],
        &[Of(Hex, 8, 8), Lit("-"), Of(Hex, 8, 8)],
    )
    .lead(Hex, 32, 32),
    format("secret.mailchimp.key", "An API key of Mailchimp.", &["-us"], &[Of(Digit, 1, 2)])
        .lead(Hex, 32, 32)
        .entropy(0),
    format("secret.mandrill.key", "An API key of Mailchimp Transactional.", &["md-"], &[Of(Url, 22, 22)]),
    format(
        "secret.brevo.api_key",
        "An API key of Brevo.",
        &["xkeysib-"],
        &[Of(Hex, 64, 64), Lit("-"), Of(Alnum, 16, 16)],
    ),
    format(
        "secret.brevo.smtp",
        "An SMTP key of Brevo.",
        &["xsmtpsib-"],
        &[Of(Hex, 64, 64), Lit("-"), Of(Alnum, 16, 16)],
    ),
    format("secret.resend.key", "An API key of Resend.", &["re_"], &[Of(Alnum, 8, 8), Lit("_"), Of(Alnum, 24, 24)]),
    format("secret.mailersend.token", "A token of MailerSend.", &["mlsn."], &[Of(Hex, 64, 64)]),
    format("secret.klaviyo.key", "A private key of Klaviyo.", &["pk_"], &[Of(Hex, 34, 34)]),
    format("secret.courier.key", "An API key of Courier.", &["pk_prod_", "pk_test_"], &[Of(Upper, 28, 28)]),
    format(
        "secret.zendesk.messaging",
        "A key of Zendesk's Sunshine Conversations.",
        &["app_"],
        &[Of(Hex, 24, 24), Lit(":"), Of(Url, 80, 100)],
    ),
    format("secret.fcm.key", "A server key of Firebase Cloud Messaging.", &[":APA91b"], &[Of(Url, 120, 140)])
        .lead(Url, 11, 24)
        .medium(),
    format(
        "secret.facebook.token",
        "An access token of Facebook.",
        &["EAAC", "EAAB", "EAAG", "EAAM", "EAAD", "EAAE", "EAAF", "EAAH", "EAAI", "EAAJ"],
        &[Of(Alnum, 80, 500)],
    )
    .entropy(42),
    format("secret.instagram.token", "An access token of Instagram.", &["IGQV", "IGAA"], &[Of(Alnum, 90, 400)])
        .entropy(42),
    format("secret.twitter.bearer", "A bearer token of X.", &["AAAAAAAAAAAAAAAAAAAAA"], &[Of(B64Percent, 60, 120)])
        .entropy(40),
    format("secret.pinterest.token", "An access token of Pinterest.", &["pina_"], &[Of(Alnum, 50, 180)]),
    format(
        "secret.linkedin.secret",
        "A client secret of LinkedIn.",
        &["WPL_AP0.", "WPL_AP1."],
        &[Of(Alnum, 16, 16), Lit("."), Of(B64, 6, 8), Pad],
    ),
    format("secret.onesignal.key", "An API key of OneSignal.", &["os_v2_app_", "os_v2_org_"], &[Of(Lower, 80, 120)]),
    format("secret.intercom.token", "An access token of Intercom.", &["dG9rOg"], &[Of(B64, 48, 64), Pad]).entropy(38),
    format(
        "secret.salesforce.session",
        "A session id or access token of Salesforce.",
        &["00D"],
        &[Of(Alnum, 12, 15), Lit("!"), Of(Dotted, 80, 140)],
    ),
    format("secret.trello.token", "A token of Trello.", &["ATTA"], &[Of(Hex, 64, 64), Of(HexAny, 8, 8)]),
    format(
        "secret.hubspot.token",
        "A private app's token of HubSpot.",
        &["pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"],
        &[Uuid],
    ),
    format("secret.linear.key", "An API key of Linear.", &["lin_api_"], &[Of(Alnum, 40, 40)]),
    format("secret.linear.oauth", "An OAuth token of Linear.", &["lin_oauth_"], &[Of(Hex, 64, 64)]),
    format("secret.notion.token", "An integration's token of Notion.", &["ntn_"], &[Of(Alnum, 43, 50)]),
    format("secret.notion.secret", "An integration's secret of Notion.", &["secret_"], &[Of(Alnum, 43, 43)]),
    format(
        "secret.airtable.token",
        "A personal access token of Airtable.",
        &["pat"],
        &[Of(Alnum, 14, 14), Lit("."), Of(Hex, 64, 64)],
    ),
    format(
        "secret.asana.token",
        "A personal access token of Asana.",
        &["0/", "1/", "2/"],
        &[Of(Digit, 13, 17), Lit(":"), Of(Hex, 32, 32)],
    ),
    format(
        "secret.asana.token_new",
        "A personal access token of Asana, in the newer form.",
        &["2/"],
        &[Of(Digit, 13, 17), Lit("/"), Of(Digit, 13, 17), Lit(":"), Of(Hex, 32, 32)],
    ),
    format(
        "secret.clickup.token",
        "A personal token of ClickUp.",
        &["pk_"],
        &[Of(Digit, 5, 10), Lit("_"), Of(Upper, 32, 32)],
    ),
    format("secret.figma.token", "A personal access token of Figma.", &["figd_", "figo_"], &[Of(Url, 38, 60)]),
    format("secret.frameio.token", "A token of Frame.io.", &["fio-u-"], &[Of(Url, 64, 64)]),
    format("secret.dropbox.token", "An access token of Dropbox.", &["sl.", "sl.u."], &[Of(Url, 100, 900)]),
    format("secret.contentful.token", "A management token of Contentful.", &["CFPAT-"], &[Of(Url, 43, 43)]),
    format("secret.typeform.token", "A token of Typeform.", &["tfp_"], &[Of(Dotted, 40, 64)]),
    format(
        "secret.mapbox.secret",
        "A secret token of Mapbox.",
        &["sk.eyJ", "tk.eyJ"],
        &[Of(Url, 60, 200), Lit("."), Of(Url, 20, 24)],
    ),
    format("secret.adobe.secret", "A client secret of Adobe.", &["p8e-", "s8e-"], &[Of(Alnum, 32, 32)]),
    format("secret.adafruit.key", "A key of Adafruit IO.", &["aio_"], &[Of(Alnum, 28, 28)]),
];
