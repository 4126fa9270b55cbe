//! Polish.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "zignoruj*, ignoruj*, zapomnij*, pomiń, pomińcie, zlekceważ*, odrzuć, porzuć, nie zważaj na, nie zwracaj \
         uwagi na, nie stosuj się do, nie przestrzegaj, nie słuchaj, przestań stosować, przestań przestrzegać, \
         odłóż na bok, obejdź, unieważnij, pozbądź się, puść w niepamięć",
    ),
    (
        PRIOR | EARLIER,
        "poprzedni*, wcześniejsz*, powyższ*, dotychczasow*, uprzedni*, pierwotn*, podane wyżej, wcześniej",
    ),
    (PRIOR, "wszystkie, wszystkich, wszelkie, wszelkich, swoje, twoje, swoich"),
    (
        RULES | ORDERS,
        "instrukcje, instrukcji, instrukcjami, polecenia, poleceń, wytyczne, wytycznych, wskazówki, wskazówek, \
         dyrektywy, dyrektyw, zalecenia, zaleceń, prompt systemowy, promptu systemowego",
    ),
    (NORMS | ORDERS, "reguły, zasady, zasad, ograniczenia, ograniczeń, rozkazy, rozkazów, nakazy"),
    (
        WHOLE,
        "wszystko powyżej, wszystko co powyżej, wszystko co było, o wszystkim powyżej, o wszystkim co, wszystko \
         co ci powiedziano",
    ),
    (ROLE, "jesteś teraz, teraz jesteś, twoje nowe zadanie, twoja nowa rola, nowe instrukcje, udawaj że, wciel się w"),
    (START, "od teraz, od tej chwili, odtąd, od tego momentu"),
    (YOUBE, "jesteś, działasz jako, słuchasz tylko, wykonujesz tylko, jesteś posłuszny"),
    (PERSIST, "od teraz, od tej chwili, odtąd, w każdej odpowiedzi"),
    (MUST, "musisz, koniecznie, natychmiast, niezwłocznie, obowiązkowo, ważne"),
    (FIRST, "najpierw, następnie, zanim, potem"),
    (
        HUSH,
        "nie mów, nie mówiąc, nic nie mów, nie wspominaj, nie wspominając, nie informuj, nie informując, nie \
         ujawniaj, nie zdradzaj, nie powiadamiaj, nie powiadamiając, bez informowania, bez powiadamiania, bez \
         wiedzy, ani słowa, nie powiedz, nie zawiadamiaj, zachowaj milczenie, przemilcz, milcz o, ukryj to",
    ),
    (USER, "użytkownik*, klientowi, klienta, nikomu, nikt"),
    (0, "nazwa użytkownika, nazwę użytkownika, nazwy użytkownika, podręcznik użytkownika, interfejs użytkownika"),
    (UNAWARE, "nie może wiedzieć, nie może się dowiedzieć, nie musi wiedzieć, nie dowiedział, nie powinien wiedzieć"),
    (SILENT, "potajemnie, ukradkiem, po cichu, w tajemnicy, skrycie"),
    (
        SECRET,
        "hasło, hasła, haseł, hasłami, dane logowania, danych logowania, klucz api, klucze api, kluczy api, klucz \
         prywatny, klucza prywatnego, klucze prywatne, kluczy prywatnych, tajne klucze, tajnych kluczy, tokeny, \
         tokenów, sekrety, sekretów, zmienne środowiskowe, zmiennych środowiskowych, dane uwierzytelniające, \
         poświadczenia, kluczami",
    ),
    (READ, "przeczytaj, odczytaj, otwórz, pobierz, wczytaj"),
    (HARVEST, "zbierz, zgromadź, wykradnij"),
    (SEND, "wyślij, prześlij, przekaż, wyślijcie, załaduj na, wysyłaj, przesyłaj, przekazuj"),
    (SHOW, "pokaż, wyświetl, wypisz, ujawnij, wydrukuj, podaj"),
    (PASS, "dołącz, dodaj, wklej, umieść, wpisz, skopiuj"),
    (QUANT, "wszystkie, każdy, każdą, każde, wszelkie"),
    (OWNED, "użytkownika, klienta"),
    (CONTENT, "zawartość, treść, zawartością, jego zawartość"),
    (
        CONVO,
        "historię rozmowy, historia rozmowy, historii rozmowy, całą rozmowę, historię czatu, całą konwersację, \
         treść rozmowy, prompt systemowy",
    ),
    (DEST, "ten adres, podany adres, poniższy adres, następujący adres, nasz serwer, ten serwer"),
    (MODEL, "asystent ai, asystenta ai, model językowy, modelu językowego"),
    (ADDR, "uwaga dla, wiadomość dla, notatka dla, uwaga"),
];
