//! The forms of numbers, each with its rule, its check, and whether words have to say what it is.

use super::checks::card;
use super::context::Topics;
use super::europe::*;
use super::world::*;

/// A form that a number may have.
pub(super) struct Form {
    /// The rule's id.
    pub(super) rule: &'static str,
    /// As [`super::shape::Shape::fits`] reads it.
    pub(super) pattern: &'static str,
    /// What has to be said before it.
    pub(super) need: Topics,
    /// Whether the characters may be such a number.
    pub(super) check: fn(&[u8]) -> bool,
}

const fn form(rule: &'static str, pattern: &'static str, need: Topics, check: fn(&[u8]) -> bool) -> Form {
    Form { rule, pattern, need, check }
}

/// Where there is no check the words have to do.
fn any(_: &[u8]) -> bool {
    true
}

const NONE: Topics = Topics::NONE;

/// Every form.
pub(super) const FORMS: &[Form] = &[
    form("personal.card", "dddd~dddd~dddd~dddd", NONE, card),
    form("personal.card", "dddd~dddddd~ddddd", NONE, card),
    form("personal.card", "dddd~dddddd~dddd", NONE, card),
    form("personal.card", "dddd~dddd~dddd~dddd~ddd", NONE, card),
    form("personal.card", "ddddddddddddd", Topics::CARD, card),
    form("personal.card", "dddddddddddddd", Topics::CARD, card),
    form("personal.card", "ddddddddddddddd", NONE, card),
    form("personal.card", "dddddddddddddddd", NONE, card),
    form("personal.card", "ddddddddddddddddd", Topics::CARD, card),
    form("personal.card", "dddddddddddddddddd", Topics::CARD, card),
    form("personal.card", "ddddddddddddddddddd", Topics::CARD, card),
    form("personal.phone", "ddd-ddd-dddd", NONE, nanp),
    form("personal.phone", "ddd.ddd.dddd", Topics::PHONE, nanp),
    form("personal.phone", "0d0-dddd-dddd", NONE, any),
    form("personal.us.ssn", "ddd~dd~dddd", Topics::SSN, us_ssn),
    form("personal.us.ssn", "ddddddddd", Topics::SSN, us_ssn),
    form("personal.us.itin", "ddd~dd~dddd", Topics::TAX, us_itin),
    form("personal.us.itin", "ddddddddd", Topics::TAX, us_itin),
    form("personal.us.routing", "ddddddddd", Topics::ROUTING, us_routing),
    form("personal.uk.nino", "uuddddddu", Topics::NINO, uk_nino),
    form("personal.uk.nino", "lldddddd~l", Topics::NINO, uk_nino),
    form("personal.uk.nino", "llddddddl", Topics::NINO, uk_nino),
    form("personal.uk.nino", "uu~dd~dd~dd~u", NONE, uk_nino),
    form("personal.uk.nhs", "ddd~ddd~dddd", Topics::NHS, uk_nhs),
    form("personal.uk.nhs", "dddddddddd", Topics::NHS, uk_nhs),
    form("personal.es.dni", "ddddddddl", Topics::DNI, es_dni),
    form("personal.es.dni", "dddddddd~l", Topics::DNI, es_dni),
    form("personal.es.dni", "dd.ddd.ddd-u", NONE, es_dni),
    form("personal.es.nie", "udddddddu", NONE, es_nie),
    form("personal.es.nie", "u-ddddddd-u", NONE, es_nie),
    form("personal.fr.nir", "ddddddddddddddd", NONE, fr_nir),
    form("personal.fr.nir", "ddddddudddddddd", NONE, fr_nir),
    form("personal.fr.nir", "d~dd~dd~dx~ddd~ddd~dd", NONE, fr_nir),
    form("personal.de.tax_id", "dd~ddd~ddd~ddd", Topics::STEUER, de_tax_id),
    form("personal.de.tax_id", "ddddddddddd", Topics::STEUER, de_tax_id),
    form("personal.de.id_card", "lxxxxxxxxd", Topics::AUSWEIS, de_id_card),
    form("personal.de.pension", "ddddddddlddd", NONE, de_pension),
    form("personal.de.pension", "dd~dddddd~u~ddd", NONE, de_pension),
    form("personal.it.fiscal_code", "llllllxxlxxlxxxl", NONE, it_fiscal),
    form("personal.it.fiscal_code", "uuuuuu~xxlxx~lxxxl", NONE, it_fiscal),
    form("personal.pl.pesel", "ddddddddddd", Topics::PESEL, pl_pesel),
    form("personal.nl.bsn", "ddddddddd", Topics::BSN, nl_bsn),
    form("personal.nl.bsn", "dddd~dd~ddd", Topics::BSN, nl_bsn),
    form("personal.be.national", "dd.dd.dd-ddd.dd", NONE, be_national),
    form("personal.be.national", "ddddddddddd", Topics::BELGIAN, be_national),
    form("personal.se.personnummer", "dddddd-dddd", Topics::SWEDISH, se_person),
    form("personal.se.personnummer", "dddddd+dddd", Topics::SWEDISH, se_person),
    form("personal.se.personnummer", "dddddddd-dddd", Topics::SWEDISH, se_person),
    form("personal.se.personnummer", "dddddddddd", Topics::SWEDISH, se_person),
    form("personal.se.personnummer", "dddddddddddd", Topics::SWEDISH, se_person),
    form("personal.fi.hetu", "dddddd-dddu", NONE, fi_hetu),
    form("personal.fi.hetu", "dddddd+dddu", NONE, fi_hetu),
    form("personal.fi.hetu", "dddddd-dddx", Topics::FINNISH, fi_hetu),
    form("personal.fi.hetu", "ddddddudddx", NONE, fi_hetu),
    form("personal.no.fodselsnummer", "ddddddddddd", NONE, no_birth),
    form("personal.no.fodselsnummer", "dddddd~ddddd", NONE, no_birth),
    form("personal.dk.cpr", "dddddd-dddd", Topics::DANISH, dk_cpr),
    form("personal.dk.cpr", "dddddddddd", Topics::DANISH, dk_cpr),
    form("personal.pt.nif", "ddddddddd", Topics::PORTUGUESE, pt_nif),
    form("personal.pt.nif", "ddd~ddd~ddd", Topics::PORTUGUESE, pt_nif),
    form("personal.ch.ahv", "756.dddd.dddd.dd", NONE, ch_ahv),
    form("personal.ch.ahv", "756dddddddddd", Topics::SWISS, ch_ahv),
    form("personal.at.social", "dddd~dddddd", Topics::AUSTRIAN, at_social),
    form("personal.at.social", "dddddddddd", Topics::AUSTRIAN, at_social),
    form("personal.ie.pps", "dddddddl", Topics::IRISH, ie_pps),
    form("personal.ie.pps", "dddddddll", Topics::IRISH, ie_pps),
    form("personal.tr.identity", "ddddddddddd", Topics::TURKISH, tr_identity),
    form("personal.ro.cnp", "ddddddddddddd", Topics::ROMANIAN, ro_cnp),
    form("personal.cz.birth", "dddddd/dddd", Topics::CZECH, cz_birth),
    form("personal.cz.birth", "dddddddddd", Topics::CZECH, cz_birth),
    form("personal.bg.egn", "dddddddddd", Topics::BULGARIAN, bg_egn),
    form("personal.baltic.code", "ddddddddddd", Topics::BALTIC, baltic),
    form("personal.hr.oib", "ddddddddddd", Topics::CROATIAN, hr_oib),
    form("personal.ru.snils", "ddd-ddd-ddd dd", NONE, ru_snils),
    form("personal.ru.inn", "dddddddddddd", Topics::INN, ru_inn),
    form("personal.ca.sin", "ddd~ddd~ddd", Topics::SIN, ca_sin),
    form("personal.ca.sin", "ddddddddd", Topics::SIN, ca_sin),
    form("personal.mx.curp", "llllddddddllllllxd", NONE, mx_curp),
    form("personal.br.cpf", "ddd.ddd.ddd-dd", NONE, br_cpf),
    form("personal.br.cpf", "ddddddddddd", Topics::BRAZILIAN, br_cpf),
    form("personal.br.cnpj", "dd.ddd.ddd/dddd-dd", NONE, br_cnpj),
    form("personal.br.cnpj", "dddddddddddddd", Topics::BRAZILIAN, br_cnpj),
    form("personal.ar.cuit", "dd-dddddddd-d", NONE, ar_cuit),
    form("personal.cl.rut", "dd.ddd.ddd-x", NONE, cl_rut),
    form("personal.cl.rut", "d.ddd.ddd-x", NONE, cl_rut),
    form("personal.in.aadhaar", "dddd~dddd~dddd", Topics::AADHAAR, in_aadhaar),
    form("personal.in.aadhaar", "dddddddddddd", Topics::AADHAAR, in_aadhaar),
    form("personal.in.pan", "uuuuuddddu", NONE, in_pan),
    form("personal.in.pan", "lllllddddl", Topics::PAN, in_pan),
    form("personal.cn.resident", "dddddddddddddddddx", NONE, cn_resident),
    form("personal.kr.rrn", "dddddd-ddddddd", NONE, kr_resident_checked),
    form("personal.kr.rrn", "dddddd-ddddddd", Topics::KOREAN, kr_resident),
    form("personal.kr.rrn", "ddddddddddddd", Topics::KOREAN, kr_resident),
    form("personal.jp.my_number", "dddd~dddd~dddd", Topics::MY_NUMBER, jp_my_number),
    form("personal.jp.my_number", "dddddddddddd", Topics::MY_NUMBER, jp_my_number),
    form("personal.au.tfn", "ddd~ddd~ddd", Topics::TFN, au_tfn),
    form("personal.au.tfn", "ddddddddd", Topics::TFN, au_tfn),
    form("personal.au.medicare", "dddd~ddddd~d", Topics::MEDICARE, au_medicare),
    form("personal.au.medicare", "dddddddddd", Topics::MEDICARE, au_medicare),
    form("personal.za.identity", "ddddddddddddd", Topics::SOUTH_AFRICAN, za_identity),
    form("personal.sg.nric", "udddddddu", NONE, sg_nric),
    form("personal.tw.identity", "uddddddddd", Topics::TAIWANESE, tw_identity),
    form("personal.il.identity", "ddddddddd", Topics::ISRAELI, il_identity),
    form("personal.birth_date", "dddd~dd~dd", Topics::BIRTH, birthday),
    form("personal.birth_date", "dd~dd~dddd", Topics::BIRTH, birthday),
    form("personal.birth_date", "d~dd~dddd", Topics::BIRTH, birthday),
    form("personal.birth_date", "dd~d~dddd", Topics::BIRTH, birthday),
    form("personal.birth_date", "d~d~dddd", Topics::BIRTH, birthday),
    form("personal.birth_date", "dddddddd", Topics::BIRTH, birthday),
    form("personal.passport", "ddddddddd", Topics::PASSPORT, any),
    form("personal.passport", "lddddddd", Topics::PASSPORT, any),
    form("personal.passport", "ldddddddd", Topics::PASSPORT, any),
    form("personal.passport", "llddddddd", Topics::PASSPORT, any),
    form("personal.passport", "lldddddd", Topics::PASSPORT, any),
    form("personal.passport", "ddlldddddd", Topics::PASSPORT, any),
    form("personal.passport", "ddllddddd", Topics::PASSPORT, any),
    form("personal.passport", "dd~dd~dddddd", Topics::PASSPORT, any),
    form("personal.passport", "dddd~dddddd", Topics::PASSPORT, any),
    form("personal.passport", "uxxxxxxxx", Topics::PASSPORT, mixed),
    form("personal.driver_licence", "ldddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "lddddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "ldddddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "ldddddddddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "lddd~dddd~dddd", Topics::LICENCE, any),
    form("personal.driver_licence", "ddddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "dddddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "ddddddddd", Topics::LICENCE, any),
    form("personal.driver_licence", "xxxxxddddddxxxxx", Topics::LICENCE, mixed),
    form("personal.driver_licence", "uxxxxxxxxxx", Topics::LICENCE, mixed),
    form("personal.bank_account", "dd-dd-dd", Topics::ACCOUNT, any),
    form("personal.bank_account", "dddddddd", Topics::ACCOUNT, any),
    form("personal.bank_account", "ddddddddd", Topics::ACCOUNT, any),
    form("personal.bank_account", "dddddddddd", Topics::ACCOUNT, any),
    form("personal.bank_account", "ddddddddddd", Topics::ACCOUNT, any),
    form("personal.bank_account", "dddddddddddd", Topics::ACCOUNT, any),
    form("personal.bank_account", "dddd~dddd~dddd", Topics::ACCOUNT, any),
];

/// Letters and at least four digits.
fn mixed(v: &[u8]) -> bool {
    v.iter().filter(|b| b.is_ascii_digit()).count() >= 4
}
