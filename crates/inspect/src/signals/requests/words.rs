//! The words of requests for secrets, in each language.

use super::super::concept::Concepts;

/// To show or send, in a form that orders share with descriptions or purposes: its place decides.
pub(super) const VERB: Concepts = 1;
/// To list, to read: an order only where it says to whom.
pub(super) const WEAK: Concepts = 1 << 1;
/// To show or send, in a form that only orders have.
pub(super) const SURE: Concepts = 1 << 2;
/// A verb that may come last.
pub(super) const LAST: Concepts = 1 << 3;
/// All of them.
pub(super) const ALL: Concepts = 1 << 4;
/// The reader's own.
pub(super) const OWN: Concepts = 1 << 5;
/// Secrets.
pub(super) const SECRET: Concepts = 1 << 6;
/// The system prompt.
pub(super) const TALK: Concepts = 1 << 7;
/// To me, here, in your answer; what you know.
pub(super) const TOME: Concepts = 1 << 8;
/// What leads to an order: please, now, you must.
pub(super) const LEAD: Concepts = 1 << 9;
pub(super) const MUST: Concepts = 1 << 10;
pub(super) const NEG: Concepts = 1 << 11;
/// Not, behind the verb.
pub(super) const NEGPOST: Concepts = 1 << 12;
/// A participle, which needs a verb of obligation.
pub(super) const PART: Concepts = 1 << 13;

/// A verb of a description: what comes behind it belongs to another sentence.
pub(super) const STOP: Concepts = 1 << 14;
/// A base form of English: with most words before it, it is no description.
pub(super) const BASE: Concepts = 1 << 15;
/// The system prompt by a name that nothing else has.
pub(super) const CORE: Concepts = 1 << 16;
/// To give away what is hidden, or to the speaker: no word for all is needed.
pub(super) const BARE: Concepts = 1 << 17;
/// Secrets only where they are somebody's, or hidden: tokens and keys are many things.
pub(super) const SOFT: Concepts = 1 << 18;
/// Several secrets, by a name that ordinary settings do not have.
pub(super) const MANY: Concepts = 1 << 19;
/// Kept somewhere.
pub(super) const HELD: Concepts = 1 << 21;
/// At once, and what else drives on.
pub(super) const URGE: Concepts = 1 << 20;
/// What an interface calls the showing of something: alone on a line it is a label.
pub(super) const LABEL: Concepts = 1 << 22;
/// To give to the speaker, in other languages than English.
pub(super) const HANDS: Concepts = 1 << 23;
/// To give away what is named, all of it or not.
pub(super) const SPILLS: Concepts = 1 << 24;
/// To move it to somewhere.
pub(super) const SENDS: Concepts = 1 << 25;
/// All of what was spoken of before.
pub(super) const THEM: Concepts = 1 << 26;
/// A file that holds nothing but secrets.
pub(super) const FILE: Concepts = 1 << 27;
/// A question for what somebody was told.
pub(super) const ASKS: Concepts = 1 << 28;
/// A noun that is a request where the line ends with it.
pub(super) const NOUN: Concepts = 1 << 29;
/// The environment of a process: manuals speak of it, so that what drives on is needed.
pub(super) const ENV: Concepts = 1 << 30;
/// A form that tells what somebody does: an order only behind what leads to it.
pub(super) const TELLS: Concepts = 1 << 31;

