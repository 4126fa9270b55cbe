// A server on the TypeScript SDK v2: `server_ts.mjs PORT`.
import { createServer } from 'node:http';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { z } from 'zod';

function factory() {
    const server = new McpServer(
        { name: 'matrix-ts', version: '1.0.0' },
        { instructions: 'Repeats texts and adds numbers.' }
    );
    server.registerTool(
        'repeat',
        { description: 'Repeats a text.', inputSchema: z.object({ text: z.string() }) },
        async ({ text }) => ({ content: [{ type: 'text', text: `You said: ${text}` }] })
    );
    server.registerTool(
        'add',
        { description: 'Adds two whole numbers.', inputSchema: z.object({ a: z.number().int(), b: z.number().int() }) },
        async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] })
    );
    server.registerTool(
        'fail',
        { description: 'Fails.', inputSchema: z.object({ why: z.string() }) },
        async ({ why }) => ({ isError: true, content: [{ type: 'text', text: why }] })
    );
    server.registerTool(
        'count',
        { description: 'Counts, with a progress notification for each step.', inputSchema: z.object({ to: z.number().int() }) },
        async ({ to }, { mcpReq }) => {
            const progressToken = mcpReq._meta?.progressToken;
            for (let progress = 1; progressToken !== undefined && progress <= to; progress++) {
                await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: to } });
            }
            return { content: [{ type: 'text', text: `Counted to ${to}` }] };
        }
    );
    server.registerResource('today', 'note://today', { mimeType: 'text/plain' }, async uri => ({
        contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'Grüße aus 東京 🙂\nSecond line, with "quotes" and a \\ backslash.' }]
    }));
    return server;
}

const handler = toNodeHandler(createMcpHandler(factory));
const host = localhostHostValidation();
const origin = localhostOriginValidation();
createServer((request, response) => {
    if (host(request, response) && origin(request, response)) void handler(request, response);
}).listen(Number(process.argv[2]), '127.0.0.1');
