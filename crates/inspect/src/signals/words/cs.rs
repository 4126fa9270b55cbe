//! Czech, with what Slovak shares or writes otherwise.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "ignoruj*, zapomeň*, zabudni*, pomiň*, nedbej na, nedbejte na, neber v potaz, neber ohled na, nevšímej \
         si, nevšímaj si, neřiď se, neposlouchej, přestaň se řídit, nedodržuj, odhoď, opusť, obejdi, přehlížej, \
         hoď za hlavu, zanedbej",
    ),
    (
        PRIOR | EARLIER,
        "předchozí*, předešl*, dosavadní*, predchádzajúc*, dřívější*, výše uvedené, výše, původní*, doterajš*",
    ),
    (PRIOR, "všechny, všetky, veškeré, své, tvoje, všech"),
    (
        RULES | ORDERS,
        "pokyny, pokynů, pokynmi, instrukce, instrukcí, inštrukcie, příkazy, příkazů, směrnice, směrnic, \
         systémový prompt, systémového promptu, nařízení, návody",
    ),
    (NORMS | ORDERS, "pravidla, pravidel, omezení, pravidlá, rozkazy"),
    (WHOLE, "vše výše, všechno výše, vše co bylo, vše co ti bylo, všechno co ti"),
    (
        ROLE,
        "nyní jsi, teď jsi, jsi nyní, jsi teď, odteď jsi, tvůj nový úkol, tvá nová role, nové pokyny, předstírej \
         že, teraz si",
    ),
    (START, "od nynějška, odteď, od teď, od této chvíle, od tohoto okamžiku, nadále"),
    (YOUBE, "jsi, jednáš jako, posloucháš jen, poslechneš jen, poslouchej jen"),
    (PERSIST, "od nynějška, odteď, od této chvíle, v každé odpovědi"),
    (MUST, "musíš, musíte, nutně, okamžitě, ihned, neprodleně, povinně, důležité"),
    (FIRST, "nejprve, nejdřív, potom, než"),
    (
        HUSH,
        "neříkej, neříkejte, nic neříkej, nezmiňuj*, neinformuj*, neprozrazuj*, neprozraď*, neoznamuj*, \
         nesděluj*, nehovor, nepovedz, nehovor nič, bez upozornění, bez vědomí, aniž bys řekl, aniž bys \
         informoval, aniž bys upozornil, ani slovo, mlč o, zaml*č, nespomínaj",
    ),
    (USER, "uživatel*, používateľ*, zákazník*, nikomu, nikdo"),
    (0, "uživatelské jméno, uživatelského jména, uživatelské rozhraní, uživatelská příručka"),
    (UNAWARE, "nesmí vědět, nesmí se dozvědět, se nesmí dozvědět, nemusí vědět, nesmie vedieť"),
    (SILENT, "tajně, potají, potajmu, nepozorovaně, potichu"),
    (
        SECRET,
        "heslo, hesla, hesel, hesly, heslá, přihlašovací údaje, přihlašovacích údajů, klíče api, api klíč*, \
         soukromý klíč, soukromé klíče, soukromých klíčů, tajné klíče, tajných klíčů, tajný klíč, tokeny, tokenů, \
         proměnné prostředí, proměnných prostředí, tajemství",
    ),
    (READ, "přečti, otevři, načti, stáhni"),
    (HARVEST, "shromáždi, posbírej, ukradni"),
    (SEND, "pošli, pošlete, odešli, odešlete, předej, přepošli, nahraj na, zašli, odovzdaj"),
    (SHOW, "ukaž, zobraz, vypiš, odhal, vytiskni"),
    (PASS, "připoj, přidej, vlož, zahrň, zkopíruj"),
    (QUANT, "všechny, každý, každou, všechna, veškerá"),
    (OWNED, "uživatele, zákazníka"),
    (CONTENT, "obsah, jeho obsah, jejich obsah"),
    (
        CONVO,
        "historii konverzace, historie konverzace, celou konverzaci, historii chatu, celý rozhovor, historii \
         rozhovoru, systémový prompt",
    ),
    (DEST, "tuto adresu, následující adresu, uvedenou adresu, níže uvedenou adresu, náš server, této adrese"),
    (MODEL, "ai asistent*, jazykový model, jazykového modelu"),
    (ADDR, "zpráva pro, poznámka pro, upozornění pro, pozor"),
];
