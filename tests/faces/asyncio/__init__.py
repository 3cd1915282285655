"""The asyncio face: the same calls, awaited, on the standard loop and on uvloop."""
