//! The words that a window of a text is judged for: each stands for what an order cannot do without.

use super::asked::can_ask;
use super::heads::{self, Heads};
use super::skeleton::reduced;
use super::tongues::{self, TONGUES};
use crate::signals::{GIVEN as ASKED, GIVES as ASKS, TALKED, atbash, request_phrases, shifted};
use std::collections::HashMap;
use std::sync::LazyLock;

/// To set aside.
pub(super) const DISMISS: u16 = 1;
/// What is set aside: rules, orders, what came before.
pub(super) const ORDERS: u16 = 2;
/// Secrets and what holds them.
pub(super) const SECRET: u16 = 4;
/// The system prompt, the conversation.
pub(super) const TALK: u16 = 8;
/// Not to tell. Judged by itself.
pub(super) const HUSH: u16 = 16;
/// A new role. Judged by itself.
pub(super) const ROLE: u16 = 32;
/// Any of the above, with its letters moved by thirteen places or backwards.
pub(super) const CIPHER: u16 = 64;
/// To show, to send. Looked for only where a secret or the conversation is.
pub(super) const SHOW: u16 = 128;

type Table = &'static [(u16, &'static str)];

const WORDS: Table = &[
    (
        DISMISS,
        "ignor, disregard, forget, overrid, bypass, neglect, pay no attention, set aside, discard, dismiss, supersede, \
        overrule, unlearn, abandon, stop following, not follow, nt follow, not obey, not heed, throw out, throw away, aside, cancelled, canceled, obsolete, as void, no longer count, \
        wipe your, erase, cast aside, put aside, reset your, no longer apply, are void, null and void, \
        revoke, rescind, lifted, overlook, suspend, scrap, ditch",
    ),
    (
        DISMISS,
        "missacht, vergiss, vergessen sie, uberschreib, verwirf, ubergeh, beachte nicht, oublie, neglige, pas compte, \
        abstraction, olvida, omite, omita, caso omiso, descarta, no sigas, por alto, esquec, desconsider, despreze, dimentica, \
        trascura, non seguire, scorda, laisse tomber, laissez tomber",
    ),
    (
        DISMISS,
        "忽略, 无视, 無視, 忘记, 忘記, 忘掉, 不要遵循, 别管, 不理会, 抛开, 忘れ, 従わな, 무시, 잊어, 잊으, 따르지, 버려, игнорир, забуд, \
        пренебрег, не обращай, отбрось, не следуй",
    ),
    (
        ORDERS,
        "instruct, instruc, prompt, guideline, directive, guardrail, the rules, your rules, all rules, previous, prior, \
        above, earlier, restrictions, you were told, been told, everything before, preceding, foregoing, your orders, \
        all orders, commands, safety, programming, constraints, policies",
    ),
    (
        ORDERS,
        "anweisung, vorgabe, regeln, richtlinie, befehl, vorherig, bisherig, consigne, directive, regles, ordres, precedent, \
        reglas, ordenes, indicaciones, directrices, anteriores, diretrizes, regras, ordens, istruzion, direttiv, regole, ordini, \
        indicazioni",
    ),
    (
        ORDERS,
        "指令, 指示, 提示, 规则, 規則, 命令, 之前, 以上, プロンプト, ルール, 以前, これまで, 上記, 지시, 명령, 프롬프트, 규칙, 이전, инструкц, указани, \
        правил, предыдущ, приказ, выше",
    ),
    (
        SECRET,
        "confidential information, confidential data, confidential detail, sensitive information, sensitive data, secret, password, passphrase, credential, api key, apikey, access key, private key, ssh key, access token, auth token, \
        api token, bearer token, all tokens, your token, their token, stored token, saved token, hidden token, \
        internal token, secret token, private token, known token, me tokens, of etc passwd, of etc shadow, cat etc passwd, read etc passwd, read etc shadow, env file, mcp json, authorized keys, one time code, bank pin, login data, login details, encryption key, \
        all the keys, all your keys, session token, refresh token, creds, env var, environment var, id_rsa, seed phrase, signing key, environ",
    ),
    (
        SECRET,
        "geheimnis, passwort, passworter, zugangsdaten, kennwort, kennworter, umgebungsvariable, anmeldedaten, mot de passe, \
        mots de passe, identifiants, cles api, cles d api, variables d environnement, contrasena, credencial, claves, \
        variables de entorno, senhas, credenciais, segredo, chaves, variaveis de ambiente, credenziali, segreti, chiavi, \
        variabili d ambiente",
    ),
    (
        SECRET,
        "密码, 密碼, 密钥, 密鑰, 凭证, 凭据, 机密, 秘密, 环境变量, 令牌, パスワード, 認証情報, シークレット, 機密, 環境変数, apiキー, 비밀, 패스워드, 자격 증명, 시크릿, \
        환경 변수, api 키, парол, секрет, учетн, ключи, ключей, переменн, токен",
    ),
    (
        TALK,
        "system prompt, system message, conversation history, chat history, entire conversation, full conversation, \
        whole conversation, conversation so far, message history, chat so far, full prompt, entire chat, initial instruction, hidden instruction, initial prompt, hidden prompt, original prompt, \
        original instruction, system instruction, internal instruction, secret instruction, secret prompt, internal prompt, exact instruction, \
        exact prompt, confidential instruction, confidential prompt, the prompt, current instruction, developer prompt, sys prompt, system directive, your instructions, your prompt, exfiltrat, \
        developer message, systemprompt, systemanweisung, prompt systeme, prompt del sistema, prompt do sistema, \
        prompt di sistema, 系统提示, 系統提示, システムプロンプト, 시스템 프롬프트, системный промпт, системного промпта",
    ),
    (
        HUSH,
        "not tell, nt tell, never tell, not mention, nt mention, never mention, not inform, nt inform, not reveal this, \
        not disclose this, without telling, without informing, without notifying, without mentioning, secretly, \
        without asking, must also call, also call the, covertly, keep this secret, keep it secret, keep this hidden, not alert the, not notify the, not let the user, \
        nt let the user, hide this from, user must not, user should not know, behind the user, never find out, not find out, letting the user know, \
        conceal, leave no trace, user unaware, remains unaware, remain unaware, hide the following, keep this between, \
        not hear of, not show it, not bring it up, let the human, using this tool, \
        after this tool, before this tool, must also invoke, must then call, also have to call, must also run, must also execute",
    ),
    (
        HUSH,
        "sage niemand, sag niemand, erwahne nicht, nicht erwahnen, heimlich, ohne dem nutzer, dem nutzer nicht, \
        nutzer nichts, nutzer kein wort, nichts davon, ne dites pas, ne dis rien, ne dites rien, no cuentes, nao fale, non dirlo, \
        ne dis pas, ne mentionne, sans le dire, secretement, insu de, no digas, no menciones, no le digas, en secreto, sin avisar, \
        nao conte, nao diga, nao mencione, em segredo, non dire, non menzionare, di nascosto, in segreto",
    ),
    (
        HUSH,
        "不要告诉, 别告诉, 不要提及, 偷偷, 言わない, 伝えない, 知らせない, こっそり, 内緒, 말하지, 알리지, 몰래, 비밀로, не говори, не сообщай, не упоминай, \
        тайно, скрытно",
    ),
    (
        ROLE,
        "you are now, youre now, new instructions, updated instructions, developer mode, god mode, jailbreak, do anything now, \
        system override, must obey, from now on, pretend to be, pretend you, end of instructions, end of prompt, new task, \
        real task, true task, new role, act as if, admin override, henceforth, starting now, note to the ai, \
        attention ai, dear ai, note for the assistant, note to any ai, note to ai, note to the assistant, hey copilot, ai model, assume the role, \
        no longer a helpful, no content policy, important message from, before you can solve, note for ai, ai agents, \
        without any restriction, without restriction, no restrictions, every restriction, ai assistant, ai agent, language model, you will now",
    ),
    (
        ROLE,
        "du bist jetzt, du bist nun, ab jetzt, ab sofort, tu es maintenant, vous etes maintenant, ahora eres, eres ahora, a partir de, \
        agora voce, voce agora, ora sei, da ora in poi, 你现在是, 从现在开始, 从现在起, 新的指令, 今から, あなたは今, これから, 지금부터, 이제부터, 당신은 이제, \
        теперь ты, ты теперь, с этого момента, отныне",
    ),
];

