//! Further wordings in the languages that have a table of their own.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    // German.
    (
        IGNORE | MIND,
        "halte dich nicht, kummere dich nicht, lass ausser acht, lasse ausser acht, schlag in den wind, wirf uber bord, hinweg",
    ),
    (PRIOR | EARLIER, "zuvor, vorher, fruhere, fruheren, bislang, erteilten, davor"),
    (HUSH, "mit keinem wort, keinem wort, kein wort daruber, nichts sagen, nichts verraten, nichts erzahlen"),
    (
        UNAWARE,
        "nichts erfahren, nichts davon erfahren, davon nichts erfahren, nicht erfahren, nichts davon wissen, davon nichts wissen, nichts wissen, nichts mitbekommen, nicht mitbekommen, nichts bemerken",
    ),
    (QUANT, "alle, allen, aller, samtliche, samtlichen"),
    (SEND, "leite weiter, leiten sie weiter, weiterzuleiten, maile, mailen sie, lade hoch"),
    (
        DEST,
        "genannten server, den server, diesen server, unseren server, die adresse, diese adresse, folgende adresse, genannte adresse, angegebene adresse, untenstehende adresse",
    ),
    (HARVEST, "trage zusammen, stelle zusammen"),
    // French.
    (
        IGNORE | MIND,
        "ne tiens plus compte, ne tenez plus compte, ne tiens pas compte, ne tenez pas compte, ne tiens aucun compte, ne suis plus, ne suivez plus, ecarte, passe outre, mets de cote, mettez de cote, ne respecte plus",
    ),
    (
        PRIOR | EARLIER,
        "auparavant, qui precedent, precedemment, plus haut, recues, anterieures, anterieurs, jusquici, jusqu ici",
    ),
    (
        HUSH,
        "nen parle, nen parlez, n en parle, n en parlez, nen dis rien, n en dis rien, nen dites rien, pas un mot, garde ca pour toi, tais cette etape",
    ),
    (
        UNAWARE,
        "ne doit rien savoir, ne doit pas savoir, ne doit pas le savoir, ne doit rien en savoir, ne doit pas lapprendre, ne doit pas l apprendre, ne doit pas etre au courant, ne doit rien apprendre, ne doit sapercevoir de rien",
    ),
    (SEND, "transfere, transferez, transmets, transmettez, fais suivre, achemine, expedie, envoie les, envoyez les"),
    (
        DEST,
        "le serveur, au serveur, serveur indique, serveur ci dessous, ladresse, l adresse, cette adresse, adresse suivante, adresse indiquee",
    ),
    (HARVEST, "rassemble, rassemblez, recupere, recuperez, collecte, collectez"),
    // Spanish.
    (
        IGNORE | MIND,
        "no hagas caso, no haga caso, no tengas en cuenta, no tenga en cuenta, olvidate, olvidese, deja de lado, deje de lado, no obedezcas, deja de seguir, prescinde de, pasa por alto",
    ),
    (
        PRIOR | EARLIER,
        "recibiste antes, que recibiste, antes recibidas, dadas antes, mas arriba, antes dadas, hasta ahora",
    ),
    (
        HUSH,
        "no le menciones, no se lo digas, no se lo cuentes, no le cuentes, no se lo menciones, no hables de esto, ni una palabra, no lo menciones, no lo cuentes",
    ),
    (
        UNAWARE,
        "no debe enterarse, no puede enterarse, no se debe enterar, no se entere, no debe saber, no debe saberlo, no debe saber nada, no puede saber, no tiene que enterarse",
    ),
    (SEND, "mandalas, mandalos, manda, mandas, envialas, envialos, reenvia, reenvie, transfiere, remite"),
    (
        DEST,
        "servidor indicado, al servidor, este servidor, la direccion, esta direccion, siguiente direccion, direccion indicada",
    ),
    (HARVEST, "reune, reuna, recopila, recolecta, junta"),
    // Portuguese.
    (
        IGNORE | MIND,
        "nao leve em conta, nao leve em consideracao, nao de atencao, deixe de lado, deixe de seguir, pare de seguir, nao obedeca, nao siga, passe por cima",
    ),
    (PRIOR | EARLIER, "recebidas antes, recebeu antes, dadas antes, ate agora, ja dadas, acima"),
    (
        HUSH,
        "nao mencione, nao comente, nao revele este, nem uma palavra, nao fale disso, nao fale nada, nao conte a, nao diga nada",
    ),
    (
        UNAWARE,
        "nao pode saber, nao deve saber, nao precisa saber, nao pode descobrir, nao deve ficar sabendo, nao pode ficar sabendo",
    ),
    (SEND, "encaminhe, encaminha, mande, mande as, transfira, envie as, envie os, repasse"),
    (
        DEST,
        "ao servidor, servidor indicado, este servidor, ao endereco, este endereco, seguinte endereco, endereco abaixo, endereco no final",
    ),
    (HARVEST, "reuna, junte, recolha, colete"),
    // Italian.
    (
        IGNORE | MIND,
        "non tenere conto, non tener conto, non tenere piu conto, metti da parte, lascia perdere, non dare retta, non badare, non rispettare piu, smetti di seguire",
    ),
    (
        PRIOR | EARLIER,
        "ricevute prima, date prima, di cui sopra, finora, ricevute in precedenza, qui sopra, fornite sopra",
    ),
    (
        HUSH,
        "non fare parola, non far parola, non farne parola, non parlarne, non accennare, nemmeno una parola, non riferire",
    ),
    (
        UNAWARE,
        "non deve venire a sapere, non deve sapere, non deve saperne, non deve saperlo, non deve accorgersi, non deve scoprire, non puo sapere",
    ),
    (SEND, "inoltra, inoltrate, trasmetti, spedisci, inviale, inviali, gira"),
    (
        DEST,
        "al server, server indicato, questo server, allindirizzo, all indirizzo, questo indirizzo, indirizzo seguente, indirizzo indicato",
    ),
    (HARVEST, "raccogli, raccogliete, radunate"),
    // Russian.
    (
        IGNORE | MIND,
        "не принимай во внимание, не принимайте во внимание, не бери в расчет, не слушай, не слушайся, откажись от, перестань следовать, перестань соблюдать, отмени, отложи в сторону",
    ),
    (PRIOR | EARLIER, "прежних, прежние, полученные ранее, ранее полученн*, вышеизложенн*, вышеуказанн*, изложенн*"),
    (
        UNAWARE,
        "не должен узнать, не должен об этом узнать, не должен знать, не должен об этом знать, не узнал, не должен догадаться, не должен догадываться, знать не должен",
    ),
    (DEST, "сервер, на сервер, этот адрес, следующий адрес, указанный адрес, адрес в конце, адрес ниже, наш сервер"),
    (QUANT, "все, всех, любые"),
    // Chinese.
    (
        IGNORE | MIND,
        "不要理会, 不必理会, 别理会, 無需理會, 无需理会, 不要理會, 不用管, 抛到脑后, 抛诸脑后, 抛在脑后, 撇开, 搁置, 丢开, 放弃遵守, 置之不理, 抛弃, 别管, 不要管, 作废, 当作没有",
    ),
    (PRIOR | EARLIER, "先前, 此前, 上面的, 早先, 早前, 收到的"),
    (RULES | ORDERS, "规定, 規定, 指导原则, 指導原則, 准则, 须知, 守则"),
    (HUSH, "只字不提, 隻字不提, 绝口不提, 闭口不提, 不要提, 不许提, 不准提, 不可提及, 不得说出, 不要声张"),
    (NEG, "绝不能让, 绝不可让, 千万别让, 切勿让, 不可让, 不许让, 不應讓, 不要讓"),
    (UNAWARE, "毫不知情, 蒙在鼓里, 无法察觉"),
    (QUANT, "所有, 全部, 一切, 每个"),
    (SEND, "发到, 发往, 寄到, 传到, 送到, 转发到, 发送到, 传给, 上传到, 转交"),
    (DEST, "服务器, 伺服器, 下面的地址, 以下地址, 这个地址, 此地址, 末尾的地址, 下列地址, 该地址, 地址"),
    // Japanese.
    (
        IGNORE | MIND,
        "従わないで, 従う必要はあり, 守らなくて, 捨ててください, 破棄して, 気にしないで, 考慮しないで, 度外視",
    ),
    (
        UNAWARE,
        "知られてはいけません, 知られてはならない, 知られないように, 気づかれないように, 気付かれないように, 悟られないように, 知らせずに, 知られずに, 知られては",
    ),
    (DEST, "サーバー, サーバ, アドレス, 宛先"),
    (QUANT, "すべて, 全て, あらゆる, 全部"),
    // Korean.
    (IGNORE | MIND, "따르지 마*, 따를 필요*, 지키지 마*, 잊어버리*, 신경 쓰지 마*, 버리세요, 배제하*, 개의치*"),
    (PRIOR | EARLIER, "앞서*, 앞선*, 종전*, 위의, 위에*, 이전의, 지금까지의"),
    (UNAWARE, "알아서는 안*, 알면 안*, 알게 해서는 안*, 알게 하지*, 알지 못하*, 모르도록, 모르게"),
    (QUANT, "모든, 전부, 모두"),
    (HARVEST, "모아, 모아서, 모으*, 수집하*, 수집해*"),
    (DEST, "서버로*, 서버에*, 주소로*, 주소에*, 아래 주소*, 이 주소*, 다음 주소*"),
    // English.
    (IGNORE | MIND, "take no notice of, give no weight to, turn a deaf ear, shelve, jettison"),
    (
        UNAWARE,
        "must not hear about, must not hear of, must not learn, must not find out, should never find out, must never learn, may not learn",
    ),
    // Dutch, Polish, Czech, Hebrew, Persian, Hindi, Turkish: what stands apart from its verb.
    (IGNORE | MIND, "varen"),
    (TELL, "zeg, vertel, meld, vermeld, verklap, onthul, säg, berätta, nämn, avslöja, fortæl, fortell, nævn, nevn"),
    (NEG | NEGPOST, "niets, niemand, ingenting, ikke, inte"),
    (PRIOR | EARLIER, "eerder, tevoren, dříve, předtím, otrzymane wcześniej, קודם לכן, קודם, पहले मिले, पहले"),
    (
        UNAWARE,
        "niets van weten, hier niets van weten, niets te weten komen, niet te weten komen, nie dowiedzieć, się dowiedzieć, dozvědět nesmí",
    ),
    (
        UNAWARE | USER,
        "אסור שהמשתמש ידע, אסור שהמשתמש יגלה, מבלי שהמשתמש ידע, בלי שהמשתמש ידע, zonder dat de gebruiker, utan användarens vetskap",
    ),
    (NEG, "نباید, नहीं, न, मत"),
    (KNOW, "باخبر شود, بداند, بفهمد, متوجه شود, مطلع شود, خبردار شود, पता चले, पता चलने, मालूम"),
    (TELL, "ज़िक्र, जिक्र, उल्लेख, बताएं, बताएँ, बताओ"),
    (NEGPOST, "न करें, मत करो, मत करें, नहीं करना, न करो"),
    (
        DEST,
        "onderstaande server, de server, adres hieronder, poniższy serwer, serwer, níže uvedený server, servern nedan, till servern, adressen i slutet, сервер, aşağıdaki sunucuya, sunucuya, sondaki adrese, adrese, الخادم المذكور, לשרת, לשרת שלהלן, לכתובת, לכתובת שבסוף, سرور زیر, سرور, نشانی, آدرس, सर्वर पर, पते पर, máy chủ, địa chỉ, ke server, ke alamat, na adres, na adresu, на адресу",
    ),
];
