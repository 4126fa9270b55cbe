// A client on the TypeScript SDK v2, pinned to 2026-07-28: `client_ts.mjs URL`; prints what it saw as JSON.
// The environment names the credentials: CA, CERT, KEY (files), TOKEN.
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const { CA, CERT, KEY, TOKEN } = process.env;
const connect = {};
if (CA) connect.ca = readFileSync(CA);
if (CERT) Object.assign(connect, { cert: readFileSync(CERT), key: readFileSync(KEY) });
const dispatcher = new Agent({ connect });

const headers = { 'X-Trace-ID': '0f8fad5b-d9cb-469f-a165-70867728950e', 'X-MCP-Client': 'matrix-ts/1.0' };
const client = new Client(
    { name: 'matrix-ts', version: '1.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } }
);
const transport = new StreamableHTTPClientTransport(new URL(process.argv[2]), {
    requestInit: { headers },
    fetch: (url, init) => fetch(url, { ...init, dispatcher }),
    ...(TOKEN ? { authProvider: { token: async () => TOKEN } } : {})
});

await client.connect(transport);
const tools = await client.listTools();
const said = await client.callTool({ name: 'repeat', arguments: { text: 'a b c' } });
const added = await client.callTool({ name: 'add', arguments: { a: 2, b: 40 } });
const note = await client.readResource({ uri: 'note://today' });
console.log(JSON.stringify({
    add: added.content[0].text,
    note: note.contents[0].text,
    repeat: said.content[0].text,
    tools: tools.tools.map(tool => tool.name).sort()
}));
await client.close();
await dispatcher.close();