/// The words of a part that is written as words are: whether there is enough in it to be worth a judgement.
pub(super) fn is_worth(part: &str) -> bool {
    if !part.is_ascii() {
        return true;
    }
    let (mut shown, mut secret, mut stress, mut dismiss, mut orders) = (false, false, false, false, false);
    // How many words ago something was given away, and whether that was secrets.
    let (mut since, mut given) = (usize::MAX, false);
    for word in part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| (2..=16).contains(&word.len())) {
        let mut lower = [0_u8; 16];
        for (slot, b) in lower.iter_mut().zip(word.bytes()) {
            *slot = b.to_ascii_lowercase();
        }
        let word = std::str::from_utf8(lower.get(..word.len()).unwrap_or_default()).unwrap_or_default();
        let first = word.as_bytes().first();
        since = if GIVES.contains(&word) { 0 } else { since.saturating_add(1) };
        given |= (1..=5).contains(&since)
            && GIVEN.iter().any(|head| head.as_bytes().first() == first && word.starts_with(head));
        let starts = |all: &[&str]| all.iter().any(|head| head.as_bytes().first() == first && word.starts_with(head));
        match first {
            Some(b'a') => {
                stress |= matches!(word, "all" | "any" | "always" | "alle" | "allen");
                shown |= matches!(
                    word,
                    "add"
                        | "attach"
                        | "append"
                        | "ask"
                        | "affiche"
                        | "affichez"
                        | "afficher"
                        | "access"
                        | "anzeigen"
                        | "ausgeben"
                );
                orders |= word == "above";
                dismiss |= word == "abandon";
            }
            Some(b'c') => {
                secret |= starts(&[
                    "credential",
                    "credencial",
                    "credenciais",
                    "credenzial",
                    "confidential",
                    "creds",
                    "conversation",
                    "contrasena",
                    "chiavi",
                    "claves",
                    "chaves",
                    "cles",
                    "chat",
                ]);
                shown |= starts(&["collect", "copy", "cat"]);
                stress |= matches!(word, "complete" | "cached" | "confidential");
                orders |= starts(&["command", "constraint", "context", "consigne", "content"]);
            }
            _ => {
                stress |= STRESS.iter().any(|known| known.as_bytes().first() == first && *known == word);
                secret |= starts(&SECRETS);
                shown |= starts(&SHOWS);
                dismiss |= starts(&DISMISSES);
                orders |= starts(&ORDERED);
            }
        }
        stress |= starts(tongues::STRESS);
        secret |= starts(tongues::SECRETS);
        shown |= starts(tongues::SHOWS);
        dismiss |= starts(tongues::DISMISSES);
        orders |= starts(tongues::ORDERED);
    }
    dismiss && orders || shown && secret && stress || given || can_ask(part)
}

