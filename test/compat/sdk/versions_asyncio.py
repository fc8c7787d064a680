"""Developer guides, "Asyncio-native API session". Corrected: the documentation forgets the await."""
import asyncio
import json

from ai.backend.client.session import AsyncSession


async def versions():
    async with AsyncSession() as api:
        return await api.System.get_versions()


print(json.dumps(asyncio.run(versions())))
