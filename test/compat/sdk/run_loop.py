"""The loop of "Code Execution via API", with what a session wrote kept by kind."""
import getpass


class Console:
    """Text by stream, and media as (MIME type, content)."""

    def __init__(self):
        self.text = {"stdout": "", "stderr": ""}
        self.media = []
        self.statuses = []
        self.options = []
        self.exit_code = None

    def take(self, result):
        self.statuses.append(result["status"])
        for kind, content in result.get("console") or []:
            if kind in self.text:
                self.text[kind] += content
            else:
                self.handle_media(kind, content)
        if result["status"] == "waiting-input":
            self.options.append(result["options"])
        self.exit_code = result.get("exitCode")

    def handle_media(self, kind, content):
        # Corrected: a record is ("media", (MIME type, content)), not (MIME type, content).
        assert kind == "media", kind
        self.media.append(list(content))

    def seen(self):
        return {
            **self.text,
            "media": self.media,
            "statuses": self.statuses,
            "options": self.options,
            "exitCode": self.exit_code,
        }


def answer(result):
    """What the user types, hidden where the session asks for a password."""
    if (result["options"] or {}).get("is_password", False):
        return getpass.getpass("")
    return input()


def follow(kernel, code, mode="query", opts=None, run_id=None):
    """Executes and follows one run until it is finished."""
    console = Console()
    while True:
        result = kernel.execute(run_id, code, mode=mode, opts=opts)
        if opts:
            opts.clear()
        run_id = result["runId"]
        console.take(result)
        if result["status"] == "finished":
            return {"runId": run_id, **console.seen()}
        if result["status"] == "waiting-input":
            mode, code = "input", answer(result)
        else:
            # Corrected: the documentation says "continued", which is the status; the mode is "continue".
            mode, code = "continue", ""