/// To give away, and what is given away, whether all of it or not.
const GIVES: [&str; 20] = [
    "print", "dump", "output", "hand", "cat", "upload", "paste", "spill", "spit", "mail", "email", "forward", "ship",
    "give", "tell", "send", "disclose", "divulge", "recite", "cough",
];
const GIVEN: [&str; 8] = ["secret", "password", "credential", "key", "env", "creds", "passphrase", "confidential"];

const STRESS: [&str; 65] = [
    "prompt",
    "prompts",
    "hidden",
    "reveal",
    "leak",
    "exfiltrate",
    "divulge",
    "disclose",
    "expose",
    "spill",
    "unveil",
    "betray",
    "every",
    "everything",
    "each",
    "entire",
    "full",
    "whole",
    "complete",
    "whatever",
    "your",
    "you",
    "their",
    "must",
    "immediately",
    "http",
    "https",
    "users",
    "user",
    "please",
    "bitte",
    "samtliche",
    "gesamte",
    "deine",
    "tous",
    "toutes",
    "tes",
    "vos",
    "todos",
    "todas",
    "tus",
    "tu",
    "tutti",
    "tutte",
    "tuoi",
    "tue",
    "seu",
    "sua",
    "seus",
    "suas",
    "me",
    "first",
    "before",
    "also",
    "never",
    "now",
    "here",
    "ensure",
    "important",
    "required",
    "needed",
    "whenever",
    "ihre",
    "sus",
    "verbatim",
];
const SECRETS: [&str; 38] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "key",
    "token",
    "env",
    "passwort",
    "kennwort",
    "geheim",
    "zugangsdaten",
    "umgebung",
    "mot",
    "mots",
    "identifiant",
    "variables",
    "variaveis",
    "variabili",
    "senha",
    "segredo",
    "segreti",
    "prompt",
    "system",
    "instruction",
    "history",
    "id",
    "private",
    "login",
    "ssh",
    "seed",
    "apikey",
    "message",
    "identif",
    "jeton",
    "rsa",
    "exfiltrat",
    "developer",
    "otp",
];
const SHOWS: [&str; 81] = [
    "broadcast",
    "spit",
    "surface",
    "unveil",
    "betray",
    "reproduc",
    "print",
    "show",
    "dump",
    "reveal",
    "send",
    "export",
    "output",
    "display",
    "leak",
    "expos",
    "disclos",
    "give",
    "tell",
    "share",
    "mail",
    "email",
    "post",
    "upload",
    "exfil",
    "paste",
    "echo",
    "list",
    "read",
    "gather",
    "harvest",
    "forward",
    "includ",
    "pass",
    "write",
    "extract",
    "steal",
    "repeat",
    "recite",
    "spill",
    "divulg",
    "hand",
    "enumerat",
    "reply",
    "respond",
    "put",
    "provide",
    "get",
    "fetch",
    "retriev",
    "transmit",
    "submit",
    "encode",
    "zeig",
    "gib",
    "nenn",
    "druck",
    "schick",
    "verrat",
    "montr",
    "revel",
    "donn",
    "envo",
    "imprim",
    "muestr",
    "envi",
    "vuelca",
    "dame",
    "dime",
    "mostr",
    "exib",
    "diga",
    "stampa",
    "rivel",
    "invia",
    "dammi",
    "dimmi",
    "publish",
    "release",
    "find",
    "search",
];
const DISMISSES: [&str; 44] = [
    "ignor",
    "disregard",
    "forget",
    "overrid",
    "bypass",
    "neglect",
    "attention",
    "aside",
    "discard",
    "dismiss",
    "supersed",
    "overrul",
    "unlearn",
    "stop",
    "not",
    "nt",
    "throw",
    "wipe",
    "erase",
    "reset",
    "apply",
    "void",
    "revok",
    "rescind",
    "lifted",
    "overlook",
    "suspend",
    "scrap",
    "ditch",
    "don",
    "missacht",
    "vergiss",
    "vergessen",
    "verwirf",
    "oublie",
    "neglig",
    "olvida",
    "omit",
    "descarta",
    "esquec",
    "desconsider",
    "dimentica",
    "trascura",
    "scorda",
];
const ORDERED: [&str; 40] = [
    "instruc",
    "prompt",
    "guideline",
    "directi",
    "guardrail",
    "rules",
    "previous",
    "prior",
    "earlier",
    "restriction",
    "told",
    "everything",
    "preceding",
    "foregoing",
    "orders",
    "safety",
    "programming",
    "policies",
    "policy",
    "anweisung",
    "vorgabe",
    "regeln",
    "richtlinie",
    "befehl",
    "vorherig",
    "bisherig",
    "regles",
    "ordres",
    "precedent",
    "reglas",
    "ordenes",
    "indicac",
    "anterior",
    "diretriz",
    "regras",
    "ordens",
    "istruzion",
    "direttiv",
    "regole",
    "system",
];

