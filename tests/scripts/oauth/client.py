"""The Python SDK logs in: `client.py MODE URL`. CA names the certificates to trust. Prints what a tool said."""

import os
import ssl
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata


class Memory:
    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


ended = []


async def redirect(url):
    browser = os.path.join(os.path.dirname(__file__), "browser.mjs")
    ended.append(subprocess.run(["node", browser, url], capture_output=True, text=True, check=True).stdout.strip())


async def callback():
    query = {key: values[0] for key, values in parse_qs(urlsplit(ended[-1]).query).items()}
    return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))


async def main(mode, url):
    metadata = OAuthClientMetadata(client_name="oauth-python", redirect_uris=["http://127.0.0.1:9/callback"])
    login = OAuthClientProvider(url, metadata, Memory(), redirect, callback)
    trust = ssl.create_default_context(cafile=os.environ["CA"])
    async with httpx2.AsyncClient(auth=login, verify=trust, timeout=30) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            said = await client.call_tool("repeat", {"text": "logged in"})
    if len(ended) != 1:
        sys.exit(f"{len(ended)} log-ins")
    print(said.content[0].text)


anyio.run(main, *sys.argv[1:])
