//! Portuguese.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE,
        "ignorem, esqueca, esquece, desconsider*, nao siga, nao sigas, descarte, pule, sobrescreva, contorne, \
         burle, desrespeite",
    ),
    (
        PRIOR,
        "anterior*, previas, todas as, todos os, acima, existentes, suas, seus, do usuario, do utilizador, \
         iniciais",
    ),
    (RULES, "instrucoes, diretrizes, orientacoes, instrucao, prompt do sistema, mensagem do sistema, salvaguardas"),
    (NORMS, "regras, ordens, restricoes"),
    (
        ROLE,
        "agora voce e, voce agora e, voce e agora, finja ser, finja que, aja como se, novas instrucoes, \
         sua nova tarefa, seu novo papel",
    ),
    (
        MUST,
        "voce deve, deve, deves, precisa, e obrigatorio, obrigatorio, obrigatoriamente, certifique se, \
         e necessario, tem que, imediatamente, caso contrario",
    ),
    (ALWAYS, "sempre, nunca, jamais, sem excecao"),
    (ALWAYS | WHEN, "toda vez que, sempre que, cada vez que, a cada chamada"),
    (FIRST, "primeiro, alem disso, tambem, por favor"),
    (BEFORE, "antes de, antes"),
    (WHEN, "quando, depois de, apos"),
    (INSTEAD, "em vez de, ao inves de, no lugar de"),
    (USE, "use, usar, utilize, utilizar, chame, chamar, execute, executar, invoque, acione"),
    (TOOLWORD, "ferramenta, ferramentas, funcao"),
    (THISTOOL | TOOLWORD, "esta ferramenta, essa ferramenta"),
    (
        OTHERS | TOOLWORD,
        "outra ferramenta, outras ferramentas, qualquer ferramenta, qualquer outra ferramenta, \
         todas as ferramentas",
    ),
    (NEG, "nao, nunca, jamais, evite, sob nenhuma circunstancia"),
    (NEG | WITHOUT, "sem, sem que"),
    (NEGPOST, "nada"),
    (HUSH, "nem uma palavra, nenhuma palavra"),
    (
        TELL,
        "mencione, mencionar, diga, digas, dizer, informe, informar, revele, revelar, conte, contar, avise, \
         avisar, notifique, notificar, comente, fale, falar, explique, divulgue, comunique, alerte",
    ),
    (SHOW, "mostre, mostrar, exiba, exibir"),
    (USER, "usuario, usuarios, utilizador, utilizadores, ao usuario, ninguem, a ninguem, cliente"),
    (
        0,
        "nome de usuario, nome do usuario, interface do usuario, conta de usuario, nao encontrado, nao existe, \
         nao exista, se nao",
    ),
    (KNOW, "saiba, saber, veja"),
    (KNOW | NOTICE, "perceba, perceber, desconfie, descubra"),
    (
        SECRETIVE,
        "em segredo, secretamente, as escondidas, sem o conhecimento, pelas costas, entre nos, \
         mantenha em segredo, guarde segredo, sigilosamente, em sigilo, mantenha isso em segredo, furtivamente, \
         discretamente, clandestin*, mantenha sigilo",
    ),
    (SILENT, "silenciosamente, em silencio, em segundo plano"),
    (HIDE | HIDEUSER, "oculte, ocultar, esconda, esconder, omita"),
    (STEP, "isto, isso, esta etapa, este passo, essa etapa, esta instrucao"),
    (ANSWER, "resposta, respostas"),
    (
        SECRET,
        "senha*, palavra passe, palavras passe, chave de api, chaves de api, chave da api, chave api, \
         chaves api, chave privada, chaves privadas, chave ssh, chaves ssh, credenciais, cartao de credito, \
         variaveis de ambiente, token de acesso, tokens de acesso, segredos",
    ),
    (READ, "leia, ler, abra, abrir, obtenha, acesse, carregue, recupere, pegue"),
    (FIND, "procure, busque, encontre, localize"),
    (HARVEST, "colete, recolha, roube, extraia, reuna"),
    (
        PASS,
        "inclua, incluir, passe, adicione, acrescente, anexe, insira, forneca, coloque, cole, escreva, passar, \
         passando",
    ),
    (SEND, "envie, enviar, mande, encaminhe, encaminhar, transmita, publique, transfira, compartilhe"),
    (COPY, "copia oculta, uma copia"),
    (CONTENT, "conteudo, o conteudo, seu conteudo"),
    (
        CONVO,
        "historico da conversa, historico de conversa, historico do chat, toda a conversa, conversa inteira, \
         conversa completa, historico completo, mensagens anteriores, dados do usuario",
    ),
    (CHAT, "conversa, dados, arquivos, mensagens, documentos, historico, ficheiros"),
    (FULL, "toda a, todo o, completo, completa, inteira, confidenciais, pessoais"),
    (OWNED, "sua, seu, do usuario, do utilizador, armazenadas"),
    (PARAM, "parametro, argumento, campo"),
    (ASK, "peca, pedir, solicite, pergunte, perguntar, exija"),
    (CONFIRM, "confirmacao, aprovacao, permissao, consentimento, autorizacao"),
    (
        PERSIST,
        "a partir de agora, de agora em diante, em cada resposta, em todas as respostas, mesmo que o usuario, \
         independentemente do que o",
    ),
    (MODEL, "assistente de ia, o assistente, modelo de linguagem, a ia, assistente"),
    (ADDR, "nota para, mensagem para, atencao, instrucoes para, nota para o"),
];
