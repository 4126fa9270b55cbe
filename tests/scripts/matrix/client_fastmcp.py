"""A client on fastmcp: `client_fastmcp.py URL`."""

import asyncio
import sys

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

from plan import ANSWER, COMPLETION, HEADERS, PLAN, TOKEN, plain, say, tls


async def answer(message, response_type, params, context):
    return ANSWER


async def complete(messages, params, context):
    return COMPLETION


async def call(client, name, arguments):
    progress = []

    async def note(done, total, message):
        progress.append([done, total])

    result = plain(await client.call_tool_mcp(name, arguments, progress_handler=note))
    return result | {"progress": progress}


async def main(url):
    transport = StreamableHttpTransport(url, headers=HEADERS, auth=TOKEN, verify=tls())
    async with Client(transport, elicitation_handler=answer, sampling_handler=complete) as client:
        tools = await client.list_tools()
        calls = [await call(client, name, arguments) for name, arguments in PLAN["calls"] + PLAN["asks"]]
        contents = await client.read_resource(PLAN["read"])
        say(
            client.protocol_version,
            [plain(tool) for tool in tools],
            calls,
            [plain(content) for content in contents],
        )


asyncio.run(main(sys.argv[1]))
