// What every client of the matrix does, and the form in which it says what it saw; see plan.py.
import { readFileSync } from 'node:fs';
import { Agent, fetch as undiciFetch } from 'undici';

const { CA, CERT, KEY } = process.env;
export const PLAN = JSON.parse(process.env.PLAN);
export const TOKEN = process.env.TOKEN || undefined;
export const HEADERS = { 'X-Trace-ID': '0f8fad5b-d9cb-469f-a165-70867728950e', 'X-MCP-Client': 'matrix/1.0' };

const connect = {};
if (CA) connect.ca = readFileSync(CA);
if (CERT) Object.assign(connect, { cert: readFileSync(CERT), key: readFileSync(KEY) });
const dispatcher = new Agent({ connect });
export const fetch = (url, init) => undiciFetch(url, { ...init, dispatcher });

// What the client can be asked, and its answers.
export const CAPABILITIES = { elicitation: { form: {} }, sampling: {} };
export const answer = async () => ({ action: 'accept', content: { name: 'Ada' } });
export const complete = async () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'A haiku about gates' }
});

// Does the plan with a connected client. `before` are what its `callTool` takes between the request and the options.
export async function run(client, revision, ...before) {
    const { tools } = await client.listTools();
    const calls = [];
    for (const [name, args] of [...PLAN.calls, ...PLAN.asks]) {
        const progress = [];
        const options = { onprogress: ({ progress: done, total }) => progress.push([done, total]) };
        const { content, structuredContent, isError } = await client.callTool({ name, arguments: args }, ...before, options);
        calls.push({
            ...(content?.length && { content }),
            ...(structuredContent && { structuredContent }),
            ...(isError && { isError }),
            ...(progress.length && { progress })
        });
    }
    const { contents } = await client.readResource({ uri: PLAN.read });
    console.log(JSON.stringify({ revision, tools, calls, contents }));
    await client.transport.terminateSession?.();
    await client.close();
    await dispatcher.destroy();
}
