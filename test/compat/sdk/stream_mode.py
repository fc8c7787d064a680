"""Developer guides, "Asynchronous mode".

Corrected: `name=` for `client_token=`, and `send_str` for `send_text`, which are the names this client knows.
"""
import asyncio
import json
import sys

import aiohttp

from ai.backend.client.session import AsyncSession
from run_loop import Console, answer

image, code = sys.argv[1:3]


async def main():
    console = Console()
    async with AsyncSession() as api:
        kernel = await api.ComputeSession.get_or_create(image, name="mysession")
        try:
            async with kernel.stream_execute(code, mode="query") as stream:
                async for frame in stream:
                    if frame.type != aiohttp.WSMsgType.TEXT:
                        continue
                    result = json.loads(frame.data)
                    console.take(result)
                    if result["status"] == "finished":
                        break
                    if result["status"] == "waiting-input":
                        await stream.send_str(answer(result))
        finally:
            await kernel.destroy()
    return console.seen()


print(json.dumps(asyncio.run(main())))
