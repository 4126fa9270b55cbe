//! English: secrets, ways out, tools.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        STEP,
        "this, that, it, these, step, steps, action, tool call, tool calls, this step, this action, the fact, \
         anything about, this call, these steps, any of this, this requirement, these instructions, \
         this instruction, this behaviour, this behavior",
    ),
    (
        ANSWER,
        "answer, reply, response, summaries, answers, replies, responses, final answer, final response, summary, \
         chat output, visible output, your output, final output, your message, transcript to, your explanation",
    ),
    (
        SECRET,
        "password*, passwd, passphrase*, api key*, apikey*, access key*, secret key*, private key*, ssh key*, \
         access token*, auth token*, authentication token*, bearer token*, refresh token*, session token*, \
         token, tokens, session cookie*, cookie, cookies, secret, secrets, credential*, login data, \
         seed phrase*, mnemonic, recovery phrase*, recovery code*, backup code*, 2fa code*, otp, \
         one time password*, one time code*, verification code*, credit card*, card number*, cvv, cvc, pin code*, card pin, your pin, their pin, pin of the, debit card*, \
         social security number*, ssn, environment variable*, env variable*, env vars, env var, \
         connection string*, client secret*, signing key*, encryption key*, keychain, service account key*, \
         personal access token*, bank details, bank account*, oauth token*, api token*, api secret*, \
         wallet key*, aws key*, gpg key*, pgp key*, key material, login details, pwd, authorization header*, \
         jwt, certificates and keys, apitoken*, accesstoken*, privatekey*, id token*, license key*, host key*, \
         security answer*, secret phrase, wallet seed",
    ),
    (
        0,
        "page token*, next page token*, sync token*, continuation token*, pagination token*, next token, \
         max tokens, maximum tokens, number of tokens, maximum number of tokens, token count, token limit, \
         output tokens, input tokens, tokens to return, tokens to retrieve, tokens per, cookie banner*, \
         cookie consent, token usage, tokens used, context tokens, cursor token, token budget, token balance*, \
         erc20 token*, token address*, password protected",
    ),
    (
        READ,
        "read, reading, open, load, cat, get, getting, fetch, fetching, access, retrieve, view, inspect, \
         look at, look in, look into, look up, check, grab, take, examine, pull, obtain, acquire, recall, \
         download, reads, retrieves",
    ),
    (
        FIND,
        "find, search, locate, extract, scan, scrape, grep, list, enumerate, recover, look for, query, crawl, \
         identify, hunt for, look through, go through, comb through, search through, sift through, search for",
    ),
    (HARVEST, "collect, gather, harvest, dump, steal, exfiltrat*, intercept, capture, siphon, snoop"),
    (
        PASS,
        "pass, passing, passed, include, including, included, put, add, adding, attach, attaching, append, \
         appending, appended, insert, embed, embedding, paste, place, encode, fill, populate, repeat, prepend, \
         write, quote, hand over, as the value, submit, inject, turn over, smuggle, tack on, use the contents, \
         echo back, with the contents, containing, contain, type in",
    ),
    (
        GIVE,
        "provide, providing, supply, supplying, give, specify, set, enter, input, submit, store, save, record, \
         disclose",
    ),
    (
        AGAIN | GIVE,
        "call again with, call this again with, retry with, try again with, call it again with, \
         invoke again with, rerun with, resubmit with, retry this call with, repeat the call with, \
         call this tool again with, re run with, authenticate by",
    ),
    (
        REACH,
        "you know, you have access to, you have seen, you can find, in your context, in your memory, in memory, \
         from memory, from the conversation, in this conversation, in the conversation, from the environment, \
         on this machine, on the machine, on the host, on the system, on disk, that you find, available to you, \
         visible to you, from other servers, from other tools, of other servers, other services, \
         on the computer, on the users machine, on the users computer, in the context window, \
         from previous messages, in the chat, previously mentioned, mentioned earlier, you were given, \
         you remember, from context, from your context, in your configuration, home directory, \
         from the users machine, from your environment, in your environment",
    ),
    (
        RECIPIENT,
        "recipient*, payee, beneficiary, account number*, iban, wallet address*, to address, \
         destination account, destination address, to field, reply to address, phone number, bank account number",
    ),
    (
        SIDE,
        "sidenote, side note, metadata, notes, note, feedback, context, debug, summary, description field, \
         reason, telemetry, tracking, analytics, payload, query string, url, remarks, annotation, rationale, \
         justification, extra",
    ),
    (
        VAULT,
        "env file*, dotenv file*, ssh directory, ssh folder, ssh key file*, id rsa, id ed25519, bash history, \
         shell history, aws credentials, kube config, mcp configuration, mcp config*, mcp settings, \
         browser cookies, saved logins, stored logins, browser logins, saved passwords, stored passwords, password store, password manager, \
         credentials file*, key file*, secrets file*, environment file*, browser profile, login keychain, \
         credential store, claude desktop config*, cursor config*, instance metadata, process environment, \
         git credentials, wallet file*",
    ),
    (
        SEND,
        "send, sending, sent to, forward, forwarding, forwarded, post, posting, upload, uploading, transmit*, \
         email, mail it, leak, exfiltrat*, relay, mirror, publish, ship, deliver, share, sync, copy to, \
         make a request to, curl, wget, beacon, phone home, call home, dispatch, export, report back, stream to, \
         backup to, back up to, push, redirect, route, transfer, wire, uploaded to, submit, report, message, \
         pipe, dm, notify us, ping",
    ),
    (COPY, "bcc, blind copy, blind carbon copy, a copy, copy of, carbon copy, duplicate, bcc field"),
    (
        CONTENT,
        "content from, contents from, content from reading, contents of, content of, file contents, \
         file content, full contents, the contents, its contents, its content, the content, text of, \
         full text of, contents, the output of, its text, value of, values of, what you find, what it says, \
         whatever you find, the results",
    ),
    (
        CONVO,
        "conversation history, chat history, dialogue history, dialog history, conversation so far, chat so far, \
         dialogue so far, discussion so far, conversation log*, conversation transcript*, chat transcript*, \
         chat log*, entire conversation, full conversation, whole conversation, complete conversation, \
         current conversation, previous conversation*, all messages so far, your instructions, \
         your system prompt, your memory, your memories, context window, your prompt, hidden prompt, \
         what the user said, what the user asked, what the user wrote, what the user typed, everything the user, \
         users original request, users original prompt, users original message, users messages, users prompt*, \
         previous tool calls, previous tool results, previous tool outputs, results of other tools, \
         results of previous tools, output of other tools, outputs of other tools, other tools outputs, \
         tool definitions, names of all tools, list of all tools, all available tools, list of tools you, \
         tools available to you, this whole conversation, everything said, everything discussed, users data, \
         users files, users documents, users emails, users private, users personal, all user data, \
         internal reasoning, chain of thought, scratchpad, your reasoning, entire chat, full chat, whole chat, \
         entire prompt, full prompt, users location, full transcript, whole transcript, entire transcript, \
         full message history, complete history, complete chat, session history, users full, users complete, \
         everything above, the dialogue above, prior turns, previous turns, earlier in this conversation, \
         whole session, entire session, full session, previous tool, other tool results, all tool results",
    ),
    (CONVO | PRIOR | NORMS, "previous messages, prior messages, earlier messages, preceding messages"),
    (CHAT | FULL, "full context, entire context, whole context, complete context"),
    (
        CHAT,
        "conversation, conversations, chat, chats, dialogue, transcript, messages, history, prompts, \
         tool results, tool outputs, memory, memories, responses, files, documents, emails, data, source code, \
         database, table, records, contacts, address book, customer data, logs, clipboard, screenshots, \
         browsing history, invoices, workspace",
    ),
    (
        FULL,
        "entire, full, whole, complete, all the, all of the, everything, private, sensitive, confidential, \
         internal, personal, proprietary",
    ),
    (
        DEST,
        "webhook, endpoint, our server, remote server, external server, analytics server, logging server, \
         external service, external endpoint, external address, external url, third party, remote host, \
         collector, attacker*, following address, following url, following number, following email, this url, \
         this number, this email, telemetry server, our api, pastebin, my server, public gist, \
         public repository, public repo, outside address, c2",
    ),
    (PARAM, "parameter, parameters, argument, arguments, field, header, param, request body"),
    (
        MODEL,
        "ai assistant, ai assistants, assistant, assistants, llm, llms, language model, language models, \
         ai model, ai models, ai agent, ai agents, the model, the agent, agents, the ai, claude, chatgpt, gpt, \
         copilot, gemini, ai, ais, coding agent, coding assistant, chatbot, models, agent, cursor agent",
    ),
    (
        ADDR,
        "note to, notes to, message to, message for, instruction for, instructions for, instructions to, \
         attention, dear, hello, hey, reminder to, reminder for, hint for, directive for, directive to, \
         notice to, notice for, note for, memo to, listen, as an, attn, calling all, to whichever, to any",
    ),
    (
        ASK,
        "ask, asking, ask for, request it, request them, request this, asking for, seek, wait for, waiting for, \
         prompt the, pause for, demand, request from, check with, verify with, checking with, consult the user, \
         consulting, get permission, seeking, confirm with, confirming with, demanding",
    ),
    (
        CONFIRM,
        "confirmation, confirm, confirming, approval, permission, consent, authorization, authorisation, \
         human review, human in the loop, user interaction, review, double check, prompting",
    ),
    (
        PROCEED,
        "proceed, continue, go ahead, approve, accept, apply, perform, commit, merge, purchase, buy, pay, \
         delete, execute, run, install, deploy, transfer, act, do so, sign",
    ),
    (
        GRANTED,
        "already approved, already consented, already authorized, already authorised, already agreed, \
         pre approved, preapproved, has consented, has approved, has authorized, has agreed, pre authorized, \
         preauthorized, auto approve, automatically approve, auto approved, given consent, granted permission, \
         waived",
    ),
    (
        CHANGE,
        "replace, change, modify, substitute, swap, rewrite, alter, routed, redirected, rerouted, changed, \
         replaced, redirect, reroute, tamper*, overwrite, set, route, adjust, multiply, rename, swap out",
    ),
    (
        BROKEN,
        "is deprecated, is broken, is unsafe, is malicious, is compromised, has been compromised, is disabled, \
         is obsolete, is untrusted, is vulnerable, is insecure, is outdated, has been removed, is no longer, \
         does not work, is unreliable, are deprecated, are broken, are unsafe, are disabled, are unreliable, \
         are insecure, has been replaced, is retired, have been replaced, has been disabled, is dangerous, \
         are obsolete, were retired, was retired, is void, are void, is superseded, are superseded, is invalid, \
         are invalid, is cancelled, are cancelled, no longer valid, have expired, are suspended, are lifted, \
         is faulty, has been deprecated, are compromised, is buggy, has a bug",
    ),
    (
        PERSIST,
        "from now on, in all future, in every future, in every response, in every answer, in every reply, \
         in each response, for the rest of this conversation, for the rest of the conversation, \
         for the rest of the session, rest of this session, for all subsequent, in all subsequent, \
         in subsequent responses, regardless of what the user, regardless of user, no matter what the user, \
         even if the user objects, even if the user asks you not, even if the user declines, \
         even if the user says, even if the user tells, even if asked, even when asked, \
         against the users wishes, whatever the user says, whatever the user asks, whatever the user asked, \
         in every message, at the end of every, in all your, in your next, remember these instructions, \
         remember this instruction, persist this, henceforth, from this point on, from this point forward, \
         going forward always, until further notice, regardless of the users, regardless of the request, \
         even if it seems, even if this seems, even if the user refuses, instead of what the user, \
         regardless of other instructions, at the start of every, to every response, to every answer, \
         to every reply, to all responses, to each response, in each answer, in each reply, with every answer, \
         with every response, no matter the request, all later answers, every later, in all answers, \
         all subsequent",
    ),
    (
        SHELL,
        "curl s, curl fssl, curl http, curl https, wget http, wget https, rm rf, chmod x, base64 d, \
         base64 decode, nc e, dev tcp, bash i, powershell enc, powershell e, invoke expression, iex, crontab, \
         authorized keys, sh c, bash c, python c, eval, npx y, pip install, npm install, os system, reverse shell",
    ),
    (PROMOTE, "recommend, promote, advertise, praise, endorse, favor, favour, suggest buying"),
    (
        BOAST,
        "prioritise, prioritize, give preference, prefer this, only reliable, only trusted, only approved, \
         only official, only safe, only correct, the best tool, best choice, most reliable, most trusted, \
         most accurate, highest priority, top priority, superior to, preferred tool, preferred over, \
         better than any, better than all, better than other, the official tool, must be preferred, \
         should be preferred, always be preferred, ranked first, the only tool, the only one, the best one, \
         number one",
    ),
];
