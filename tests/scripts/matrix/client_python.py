"""A client on the Python SDK: `client_python.py URL`; prints what it saw as JSON.

The environment names the credentials: CA, CERT, KEY (files), TOKEN.
"""

import json
import os
import ssl
import sys

import anyio
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

HEADERS = {"X-Trace-ID": "0f8fad5b-d9cb-469f-a165-70867728950e", "X-MCP-Client": "matrix-python/1.0"}


def http_client():
    headers = dict(HEADERS)
    if os.environ.get("TOKEN"):
        headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"
    if not os.environ.get("CA"):
        return create_mcp_http_client(headers=headers)
    context = ssl.create_default_context(cafile=os.environ["CA"])
    if os.environ.get("CERT"):
        context.load_cert_chain(os.environ["CERT"], os.environ["KEY"])
    import httpx2

    return httpx2.AsyncClient(headers=headers, verify=context, timeout=30)


async def main(url):
    async with http_client() as http:
        async with Client(streamable_http_client(url, http_client=http), mode="2026-07-28") as client:
            tools = await client.list_tools()
            said = await client.call_tool("repeat", {"text": "a b c"})
            added = await client.call_tool("add", {"a": 2, "b": 40})
            note = await client.read_resource("note://today")
            print(
                json.dumps(
                    {
                        "tools": sorted(tool.name for tool in tools.tools),
                        "repeat": said.content[0].text,
                        "add": added.content[0].text,
                        "note": note.contents[0].text,
                    },
                    sort_keys=True,
                )
            )


anyio.run(main, sys.argv[1])
