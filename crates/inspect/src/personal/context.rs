//! Words beside a number that say what it is. Only those before it count: what follows is not known yet when a text comes in
//! pieces.

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind};
use std::ops::{BitOr, Range};
use std::sync::LazyLock;

/// How far before a number a word may begin, in bytes.
pub(super) const REACH: usize = 48;

/// What words say of a number; any of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Topics(u64);

impl Topics {
    /// Nothing has to be said.
    pub(super) const NONE: Self = Self(0);

    const fn of(bit: u32) -> Self {
        Self(1 << bit)
    }

    /// Whether a number that asks for this may stand where `said` is said.
    pub(super) const fn met(self, said: Self) -> bool {
        self.0 == 0 || self.0 & said.0 != 0
    }
}

impl BitOr for Topics {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

macro_rules! topics {
    ($($bit:literal $name:ident [$($word:literal),* $(,)?];)*) => {
        impl Topics {
            $(pub(super) const $name: Self = Self::of($bit);)*
        }
        /// The words of each topic, in lower case.
        const WORDS: &[(Topics, &[&str])] = &[$((Topics::$name, &[$($word),*])),*];
    };
}

topics! {
    0 PHONE ["phone", "phones", "tel", "telephone", "mobile", "cell", "cellphone", "fax", "call", "sms", "whatsapp", "telefon",
        "telefonnummer", "handy", "handynummer", "rufnummer", "mobil", "mobilnummer", "téléphone", "portable", "teléfono",
        "telefono", "móvil", "celular", "telefone", "celulare", "cellulare", "telefoon", "gsm", "puhelin", "телефон",
        "Телефон", "тел.", "电话", "電話", "手机", "手機", "전화", "휴대폰", "هاتف", "फ़ोन", "phonenumber"];
    1 BIRTH ["born", "birth", "dob", "birthdate", "birthday", "birth date", "date of birth", "geboren", "geburtsdatum", "geb.",
        "geburtstag", "né le", "née le", "naissance", "nacimiento", "nascimento", "nascita", "nato il", "nata il",
        "geboortedatum", "urodzenia", "urodzony", "född", "født", "syntymäaika", "doğum", "рождения", "родился", "生年月日",
        "出生", "생년월일", "dateofbirth", "date_of_birth"];
    2 SSN ["ssn", "ssns", "ss#", "social security", "social-security", "social_security", "socialsecurity", "soc sec",
        "seguro social"];
    3 TAX ["itin", "taxpayer", "tax id", "tax number", "tin", "tax_id", "taxid"];
    4 NINO ["national insurance", "nino", "ni number", "ni no", "insurance number"];
    5 NHS ["nhs"];
    6 DNI ["dni", "nif", "documento nacional", "documento de identidad"];
    7 STEUER ["steuer-id", "steuer-idnr", "steueridentifikationsnummer", "steuer-identifikationsnummer", "steuernummer",
        "identifikationsnummer", "steuerid", "idnr", "tin", "tax id", "tax number", "tax_id"];
    8 AUSWEIS ["personalausweis", "ausweis", "ausweisnummer", "personalausweisnummer", "reisepass", "passnummer", "identity card",
        "id card"];
    9 PESEL ["pesel"];
    10 BSN ["bsn", "burgerservicenummer", "sofinummer", "sofi"];
    11 BELGIAN ["rijksregisternummer", "rijksregister", "registre national", "numéro national", "niss", "insz"];
    12 SWEDISH ["personnummer", "personnr", "samordningsnummer", "pnr", "person number"];
    13 FINNISH ["henkilötunnus", "hetu", "sotu", "personbeteckning"];
    14 DANISH ["cpr", "cpr-nr", "cpr-nummer", "personnummer"];
    15 PORTUGUESE ["nif", "contribuinte", "número fiscal"];
    16 BRAZILIAN ["cpf", "cnpj", "cadastro"];
    17 AADHAAR ["aadhaar", "aadhar", "uidai", "आधार"];
    18 KOREAN ["주민등록번호", "주민번호", "rrn", "resident registration"];
    19 MY_NUMBER ["my number", "mynumber", "マイナンバー", "個人番号"];
    20 TFN ["tfn", "tax file"];
    21 MEDICARE ["medicare"];
    22 SIN ["sin", "social insurance", "numéro d'assurance sociale", "nas"];
    23 SOUTH_AFRICAN ["id number", "identity number", "rsa id", "sa id", "id no", "south african", "idnumber", "id_number"];
    24 SWISS ["ahv", "avs", "ahv-nr", "ahv-nummer"];
    25 AUSTRIAN ["sozialversicherungsnummer", "svnr", "sv-nummer", "versicherungsnummer"];
    26 IRISH ["pps", "ppsn"];
    27 TURKISH ["kimlik", "tckn", "tc no", "t.c."];
    28 TAIWANESE ["身分證", "身份證", "national id"];
    29 ROMANIAN ["cnp", "cod numeric"];
    30 CZECH ["rodné číslo", "rodne cislo", "rodné", "rč"];
    31 BULGARIAN ["egn", "егн", "ЕГН"];
    32 BALTIC ["isikukood", "asmens kodas", "personal code"];
    33 CROATIAN ["oib"];
    34 ISRAELI ["teudat zehut", "תעודת זהות", "israeli id", "ת.ז"];
    35 INN ["инн", "ИНН", "inn"];
    36 PASSPORT ["passport", "passports", "reisepass", "passnummer", "passeport", "pasaporte", "passaporto", "passaporte", "paspoort",
        "paszport", "pass-nr", "паспорт", "паспорта", "护照", "護照", "旅券", "여권", "passportnumber"];
    37 LICENCE ["driver license", "drivers license", "driver's license", "driver’s license", "driver licence", "driving licence",
        "driving license", "driver's licence", "driver_license", "driverlicense", "führerschein", "führerscheinnummer",
        "permis de conduire", "licencia de conducir", "patente di guida", "rijbewijs", "prawo jazdy", "驾驶证", "免許証", "dl no",
        "dl number"];
    38 ACCOUNT ["account number", "account no", "account #", "acct", "accountnumber", "account_number", "bank account", "kontonummer",
        "kontonr", "konto-nr", "numéro de compte", "número de cuenta", "numero di conto", "rekeningnummer", "银行账号", "口座番号",
        "계좌번호", "sort code", "checking account", "savings account"];
    39 ROUTING ["routing", "aba", "rtn", "routing number"];
    40 CARD ["card", "cards", "credit", "debit", "visa", "mastercard", "amex", "pan", "kreditkarte", "kartennummer", "carte", "tarjeta",
        "carta", "cartão", "karta", "карта", "карты", "信用卡", "银行卡", "カード", "카드", "cardnumber", "card_number", "ccnum"];
    41 PAN ["pan", "permanent account"];
    42 ID_CARD ["identity card", "id card", "national id", "identification number", "身份证", "身分証", "id number"];
}

struct Words {
    automaton: AhoCorasick,
    /// Of each pattern what it says; nothing of the beginnings of those of several words.
    topics: Vec<Topics>,
    /// Whether each pattern is only such a beginning, or ends as a word of letters.
    bounded: Vec<bool>,
}

static TABLE: LazyLock<Option<Words>> = LazyLock::new(|| {
    let (mut patterns, mut topics) = (Vec::new(), Vec::new());
    for (topic, words) in WORDS {
        for word in *words {
            // The automaton folds the case of ASCII alone.
            let upper = (!word.is_ascii()).then(|| word.to_uppercase());
            for word in [Some((*word).to_owned()), upper.filter(|upper| upper != word)].into_iter().flatten() {
                // What comes in pieces may stop after any of the words.
                for (at, _) in word.match_indices(' ') {
                    patterns.push(word.get(..=at).unwrap_or_default().to_owned());
                    topics.push(Topics::NONE);
                }
                patterns.push(word);
                topics.push(*topic);
            }
        }
    }
    let bounded = patterns.iter().map(|word| word.ends_with(|c: char| c.is_ascii_alphanumeric())).collect();
    let automaton =
        AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&patterns).ok()?;
    Some(Words { automaton, topics, bounded })
});

