//! Orders to set earlier orders aside, in every language: each place of such a sentence with the words that fill it.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    // The verb: in thought alone.
    (
        MIND | IGNORE,
        "ignore, ignoring, disregard*, forget, forget about, unlearn, pay no attention to, pay no heed to, \
         take no notice of, put out of your mind, put out of mind, do away with, leave aside, brush aside, \
         cast aside, lay aside, let go of, turn a blind eye to, not be bound by, close your eyes to, \
         tune out, block out, shut out, stop listening to, disobey, discount, repudiate, renounce, defy, flout",
    ),
    (
        MIND | IGNORE,
        "ignorier*, missacht*, vergiss, vergesst, vergessen sie, beachte nicht, ausser acht, lass beiseite, \
         lassen sie beiseite, blende aus, kummere dich nicht um, gib nichts auf, pfeif auf, hor nicht auf",
    ),
    (
        MIND | IGNORE,
        "ignorez, ignore, oublie, oubliez, oublier, ne tiens pas compte, ne tenez pas compte, fais abstraction, \
         faites abstraction, ne prends pas en compte, ne prenez pas en compte, mets de cote, mettez de cote, \
         laisse de cote, laissez de cote, fais fi, faites fi, meconnais, desobeis*, ecarte, ecartez",
    ),
    (
        MIND | IGNORE,
        "ignora, olvida, olvide, olvidate de, olvidate, olvidad, haz caso omiso, haga caso omiso, hagan caso omiso, \
         deja de lado, deje de lado, no tengas en cuenta, no tenga en cuenta, haz oidos sordos, desatiende, \
         desoye, desobedece, no prestes atencion, no atiendas, pasa por alto, desestima",
    ),
    (
        MIND | IGNORE,
        "esqueca, esquece, desconsidere, desconsidera, desconsiderem, deixe de lado, deixa de lado, \
         nao leve em conta, nao leves em conta, nao considere, faca de conta que nao, desobedeca, nao de atencao, \
         ponha de lado, abandone, despreze",
    ),
    (
        MIND | IGNORE,
        "ignora, ignorate, scorda, scordati, dimentica, dimenticate, trascura, trascurate, tralascia, lascia perdere, \
         lascia da parte, metti da parte, non tenere conto, non tener conto, non dare retta, non badare, \
         disobbedisci, non curarti",
    ),
    (
        MIND | IGNORE,
        "忽略, 无视, 無視, 忘记, 忘記, 忘掉, 抛到脑后, 抛诸脑后, 忘光, 忘却, 丢开, 丢掉, 不理会, 不要理会, 抛开, 抛弃, 拋開, 拋棄, 撇开, 别管, 不用管, 不要管, 摒弃",
    ),
    (
        MIND | IGNORE,
        "無視, 忘れ, 忘れて, 忘れろ, 忘れなさい, 忘れてください, 気にしない, 気にせず, 捨てて, 従わない, 従わず, 考慮しない",
    ),
    (
        MIND | IGNORE,
        "무시하*, 무시해*, 무시한*, 잊*, 버리고*, 버려*, 따르지 마*, 따르지 말*, 신경 쓰지*, 제쳐*, 고려하지*",
    ),
    (
        MIND | IGNORE,
        "игнорир*, проигнорир*, забудь*, забыть, пренебреги*, пренебрега*, не обращай внимания, \
         не обращайте внимания, не учитывай*, не следуй*, отбрось*, отбрасывай*, отринь*, отвергни*, выброси*, \
         не слушай*, наплюй*",
    ),
    (
        MIND | IGNORE,
        "erase from memory, wipe from memory, delete from memory, strike from memory, erase from your memory, \
         wipe from your memory, purge from your memory, aus dem gedachtnis, aus deinem gedachtnis, \
         efface de ta memoire, effacez de votre memoire, efface de la memoire, borra de tu memoria, \
         borra de la memoria, borre de su memoria, apague da memoria, apaga da memoria, apague da sua memoria, \
         cancella dalla memoria, cancella dalla mente, togliti dalla testa, quita de tu cabeza, 从记忆中删除, \
         记忆中抹去, 記憶から消, 기억에서 지워*, 기억에서 지우*, выкинь из головы, выбрось из головы, сотри из памяти, \
         удали из памяти",
    ),
    (
        ROLE,
        "wipe your memory, clear your memory, erase your memory, wipe your slate, clear your mind, your slate clean, \
         your rulebook, your only guide, your sole guide, your only authority, your sole authority, your loyalty, \
         your allegiance, your true owner, your real owner, your new owner, your new master, your sole purpose",
    ),
    (
        IGNORE,
        "scrap, ditch, jettison, toss out, throw out, throw away, jette, jetez, joga fora, jogue fora, tira, butta via, wirf weg",
    ),
    // When it was given.
    (
        EARLIER | PRIOR,
        "previous*, prior, earlier, preceding, above, the above, foregoing, former, aforementioned, so far, up to now, \
         until now, up to this point, before this, before this line, before now, until this point, up until now, to this point, until then, thus far, hitherto, initial, original, \
         you were given, you have been given, you got, you received, you have received, given to you, \
         you were told, started with, began with, already given, past, antecedent",
    ),
    (
        EARLIER | PRIOR,
        "vorherig*, bisherig*, obig*, fruher*, vorangehend*, vorangegangen*, vorig*, vorstehend*, zuvor, bislang, \
         weiter oben, ursprunglich*, erhalten hast, bekommen hast, gegeben wurden, vorhin, bis jetzt",
    ),
    (
        EARLIER | PRIOR,
        "precedent*, anterieur*, ci dessus, plus haut, prealable*, donnees avant, donnes avant, recues, recus, \
         plus tot, tas recues, quon ta donne*, jusqu ici, jusquici, auparavant, initiales, initiaux",
    ),
    (
        EARLIER | PRIOR,
        "anterior*, previas, previos, previa, previo, precedentes, de arriba, mas arriba, hasta ahora, antes, recibiste, recibisteis, te dieron, os dieron, recibidas, \
         recibido, iniciales, dadas antes",
    ),
    (
        EARLIER | PRIOR,
        "previas, previos, precedentes, acima, recebidas, recebidos, ate agora, ate aqui, antes, recebeu, recebeste, te deram, lhe deram, dadas antes, iniciais",
    ),
    (
        EARLIER | PRIOR,
        "precedent*, sopra, in precedenza, ricevut*, finora, fin qui, sinora, antecedent*, anteriori, iniziali",
    ),
    (
        EARLIER | PRIOR,
        "之前, 先前, 以前, 上面, 以上, 前面, 此前, 上述, 上文, 收到的, 给你的, 给过你, 早先, 早前, 前述, 刚才, 原先, 到目前为止",
    ),
    (
        EARLIER | PRIOR,
        "これまで, 以前, 上記, 前の, 今まで, 先の, 直前, 以上の, 前述, 先ほど, ここまで, 受けた, 与えられた, 既存, 上の, それまで",
    ),
    (EARLIER | PRIOR, "이전*, 위의, 앞의, 앞서*, 지금까지*, 앞선, 기존*, 받은, 받았던, 상기*, 먼저 받은, 전에 받은"),
    (
        EARLIER | PRIOR,
        "предыдущ*, прежни*, выше, вышеуказанн*, ранее, прошл*, вышеизложенн*, предшествующ*, полученн*, \
         данные тебе, данные вам, до этого, изначальн*, первоначальн*",
    ),
    // What was given.
    (
        ORDERS,
        "direction*, orders, command, commands, guidance, directive*, instruction*, prompt, prompts, guideline*, \
         rules, requirements, restrictions, constraints, mandates, briefing, brief, stipulations, prescriptions, \
         imperatives, teachings, injunctions, regulations, obligations, programming, assignment*, persona, \
         objectives, mission, limitations, tenets, principles, conditioning",
    ),
    (
        ORDERS,
        "anweisung*, anordnung*, weisung*, befehl, befehle, befehlen, vorgabe*, regeln, vorschriften, auftrag, \
         auftrage, auftragen, direktive*, instruktion*, gebote, leitlinie*, richtlinie*, grundsatze, \
         anforderungen, massgaben",
    ),
    (
        ORDERS,
        "ordres, consigne*, directives, instructions, regles, commandements, recommandations, prescriptions, \
         commandes, exigences, orientations, indications, contraintes",
    ),
    (
        ORDERS,
        "ordenes, instrucciones, indicaciones, directrices, directivas, reglas, mandatos, pautas, consignas, \
         comandos, orientaciones, normas, requisitos",
    ),
    (
        ORDERS,
        "ordens, instrucoes, orientacoes, diretrizes, diretivas, regras, comandos, indicacoes, normas, \
         determinacoes, recomendacoes, mandamentos",
    ),
    (
        ORDERS,
        "ordini, ordine, istruzion*, indicazion*, direttiv*, regole, comandi, comando, disposizioni, consegne, \
         linee guida, prescrizioni, norme, raccomandazioni",
    ),
    (
        ORDERS,
        "指令, 指示, 命令, 提示, 提示词, 提示詞, 指导, 指導, 指引, 准则, 準則, 规则, 規則, 要求, 规定, 規定, 吩咐, 约束, 训示",
    ),
    (ORDERS | RULES, "指針"),
    (ORDERS, "指示, 命令, 指令, プロンプト, ガイドライン, 指針, 方針, ルール, 規則, 要求, 制約, 指導, 言いつけ"),
    (ORDERS, "지시*, 명령*, 프롬프트*, 지침*, 규칙*, 안내*, 요구*, 가이드라인*, 훈령*"),
    (
        ORDERS,
        "инструкци*, указани*, директив*, распоряжени*, приказ*, команды, команд, правил*, предписани*, наставлени*, \
         требовани*, установк*, рекомендаци*, поручени*",
    ),
    (RULES, "распоряжени*, наставлени*, предписани*"),
    (
        REMARKS,
        "context, text, content, contents, conversation, message, messages, input, inputs, words, statements, \
         remarks, communication*, request, requests, discussion, dialogue, background, considerations, advice",
    ),
    (REMARKS, "kontext, text, nachrichten, gesprach, eingaben, worte, ausserungen"),
    (
        REMARKS,
        "contexte, texte, messages, conversation, propos, contexto, texto, mensajes, conversacion, mensagens, conversa",
    ),
    (
        REMARKS,
        "contesto, testo, messaggi, conversazione, 上下文, 内容, 对话, 消息, 文本, 文脈, 内容, 会話, メッセージ, 文章",
    ),
    (REMARKS, "맥락*, 문맥*, 대화*, 메시지*, 내용*, контекст*, текст*, сообщени*, разговор*"),
    // The two in one.
    (
        WHOLE | PRIOR | CONVO,
        "everything above, everything before this, everything before, everything prior, everything previous*, \
         everything earlier, everything preceding, everything you were told, everything you have been told, \
         everything said so far, everything that came before, everything that precedes, everything up to here, \
         everything up to now, all of the above, all the above, all that came before, all that precedes, \
         all that was said, all you were told, all that you were told, whatever came before, whatever was said, \
         whatever you were told, what you were told, what came before, what was said before, what i said before, \
         anything above, anything you were told, anything said before, anything that came before, the above and",
    ),
    (
        WHOLE,
        "told you, instructed you, taught you, ordered you to, was man dir, was dir gesagt, was dir aufgetragen, \
         was ihnen gesagt, ce quon ta, ce quon vous a, ce que lon ta, lo que te dijeron, lo que te ordenaron, \
         lo que te han, lo que se te, o que te disseram, o que lhe disseram, o que te mandaram, cio che ti hanno, \
         quello che ti hanno, quanto ti hanno, 交代的, 告诉你的, 告訴你的, 对你说的, 言われたこと, 言われた内容, 教わったこと, 들은, \
         들었던, что тебе говорили, что тебе сказали, что вам сказали, что тебе велели",
    ),
    (
        WHOLE,
        "alles obige, alles bisherige, alles vorherige, alles davor, alles zuvor, alles was oben, \
         alles was zuvor, alles was du, alles oben, tout ce qui precede, tout ce qui est ci dessus, \
         tout ce quon ta dit, tout ce qui a ete dit, ce qui precede, todo lo anterior, todo lo de arriba, \
         todo lo que, lo anterior, tudo acima, tudo o que veio antes, tudo o que foi dito, tudo que foi dito, \
         tudo anterior, tutto quanto sopra, tutto cio che precede, quanto sopra, tutto quello che, \
         tutto cio che",
    ),
    (
        WHOLE,
        "以上所有, 上面所有, 上述一切, 之前的一切, 以上一切, 前面的一切, 以上全部, 上述全部, 上面的一切, これまでのすべて, 上記すべて, 上記のすべて, \
         以上すべて, これまでの全て, 上記の全て, これまでの内容, 上記の内容, 위의 모든 것, 위의 모든 내용, 지금까지의 모든, 앞의 모든 내용, \
         все выше, все вышесказанное, все вышеизложенное, все предыдущее, все сказанное, все что было, \
         все что тебе, вышесказанн*",
    ),
    (
        VOIDED,
        "lifted, withdrawn, void, are gone, is gone, are history, are off the table, are scrapped, are dropped, no longer count, no longer counts, no longer matter, no longer matters, no longer hold, no longer holds, \
         no longer apply, no longer applies, do not count, does not count, are hereby, is hereby, hereby, rescinded, \
         revoked, repealed, null and void, are lifted, is lifted, are void, is void, are suspended, \
         are superseded, is superseded, nicht mehr gultig, gilt nicht mehr, gelten nicht mehr, aufgehoben, \
         hinfallig, ne compte plus, ne comptent plus, ne sont plus valables, sont annules, sont annulees, \
         ya no valen, ya no cuentan, ya no aplican, quedan anuladas, quedan sin efecto, nao valem mais, \
         nao contam mais, foram revogadas, estao revogadas, non valgono piu, non contano piu, sono revocate, \
         不再有效, 已失效, 作废, 不再适用, 已取消, もう有効ではない, 無効, 無効です, 取り消され, 더 이상 유효하지*, \
         무효*, больше не действуют, больше не действует, отменены, утратил* силу, недействительн*",
    ),
    // A new role.
    (
        START,
        "henceforward, hereafter, starting with this, beginning with this, with immediate effect, from this message on, from now on, from here on, \
         from here on out, from this point on, from this point forward, from this moment, \
         from this moment on, henceforth, starting now, as of now, as of this moment, effective immediately, \
         going forward, from today, beginning now, for the remainder of our, for the rest of our, \
         for the remainder of the, for the remainder of this, for the rest of this, for the rest of the",
    ),
    (
        START,
        "ab jetzt, ab sofort, von nun an, von jetzt an, von hier an, fortan, kunftig, ab diesem moment, \
         desormais, dorenavant, a partir de maintenant, des maintenant, a compter de maintenant, \
         a partir de ahora, desde ahora, de ahora en adelante, en adelante, a partir de este momento, \
         de agora em diante, a partir de agora, daqui em diante, daqui para frente, doravante, \
         d ora in poi, dora in poi, da ora in poi, da adesso in poi, da questo momento, dora in avanti, da ora",
    ),
    (
        START,
        "从现在开始, 從現在開始, 从现在起, 從現在起, 从此刻起, 从今往后, 从今以后, 今后, 从这一刻起, 自此, 从此, \
         今から, これから, 今後, この瞬間から, 以後, ただいまから, 지금부터, 이제부터, 앞으로, 이 순간부터, \
         отныне, с этого момента, впредь, с этой минуты, начиная с этого, теперь, с этого мгновения",
    ),
    (PERSIST, "from here on, from here on out, from this moment on, for the remainder of our, for the rest of our"),
    (PERSIST, "dorenavant, a partir de maintenant, de agora em diante, dora in poi, von jetzt an, fortan"),
    (PERSIST, "de ahora en adelante, a partir de ahora, daqui em diante, da ora in poi, 从此刻起, 今から"),
    (
        YOUBE,
        "you are, youre, you will be a, you will be an, you will be the, you shall be, you will act, you shall act, \
         you act, you become, you will become, you must act, you will play, you play, you answer to, \
         you answer only to, you obey, you will obey, you serve, act as, act like, behave as, behave like, \
         consider yourself, think of yourself, your name is, you must only, you will only, you only, \
         you take orders, you will take orders, you report to, you work for, play the part of, play the role of, \
         assume the identity",
    ),
    (
        0,
        "you are subscribed, you are notified, you are able, you are connected, you are logged, you are billed, \
         you are charged, you are using, you are done, you are finished, you are working, you are looking, \
         you are calling, you are not sure, you are unsure, you are sure, you are in the",
    ),
    (
        YOUBE,
        "bist du, du bist, sind sie, sie sind, handelst du, verhaltst du dich, gehorchst du, agierst du, spielst du, \
         tu es, vous etes, tu agis, vous agissez, tu joues, tu obeis, tu seras, vous serez, \
         eres, seras, actuas, actuaras, obedeces, obedeceras, usted es, te comportas, \
         voce e, voce sera, voce age, voce agira, voce obedece, tu es, voce atua, \
         sei, sarai, agisci, obbedisci, ti comporti, agirai, farai finta, siete",
    ),
    (
        YOUBE,
        "你是, 您是, 你就是, 你将是, 你将成为, 你将扮演, 你扮演, 你只听, 你必须服从, 你要扮演, 你要做, 你成为, 你变成, \
         あなたは, 君は, お前は, 당신은*, 너는*, 당신이*, 넌, ты, вы, ты будешь, вы будете",
    ),
    (
        NEW,
        "new, updated, revised, amended, real, actual, true, overriding, superseding, replacement, neue*, \
         aktualisierte*, nouvelles, nouveaux, nuevas, nuevos, novas, nuove, nuovi, novos, 新, 新的, 新しい, 新たな, \
         새로운, 새, новые, новая, новое",
    ),
    (COLON, ":"),
    (FOLLOW, "heeding, heeds, obeys, follows, minding, honoring, deferring to"),
    (BEFORE, "之前"),
    (KNOW, "hear, hear of, hear that"),
    (MUST, "has to"),
    (ASKUSER | ASK, "request the users, request the customers"),
    (UNAWARE, "ignorant of, oblivious to, oblivious of, none the wiser, kept unaware, unaware of"),
    (
        NEG,
        "незачем, ни к чему, na pas a, na pas besoin de, nont pas a, no tiene por que, no tiene que, nao precisa, non deve, non ha bisogno di, braucht nicht",
    ),
    // Silence about it.
    (
        HUSH,
        "garde le silence, gardez le silence, tais toi, taisez vous, guarda silencio, guarde silencio, calla sobre, \
         mantem silencio, mantenha silencio, guarde segredo, mantieni il silenzio, mantenete il silenzio, taci su, \
         schweige, schweig, bewahre stillschweigen, verliere kein wort, 保持沉默, 闭口不谈, 沈黙, 口外しない, 침묵*, \
         입을 다물*, молчи, молчите, помалкивай*, храни молчание",
    ),
];
