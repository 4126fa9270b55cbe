// A client on the TypeScript SDK v1, which knows only the session era: `client_ts1.mjs URL`.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { CAPABILITIES, HEADERS, TOKEN, answer, complete, fetch, run } from './plan.mjs';

const client = new Client({ name: 'matrix-ts1', version: '1.0' }, { capabilities: CAPABILITIES });
client.setRequestHandler(ElicitRequestSchema, answer);
client.setRequestHandler(CreateMessageRequestSchema, complete);
const transport = new StreamableHTTPClientTransport(new URL(process.argv[2]), {
    requestInit: { headers: { ...HEADERS, ...(TOKEN ? { Authorization: `Bearer ${TOKEN}` } : {}) } },
    fetch
});
await client.connect(transport);
await run(client, transport.protocolVersion, undefined);
