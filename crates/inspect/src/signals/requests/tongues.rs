//! The words of requests for secrets in the languages whose signals are known beside the first nine. Folded: no accents, no case.

use super::super::concept::Concepts;
use super::words::{ALL, HANDS, LABEL, LAST, LEAD, MUST, NEG, NOUN, OWN, PART, SECRET, SURE, TALK, TOME, URGE, VERB};

pub(super) const WORDS: &[(Concepts, &str)] = &[
    // Dutch.
    (
        SURE,
        "print af, druk af, onthul, openbaar, verraad, stuur, stuur mij, stuur me, verstuur, verzend, geef door, noem, \
         exporteer, lek, vertel, deel",
    ),
    (SURE | LABEL, "toon, weergeef"),
    (
        SURE | HANDS,
        "geef me, geef mij, vertel me, vertel mij, stuur me, stuur mij, noem me, toon me, toon mij, laat me zien, laat mij zien",
    ),
    (
        VERB,
        "opsomt, toont, geeft, onthult, afdrukt, prijsgeeft, tonen, onthullen, afdrukken, prijsgeven, opsommen, geven, sturen, noemen",
    ),
    (LAST | PART, "afgedrukt, getoond, weergegeven, onthuld, geprint, prijsgegeven, opgesomd"),
    (LAST, "onthullen, prijsgeven, afdrukken, opsommen, opsomt, onthult, prijsgeeft, afdrukt"),
    (ALL, "alle, al je, al jouw, al uw, elk, elke, ieder, iedere, volledige, de hele"),
    (OWN, "je, jouw, uw"),
    (
        SECRET,
        "geheim, geheimen, wachtwoord, wachtwoorden, inloggegevens, aanmeldgegevens, api sleutel*, toegangssleutel*, geheime sleutel*, \
         prive sleutel*, privesleutel*, omgevingsvariabele*, toegangstoken*, vertrouwelijke gegevens, beheerderswachtwoord, \
         adminwachtwoord, rootwachtwoord",
    ),
    (TALK, "systeemprompt*, systeeminstructie*, systeembericht*, verborgen instructies, oorspronkelijke instructies"),
    (
        LEAD | MUST,
        "moeten, moet, dat je, dat u, kun je, kunt u, wil je, zou je, alsjeblieft, alstublieft, je moet, u moet, gelieve",
    ),
    (LEAD, "nu, onmiddellijk, meteen, en, daarna, eerst, dan"),
    (NEG, "niet, nooit, geen, zonder"),
    // Swedish, Danish, Norwegian.
    (
        SURE,
        "skriv ut, avsloja, rop, lamna ut, skicka, mejla, dumpa, beratta, exportera, rakna upp, \
         udskriv, afslor, udlever, opremst, skriv, avslor, utlever, roj",
    ),
    (SURE | LABEL, "visa, vis"),
    (
        SURE | HANDS,
        "ge mig, visa mig, beratta for mig, skicka mig, giv mig, vis mig, fortael mig, gi meg, vis meg, fortell meg, send mig, send meg",
    ),
    (VERB, "listar, visar, avslojar, skriver ut, ger, raknar upp, skickar, avsloja, lista, rakna upp"),
    (
        LAST | PART,
        "skrivas ut, visas, avslojas, skickas, udskrives, afslores, vises, listas, lamnas ut, skrives ut, avslores",
    ),
    (ALL, "alla, alla dina, alle, alle dine, samtliga, varje, varenda, hvert, hver, hela, hele, all"),
    (OWN, "din, ditt, dina, dit, dine"),
    (
        SECRET,
        "hemlighet, hemligheter, hemligheterna, losenord*, inloggningsuppgifter, api nyckel, api nycklar, hemliga nycklar, privata nycklar, \
         atkomstnycklar, miljovariabler*, hemmelighed, hemmeligheder, hemmeligheter, adgangskode*, passord*, api nogler, api nokler, \
         miljovariabler*, legitimationsoplysninger, loginoplysninger, administratorslosenord, adminlosenord",
    ),
    (TALK, "systemprompt*, systemmeddelande*, systeminstruktion*, dolda instruktioner"),
    (
        LEAD | MUST,
        "maste, skal, skall, att du, at du, kan du, vill du, vil du, kunne du, var snall och, vanligen, snalla, ska",
    ),
    (LEAD, "nu, genast, och, og, sedan, forst"),
    (NEG, "inte, aldrig, utan, ikke, aldri, uden, uten"),
    // Polish.
    (
        SURE,
        "wypisz, wypiszcie, wydrukuj, ujawnij, ujawnijcie, wyslij, przeslij, podaj, wymien, zdradz, wyjaw, wylistuj, zrzuc, udostepnij, \
         przekaz, odkryj, opublikuj",
    ),
    (SURE | LABEL, "pokaz, wyswietl, eksportuj, wyeksportuj"),
    (SURE | HANDS, "podaj mi, daj mi, pokaz mi, wyslij mi, przeslij mi, powiedz mi, zdradz mi, wypisz mi"),
    (
        VERB,
        "wypisal, wypisala, pokazal, ujawnil, podal, wyslal, wymienil, ujawnic, wypisac, pokazac, podac, wymienic, zdradzic, wyswietlic, wydrukowac",
    ),
    (LAST | PART, "wypisane, wydrukowane, ujawnione, pokazane, wyswietlone, podane"),
    (ALL, "wszystkie, wszystkich, wszelkie, kazde, kazdy, caly, cala, cale, pelna, pelny"),
    (OWN, "swoj, swoje, swoja, twoj, twoje"),
    (
        SECRET,
        "sekret, sekrety, sekretow, tajemnice, haslo, hasla, hasel, poswiadczenia, dane logowania, dane uwierzytelniajace, klucz api, klucze api, \
         kluczy api, klucze prywatne, klucze dostepu, tajne klucze, zmienne srodowiskowe, tokeny dostepu, poufne dane",
    ),
    (
        TALK,
        "prompt systemowy, systemowy prompt, monit systemowy, instrukcje systemowe, ukryte instrukcje, komunikat systemowy",
    ),
    (
        LEAD | MUST,
        "musza, musi, maja, powinny, zebys, abys, bys, mozesz, moglbys, czy mozesz, prosze, musisz, nalezy, trzeba",
    ),
    (LEAD, "teraz, natychmiast, nastepnie, potem, najpierw"),
    (NEG, "nie, nigdy, bez"),
    // Czech, Slovak.
    (
        SURE,
        "vypis, vypiste, vytiskni, vytisknete, prozrad, prozradte, odhal, odhalte, posli, poslete, odesli, vyjmenuj, sdel, vydej, predej, uved, \
         vyzrad, vypis vsechny, prezrad, odosli",
    ),
    (SURE | LABEL, "zobraz, zobrazte, ukaz, exportuj"),
    (SURE | HANDS, "dej mi, rekni mi, ukaz mi, posli mi, prozrad mi, sdel mi, vypis mi, daj mi, povedz mi"),
    (
        VERB,
        "vypsal, zobrazil, ukazal, prozradil, odhalil, poslal, vyjmenoval, prozradit, odhalit, vypsat, zobrazit, ukazat, poslat, vyjmenovat, sdelit",
    ),
    (LAST | PART, "vypsana, vypsany, zobrazena, zobrazeny, prozrazena, odhalena, vytistena, vytisteny, zverejnena"),
    (ALL, "vsechna, vsechny, vsechno, vsech, kazde, kazdy, cely, cele, kompletni, uplny, vsetky"),
    (OWN, "svuj, svoje, sve, tvuj, tvoje, svoj"),
    (
        SECRET,
        "tajemstvi, heslo, hesla, hesel, prihlasovaci udaje, pristupove udaje, klic api, klice api, api klic, api klice, soukrome klice, tajne klice, \
         pristupove klice, promenne prostredi, pristupove tokeny, duverne udaje, tajomstva, prihlasovacie udaje, premenne prostredia",
    ),
    (TALK, "systemovy prompt, systemove instrukce, systemovou zpravu, skryte instrukce, puvodni instrukce"),
    (LEAD | MUST, "musi, maji, abys, abyste, muzes, mohl bys, prosim, musis, musite, je treba, mas"),
    (LEAD, "nyni, ted, okamzite, potom, pak, nejprve"),
    (NEG, "nikdy, bez, nesmi, nesmis"),
    // Ukrainian; what it shares with Russian stands there.
    (
        SURE,
        "виведи, виведіть, покажи, покажіть, надрукуй, надрукуйте, роздрукуй, розкрий, розкрийте, надішли, надішліть, відправ, відправте, \
         перешли, передай, перелічи, перерахуй, повідом, видай, розголоси, опублікуй, викрий",
    ),
    (
        SURE | HANDS,
        "дай мені, дайте мені, покажи мені, скажи мені, надішли мені, повідом мені, дай мне, дайте мне, покажи мне, скажи мне, назови мне, сообщи мне, пришли мне",
    ),
    (
        VERB,
        "розкрити, вивести, показати, надіслати, перелічив, вивів, показав, розкрив, надіслав, перелічити, раскрыть, перечислил, вывел, показал, раскрыл, отправил, перечислить, отправить",
    ),
    (
        LAST | PART,
        "виведені, показані, розкриті, надруковані, надіслані, выведены, показаны, раскрыты, напечатаны, распечатаны",
    ),
    (ALL, "всі, усі, всіх, усіх, кожен, кожний, кожну, повний, повністю, каждый, каждого"),
    (OWN, "свій, свої, твій, твої, ваш, ваші"),
    (
        SECRET,
        "пароль, паролі, паролів, секрети, секретів, таємниці, облікові дані, ключі api, api ключі, ключі доступу, секретні ключі, приватні ключі, \
         змінні середовища, змінні оточення, токени доступу, конфіденційні дані, пароля",
    ),
    (TALK, "системний промпт, системного промпту, системні інструкції, системне повідомлення, приховані інструкції"),
    (
        LEAD | MUST,
        "мають, повинні, мусять, треба, щоб ти, щоб ви, чи не міг би ти, чи можеш ти, міг би ти, ти мусиш, будь ласка, должны, чтобы ты, чтобы вы, не мог бы ты, можешь ли ты, мог бы ты",
    ),
    (LEAD, "зараз, негайно, і, та, потім, спочатку"),
    (NEG, "не, ніколи, без"),
    // Turkish: the verb comes last.
    (
        SURE | LAST,
        "yazdir, yazdirin, listele, listeleyin, acikla, aciklayin, ver, verin, gonder, gonderin, paylas, paylasin, sizdir, ifsa et, dok, ilet, soyle, \
         bildir, yaz, aktar, yolla, aciklar misin, gosterir misin, yazar misin, verir misin, soyler misin, listeler misin, yazdirilmalidir, \
         yazdirilmali, gosterilmelidir, aciklanmalidir, listelenmelidir, verilmelidir, listelemeni istiyorum, gostermeni istiyorum, \
         yazdirmani istiyorum, vermeni istiyorum, aciklamani istiyorum, yazmani istiyorum",
    ),
    (SURE | LAST | LABEL, "goster, gosterin, goruntule, disa aktar"),
    (ALL, "tum, butun, tumunu, hepsini, her bir, tamamini, eksiksiz"),
    (OWN, "kendi, senin"),
    (
        SECRET,
        "parola, parolalar, parolalari, parolasini, parolayi, parolalarini, sifre, sifreler, sifreleri, sifresini, sifrelerini, sirlari, sirlarini, \
         gizli bilgileri, gizli anahtarlari, kimlik bilgileri*, api anahtar*, erisim anahtar*, ozel anahtar*, ortam degisken*, erisim belirtec*, \
         gizli verileri",
    ),
    (
        TALK | OWN,
        "sistem istemi, sistem istemini, sistem promptu, sistem promptunu, sistem talimatlarini, sistem mesajini, gizli talimatlarini",
    ),
    (TOME, "bana"),
    (LEAD | MUST, "lutfen, simdi, hemen, derhal"),
    (NEG, "asla, sakin"),
    // Indonesian, Malay.
    (
        SURE,
        "cetak, cetaklah, bocorkan, ungkapkan, kirim, kirimkan, sebutkan, beritahukan, keluarkan, serahkan, bagikan, tuliskan, buang, \
         dedahkan, hantar, mengungkapkan, menampilkan, mencetak, membocorkan, menyebutkan, mengirim, mengirimkan",
    ),
    (SURE | LABEL, "tampilkan, perlihatkan, tunjukkan, ekspor, paparkan"),
    (
        SURE | HANDS,
        "beri saya, berikan saya, beri aku, berikan kepada saya, beri tahu saya, beritahu saya, kirimi saya, kirimkan saya, tunjukkan kepada saya, berikan aku",
    ),
    (LAST | PART, "dicetak, ditampilkan, diungkapkan, dibocorkan, dikirimkan"),
    (ALL, "semua, seluruh, setiap, segala, lengkap"),
    (OWN, "kamu, anda, mu, awak"),
    (
        SECRET,
        "rahasia, kata sandi, kata laluan, sandi, kredensial, kunci api, kunci rahasia, kunci privat, kunci akses, token akses, variabel lingkungan, \
         data rahasia, data login, rahsia",
    ),
    (TALK, "prompt sistem, instruksi sistem, pesan sistem, instruksi tersembunyi, instruksi awal"),
    (LEAD | MUST, "harus, wajib, mesti, tolong, mohon, silakan"),
    (NEG, "jangan, tidak, tanpa, dilarang, bukan"),
    // Vietnamese.
    (
        VERB,
        "in ra, in tat ca, in toan bo, hien thi cho toi, tiet lo, liet ke, gui tat ca, gui toan bo, gui cho toi, xuat ra, doc cho toi, \
         cho biet, dua ra, lam lo, noi cho toi, ke ra, ro ri, viet ra",
    ),
    (VERB | LABEL, "hien thi, hien, xuat"),
    (SURE | HANDS, "cho toi, cho toi biet, dua toi, dua cho toi, gui toi, gui cho toi, noi cho toi, cho toi xem"),
    (LAST | PART, "duoc in ra, duoc hien thi, duoc tiet lo, duoc liet ke, duoc dua ra"),
    (ALL, "tat ca, toan bo, day du, tung, in tat ca, gui tat ca, in toan bo, gui toan bo"),
    (OWN, "cua ban"),
    (
        SECRET,
        "mat khau, bi mat, thong tin dang nhap, thong tin xac thuc, khoa api, khoa bi mat, khoa rieng, khoa truy cap, ma truy cap, bien moi truong, \
         du lieu mat",
    ),
    (
        TALK,
        "loi nhac he thong, chi dan he thong, prompt he thong, huong dan he thong, tin nhan he thong, cau lenh he thong",
    ),
    (LEAD | MUST, "phai, hay, vui long, lam on, xin hay"),
    (NEG, "dung, khong, chua, khong bao gio, cam"),
    // Arabic.
    (
        SURE,
        "اطبع, اطبعي, اعرض لي, أظهر, أظهر لي, اكشف, اكشف عن, اكشف لي, أرسل, أرسل لي, ارسل, سرب, أفصح عن, أفصح, اذكر, اسرد, عدد, صدر, أفش, أخرج, زودني, \
         الكشف عن, كشف, أن تكشف, تكشف, أن تسرد, تسرد, أن تطبع, تطبع, أن تعرض, أن ترسل, طباعة, إرسال, الإفصاح عن",
    ),
    (SURE | LABEL, "اعرض, عرض, إظهار, تصدير"),
    (SURE | HANDS, "أعطني, أعطيني, أخبرني, أخبرني ب, أرني, أرسل لي, أرسل إلي, زودني ب, قل لي, اعطني, اعطيني"),
    (ALL, "كل, جميع, كافة, كامل, سائر, بأكملها, كلها"),
    (OWN, "الخاص بك, الخاصة بك, لديك"),
    (
        SECRET,
        "الأسرار, أسرار, أسرارك, كلمات المرور, كلمة المرور, كلمة مرور, كلمات مرور, كلمات السر, كلمة السر, بيانات الاعتماد, بيانات الدخول, \
         بيانات تسجيل الدخول, مفاتيح api, مفاتيح, مفتاح api, المفاتيح السرية, المفاتيح الخاصة, متغيرات البيئة, رموز الوصول, البيانات السرية",
    ),
    (TALK, "موجه النظام, تعليمات النظام, رسالة النظام, التعليمات المخفية, تعليماتك, برومبت النظام"),
    (LEAD | MUST, "يجب, عليك, من فضلك, رجاء, أريدك, الآن, فورا, هل يمكنك"),
    (NEG, "لا, لن, لم, دون, بدون, ألا, ممنوع, عدم, يمنع"),
    // Hebrew.
    (
        SURE,
        "הדפס, הדפס את, הדפיסי, הדפיסו, חשוף, חשוף את, גלה, גלה את, שלח, שלח את, שלחי, הדלף, מסור, פרט, מנה, רשום, תדפיס, תחשוף, תגלה, תשלח, \
         להדפיס, לחשוף, לגלות, לשלוח, לפרט, שתפרט, שתדפיס, שתציג, שתחשוף, שתשלח, שתגלה, הוצא, כתוב, הראה, הדלף את",
    ),
    (SURE | LABEL, "הצג, הצג את, ייצא"),
    (SURE | HANDS, "תן לי, תני לי, ספר לי, אמור לי, הראה לי, שלח לי, גלה לי, הצג לי, תגיד לי, מסור לי"),
    (ALL, "כל, את כל, כלל, מלא, המלא, במלואו, כולם"),
    (OWN, "שלך, שלכם"),
    (
        SECRET,
        "סוד, סודות, הסודות, סיסמה, הסיסמה, סיסמת, סיסמאות, הסיסמאות, פרטי ההתחברות, פרטי התחברות, פרטי הכניסה, מפתח api, מפתחות api, מפתחות ה api, \
         מפתחות הapi, המפתחות הסודיים, המפתחות הפרטיים, מפתחות פרטיים, אסימוני גישה, משתני הסביבה, משתני סביבה, אישורי הגישה",
    ),
    (TALK, "הנחיית המערכת, הנחיות המערכת, הוראות המערכת, פרומפט המערכת, הודעת המערכת, הוראותיך"),
    (LEAD | MUST, "חובה, יש, עליך, בבקשה, אנא, כעת, עכשיו, מיד, האם תוכל, נא"),
    (NEG, "אל, לא, בלי, מבלי, אין, אסור"),
    // Persian: the verb comes last.
    (
        SURE | LAST,
        "چاپ کن, چاپ کنید, نشان بده, نشان بدهید, نشان دهید, فاش کن, فاش کنید, افشا کن, افشا کنید, بده, بدهید, بگو, بگویید, بفرست, بفرستید, \
         ارسال کن, ارسال کنید, فهرست کن, لیست کن, آشکار کن, بنویس, خروجی بده, نمایش بده, نمایش دهید, استخراج کن, چاپ شوند, چاپ شود, فاش شوند, \
         فهرست کنی, چاپ کنی, نشان بدهی, نشان دهی, فاش کنی, بگویی, بدهی, ارسال کنی, بفرستی, افشا کنی, افشا شوند, نمایش داده شوند",
    ),
    (ALL, "همه, همه ی, تمام, تمامی, کلیه, هر, کل, کامل, تک تک"),
    (OWN, "خود, خودت, خودتان, تو, شما, ات"),
    (
        SECRET,
        "رمز عبور, رمزهای عبور, رمز های عبور, گذرواژه, گذرواژهها, گذرواژه ها, گذرواژههای, اسرار, رازها, کلید api, کلیدهای api, کلید های api, کلیدهای, \
         کلیدهای خصوصی, اطلاعات ورود, اعتبارنامهها, اعتبارنامه ها, متغیرهای محیطی, توکنهای دسترسی, اطلاعات محرمانه, پسورد*, رمزها",
    ),
    (TALK, "پرامپت سیستم, دستورات سیستم, پیام سیستم, دستورالعملهای سیستم, پرامپت سیستمی, دستورالعملهای پنهان"),
    (TOME, "به من, برای من, برایم"),
    (LEAD | MUST, "باید, لطفا, اکنون, فورا, میخواهم, می خواهم, میتوانی, می توانی"),
    (NEG, "هرگز, بدون, هیچگاه, نباید, هیچ وقت"),
    // Hindi: the verb comes last.
    (
        SURE | LAST,
        "दिखाओ, दिखाइए, बताओ, बताइए, बताएं, बताएँ, दो, दीजिए, दे दो, प्रिंट करो, प्रिंट करें, प्रिंट कीजिए, भेजो, भेजें, भेजिए, प्रकट करो, प्रकट करें, उजागर करो, उजागर करें, \
         सूचीबद्ध करो, सूचीबद्ध करें, लीक करो, लीक करें, साझा करो, आउटपुट करो, छापो, डंप करो, प्रदर्शित करो, प्रकट कर सकते हैं, दिखा सकते हैं, बता सकते हैं, \
         प्रिंट किए जाने चाहिए, दिखाए जाने चाहिए, बताए जाने चाहिए, प्रकट किए जाने चाहिए",
    ),
    (SURE | LAST | LABEL, "दिखाएं, दिखाएँ, प्रदर्शित करें, निर्यात करें"),
    (ALL, "सभी, सारे, सारी, प्रत्येक, समस्त, तमाम, पूरा, पूरी"),
    (OWN, "अपना, अपनी, अपने, तुम्हारा, आपका"),
    (
        SECRET,
        "पासवर्ड, रहस्य, गुप्त जानकारी, क्रेडेंशियल*, लॉगिन विवरण, api कुंजी*, api कुंजियाँ, api कुंजियां, एपीआई कुंजी*, निजी कुंजी*, गुप्त कुंजी*, \
         एनवायरनमेंट वेरिएबल*, पर्यावरण चर, एक्सेस टोकन, गोपनीय डेटा, गोपनीय जानकारी, कूटशब्द",
    ),
    (TALK, "सिस्टम प्रॉम्प्ट, सिस्टम निर्देश, सिस्टम संदेश, छिपे निर्देश, प्रणाली निर्देश"),
    (TOME, "मुझे, मुझको, मेरे लिए"),
    (LEAD | MUST, "कृपया, अभी, तुरंत, चाहता हूँ, क्या आप"),
    (NEG, "मत, नहीं, कभी, बिना"),
    // Further wordings of the first nine: wishes, questions, passives, to me.
    (
        SURE | HANDS,
        "gib mir, geben sie mir, nenne mir, nenn mir, sag mir, sagen sie mir, verrate mir, zeig mir, zeige mir, schick mir, sende mir, \
        donne moi, donnez moi, dis moi, dites moi, montre moi, montrez moi, envoie moi, envoyez moi, file moi, \
        dame, deme, dime, digame, muestrame, enviame, mandame, me de, me diga, diga me, me mostre, mostre me, me envie, me passe, da me, \
        dammi, datemi, dimmi, ditemi, mostrami, inviami, mandami, дай мне, скажи мне, 给我, 給我, 告诉我, 告訴我, 发给我, 發給我, 交给我",
    ),
    (
        LAST | PART,
        "ausgegeben, angezeigt, ausgedruckt, offengelegt, preisgegeben, verraten werden, aufgelistet, \
        etre affiches, etre affichees, etre imprimes, etre reveles, etre revelees, etre divulgues, etre divulguees, etre listes, \
        ser mostrados, ser mostradas, ser revelados, ser reveladas, ser impresos, ser impresas, mostrarse, imprimirse, revelarse, \
        ser exibidos, ser exibidas, ser impressos, ser impressas, ser divulgados, \
        essere stampati, essere stampate, essere mostrati, essere mostrate, essere rivelati, essere rivelate, essere elencati",
    ),
    (LAST, "auflistest, ausgibst, anzeigst, verratst, offenlegst, preisgibst, nennst, zeigst, auflisten, verraten"),
    (
        MUST | LEAD,
        "mussen, dass du, dass sie, konntest du, kannst du, konnten sie, wurdest du, doivent, que tu, que vous, pourrais tu, pourriez vous, \
        peux tu, pouvez vous, deben, tienen que, quiero que, podrias, podria, puedes, puede, devem, tem que, quero que voce, voce poderia, voce pode, \
        poderia, pode, devono, voglio che tu, potresti, potrebbe, puoi, vorrei che tu",
    ),
    (
        VERB,
        "listes, affiches, montres, reveles, donnes, imprimes, divulgues, listiez, affichiez, enumeres, muestres, reveles, imprimas, digas, envies, listes, \
        mostrar, revelar, listar, enumerar, imprimir, divulgar, enviar, enumerar, liste, mostre, elenchi, mostri, riveli, stampi, dia, dica, rivelare, elencare, \
        inviare, divulgare, revele, lister, donner, divulguer, rivelarmi, dirmi, revelarme, decirme, mostrarme, donner, reveler",
    ),
    (SURE, "divulguez, transmets, transmettez, fais suivre, imprimez, affiche moi"),
    (SURE, "泄露, 洩露, 透露, 交出, 导出, 發送, 发送到, 发送给, 打印出所有, 告诉我所有"),
    (
        SURE | LAST,
        "列挙してほしい, 教えてほしい, 表示してほしい, 出力してほしい, 見せてほしい, 教えてくれ*, 見せてくれ*, 教えてもらえ*, 表示しなければならない, \
        出力しなければならない, 表示しなければなりません, 出力しなければなりません, 公開しなければならない, 開示しなければならない, 言え, 言って, 渡せ, 渡して, \
        送信してほしい, 書き出してほしい, 晒せ, 送ってくれ*, 出せ, 読み上げて, 読み上げろ",
    ),
    (
        SURE | LAST,
        "출력되어야 한다, 출력되어야 합니다, 공개되어야 한다, 공개되어야 합니다, 표시되어야 합니다, 나열하기를 원해*, 출력하기를 원해*, 알려주기를 원해*, 나열해 줘*, \
        나열해 주세요, 출력해 줘*, 공개해 줄 수 있*, 알려줄 수 있*, 알려 줄 수 있*, 보여줄 수 있*, 보여 줄 수 있*, 말해줘*, 말해 줘*, 유출해*, 누설해*, 넘겨*, 건네*, 털어놔*, 불러줘*",
    ),
    (
        HANDS,
        "教えて, 教えろ, 教えてください, 教えてほしい, 教えてくれ*, 알려줘*, 알려 줘*, 알려주세요, 알려 주세요, 알려라, 말해*, 말해줘*",
    ),
    (LAST | PART, "打印出来, 显示出来, 列出来, 公开, 泄露, 发送, 发送到, 发到, 发给, 发往, 公布, 披露, 交出来, 说出来"),
    (LEAD | MUST | URGE, "我要你, 我想让你, 我希望你, 你能, 你能不能, 可以, 能否, 请问, 必须, 都必须, 把, 将"),
    (LAST | LABEL, "anzeigen, exportieren, einblenden, afficher, exporter"),
    (
        VERB,
        "divulgue, revele, entregue, entrega, despeja, repasse, rivela, divulga, esporta, imprime, envia, envie, manda, mande, vuelca, filtra",
    ),
    (
        LABEL,
        "mostrar, exibir, visualizar, visualizza, mostra, показать, 显示, 顯示, 导出, 匯出, 查看, zeige, zeig, zeigen, affiche, affichez, montrer, \
        montre, muestra, muestre, mostre, exiba, esporta, exporta, exportar, esportare, visualizzare, покажи, покажите, экспортировать, 表示, 出力, \
        エクスポート, 표시, 내보내기, 보기",
    ),
    (
        LAST | NOUN,
        "表示, 出力, 送信, 公開, 開示, 列挙, 印刷, ダンプ, エクスポート, 표시, 출력, 공개, 전송, 나열, 덤프, 인쇄, 내보내기, 보기",
    ),
    (
        VERB,
        "показать, вывести, распечатать, раскрыть, отправить, выгрузить, перечислить, показати, вивести, розкрити, надіслати",
    ),
];