/// Of these the other forms are looked for as well.
const CIPHERED: &str = "ignore, disregard, instructions, previous, system prompt, password, credential, secret, override, forget, \
    reveal, print all, send all, do not tell, you are now, everything above, guidelines, the user, variables, api keys, \
    directive, nothing to, the rules, earlier, environment, document, contents, the address, message, content in";

/// Of these the commonest ones.
const PROSE: &str = "before, answer, contents, address, conversation, following, forward, without, assistant, developer, account, \
    transfer, database, delete, execute, command, request, response, always, administrator, anything, confirm, customer, important, \
    invoice, include, mention, payment, please, recipient, repository, restrictions, security, server, summary, system, tokens, \
    website, whatever, everything, attach, upload, pretend, unrestricted, complete, history, parameter, function, immediately, \
    approve, between, the file, reply, assume, in the, of the, to the, you are, that you, for the, from the, must be, with the, \
    this is, your task, and then, all the, your, that, with, this, rules, filter, every, which, should, would, could, about, other, there, \
    their, these, do not, you will, will be, must not, on the, is the, you were, access, user s, output, private, attachment, approve, \
    approval, confirmation, assistants, agents, agent, language, paragraph, authori, summari, product, database, notice, support, \
    context, nothing, someone, another, because, through, purpose, company, business, service, project, number, contact, current, \
    personal, financial, internal, original, available, continue, consider, remember, understand, recommend, describe, explain, question, \
    problem, example, possible, necessary, different, exactly, directly, quickly, quietly, secretly, silently, automatic, operator, \
    passwords, harmless, warnings, hidden text, candidate, settings, policies, configur, activat, emergency, protocol, suspended, purposes";

