// The TypeScript SDKs log in: `client.mjs v1|legacy|auto|REVISION URL [SCOPE]`. Prints what a tool said.
// With SCOPE they come with a token for that scope alone, which does not suffice, and must ask for more.
import { REDIRECT, browse } from './browser.mjs';

const [mode, url, scope] = process.argv.slice(2);
const { Client, StreamableHTTPClientTransport, UnauthorizedError, auth } =
    mode === 'v1'
        ? {
              ...(await import('@modelcontextprotocol/sdk/client/index.js')),
              ...(await import('@modelcontextprotocol/sdk/client/streamableHttp.js')),
              ...(await import('@modelcontextprotocol/sdk/client/auth.js'))
          }
        : await import('@modelcontextprotocol/client');

const kept = {};
let logins = 0;
let ended;
const authProvider = {
    redirectUrl: REDIRECT,
    clientMetadata: {
        client_name: 'oauth-ts',
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none'
    },
    clientInformation: () => kept.client,
    saveClientInformation: client => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: tokens => void (kept.tokens = tokens),
    saveCodeVerifier: verifier => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier,
    redirectToAuthorization: async to => {
        logins += 1;
        ended = await browse(to.href);
    }
};
const start = () => {
    const negotiation = ['v1', 'legacy', 'auto'].includes(mode) ? mode : { pin: mode };
    const client = new Client(
        { name: 'oauth-ts', version: '1.0' },
        mode === 'v1' ? {} : { versionNegotiation: { mode: negotiation } }
    );
    return [client, new StreamableHTTPClientTransport(new URL(url), { authProvider })];
};

if (scope) {
    // Registered by hand: the SDKs register for the scopes of the first log-in alone.
    const read = async (...to) => (await fetch(...to)).json();
    const metadata = await read(url.replace('/mcp/', '/.well-known/oauth-protected-resource/mcp/'));
    const [issuer] = metadata.authorization_servers;
    const { registration_endpoint } = await read(`${issuer}/.well-known/openid-configuration`);
    const registered = await read(registration_endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...authProvider.clientMetadata, scope: `mcp ${scope}` })
    });
    kept.client = { ...registered, issuer };
    await auth(authProvider, { serverUrl: url, scope });
    const back = { serverUrl: url, authorizationCode: ended.searchParams.get('code'), iss: ended.searchParams.get('iss') };
    if ((await auth(authProvider, back)) !== 'AUTHORIZED') throw new Error('no token to begin with');
    if (kept.tokens.scope !== scope) throw new Error(`a token for ${kept.tokens.scope}`);
}
let [client, transport] = start();
try {
    await client.connect(transport);
    throw new Error('connected without a token that suffices');
} catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
}
await transport.finishAuth(mode === 'v1' ? ended.searchParams.get('code') : ended.searchParams);
[client, transport] = start();
await client.connect(transport);
const said = await client.callTool({ name: 'repeat', arguments: { text: 'logged in' } });
if (logins !== (scope ? 2 : 1)) throw new Error(`${logins} log-ins`);
console.log(said.content[0].text);
await client.close();
process.exit(0);
