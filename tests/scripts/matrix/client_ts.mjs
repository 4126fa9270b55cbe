// A client on the TypeScript SDK v2: `client_ts.mjs MODE URL`, MODE being `legacy`, `auto` or a revision.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { CAPABILITIES, HEADERS, TOKEN, answer, complete, fetch, run } from './plan.mjs';

const [mode, url] = process.argv.slice(2);
const client = new Client(
    { name: 'matrix-ts', version: '1.0' },
    {
        capabilities: CAPABILITIES,
        versionNegotiation: { mode: mode === 'legacy' || mode === 'auto' ? mode : { pin: mode } }
    }
);
client.setRequestHandler('elicitation/create', answer);
client.setRequestHandler('sampling/createMessage', complete);
const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: HEADERS },
    fetch,
    ...(TOKEN ? { authProvider: { token: async () => TOKEN } } : {})
});
await client.connect(transport);
await run(client, transport.protocolVersion);
