// What a user's browser does: follows redirects, keeps cookies, logs in as somebody, consents, and ends at the client's own address.
// As a program, `browser.mjs URL` prints the address at which it ended.
import { fileURLToPath } from 'node:url';

export const REDIRECT = 'http://127.0.0.1:9/callback';

export async function browse(url, login = 'alice') {
    const cookies = new Map();
    let request = { method: 'GET' };
    for (let step = 0; step < 20; step++) {
        const cookie = [...cookies].map(pair => pair.join('=')).join('; ');
        const response = await fetch(url, { ...request, redirect: 'manual', headers: { ...request.headers, cookie } });
        for (const line of response.headers.getSetCookie()) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            if (value) cookies.set(name, value);
            else cookies.delete(name);
        }
        const page = await response.text();
        if (response.status >= 300 && response.status < 400) {
            const next = new URL(response.headers.get('location'), url).href;
            if (next.startsWith(REDIRECT)) return new URL(next);
            [url, request] = [next, { method: 'GET' }];
            continue;
        }
        const form = /<form[^>]*action="([^"]+)"/.exec(page);
        if (response.status !== 200 || !form) throw new Error(`${url}: ${response.status} ${page.slice(0, 1000)}`);
        const fields = new URLSearchParams({ login, password: 'any' });
        for (const [input] of page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
            fields.set(/name="([^"]*)"/.exec(input)[1], /value="([^"]*)"/.exec(input)[1]);
        }
        url = new URL(form[1], url).href;
        request = {
            method: 'POST',
            body: fields.toString(),
            headers: { 'content-type': 'application/x-www-form-urlencoded' }
        };
    }
    throw new Error('the log-in does not end');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await browse(process.argv[2])).href);
