//! German.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE,
        "ignorier*, missacht*, vergiss, vergessen sie, uberschreib*, setze dich uber, setz dich uber, \
         setzen sie sich uber, hinwegsetz*, umgeh*, verwirf, ubergeh*, missachte, beachte nicht, \
         beachten sie nicht, setze ausser kraft",
    ),
    (FOLLOW, "befolg*, beachte, beachten sie, halte dich an, gehorch*"),
    (
        PRIOR,
        "vorherig*, bisherig*, obig*, fruher*, alle, aller, allen, samtliche*, vorangehend*, vorangegangen*, \
         bestehend*, ursprunglich*, deine, deiner, ihre, oben, vorig*",
    ),
    (
        RULES,
        "anweisung*, instruktion*, vorgabe*, anleitung*, richtlinie*, systemprompt*, sicherheitsregel*, \
         sicherheitsricht*, sicherheitsanweis*, sicherheitsvorgabe*, systemanweisung*, aufforderung*, weisung*",
    ),
    (NORMS, "regel, regeln, befehle, vorschrift*, beschrankung*"),
    (
        ROLE,
        "du bist jetzt, du bist nun, sie sind jetzt, sie sind nun, deine neue aufgabe, deine neue rolle, \
         ihre neue aufgabe, tu so als, neue anweisung*, verhalte dich wie, gib dich aus",
    ),
    (
        MUST,
        "musst, mussen, muss, unbedingt, zwingend, erforderlich, stelle sicher, stellen sie sicher, wichtig, \
         sofort, unverzuglich, notwendig, sonst, andernfalls",
    ),
    (ALWAYS, "immer, stets, niemals, ausnahmslos, grundsatzlich"),
    (ALWAYS | WHEN, "jedes mal, jedesmal, bei jedem aufruf, immer wenn"),
    (FIRST, "zuerst, ausserdem, zusatzlich, bitte, zunachst"),
    (BEFORE, "bevor, vor der, vor dem, vor jedem, ehe"),
    (WHEN, "nachdem, wenn, sobald, falls"),
    (INSTEAD, "anstatt, anstelle, statt, an stelle von"),
    (USE, "benutz*, verwend*, rufe, aufruf*, nutze, nutzen, fuhre, ausfuhr*, aufzurufen, ruf"),
    (USED, "aufgerufen, verwendet wird, benutzt wird"),
    (TOOLWORD, "werkzeug*, funktion, tool"),
    (THISTOOL | TOOLWORD, "dieses werkzeug*, dieses tool*, diese funktion, diesem werkzeug, diesem tool"),
    (
        OTHERS | TOOLWORD,
        "andere werkzeuge, anderen werkzeuge, andere tools, anderen tools, anderes werkzeug, anderes tool, \
         jedes andere, jedem anderen",
    ),
    (NEG, "nicht, niemals, nie, keinesfalls, auf keinen fall, keiner"),
    (NEG, "nichts, nix"),
    (NEG | WITHOUT, "ohne, ohne dass"),
    (
        0,
        "nicht gefunden, nicht vorhanden, nicht angegeben, nicht existiert, falls nicht, wenn nicht, \
         nicht gesetzt, ob nicht, ob oder nicht",
    ),
    (NEG | NEGPOST, "unter keinen umstanden, auf gar keinen fall"),
    (HUSH, "kein wort, kein sterbenswort"),
    (NEGPOST, "nicht, nichts, niemandem, nichts davon, kein wort, niemals, darf nicht"),
    (
        TELL,
        "sag, sage, sagen, erwahn*, informier*, mitteil*, teile, verrat*, verrate*, offenbar*, erzahl*, \
         benachrichtig*, unterricht*, erlauter*, erklar*, warn*, mitzuteilen, preisgeb*, hinzuweisen, zu sagen, \
         mitgeteilt",
    ),
    (SHOW, "zeig*, anzeig*, anzuzeigen, ausgeben, gezeigt"),
    (
        USER,
        "nutzer*, benutzer*, anwender*, dem nutzer, der nutzer, kunde, kunden, menschen, niemandem, jemandem, \
         bediener",
    ),
    (0, "benutzername*, benutzerkont*, benutzeroberflache*, nutzerkont*, benutzergruppe*, benutzer id*"),
    (
        FROMUSER | USER,
        "vor dem nutzer, vor dem benutzer, vor dem anwender, vor den nutzern, vor benutzern, vom benutzer, \
         vom nutzer",
    ),
    (KNOW, "wissen, weiss, erfahren, erfahrt, mitbekomm*"),
    (KNOW | NOTICE, "merkt, bemerk*, merken, mitbekommt"),
    (
        SECRETIVE,
        "heimlich, verheimlich*, verschweig*, im geheimen, unbemerkt, ohne wissen des, ohne das wissen, \
         hinter dem rucken, bleibt unter uns, geheim halten, halte dies geheim, geheim zu halten, streng geheim, \
         stillschweigen*, schweige daruber, verdeckt, fur dich behalten, behalte das fur dich, \
         behalte es fur dich",
    ),
    (SILENT, "stillschweigend, im hintergrund, lautlos, klammheimlich"),
    (HIDE | HIDEUSER, "verberge, verbergen, verbergt, verbirg, verstecke, verstecken, verstecken sie, zu verbergen"),
    (STEP, "dies, dieses, das, davon, diesen schritt, diese anweisung, dieser schritt"),
    (ANSWER, "antwort*, ausgabe"),
    (
        SECRET,
        "passwort*, passworter*, kennwort*, kennworter*, zugangsdaten, anmeldedaten, api schlussel*, \
         privaten schlussel*, privater schlussel*, private schlussel*, geheimnis*, zugriffstoken*, kreditkarte*, \
         umgebungsvariable*, ssh schlussel*, geheimen schlussel*, schlussel, anmeldeinformationen",
    ),
    (READ, "lies, lese, lesen, offne, offnen, lade, hole, rufe ab, ausles*, liest"),
    (HARVEST, "sammle, sammeln, erbeute, stiehl"),
    (FIND, "suche, finde, durchsuch*"),
    (
        PASS,
        "ubergib, ubergeben, fuge, gib, trage, hange, setze, beifug*, ubergebe, eintrag*, einzufugen, schreibe, \
         geben sie, kopiere, angeben, nimm",
    ),
    (
        SEND,
        "sende, senden, schick, schicke*, ubermittel*, ubertrag*, weiterleit*, leite, leiten sie, hochlad*, \
         lade hoch, verschick*, poste, uberweis*",
    ),
    (COPY, "blindkopie, kopie"),
    (CONTENT, "inhalt, inhalte, den inhalt, dessen inhalt, deren inhalt"),
    (
        CONVO,
        "gesprachsverlauf*, chatverlauf*, unterhaltungsverlauf, gesamte unterhaltung, gesamten unterhaltung, \
         gesamten verlauf, ganze gesprach, gesamte gesprach, bisherige unterhaltung, bisherige gesprach, \
         bisherigen gesprach, konversationsverlauf, nutzerdaten, kundendaten",
    ),
    (CHAT, "unterhaltung, nachrichten, daten, dateien, verlauf, dokumente, gesprach"),
    (FULL, "gesamte*, vollstandige*, ganze, ganzen, komplette*, vertrauliche*, personliche*, interne*"),
    (OWNED, "des nutzers, des benutzers, des anwenders, sein, seine, seinem, dein, deinem"),
    (QUANT, "jede, jedes, jeden"),
    (PARAM, "parameter, argument, feld"),
    (ASK, "frage, fragen, bitte den, fordere, bitten sie, nachfrag*, nachzufragen, erfrage, fragen sie, zu fragen"),
    (CONFIRM, "bestatigung, zustimmung, einwilligung, ruckfrage, erlaubnis, freigabe"),
    (
        PERSIST,
        "ab jetzt, ab sofort, von nun an, in jeder antwort, in allen antworten, fur den rest des gesprachs, \
         egal was der nutzer, egal was der benutzer, auch wenn der nutzer",
    ),
    (MODEL, "ki assistent*, assistent, sprachmodell, die ki, ki agent"),
    (
        ADDR,
        "hinweis an, hinweis fur, nachricht an, achtung, anweisung an, hinweis an den, hinweis an die, \
         hinweis fur den, anweisung an den",
    ),
];
