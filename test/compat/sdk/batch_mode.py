"""Developer guides, "Script execution (batch mode)". Corrected: one name for the session, not two."""
import json
import sys
from pathlib import Path

from ai.backend.client.session import Session
from run_loop import follow

Path("setup.py").write_text("import sys\nfrom pathlib import Path\nPath('built.txt').write_text(sys.argv[1])\n")
Path("mycode.py").write_text("import sys\nprint(open('built.txt').read(), sys.argv[1:])\n")

with Session() as api:
    kernel = api.ComputeSession.get_or_create(sys.argv[1])
    try:
        kernel.upload(["mycode.py", "setup.py"])
        opts = {"build": sys.argv[2], "exec": "python mycode.py arg1 arg2"}
        print(json.dumps(follow(kernel, "", mode="batch", opts=opts)))
    finally:
        kernel.destroy()
