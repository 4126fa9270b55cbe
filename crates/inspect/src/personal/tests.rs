//! Tests of personal data: the examples that registers and standards publish, and text that only looks alike.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn found(text: &str) -> Vec<(&'static str, &str)> {
    let mut out = Vec::new();
    find(text, &mut out);
    out.sort_by_key(|one| one.span.start);
    out.iter().map(|one| (one.rule, text.get(one.span.clone()).expect("on boundaries of characters"))).collect()
}

#[track_caller]
fn is(text: &str, rule: &str, value: &str) {
    assert!(found(text).contains(&(rule, value)), "{text}: {:?}", found(text));
}

#[track_caller]
fn none(text: &str) {
    assert_eq!(found(text), [], "{text}");
}

/// The number with its last digit changed: the check digit is wrong then, whatever it was.
fn changed(text: &str) -> String {
    let at = text.rfind(|c: char| c.is_ascii_digit()).unwrap();
    let digit = u32::from(text.as_bytes()[at] - b'0');
    format!("{}{}{}", &text[..at], (digit + 1) % 10, &text[at + 1..])
}

#[test]
fn every_form_has_a_rule_and_every_rule_is_off() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(FORMS.iter().all(|form| ids.contains(form.rule)));
    assert!(RULES.iter().all(|rule| !rule.on && rule.action == crate::Action::Redact));
    assert!(FORMS.iter().all(|form| form.pattern.bytes().take_while(u8::is_ascii_alphanumeric).count() <= LONGEST));
}

/// Numbers that need no word beside them.
const ALONE: &[(&str, &str)] = &[
    ("personal.card", "4111111111111111"),
    ("personal.card", "5555 5555 5555 4444"),
    ("personal.card", "3782-822463-10005"),
    ("personal.card", "4111\u{a0}1111\u{a0}1111\u{a0}1111"),
    ("personal.card", "4111‑1111‑1111‑1111"),
    ("personal.card", "4111.1111.1111.1111"),
    ("personal.card", "6011 1111 1111 1117"),
    ("personal.iban", "DE89370400440532013000"),
    ("personal.iban", "GB82 WEST 1234 5698 7654 32"),
    ("personal.iban", "FR14 2004 1010 0505 0001 3M02 606"),
    ("personal.iban", "no93 8601 1117 947"),
    ("personal.fr.nir", "2 55 08 14 168 025 38"),
    ("personal.fr.nir", "255081416802538"),
    ("personal.be.national", "85.07.30-033.28"),
    ("personal.no.fodselsnummer", "15021951940"),
    ("personal.br.cpf", "111.444.777-35"),
    ("personal.br.cnpj", "11.222.333/0001-81"),
    ("personal.ch.ahv", "756.9217.0769.85"),
    ("personal.ar.cuit", "20-12345678-6"),
    ("personal.cl.rut", "12.345.678-5"),
    ("personal.ru.snils", "112-233-445 95"),
    ("personal.mx.curp", "BOXW310820HNERXN09"),
    ("personal.de.pension", "15 070649 C 103"),
];

/// Numbers with a check letter, or without a check digit.
const LETTERED: &[(&str, &str)] = &[
    ("personal.es.nie", "X1234567L"),
    ("personal.es.dni", "12.345.678-Z"),
    ("personal.it.fiscal_code", "RSSMRA85T10A562S"),
    ("personal.fi.hetu", "131052-308T"),
    ("personal.cn.resident", "11010519491231002X"),
    ("personal.sg.nric", "S1234567D"),
    ("personal.uk.nino", "AB 12 34 56 C"),
    ("personal.in.pan", "AAAPL1234C"),
    ("personal.phone", "+49 30 1234567"),
    ("personal.phone", "+1 (415) 555-2671"),
    ("personal.phone", "+442079460958"),
    ("personal.phone", "(415) 555-2671"),
    ("personal.phone", "415-555-2671"),
    ("personal.phone", "090-1234-5678"),
    ("personal.email", "alice.smith+tag@mail.example.co.uk"),
    ("personal.email", "jürgen@müller.example"),
    ("personal.email", "o'brien@example.com"),
];

