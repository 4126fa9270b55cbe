// What the issuer's other tokens are worth: `tokens.mjs ISSUER GATEWAY`. One line for each check; exit 1 with a fault.
import { createHash, randomBytes } from 'node:crypto';
import { REDIRECT, browse } from './browser.mjs';

const [issuer, gateway] = process.argv.slice(2);
const resource = name => `${gateway}/mcp/${name}`;
let faults = 0;

function check(label, expected, saw) {
    const fine = Object.entries(expected).every(([key, value]) =>
        value instanceof RegExp ? value.test(saw[key]) : JSON.stringify(saw[key]) === JSON.stringify(value)
    );
    console.log(fine ? `ok    ${label}` : `FAULT ${label}: ${JSON.stringify(saw)}`);
    if (!fine) faults += 1;
}

const json = async response => {
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
    return response.json();
};
const server = await json(await fetch(`${issuer}/.well-known/openid-configuration`));
const client = await json(
    await fetch(server.registration_endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', response_types: ['code'] })
    })
);

// The code flow with PKCE for one resource, or for none.
async function tokens(scope, target, login) {
    const verifier = randomBytes(32).toString('base64url');
    const ask = new URL(server.authorization_endpoint);
    const named = target ? { resource: target } : {};
    ask.search = new URLSearchParams({
        client_id: client.client_id,
        response_type: 'code',
        redirect_uri: REDIRECT,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        scope,
        ...named
    });
    const code = (await browse(ask.href, login)).searchParams.get('code');
    return json(
        await fetch(server.token_endpoint, {
            method: 'POST',
            body: new URLSearchParams({
                grant_type: 'authorization_code',
                client_id: client.client_id,
                redirect_uri: REDIRECT,
                code_verifier: verifier,
                code,
                ...named
            })
        })
    );
}

// One request of each era; both must be judged alike.
const REQUESTS = {
    '2026-07-28': {
        headers: { 'mcp-method': 'server/discover', 'mcp-protocol-version': '2026-07-28' },
        body: {
            method: 'server/discover',
            params: {
                _meta: {
                    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
                    'io.modelcontextprotocol/clientCapabilities': {}
                }
            }
        }
    },
    '2025-11-25': {
        headers: {},
        body: {
            method: 'initialize',
            params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'oauth', version: '1' } }
        }
    }
};

async function use(label, expected, token, target = resource('python'), url = target) {
    for (const [revision, { headers, body }] of Object.entries(REQUESTS)) {
        const response = await fetch(url, {
            method: 'POST',
            headers: {
                'content-type': 'application/json',
                accept: 'application/json, text/event-stream',
                ...(token && { authorization: `Bearer ${token}` }),
                ...headers
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body })
        });
        const text = await response.text();
        const reason = /"reason":"([^"]*)"/.exec(text)?.[1];
        check(`${label}, ${revision}`, expected, {
            status: response.status,
            reason,
            challenge: response.headers.get('www-authenticate')
        });
    }
}

const metadata = await json(await fetch(`${gateway}/.well-known/oauth-protected-resource/mcp/python`));
check(
    'the metadata of the resource',
    { resource: resource('python'), authorization_servers: [issuer], scopes_supported: ['mcp'] },
    metadata
);
await use('no token', {
    status: 401,
    reason: 'auth.required',
    challenge: new RegExp(`^Bearer .*resource_metadata="${gateway}/.well-known/oauth-protected-resource/mcp/python"`)
});
await use('a token without the scope', {
    status: 403,
    reason: 'auth.scope',
    challenge: /error="insufficient_scope".*scope="mcp"|scope="mcp".*error="insufficient_scope"/
}, (await tokens('other', resource('python'))).access_token);
await use('a token for another server', { status: 401, reason: 'auth.token_audience', challenge: /error="invalid_token"/ },
    (await tokens('mcp', resource('elsewhere'))).access_token);
await use('a token for another host', { status: 401, reason: 'auth.token_audience' },
    (await tokens('mcp', 'https://mcp.example.com/mcp/python')).access_token);
const untargeted = await tokens('openid', undefined);
await use('a token for no resource', { status: 401, reason: 'auth.token_malformed' }, untargeted.access_token);
await use('an ID token', { status: 401, reason: /^auth\.token_type$/ }, untargeted.id_token);
const good = (await tokens('mcp', resource('python'))).access_token;
await use('a token whose signature is cut', { status: 401, reason: /^auth\.token_(signature|malformed)$/ }, good.slice(0, -4));
const [header, , signature] = good.split('.');
const claims = JSON.parse(Buffer.from(good.split('.')[1], 'base64url'));
const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url');
await use('a token with another subject', { status: 401, reason: 'auth.token_signature' }, [header, forged, signature].join('.'));
await use('a token in the query', { status: 401, reason: /^auth\.(token_in_query|required)$/ }, undefined,
    resource('python'), `${resource('python')}?access_token=${good}`);
// A session belongs to one subject, and survives the renewal of its token.
async function within(token, session, method, body, headers = {}) {
    const response = await fetch(resource('python'), {
        method,
        headers: {
            'content-type': 'application/json',
            accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
            authorization: `Bearer ${token}`,
            ...(session && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
            ...headers
        },
        ...(body && { body: JSON.stringify({ jsonrpc: '2.0', ...body }) })
    });
    const streams = method === 'GET' && response.ok;
    const text = streams ? '' : await response.text();
    if (streams) await response.body.cancel();
    const reason = /"reason":"([^"]*)"/.exec(text)?.[1];
    return { status: response.status, reason, session: response.headers.get('mcp-session-id') };
}
const list = { id: 2, method: 'tools/list' };
const renewed = (await tokens('mcp', resource('python'))).access_token;
const foreign = (await tokens('mcp', resource('python'), 'bob')).access_token;
const elsewhere = (await tokens('mcp', resource('elsewhere'))).access_token;
const { session } = await within(good, undefined, 'POST', { id: 1, ...REQUESTS['2025-11-25'].body });
check('a session is opened', { session: /^[\x21-\x7e]{20,}$/ }, { session });
await within(good, session, 'POST', { method: 'notifications/initialized' });
check('its token serves it', { status: 200 }, await within(good, session, 'POST', list));
check('the renewed token of its subject serves it', { status: 200 }, await within(renewed, session, 'POST', list));
for (const [method, body] of [['POST', list], ['GET'], ['DELETE']]) {
    const unknown = { status: 404, reason: 'session.unknown' };
    check(`another subject cannot ${method} to it`, unknown, await within(foreign, session, method, body));
    const refused = { status: 401, reason: 'auth.token_audience' };
    check(`a token for another server cannot ${method} to it`, refused, await within(elsewhere, session, method, body));
}
check('it is still there', { status: 200 }, await within(renewed, session, 'POST', list));
check('its subject listens to it', { status: 200 }, await within(renewed, session, 'GET'));
check('its subject ends it', { status: /^20[024]$/ }, await within(renewed, session, 'DELETE'));
check('then it is gone', { status: 404, reason: 'session.unknown' }, await within(renewed, session, 'POST', list));
process.exit(faults ? 1 : 0);
