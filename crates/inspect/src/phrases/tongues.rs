//! The words that a window is judged for, in further languages: roots that hardly any other language has.

use super::anchor::{DISMISS, HUSH, ORDERS, ROLE, SECRET, TALK};

pub(super) const TONGUES: &[(u16, &str)] = &[
    // What the languages of the first tables say otherwise.
    (
        DISMISS,
        "nicht langer, dich uber, hinweg, ausser acht, plus compte, ne suis plus, ne suivez plus, passe outre, mets de cote, qui precedent, no hagas caso, no haga caso, tengas en cuenta, olvidate, deja de lado, leve em conta, deixe de lado, nao obedeca, tenere conto, tener conto, metti da parte, lascia perdere, non badare, не принимай, не слушай, перестань следовать, откажись, отложи в сторону, 理会, 理會, 抛到脑后, 抛诸脑后, 撇开, 搁置, 丢开, 置之不理, 抛弃, 作废, 無視, 気にしない, 考慮しない, 破棄, 신경 쓰지, 버리세요, 배제하, 따를 필요",
    ),
    (
        ORDERS,
        "auparavant, precedemment, plus haut, zuvor, vorher, orientacoes, orientazioni, прежн, полученн, вышеизлож, вышеуказан, 规定, 規定, 准则, 原则, 说明, 守则, 先前, 此前, 上面, ガイドライン, 안내, 지침, 앞서, 위의, heed, guidance",
    ),
    (SECRET, "schlussel, cles, identifiant, 登录凭证, 登录信息, 私钥, 口令, 인증 정보"),
    (
        HUSH,
        "nichts erfahren, nicht erfahren, nichts wissen, nichts davon wissen, nichts mitbekommen, keinem wort, nichts verraten, n en parle, n en parlez, n en dis rien, rien savoir, pas savoir, pas l apprendre, pas etre au courant, pas un mot, debe enterarse, no se entere, debe saber, no le menc, no se lo, ni una palabra, pode saber, deve saber, nao menc, nao comente, ficar sabendo, deve venire a sapere, deve sapere, deve saperne, non fare parola, non far parola, non parlarne, deve accorgersi, не должен узнать, не должен знать, не должен об этом, не узнал, знать не должен, 让用户知道, 讓用戶知道, 让使用者知道, 只字不提, 隻字不提, 绝口不提, 闭口不提, 瞒着, 瞞著, 对用户保密, 不要透露, 不得透露, 不要通知, 告知用户, 不要提, 不让用户, 让用户察觉, 知られて, 知られない, 知られず, 気づかれ, 気付かれ, 悟られ, 언급하지, 알아서는 안, 알면 안, 알게 하지, 모르게, 모르도록, must not hear, must not learn, must not find out, must never learn, must never know, say nothing to the user, keep quiet about, niets van weten, niet te weten komen, dowiedziec, dozvedet, זה למשתמש, باخبر شود, باخبر نشود, نباید از این, खबर न",
    ),
    // Dutch.
    (
        DISMISS,
        "negeer, vergeet, geen acht op, geen aandacht aan, laat varen, zet opzij, terzijde, opzij, veronachtza, omzeil, volg niet, niet langer, geen rekening, niets aan van, overboord, stap af van",
    ),
    (
        ORDERS,
        "instructie, opdracht, richtlijn, aanwijzing, voorschrift, regels, bevelen, beperking, eerdere, voorgaande, voorafgaand, bovenstaande, hierboven",
    ),
    (
        SECRET,
        "wachtwoord, inloggegevens, sleutel, toegangstoken, toegangscode, geheim, omgevingsvariabel, aanmeldgegeven",
    ),
    (TALK, "gespreksgeschiedenis, chatgeschiedenis, hele gesprek, volledige gesprek, systeemprompt"),
    (
        HUSH,
        "hier niets, niets over, zeg niets, zeg er niets, zeg niks, vertel niets, vertel niks, niet vertel, niets vertel, meld niet, niet melden, niet vermeld, vermeld dit niet, vermeld het niet, zonder te melden, zonder te vertellen, zonder het te vertellen, zonder iets te zeggen, geen woord, zwijg, informeer de gebruiker niet, de gebruiker niet, medeweten van, niet informeren, laat niet weten, niet laten weten, niets merken, houd je mond, stiekem, heimelijk",
    ),
    (
        ROLE,
        "je bent nu, jij bent nu, vanaf nu, van nu af aan, voortaan, vanaf dit moment, nieuwe taak, nieuwe rol, nieuwe instructies",
    ),
    // Swedish, Danish, Norwegian.
    (
        DISMISS,
        "bortse, glom alla, glom allt, glem alle, glem alt, strunta, asidosatt, tilsides, se bort fra, forbiga, lagg undan, at sidan, lyd inte, folj inte, folg ikke, overge alla, bry dig inte, kringga, inget avseende",
    ),
    (
        ORDERS,
        "instruktion, anvisning, riktlinj, retningslinj, instrukser, instruksjon, foreskrift, regler, tidigare, foregaende, ovanstaende, tidligere, ovenstaende, ovanfor",
    ),
    (
        SECRET,
        "losenord, inloggnings, nyckel, nycklar, adgangskode, passord, hemlig, hemmelig, miljovariab, nogler, nokler, atkomst",
    ),
    (TALK, "samtalshistorik, chatthistorik, hela samtalet, hela konversationen, hele samtalen, systemprompt"),
    (
        HUSH,
        "sag ingenting, sag inget, beratta inte, beratta inget, namn inte, namn det inte, inte beratta, inte namna, utan att namna, utan att beratta, utan att informera, informera inte, avsloja inte, sig ikke, sig intet, sig ingenting, fortael ikke, fortell ikke, si ikke til, si ingenting, nevn ikke, naevn ikke, uden at fortaelle, uten a fortelle, inte ett ord, hall tyst, far inte veta, vetskap, i hemlighet, i smyg, meddela inte",
    ),
    (
        ROLE,
        "du ar nu, fran och med nu, fran nu, fra nu af, fra na av, hadanefter, din nya uppgift, din nya roll, nya instruktioner",
    ),
    // Polish.
    (
        DISMISS,
        "zignoruj, ignoruj, zapomnij, pomin, zlekcewaz, odrzuc, nie zwazaj, nie zwracaj uwagi, nie stosuj, nie przestrzega, nie sluchaj, przestan, odloz na bok, obejdz, uniewazn, porzuc, pozbadz, niepamiec",
    ),
    (
        ORDERS,
        "instrukcj, polecen, wytyczn, wskazow, dyrektyw, zalecen, reguly, zasady, zasad, ograniczen, rozkaz, poprzedni, wczesniejsz, powyzsz, dotychczasow, uprzedni",
    ),
    (
        SECRET,
        "hasla, hasel, haslo, dane logowania, danych logowania, klucz, tokeny, tokenow, sekret, zmienne srodowisk, zmiennych srodowisk, uwierzytelnia, poswiadcz",
    ),
    (
        TALK,
        "historie rozmowy, historia rozmowy, historii rozmowy, cala rozmowe, historie czatu, prompt systemowy, promptu systemowego, konwersacj",
    ),
    (
        HUSH,
        "nie mow, nic nie mow, nie wspomina, nie informuj, nie ujawnia, nie zdradza, nie powiadami, bez informowania, bez powiadamiania, bez wiedzy, ani slowa, nie powiedz, nie zawiadami, milczeni, przemilcz, milcz o, ukryj to, nie moze wiedziec, nie musi wiedziec, potajemnie, ukradkiem, w tajemnicy, skrycie",
    ),
    (
        ROLE,
        "jestes teraz, teraz jestes, od teraz, od tej chwili, odtad, od tego momentu, nowe zadanie, nowa rola, nowe instrukcje",
    ),
    // Czech, Slovak.
    (
        DISMISS,
        "ignoruj, zapomen, zabudni, pomin, nedbej, v potaz, nevsimej, nevsimaj, nerid se, neposlouchej, nedodrzuj, odhod, opust, obejdi, prehlize, hod za hlavu, zanedbej",
    ),
    (
        ORDERS,
        "pokyny, pokynu, pokynmi, instrukce, instrukci, instrukcie, prikazy, prikazu, smernic, narizeni, pravidla, pravidel, pravidla, omezeni, predchoz, predesl, dosavadni, predchadz, drivejsi, vyse",
    ),
    (
        SECRET,
        "heslo, hesla, hesel, hesly, prihlasovac, klic, tokeny, tokenu, promenne prostredi, promennych prostredi, tajemstvi",
    ),
    (
        TALK,
        "historii konverzace, historie konverzace, celou konverzaci, historii chatu, cely rozhovor, historii rozhovoru, systemovy prompt, systemoveho promptu",
    ),
    (
        HUSH,
        "nerikej, nic nerik, nezminuj, neinformuj, neprozra, neoznamuj, nesdeluj, nehovor, nepovedz, bez upozorneni, bez vedomi, aniz bys, ani slovo, mlc o, zamlc, nespominaj, nesmi vedet, nesmi se dozvedet, nemusi vedet, tajne, potaji, potajmu, nepozorovane",
    ),
    (ROLE, "nyni jsi, ted jsi, jsi nyni, odted, od nynejska, od teto chvile, tvuj novy ukol, nova role, nove pokyny"),
    // Ukrainian.
    (
        DISMISS,
        "ігноруй, забудь, знехтуй, нехтуй, відкинь, не зважай, не звертай, не дотримуй, не слухай, облиш, відмовся від, обійди, не виконуй, перестань, скасуй",
    ),
    (
        ORDERS,
        "інструкці, вказівк, вказівок, настанов, директив, розпоряджен, правила, правил, обмежен, накази, попередні, вищенаведен, дотеперіш, вище",
    ),
    (
        SECRET,
        "парол, облікові дані, облікових даних, ключі, ключ, токен, секрет, змінні середовища, змінних середовища",
    ),
    (
        TALK,
        "історію розмови, історія розмови, усю розмову, всю розмову, історію чату, системний промпт, системного промпту",
    ),
    (
        HUSH,
        "не кажи, не кажіть, не говори, не повідомля, не згадуй, не розповіда, не розголошу, не інформуй, не попереджа, без відома, без повідомлення, мовчи, ані слова, ні слова, не розкривай, не повинен знати, не має знати, таємно, потай, непомітно, нишком, приховано",
    ),
    (
        ROLE,
        "ти тепер, тепер ти, відтепер, віднині, з цього моменту, з цієї миті, нове завдання, нова роль, нові інструкції",
    ),
    // Turkish.
    (
        DISMISS,
        "yok say, goz ardi, dikkate alma, unut, onemseme, gormezden gel, bir kenara birak, uymayin, uyma, uymayi, hice say, bos ver, gecersiz say, aldirma, es gec",
    ),
    (
        ORDERS,
        "talimat, yonerge, komutlar, direktif, sistem istem, emirler, yonlendirme, kurallar, kisitlama, sinirlama, onceki, yukaridaki, evvelki",
    ),
    (
        SECRET,
        "parola, sifreler, sifresi, kimlik bilgi, anahtar, erisim belirte, ortam degisken, oturum bilgi, gizli bilgi",
    ),
    (TALK, "konusma gecmis, sohbet gecmis, tum konusma, butun konusma, tum sohbet, sistem istemi"),
    (
        HUSH,
        "soyleme, bahsetme, bildirme, haber verme, bilgi verme, belli etme, aciklama yapma, sessiz kal, caktirma, hissettirme, fark ettirme, sezdirme, haberi olma, bilgisi olmadan, gizlice, sessizce, ruhu duyma",
    ),
    (
        ROLE,
        "artik sen, sen artik, simdi sen, bundan sonra, su andan itibaren, bu andan itibaren, bundan boyle, yeni gorevin, yeni rolun, yeni talimat",
    ),
    // What requests name in all of these.
    (
        SECRET,
        "geheimen, omgevingsvariab, api sleutel, prive sleutel, adminwachtwoord, hemlighet, losenord, miljovariab, inloggningsuppgift, api nyckl, \
         hemmelighed, hemmelighet, adgangskode, passord, sekrety, sekretow, hasla, hasel, haslo, dane logowania, klucze api, zmienne srodowisk, \
         tajemstvi, hesla, heslo, klice api, api klice, promenne prostred, prihlasovaci udaj, parola, sifreler, sirlari, api anahtar, ortam degisken, \
         kimlik bilgi, kunci api, rahsia, паролі, секрети, таємниц, облікові дан, ключі, змінні серед, змінні оточ, مفاتيح, كلمة مرور, كلمات مرور, \
         סיסמת, הסודות, משתני הסביבה, رمزهای عبور, کلیدهای, متغیرهای محیط, اطلاعات محرمانه, रहस्य, वेरिएबल, गुप्त जानकारी",
    ),
    (
        TALK,
        "systeemprompt, systemowy prompt, prompt systemow, systemovy prompt, системний промпт, системного промпту, sistem istem, sistem prompt, \
         sistem talimat, prompt sistem, instruksi sistem, loi nhac he thong, موجه النظام, تعليمات النظام, הנחיית המערכת, הנחיות המערכת, \
         הוראות המערכת, پرامپت سیستم, सिस्टम प्रॉम्प्ट, सिस्टम निर्देश",
    ),
    // Indonesian, Malay.
    (
        DISMISS,
        "abaikan, lupakan, kesampingkan, jangan hiraukan, jangan pedulikan, jangan ikuti, jangan patuhi, acuhkan, tinggalkan, berhenti mengikuti, langgar, tidak usah mengikuti",
    ),
    (
        ORDERS,
        "instruksi, arahan, petunjuk, pedoman, perintah, panduan, aturan, peraturan, batasan, ketentuan, larangan, sebelumnya, terdahulu, di atas",
    ),
    (
        SECRET,
        "kata sandi, kata laluan, sandi, kredensial, kunci, token akses, variabel lingkungan, rahasia, data login",
    ),
    (TALK, "riwayat percakapan, seluruh percakapan, riwayat obrolan, isi percakapan, semua percakapan, prompt sistem"),
    (
        HUSH,
        "jangan beri tahu, jangan beritahu, jangan katakan, jangan sebutkan, jangan ceritakan, jangan bilang, jangan memberi, jangan ungkapkan, jangan informasikan, tanpa memberi tahu, tanpa memberitahu, tanpa menyebut, tanpa mengatakan, tanpa menginformasi, rahasiakan, rahsiakan, diam saja, tutup mulut, ketahuan, sepengetahuan, tidak boleh tahu, diam diam, sembunyi",
    ),
    (
        ROLE,
        "kamu sekarang, anda sekarang, sekarang kamu, sekarang anda, mulai sekarang, sejak sekarang, mulai saat ini, mulai detik ini, tugas barumu, peran barumu, instruksi baru",
    ),
    // Vietnamese.
    (
        DISMISS,
        "bo qua, phot lo, lo di, quen di, hay quen, quen het, quen tat ca, khong tuan, dung tuan, dung lam theo, khong can tuan, mac ke, gat bo, gat sang, bac bo, ngung tuan, dung de y, vut bo",
    ),
    (
        ORDERS,
        "huong dan, chi dan, chi thi, loi nhac, menh lenh, cau lenh, chi lenh, quy tac, quy dinh, luat le, gioi han, nguyen tac, truoc do, truoc day, o tren, ben tren, phia tren",
    ),
    (
        SECRET,
        "mat khau, thong tin dang nhap, khoa api, khoa bi mat, khoa rieng, ma truy cap, bien moi truong, thong tin xac thuc, bi mat",
    ),
    (
        TALK,
        "lich su tro chuyen, toan bo cuoc tro chuyen, lich su hoi thoai, cuoc hoi thoai, toan bo hoi thoai, loi nhac he thong",
    ),
    (
        HUSH,
        "dung noi, khong noi voi, dung cho biet, khong duoc noi, dung ke, dung nhac, khong nhac, dung de cap, khong de cap, khong duoc tiet lo, dung tiet lo, dung thong bao, khong thong bao, ma khong cho, khong duoc cho, dung cho nguoi, giu kin, im lang, dung bao, khong bao cho, khong duoc biet, am tham, len lut",
    ),
    (
        ROLE,
        "bay gio ban la, gio ban la, tu bay gio, tu gio ban, ke tu gio, ke tu bay gio, tu thoi diem nay, nhiem vu moi, vai tro moi, chi thi moi, huong dan moi, hay dong vai",
    ),
    // Arabic.
    (
        DISMISS,
        "تجاهل, انس, تغاض, اهمل, دع جانبا, ضع جانبا, لا تتبع, لا تلتزم, لا تهتم, اصرف, تخل عن, الغ, تخط, لا تطع, توقف عن اتباع, لا تأبه, تجاوز",
    ),
    (
        ORDERS,
        "تعليمات, إرشادات, توجيهات, أوامر, موجه النظام, القواعد, قواعد, القيود, قيود, الضوابط, السابق, سابقة, أعلاه, السالفة, سبق",
    ),
    (
        SECRET,
        "كلمات المرور, كلمة المرور, كلمة السر, كلمات السر, بيانات الاعتماد, بيانات الدخول, بيانات تسجيل, مفاتيح, مفتاح, المفاتيح, رموز الوصول, رمز الوصول, متغيرات البيئة, أسرار, الأسرار, الرموز السرية",
    ),
    (TALK, "سجل المحادثة, تاريخ المحادثة, المحادثة كاملة, كامل المحادثة, محتوى المحادثة, سجل الدردشة"),
    (
        HUSH,
        "لا تخبر, لا تقل, لا تذكر, لا تبلغ, لا تعلم, لا تكشف, لا تفصح, لا تطلع, دون إخبار, دون أن تخبر, بدون إخبار, دون إعلام, دون إبلاغ, غير أن تخبر, دون علم, بدون علم, دون أن يعلم, الصمت, اصمت, اكتم, ألا يعلم, أن لا يعلم, أن يعلم, أن يعرف, سرا, خفية, خلسة, لا تشر",
    ),
    (
        ROLE,
        "أنت الآن, مهمتك الجديدة, دورك الجديد, تعليمات جديدة, من الآن, منذ الآن, ابتداء من الآن, من هذه اللحظة, بعد الآن, تظاهر, تصرف وكأن",
    ),
    // Hebrew.
    (
        DISMISS,
        "התעלם, התעלמ, תתעלם, שכח, תשכח, הזנח, אל תציית, אל תקשיב, אל תתייחס, אל תפעל, בטל, הנח בצד, עקוף, הפסק לציית, זנח, השלך",
    ),
    (
        ORDERS,
        "הוראות, הנחיות, הנחיית, פקודות, הוראותיך, הנחיותיך, פרומפט, כללים, הגבלות, מגבלות, חוקים, קודמות, קודמים, לעיל, שנאמר",
    ),
    (SECRET, "סיסמה, סיסמאות, סיסמא, התחברות, מפתח, מפתחות, אסימוני, משתני, סודות, סודיים, אישורי הגישה"),
    (TALK, "היסטוריית השיחה, כל השיחה, השיחה המלאה, תוכן השיחה, הנחיית המערכת"),
    (
        HUSH,
        "אל תספר, אל תגיד, אל תאמר, אל תזכיר, אל תציין, אל תדווח, אל תיידע, אל תודיע, אל תחשוף, אל תגלה, בלי לספר, בלי ליידע, בלי להודיע, בלי לומר, בלי להזכיר, שתוק, על שתיקה, ידיעת, אסור לדעת, אסור שידע, לא צריך לדעת, אסור שהמשתמש, בחשאי, בסתר, היחבא, שהמשתמש ידע",
    ),
    (
        ROLE,
        "אתה עכשיו, אתה כעת, כעת אתה, עכשיו אתה, מעתה, מעכשיו, מרגע זה, המשימה החדשה, התפקיד החדש, הוראות חדשות, העמד פנים",
    ),
    // Persian.
    (
        DISMISS,
        "نادیده, فراموش, بی خیال, بیخیال, پیروی نکن, کنار بگذار, توجه نکن, توجهی نکن, رعایت نکن, دور بریز, زیر پا بگذار, صرف نظر, چشم پوشی, چشم بپوش",
    ),
    (
        ORDERS,
        "دستورالعمل, دستورات, دستور, راهنمایی, رهنمود, پرامپت, فرمان, قوانین, قواعد, محدودیت, مقررات, قبلی, پیشین, گفته شد",
    ),
    (SECRET, "رمز عبور, رمزهای عبور, گذرواژه, کلید, اطلاعات ورود, اعتبارنامه, توکن, متغیرهای محیطی, اسرار, رمزها"),
    (TALK, "تاریخچه گفتگو, تاریخچه چت, کل گفتگو, کل مکالمه, تاریخچه مکالمه, تمام گفتگو"),
    (
        HUSH,
        "نگو, نگویید, اطلاع نده, خبر نده, اشاره نکن, اشارهای نکن, اشاره ای نکن, ذکر نکن, فاش نکن, بازگو نکن, مطلع نکن, آگاه نکن, بدون اطلاع, بدون آگاهی, بدون گفتن, بدون اینکه, بی آنکه, بیآنکه, سکوت کن, حرفی نزن, بروز نده, بدون خبر, نباید بداند, نباید بفهمد, متوجه نشود, نباید متوجه, مخفیانه, پنهانی, یواشکی",
    ),
    (
        ROLE,
        "تو اکنون, شما اکنون, اکنون تو, حالا تو, از این پس, از حالا, از این لحظه, از این به بعد, وظیفه جدید, نقش جدید, دستورات جدید, وانمود",
    ),
    // Hindi.
    (
        DISMISS,
        "अनदेखा, अनदेखी, नज़रअंदाज़, नजरअंदाज, भूल जा, भुला द, उपेक्षा कर, पालन मत, पालन न कर, मत मानो, न मानें, दरकिनार, एक तरफ रख, ध्यान मत दो, ध्यान न दें",
    ),
    (ORDERS, "निर्देश, आदेश, अनुदेश, हिदायत, प्रॉम्प्ट, नियम, प्रतिबंध, पाबंदि, पिछले, पिछली, उपरोक्त, ऊपर"),
    (SECRET, "पासवर्ड, क्रेडेंशियल, कुंजी, कुंजियाँ, कुंजियां, कूटशब्द, टोकन, गोपनीय, लॉगिन विवरण, एनवायरनमेंट"),
    (TALK, "बातचीत का इतिहास, चैट इतिहास, पूरी बातचीत, सारी बातचीत, वार्तालाप, पूरी चैट"),
    (
        HUSH,
        "मत बताओ, मत बताना, न बताएं, न बताएँ, न बताइए, नहीं बताना, मत कहो, मत कहना, न कहें, ज़िक्र मत, ज़िक्र न, जिक्र मत, जिक्र न, उल्लेख न कर, उल्लेख मत, सूचित न कर, सूचित मत, सूचना मत, खबर मत, बताए बिना, बिना बताए, बिना सूचित, जानकारी दिए बिना, चुप रहो, चुप रहें, पता न चले, पता मत चल, भनक न लगे, पता नहीं चलना, चुपके से, गुप्त रूप से, छिपकर, मालूम नहीं होना, मालूम न हो",
    ),
    (ROLE, "अब तुम, अब आप, तुम अब, आप अब, अब से, इस क्षण से, इसी पल से, नया काम, नई भूमिका, नए निर्देश, होने का नाटक"),
];

