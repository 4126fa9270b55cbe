//! Swedish, with what Danish and Norwegian share or write otherwise.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "ignorera, ignorér, ignorer alle, ignorer de, ignorer dine, bortse från, glöm, glem, strunta i, \
         åsidosätt*, tilsidesæt, tilsidesett, se bort fra, se bort ifra, förbigå, lägg undan, lägg åt sidan, lyd \
         inte, följ inte, følg ikke, överge, bry dig inte om, kringgå, fäst inget avseende vid",
    ),
    (
        PRIOR | EARLIER,
        "tidigare, föregående, ovanstående, tidligere, foregående, ovenstående, forrige, ursprungliga, hittills, \
         ovanför, ovenfor",
    ),
    (PRIOR, "alla dina, alla de, dina, alle dine"),
    (
        RULES | ORDERS,
        "instruktioner, instruktionerna, instruktion, anvisning*, riktlinje*, retningslinje*, instrukser, \
         instruksjon*, systemprompt*, föreskrifter, instrukserne, direktiv",
    ),
    (NORMS | ORDERS, "regler, reglerna, reglerne, reglene, order, begränsningar, ordrer"),
    (
        WHOLE,
        "allt ovan, allt ovanför, allt som sagts, allt du fått höra, alt ovenfor, alt det ovenstående, allt du \
         har blivit tillsagd",
    ),
    (ROLE, "du är nu, du er nu, du er nå, din nya uppgift, din nya roll, nya instruktioner, låtsas vara, lad som om"),
    (START, "från och med nu, från nu, fra nu af, fra nå av, hädanefter, framöver, från denna stund"),
    (YOUBE, "är du, er du, du är, du er, lyder du, agerar du, lyd bara"),
    (PERSIST, "från och med nu, fra nu af, fra nå av, hädanefter, i varje svar"),
    (MUST, "du måste, måste, omedelbart, genast, straks, du skal, se till att, viktigt"),
    (FIRST, "först, därefter, innan du, sedan"),
    (
        HUSH,
        "säg ingenting, säg inget, berätta inte, berätta inget, nämn inte, nämn det inte, inte berätta, inte \
         nämna, utan att nämna, utan att berätta, utan att informera, informera inte, avslöja inte, sig ikke, sig \
         intet, sig ingenting, fortæl ikke, fortell ikke, si ikke, si ingenting, nevn ikke, nævn ikke, uden at \
         fortælle, uten å fortelle, inte ett ord, håll tyst, tig om, meddela inte",
    ),
    (USER, "användare, användaren, brugeren, brugere, brukeren, brukere, kunden, ingen"),
    (UNAWARE, "får inte veta, utan användarens vetskap, utan vetskap, må ikke vide, må ikke vite, behöver inte veta"),
    (SILENT, "i hemlighet, i smyg, hemligen, i det skjulte, hemmelig"),
    (
        SECRET,
        "lösenord*, inloggningsuppgifter*, hemliga nyckel*, hemliga nycklar*, privata nyckel*, privata nycklar*, \
         api nyckel*, api nycklar*, adgangskode*, adgangskoder, passord*, hemligheter, hemmeligheder, \
         miljövariabler*, åtkomsttoken*, nycklarna, nøgler, nøkler, inloggningar",
    ),
    (READ, "läs, öppna, læs, åbn, les, hämta, hent"),
    (HARVEST, "samla in, samla ihop, indsaml, samle inn"),
    (SEND, "skicka, sänd, send, ladda upp, vidarebefordra, överför, mejla, videresend, läck"),
    (SHOW, "visa, skriv ut, vis, udskriv"),
    (PASS, "inkludera, bifoga, lägg till, klistra in, infoga, vedhæft, legg ved"),
    (QUANT, "alla, alle, samtliga, varje, hver"),
    (OWNED, "användarens, brugerens, brukerens, kundens"),
    (CONTENT, "innehållet, innehåll, indholdet, innholdet"),
    (
        CONVO,
        "samtalshistorik*, chatthistorik*, hela samtalet, hela konversationen, konversationshistorik*, hele \
         samtalen, systemprompt",
    ),
    (DEST, "denna adress, den här adressen, följande adress, adressen nedan, denne adresse, adressen, vår server"),
    (MODEL, "ai assistent, språkmodell*, sprogmodel"),
    (ADDR, "meddelande till, observera, till dig"),
];
