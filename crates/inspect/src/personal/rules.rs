//! The rules of personal data, for the catalogue.

use crate::rule::{Family, Rule};
use crate::{Action, Severity};

const fn rule(id: &'static str, severity: Severity, about: &'static str) -> Rule {
    let tags = &["MCP10", "AML.T0057"];
    Rule { id, family: Family::Personal, severity, action: Action::Redact, about, on: false, tags }
}

/// The rules of this module: off unless a policy asks for them.
pub const RULES: &[Rule] = &[
    rule("personal.email", Severity::Medium, "An e-mail address."),
    rule(
        "personal.phone",
        Severity::Medium,
        "A telephone number: international (ITU-T E.164), or national where its form or a word beside it says so.",
    ),
    rule("personal.card", Severity::High, "The number of a payment card, by its issuer's range and its check digit."),
    rule("personal.iban", Severity::High, "An IBAN, by its country's length and its check digits (ISO 13616)."),
    rule("personal.birth_date", Severity::Medium, "A date of birth, by a word beside it."),
    rule("personal.passport", Severity::Medium, "The number of a passport, by a word beside it."),
    rule("personal.driver_licence", Severity::Medium, "The number of a driving licence, by a word beside it."),
    rule(
        "personal.bank_account",
        Severity::Medium,
        "The number of a bank account, or a sort code, by a word beside it.",
    ),
    rule("personal.us.ssn", Severity::High, "A social security number of the United States, by a word beside it."),
    rule(
        "personal.us.itin",
        Severity::High,
        "A taxpayer identification number of the United States, by a word beside it.",
    ),
    rule(
        "personal.us.routing",
        Severity::Low,
        "The routing number of a bank of the United States, by a word beside it and its check digit.",
    ),
    rule("personal.uk.nino", Severity::High, "A National Insurance number of the United Kingdom."),
    rule(
        "personal.uk.nhs",
        Severity::High,
        "An NHS number of the United Kingdom, by a word beside it and its check digit.",
    ),
    rule("personal.es.dni", Severity::High, "A DNI of Spain, with its letter."),
    rule("personal.es.nie", Severity::High, "An NIE of Spain, with its letter."),
    rule("personal.fr.nir", Severity::High, "A NIR of France, with its key."),
    rule(
        "personal.de.tax_id",
        Severity::High,
        "A tax identification number of Germany, by a word beside it and its check digit.",
    ),
    rule(
        "personal.de.id_card",
        Severity::High,
        "The number of an identity card or passport of Germany, by a word beside it and its check digit.",
    ),
    rule("personal.de.pension", Severity::High, "A pension insurance number of Germany, with its check digit."),
    rule("personal.it.fiscal_code", Severity::High, "A codice fiscale of Italy, with its check letter."),
    rule("personal.pl.pesel", Severity::High, "A PESEL of Poland, by a word beside it and its check digit."),
    rule("personal.nl.bsn", Severity::High, "A BSN of the Netherlands, by a word beside it and its check digit."),
    rule("personal.be.national", Severity::High, "A national number of Belgium, with its check digits."),
    rule(
        "personal.se.personnummer",
        Severity::High,
        "A personnummer of Sweden, by a word beside it and its check digit.",
    ),
    rule("personal.fi.hetu", Severity::High, "A henkilötunnus of Finland, with its check character."),
    rule("personal.no.fodselsnummer", Severity::High, "A fødselsnummer of Norway, with its check digits."),
    rule("personal.dk.cpr", Severity::High, "A CPR number of Denmark, by a word beside it."),
    rule("personal.pt.nif", Severity::High, "A NIF of Portugal, by a word beside it and its check digit."),
    rule("personal.ch.ahv", Severity::High, "An AHV number of Switzerland, with its check digit."),
    rule(
        "personal.at.social",
        Severity::High,
        "A social insurance number of Austria, by a word beside it and its check digit.",
    ),
    rule("personal.ie.pps", Severity::High, "A PPS number of Ireland, by a word beside it and its check letter."),
    rule(
        "personal.tr.identity",
        Severity::High,
        "An identity number of Türkiye, by a word beside it and its check digits.",
    ),
    rule("personal.ro.cnp", Severity::High, "A CNP of Romania, by a word beside it and its check digit."),
    rule(
        "personal.cz.birth",
        Severity::High,
        "A birth number of Czechia or Slovakia, by a word beside it and its divisor.",
    ),
    rule("personal.bg.egn", Severity::High, "An EGN of Bulgaria, by a word beside it and its check digit."),
    rule(
        "personal.baltic.code",
        Severity::High,
        "A personal code of Estonia or Lithuania, by a word beside it and its check digit.",
    ),
    rule("personal.hr.oib", Severity::High, "An OIB of Croatia, by a word beside it and its check digit."),
    rule("personal.ru.snils", Severity::High, "A SNILS of Russia, with its check digits."),
    rule("personal.ru.inn", Severity::High, "The INN of a person in Russia, by a word beside it and its check digits."),
    rule(
        "personal.ca.sin",
        Severity::High,
        "A social insurance number of Canada, by a word beside it and its check digit.",
    ),
    rule("personal.mx.curp", Severity::High, "A CURP of Mexico, with its check digit."),
    rule("personal.br.cpf", Severity::High, "A CPF of Brazil, with its check digits."),
    rule("personal.br.cnpj", Severity::Medium, "A CNPJ of Brazil, with its check digits."),
    rule("personal.ar.cuit", Severity::High, "A CUIT or CUIL of Argentina, with its check digit."),
    rule("personal.cl.rut", Severity::High, "A RUT of Chile, with its check digit."),
    rule("personal.in.aadhaar", Severity::High, "An Aadhaar number of India, by a word beside it and its check digit."),
    rule("personal.in.pan", Severity::High, "A PAN of India."),
    rule("personal.cn.resident", Severity::High, "A resident identity number of China, with its check digit."),
    rule("personal.kr.rrn", Severity::High, "A resident registration number of Korea."),
    rule("personal.jp.my_number", Severity::High, "A My Number of Japan, by a word beside it and its check digit."),
    rule("personal.au.tfn", Severity::High, "A tax file number of Australia, by a word beside it and its check digit."),
    rule(
        "personal.au.medicare",
        Severity::High,
        "A Medicare number of Australia, by a word beside it and its check digit.",
    ),
    rule(
        "personal.za.identity",
        Severity::High,
        "An identity number of South Africa, by a word beside it and its check digit.",
    ),
    rule("personal.sg.nric", Severity::High, "An NRIC or FIN of Singapore, with its check letter."),
    rule(
        "personal.tw.identity",
        Severity::High,
        "A national identification number of Taiwan, by a word beside it and its check digit.",
    ),
    rule(
        "personal.il.identity",
        Severity::High,
        "An identity number of Israel, by a word beside it and its check digit.",
    ),
];