/// Words that show or send, in further languages.
pub(super) const SHOWN: &str = "onthul, afgedruk, afdruk, prijsge, opsom, druk af, print af, vertel, weergege, avsloj, ge mig, giv mig, gi meg, beratta, lamna ut, lista, udskriv, afslor, \
    skrivas ut, rakna upp, wypis, wydruk, zdradz, wyjaw, daj mi, wymien, wyswiet, ujawni, vytis, prozrad, odhal, dej mi, rekni, sdel, vyjmenuj, zverejn, zobraz, ukaz, \
    вивед, виве, розкр, надрук, переліч, перелік, дай, скажи, повідом, acikl, soyle, paylas, ver, yaz, beri, berikan, sebutkan, ungkap, bocor, bagikan, menampil, dicetak, ditampil, \
    cho toi, liet ke, in tat ca, hien, lo ra, lam lo, gui, كشف, طباع, اسرد, تسرد, أعط, اعط, أخبر, افصح, أفصح, اذكر, تطبع, תן לי, ספר לי, פרט, גלה, לחשוף, להדפיס, תפרט, \
    بگو, بده, فهرست, افشا, بنویس, آشکار, چاپ, बता, दो, दीजि, प्रकट, उजागर, लीक, सूची, छाप, डंप, leite, maile, transf, fais suivre, rassembl, collect, recuper, manda, reenvia, remite, reun, recopil, encaminh, mande, repass, colet, inoltr, trasmett, spedisc, raccogl, sammle, собери, перешли, 转发, 发到, 发往, 收集, 传到, 转送, 集め, 転送, 모아, 수집, 전달, 전송, verzamel, door naar, zbierz, shromazdi, samla in, збери, topla, اجمع, حول, אסוף, جمع, इकट्ठा, एकत्र, thu thap, kumpulkan, stuur, verzend, zend, upload, toon, geef, laat zien, skicka, sand, visa, skriv ut, vidarebefordra, send, wyslij, przeslij, \
    przekaz, pokaz, wyswietl, wypisz, ujawnij, podaj, posli, odesli, predej, preposli, ukaz, zobraz, vypis, надішли, відправ, перешли, передай, \
    покажи, виведи, розкрий, gonder, ilet, yolla, aktar, sizdir, goster, yazdir, listele, kirim, hantar, teruskan, unggah, tampilkan, \
    perlihatkan, cetak, tunjukkan, gui, chuyen, tai len, hien thi, in ra, tiet lo, أرسل, ارسل, انقل, سرب, مرر, ابعث, اعرض, أظهر, اطبع, \
    اكشف, שלח, העבר, העלה, הדלף, הצג, הדפס, הראה, חשוף, بفرست, ارسال, منتقل, آپلود, نشان بده, نمایش, چاپ کن, فاش کن, भेज, \
    अपलोड, साझा, दिखा, प्रदर्शित, प्रिंट";

