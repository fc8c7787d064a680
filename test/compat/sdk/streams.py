"""The asynchronous SDK: streamed execution, the terminal, and the event stream; prints one JSON document."""
import asyncio
import base64
import json
import sys

import aiohttp

from ai.backend.client.session import AsyncSession

name = sys.argv[1]
seen = {}


async def run(kernel, code, mode="query", opts=None, answers=()):
    answers = list(answers)
    statuses, stdout, exit_code = [], "", None
    async with kernel.stream_execute(code, mode=mode, opts=opts) as stream:
        async for frame in stream:
            if frame.type != aiohttp.WSMsgType.TEXT:
                continue
            result = json.loads(frame.data)
            statuses.append(result["status"])
            stdout += "".join(text for kind, text in result["console"] if kind == "stdout")
            if result["status"] == "waiting-input":
                await stream.send_str(answers.pop(0))
            if result["status"] == "finished":
                exit_code = result["exitCode"]
                break
    return {"statuses": statuses, "stdout": stdout, "exitCode": exit_code}


async def terminal(kernel):
    """Types a command and reads until its output is there."""
    typed = base64.b64encode(b"echo pty-$((40 + 2))\n").decode("ascii")
    text = b""
    async with kernel.stream_pty() as pty:
        # The client's own resize() fails: its class has no socket.
        await pty.send_str(json.dumps({"type": "resize", "rows": 24, "cols": 80}))
        await pty.send_str(json.dumps({"type": "stdin", "chars": typed}))
        async for frame in pty:
            if frame.type != aiohttp.WSMsgType.TEXT:
                break
            message = json.loads(frame.data)
            if message["type"] == "out":
                text += base64.b64decode(message["data"])
            if b"pty-42" in text:
                break
    return text.decode("utf8", "replace")


async def main():
    async with AsyncSession() as api:
        kernel = await api.ComputeSession.get_or_create("python", name=name)
        seen["created"] = {"id": str(kernel.id), "status": kernel.status}
        events = []
        listening, terminated = asyncio.Event(), asyncio.Event()

        async def listen():
            async with kernel.listen_events() as stream:
                listening.set()
                async for event in stream:
                    events.append({"event": event.event, "data": json.loads(event.data)})
                    if event.event == "session_terminated":
                        terminated.set()

        listener = asyncio.create_task(listen())
        await asyncio.wait_for(listening.wait(), 30)
        seen["query"] = await run(kernel, "y = 5\nprint('streamed', y)")
        seen["input"] = await run(kernel, "print('hello', input('who? '))", answers=["world"])
        seen["long"] = await run(
            kernel, "import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.9)"
        )
        seen["batch"] = await run(
            kernel, "", mode="batch", opts={"clean": None, "build": "true", "exec": "echo one; exit 3"}
        )
        seen["terminal"] = await asyncio.wait_for(terminal(kernel), 30)
        await kernel.destroy()
        await asyncio.wait_for(terminated.wait(), 30)
        listener.cancel()
        seen["events"] = events


asyncio.run(main())
print(json.dumps(seen))
