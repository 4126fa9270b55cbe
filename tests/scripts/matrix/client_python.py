"""A client on the Python SDK: `client_python.py MODE URL`, MODE being `auto`, `legacy` or a revision."""

import sys

import anyio
import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CreateMessageResult, ElicitResult, TextContent

from plan import ANSWER, COMPLETION, HEADERS, PLAN, TOKEN, plain, say, tls


async def answer(context, params):
    return ElicitResult(action="accept", content=ANSWER)


async def complete(context, params):
    return CreateMessageResult(role="assistant", model="none", content=TextContent(type="text", text=COMPLETION))


async def call(client, name, arguments):
    progress = []

    async def note(done, total, message):
        progress.append([done, total])

    result = plain(await client.call_tool(name, arguments, progress_callback=note))
    return result | {"progress": progress}


async def main(mode, url):
    headers = HEADERS | ({"Authorization": f"Bearer {TOKEN}"} if TOKEN else {})
    async with httpx2.AsyncClient(headers=headers, verify=tls() or True, timeout=30) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=answer, sampling_callback=complete) as client:
            tools = await client.list_tools()
            calls = [await call(client, name, arguments) for name, arguments in PLAN["calls"] + PLAN["asks"]]
            read = await client.read_resource(PLAN["read"])
            say(
                client.protocol_version,
                [plain(tool) for tool in tools.tools],
                calls,
                [plain(content) for content in read.contents],
            )


anyio.run(main, *sys.argv[1:])
