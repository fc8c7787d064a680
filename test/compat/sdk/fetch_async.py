"""High-level interface, "Request API": a request of one's own, asynchronously."""
import asyncio
import json

from ai.backend.client.request import Request
from ai.backend.client.session import AsyncSession


async def main():
    async with AsyncSession():
        async with Request("GET", "/auth/test", params={"echo": "by hand"}).fetch() as response:
            return {"status": response.status, "body": json.loads(await response.text())}


print(json.dumps(asyncio.run(main())))
