"""High-level interface, "Request API": a request of one's own, synchronously.

Corrected: this client's fetch() is asynchronous only; a plain Session runs it on its worker thread.
"""
import json

from ai.backend.client.request import Request
from ai.backend.client.session import Session


async def ask():
    async with Request("GET", "/auth/test", params={"echo": "by hand"}).fetch() as response:
        return {"status": response.status, "body": json.loads(await response.text())}


with Session() as api:
    print(json.dumps(api.worker_thread.execute(ask())))
