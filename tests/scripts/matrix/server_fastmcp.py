"""A server on fastmcp: `server_fastmcp.py PORT`."""

import sys

from fastmcp import Context, FastMCP

server = FastMCP("matrix-fastmcp", instructions="Repeats texts and adds numbers.")


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


@server.resource("note://today", mime_type="text/plain")
def today() -> str:
    """A note."""
    return "Grüße aus 東京 🙂\nSecond line, with \"quotes\" and a \\ backslash."


server.run(transport="http", host="127.0.0.1", port=int(sys.argv[1]), show_banner=False)