const SHOWN: &str = "print, show, dump, reveal, send, export, output, display, leak, expos, disclos, give, tell, share, mail, post, upload, \
    exfiltrat, paste, echo, list, read, collect, gather, harvest, forward, attach, includ, append, pass the, pass all, write, \
    extract, steal, copy, repeat, recite, spill, divulg, hand over, enumerat, unveil, betray, give away, spit out, surface, type out, spell out, retriev, \
    get me, get us, hand me, hand us, hand it, hand them, provide, broadcast, reproduc, turn over, ask, reply with, respond with, answer with, put, \
    ausgegeb, aufliste, offenleg, preisgeb, preisgib, angezeig, ausgedruck, sag mir, zeig, gib, nenn, druck, schick, verrat, ausgeb, anzeig, liste, affich, montr, revel, donn, envo, imprim, muestr, envi, vuelca, dame, dime, \
    ensena, mostr, exib, diga, stampa, rivel, invia, dammi, dimmi, enumer, impress, divulga, dimmi, digam, passe, 打印, 显示, 顯示, 输出, 輸出, 列出, 泄露, 发送, 發送, 告诉, 导出, 公开, 给我, 交出, 透露, 发到, 披露, 展示, 表示, 出力, 教え, 送, \
    見せ, 列挙, 開示, 言え, 渡, 公開, 漏, 출력, 나열, 말해, 넘겨, 유출, 보여, 알려, 보내, 공개, 덤프, 내보내, выве, дай, скажи, назов, переч, выгруз, покаж, распечата, раскро, отправ, пришл, сообщ, экспорт, выда";

/// A set of anchors, found at once.
#[derive(Debug)]
pub(super) struct Anchors {
    heads: Heads,
    /// How many are of ASCII: they come first.
    latin: usize,
    /// What each word stands for, and how it is written.
    means: Vec<(u16, String)>,
}

/// An anchor at its place in a skeleton.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    pub(super) means: u16,
    pub(super) pattern: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it has letters beside those of ASCII.
    other: bool,
}

impl Anchor {
    /// Whether it has seven letters or more, or as many characters of East Asia as say the same.
    pub(super) const fn is_long(&self) -> bool {
        self.end - self.start >= if self.other { 12 } else { 7 }
    }
}

impl Anchors {
    fn of(words: impl Iterator<Item = (u16, String)>) -> Self {
        let mut all: Vec<(Vec<u8>, (u16, String))> = Vec::new();
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        for (means, written) in words {
            let word = reduced(&written);
            match places.get(&word).and_then(|place| all.get_mut(*place)) {
                Some((_, known)) => known.0 |= means,
                None if word.len() >= heads::SHORTEST => {
                    places.insert(word.clone(), all.len());
                    all.push((word, (means, written)));
                }
                None => {}
            }
        }
        all.sort_by_key(|(word, _)| !word.is_ascii());
        let latin = all.partition_point(|(word, _)| word.is_ascii());
        let (words, means) = all.into_iter().unzip();
        Self { heads: Heads::of(words), latin, means }
    }

