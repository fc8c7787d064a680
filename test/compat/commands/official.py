"""The official client's commands, loaded once: `tree` prints them, `serve` runs one after another.

`serve` reads a line of JSON per command, {"args", "stdin", "out", "err", "limit"}, runs it in a
process of its own, forked after the imports, as the console script would, and answers {"code"}.
"""

import json
import os
import signal
import sys

import click
from ai.backend.cli.__main__ import main


def alias_names(group, name):
    return sorted(alias for alias, target in getattr(group, "_aliases", {}).items() if target == name)


def walk(group, spellings):
    """Every command with its path and the other paths that lead to it."""
    for name, command in sorted(group.commands.items()):
        words = [name, *alias_names(group, name)]
        paths = [" ".join([*before, word]) for before in spellings for word in words]
        if isinstance(command, click.Group):
            yield from walk(command, [path.split(" ") for path in paths])
        else:
            yield {"path": paths[0], "aliases": paths[1:]}


def run(order):
    os.setsid()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    source = os.open("given.txt", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(source, order["stdin"].encode())
    os.lseek(source, 0, os.SEEK_SET)
    for target, number in ((source, 0), (os.open(order["out"], flags), 1), (os.open(order["err"], flags), 2)):
        os.dup2(target, number)
    sys.argv = ["backend.ai", *order["args"]]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            pass
    os._exit(code)


def serve():
    orders = os.fdopen(os.dup(0))
    answers = os.fdopen(os.dup(1), "w")
    for line in orders:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            run(order)

        def kill(*_, child=child):
            os.killpg(child, signal.SIGKILL)

        signal.signal(signal.SIGALRM, kill)
        signal.alarm(order["limit"])
        _, status = os.waitpid(child, 0)
        signal.alarm(0)
        answers.write(json.dumps({"code": os.waitstatus_to_exitcode(status)}) + "\n")
        answers.flush()


if sys.argv[1] == "tree":
    print(json.dumps(list(walk(main, [[]]))))
else:
    serve()
