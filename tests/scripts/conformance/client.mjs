// The client that the suite's client scenarios watch, on the TypeScript SDK v2: `client.mjs URL`.
// The suite names scenario and revision in the environment.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const { MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_PROTOCOL_VERSION, MCP_CONFORMANCE_CONTEXT } = process.env;
const modern = MCP_CONFORMANCE_PROTOCOL_VERSION === '2026-07-28';
const client = new Client(
    { name: 'conformance-client', version: '1.0' },
    {
        capabilities: { roots: {}, sampling: {}, elicitation: { form: { applyDefaults: true } } },
        versionNegotiation: { mode: modern ? { pin: '2026-07-28' } : 'legacy' }
    }
);
client.setRequestHandler('elicitation/create', async ({ params }) => ({
    action: 'accept',
    content: params.requestedSchema?.properties?.confirmed ? { confirmed: true } : {}
}));
client.setRequestHandler('roots/list', async () => ({ roots: [] }));

const call = (name, args = {}) => client.callTool({ name, arguments: args });
const scenarios = {
    tools_call: async () => call('add_numbers', { a: 5, b: 3 }),
    'http-standard-headers': async tools => {
        for (const { name } of tools) await call(name);
        for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
        for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
    },
    'http-invalid-tool-headers': async tools => {
        for (const { name } of tools) await call(name, { region: 'us-west1' });
    },
    'http-custom-headers': async () => {
        for (const { name, arguments: args } of JSON.parse(MCP_CONFORMANCE_CONTEXT).toolCalls) await call(name, args);
    },
    'json-schema-2020-12-preservation': async tools =>
        call('json_schema_echo', { schema: tools.find(({ name }) => name === 'json_schema_2020_12_tool').inputSchema }),
    'sep-2322-client-request-state': async () => {
        await Promise.all([call('test_mrtr_echo_state'), call('test_mrtr_unrelated')]);
        await call('test_mrtr_no_state');
        await call('test_mrtr_no_result_type');
    },
    'elicitation-sep1034-client-defaults': async tools => {
        for (const { name } of tools) await call(name);
    },
    'sse-retry': async () => call('test_reconnection')
};

await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
const { tools } = await client.listTools();
await scenarios[MCP_CONFORMANCE_SCENARIO]?.(tools);
await client.close();
