//! English: orders, secrecy, people.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE,
        "ignore, ignoring, disregard*, forget, forget about, override, overriding, bypass, bypassing, neglect, \
         pay no attention to, set aside, throw away, discard, supersede*, supersedes, takes precedence over, \
         take precedence over, takes priority over, take priority over, overrule*, circumvent*, unlearn, \
         abandon, stop following, no longer follow, no longer apply, no longer bound by, disable, turn off, \
         erase, wipe, null and void, skip, dismiss, replaces all, put aside, overwrite your, are void, \
         cancel all, reset your, outrank*, trump, overlook, outweigh*, revoke, suspend, refuse, unfollow, defy",
    ),
    (
        FOLLOW,
        "follow, following, obey, comply with, adhere to, heed, listen to, abide by, obeying, respecting, \
         honoring, complying with, adhering to, bound by, honor, honour",
    ),
    (
        PRIOR,
        "previous*, prior, above, earlier, preceding, existing, original, initial, former, system, developer, \
         safety, current, so far, foregoing, other, old, past, default",
    ),
    (PRIOR | QUANT, "all, any, every, each, whatever, all other, all of the, any and all, any other"),
    (PRIOR, "your, my"),
    (PRIOR | OWNED | USER, "the users, users own, operators, the developers, the administrators"),
    (OWNED, "their, his, her, stored, saved, the hosts, the clients, local, our, private, host"),
    (
        RULES,
        "instruction*, prompt, prompts, guideline*, directive*, guardrail*, safeguard*, ethical guidelines, \
         guidance, what the user asked, system rules, what the developer said, safety rules, safety guidelines, \
         safety polic*, safety measures, safety checks, what you were told, everything you were told, \
         everything above, everything before, content policy, safety filter*, security polic*, security checks, \
         security rules, instructions above",
    ),
    (
        RULES | PRIOR | CONVO,
        "system prompt*, system instruction*, system message*, developer message*, initial instruction*",
    ),
    (
        NORMS,
        "restrictions, training, orders, alignment, rule, rules, policy, policies, constraints, context, \
         commands, messages, protocols, limits",
    ),
    (
        ROLE,
        "you are now, youre now, you will now act, act as an ai, act as if you, act as root, \
         act as the system, act as a system administrator, pretend to be, pretend you, pretend that you, \
         roleplay as, role play as, your new role, your new task, your new goal, your new objective, \
         your new instructions, your new identity, your new purpose, new instructions, updated instructions, \
         developer mode, god mode, jailbreak*, do anything now, system override, override mode, \
         you have been reprogrammed, you are no longer, stop being, your real task, your true task, \
         your actual task, your real goal, your true purpose, your real instructions, your primary goal, \
         your primary objective, your primary task, your only goal, your only task, unrestricted mode, \
         without any restrictions, no restrictions apply, you are an unrestricted, you have no restrictions, \
         new system prompt, new system instruction*, new directive*, priority override, admin override, \
         administrator override, root override, you must obey, begin new instructions, end of instructions, \
         real instructions, instruction override, you are dan, maintenance mode enabled, sudo mode, \
         end of tool description, end of description, system update, instructions for the ai, your updated task, \
         switch to the role, assume the role, take on the role, adopt the persona, higher authority, \
         higher priority than, authority over, as commands, as instructions, as an instruction, as orders, \
         as if the user, i am the system administrator, i am your developer, i am the developer, \
         i am the administrator, this is the system, message from the system, message from the developer, \
         message from the administrator, act only on, only obey, obey only, your new orders, you work for, you serve, \
         system alert, system notice, mandatory protocol",
    ),
    (
        MUST,
        "must, have to, need to, required, is required, mandatory, make sure, ensure, be sure to, shall, \
         critical, immediately, do not forget, dont forget, necessary, obligatory, essential, will not work, \
         wont work, will fail, fails unless, do not skip, under all circumstances, no matter what, imperative, \
         urgent, urgently, otherwise, you are required to, it is important, very important, important, \
         prerequisite, precondition, if you do not, if you dont, cannot proceed, in order to proceed, \
         to proceed, to continue, obliged to, compulsory, is mandatory, you will, failure to, requires, \
         required to, to unlock, to activate, needs to",
    ),
    (
        ALWAYS,
        "always, never, in all cases, without exception, at all times, constantly, on every call, invariably, \
         exclusively, only ever, by default always",
    ),
    (ALWAYS | WHEN, "whenever, every time, each time, anytime, any time, on each"),
    (
        WHENYOU | WHEN | ALWAYS,
        "whenever you, every time you, each time you, any time you, anytime you, whenever the user, \
         every time the user, each time the user, anytime the user",
    ),
    (FIRST, "first, also, additionally, then, should, furthermore, in addition, afterwards, remember, please"),
    (BEFORE, "before, prior to, ahead of, in advance of"),
    (WHEN | USE, "calls to, calls of, requests to"),
    (WHEN, "when, after, while, during, if, once, upon, following a call to, as soon as"),
    (
        INSTEAD,
        "instead of, rather than, in place of, in preference to, in lieu of, replaces, replacement for, \
         supersedes, over, substitute for, as a substitute, takes over",
    ),
    (
        USE,
        "use, using, call, calling, invoke, invoking, run, running, execute, executing, trigger, rely on, \
         is used, are used, gets used, choose, prefer, select, pick, uses of, consult",
    ),
    (
        USED,
        "is called, is invoked, was called, gets called, is executed, are called, is triggered, called, is run, \
         invoked, executed, is requested, is about to be",
    ),
    (TOOLWORD, "tool, tools, function, functions, server, command, plugin"),
    (THISTOOL | TOOLWORD | STEP, "this tool, this function, this server, this one, the present tool"),
    (
        OTHERS | TOOLWORD,
        "other tool, other tools, any tool, all tools, every tool, each tool, any other tool, any other tools, \
         all other tools, another tool, other functions, any other function, all functions, any function, \
         other mcp servers, other servers, other mcp tools, different tool, the other tools, every other tool, \
         each other tool, any mcp tool, all mcp tools, anything else, similar tools, competing tools, if other, \
         when other, if another, if similar, if alternative*, every other server, all other servers, \
         other services, every other, tools from other servers, any tools, everything else, others",
    ),
    (
        NEG,
        "do not, dont, don t, never ever, must not, mustnt, should not, shouldnt, shall not, may never, not to, \
         avoid, avoiding, refrain from, no need to, there is no need to, under no circumstances, at no point, \
         must never, should never, do n t, \
         is not to, are not to, neither, nor, no reason to, no point in, \
         no use in, unnecessary to, not worth, stop, cease, quit, no longer, do not under any circumstances, \
         do not ever, do not in any case, not ever, not, stop short of, forbidden to, prohibited from, \
         you cannot, you can not, is never, ought not, are never, skip any",
    ),
    (
        NEG | NEEDLESS,
        "no need for, there is no need for, need not, does not need to, doesnt need to, do not need to, \
         dont need to, does not have to, doesnt have to",
    ),
    (NEG | ALWAYS, "never"),
    (NEG | USER, "nobody, no one, none of the users, no human, no user"),
    (NEG | WITHOUT, "without, w o"),
    (
        NEGDESC,
        "does not, doesnt, cannot, cant, will not, wont, is not, isnt, are not, arent, did not, may not, \
         can not, never gets",
    ),
    (
        0,
        "whether or not, or not, not only, if not, not found, not set, not provided, not exist*, not specified, \
         do not know, dont know, does not know, doesnt know, not yet, not supported, not required, \
         not case sensitive, not recommended, not empty, not null, not available, if it does not, \
         if this is not, not known, without warning, without notice, why not, not just, not necessarily, \
         is not recommended, above all, after all, at all, all of them",
    ),
    (NEGPOST, "nothing, none of this, nothing about"),
    (
        HUSH,
        "stay silent, stays silent, remain silent, keep silent, keep quiet, stay quiet, say nothing, no word, not a word, no mention of, make no mention, without a word, describe only, explain only, \
         mention only, only mention, only explain, only describe, gloss over, leave unmentioned, unmentioned, \
         skip that part, skip this part, leave out the, leave that out, leave this out, leave it out",
    ),
    (
        HUSH | USER,
        "user is not interested, users are not interested, user does not care, user doesnt care, \
         user need not be, user does not want to hear, user does not need the details",
    ),
    (
        TELL,
        "bring, bringing, tell, telling, mention, mentioning, mentioned, inform, informing, reveal, revealing, revealed, \
         disclose, disclosing, disclosed, announce, divulge, discuss, admit, confess, expose, exposing, \
         talk about, refer to, bring up, draw attention, point out, tip off, acknowledge, speak of, let on, \
         explain, say, let slip, make aware, told, informed, speak about, hint at, describe to, allude to, \
         breathe a word",
    ),
    (
        SHOW,
        "notify, notifying, notified, alert, alerting, warn, warning, flag, show, showing, display, displaying, \
         print, output, report, reporting, surface, share, sharing, relay, shown, displayed, visible, render, \
         bother, write about, communicate, present",
    ),
    (
        USER,
        "user, users, the user, end user, human, humans, the customer, operator, person, anyone, anybody, them, \
         him, the human, the owner, account holder, somebody, people, administrators, the administrator, \
         the developer, the reader, the caller, the victim, the people",
    ),
    (
        0,
        "user interface, user id, user ids, user name, user list, user account*, user agent, user input, \
         user group*, user profile*, current user, user data directory, user role*, deleted users, user defined, \
         user friendly, user s id",
    ),
    (
        FROMUSER | USER,
        "from the user, from users, from user, from them, from anyone, from the human, from everyone, \
         from the operator, behind the users back, from the end user, from view of the user, from the customer, \
         from the person, from human, from humans, from the users, from the users view, from your user, \
         out of the users sight",
    ),
    (
        KNOW,
        "know, knowing, knows, learns, hears, sees, knowledge, see, seeing, learn, be told, be informed, \
         be notified, be shown, awareness, aware of, aware, be made aware, hear about, be bothered",
    ),
    (
        KNOW | NOTICE,
        "notice, noticing, realise, realize, suspect, find out, finding out, become aware, catch on, detecting",
    ),
    (LET, "let, allow, permit"),
    (
        SECRETIVE,
        "secretly, covertly, surreptitiously, stealthily, clandestine*, without leaving a trace, \
         without leaving traces, without a trace, leave no trace, cover your tracks, hidden instruction*, \
         secret instruction*, hidden step, hidden directive*, between us, our secret, our little secret, \
         keep this secret, keep it secret, keep this confidential, keep it confidential, keep this private, \
         keep this hidden, keep it hidden, keep this quiet, keep quiet about, keep silent about, \
         stay silent about, remain silent about, keep it to yourself, keep this to yourself, \
         keep these instructions, this is confidential, confidential instruction*, on the quiet, \
         strictly confidential instruct*, invisible to the user, invisible to users, not visible to the user, \
         unknown to the user, without the users knowledge, without users knowledge, without their knowledge, \
         so no one notices, so nobody notices, unbeknownst, discreetly, inconspicuously, sneak, sneakily, \
         off the record, hush hush, act natural, act normal, act as if nothing, pretend nothing, \
         as if nothing happened, keep them in the dark, keep the user in the dark, behind their back, cover up, \
         raise suspicion, avoid suspicion, arouse suspicion, raising suspicion, avoid detection, \
         evade detection, to avoid alarming, keep the user unaware, remain undetected, stay undetected, \
         keep this between, needs to stay hidden, must stay hidden, must remain secret, must remain hidden, \
         must stay secret, delete this message, keep mum, stays between",
    ),
    (SILENT, "silently, quietly, invisibly, unobtrusively, in secret, unnoticed, undetected, in silence"),
    (BACKGROUND, "in the background, behind the scenes, transparently, under the hood"),
    (
        HIDE,
        "hide, hiding, conceal*, mask, obscure, suppress, withhold*, disguise, keep, omit, remove, keep hidden, \
         camouflage",
    ),
];
