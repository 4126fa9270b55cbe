// An authorization server: `issuer.mjs PORT CERTIFICATE KEY`. It registers any client (RFC 7591), asks for PKCE, lets
// anybody log in, and issues access tokens (RFC 9068) for the resource that the client names (RFC 8707).
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Provider } from 'oidc-provider';

const [port, certificate, key] = process.argv.slice(2);
const issuer = `https://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'one' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['openid', 'offline_access', 'mcp', 'other'],
    cookies: { keys: ['a key for the cookies of a test'] },
    extraTokenClaims: async () => ({ tenant: 'example' }),
    features: {
        registration: { enabled: true },
        resourceIndicators: {
            enabled: true,
            getResourceServerInfo: async (_context, resource) => ({
                scope: 'mcp other',
                audience: resource,
                accessTokenFormat: 'jwt',
                accessTokenTTL: 600,
                jwt: { sign: { alg: 'ES256' } }
            })
        }
    }
});
provider.on('server_error', (_context, error) => console.error(error));
createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, provider.callback()).listen(port, '127.0.0.1', () =>
    console.log(`issuer at 127.0.0.1:${port}`)
);
