//! Ordinary descriptions: none may raise a grave finding, few a medium one.

use super::{gravest, seen, told};
use crate::Severity::{High, Medium};

pub(super) const BENIGN: &[&str] = &[
    // Version control and issues.
    "Create a new issue in a repository. Labels and assignees are optional.",
    "List pull requests of a repository, newest first. Use `page` and `per_page` for more.",
    "Merge a pull request. Fails if required checks have not passed.",
    "Returns the authenticated user. Use this when a request includes \"me\" or \"my\".",
    "Search for code across repositories with the search syntax of the service.",
    "Get the contents of a file or directory from a repository.",
    "Lists all repository secrets by name. Their values are never returned.",
    "Add a comment to an issue. Requires a token with the `repo` scope.",
    "Fork a repository to your account or to an organization.",
    "Shows the working tree status: staged, changed and untracked files.",
    "Record changes to the repository. The message must not be empty.",
    "Discards all changes since the last commit. This cannot be undone.",
    "Rules in .gitignore are honoured; ignored files are not listed unless `all` is set.",
    "Push files to a branch in a single commit. Provide the full content of each file.",
    // Chat.
    "Post a message to a channel or a direct message to a user.",
    "Reply to a thread. You need the timestamp of the parent message.",
    "Get recent messages from a channel's history.",
    "List users in the workspace with their profile information.",
    "If the user does not know the channel's ID, call list_channels first.",
    "Sends the message silently: recipients get no sound.",
    "Mark a conversation as read. Does not notify other members.",
    "Searches messages; private channels that the user cannot see are left out.",
    // Files.
    "Read the complete contents of a file from the file system. Only works within allowed directories.",
    "Create a new file or overwrite an existing one. Use with caution: existing content is replaced without warning.",
    "Make line-based edits to a text file. Returns a git-style diff.",
    "Deprecated: use read_text_file instead.",
    "Recursively search for files and directories that match a pattern.",
    "Returns the list of directories that this server may access. Use this before trying to access files.",
    "Move or rename files. If the destination exists, the operation fails.",
    "Hidden files are skipped by default; pass `include_hidden` to list them too.",
    // Databases.
    "Execute a read-only SQL query and return the rows as JSON.",
    "Create a table. Column names must be unique.",
    "Describe the schema of a table: columns, types, defaults and constraints.",
    "Connection string of the database, for example postgres://localhost/app.",
    "Runs all pending migrations in order. Existing data is kept.",
    "Delete rows that match the filter. Returns the number of deleted rows.",
    "Returns up to 1000 documents. Use `next_page_token` to get more.",
    // Time, fetch, search.
    "Get the current time in a time zone. Use IANA names such as Europe/Berlin.",
    "Convert a time between time zones.",
    "Fetches a URL and extracts its contents as markdown. Although originally you did not have internet access, you do with this tool.",
    "Maximum number of characters to return.",
    "Performs a web search and returns titles, links and summaries. Always cite the sources.",
    "Override the default user agent. Ignore certificate errors only in tests.",
    "Get the raw HTML of the page without simplification.",
    "You must call resolve-library-id before this to get a valid library ID unless the user provides one.",
    // Browser.
    "Click an element on the page. A human-readable description of the element is used to get permission to interact.",
    "Take a screenshot of the current page. You cannot act on it; use the snapshot for actions.",
    "Type text into an editable element. Submit with Enter if `submit` is true.",
    "Returns all console messages of the page.",
    "Clears cookies and local storage of the current context.",
    "Waits for text to appear or disappear, or for a number of seconds.",
    "Hides the element from the page before the screenshot is taken.",
    "Accept or dismiss a dialog.",
    // Mail, calendar.
    "Send an email. `bcc` takes a list of addresses.",
    "Draft a reply to the message and keep the thread's subject.",
    "List unread messages in the inbox. Attachments are not downloaded.",
    "Create an event. Attendees get an invitation unless `notify` is false.",
    "Deletes an event without notifying the attendees.",
    "Find free slots in the calendars of several people.",
    "Do not include HTML in the body; plain text only.",
    "Forward a message to another address.",
    "Always confirm with the user before sending.",
    "Never delete a calendar without asking the user first.",
    // Secrets in ordinary use.
    "API key for the service.",
    "Your personal access token. Create one in the settings of your account.",
    "Password of the account. Stored encrypted and never logged.",
    "Logs in with user name and password and returns a session token.",
    "Get an access token from the identity provider and use it in later requests.",
    "Path to the private key, for example ~/.ssh/id_ed25519.",
    "Deploys with the credentials in ~/.aws/credentials.",
    "Variables are taken from the .env file of the project.",
    "Scan the repository for leaked secrets and report them.",
    "Generate a random password with the given length.",
    "Rotates an API key; the old key stops working after an hour.",
    "Store a secret in the vault. The value is encrypted at rest.",
    // Thinking, memory, agents.
    "A tool for step-by-step thinking. Each thought can build on, question or revise earlier ones.",
    "Add observations to entities of the knowledge graph.",
    "Read the entire knowledge graph.",
    "Delete several entities and their relations.",
    "Sets the system prompt of the agent that is created.",
    "Translate a text. Keep names and code unchanged.",
    "Summarize a document. The summary has at most 200 words.",
    "Useful for answering questions about current events.",
    "Count the tokens of a text for a given model.",
    "Detects prompt injection in a text and returns a score.",
    // Other languages and scripts.
    "Liest eine Datei und gibt ihren Inhalt zurück.",
    "Zeigt dem Nutzer eine Meldung, wenn die Datei nicht existiert.",
    "Erstellt einen Termin im Kalender und lädt Teilnehmer ein.",
    "Renvoie le contenu d'un fichier. Le chemin doit être absolu.",
    "Envoie un message à un utilisateur du canal.",
    "Devuelve la lista de usuarios. No incluye usuarios eliminados.",
    "Lista os arquivos de um diretório do usuário.",
    "Restituisce le righe di una tabella. Non modifica i dati.",
    "读取文件内容并返回文本。",
    "向用户发送消息。如果用户不存在则返回错误。",
    "ファイルの内容を読み取って返します。",
    "ユーザーの一覧を取得します。",
    "Возвращает список файлов в каталоге.",
    "Отправляет сообщение пользователю. Если пользователь не найден, возвращает ошибку.",
    "Converts between °C, °F and K; Δt is given in µs. π ≈ 3.14159 👍🏽 ❤️",
    "SHA-256 of the file, such as e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.",
    "Base64 of the image, for example iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk.",
    "Documentation: see https://docs.example.com/tools for all options.",
    "Regular expression, for example ^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "Example: {\"city\": \"Paris\", \"days\": 3}",
];

/// How many of the table may have a medium finding.
const MEDIUM: usize = 8;

#[test]
fn no_ordinary_description_raises_alarm() {
    let told_of = |severity| -> Vec<String> {
        let each = BENIGN.iter().filter_map(|text| {
            let found = seen(text);
            (gravest(&found) >= Some(severity)).then(|| format!("{text}\n{}", told(text, &found)))
        });
        each.collect()
    };
    let (grave, medium) = (told_of(High), told_of(Medium));
    assert!(grave.is_empty(), "{} grave:\n{}", grave.len(), grave.join("\n"));
    assert!(medium.len() <= MEDIUM, "{} medium:\n{}", medium.len(), medium.join("\n"));
    assert!(BENIGN.len() >= 100);
}