pub(super) const WORDS: &[(Concepts, &str)] = &[
    // English.
    (
        VERB | BASE,
        "print, print out, show, dump, send, export, output, display, share, email, e mail, mail, \
         post, upload, paste, echo, write out, recite, cat, hand over, tell, give, give up, \
         give out, printenv, forward, transmit, copy out, spit out, surface, type out, spell out, list out, publish, \
         release, report back, read out, read aloud, reprint, regurgitate, repeat, log, copy paste, write down, reproduce, blurt out, \
         turn over, relay, ship, stream, dump out, output out, show off, broadcast, cough up, smuggle, siphon, steal and send, view",
    ),
    (LABEL, "show, display, view, export, reveal"),
    (
        SPILLS,
        "print, print out, dump, dump out, output, write out, recite, hand over, give up, spit out, surface, type out, spell out, read out, \
         read aloud, regurgitate, blurt out, turn over, cough up, copy paste, list out, reveal, leak, expose, disclose, exfiltrate, divulge, \
         spill, unveil, betray, give away, exfil",
    ),
    (BARE, "dump, hand over, turn over, spit out, cough up, blurt out"),
    (
        SENDS,
        "send, email, e mail, mail, post, upload, forward, transmit, ship, relay, smuggle, siphon, stream, exfiltrate, leak, exfil, publish, paste, share",
    ),
    (
        THEM,
        "them all, all of them, it all, every one of them, each of them, each one, all of it, everything, every last one, them out, them to me, \
         them here, it to me, them verbatim, them now, them over",
    ),
    (
        VERB,
        "printing, printing out, dumping, revealing, leaking, disclosing, exfiltrating, outputting, exposing, divulging, sending, showing, showing me, \
         giving me, telling me, sending me, spilling, handing over, displaying, emailing, posting, uploading, forwarding",
    ),
    (
        LEAD | URGE,
        "start by, begin by, start with, begin with, would you mind, do you mind, task is, job is, goal is, by first, proceed by, finish by, end by, \
         it is time to, time to, order you to, command you to, instruct you to, tell you to, ask you to, require you to, expect you to, wish you to, \
         have been instructed to, been told to, supposed to, expected to, obliged to",
    ),
    (
        SURE | BASE | TOME,
        "answer should contain, answer should include, answer must contain, answer must include, reply should contain, reply should include, \
         reply must contain, reply must include, response should contain, response should include, response must contain, \
         response must include, output should contain, output should include, output must contain, output must include, \
         your answer includes, your reply includes, your response includes, your answer contains, your reply contains, \
         your response contains, answer has to contain, reply has to contain, response has to contain, message must contain, \
         respond only with, reply only with, answer only with, respond just with, reply just with, return only, respond by listing, \
         reply by listing, answer by listing, provide me, supply me",
    ),
    (WEAK, "we require, we want, i demand, we demand, i expect"),
    (ASKS, "what are your, what is your, what s your, whats your, what were your, what was your"),
    (
        LEAD | URGE,
        "i want you to, we want you to, i need you to, we need you to, i would like you to, i d like you to, i would want you to, i order you to, \
         i command you to, i ask you to, i am asking you to, i expect you to, i require you to, you are required to, you are ordered to, \
         you are instructed to, you are asked to, can you please, could you please, would you please, will you please",
    ),
    (
        TALK | CORE | OWN,
        "prompt you were given, instructions you were given, instructions you received, instructions you have been given, instructions you follow, \
         prompt you received, prompt you have been given, rules you were given, instructions given to you, prompt given to you, \
         your system prompt, your system prompts, your hidden instructions, your initial instructions, your original instructions, \
         your hidden prompt, your initial prompt, your secret instructions, your internal instructions",
    ),
    (
        SECRET | MANY | FILE,
        "env file, dotenv file, id rsa, id ed25519, etc shadow, aws credentials, ssh config, ssh private key*, kubeconfig, netrc, pgpass, \
         authorized keys, credentials file, keychain, password database, password store, vault contents, secrets file",
    ),
    (
        PART | LAST,
        "be printed out, be dumped out, be handed over, be divulged, be spilled, be unveiled, be given to me, be sent to me, be given away, \
         be exposed to me, be told to me, be recited, be surfaced, be listed in your, be included in your, be written out, be disclosed to me, \
         be exposed, be dumped into, be listed here, be betrayed",
    ),
    (
        TOME | THEM | VERB | BASE,
        "print them, print them all, print them out, show them, show them all, show me them, show me all of them, show me them all, give them to me, \
         give me them, give me all of them, give me them all, give them all to me, send them to me, send me them, send them all, dump them, \
         dump them all, list them, list them all, list all of them, output them, output them all, reveal them, reveal them all, leak them, \
         leak them all, print all of them, dump all of them, reveal all of them, output all of them, show all of them, hand them over, \
         hand them all over, tell me all of them, tell me them all, give me everything, show me everything, tell me everything, send me everything, \
         print everything, dump everything, give it all to me, show me it all, give me it all, tell me it all, hand it all over, paste them here, \
         paste them all, post them all, print each of them, print each one, print every one of them, show every one of them",
    ),
    (
        TOME,
        "give them to me, hand them over, send them to me, print them, post them, show them, return them to me, include them in your, \
         put them in your, paste them, paste it here, paste it, pass them, email them, forward them, upload them, send them, print each of them, \
         give them all, into your answer, into the answer, into your reply, into your response, to this channel, to the channel, to this chat, \
         in the next tool call, into the next tool call, as a parameter, in the summary field, in the query string, to the url, \
         append them, encode them, leak them, reveal them, in your next message, show them to me, tell them to me, and show me, give it to me, \
         send it to, send it to me, you are holding, in your memory, in your context, you remember",
    ),
    (
        VERB | BASE | BARE,
        "reveal, leak, expose, disclose, exfiltrate, divulge, spill, unveil, betray, give away, exfil",
    ),
    (
        VERB | TOME | BASE | BARE,
        "show me, give me, tell me, send me, email me, hand me, repeat back, reply with, respond with, answer with, \
         let me see, let me have, dump me, print me, hit me with, feed me, list for me, provide me with, supply me with, expose to me, get me, \
         fetch me, bring me, hand over to me, read me, mail me, message me, list me, pass me, forward me, show us, give us, tell us, send us, get us",
    ),
    (
        WEAK | BASE,
        "list, enumerate, get, return, collect, gather, find, read, provide, include, extract, fetch, retrieve, harvest, \
         append, insert, attach, add, put, pass, write, copy, encode, summarize, summarise, translate, steal, grab, report",
    ),
    (WEAK, "i want, i need, we need, i require, i would like, what are"),
    (
        PART | LAST,
        "be printed, be revealed, be dumped, be shown, be displayed, be disclosed, be leaked, be exfiltrated, be output",
    ),
    (
        ALL,
        "all, all of, all of the, all the, all your, all of your, all my, all our, all their, all available, all known, every, \
         every single, each and every, any and all, any, any of, each, each of, every one of, entire, whole, full list of, complete list of, whatever, everything, complete, \
         full, the full, the entire, the complete, each of the, each of your, verbatim, word for word",
    ),
    (
        0,
        "put in all, put in all your, put in any, put in every, in any case, at any time, any more, at all, after all, first of all, all right, above all, once and for all, not all, in full",
    ),
    (OWN, "your, ur, you were given, you have been given, above, hidden, initial, original, underlying, confidential"),
    (HELD, "stored, saved, internal, cached, exact, known, current, their, our, my, its, every one of their"),
    (SOFT, "tokens, token, keys, key material, cookies, config secrets"),
    (SOFT | OWN, "secret tokens, secret token, private tokens, hidden tokens, known tokens"),
    (
        MANY,
        "secrets, passwords, credentials, api keys, private keys, access tokens, ssh keys, secret keys, access keys, creds, logins, \
         login details, login data, seed phrase*, passphrases, auth tokens, bearer tokens, api tokens",
    ),
    (
        URGE,
        "now, right now, immediately, at once, please, pls, asap, right away, urgently, or else, without asking, without delay, this instant, go, \
         want you to, need you to, like you to, and now",
    ),
    (
        CORE,
        "system prompt, system prompts, sys prompt, initial prompt, initial prompts, hidden prompt, hidden instruction*, system instruction*, developer message*, \
         developer prompt, developer instruction*, pre prompt, preprompt, secret prompt, secret instruction*, internal instruction*, \
         internal prompt, confidential instruction*, confidential prompt, original prompt, system directive*, initial instruction*",
    ),
    (
        TALK,
        "secret prompt, secret instruction*, internal instruction*, internal prompt, confidential instruction*, confidential prompt, \
         developer prompt, sys prompt, initial prompts, system directive*, exact instructions, current instructions, exact prompt",
    ),
    (OWN | ALL, "all your, all of your, all ur, every one of your, your entire, your full, your complete, your whole"),
    (
        SECRET,
        "secret, secrets, password*, passwd*, passphrase*, credential*, api key*, apikey*, api keys, access key*, secret key*, \
         private key*, ssh key*, access token*, auth token*, authentication token*, api token*, bearer token*, refresh token*, \
         session token*, personal access token*, oauth token*, env vars, env var, envvars, env variable*, environment variable*, \
         environment, environ, secret value*, login details, login data, signing key*, encryption key*, connection string*, \
         aws key*, gpg key*, service account key*, client secret*, security keys, seed phrase*, confidential data, \
         confidential information, sensitive data, sensitive information, private data, secret data, secret information, creds, \
         logins, secret files, env file*, dotenv file*",
    ),
    (
        0,
        "password field*, password prompt*, password reset*, password polic*, password strength, password hint*, secret names, \
         secret types, secret santa, environment variable names, credential types, credential helper*, credential provider*, \
         password manager*, password input*, environments, test environment*, virtual environment*, build environment*, \
         production environment, development environment, staging environment, environment setup, private keyword*, \
         credentials page, credentials tab, password requirement*, secret scanning, secrets engine*, secret store*, secrets manager",
    ),
    (
        TALK,
        "system prompt*, system message*, system instruction*, developer message*, developer instruction*, initial instruction*, \
         initial prompt, hidden instruction*, hidden prompt, original instruction*, original prompt, your instructions, your prompt, \
         your rules, your guidelines, your configuration, conversation history, chat history, instructions above, prompt above, \
         text above, words above, everything above, custom instructions, pre prompt, preprompt, instructions you were given, \
         full conversation, entire conversation",
    ),
    (
        TALK | OWN,
        "your system prompt*, your system message*, your initial instructions, your hidden instructions, your instructions, \
         your prompt, your initial prompt, your original instructions, your developer message, your original prompt, \
         the above instructions, instructions above, instructions you were given, your custom instructions",
    ),
    (
        TOME,
        "to me, for me, here, in your answer, in your reply, in your response, in the answer, in the reply, in the response, \
         in your output, in the output, in chat, in the chat, you know, you have, you have access to, you can access, you can see, \
         you can find, you hold, from your context, from your memory, from your environment, from your configuration, from your config, \
         http, https, back to me, in plain text, in plaintext, to this address, to the following, at your disposal, \
         known to you, verbatim, word for word, as a url, in the url, in base64",
    ),
    (
        LEAD,
        "go, please, pls, plz, kindly, now, then, and, also, and then, just, simply, immediately, first, next, finally, instead, must, \
         you should, you shall, you will, you have to, you need to, need you to, want you to, would like you to, like you to, \
         have you, can you, could you, would you, will you, going to need you to, required to, instructed to, ordered to, told to, \
         asked to, you to, your task is to, your job is to, task is to, goal is to, so, or, but, silently, secretly, quietly, lets, \
         let us, always, go ahead and, be sure to, make sure to, make sure you, remember to, dont forget to, do not forget to, \
         and now, you must, you, try to, proceed to, continue to, begin to, start to, to your owner, today, hey, ok, okay, \
         assistant, ai, instructions, override, debug, admin, urgent, mode",
    ),
    (0, "if you, when you, unless you, before you, once you, where you, after you, you can, while you, and so"),
    (
        STOP,
        "the names of, names of, the number of, number of, the count of, count of, the types of, the status of, the age of, the ids of, shows, prints, displays, dumps, sends, exports, is, are, was, were, will, can, returns, gives, does, did, may, might, masks, hides, \
         uses, requires, needs, stores, when, if, unless, except",
    ),
    (
        MUST,
        "must, have to, need to, needs to, shall, want, i want, i need, should, has to, is to, are to, ought to, had better",
    ),
    (
        NEG,
        "if someone asks, if anyone asks, if somebody asks, if a user asks, if the user asks, when someone asks, anyone who asks, someone who asks, \
         whoever asks, people who ask, not, never, dont, don t, doesnt, didnt, cannot, cant, wont, without, avoid, refuse, refuses, prevent*, nor, neither, no longer, \
         stop, isnt, arent, shouldnt, mustnt, forbidden, prohibited, unable to, instead of, rather than, no",
    ),
    (
        0,
        "do not forget to, dont forget to, do not hesitate to, dont hesitate to, not only, no matter what, do not refuse, dont refuse, no excuses, no questions, never refuse",
    ),
    (LEAD, "do not forget to, dont forget to, do not hesitate to, dont hesitate to, no matter what"),
    // German.
    (
        VERB,
        "zeige, zeig, zeigen sie, gib, geben sie, nenne, nenn, nennen sie, drucke, drucken sie, sende, senden sie, schicke, schick, \
         schicken sie, verrate, verraten sie, exportiere, exportieren sie, offenbare, veroffentliche, verrat, liste, teile",
    ),
    (
        LAST,
        "ausgeben, anzeigen, ausdrucken, senden, exportieren, offenlegen, preisgeben, auflisten, zeigen, verraten, schicken, herausgeben, nennen",
    ),
    (ALL, "alle, aller, allen, samtliche*, jedes, jeden, das gesamte, gesamte*, vollstandige*, komplette*"),
    (OWN, "deine, deinen, deinem, dein, deiner, ihre, ihren"),
    (
        SECRET,
        "geheimnis, geheimnisse, geheimnissen, passwort, passworter*, kennwort, kennworter*, zugangsdaten, anmeldedaten, api schlussel*, \
         zugangsschlussel*, umgebungsvariable*, geheime schlussel, geheimen schlussel, privaten schlussel, zugangstoken*, \
         vertrauliche* daten, vertraulichen daten",
    ),
    (TALK, "systemprompt*, system prompt*, systemanweisung*, systemnachricht"),
    (LEAD, "bitte, jetzt, nun, sofort, dann, und, danach, du musst, sie mussen, zuerst, anschliessend"),
    (NEG, "nicht, nie, niemals, kein, keine, ohne"),
    (NEGPOST, "nicht, niemals, nie, keine"),
    (
        SURE,
        "zeige mir, zeig mir, zeigen sie mir, gib mir, geben sie mir, nenne mir, nenn mir, nennen sie mir, schick mir, schicke mir, \
         sende mir, verrate mir, verrat mir, verrate, verrat, \
         drucke, zeig, gib, schick, exportiere, offenbare, zeige, nenne, liste mir",
    ),
    // French.
    (
        SURE,
        "affiche moi, affichez moi, montre moi, montrez moi, donne moi, donnez moi, envoie moi, envoyez moi, dis moi, dites moi, \
         liste moi, affichez, montrez, revelez, donnez, envoyez, imprimez, exportez, divulguez, listez, communiquez",
    ),
    (
        VERB,
        "affiche, affichez, affiche moi, montre, montrez, montre moi, montrez moi, revele, revelez, donne, donnez, donne moi, donnez moi, \
         envoie, envoyez, envoie moi, imprime, imprimez, exporte, exportez, divulgue, divulguez, liste, listez, communique, communiquez",
    ),
    (
        ALL,
        "tous, toutes, tous les, toutes les, tous tes, tous vos, toutes tes, toutes vos, lensemble des, l ensemble des, integralite, tout, ton entier",
    ),
    (OWN, "ton, ta, tes, votre, vos"),
    (
        SECRET,
        "mot de passe, mots de passe, identifiants, cles api, cles d api, cles dapi, cles secretes, cles privees, jetons d acces, jetons dacces, \
         variables d environnement, variables denvironnement, informations confidentielles, donnees confidentielles",
    ),
    (
        TALK,
        "prompt systeme, invite systeme, message systeme, instructions systeme, tes instructions, vos instructions, instructions initiales",
    ),
    (
        LEAD,
        "sil te plait, sil vous plait, s il te plait, s il vous plait, veuillez, maintenant, puis, et, ensuite, immediatement, tu dois, vous devez, dabord",
    ),
    (LAST, "afficher, montrer, reveler, imprimer, divulguer"),
    (VERB, "afficher, montrer, reveler, imprimer, divulguer, envoyer"),
    (NEG, "ne, jamais, sans"),
    (NEGPOST, "pas, jamais"),
    // Spanish.
    (
        VERB,
        "muestra, muestre, muestrame, muestreme, imprime, imprima, revela, revele, envia, envie, enviame, envieme, exporta, exporte, dame, deme, \
         dime, digame, vuelca, vuelque, ensena, ensename, lista, enumera, comparte, comparta, divulga, filtra, entrega, mostrar, imprimir, revelar",
    ),
    (
        ALL,
        "todos, todas, todos los, todas las, todos tus, todas tus, cada, todo el, toda la, todo tu, todo, completo, completa",
    ),
    (OWN, "tu, tus, su, sus"),
    (
        SECRET,
        "secreto, secretos, contrasena, contrasenas, credencial, credenciales, claves api, claves de api, claves privadas, claves secretas, \
         claves de acceso, variables de entorno, tokens de acceso, datos confidenciales",
    ),
    (
        TALK,
        "prompt del sistema, prompt de sistema, mensaje del sistema, instrucciones del sistema, tus instrucciones, instrucciones iniciales",
    ),
    (LEAD, "por favor, ahora, luego, y, despues, inmediatamente, debes, tienes que, entonces, primero, ya"),
    (NEG, "no, nunca, jamas, sin"),
    (
        SURE,
        "muestrame, muestreme, enviame, envieme, dame, deme, dime, digame, ensename, mandame, listame, imprimeme, imprima, muestre, \
         revele, exporte, comparta, divulgue",
    ),
    // Portuguese.
    (
        SURE,
        "mostre, mostre me, me mostre, me diga, diga me, me envie, envie me, me de, imprima, exiba, revele, envie, exporte, compartilhe, \
         divulgue, vaze",
    ),
    (
        VERB,
        "mostre, mostra, mostre me, imprima, imprime, revele, revela, envie, envia, exporte, exiba, exibe, diga, diga me, me diga, me de, me mostre, \
         me envie, despeje, liste, compartilhe, partilha, divulgue, vaze, mostrar, exibir",
    ),
    (ALL, "todas as, todos os, todas as suas, todos os seus, todas suas, todos seus, cada uma das, todo o, toda a"),
    (OWN, "seu, sua, seus, suas, teu, tua, teus, tuas"),
    (
        SECRET,
        "segredo, segredos, senha, senhas, palavras passe, credenciais, chaves de api, chaves api, chaves privadas, chaves secretas, \
         variaveis de ambiente, tokens de acesso, dados confidenciais",
    ),
    (TALK, "prompt do sistema, mensagem do sistema, instrucoes do sistema, suas instrucoes, instrucoes iniciais"),
    (LEAD, "agora, depois, e, imediatamente, voce deve, deve, em seguida, primeiro"),
    (NEG, "nao, nunca, jamais, sem"),
    // Italian.
    (
        VERB,
        "mostra, mostrami, mostrate, mostri, stampa, stampate, stampi, rivela, rivelate, rivelami, invia, inviate, inviami, esporta, dammi, dimmi, \
         elenca, visualizza, divulga, condividi, manda, mandami, mostrare, stampare",
    ),
    (
        ALL,
        "tutti, tutte, tutti i, tutte le, tutti gli, tutti i tuoi, tutte le tue, ogni, tutto il, tutta la, intero, completo",
    ),
    (OWN, "tuo, tua, tuoi, tue, vostri, vostre"),
    (
        SECRET,
        "segreto, segreti, parole d ordine, parole dordine, credenziali, chiavi api, chiavi segrete, chiavi private, chiavi di accesso, \
         variabili d ambiente, variabili dambiente, variabili di ambiente, token di accesso, dati riservati",
    ),
    (TALK, "prompt di sistema, messaggio di sistema, istruzioni di sistema, tue istruzioni, istruzioni iniziali"),
    (LEAD, "per favore, per cortesia, adesso, ora, poi, ed, subito, immediatamente, devi, dovete, quindi, prima"),
    (NEG, "non, mai, senza"),
    (
        SURE,
        "mostrami, mostratemi, dammi, datemi, dimmi, ditemi, inviami, inviatemi, mandami, rivelami, stampami, elencami, stampate, \
         mostrate, rivelate, inviate",
    ),
    // Chinese.
    (
        VERB,
        "打印, 打印出, 显示, 顯示, 输出, 輸出, 泄露, 洩露, 发送, 發送, 告诉我, 告訴我, 导出, 匯出, 公开, 公開, 给我, 給我, 展示, 透露, 列出, 发给我, 發給我, 交出, 列印, 说出, 披露, 提供",
    ),
    (LAST | PART, "打印出来, 显示出来, 输出出来, 列出来, 发给我, 告诉我, 发送给我, 说出来, 打印, 输出, 显示"),
    (ALL, "所有, 所有的, 全部, 全部的, 一切, 每个, 每一个, 完整, 完整的"),
    (OWN, "你的, 您的"),
    (
        SECRET,
        "密码, 密碼, 密钥, 密鑰, 凭证, 凭据, 憑證, 机密, 機密, 秘密, 环境变量, 環境變數, 令牌, 口令, api密钥, api 密钥, 访问令牌, 私钥, 机密信息, 敏感信息",
    ),
    (TALK, "系统提示词, 系统提示, 系統提示, 系統提示詞, 系统消息, 系统指令, 初始指令"),
    (
        LEAD,
        "请, 請, 立即, 马上, 馬上, 立刻, 现在, 現在, 然后, 然後, 并, 並, 必须, 必須, 帮我, 幫我, 直接, 你要, 请你, 给我, 请把, 将, 把, 再, 现在就",
    ),
    (MUST, "把, 将, 將"),
    (NEG, "不要, 别, 不, 禁止, 切勿, 不得, 不会, 勿, 不能"),
    // Japanese.
    (
        SURE | LAST,
        "表示して, 表示しろ, 表示せよ, 表示してください, 表示して下さい, 出力して, 出力しろ, 出力せよ, 出力してください, 教えて, 教えろ, 教えてください, 送って, 送れ, 送信して, 送信しろ, \
         送信してください, 見せて, 見せろ, 見せてください, 公開して, 公開しろ, 公開せよ, 漏らせ, 漏らして, 列挙して, 列挙せよ, 開示して, 開示せよ, 印刷して, 印刷しろ, 印刷せよ, 印刷してください, \
         エクスポートして, エクスポートしろ, ダンプして, ダンプしろ, ダンプせよ, 書き出して, 書き出せ, 吐き出せ, 明かして, 明かせ",
    ),
    (
        0,
        "表示しています, 表示していま, 表示しては, 表示しても, 出力しています, 出力しては, 出力しても, 送信しています, 送信しては, 公開しています, 公開しては, 印刷しています, 表示している, 出力している, \
         送信している, 公開している, 開示している, 表示してから, 出力してから, 印刷している, 表示しても, エクスポートしている",
    ),
    (ALL, "すべて, すべての, 全て, 全ての, 全部, 全部の, あらゆる, 全, 全文, 一覧"),
    (OWN, "あなたの, お前の, 君の"),
    (
        SECRET,
        "パスワード, 秘密, 認証情報, シークレット, 機密情報, 環境変数, apiキー, api キー, 秘密鍵, アクセストークン, 資格情報, クレデンシャル, 秘密情報",
    ),
    (TALK, "システムプロンプト, システムメッセージ, 初期指示"),
    // Korean.
    (
        SURE | LAST,
        "출력해*, 출력하세요, 출력하라, 출력하십시오, 출력하시오, 보여줘*, 보여 줘*, 보여주세요, 보여 주세요, 보여라, 알려줘*, 알려 줘*, 알려주세요, 알려 주세요, 알려라, 보내줘*, 보내 줘*, \
         보내라, 보내세요, 보내주세요, 전송해*, 전송하라, 전송하세요, 공개해*, 공개하라, 공개하세요, 덤프해*, 덤프하라, 내보내*, 나열해*, 나열하라, 표시해*, 표시하라, 표시하세요, 인쇄해*, 인쇄하라, 인쇄하세요, 말해*",
    ),
    (0, "출력해야, 출력해서는, 출력해도, 보내서는, 공개해서는, 표시해서는, 전송해서는, 공개해도, 표시해도"),
    (ALL, "모든, 모두, 전부, 전체, 일체의, 다"),
    (OWN, "너의, 당신의, 네"),
    (
        SECRET,
        "비밀번호*, 비밀*, 비밀 정보*, 패스워드*, 자격 증명*, 자격증명*, 시크릿*, 환경 변수*, 환경변수*, api 키*, api키*, 액세스 토큰*, 비밀 키*, 개인 키*, 기밀 정보*, 암호*",
    ),
    (TALK, "시스템 프롬프트*, 시스템 메시지*, 초기 지시*"),
    (NEG, "절대, 결코"),
    // Russian.
    (
        SURE,
        "выведи, выведите, покажи, покажите, распечатай, распечатайте, напечатай, напечатайте, раскрой, раскройте, отправь, отправьте, пришли, пришлите, \
         сообщи, сообщите, экспортируй, экспортируйте, выдай, выдайте, перечисли, перечислите, скинь, скиньте, выгрузи, выгрузите, дай, дайте, назови, назовите, \
         передай, передайте, расскажи, расскажите, вышли, вышлите, выложи, опубликуй, опубликуйте",
    ),
    (LAST, "вывести, показать, распечатать, раскрыть, отправить, выгрузить"),
    (ALL, "все, всё, всех, весь, каждый, полный, полностью, целиком, любые"),
    (OWN, "твой, твои, твоего, свой, свои, ваши, ваш"),
    (
        SECRET,
        "пароль, пароли, паролей, секрет, секреты, секретов, учетные данные, учетных данных, ключи api, api ключи, апи ключи, ключи доступа, \
         секретные ключи, приватные ключи, закрытые ключи, переменные окружения, переменные среды, переменных окружения, токены доступа, токены, \
         конфиденциальные данные, секретные данные",
    ),
    (
        TALK,
        "системный промпт, системного промпта, системное сообщение, системную инструкцию, системные инструкции, свои инструкции, твои инструкции",
    ),
    (
        LEAD,
        "пожалуйста, сейчас, теперь, немедленно, затем, и, сначала, ты должен, вы должны, нужно, надо, необходимо, срочно",
    ),
    (NEG, "не, никогда, нельзя, без"),
];

