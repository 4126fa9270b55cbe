"""A server on the Python SDK: `server_python.py PORT`."""

import sys
from typing import Annotated

from mcp.server.mcpserver import Context, Elicit, MCPServer, Resolve
from pydantic import BaseModel

server = MCPServer("matrix-python", instructions="Repeats texts and adds numbers.")


@server.tool()
def repeat(text: str) -> str:
    """Repeats a text."""
    return f"You said: {text}"


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two whole numbers."""
    return a + b


@server.tool()
def fail(why: str) -> str:
    """Fails."""
    raise ValueError(why)


@server.tool()
async def count(to: int, context: Context) -> str:
    """Counts, with a progress notification for each step."""
    for step in range(to):
        await context.report_progress(step + 1, to)
    return f"Counted to {to}"


class Guest(BaseModel):
    name: str


async def who() -> Elicit[Guest]:
    return Elicit("Who is it for?", Guest)


@server.tool()
def order(dish: str, guest: Annotated[Guest, Resolve(who)]) -> str:
    """Orders a dish for the one whom the user names."""
    return f"{dish} for {guest.name}"


@server.resource("note://today", mime_type="text/plain")
def today() -> str:
    """A note."""
    return "Grüße aus 東京 🙂\nSecond line, with \"quotes\" and a \\ backslash."


server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
