"""The synchronous SDK through one session's life; prints what it saw as one JSON document."""
import json
import sys
import time

from ai.backend.client.exceptions import BackendAPIError
from ai.backend.client.session import Session

name = sys.argv[1]
seen = {}


def execute_all(session, code, mode="query", opts=None, answers=()):
    """The execute loop as the documentation shows it: every answer until `finished`."""
    answers = list(answers)
    run_id, statuses, console = None, [], []
    while True:
        result = session.execute(run_id, code, mode=mode, opts=opts)
        opts = None
        run_id = result["runId"]
        statuses.append(result["status"])
        console += result["console"]
        if result["status"] == "finished":
            return {
                "statuses": statuses,
                "stdout": "".join(text for kind, text in console if kind == "stdout"),
                "stderr": "".join(text for kind, text in console if kind == "stderr"),
                "kinds": sorted({kind for kind, _ in console}),
                "exitCode": result["exitCode"],
                "files": result["files"],
            }
        if result["status"] == "waiting-input":
            mode, code = "input", answers.pop(0)
        else:
            mode, code = "continue", ""


with Session() as api:
    kernel = api.ComputeSession.get_or_create("python", name=name, tag="compat")
    seen["created"] = {
        "id": str(kernel.id),
        "created": kernel.created,
        "status": kernel.status,
        "services": [service["name"] for service in kernel.service_ports],
    }
    again = api.ComputeSession.get_or_create("python", name=name)
    seen["reused"] = {"id": str(again.id), "created": again.created}
    try:
        api.ComputeSession.get_or_create("python", name=name, no_reuse=True)
    except BackendAPIError as error:
        seen["refused"] = {"status": error.status, "type": error.data["type"]}

    seen["query"] = execute_all(kernel, "import sys\nx = 6 * 7\nprint(x)")
    seen["state"] = execute_all(kernel, "print(x + 1)")
    seen["input"] = execute_all(
        kernel, "a = input('first: ')\nb = input('second: ')\nprint(a, b)", answers=["ay", "bee"]
    )
    seen["raised"] = execute_all(kernel, "raise ValueError('on purpose')")
    seen["long"] = execute_all(
        kernel, "import time\nfor i in range(3):\n    print('tick', i, flush=True)\n    time.sleep(1)"
    )
    seen["batch"] = execute_all(
        kernel,
        "",
        mode="batch",
        opts={"clean": "echo cleaned", "build": "echo built", "exec": "echo executed; exit 5"},
    )
    seen["complete"] = kernel.complete(
        "sys.exc_inf", opts={"row": 0, "col": 11, "line": "sys.exc_inf", "post": ""}
    )

    started = time.monotonic()
    first = kernel.execute(None, "import time\ntime.sleep(60)", mode="query")
    kernel.interrupt()
    statuses = [first["status"]]
    result = first
    stderr = ""
    while result["status"] != "finished":
        result = kernel.execute(first["runId"], "", mode="continue")
        statuses.append(result["status"])
        stderr += "".join(text for kind, text in result["console"] if kind == "stderr")
    seen["interrupted"] = {
        "statuses": statuses,
        "stderr": stderr,
        "seconds": time.monotonic() - started,
    }
    seen["afterInterrupt"] = execute_all(kernel, "print(x)")

    seen["info"] = kernel.get_info()
    seen["logs"] = kernel.get_logs()
    seen["history"] = kernel.get_status_history()
    seen["destroyed"] = kernel.destroy()
    try:
        kernel.execute(None, "print(1)")
    except BackendAPIError as error:
        seen["gone"] = {"status": error.status, "type": error.data["type"]}

print(json.dumps(seen))