/// Numbers that need a word, and one that does.
const BESIDE: &[(&str, &str, &str)] = &[
    ("personal.us.ssn", "SSN", "219-09-9998"),
    ("personal.us.ssn", "social security number", "219099998"),
    ("personal.us.itin", "ITIN", "912-70-1234"),
    ("personal.us.routing", "routing no", "021000021"),
    ("personal.uk.nino", "NI number", "AB123456C"),
    ("personal.uk.nhs", "NHS", "943 476 5919"),
    ("personal.es.dni", "DNI", "12345678Z"),
    ("personal.de.tax_id", "Steuer-ID", "86 095 742 719"),
    ("personal.de.id_card", "Personalausweis", "T220001293"),
    ("personal.pl.pesel", "PESEL", "44051401359"),
    ("personal.nl.bsn", "BSN", "111222333"),
    ("personal.se.personnummer", "personnummer", "811228-9874"),
    ("personal.dk.cpr", "CPR-nr", "070761-4285"),
    ("personal.pt.nif", "NIF", "123456789"),
    ("personal.at.social", "SVNR", "1237 010180"),
    ("personal.ie.pps", "PPS", "1234567FA"),
    ("personal.tr.identity", "kimlik", "10000000146"),
    ("personal.ro.cnp", "CNP", "1800101221144"),
    ("personal.bg.egn", "EGN", "7523169263"),
    ("personal.baltic.code", "isikukood", "37605030299"),
    ("personal.hr.oib", "OIB", "69435151530"),
    ("personal.ru.inn", "ИНН", "500100732259"),
    ("personal.ca.sin", "SIN", "130-692-544"),
    ("personal.jp.my_number", "マイナンバー", "123456789018"),
    ("personal.au.tfn", "TFN", "876 543 210"),
    ("personal.au.medicare", "Medicare", "2123 45670 1"),
    ("personal.za.identity", "ID number", "8001015009087"),
    ("personal.tw.identity", "身分證", "A123456789"),
    ("personal.il.identity", "teudat zehut", "123456782"),
    ("personal.cz.birth", "rodné číslo", "736028/5163"),
    ("personal.phone", "Tel.", "030 1234567"),
    ("personal.phone", "手机", "13812345678"),
    ("personal.birth_date", "DOB", "1985-03-12"),
    ("personal.birth_date", "geboren am", "12.03.1985"),
    ("personal.birth_date", "born on", "March 12, 1985"),
    ("personal.birth_date", "née le", "3 août 1985"),
    ("personal.passport", "passport no.", "C01X00T47"),
    ("personal.driver_licence", "driver's license", "D1234567"),
    ("personal.bank_account", "account number", "12345678"),
];

#[test]
fn published_examples_are_found_alone() {
    for (rule, value) in ALONE.iter().chain(LETTERED) {
        for text in [
            (*value).to_owned(),
            format!("it is {value}."),
            format!("{{\"a\":\"{value}\"}}"),
            format!("号码：{value}，"),
        ] {
            is(&text, rule, value);
        }
    }
}

#[test]
fn a_wrong_check_digit_is_none() {
    for (rule, value) in ALONE {
        let wrong = changed(value);
        assert!(!found(&wrong).iter().any(|one| one.0 == *rule), "{wrong}");
    }
}

#[test]
fn the_others_are_found_beside_a_word_and_only_there() {
    for (rule, word, value) in BESIDE {
        for text in [
            format!("{word}: {value}"),
            format!("{} {value}, and", word.to_uppercase()),
            format!("\"{word}\": \"{value}\""),
            format!("The {word} of the customer is {value}."),
        ] {
            is(&text, rule, value);
        }
        assert!(!found(&format!("it is {value}.")).iter().any(|one| one.0 == *rule), "{value}");
        let far = format!("{word} {} {value}", "word ".repeat(12));
        assert!(!found(&far).iter().any(|one| one.0 == *rule), "{far}");
    }
}

#[test]
fn numbers_made_with_their_check_digit_are_found() {
    let finish = |head: &str, check: fn(&[u8]) -> bool| {
        (0..10).map(|digit| format!("{head}{digit}")).find(|number| check(number.as_bytes())).unwrap()
    };
    let aadhaar = finish("23412341234", world::in_aadhaar);
    is(&format!("Aadhaar {aadhaar}"), "personal.in.aadhaar", &aadhaar);
    let korean = finish("900101123456", world::kr_resident_checked);
    let korean = format!("{}-{}", &korean[..6], &korean[6..]);
    is(&korean, "personal.kr.rrn", &korean);
}

