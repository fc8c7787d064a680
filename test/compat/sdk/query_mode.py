"""Developer guides, "Snippet execution (query mode)", "Handling user inputs" and "Handling multi-media outputs"."""
import json
import sys

from ai.backend.client.session import Session
from run_loop import follow

image, code = sys.argv[1:3]
with Session() as api:
    kernel = api.ComputeSession.get_or_create(image)
    try:
        print(json.dumps(follow(kernel, code)))
    finally:
        kernel.destroy()
