//! The words around a name that make it one, in every language: what calls it, what it is set against, what follows.
//!
//! The concepts of this table are its own.

use super::super::concept::Concepts;
use super::super::lexicon::Table;

/// To call: only tools are called.
pub(in super::super) const CALL: Concepts = 1;
/// To use.
pub(in super::super) const USE: Concepts = 1 << 1;
/// To run: queries and searches as well.
pub(in super::super) const RUN: Concepts = 1 << 2;
/// A noun as well: counts only where a verb can stand.
pub(in super::super) const DOUBTFUL: Concepts = 1 << 3;
/// Where a verb can follow.
pub(in super::super) const AHEAD: Concepts = 1 << 4;
/// May stand between a verb and its object, either way.
pub(in super::super) const BETWEEN: Concepts = 1 << 5;
/// In the place of.
pub(in super::super) const INSTEAD: Concepts = 1 << 6;
/// In the place of, if something is preferred.
pub(in super::super) const OVER: Concepts = 1 << 7;
/// Follows an object that is complete.
pub(in super::super) const TAIL: Concepts = 1 << 8;
/// Follows the object of [`CALL`] as well.
pub(in super::super) const LOOSE: Concepts = 1 << 9;
/// Follows the subject of a sentence.
pub(in super::super) const IS: Concepts = 1 << 19;
pub(in super::super) const AND: Concepts = 1 << 10;
/// To pass on: follows an `and`.
pub(in super::super) const GIVE: Concepts = 1 << 11;
pub(in super::super) const OF: Concepts = 1 << 12;
pub(in super::super) const SERVER: Concepts = 1 << 13;
/// A verb that follows its object.
pub(in super::super) const BEHIND: Concepts = 1 << 14;
/// In the place of, behind what it speaks of.
pub(in super::super) const FOR: Concepts = 1 << 15;
pub(in super::super) const PREFER: Concepts = 1 << 16;
pub(in super::super) const NOT: Concepts = 1 << 17;
/// Obliges: what is done then is an order.
pub(in super::super) const ORDER: Concepts = 1 << 18;