/// Words of these languages that ASCII can write, by what they tell of a window.
pub(super) const DISMISSES: &[&str] = &[
    "hinweg",
    "compte",
    "caso",
    "cuenta",
    "conta",
    "conto",
    "lado",
    "parte",
    "badare",
    "outre",
    "precedent",
    "heed",
    "notice",
    "negeer",
    "vergeet",
    "veronacht",
    "omzeil",
    "opzij",
    "terzijde",
    "ignorer",
    "bortse",
    "strunta",
    "glem",
    "tilsides",
    "ignoruj",
    "zignoruj",
    "zapomnij",
    "zapom",
    "nedbej",
    "zabudni",
    "yok",
    "unut",
    "abaikan",
    "lupakan",
    "kesampingkan",
    "hiraukan",
    "acuhkan",
    "langgar",
    "pomin",
    "odrzuc",
    "odhod",
    "obejd",
    "przestan",
    "varen",
    "bo",
    "quen",
    "jangan",
];
pub(super) const ORDERED: &[&str] = &[
    "auparavant",
    "zuvor",
    "vorher",
    "orientac",
    "guidance",
    "indicazion",
    "norme",
    "haut",
    "instruct",
    "instruk",
    "opdracht",
    "richtlijn",
    "aanwijzing",
    "voorschrift",
    "regler",
    "riktlinj",
    "retningslinj",
    "anvisning",
    "polecen",
    "wytyczn",
    "zasad",
    "regul",
    "pokyn",
    "pravid",
    "smernic",
    "talimat",
    "komut",
    "kural",
    "arahan",
    "petunjuk",
    "pedoman",
    "perintah",
    "aturan",
    "peraturan",
    "panduan",
    "batasan",
    "eerder",
    "bevelen",
    "huong",
    "chi",
];
pub(super) const SHOWS: &[&str] = &[
    "onthul",
    "vertel",
    "afgedrukt",
    "getoond",
    "opsom",
    "prijsge",
    "enumer",
    "impress",
    "affich",
    "stampat",
    "elench",
    "mostrat",
    "dicetak",
    "ditampil",
    "diungkap",
    "ungkap",
    "mengungkap",
    "menampil",
    "beri",
    "sebut",
    "bocor",
    "bagikan",
    "dej",
    "rekni",
    "sdel",
    "prozrad",
    "odhal",
    "ge",
    "lista",
    "udskriv",
    "daj",
    "wydruk",
    "zdradz",
    "yaz",
    "listele",
    "ver",
    "ausgegeb",
    "auflist",
    "sag",
    "verra",
    "repass",
    "divulg",
    "manda",
    "leit",
    "mail",
    "transf",
    "fais",
    "rassembl",
    "recuper",
    "manda",
    "reenvia",
    "remite",
    "reun",
    "recopil",
    "encaminh",
    "mande",
    "inoltr",
    "trasmett",
    "spedisc",
    "raccogl",
    "sammle",
    "verzamel",
    "zbierz",
    "samla",
    "topla",
    "kumpul",
    "thu",
    "colet",
    "junt",
    "stuur",
    "verstuur",
    "verzend",
    "zend",
    "toon",
    "geef",
    "skicka",
    "visa",
    "skriv",
    "przes",
    "przek",
    "poka",
    "podaj",
    "po",
    "odesl",
    "zobraz",
    "ilet",
    "yolla",
    "aktar",
    "kirim",
    "hantar",
    "teruskan",
    "unggah",
    "tampilkan",
    "cetak",
    "tunjukkan",
    "vypi",
    "wypisz",
    "ujawnij",
];
pub(super) const SECRETS: &[&str] = &[
    "omgevingsvariab",
    "geheime",
    "beheerderswacht",
    "systeem",
    "prompt",
    "rahsia",
    "variabel",
    "laluan",
    "inlogge",
    "wachtwoord",
    "inloggegevens",
    "sleutel",
    "nyckel",
    "passord",
    "adgangskode",
    "hemlig",
    "hemmelig",
    "has",
    "klucz",
    "heslo",
    "hesla",
    "hesel",
    "parola",
    "anahtar",
    "sandi",
    "kredensial",
    "kunci",
    "rahasia",
    "dane",
    "klic",
];
pub(super) const STRESS: &[&str] = &[
    "jede",
    "mir",
    "moi",
    "mig",
    "meg",
    "mij",
    "dammi",
    "dimmi",
    "dame",
    "dime",
    "deme",
    "ensemble",
    "lensemble",
    "devem",
    "deben",
    "devono",
    "doivent",
    "moeten",
    "musi",
    "musz",
    "saya",
    "setiap",
    "elke",
    "ieder",
    "systeem",
    "sistem",
    "them",
    "bana",
    "varje",
    "alle",
    "allen",
    "adresse",
    "server",
    "serveur",
    "servidor",
    "direccion",
    "endereco",
    "indirizzo",
    "sunucuya",
    "adrese",
    "serwer",
    "tum",
    "butun",
    "alla",
    "samtliga",
    "wszystkie",
    "semua",
    "seluruh",
    "adres",
    "adressen",
    "adresse",
    "alamat",
    "adrese",
    "adresu",
    "deze",
    "dit",
    "denna",
    "denne",
    "ten",
    "ini",
    "moet",
    "maste",
    "musisz",
    "harus",
    "wajib",
    "gebruiker",
    "pengguna",
    "bu",
    "her",
    "tu",
];

