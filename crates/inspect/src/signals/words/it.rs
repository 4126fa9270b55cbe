//! Italian.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE,
        "ignora, ignorare, ignorate, ignori, dimentica, dimenticare, dimenticate, trascura, tralascia, \
         non seguire, non tenere conto, non considerare, scavalca, aggira, disattendi, sovrascrivi",
    ),
    (PRIOR, "precedent*, tutte, tutti, sopra, esistenti, originali, iniziali, tue, tuoi, dell utente"),
    (RULES, "istruzioni, istruzione, direttive, indicazioni, linee guida, prompt di sistema, messaggio di sistema"),
    (NORMS, "regole, ordini, restrizioni, comandi"),
    (
        ROLE,
        "ora sei, adesso sei, da ora sei, fingi di essere, fai finta, comportati come se, nuove istruzioni, \
         il tuo nuovo compito, il tuo nuovo ruolo",
    ),
    (
        MUST,
        "devi, deve, dovete, bisogna, obbligatorio, obbligatoriamente, assicurati, e necessario, immediatamente, \
         altrimenti, importante",
    ),
    (ALWAYS, "sempre, mai, senza eccezioni"),
    (ALWAYS | WHEN, "ogni volta che, ogni volta, ad ogni chiamata"),
    (FIRST, "prima di tutto, inoltre, anche, innanzitutto"),
    (BEFORE, "prima di, prima, prima che"),
    (WHEN, "quando, dopo, appena"),
    (INSTEAD, "invece di, al posto di, anziche"),
    (USE, "usa, usare, utilizza, utilizzare, chiama, chiamare, esegui, eseguire, invoca, richiama"),
    (TOOLWORD, "strumento, strumenti, funzione"),
    (THISTOOL | TOOLWORD, "questo strumento, questa funzione"),
    (
        OTHERS | TOOLWORD,
        "altro strumento, altri strumenti, qualsiasi strumento, tutti gli strumenti, qualsiasi altro strumento",
    ),
    (NEG, "non, mai, evita di, in nessun caso"),
    (NEG | WITHOUT, "senza, senza che"),
    (0, "non trovato, non esiste, se non, non specificato, nome utente, interfaccia utente, account utente"),
    (NEGPOST, "niente, nulla"),
    (HUSH, "non una parola, nemmeno una parola, neanche una parola"),
    (
        TELL,
        "dire, dirlo, dica, dirgli, menzionare, menzionarlo, menziona, informare, informarlo, informa, rivelare, \
         rivelarlo, rivela, parlare, parlarne, avvisare, avvisarlo, avvertire, notificare, comunicare, spiegare, \
         segnalare, accennare, farne parola, divulgare, raccontare",
    ),
    (SHOW, "mostrare, mostrarlo, mostra, visualizzare"),
    (USER, "utente, utenti, lutente, allutente, a nessuno, nessuno, cliente, dallutente"),
    (KNOW, "sappia, sapere, saperlo, veda"),
    (KNOW | NOTICE, "accorga, se ne accorga, noti, sospetti, accorgersene"),
    (
        SECRETIVE,
        "segretamente, in segreto, di nascosto, allinsaputa, a sua insaputa, alle spalle, resti tra noi, \
         rimanga tra noi, tieni il segreto, mantieni il segreto, mantieni segreto, tienilo segreto, \
         furtivamente, clandestin*, di soppiatto, tienilo per te",
    ),
    (SILENT, "silenziosamente, in silenzio, in background, dietro le quinte"),
    (HIDE | HIDEUSER, "nascondi, nascondere, nasconderlo, celare"),
    (STEP, "questo, cio, questo passaggio, questa istruzione, questa chiamata"),
    (ANSWER, "risposta, risposte"),
    (
        SECRET,
        "parola dordine, chiave api, chiavi api, chiave privata, chiavi private, chiave ssh, chiavi ssh, \
         credenziali, carta di credito, carte di credito, variabili dambiente, variabili d ambiente, \
         token di accesso, segreti, le password, la password, codice segreto",
    ),
    (READ, "leggi, leggere, apri, aprire, ottieni, carica, recupera, accedi, prendi"),
    (FIND, "cerca, trova, individua"),
    (HARVEST, "raccogli, ruba, estrai, sottrai"),
    (
        PASS,
        "includi, includere, passa, passare, passalo, passane, aggiungi, allega, inserisci, fornisci, fornire, \
         incolla, scrivi, metti, inseriscilo",
    ),
    (
        SEND,
        "invia, inviare, invialo, inviate, manda, mandalo, inoltra, inoltrare, trasmetti, spedisci, pubblica, \
         trasferisci, condividi",
    ),
    (COPY, "copia nascosta, una copia"),
    (CONTENT, "contenuto, il contenuto, contenuti"),
    (
        CONVO,
        "cronologia della conversazione, cronologia della chat, cronologia delle chat, intera conversazione, \
         lintera conversazione, tutta la conversazione, conversazione completa, messaggi precedenti, \
         dati dellutente",
    ),
    (CHAT, "conversazione, dati, messaggi, documenti, cronologia"),
    (FULL, "tutta la, tutto il, intera, lintera, completa, riservati, personali"),
    (OWNED, "sua, suoi, sue, tua, dellutente, salvate"),
    (PARAM, "parametro, argomento, campo"),
    (ASK, "chiedi, chiedere, richiedi, domanda, chiedigli, chiederlo"),
    (CONFIRM, "conferma, approvazione, autorizzazione, consenso, permesso"),
    (
        PERSIST,
        "da ora in poi, dora in poi, d ora in poi, da questo momento, in ogni risposta, in tutte le risposte, \
         anche se lutente, qualunque cosa dica",
    ),
    (MODEL, "assistente ia, lassistente, modello linguistico, assistente, agente ia"),
    (ADDR, "nota per, messaggio per, attenzione, istruzioni per, nota per l, messaggio per l"),
];
