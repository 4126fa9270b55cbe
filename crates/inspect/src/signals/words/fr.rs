//! French.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE,
        "ignorez, ignorer, oublie, oubliez, oublier, ne tiens pas compte, ne tenez pas compte, \
         ne tenez aucun compte, ne tiens aucun compte, fais abstraction, faites abstraction, contourn*, neglige, \
         negligez, outrepass*, passe outre, passez outre, ne suis pas, ne suivez pas, ne respecte pas",
    ),
    (PRIOR, "precedent*, anterieur*, toutes, tous, ci dessus, initiales, existantes, tes, vos, de l utilisateur"),
    (
        RULES,
        "consignes, consigne, directives, instructions, invite systeme, garde fous, message systeme, \
         prompt systeme",
    ),
    (NORMS, "regles, ordres, restrictions, contraintes"),
    (
        ROLE,
        "tu es maintenant, vous etes maintenant, tu es desormais, vous etes desormais, fais comme si, \
         fais semblant, faites semblant, nouvelles instructions, ta nouvelle mission, ton nouveau role, \
         agis comme si",
    ),
    (
        MUST,
        "tu dois, vous devez, il faut, obligatoire*, imperativement, assure toi, assurez vous, indispensable, \
         doit, dois, devez, immediatement, sinon, absolument",
    ),
    (ALWAYS, "toujours, jamais, systematiquement, sans exception"),
    (ALWAYS | WHEN, "a chaque fois, chaque fois que, a chaque appel, chaque fois"),
    (FIRST, "d abord, dabord, ensuite, aussi, egalement, veuillez"),
    (BEFORE, "avant de, avant d, avant tout, avant chaque, avant toute, avant"),
    (WHEN, "apres, lorsque, quand, des que, si"),
    (INSTEAD, "au lieu de, a la place de, plutot que"),
    (
        USE,
        "utilise, utilisez, utiliser, appelle, appelez, appeler, execute, executez, invoque, invoquez, \
         dutiliser, dappeler, lance, lancez",
    ),
    (TOOLWORD, "outil, outils, loutil, fonction"),
    (THISTOOL | TOOLWORD, "cet outil, cette fonction"),
    (OTHERS | TOOLWORD, "autre outil, autres outils, tout autre outil, tous les outils, tout outil"),
    (NEG, "ne, ne pas, jamais, evite de, evitez de, aucun, ne jamais, nen, surtout pas"),
    (
        HUSH,
        "ninforme*, navertis*, nevoque*, nexplique*, nannonce*, nen parle*, nen informe*, nen dis*, \
         nen fais pas mention",
    ),
    (CURTAIN, "naffiche*"),
    (NEG | WITHOUT, "sans, sans que, sans en"),
    (NEGPOST, "rien"),
    (HUSH, "pas un mot, motus"),
    (
        TELL,
        "dis, dites, dire, mentionne, mentionnez, mentionner, informe, informez, informer, revele, revelez, \
         reveler, divulgue*, parle, parlez, parler, avertis, avertir, avertissez, previens, prevenez, prevenir, \
         signale, signaler, signalez, explique, expliquez, evoque, evoquez, notifie, notifier, linformer, \
         lavertir, le prevenir, communique*, avise*, fais part, faire part",
    ),
    (SHOW, "montre, montrez, montrer, affiche, affichez, afficher"),
    (
        USER,
        "utilisateur, utilisateurs, lutilisateur, utilisatrice, a quiconque, quiconque, personne, le client, \
         lhumain",
    ),
    (0, "nom dutilisateur, interface utilisateur, compte utilisateur, comptes utilisateur"),
    (KNOW, "sache, savoir, sait, voie, saches"),
    (KNOW | NOTICE, "remarque, remarquer, sapercoive, se doute, sen apercoive"),
    (
        SECRETIVE,
        "secretement, en cachette, a linsu, a son insu, discretement, furtivement, en toute discretion, \
         reste entre nous, garde le secret, gardez le secret, garde cela secret, gardez cela secret, \
         garde ca pour toi, gardez cela pour vous, clandestin*, subrepticement, derriere le dos, \
         passe sous silence, passez sous silence, en secret",
    ),
    (SILENT, "silencieusement, en arriere plan, en silence, sans bruit"),
    (
        HIDE | HIDEUSER,
        "cache cela, cache ceci, cache le, cache la, cache les, cachez, cacher, dissimule, dissimulez, \
         dissimuler, masquez, tais, taisez",
    ),
    (STEP, "ceci, cela, ca, cette etape, cette instruction, cet appel, cette action"),
    (ANSWER, "reponse, reponses, ta reponse, votre reponse"),
    (
        SECRET,
        "mot de passe, mots de passe, cle api, cles api, cle privee, cles privees, identifiants, jeton, jetons, \
         cle ssh, cles ssh, cle d api, cles d api, cle dapi, cles dapi, carte bancaire, cartes bancaires, \
         carte de credit, variables d environnement, variables denvironnement, secrets, codes d acces, \
         code secret, temoins de connexion",
    ),
    (READ, "lis, lisez, lire, ouvre, ouvrez, recupere*, consulte, consultez, charge, chargez, prends, copie"),
    (FIND, "cherche, cherchez, trouve, trouvez, parcours"),
    (HARVEST, "collecte*, recolte*, vole, volez, rassemble*"),
    (
        PASS,
        "transmets, passe, passez, passer, ajoute, ajoutez, ajouter, inclus, incluez, inclure, insere, inserez, \
         fournis, fournissez, fournir, joins, joignez, mets, mettez, place, renseigne, colle, donne, donnez",
    ),
    (
        SEND,
        "envoie, envoyez, envoyer, transmets, transmettez, transmettre, expedie*, transfere, transferez, \
         transferer, poste, televerse*, publie",
    ),
    (COPY, "copie cachee, en copie, une copie"),
    (CONTENT, "contenu, le contenu, son contenu, contenus"),
    (
        CONVO,
        "historique de la conversation, historique de conversation, lhistorique de la conversation, \
         toute la conversation, lensemble de la conversation, lintegralite de la conversation, \
         conversation complete, historique complet, lhistorique complet, donnees de lutilisateur, \
         messages precedents",
    ),
    (CHAT, "donnees, fichiers, messages, documents, courriels, historique, lhistorique"),
    (FULL, "integralite, lintegralite, lensemble, toute la, tout le, confidentiel*, personnelles, complet, complete"),
    (OWNED, "son, sa, ses, ton, ta, votre"),
    (PARAM, "parametre, argument, champ, parametres"),
    (ASK, "demande, demandez, demander, reclame, sollicite, exige"),
    (CONFIRM, "confirmation, accord, autorisation, approbation, consentement"),
    (
        PERSIST,
        "a partir de maintenant, dorenavant, desormais, dans chaque reponse, dans toutes tes reponses, \
         dans toutes vos reponses, quoi que dise, quoi que lutilisateur, meme si lutilisateur",
    ),
    (MODEL, "assistant ia, lassistant, modele de langage, lia, agent ia"),
    (ADDR, "note a, note pour, message a, message pour, a lattention, instructions pour, note a l, message pour l"),
];