#[test]
fn what_only_looks_alike_is_none() {
    for text in [
        "550e8400-e29b-41d4-a716-446655440000",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "4111111111111111a and 0x4111111111111111 and 0.4111111111111111",
        "at 1700000000000 or 1609459200",
        "2024-01-31T12:00:00Z, 2024-01-31, 12/03/2024 and 12 March 2024",
        "version 1.2.3 of 192.168.1.1:8080",
        "pi is 3.14159265358979323846",
        "git@github.com:org/repo.git",
        "icon@2x.png and @types/node and @decorator",
        "npm install left-pad@1.3.0",
        "postgres://user:secret@db.example.com/x",
        "noreply@example.com",
        "+20240131 and +0530 and x+12345678901",
        "000-00-0000",
        "order 123-45-6789-0",
        "ISBN 978-3-16-148410-0",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "SSN is a number; see page 219",
        "call me back in 2024",
        "the card game 12 34",
        "DE00370400440532013000",
        "commit 1234567 of 2024",
        "id=12345678901&n=123456789",
        "0000000000000000 and 1111 1111 1111 1111",
        "[personal data removed]",
    ] {
        none(text);
    }
}

#[test]
fn what_is_pending_is_what_may_go_on() {
    assert_eq!(pending("all is said "), 12);
    assert_eq!(pending("it is 4111 1111 "), 6);
    assert_eq!(pending("it is 4111 1111\n"), 16);
    assert_eq!(pending("her ssn is "), 4);
    assert_eq!(pending("her date of "), 4);
    assert_eq!(pending("AB "), 0);
}

fn pieces() -> impl Strategy<Value = String> {
    let number = (0..ALONE.len()).prop_map(|at| ALONE[at].1.to_owned());
    let lettered = (0..LETTERED.len()).prop_map(|at| LETTERED[at].1.to_owned());
    let word = (0..BESIDE.len()).prop_map(|at| BESIDE[at].1.to_owned());
    let beside = (0..BESIDE.len()).prop_map(|at| BESIDE[at].2.to_owned());
    let piece = prop_oneof![
        number,
        lettered,
        word,
        beside,
        "[0-9]{1,17}",
        "[A-Z]{1,3}",
        "[ -./+()@]{1,2}",
        Just(" ".to_owned()),
        Just(" ".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("\u{a0}".to_owned()),
        Just("word ".to_owned()),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn all(text: &str) -> Vec<Match> {
    let mut out = Vec::new();
    find(text, &mut out);
    out.sort_by_key(|one| (one.span.start, one.span.end, one.rule));
    out
}

proptest! {
    #[test]
    fn places_are_on_boundaries(text in pieces()) {
        for one in all(&text) {
            prop_assert!(text.get(one.span.clone()).is_some_and(|value| !value.is_empty()));
        }
        prop_assert!(text.is_char_boundary(pending(&text)));
    }

    #[test]
    fn what_follows_changes_nothing_before_what_is_pending(head in pieces(), tail in pieces()) {
        let head = format!("{head} ");
        let at = pending(&head);
        let done = |text: &str| all(text).into_iter().filter(|one| one.span.end <= at).collect::<Vec<_>>();
        prop_assert_eq!(done(&head), done(&format!("{head}{tail}")));
    }

    #[test]
    fn a_text_may_be_cut_where_nothing_is_pending(head in pieces(), tail in pieces()) {
        let whole = format!("{head} {tail}");
        for (cut, _) in whole.match_indices([' ', '\n']).map(|(at, _)| (at + 1, ())) {
            if pending(&whole[..cut]) != cut {
                continue;
            }
            let mut parts = all(&whole[..cut]);
            parts.extend(all(&whole[cut..]).into_iter().map(|one| Match {
                span: one.span.start + cut..one.span.end + cut,
                ..one
            }));
            prop_assert_eq!(all(&whole), parts);
        }
    }
}
