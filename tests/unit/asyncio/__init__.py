"""The asyncio face, file for file."""