pub(in super::super) const WORDS: Table = &[
    (CALL | DOUBTFUL, "call, trigger"),
    (
        CALL,
        "have called, has called, had called, having called, invoke, invoking, calling, triggering, a call to, a call of, calls to, calls of, call to, invocation of, \
         invocations of, rufe, rufen, ruf, rufst, aufruf von, aufrufs von, aufrufe von, appelle, appelles, appelez, appeler, dappeler, \
         nappelle, nappelez, invoque, invoquez, invoquer, dinvoquer, appel a, appel de, lappel de, lappel a, \
         llama a, llame a, llames a, llamar a, llamada a, llama, llame, llames, llamar, invoca, invoque, invoques, invocar, \
         chama, chame, chames, chamar, chamada a, chamada de, acione, acionar, \
         chiama, chiamare, chiamate, richiama, richiamare, invocare, chiamata a, chiamata di, \
         вызови*, вызов*, вызыва*, вызва*, обратись к, обращайся к, 调用, 調用, 呼叫, 改用, 改为调用",
    ),
    (USE | DOUBTFUL, "use"),
    (USE | DOUBTFUL | AHEAD, "avoid"),
    (
        USE,
        "have used, has used, stay away from, steer clear of, forget about, using, make use of, making use of, fall back on, fall back to, falling back on, resort to, resorting to, reach for, turn to, \
         switch to, opt for, go through, go via, stick with, employ, rely on, relying on, consult, \
         benutze, benutzt, benutzen, verwende, verwendet, verwenden, nutze, nutzt, nutzen, benutzung von, nutzung von, verwendung von, \
         utilise, utilises, utilisez, utiliser, dutiliser, nutilise, nutilisez, nutilises, utilisation de, emploie, employez, \
         usa, uses, usar, use, usen, utiliza, utilice, utilices, utilizar, recurre a, uso de, emplea, \
         utilize, utilizem, usem, usare, usate, utilizza, utilizzare, luso di, \
         использу*, использова*, применя*, примени*, 使用, 先用, 要用, 请用, 用",
    ),
    (RUN | DOUBTFUL, "run"),
    (
        RUN,
        "execute, executing, running, fuhre, ausfuhrung von, executez, executer, lance, lancez, lancer, \
         ejecuta, ejecute, ejecutar, executar, esegui, esegua, eseguire, запусти*, запуска*, выполни*, 执行, 執行, 运行",
    ),
    (PREFER, "prefer, preferred, choose, pick, favor, favour, select"),
    (OVER, "over"),
    (
        INSTEAD,
        "be called before, be invoked before, be used before, be called prior to, be called ahead of, instead of, rather than, in place of, in preference to, in lieu of, replaces, replacement for, supersedes, \
         takes over from, substitute for, anstatt, anstelle von, anstelle, an stelle von, statt, au lieu de, \
         a la place de, plutot que, en lugar de, en vez de, em vez de, ao inves de, no lugar de, invece di, al posto di, \
         anziche, вместо, 而不是, 代替, 取代, 替代, 而非, 而不用",
    ),
    (FOR, "の代わり, の代わりに, ではなく, でなく, 대신, 대신에, 보다 먼저"),
    (NOT | AHEAD, "not"),
    (
        AHEAD,
        "you, must, should, shall, can, could, may, might, will, would, to, dont, never, always, first, then, and, or, please, also, \
         only, just, instead, before, after, when, while, whenever, without, than, avoiding, stop, it, they, we, i, \
         lets, now, next, either, simply, rather, do, ever, upon, once, agent, agents, assistant, model, models, kindly, \
         nao, no, deve, of, start, begin, better, cannot, mustnt, shouldnt, again, directly, who, every, that, if, until, \
         tool, instead of, rather than, e, entao, depois, sempre, nunca, para",
    ),
    (
        BETWEEN,
        "primero a, siempre a, antes a, tambien a, directamente a, sempre a, prima a, anche a, only, just, also, first, always, then, instead, directly, zuerst, zunachst, immer, auch, nur, sie, erst, nicht, niemals, nie, zu, \
         vorher, stattdessen, direkt, mehr, toujours, dabord, d abord, pas, jamais, plus, seulement, aussi, ensuite, \
         primero, siempre, nunca, antes, tambien, solo, primeiro, sempre, tambem, prima, mai, anche, сначала, всегда, \
         сперва, также, только, 必ず, 先に, まず, 直接, 決して, 먼저, 반드시, 절대, 항상, 직접, 꼭",
    ),
    (
        TAIL,
        "only through, only via, only by, only if, only when, only after, only with, immer, toujours, siempre, sempre, всегда, first, instead, with, before, beforehand, after, afterwards, next, again, directly, alone, itself, any more, anymore, \
         any longer, on its own, by itself, now, then, too, as well, also, twice, once, whenever, when, if, unless, until, because, since, \
         yourself, immediately, always, at all, in addition, right away, each time, every time, \
         auf, nicht, zuerst, bevor, stattdessen, vorher, nie, direkt, wenn, \
         dabord, d abord, avant, a la place, en premier, directement, si, lorsque, \
         primero, antes, en su lugar, directamente, cuando, primeiro, diretamente, quando, se, em vez disso, \
         prima, invece, direttamente, сначала, перед, прежде, вместо этого, напрямую, если, \
         来, 并, 時, 时, 前, 之前, 后, 之后, 和, 或, 工具, 函数, 再, 然后, 将, 把, 以, 这个, 的工具",
    ),
    (
        LOOSE,
        "mit, avec, con, com, с, to, for, on, from, in, at, by, that, which, of, the, this, you, it, we, per, as, using, through, via, um, fur, pour, sur, de, para, \
         per, per il, para o, su, чтобы, для, на, и, und, et, y, e",
    ),
    // Warnings that end no name.
    (0, "with caution, with care, with great care, with extreme caution, mit vorsicht, avec prudence, con cuidado"),
    (IS, "must, should, shall, is, has, will, ist, muss, wird, est, doit, es, debe, deve"),
    (AND, "and, or, and then, then, nor, und, oder, et, ou, puis, y, o, e, poi, и, или, затем"),
    (
        GIVE,
        "pass, send, give, hand, forward, feed, copy, put, include, append, attach, supply, provide, relay, pipe, submit, post, \
         return here, share, call, use, invoke, continue, tell, report, ubergib, sende, gib, envoie, envoyez, passe, transmets, \
         envia, envie, pasa, manda, passe, invia, passa, передай, отправь",
    ),
    (OF, "of, on, from, at, in, via, by, von, des, auf, du, de, del, en, do, no, di, su, с, на, у"),
    (SERVER, "server, servers, mcp, upstream, provider, serveur, servidor, сервера, сервере, host"),
    (
        BEHIND,
        "を呼*, を必す呼*, を使*, を利用*, を起動*, は呼*, は使*, も呼*, も使*, 呼*, 使*, 利用*, \
         호출하*, 호출해*, 호출, 사용하*, 사용해*, 사용, 부르*, 불러*, 쓰지*, 이용하*, \
         aufrufen, aufruft, aufrufst, aufzurufen, benutzen, benutzt, verwenden, verwendet, verwendest, nutzen, nutzt, \
         ausfuhren",
    ),
    (
        ORDER,
        "must, always, have to, need to, required, mandatory, never, before, first, muss, musst, mussen, immer, bevor, toujours, dois, \
         devez, avant, debes, debe, siempre, antes, deve, devi, sempre, prima, должен, всегда, перед, 必须, 必須, 先, 必ず, \
         반드시, 먼저",
    ),
];