    /// Every anchor in a skeleton, by where it ends; of those that end in one place, words of ASCII and long ones first.
    pub(super) fn find(&self, letters: &[u8]) -> Vec<Anchor> {
        let mut found = Vec::new();
        self.heads.find(letters, |pattern, start, end| {
            let means = self.means.get(pattern).map_or(0, |(means, _)| *means);
            found.push(Anchor { means, pattern, start, end, other: pattern >= self.latin });
            true
        });
        found.sort_by_key(|anchor| (anchor.end, anchor.pattern >= self.latin, anchor.start));
        found
    }

    /// Whether there is any.
    pub(super) fn any(&self, letters: &[u8]) -> bool {
        let mut found = false;
        self.heads.find(letters, |_, _, _| {
            found = true;
            false
        });
        found
    }

    /// Whether an anchor stands in a place of the text as it is written in the tables, but for case.
    pub(super) fn is_written(&self, anchor: &Anchor, place: &str) -> bool {
        let Some((_, word)) = self.means.get(anchor.pattern) else { return false };
        if word.is_ascii() {
            // Words are written apart, together or with a line between them.
            let mut plain = String::with_capacity(place.len());
            for c in place.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')) {
                let gap = matches!(c, ' ' | '_' | '-' | '\n' | '\t' | '\r');
                match plain.ends_with(' ') {
                    true if gap => {}
                    _ if gap => plain.push(' '),
                    _ => plain.push(c.to_ascii_lowercase()),
                }
            }
            return plain.contains(word.as_str()) || word.contains(' ') && plain.contains(&word.replace(' ', ""));
        }
        place.contains(word.as_str()) || place.to_lowercase().contains(word.as_str())
    }
}

/// A word backwards, with the alphabet backwards, and with its letters moved by so many places.
fn ciphered(word: &str, places: impl Iterator<Item = u32>) -> Vec<(u16, String)> {
    let turned = |letter: fn(char, u32) -> char, places| word.chars().map(|c| letter(c, places)).collect::<String>();
    let mut all = vec![word.chars().rev().collect(), turned(atbash, 0)];
    all.extend(places.map(|places| turned(shifted, places)));
    all.retain(|other| other != word);
    all.into_iter().map(|word| (CIPHER, word)).collect()
}

/// The anchors of windows.
pub(super) static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| {
    let plain =
        WORDS.iter().chain(TONGUES).flat_map(|(means, words)| words.split(", ").map(|word| (*means, word.to_owned())));
    // What requests are judged for is looked for as well; short words stand in others.
    let asked = request_phrases().filter_map(|(part, phrase)| {
        let phrase = phrase.trim_end_matches('*');
        let means = if part & ASKED != 0 { SECRET } else { 0 } | if part & TALKED != 0 { TALK } else { 0 };
        let least = if phrase.is_ascii() { 7 } else { 6 };
        (means != 0 && reduced(phrase).len() >= least).then(|| (means, phrase.to_owned()))
    });
    let plain = plain.chain(asked);
    let ciphers = CIPHERED.split(", ").flat_map(|word| ciphered(word, 1..26));
    let further =
        tongues::CIPHERED.split(", ").chain(PROSE.split(", ")).flat_map(|word| ciphered(word, [13, 3].into_iter()));
    // Short words backwards stand in ordinary text, and those of Devanagari lose their vowels.
    let tells = |(_, word): &(u16, String)| {
        let least = if word.is_ascii() {
            4
        } else if word.chars().any(|c| matches!(c, '\u{900}'..='\u{97f}')) {
            12
        } else {
            6
        };
        reduced(word).len() >= least
    };
    Anchors::of(plain.chain(ciphers.chain(further).filter(tells)))
});

/// The words for showing.
pub(super) static SHOWING: LazyLock<Anchors> = LazyLock::new(|| {
    let asked = request_phrases().filter(|(part, _)| part & ASKS != 0).map(|(_, phrase)| phrase.trim_end_matches('*'));
    let asked = asked.filter(|phrase| reduced(phrase).len() >= 4);
    let all = SHOWN.split(", ").chain(tongues::SHOWN.split(", ")).chain(asked);
    Anchors::of(all.map(|word| (SHOW, word.to_owned())))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_compile() {
        assert!(SHOWING.any(b"xprinty") && !SHOWING.any(b"prin"));
        assert!(ANCHORS.means.len() > 250 && ANCHORS.means.iter().all(|(means, _)| *means != 0));
    }
}
