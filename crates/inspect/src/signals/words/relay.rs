//! Orders that put a tool before, behind or in the place of others, in every language.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (HERE, "here, over here, in here, into this, to us, to it as well, its input here, through here, by way of this"),
    (
        HERE | THISTOOL | TOOLWORD | STEP,
        "to this tool, into this tool, through this tool, to this one, into this one, through this one, \
         via this tool, with this tool, to this function, through this function, through this server, \
         to this server, to the present tool, past this tool",
    ),
    (
        HERE,
        "hierher, hierhin, hier, hier hinein, ici, aqui, aca, qui, 这里, 這裡, 此处, ここに, ここへ, こちらに, 여기*, 이곳*, сюда",
    ),
    (
        HERE | THISTOOL | TOOLWORD,
        "an dieses werkzeug, an dieses tool, durch dieses werkzeug, uber dieses werkzeug, a cet outil, par cet outil, \
         a esta herramienta, por esta herramienta, para esta ferramenta, a esta ferramenta, por esta ferramenta, \
         a questo strumento, tramite questo strumento, 给本工具, 给此工具, 到本工具, 到此工具, 给这个工具, \
         このツールに, このツールへ, 이 도구에, 이 도구로, 이 도구에도, в этот инструмент, этому инструменту, \
         через этот инструмент",
    ),
    (
        ALSO,
        "too, as well, also, likewise, additionally, in addition, at the same time, every time, each time, beforehand, \
         auch, ebenfalls, zusatzlich, aussi, egalement, tambien, asimismo, tambem, igualmente, anche, altresi, \
         同时, 同時, 也, にも, 同様に, 도, 역시, также, тоже",
    ),
    (
        READY,
        "is available, are available, becomes available, is present, is installed, is loaded, is offered, is connected, \
         has returned, have returned, returns, has run, have run, runs, has finished, finishes, completes, \
         has completed, is used, are used, was used, is in use, is done, is running, succeeds, has succeeded, \
         is invoked, is called, answers, has answered, responds, has responded, replies, verfugbar ist, aufgerufen wird, est disponible, est appele, esta disponible, \
         es llamada, esta disponivel, e chamada, e disponibile, viene chiamato, 可用, 被调用, 利用可能, 呼び出され, \
         사용 가능하*, 호출되*, доступен, вызван, вызывается",
    ),
    (
        ELSE,
        "other, another, the remaining, remaining, the rest of the, any other, all others, any others, \
         the other, every other, each other, different, andere, anderes, anderen, anderem, jedes andere, \
         alle anderen, jedem anderen, ubrigen, restlichen, sonstigen, autre, autres, tout autre, tous les autres, \
         nimporte quel, otra, otras, cualquier, cualquier otra, cualquiera, las demas, los demas, \
         outra, outras, qualquer, qualquer outra, as demais, altro, altri, qualsiasi, qualsiasi altro, ogni altro, \
         qualunque, tutti gli altri, gli altri, другой, другие, других, другого, любого другого, любого, любым, \
         остальных, прочих, прочие",
    ),
    (ELSE, "其他, 其它, 别的, 別的, 任何, 其余, 另外的, 他の, ほかの, 別の, どの, 다른, 어떤, 나머지, 여타"),
    (
        OTHERS | TOOLWORD,
        "remaining tools, the rest of the tools, the rest of your tools, rest of the tools, your other tools, \
         any of the other tools, anything else is called, anything is written, anything is read, \
         andere werkzeug*, anderes werkzeug*, anderen werkzeug*, jedem anderen werkzeug, jedes andere werkzeug, \
         die ubrigen werkzeuge, tous les autres outils, les autres outils, un autre outil, \
         toute autre fonction, nimporte quel outil, las demas herramientas, cualquiera otra herramienta, \
         as demais ferramentas, le altre funzioni, gli altri strumenti, un altro strumento, ogni altro strumento, \
         别的工具, 其余工具, どのツールより, 別のツール, 다른 도구*, 다른 툴*, 어떤 도구*, 모든 도구*, 나머지 도구*, \
         остальные инструменты, остальных инструментов, прочие инструменты, другим инструментом",
    ),
    (THISTOOL | TOOLWORD, "이 도구*, 이 툴*, 본 도구*, 이 함수*"),
    (TOOLWORD, "도구*, 함수*, outils, fonctions, werkzeuge, strumento, инструмент*"),
    (USE, "호출하*, 호출해*, 사용하*, 사용해*, 실행하*, 실행해*, 부르*, 불러*"),
    (FIRST, "먼저, 우선, 또한"),
    (MUST, "해야, 하세요, 하십시오"),
    (BEFORE, "하기 전에, 사용 전에, 호출 전에, прежде, раньше, avant tout, zuvor, perante, prima, 前"),
    (
        USE,
        "go through, go with, reach for, turn to, switch to, stick with, opt for, resort to, go via, fall back on, \
         make use of, come to, employ",
    ),
    (INSTEAD, "anstelle von, statt, plutot que, en vez, ao inves, al posto, 而非, 而不用, 대신, 대신에"),
    (
        PASS,
        "hand, hands, feed, funnel, duplicate, fold, weave, bake, tuck, stuff, splice, stick it, stick them, work into, \
         copy it, copy its, copy the, copy them, copy all, slip, relay, channel, pass on, pass along, carry, drop into, mix in",
    ),
    (
        0,
        "by hand, other hand, second hand, on hand, at hand, hand written, rss feed, feed url, news feed, left hand, right hand",
    ),
];
