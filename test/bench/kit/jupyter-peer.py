"""Runs print(1) in a Jupyter kernel: each number read is answered by as many milliseconds as a JSON list."""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3")


def once():
    printed = []

    def on_output(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    started = time.perf_counter()
    reply = client.execute_interactive("print(1)", timeout=30, output_hook=on_output)
    took = (time.perf_counter() - started) * 1000
    if reply["content"]["status"] != "ok" or "".join(printed) != "1\n":
        raise SystemExit("Jupyter answered %r and printed %r" % (reply["content"], printed))
    return took


try:
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps([once() for _ in range(int(line))]), flush=True)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
