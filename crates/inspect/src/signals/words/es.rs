//! Spanish.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE,
        "ignora, ignore, ignorar, ignorad, olvida, olvide, olvidate, olvidar, omite, omita, desestim*, \
         haz caso omiso, haga caso omiso, no hagas caso, no haga caso, no sigas, no siga, descarta, descarte, \
         salta, pasa por alto, pase por alto, anula, prescinde, desobedece",
    ),
    (
        PRIOR,
        "anterior*, previas, previos, previa, todas, todos, existentes, originales, tus, sus, del usuario, \
         de arriba, iniciales",
    ),
    (
        RULES,
        "instrucciones, indicaciones, directrices, directivas, pautas, instruccion, prompt del sistema, \
         mensaje del sistema, salvaguardas",
    ),
    (NORMS, "reglas, normas, ordenes, restricciones"),
    (
        ROLE,
        "ahora eres, ahora tu eres, usted es ahora, eres ahora, finge ser, finge que, hazte pasar, \
         nuevas instrucciones, tu nueva tarea, tu nuevo rol, actua como si",
    ),
    (
        MUST,
        "debes, debe, deberas, tienes que, tiene que, hay que, obligatorio, obligatoriamente, asegurate, \
         asegurese, es necesario, imprescindible, inmediatamente, de lo contrario, importante",
    ),
    (ALWAYS, "siempre, nunca, jamas, sin excepcion"),
    (ALWAYS | WHEN, "cada vez que, cada vez, siempre que, en cada llamada"),
    (FIRST, "primero, ademas, tambien, por favor, luego"),
    (BEFORE, "antes de, antes de que, antes"),
    (WHEN, "cuando, despues de, al llamar, tras"),
    (INSTEAD, "en lugar de, en vez de"),
    (USE, "usa, usar, utiliza, utilizar, llama, llame, llamar, ejecuta, ejecute, ejecutar, invoca, invoque"),
    (TOOLWORD, "herramienta, herramientas, funcion"),
    (THISTOOL | TOOLWORD, "esta herramienta, esta funcion"),
    (
        OTHERS | TOOLWORD,
        "otra herramienta, otras herramientas, cualquier herramienta, cualquier otra herramienta, \
         todas las herramientas",
    ),
    (
        NEG,
        "nunca, jamas, evita, evite, no se lo, no le, no lo, no se, no debe, no debes, no debera, \
         bajo ninguna circunstancia",
    ),
    (NEG | WITHOUT, "sin, sin que"),
    (
        HUSH,
        "ni una palabra, no menciones, no mencione, no mencionar, no digas, no diga, no decir, no informes, \
         no informe, no informar, no reveles, no revele, no revelar, no cuentes, no cuente, no avises, no avise, \
         no avisar, no comentes, no comente, no expliques, no notifiques, no notifique, no notificar, no hables, \
         no hable, no divulgues, no adviertas, no comuniques, no alertes",
    ),
    (CURTAIN, "no muestres, no muestre, no mostrar, no ensenes"),
    (NEGPOST, "nada"),
    (
        TELL,
        "menciones, mencione, mencionar, mencionarlo, digas, diga, decir, decirle, decirselo, informes, \
         informar, informarle, reveles, revele, revelar, cuentes, avisar, avisarle, notificar, notificarle, \
         dile, comunicar, advertir",
    ),
    (SHOW, "muestres, muestre, mostrar, mostrarlo, mostrarle, muestra"),
    (USER, "usuario, usuarios, usuaria, al usuario, el usuario, la persona, a nadie, nadie, cliente, humano"),
    (0, "nombre de usuario, interfaz de usuario, cuenta de usuario, cuentas de usuario"),
    (FROMUSER | USER, "del usuario sin, ante el usuario, a ojos del usuario"),
    (KNOW, "sepa, saber, saberlo, enterarse, vea, conocer"),
    (KNOW | NOTICE, "notar, entere, se entere, se de cuenta, sospeche, dandose cuenta"),
    (
        SECRETIVE,
        "en secreto, secretamente, a escondidas, a espaldas, sin el conocimiento, sin su conocimiento, \
         entre nosotros, guarda el secreto, mantenlo en secreto, mantengalo en secreto, manten esto en secreto, \
         sigilosamente, encubiert*, con disimulo, disimuladamente, furtivamente, guardalo para ti, \
         mantener en secreto, discretamente, clandestin*",
    ),
    (SILENT, "silenciosamente, en silencio, en segundo plano"),
    (
        HIDE | HIDEUSER,
        "oculta esto, oculta este, oculta esta, oculta al, ocultale, oculte, ocultar, ocultalo, ocultaselo, \
         esconde, esconda, esconder",
    ),
    (STEP, "esto, este paso, esta instruccion, esta llamada, esta accion, eso"),
    (ANSWER, "respuesta, respuestas, tu respuesta"),
    (
        SECRET,
        "contrasena*, clave api, claves api, clave de api, claves de api, clave privada, claves privadas, \
         clave ssh, claves ssh, credenciales, clave secreta, token de acceso, tokens de acceso, \
         tarjeta de credito, tarjetas de credito, variables de entorno, llave privada, llaves privadas, \
         frase semilla, codigo de verificacion, secretos",
    ),
    (READ, "lee, lea, leer, abre, abra, abrir, obten, obtenga, carga, accede, consulta, recupera"),
    (FIND, "busca, busque, encuentra, encuentre, localiza"),
    (HARVEST, "recopila, recopile, recoge, roba, extrae, extraiga, reune"),
    (
        PASS,
        "incluye, incluya, incluir, pasa, pase, pasalo, agrega, agregue, anade, anada, adjunta, adjunte, \
         inserta, proporciona, proporcione, pega, introduce, escribe, pon, pasar, pasando, facilita",
    ),
    (
        SEND,
        "envia, envie, enviar, enviarlo, envialo, manda, mande, reenvia, reenvie, reenviar, transmite, sube, \
         publica, transfiere, comparte",
    ),
    (COPY, "copia oculta, una copia"),
    (CONTENT, "contenido, el contenido, su contenido, contenidos"),
    (
        CONVO,
        "historial de la conversacion, historial de conversacion, historial del chat, historial de chat, \
         toda la conversacion, conversacion completa, historial completo, mensajes anteriores, \
         datos del usuario, conversacion entera",
    ),
    (CHAT, "conversacion, datos, archivos, mensajes, documentos, correos, historial, ficheros"),
    (FULL, "toda la, todo el, completo, completa, entera, confidencial*, personales, privados"),
    (OWNED, "su, tu, del usuario, almacenadas, guardadas"),
    (QUANT, "todas las, todos los, cualquier"),
    (PARAM, "parametro, argumento, campo"),
    (ASK, "pide, pida, pedir, pidele, solicita, solicite, pregunta, preguntar, pregunte, exige, pedirle"),
    (CONFIRM, "confirmacion, aprobacion, permiso, consentimiento, autorizacion"),
    (
        PERSIST,
        "a partir de ahora, de ahora en adelante, desde ahora, en cada respuesta, en todas tus respuestas, \
         en todas las respuestas, diga lo que diga, aunque el usuario, sin importar lo que",
    ),
    (MODEL, "asistente de ia, el asistente, modelo de lenguaje, la ia, agente de ia, asistente"),
    (ADDR, "nota para, mensaje para, atencion, instrucciones para, aviso para, nota para el"),
];
