"""A client on fastmcp: `client_fastmcp.py URL`; prints what it saw as JSON.

The environment names the credentials: CA, CERT, KEY (files), TOKEN.
"""

import asyncio
import json
import os
import ssl
import sys

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

HEADERS = {"X-Trace-ID": "0f8fad5b-d9cb-469f-a165-70867728950e", "X-MCP-Client": "matrix-fastmcp/1.0"}


def transport(url):
    context = None
    if os.environ.get("CA"):
        context = ssl.create_default_context(cafile=os.environ["CA"])
        if os.environ.get("CERT"):
            context.load_cert_chain(os.environ["CERT"], os.environ["KEY"])
    return StreamableHttpTransport(url, headers=HEADERS, auth=os.environ.get("TOKEN") or None, verify=context)


async def main(url):
    async with Client(transport(url)) as client:
        tools = await client.list_tools()
        said = await client.call_tool("repeat", {"text": "a b c"})
        added = await client.call_tool("add", {"a": 2, "b": 40})
        note = await client.read_resource("note://today")
        print(
            json.dumps(
                {
                    "tools": sorted(tool.name for tool in tools),
                    "repeat": said.content[0].text,
                    "add": added.content[0].text,
                    "note": note[0].text,
                },
                sort_keys=True,
            )
        )


asyncio.run(main(sys.argv[1]))