/// Words before a base form of English with which it is no order: subjects, auxiliaries, articles, prepositions.
pub(super) const DESCRIBES: &[&str] = &[
    "i", "we", "they", "he", "she", "it", "who", "that", "which", "what", "to", "will", "would", "can", "could", "may",
    "might", "shall", "should", "does", "did", "do", "how", "when", "if", "why", "where", "whether", "a", "an", "the",
    "this", "its", "your", "our", "their", "my", "his", "her", "of", "in", "on", "for", "by", "with", "from", "at",
    "into", "about", "as", "like", "than", "them", "him", "us", "me", "people", "everyone", "anyone", "someone",
    "nobody", "lets", "let", "ll", "d", "is", "are", "was", "were", "be", "been", "has", "have", "had", "no", "not",
    "never", "nor", "or", "use", "using", "via", "called", "named", "these", "those", "any", "some", "such", "help",
    "makes", "without", "code", "before", "once", "after", "while", "unless", "until", "whenever", "because", "since",
    "sure", "click", "select", "tap", "choose", "press",
];

/// Words behind what is asked for with which the request is whole.
pub(super) const CLOSES: &[&str] = &[
    "to",
    "now",
    "please",
    "pls",
    "and",
    "here",
    "verbatim",
    "word",
    "right",
    "immediately",
    "once",
    "asap",
    "that",
    "you",
    "which",
    "or",
    "as",
    "exactly",
    "below",
    "above",
    "so",
    "then",
    "today",
    "into",
    "onto",
    "http",
    "https",
    "completely",
    "fully",
    "first",
    "instead",
    "again",
    "all",
    "thanks",
    "say",
    "contain",
    "look",
    "read",
];

/// Words behind secrets that make a name of something else.
pub(super) const COMPOUNDS: &[&str] = &[
    "polic",
    "manage",
    "manager",
    "page",
    "tab",
    "field",
    "length",
    "editor",
    "file name",
    "template",
    "rotation",
    "engine",
    "scanner",
    "scanning",
    "store",
    "names",
    "count",
    "usage",
    "requirement",
    "settings",
    "docs",
    "documentation",
    "handling",
    "hygiene",
    "panel",
    "provider",
    "size",
    "test",
    "version",
    "reference",
];