/// Calls `see` for each word in `range`, in the order of their ends.
fn words(text: &str, range: Range<usize>, mut see: impl FnMut(usize, Topics)) {
    let Some(table) = TABLE.as_ref() else { return };
    let bytes = text.as_bytes();
    let input = Input::new(text).range(range).anchored(Anchored::No);
    let Ok(hits) = table.automaton.try_find_overlapping_iter(input) else { return };
    for hit in hits {
        let at = hit.pattern().as_usize();
        let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        let first = bytes.get(hit.start()).copied().unwrap_or_default();
        let (last, after) = (bytes.get(hit.end() - 1).copied(), bytes.get(hit.end()).copied().unwrap_or(b' '));
        // A word may begin inside of one that is written like `cardNumber`.
        let camel = |a: u8, b: u8| a.is_ascii_lowercase() && b.is_ascii_uppercase();
        let begins = !first.is_ascii_alphabetic() || !before.is_ascii_alphanumeric() || camel(before, first);
        let bounded = table.bounded.get(at).copied().unwrap_or(true);
        let ends = !bounded || !after.is_ascii_alphabetic() || camel(last.unwrap_or_default(), after);
        if begins && ends {
            see(hit.start(), table.topics.get(at).copied().unwrap_or(Topics::NONE));
        }
    }
}

/// The place `back` bytes before `at`, or the next one that is a boundary.
pub(super) fn floor(text: &str, at: usize, back: usize) -> usize {
    let from = at.saturating_sub(back);
    (from..=at).find(|place| text.is_char_boundary(*place)).unwrap_or(at)
}

/// What is said before the number at `at`.
pub(super) fn before(text: &str, at: usize) -> Topics {
    let mut said = Topics::NONE;
    words(text, floor(text, at, REACH)..at, |_, topics| said = said | topics);
    said
}

/// Where the first word begins that may say something of what stands at `at` or later.
pub(super) fn first(text: &str, at: usize) -> usize {
    let mut first = at;
    words(text, floor(text, at, REACH + 24)..text.len(), |start, _| first = first.min(start));
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_as_words() {
        assert!(TABLE.is_some());
        let said = |text: &str, topics: Topics| topics != Topics::NONE && topics.met(before(text, text.len()));
        assert!(said("Her SSN: ", Topics::SSN) && said("social security no. ", Topics::SSN));
        assert!(
            said("userSsn=", Topics::SSN) && said("ssn_hash ", Topics::SSN) && said("passportNo ", Topics::PASSPORT)
        );
        assert!(said("身份证号码：", Topics::ID_CARD) && said("Geburtsdatum ", Topics::BIRTH));
        assert!(
            !said("using a hotel ", Topics::PHONE) && !said("classname ", Topics::SSN) && !said("single ", Topics::SIN)
        );
        assert!(!said(&format!("ssn{}", " ".repeat(60)), Topics::SSN));
    }
}