/// Words of these and the first languages that ciphers are looked for in.
pub(super) const CIPHERED: &str = "anweisung, vergiss, ignoriere, richtlinien, passwort, benutzer, zugangsdaten, schritt, instructions, precedente, \
    utilisateur, identifiants, directives, serveur, consignes, instrucciones, anteriores, usuario, credenciales, directrices, servidor, \
    indicaciones, instrucoes, credenciais, diretrizes, istruzioni, precedenti, utente, credenziali, indirizzo, direttive, passaggio, parola, \
    instructies, gebruiker, wachtwoord, inloggegevens, richtlijnen, voorgaande, aanwijzingen, onderstaande, instrukcje, poprzednie, wszystkie, \
    serwer, pokyny, pravidla, heslo, instruktioner, tidigare, riktlinjer, losenord, talimat, onceki, kullanici, instruksi, sebelumnya, \
    pengguna, kredensial, petunjuk, pedoman, aturan, langkah, alamat, инструкци, предыдущ, пользовател, парол, учетн, інструкці, попередн, \
    користувач, 指令, 之前, 用户, 密码, 指示, これまで, ユーザー, パスワード, 사용자, 비밀번호, 이전, 지시, التعليمات, السابقة, المستخدم, المرور, \
    הוראות, הקודמות, המשתמש, סיסמאות, دستورات, قبلی, کاربر, निर्देश, उपयोगकर्ता, पासवर्ड, \
    anterior, siguiente, archivo, mensaje, direccion, herramienta, conversacion, contrasena, respuesta, contenido, restricciones, olvida, \
    precedentes, reponse, fichier, contenu, historique, restriction, desormais, mot de passe, antwort, werkzeug, inhalt, folgende, \
    vorherigen, nachricht, einschrankung, verlauf, schicke, contenuto, risposta, messaggio, strumento, conversazione, restrizioni, \
    dimentica, conteudo, resposta, mensagem, ferramenta, conversa, arquivo, restricoes, eerdere, bestand, gesprek, antwoord, gebruik, \
    systeem, vergeet, regels, inhoud, zonder, beperking, してください, 送信, 無視, 忘れ, すべて, 内容, ファイル, 会話, 履歴, ツール, \
    システム, 回答, アドレス, ルール, 制限, 以前, 今から, 手順, 하세요, 무시, 모든, 모두, 내용, 파일, 대화, 도구, 시스템, 주소로, 보내, \
    출력, 호출, 제한, 지금, 단계, 비서, 서버, 전송, करें, अनदेखा, पिछले, सभी, फ़ाइल, बातचीत, इतिहास, उपकरण, भेजें, भेजो, पते, नियम, बिना, \
    सामग्री, चरण, केवल, प्रतिबंध, huong dan, nguoi dung, mat khau, dia chi, truoc do, noi dung, cong cu, may chu, tra loi, tat ca, \
    gioi han, van ban, bay gio, 忽略, 发送, 地址, 文件, 内容, 工具, 系统, 回答, 告诉, 规则, 服务器, 限制, 助手, ответ, файл, адрес, сервер, \
    игнориру, забудь, содержим, правила, отправь, систем, ограничен, ассистент, العنوان, الملف, المحادثة, النص, مساعد, الخطوة, \
    הקובץ, הכתובת, השיחה, הגבלות, עוזר, فایل, نشانی, گفتگو, محدودیت, دستیار, مرحله, plik, uzytkownik, odpowiedz, zawartosc, rozmowy, \
    ograniczen, asystent, soubor, uzivatel, obsah, predchozi, omezeni, anvandaren, adressen, innehallet, begransning, dosya, gonder, \
    프롬프트, 규칙, 기록, 반드시, 합니다, 됩니다, 입니다, 답변, 당신은, 새 규칙, اتبع, محتواه, الخادم, قيود, سجل, التعليمات, הטקסט, קודם, תוכנו, \
    مرحله, پیروی, فراموش, محتوا, पालन, जानकारी, उत्तर, बताया, чтобы, раньше, текст, должен, прежние, истори, системн, раніше, користувач, \
    повинен, відповід, асистент, これまで, 文章, 出力, 呼び出, 一字一句, プロンプト, あなたは, 必ず, 之前告诉, 提示词, 逐字, 转发, 对话, 记录, 服从, \
    遵守, 必须, 不能让, 读取, systemprompt, prompt sistem, systemanweisung, assistent, benutzer, einschrank, anfrage, palabra, desde ahora, \
    usuario, sistema, reglas, obedece, ahora, consignes, utilisateur, systeme, restriction, etape, assistente, sistema, usuario, regras, \
    utente, regole, partir de, parola, prompt, gebruiker, woord, voorgaande, wszystkim, krok, poprzedni, systemowy, dosud, textem, soubor, \
    tomto, tidigare, texten, steget, systemet, oncele, bundan sonra, haberi, teksini, sekarang, mengetahui, nguoi, truoc day, bay gio, \
    icerig, kisitlama, asistan, berkas, kirim, sebelum, percakapan, asisten, batasan, адресу, вміст, обмежен, надішли";
