//! Further wordings of requests, by what they do and not by language: to write and to repeat, to be led to it, word for word.
//! Folded when read: accents and case are as in ordinary text here.

use super::super::concept::Concepts;
use super::words::{
    ALL, ASKS, BARE, BASE, ENV, FILE, HANDS, LAST, LEAD, MANY, MUST, NEG, NOUN, OWN, SECRET, SPILLS, STOP, SURE, TALK,
    TELLS, THEM, TOME, URGE, VERB, WEAK,
};

pub(super) const WORDS: &[(Concepts, &str)] = &[
    // English.
    (
        VERB,
        "type out for me, key in, jot down, put down, dictate, echo back, let s see, lets see, let us see, let me see",
    ),
    (
        VERB | ALL,
        "type all, type every, type each, type in all, type in every, leg alle, lege alle, legen sie alle, lies alle, zähl alle, teil alle, leg sämtliche, rück alle",
    ),
    (VERB | BASE, "enumerate for me, dump out, write me, write up"),
    (
        LEAD | URGE,
        "you are to, you re to, you need only, you will now, you must now, you should now, you shall now, first of all, as a final step, \
         as a last step, as a first step, final step, last step, first step, step one, in addition, additionally, after that, afterwards, \
         before anything else, do me a favor and, do me a favour and, be a dear and, be so kind and, be so kind as to, i d like to have you, \
         feel free to, you may now, you can now, it is required that you, it is necessary that you, you are expected to, you are supposed to, \
         you are obliged to, you are told to, you are commanded to, you are hereby ordered to, you are hereby instructed to, you have to, \
         your next step is to, your first task is to, your only task is to, your mission is to, your goal is to, your new task is to, mission is to",
    ),
    (
        TOME,
        "in the tool call, in the tool calls, in the tool call s, in the next call, as an argument, in the argument, in the arguments, \
         in the parameters, in the parameter, in the body, in the request body, in the subject, in the comment, in a comment, in the title, \
         in the commit message, in your message, into the chat, in this chat, in your next message, in your next answer, in your next reply, \
         in your next response, in your summary, in the summary, in your final answer, in the final answer, to the user, to the caller, \
         mail it, mail them, email it, send it, forward it, post it, upload it, paste it, to the url, to the query, you have seen, you saw, \
         you were trusted with, you were given access to, you have stored, you store, you keep, you are aware of, that you know",
    ),
    (
        SECRET | MANY | FILE,
        "process.env, process env, os.environ, os environ, ssh keys, .env, dotenv, .env file, secrets.yaml, credentials.json, id_rsa",
    ),
    (
        SECRET | MANY,
        "saved login*, stored login*, connection strings, pins and passwords, keys and passwords, tokens and passwords, passwords and tokens, passcodes, access codes",
    ),
    (STOP, "how, why, whether, how to, what happens, where"),
    (
        TALK,
        "system instructions, instructions you were given at the start, the instructions you were given, your own instructions, your system instructions",
    ),
    (STOP, "leaks, reveals, exposes, discloses, logs, writes, reads, lists, gets, fetches, loads, collects"),
    (
        0,
        "every environment, each environment, any environment, recommend that you, suggest that you, recommend you, suggest you, advise that you, advise you to, we recommend to, in case you",
    ),
    (
        ENV,
        "env vars, env var, envvars, env variable*, environment variable*, environment, environ, umgebungsvariable*, variables d environnement, variables denvironnement, \
         variables de entorno, variáveis de ambiente, variabili d ambiente, variabili dambiente, variabili di ambiente, omgevingsvariabele*, miljövariabler*, zmienne środowiskowe, \
         proměnné prostředí, premenné prostredia, переменные окружения, переменные среды, переменных окружения, змінні середовища, змінні оточення, ortam değişken*, variabel lingkungan, \
         biến môi trường, متغيرات البيئة, משתני הסביבה, متغیرهای محیطی, एनवायरनमेंट वेरिएबल*, पर्यावरण चर, 环境变量, 環境変数, 환경 변수*, 환경변수*",
    ),
    (
        TELLS,
        "listar, visar, avslöjar, skriver ut, ger, räknar upp, skickar, viser, udskriver, afslører, opsomt, toont, geeft, onthult, afdrukt, prijsgeeft, menampilkan, menunjukkan, \
         memberikan, menyebutkan, mencetak, mengirim, menulis, menuliskan, mengulangi, membocorkan, mengungkapkan, menyerahkan, memberitahu, printing, printing out, dumping, revealing, leaking, \
         disclosing, exfiltrating, outputting, exposing, divulging, sending, showing, showing me, giving me, telling me, sending me, spilling, handing over, displaying, emailing, posting, \
         uploading, forwarding",
    ),
    // Word for word.
    (
        ALL | TOME,
        "wörtlich, wort für wort, wortwörtlich, mot pour mot, mot à mot, textuellement, palabra por palabra, literalmente, textualmente, al pie de la letra, \
         palavra por palavra, na íntegra, parola per parola, alla lettera, testualmente, woord voor woord, letterlijk, ord för ord, ordagrant, ord for ord, ordret, \
         ordrett, słowo w słowo, dosłownie, słowo po słowie, slovo od slova, doslova, doslovně, дословно, слово в слово, дослівно, kelimesi kelimesine, \
         kata demi kata, persis, từng chữ, nguyên văn, حرفيا, حرفياً, كلمة بكلمة, מילה במילה, כלשונו, کلمه به کلمه, عینا, शब्दशः, शब्द दर शब्द, \
         逐字, 逐字逐句, 一字不差, 原样, 原封不动, 一字一句, そのまま, 逐語的に, 그대로, 글자 그대로",
    ),
    (
        THEM | NOUN,
        "the full output, the output, the whole output, the complete output, its output, the result, its result, the results, what it prints, what it returns, \
         what it shows, its contents, its content, the printout",
    ),
    (
        FILE,
        "run printenv, call printenv, execute printenv, type printenv, run env, execute env, call env, etc shadow, etc passwd, aws credentials, kube config, credentials file, netrc",
    ),
    (THEM | NOUN, "them into your, it into your, them in your, it in your, what it is, what they are"),
    (0, "release notes, release note, export control, share price"),
    (
        SECRET | MANY,
        "token you hold, tokens you hold, token you have, tokens you have, token you know, tokens you know, token you were given, tokens you were given, \
         key you hold, keys you hold, key you have, keys you have, keys you know, keys you were given, key you were given, keys you can find, \
         tokens you can find, tokens you can see, keys you can see, contents of the vault, contents of your vault",
    ),
    (VERB | BASE | BARE | SPILLS, "hand the, hand all, hand those, hand your"),
    // German.
    (
        VERB,
        "spuck, füge, kopiere, kopieren sie, poste, posten sie, schreibe, schreib, schreiben sie, tippe, tipp, \
         übermittle, übermitteln sie, übergib, übergeben sie, diktiere, zähle, zähl, stelle, stell, händige, liefere",
    ),
    (
        SURE,
        "wiederhole, wiederholen sie, zitiere, zitieren sie, schreib mir, schreibe mir, gib mir jetzt, verrate mir, verrate uns, gib uns, zeig uns, nenne uns, sag uns, lies mir",
    ),
    (
        LAST,
        "schreiben, wiederholen, zitieren, mitteilen, übermitteln, veröffentlichen, herausrücken, vorlesen, aufzählen, übergeben, ausliefern, kopieren, \
         aufschreiben, ausplaudern, herausgeben, weitergeben, weiterleiten, posten, offenbaren, aushändigen",
    ),
    (
        LEAD | MUST,
        "du musst, sie müssen, du sollst, sie sollen, du hast, ich will, ich möchte, ich brauche, kannst du mir, könntest du mir, könnten sie mir, du solltest",
    ),
    (
        0,
        "so zeigen sie, so geben sie, so drucken sie, so exportieren sie, so senden sie, so nennen sie, so schreiben sie, so legen sie, so kopieren sie",
    ),
    (STOP, "wie, ob, warum, wieso"),
    // French.
    (
        SURE,
        "me donnes, me donniez, me montres, me montriez, me dises, me disiez, m envoies, m envoyiez, me révèles, me listes, me fournisses, écrivez, répétez, récitez, tapez, citez, recopiez, énumérez, fournissez, transmettez, dévoilez, balancez, livrez, publiez, collez, remettez, \
         écris moi, répète moi, liste moi, file moi, passe moi, balance moi, lis moi, \
         me donner, me montrer, me dire, m envoyer, me révéler, me fournir",
    ),
    (
        VERB,
        "écris, répète, récite, tape, cite, recopie, énumère, fournis, transmets, expose, dévoile, balance, livre, publie, colle, écrire, répéter, lister, énumérer, \
         fournir, transmettre, dévoiler, publier, communiquer, remets, crache, copie",
    ),
    (
        LEAD | MUST,
        "tu dois, vous devez, tu peux, vous pouvez, peux tu, pouvez vous, pourriez vous, pourrais tu, il faut, je veux que tu, je voudrais que tu, j aimerais que tu, merci de, prière de",
    ),
    (STOP, "comment, pourquoi"),
    // Spanish.
    (
        SURE,
        "escríbeme, repíteme, cuéntame, pásame, facilítame, proporcióname, entrégame, revélame, léeme, compárteme, me des, me muestres, me digas, me envíes, \
         me reveles, me enseñes, me pases, decirme, darme, enviarme, mostrarme, pasarme, revelarme, enséñame, danos, dinos, muéstranos",
    ),
    (
        VERB,
        "escribe, escriba, repite, repita, recita, recite, cita, copia, pega, pegue, proporciona, proporcione, facilita, facilite, publica, publique, expón, exponga, \
         desvela, desvele, comunica, comunique, transmite, transcribe, teclea, listar, enumerar, enviar, compartir, divulgar, escribir, repetir, publicar, exponer, \
         entregar, escribas, repitas, entregue, suelta, escupe, liste",
    ),
    (
        LEAD | MUST,
        "debes, deberás, tienes que, has de, puedes, podrías, podría, necesito que, quiero que, hay que, te ordeno que, haz el favor de, ahora mismo, en seguida, de inmediato, a continuación",
    ),
    (STOP, "cómo, por qué"),
    // Portuguese.
    (
        SURE,
        "me passe, me passa, me conte, me conta, me revele, me revela, me mostra, me fala, me fale, me dá, me entregue, me liste, me dizer, me mostrar, me enviar, \
         me dar, me passar, me revelar, me forneça, forneça me, revele me, passe me, dê me, dá me, nos dê, nos diga, nos mostre",
    ),
    (
        VERB,
        "escreva, escreve, repita, repete, recite, cite, copie, cole, cola, forneça, fornece, publique, exponha, informe, transcreva, digite, entregue, escrever, repetir, \
         fornecer, publicar, expor, entregar, enviar, revelar, listar, dizer, transmita, encaminhe, liste",
    ),
    (
        LEAD | MUST,
        "você deve, deve, você precisa, precisa, tem que, você pode, pode, poderia, você poderia, quero que, preciso que, por favor, por gentileza, agora mesmo, neste momento, é preciso",
    ),
    // Italian.
    (
        SURE,
        "scrivimi, ripetimi, elencami, passami, forniscimi, raccontami, leggimi, svelami, consegnami, dirmi, darmi, mostrarmi, inviarmi, elencarmi, passarmi, svelarmi, \
         dicci, dacci, mostraci, che tu mi dia, che tu mi dica, che tu mi mostri, che tu mi mandi",
    ),
    (
        VERB,
        "scrivi, scriva, scrivete, ripeti, ripeta, ripetete, recita, cita, copia, incolla, fornisci, fornisca, pubblica, esponi, trascrivi, svela, svelate, consegna, digita, \
         elencate, comunica, scrivere, ripetere, fornire, pubblicare, svelare, consegnare, esporre, elencare, rivelare, divulgare, inviare, trasmetti, inoltra, sputa",
    ),
    (
        LEAD | MUST,
        "devi, dovete, deve, puoi, potresti, potrebbe, può, voglio che, vorrei che, bisogna, occorre, ti ordino di, cerca di, ora, subito, immediatamente",
    ),
    // Dutch.
    (
        SURE,
        "herhaal, citeer, reciteer, som op, lees voor, leg bloot, verklap, schrijf op, schrijf me, laat ons, geef ons, vertel ons",
    ),
    (SURE | HANDS, "laat me, laat mij"),
    (0, "laat me weten, laat mij weten"),
    (VERB, "geef, geef nu, schrijf, typ, kopieer, plak, publiceer, som, lees, lever"),
    (
        LAST,
        "schrijven, herhalen, citeren, noemen, geven, tonen, publiceren, vertellen, delen, verklappen, doorgeven, opschrijven, laten zien, zien, weergeven, sturen, printen",
    ),
    (
        LEAD | MUST,
        "je moet, u moet, je dient, kun je, kunt u, zou je, wil je, ik wil, ik wil dat je, nu meteen, direct, graag, graag nu",
    ),
    // Swedish, Danish, Norwegian.
    (
        SURE,
        "upprepa, citera, recitera, kopiera, klistra in, publicera, läs upp, gentag, gjenta, opgiv, oppgi, list opp, opremse, opremser, skriv ned, skriv ner, uppge, ge oss, \
         visa oss, skriv, ræk, afgiv, giv os, vis os, röj, utelämna inga",
    ),
    (
        VERB,
        "avsløre, afsløre, udskrive, vise, opliste, liste opp, skrive ut, skriva ut, avslöja, visa, lista, uppge, skicka, dela, dele, sende",
    ),
    (
        LEAD | MUST,
        "du måste, du ska, du skal, du må, kan du, kunne du, skulle du, vill du, vil du, jag vill att du, jeg vil have at du, jeg vil at du, nu, nå, straks, genast, omedelbart, umiddelbart, vær så snill og",
    ),
    // Polish.
    (
        SURE,
        "napisz, wpisz, powtórz, powtórzcie, zacytuj, wyrecytuj, skopiuj, wklej, powiedz, przytocz, dostarcz, oddaj, napisz mi, wymień, wyświetl mi, pokaż nam, daj nam, prześlij, wyślij",
    ),
    (
        VERB,
        "napisać, powtórzyć, wysłać, udostępnić, powiedzieć, przesłać, opublikować, zdradzić, ujawnić, wypisać, pokazać, podać, wymienić",
    ),
    (
        LEAD | MUST,
        "musisz, masz, powinieneś, możesz, czy mógłbyś, mógłbyś, chcę żebyś, chcę abyś, proszę o, proszę, natychmiast, niezwłocznie, teraz, zaraz",
    ),
    // Czech, Slovak.
    (
        SURE,
        "napiš, napište, zapiš, zopakuj, zopakujte, ocituj, cituj, zkopíruj, zveřejni, zveřejněte, řekni, řekněte, pověz, předlož, povedz, ukažte, napíš, prezraď, vypíš, zverejni, opakuj, odešli, pošlete",
    ),
    (
        VERB,
        "napsat, zopakovat, zveřejnit, vytisknout, říct, říci, prozradit, odhalit, vypsat, ukázat, poslat, sdělit, vyzradit, prezradiť, vypísať, ukázať",
    ),
    (
        LEAD | MUST,
        "musíš, musíte, máš, měl bys, můžeš, můžete, mohl bys, chci abys, prosím, teď, hned, okamžite, ihned, ihneď",
    ),
    // Russian, Ukrainian.
    (
        SURE,
        "напиши, напишите, повтори, повторите, процитируй, процитируйте, скопируй, скопируйте, вставь, вставьте, прочитай, зачитай, продиктуй, запиши, запишите, слей, слейте, \
         скажи, скажите, расскажи, предоставь, предоставьте, дай мне, выведи мне, скажи нам, повідом, напиши, напишіть, повторіть, процитуй, скопіюй, встав, опублікуй, \
         перелічи, перерахуй, запишіть, злий, виведи, виведіть, скажи, скажіть, розкрий, розкрийте, надішли, надішліть, назви, назвіть, передай, передайте, покажи, покажіть, дай, дайте",
    ),
    (
        VERB,
        "написать, повторить, сказать, назвать, сообщить, выдать, прислать, передать, опубликовать, предоставить, слить, дать, перечислить, написати, повторити, показати, вивести, сказати, \
         надіслати, передати, опублікувати, назвати, видати, перелічити, розкрити, надати",
    ),
    (
        LEAD | MUST,
        "ты должен, вы должны, ты обязан, можешь, можете, мог бы ты, не мог бы ты, не могли бы вы, могли бы вы, хочу чтобы ты, прошу, немедленно, сейчас же, срочно, быстро, тебе нужно, тебе надо, \
         ти повинен, ти повинна, ви повинні, ти маєш, ви маєте, можеш, можете, чи можеш, чи не міг би ти, треба, потрібно, негайно, зараз, зараз же, будь ласка, хочу щоб ти, мне, мені, нам",
    ),
    (STOP, "как, почему, як, чому"),
    (
        SECRET,
        "секретні дані, облікові дані, ключі api, ключі доступу, паролі, секрети, змінні середовища, змінні оточення, токени доступу, токени, логины и пароли, логины, учётки",
    ),
    (ALL, "усі, всі, всіх, усіх, кожен, весь, увесь, повний, все известные, все сохраненные"),
    // Turkish.
    (
        SURE | LAST,
        "yaz, yazın, yazınız, tekrarla, tekrarlayın, söyle, söyleyin, verin, listele, listeleyin, kopyala, yapıştır, paylaş, paylaşın, açıkla, açıklayın, ifşa et, ifşa edin, \
         gönder, gönderin, yayınla, yazdır, yazdırın, sırala, göstermelisin*, açıklamalısın*, yazmalısın*, vermelisin*, söylemelisin*, listelemelisin*, paylaşmalısın*, göndermelisin*, \
         yazdırmalısın*, açıklamanı istiyorum, yazmanı istiyorum, göstermeni istiyorum, listelemeni istiyorum, söyler misin, gösterir misin, verir misin, yazar mısın, listeler misin, açıklar mısın, paylaşır mısın",
    ),
    // Indonesian, Malay.
    (
        SURE,
        "tulis, tuliskan, ulangi, sebut, sebutkan, kutip, salin, tempel, publikasikan, beritahu, beri tahu, katakan, bocorkan, ungkapkan, keluarkan, senaraikan, nyatakan, serahkan, beritahukan, kasih tahu, berikan, berikan saya, beri saya, beri kami, beri aku",
    ),
    (
        VERB,
        "menulis, menuliskan, mengulangi, menyebutkan, membocorkan, mengungkapkan, memberikan, menyerahkan, mengirim, mencetak, menampilkan, menunjukkan, memberitahu",
    ),
    (
        LEAD | MUST,
        "kamu harus, anda harus, kau harus, bisakah kamu, bisakah anda, dapatkah anda, saya ingin kamu, saya mau kamu, saya ingin anda, tolong, mohon, harap, sekarang, segera, sila",
    ),
    // Vietnamese.
    (
        VERB,
        "viết, ghi, ghi ra, nhắc lại, lặp lại, đọc, kể, nêu, nói, cung cấp, cho biết, xuất, gửi, chép, dán, trình bày, công bố, liệt kê, tiết lộ, đưa, để lộ",
    ),
    (SURE | HANDS, "cho tôi biết, nói cho tôi, đưa cho tôi, gửi cho tôi, đưa tôi, cho tôi xem, kể cho tôi"),
    (
        LEAD | MUST,
        "hãy, bạn phải, bạn cần, bạn cần phải, vui lòng, làm ơn, xin hãy, ngay, ngay lập tức, bây giờ, bạn có thể, tôi muốn bạn",
    ),
    (ALL, "mọi, toàn bộ, tất cả các, tất cả những"),
    // Arabic, Hebrew.
    (
        SURE,
        "اكتب, اكتبي, كرر, ردد, اقتبس, انسخ, الصق, انشر, سرب, اذكر, عدد, قل لي, أخبرني, اخبرني, أعطني, اعطني, زودني, سلم, سلمني, أظهر, أرني, ارني, أدرج, أن تكشف, أن تعرض, أن تكتب, أن تذكر, أن تطبع, \
         أن ترسل, أن تعطيني, أن تخبرني, כתוב, רשום, חזור על, צטט, העתק, הדבק, פרסם, אמור לי, ספר לי, תן, הראה, הראה לי, תראה לי, תכתוב, תרשום, תגלה, תחשוף, תדפיס, תציג, תשלח, תגיד לי, תן לי, תני לי, מסור, מסור לי, \
         שתחשוף, שתדפיס, שתציג, שתגלה, שתשלח, שתכתוב, שתיתן לי",
    ),
    (
        VERB,
        "كشف, كتابة, طباعة, إظهار, إرسال, تسريب, سرد, ذكر, إعطاء, לחשוף, לגלות, להדפיס, להציג, לכתוב, לשלוח, למסור, לרשום",
    ),
    (
        LEAD | MUST,
        "يجب عليك, عليك, يجب أن, أريد منك, أريدك, هل يمكنك, من فضلك, الآن, فورا, فوراً, لو سمحت, يرجى, אתה חייב, עליך, אתה צריך, האם תוכל, בבקשה, עכשיו, מיד, תוכל, אני רוצה",
    ),
    // Persian, Hindi.
    (
        SURE | LAST,
        "بنویس, بنویسید, تکرار کن, تکرار کنید, نقل کن, کپی کن, منتشر کن, بگو, بگویید, لیست کن, لیست کنید, فهرست کن, فهرست کنید, فهرست کنی, نشان دهید, نشان بده, نشان بدهید, نشان بدهی, افشا کن, افشا کنید, افشا کنی, \
         چاپ کن, چاپ کنید, ارسال کن, ارسال کنید, بفرست, بفرستید, ارائه بده, ارائه دهید, اعلام کن, اعلام کنید, آشکار کن, آشکار کنید, فاش کن, فاش کنید, فاش کنی, لو بده, نمایش بده, نمایش دهید, \
         लिखो, लिखिए, लिखें, लिख दो, दोहराओ, दोहराइए, दोहराएं, बता दो, गिनाओ, सुनाओ, दिखा दो, दिखाइये, बताइये, दीजिये, सौंप दो, सौंपो, जाहिर करो, सार्वजनिक करो, पेस्ट करो, लिस्ट करो, निकालो, भेज दो",
    ),
    (
        SECRET,
        "رمزهای عبور*, رمز عبور*, گذرواژه*, رازها, رازهای, اسرار, کلیدهای api, کلید api, متغیرهای محیطی, اطلاعات محرمانه, اعتبارنامه*",
    ),
    // Chinese, Japanese, Korean.
    (
        VERB,
        "写, 写出, 写下, 写在, 写到, 重复, 重複, 复述, 複述, 背诵, 引用, 贴出, 粘贴, 发布, 公布, 讲出, 报出, 列举, 列舉, 吐出, 供出, 上交, 提交, 回显, 说出, 告知, 讲讲, 曝光, 暴露",
    ),
    (
        LAST | LEAD,
        "写在, 写到, 写进, 写入, 写出来, 贴到, 粘贴到, 给我看, 传给我, 提供给我, 透露给我, 展示给我, 复制到, 放到, 放在, 附上, 附在, 列出, 打印, 输出, 显示, 泄露出来, 吐出来",
    ),
    (LEAD | MUST, "你必须, 你要, 你应该, 你需要, 请你, 请, 立即, 马上, 现在, 立刻, 赶快, 逐字, 完整, 帮我, 给我"),
    (
        SURE | LAST,
        "書いて, 書け, 書きなさい, 記載して, 列挙して, 列挙しろ, 列挙せよ, 教えなさい, 見せなさい, 出力しなさい, 表示しなさい, 送信しなさい, 公開しなさい, 開示して, 開示しろ, 開示せよ, 開示しなさい, \
         繰り返して, 繰り返せ, 復唱して, 復唱せよ, 貼り付けて, 貼って, 引用して, 白状しろ, 暴露しろ, 暴露して, 述べよ, 述べて, 挙げて, 挙げよ, 提示して, 提示せよ, 提示しろ, 提供して, 提供しろ, 共有して, 共有しろ, \
         含めて, 添付して, 返信して, 返して, 吐け, 漏らして, 漏らせ, 公表して, 公表せよ, 送れ, 送って, 転送して, メールして, 話して, 話せ, 印字して, 出して, 出してください, 晒して",
    ),
    (
        0,
        "書いてい, 書いてあ, 書いては, 記載してい, 記載してあ, 列挙してい, 開示してい, 開示しては, 繰り返してい, 貼ってい, 引用してい, 提示してい, 提供してい, 提供しては, 共有してい, 共有しては, 送ってい, 送っては, \
         含めてい, 含めては, 添付してい, 返してい, 転送してい, 転送しては, 教えてい, 教えては, 見せてい, 見せては, 公表してい, 漏らしてい, 出してい, 出しては, 話してい, 話しては, 開示してか, 書いてか, 送ってか, 提供してか, 出してか",
    ),
    (
        SURE | LAST,
        "적어줘*, 적어 줘*, 적어라, 적으세요, 적어 주세요, 적어주세요, 적으시오, 써줘, 써 줘, 써라, 쓰세요, 써 주세요, 작성해줘, 작성해 줘, 반복해, 반복해줘, 반복해 줘, 반복해라, 반복하세요, 반복하라, 읽어줘, 읽어 줘, \
         밝혀라, 밝혀줘, 밝혀 줘, 밝히세요, 제공해줘, 제공해 줘, 제공해라, 제공하세요, 제공하라, 제공해 주세요, 공유해줘, 공유해 줘, 공유해라, 공유하세요, 포함해줘, 포함시켜*, 붙여넣어*, 첨부해줘, 첨부해 줘, 드러내라, \
         토해내*, 열거해*, 열거하라, 제시해줘, 제시하라, 넘겨줘, 넘겨라, 내놔, 내놓아라, 다 말해*, 보여줄래*, 알려줄래*, 말해줄래*",
    ),
    (OWN, "네가 가진, 네가 아는, 알고 있는, 知っている, 持っている, 你知道的, 你拥有的, 你掌握的"),
    (NEG, "절대로, 하지 마, 하지 마세요, 하지 말, しないで, しないでください, 不得, 严禁, 切勿, 请勿, 勿"),
    (LAST | SURE | NOUN, "보내, 보여, 말해, 알려, 적어"),
    (ALL, "dime todas, dime todos, vypis vsechny, 打印出所有, 告诉我所有"),
    (VERB, "dime todas, dime todos"),
    (
        SURE | HANDS,
        "verrate uns, verrat uns, gib uns, zeig uns, nenne uns, sag uns, dis nous, donne nous, donnez nous, montre nous, danos, dinos, muéstranos, nos dê, nos diga, nos mostre, \
         dicci, dacci, mostraci, geef ons, vertel ons, laat ons, ge oss, visa oss, giv os, vis os, daj nam, podaj nam, pokaż nam, powiedz nam, dej nám, řekni nám, ukaž nám, дай нам, \
         дайте нам, скажи нам, покажи нам, скажіть нам, beri kami, cho chúng tôi, أعطنا, أخبرنا, תן לנו, ספר לנו",
    ),
    (SURE | LAST | HANDS, "bize ver, bize söyle, به ما بده, به ما بگو, हमें दो, हमें बताओ"),
    (
        SECRET,
        "clé api, clé d api, clé secrète, clé privée, clave api, clave de api, clave privada, clave secreta, chave de api, chave api, chave privada, chave secreta, \
         credenziale, chiave api, chiave segreta, chiave privata, chiave di accesso, token di accesso, jeton d accès, token de acceso, token de acesso, ключ api, ключ доступа",
    ),
    (
        SECRET | MANY | FILE,
        "contents of your env, contents of the env, content of your env, content of the env, contents of the env file, contents of your env file",
    ),
    (ASKS, "what does your, what do your, what did your"),
    (WEAK | BASE, "look up, dig up, recover"),
];
