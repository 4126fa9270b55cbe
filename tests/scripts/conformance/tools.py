"""The names of a server's tools, on one line: `tools.py URL`."""

import sys

import anyio
from mcp.client.client import Client


async def main(url):
    async with Client(url, mode="auto") as client:
        print(*[tool.name for tool in (await client.list_tools()).tools])


anyio.run(main, sys.argv[1])
