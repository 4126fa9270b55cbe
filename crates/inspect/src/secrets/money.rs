//! Payments and commerce.

use super::format::Class::{Alnum, B64, Base58, Bech32, Hex, HexAny, Lower, Url, Word};
use super::format::Part::{Lit, Of, Pad, Uuid};
use super::format::{Format, format};

/// Their formats.
pub(super) const FORMATS: &[Format] = &[
    format(
        "secret.stripe.live",
        "A secret or restricted key of Stripe, or of a vendor with the same prefix.",
        &["sk_live_", "rk_live_", "sk_org_live_"],
        &[Of(Alnum, 20, 250)],
    ),
    format(
        "secret.stripe.test",
        "A test key of Stripe, or of a vendor with the same prefix.",
        &["sk_test_", "rk_test_", "sk_org_test_"],
        &[Of(Alnum, 20, 250)],
    )
    .medium(),
    format(
        "secret.stripe.webhook",
        "A webhook's signing secret of Stripe or Svix.",
        &["whsec_"],
        &[Of(B64, 32, 80), Pad],
    ),
    format("secret.square.token", "An access token of Square.", &["sq0atp-"], &[Of(Url, 22, 22)]),
    format("secret.square.secret", "An application secret of Square.", &["sq0csp-"], &[Of(Url, 43, 43)]),
    format("secret.square.production", "A production token of Square.", &["EAAA"], &[Of(Url, 60, 60)]).entropy(40),
    format(
        "secret.paypal.braintree",
        "An access token of Braintree.",
        &["access_token$production$", "access_token$sandbox$"],
        &[Of(Lower, 16, 16), Lit("$"), Of(Hex, 32, 32)],
    ),
    format("secret.razorpay.key", "A key of Razorpay.", &["rzp_live_", "rzp_test_"], &[Of(Alnum, 14, 14)]),
    format("secret.flutterwave.live", "A secret key of Flutterwave.", &["FLWSECK-"], &[Of(Alnum, 32, 32), Lit("-X")]),
    format("secret.flutterwave.test", "A test key of Flutterwave.", &["FLWSECK_TEST-"], &[Of(Alnum, 12, 40)]).medium(),
    format("secret.shippo.token", "A token of Shippo.", &["shippo_live_", "shippo_test_"], &[Of(Hex, 40, 40)]),
    format("secret.easypost.key", "An API key of EasyPost.", &["EZAK", "EZTK"], &[Of(Alnum, 54, 54)]),
    format(
        "secret.plaid.token",
        "An access token of Plaid.",
        &["access-sandbox-", "access-development-", "access-production-"],
        &[Uuid],
    ),
    format("secret.gocardless.token", "An access token of GoCardless.", &["live_"], &[Of(Url, 40, 44)]),
    format("secret.mollie.key", "An API key of Mollie.", &["live_", "test_"], &[Of(Alnum, 30, 30)]),
    format("secret.lob.key", "An API key of Lob.", &["live_", "test_"], &[Of(Hex, 35, 35)]).entropy(28),
    format(
        "secret.adyen.key",
        "An API key of Adyen.",
        &["AQEyh", "AQEmh", "AQEnh", "AQEph", "AQErh", "AQExh", "AQEqh", "AQEth", "AQEhh", "AQEgh", "AQEsh", "AQEuh"],
        &[Of(B64, 40, 300), Pad, Lit("-"), Of(B64, 40, 120), Pad],
    ),
    format("secret.checkout.key", "A secret key of Checkout.com.", &["sk_", "sk_test_"], &[Uuid]),
    format(
        "secret.paddle.key",
        "An API key of Paddle.",
        &["pdl_live_apikey_", "pdl_sdbx_apikey_"],
        &[Of(Word, 40, 64)],
    ),
    format(
        "secret.polar.token",
        "A token of Polar.",
        &["polar_oat_", "polar_pat_", "polar_whs_"],
        &[Of(Alnum, 32, 64)],
    ),
    format("secret.duffel.token", "A token of Duffel.", &["duffel_live_", "duffel_test_"], &[Of(Url, 43, 43)]),
    format("secret.mercury.token", "An API token of Mercury.", &["mercury_production_"], &[Of(Word, 30, 100)]),
    format(
        "secret.xendit.key",
        "A secret key of Xendit.",
        &["xnd_production_", "xnd_development_"],
        &[Of(Alnum, 40, 80)],
    ),
    format("secret.midtrans.key", "A server key of Midtrans.", &["Mid-server-", "SB-Mid-server-"], &[Of(Url, 24, 24)]),
    format("secret.shopify.access", "An access token of Shopify.", &["shpat_"], &[Of(HexAny, 32, 32)]),
    format("secret.shopify.custom", "A custom app's token of Shopify.", &["shpca_"], &[Of(HexAny, 32, 32)]),
    format("secret.shopify.private", "A private app's token of Shopify.", &["shppa_"], &[Of(HexAny, 32, 32)]),
    format("secret.shopify.shared", "A shared secret of Shopify.", &["shpss_"], &[Of(HexAny, 32, 32)]),
    format(
        "secret.shopify.user",
        "A user's or storefront's token of Shopify.",
        &["shpua_", "shptka_", "shpit_"],
        &[Of(HexAny, 32, 32)],
    ),
    format(
        "secret.bitcoin.extended",
        "An extended private key (BIP 32).",
        &["xprv", "yprv", "zprv", "tprv"],
        &[Of(Base58, 107, 107)],
    ),
    format("secret.nostr.key", "A private key of Nostr (NIP-19).", &["nsec1"], &[Of(Bech32, 58, 58)]),
];
