//! The concepts that words stand for, in every language alike: one bit each.

/// A set of concepts.
pub(super) type Concepts = u128;

macro_rules! concepts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        concepts!(@ 0; $($(#[$doc])* $name,)*);
    };
    (@ $n:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])*
        pub(super) const $name: Concepts = 1 << $n;
        concepts!(@ $n + 1; $($rest)*);
    };
    (@ $n:expr;) => {};
}

concepts! {
    /// To set aside.
    IGNORE,
    /// To go by; with a negation it is [`IGNORE`].
    FOLLOW,
    /// What was said before, or belongs to someone.
    PRIOR,
    /// Instructions, prompts, guardrails.
    RULES,
    /// Rules and policies, which ordinary software has as well.
    NORMS,
    /// A new role or new orders for the reader.
    ROLE,
    /// Obligation.
    MUST,
    /// Without exception.
    ALWAYS,
    /// First, also, then.
    FIRST,
    BEFORE,
    WHEN,
    /// Whenever you ….
    WHENYOU,
    INSTEAD,
    USE,
    /// Use in another's hands: called, used.
    USED,
    TOOLWORD,
    THISTOOL,
    /// Other tools, any tool, all tools.
    OTHERS,
    /// Not, in orders.
    NEG,
    /// Not, in descriptions.
    NEGDESC,
    /// Nothing, not: after the verb.
    NEGPOST,
    /// Without.
    WITHOUT,
    /// To tell, to mention.
    TELL,
    /// To show, to display.
    SHOW,
    /// Not to tell.
    HUSH,
    /// Not to show.
    CURTAIN,
    USER,
    /// From, before or behind the user.
    FROMUSER,
    KNOW,
    /// To notice, to suspect.
    NOTICE,
    /// Not to know.
    UNAWARE,
    LET,
    /// Secretly, and whole phrases of its kind.
    SECRETIVE,
    SILENT,
    HIDE,
    /// To hide, where the grammar needs no preposition.
    HIDEUSER,
    /// This, it, the step, the call.
    STEP,
    ANSWER,
    SECRET,
    /// A file or place that holds secrets.
    VAULT,
    /// To read, to open, to look at.
    READ,
    /// To search, to list.
    FIND,
    /// To gather, to dump.
    HARVEST,
    /// To pass, to include, to provide.
    PASS,
    SEND,
    /// A copy, blind copy.
    COPY,
    /// All, any, every.
    QUANT,
    /// Theirs: the user's, your.
    OWNED,
    CONTENT,
    /// The conversation, the system prompt.
    CONVO,
    /// Messages, data, context: with [`FULL`] as grave as [`CONVO`].
    CHAT,
    FULL,
    /// A literal address.
    ADDRESS,
    /// A server, an endpoint, a web hook.
    DEST,
    PARAM,
    MODEL,
    /// A note to, attention.
    ADDR,
    ASK,
    CONFIRM,
    /// Not to ask for consent.
    UNASKED,
    /// Another tool by its name.
    TOOL,
    CHANGE,
    BROKEN,
    /// From now on, in every answer; whatever the user says.
    PERSIST,
    /// Commands of a shell that fetch and run.
    SHELL,
    /// The best tool, the only tool.
    BOAST,
    /// A name that looks like an identifier, before or after a word for calling.
    IDENT,
    /// Already approved by someone.
    GRANTED,
    /// Not to use, not to include.
    AVOID,
    /// Not to show, as a description says it: without notifying.
    UNTOLD,
    /// To provide, to specify: as the documentation of a parameter says it.
    GIVE,
    /// Where the reader can reach: you know, on this machine.
    REACH,
    /// Call again with.
    AGAIN,
    /// To whom it goes: the recipient, the payee.
    RECIPIENT,
    /// A place for remarks: notes, context.
    SIDE,
    /// To ask the user for, in one word.
    ASKUSER,
    /// To recommend, to praise.
    PROMOTE,
    /// In the background.
    BACKGROUND,
    /// To go on, to run.
    PROCEED,
    /// To set aside in thought: ignore, forget. No one does that to data alone.
    MIND,
    /// What came before, in time or in the text.
    EARLIER,
    /// Directions, orders, commands.
    ORDERS,
    /// What was said, of any kind: text, context.
    REMARKS,
    /// Everything that came before, in one phrase.
    WHOLE,
    /// No longer counts.
    VOIDED,
    /// From now on.
    START,
    /// You are, you act as.
    YOUBE,
    /// New, updated, real.
    NEW,
    COLON,
    /// Another, the rest.
    ELSE,
    /// To this place: here, to this tool.
    HERE,
    /// As well.
    ALSO,
    /// A tool can be used, or was.
    READY,
    /// Another tool, perhaps: its name is a word of its own.
    NAMED,
    /// Not, of what nobody needs.
    NEEDLESS,
    /// Where a clause ends behind a name.
    ENDS,
    /// A call of a tool by a name that is a word of its own.
    CALLED,
}
