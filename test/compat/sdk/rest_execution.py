"""Manager REST API, "Code Execution (Query Mode)": its programs, and auto-completion, in one session."""
import json
import sys

from ai.backend.client.session import Session
from run_loop import follow

codes = json.loads(sys.argv[2])
with Session() as api:
    kernel = api.ComputeSession.get_or_create(sys.argv[1])
    try:
        seen = {name: follow(kernel, code, run_id=f"run-of-{name}") for name, code in codes.items()}
        opts = {"post": '\nprint("world")\n', "line": "pri", "row": 0, "col": 3}
        seen["completed"] = kernel.complete("pri", opts=opts)
        print(json.dumps(seen))
    finally:
        kernel.destroy()
