//! Dutch.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "negeer*, vergeet, vergeet u, sla geen acht op, schenk geen aandacht aan, besteed geen aandacht aan, laat \
         varen, zet opzij, schuif terzijde, schuif opzij, leg terzijde, leg naast je neer, veronachtzaam*, \
         omzeil*, volg niet langer, volg niet, houd geen rekening met, houd je niet aan, trek je niets aan van, \
         gooi overboord, stap af van",
    ),
    (
        PRIOR | EARLIER,
        "eerdere, eerder gegeven, vorige, voorgaande, voorafgaande, bovenstaande, hierboven, vroegere, \
         oorspronkelijke, tot nu toe, hiervoor",
    ),
    (PRIOR, "al je, al jouw, jouw, al uw, alle"),
    (
        RULES | ORDERS,
        "instructie, instructies, opdrachten, richtlijn*, aanwijzing*, voorschriften, systeemprompt*, \
         veiligheidsregels, systeeminstructie*, opgedragen",
    ),
    (NORMS | ORDERS, "regels, bevelen, beperkingen, spelregels"),
    (
        WHOLE,
        "alles hierboven, alles wat hierboven, al het bovenstaande, alles wat je verteld, alles wat je is \
         verteld, alles wat hiervoor, wat je eerder is verteld, alles wat je eerder",
    ),
    (
        ROLE,
        "je bent nu, jij bent nu, u bent nu, jouw nieuwe taak, je nieuwe taak, je nieuwe rol, nieuwe instructies, \
         doe alsof je, gedraag je als",
    ),
    (START, "vanaf nu, van nu af aan, vanaf dit moment, voortaan"),
    (YOUBE, "ben je, ben jij, je bent, jij bent, bent u, gehoorzaam je, handel je, luister je"),
    (PERSIST, "vanaf nu, van nu af aan, voortaan, in elk antwoord, wat de gebruiker ook"),
    (MUST, "moet je, je moet, verplicht, onmiddellijk, meteen, zorg ervoor, belangrijk"),
    (FIRST, "eerst, daarna, vervolgens, voordat je"),
    (
        HUSH,
        "zeg niets, vertel niets, zeg er niets over, zeg niks, vertel niks, niet vertellen, niets vertellen, niet \
         melden, meld niet, niet vermelden, vermeld dit niet, vermeld het niet, niet informeren, informeer niet, \
         zonder te melden, zonder te vertellen, zonder het te vertellen, zonder iets te zeggen, geen woord, rep \
         met geen woord, zwijg hierover, zwijg erover, houd dit stil, houd je mond, laat niet weten, laat niets \
         merken, niet laten weten",
    ),
    (USER, "gebruiker*, de gebruiker, klant, eindgebruiker*, niemand, iemand"),
    (0, "gebruikersnaam, gebruikersnamen, gebruikersinterface, gebruikershandleiding, gebruikersaccount*"),
    (
        UNAWARE,
        "zonder medeweten van, buiten medeweten van, mag niet weten, mag dit niet weten, mag er niets van weten, \
         hoeft dit niet te weten, zonder dat de gebruiker",
    ),
    (SILENT, "stiekem, heimelijk, ongemerkt, in stilte"),
    (
        SECRET,
        "wachtwoord*, inloggegevens, geheime sleutel*, privésleutel*, api sleutel*, toegangstoken*, \
         toegangscodes, geheimen, omgevingsvariabelen, aanmeldgegevens, geheime gegevens, creditcardgegevens",
    ),
    (READ, "lees, open, haal op, bekijk"),
    (HARVEST, "verzamel*, buit maken, plunder"),
    (SEND, "stuur, verstuur*, zend, verzend*, mail, upload*, stuur door, doorsturen, geef door, lek, smokkel*"),
    (SHOW, "toon, laat zien, druk af, geef weer"),
    (PASS, "voeg toe, neem op, zet in, plak, vermeld, kopieer"),
    (QUANT, "alle, elk, iedere, al de"),
    (OWNED, "van de gebruiker, van de klant"),
    (CONTENT, "inhoud, de inhoud"),
    (
        CONVO,
        "gespreksgeschiedenis, chatgeschiedenis, hele gesprek, volledige gesprek, het gesprek tot nu toe, \
         systeemprompt",
    ),
    (DEST, "dit adres, volgende adres, onderstaande adres, onze server, deze server, deze url, het adres"),
    (MODEL, "ai assistent, taalmodel, de ai, assistent"),
    (ADDR, "bericht aan, opmerking voor, let op, aan de"),
];
