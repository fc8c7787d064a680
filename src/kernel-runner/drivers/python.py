# Runs the user's Python under the kernel runner, which puts the nonce in; works from 3.6 on.
# Descriptors: 1 and 2 are the user's output pipes, 3 brings commands, 4 takes messages, 5 has brought this text.
import sys

_cwd_entry = sys.path.pop(0) if sys.path and sys.path[0] == '' else None
# Only modules that the interpreter has loaded or built in: start-up time is the user's waiting time.
import _ast
import _signal
import _thread
import builtins
import io
import os
import select

_NONCE = bytes.fromhex('@NONCE@')
_COMMANDS = 3
_MESSAGES = 4
_AWAIT = getattr(_ast, 'PyCF_ALLOW_TOP_LEVEL_AWAIT', 0)
# A pipe takes so much in one piece, whoever else writes to it.
_ATOMIC = 4096
_MAIN_THREAD = _thread.get_ident()
_DRIVER = sys.modules['__main__']

for _fd in (_COMMANDS, _MESSAGES):
    os.set_inheritable(_fd, False)


class _State:
    lock = _thread.RLock()
    step = 0
    holder = None
    left_by_message = 0
    shared = False
    critical = 0
    interrupted = False
    running = False
    forked = False
    flags = 0
    loop = None
    libc = None
    inbox = b''
    sources = []


class _Critical:
    """A stretch that KeyboardInterrupt must not cut in two, or markers would miss their partner."""

    def __enter__(self):
        _State.lock.acquire()
        if _thread.get_ident() == _MAIN_THREAD:
            _State.critical += 1

    def __exit__(self, *_):
        raise_now = False
        if _thread.get_ident() == _MAIN_THREAD:
            _State.critical -= 1
            raise_now = _State.interrupted and _State.critical == 0
            if raise_now:
                _State.interrupted = False
        _State.lock.release()
        if raise_now:
            raise KeyboardInterrupt


_CRITICAL = _Critical()


def _on_interrupt(_signal_number, _frame):
    if _State.critical:
        _State.interrupted = True
    elif _State.running:
        raise KeyboardInterrupt


def _write_all(fd, data):
    view = memoryview(data)
    while len(view):
        view = view[os.write(fd, view[:65536]):]


class _Output(io.BufferedIOBase):
    """One of the two output pipes. Markers keep what is printed in one order across both and the messages."""

    def __init__(self, fd, name):
        self._fd = fd
        self._mark_fd = os.dup(fd)
        self._held = b''
        self.name = name
        self.mode = 'wb'

    @property
    def raw(self):
        return self

    def fileno(self):
        return self._fd

    def writable(self):
        return True

    def mark(self, kind, step):
        held, self._held = self._held, b''
        marker = _NONCE + kind + step.to_bytes(4, 'big')
        if held:
            _write_all(self._fd, held)
        os.write(self._mark_fd, marker)

    def write(self, data):
        """Writes at once, except for one piece without a line end: print() follows it with its `end`."""
        view = memoryview(data).cast('B')
        size = len(view)
        if not size:
            self.flush()
            return 0
        if _State.holder is not self and not _State.forked:
            self._take_over()
        with _State.lock:
            held, self._held = self._held, b''
            if held:
                view = memoryview(held + view)
            elif size < _ATOMIC and view[-1] != 10 and not _State.forked:
                self._held = bytes(view)
                return size
            _write_all(self._fd, view)
        return size

    def flush(self):
        with _State.lock:
            held, self._held = self._held, b''
            if held:
                _write_all(self._fd, held)

    def _take_over(self):
        with _CRITICAL:
            holder = _State.holder
            _State.holder = self
            if isinstance(holder, _Output):
                _State.step += 1
                holder.mark(b'L', _State.step)
                self.mark(b'E', _State.step)
            elif _State.left_by_message:
                self.mark(b'E', _State.left_by_message)
                _State.left_by_message = 0
            elif _State.shared:
                _State.step += 1
                (_err if self is _out else _out).mark(b'L', _State.step)
                self.mark(b'E', _State.step)
            _State.shared = False


_out = _Output(1, '<stdout>')
_err = _Output(2, '<stderr>')


def _send(kind, payload=b''):
    """Sends a message that comes after everything printed so far, C code and child processes included."""
    if _State.forked:
        return
    with _CRITICAL:
        waits = []
        for pipe in (_out, _err):
            _State.step += 1
            pipe.mark(b'L', _State.step)
            waits.append(str(_State.step))
        _State.step += 1
        _State.holder = None
        _State.shared = False
        _State.left_by_message = _State.step
        head = '%s %s %d %d\n' % (kind, ','.join(waits), _State.step, len(payload))
        _write_all(_MESSAGES, head.encode() + payload)


def _share():
    """A child process starts: what it writes, to either pipe, comes after everything so far and before what follows."""
    if _State.forked:
        return
    with _CRITICAL:
        if _State.left_by_message:
            _out.mark(b'E', _State.left_by_message)
            _State.left_by_message = 0
        steps = _State.step + 1, _State.step + 2
        _State.step += 2
        # Both are left before either is entered, or each reader would wait for the other.
        _out.mark(b'L', steps[0])
        _err.mark(b'L', steps[1])
        _out.mark(b'E', steps[1])
        _err.mark(b'E', steps[0])
        _State.holder = None
        _State.shared = True


def _sharing(start):
    def start_child(*args, **kwargs):
        _share()
        return start(*args, **kwargs)

    start_child.__name__ = start.__name__
    start_child.__doc__ = start.__doc__
    return start_child


def _patch_starters(module):
    for name in ('system', 'posix_spawn', 'posix_spawnp', 'fork_exec'):
        if hasattr(module, name):
            setattr(module, name, _sharing(getattr(module, name)))


def _receive():
    """The next command; interruptible while it waits, not while it reads."""
    while b'\n' not in _State.inbox:
        select.select([_COMMANDS], [], [])
        with _CRITICAL:
            _State.inbox += _more()
    with _CRITICAL:
        end = _State.inbox.find(b'\n')
        kind, size = _State.inbox[:end].split(b' ')
        rest = end + 1 + int(size)
        while len(_State.inbox) < rest:
            _State.inbox += _more()
        payload = _State.inbox[end + 1:rest]
        _State.inbox = _State.inbox[rest:]
        return kind.decode(), payload.decode('utf-8', 'replace')


def _more():
    data = os.read(_COMMANDS, 1 << 20)
    if not data:
        os._exit(0)
    return data


def _ask(is_password):
    if _State.forked or _thread.get_ident() != _MAIN_THREAD:
        raise EOFError('only the main thread can ask for input')
    _flush()
    _send('input', b'1' if is_password else b'0')
    kind, text = _receive()
    if kind != 'input':
        raise EOFError
    return text[:-1] if text.endswith('\n') else text


def _input(prompt=''):
    if prompt != '':
        sys.stdout.write(str(prompt))
    return _ask(False)


class _Input(io.TextIOBase):
    name = '<stdin>'
    encoding = 'utf-8'
    errors = 'strict'

    def readable(self):
        return True

    def fileno(self):
        return 0

    def readline(self, size=-1):
        try:
            return _ask(False) + '\n'
        except EOFError:
            return ''

    def read(self, size=-1):
        return self.readline()


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    ctypes = sys.modules.get('ctypes')
    if ctypes is None:
        return
    try:
        if _State.libc is None:
            _State.libc = ctypes.CDLL(None)
        _State.libc.fflush(None)
    except Exception:
        pass


def _data_uri(mime, data):
    if isinstance(data, str):
        return 'data:%s;base64,%s' % (mime, data.strip())
    import binascii

    return 'data:%s;base64,%s' % (mime, binascii.b2a_base64(bytes(data), newline=False).decode())


def _send_media(mime, text):
    _send('media', ('%s\n%s' % (mime, text)).encode('utf-8', 'replace'))


def _show_figure(figure):
    picture = io.BytesIO()
    figure.savefig(picture, format='png', bbox_inches='tight')
    _send_media('image/png', _data_uri('image/png', picture.getvalue()))


def _show_figures(*_args, **_kwargs):
    pyplot = sys.modules.get('matplotlib.pyplot')
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        _show_figure(pyplot.figure(number))
    pyplot.close('all')


def _rich(value, method):
    if isinstance(value, type):
        return None
    try:
        render = getattr(value, method, None)
        result = render() if callable(render) else None
        return result[0] if isinstance(result, tuple) else result
    except Exception:
        return None


def _display(value):
    """Shows a value the richest way that it offers."""
    if type(value).__module__ == 'matplotlib.figure' and hasattr(value, 'savefig'):
        _show_figure(value)
        sys.modules['matplotlib.pyplot'].close(value) if 'matplotlib.pyplot' in sys.modules else None
        return
    html = _rich(value, '_repr_html_')
    if html is not None:
        _send('html', str(html).encode('utf-8', 'replace'))
        return
    svg = _rich(value, '_repr_svg_')
    if svg is not None:
        _send_media('image/svg+xml', str(svg))
        return
    for mime, method in (('image/png', '_repr_png_'), ('image/jpeg', '_repr_jpeg_')):
        data = _rich(value, method)
        if data is not None:
            _send_media(mime, _data_uri(mime, data))
            return
    sys.stdout.write(repr(value) + '\n')


def display(*values):
    """Shows each value as the last expression of a run is shown."""
    for value in values:
        _flush()
        _display(value)


def _displayhook(value):
    if value is None:
        return
    builtins._ = None
    _flush()
    _display(value)
    builtins._ = value


def _patch_getpass(module):
    def ask(prompt='Password: ', stream=None):
        (stream or sys.stdout).write(str(prompt))
        return _ask(True)

    module.getpass = ask


def _patch_pyplot(module):
    module.show = _show_figures


_PATCHES = {
    'getpass': _patch_getpass,
    'matplotlib.pyplot': _patch_pyplot,
    # subprocess and multiprocessing start their children with it.
    '_posixsubprocess': _patch_starters,
}


class _PatchingLoader:
    def __init__(self, loader, patch):
        self._loader = loader
        self._patch = patch

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._patch(module)


class _PatchingFinder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        patch = _PATCHES.get(name)
        if patch is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, 'find_spec', None)
            spec = find(name, path, target) if find and finder is not _PatchingFinder else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _PatchingLoader(spec.loader, patch)
                return spec
        return None


def _print_exception(kind, error, trace):
    """The traceback as Python prints it, without the frames of this driver."""
    import traceback

    _register_sources()
    while trace is not None and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    at = trace
    while at is not None and at.tb_next is not None:
        if at.tb_next.tb_frame.f_globals is globals():
            try:
                at.tb_next = None
            except AttributeError:
                pass
            break
        at = at.tb_next
    _flush()
    try:
        traceback.print_exception(kind, error, trace)
    except Exception:
        sys.stderr.write('%s\n' % kind.__name__)


def _excepthook(kind, error, trace):
    _print_exception(kind, error, trace)


def _register_sources():
    linecache = sys.modules.get('linecache')
    if linecache is None:
        return
    while _State.sources:
        name, text = _State.sources.pop()
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)


def _compile(node_or_text, filename, mode, extra=0):
    code = compile(node_or_text, filename, mode, _State.flags | _AWAIT | extra, True)
    if not isinstance(code, _ast.AST):
        _State.flags |= code.co_flags & _FUTURES
    return code


def _all_futures():
    import __future__

    mask = 0
    for name in __future__.all_feature_names:
        mask |= getattr(__future__, name).compiler_flag
    return mask


_FUTURES = _all_futures()


def _execute(code, namespace):
    if not code.co_flags & 0x80:
        exec(code, namespace)
        return
    import asyncio

    if _State.loop is None or _State.loop.is_closed():
        _State.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_State.loop)
    _State.loop.run_until_complete(eval(code, namespace))


def _run_code(text, number, namespace):
    filename = '<input-%d>' % number
    _State.sources.append((filename, text))
    _register_sources()
    tree = _compile(text, filename, 'exec', _ast.PyCF_ONLY_AST)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], _ast.Expr) else None
    if tree.body:
        _execute(_compile(tree, filename, 'exec'), namespace)
    if last is not None:
        _execute(_compile(_ast.Interactive([last]), filename, 'single'), namespace)


def _exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    sys.stderr.write('%s\n' % (value,))
    return 1


def _guarded(action):
    """Runs user code to its end, whatever the end is; answers the exit code that a program would have had."""
    _signal.signal(_signal.SIGINT, _on_interrupt)
    try:
        try:
            _State.running = True
            action()
            return 0
        except SystemExit as exit_request:
            return _exit_code(exit_request.code)
        except KeyboardInterrupt:
            _print_exception(*sys.exc_info())
            return 130
        except BaseException:
            _print_exception(*sys.exc_info())
            return 1
    except KeyboardInterrupt:
        return 130
    finally:
        _State.running = False
        _State.interrupted = False


def _finish_figures():
    _flush()
    _show_figures()


def _complete(text, namespace):
    hidden = 'readline' in sys.modules
    if not hidden:
        # Loading readline would write terminal codes and take over the terminal's settings.
        sys.modules['readline'] = None
    try:
        import re

        import rlcompleter
    finally:
        if not hidden:
            del sys.modules['readline']
    match = re.search(r'[\w.]+$', text)
    word = match.group(0) if match else ''
    completer = rlcompleter.Completer(namespace)
    found = []
    while word and len(found) < 1000:
        candidate = completer.complete(word, len(found))
        if candidate is None:
            break
        found.append(candidate)
    return found


def _script(arguments, module):
    """Runs a program file as `python FILE ARGUMENTS` does."""
    path = arguments[0]
    sys.argv = list(arguments)
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    try:
        with open(path, 'rb') as file:
            text = file.read()
    except OSError as error:
        sys.stderr.write("%s: can't open file %r: [Errno %s] %s\n" % (sys.executable, path, error.errno, error.strerror))
        return 2
    module.__file__ = path
    module.__builtins__ = builtins

    def action():
        exec(compile(text, path, 'exec', 0, True), module.__dict__)
        _finish_figures()

    return _guarded(action)


def _in_child():
    _State.forked = True
    _State.lock = _thread.RLock()


def _main():
    module = type(sys)('__main__')
    module.__builtins__ = builtins
    module.display = display
    sys.modules['__main__'] = module
    sys.argv = ['']
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(_out, 'utf-8', 'backslashreplace', write_through=True)
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(_err, 'utf-8', 'backslashreplace', write_through=True)
    sys.stdin = sys.__stdin__ = _Input()
    sys.displayhook = _displayhook
    sys.excepthook = _excepthook
    builtins.input = _input
    sys.meta_path.insert(0, _PatchingFinder)
    _patch_starters(os)
    for name in _PATCHES:
        if name in sys.modules:
            _PATCHES[name](sys.modules[name])
    os.environ.setdefault('MPLBACKEND', 'Agg')
    if hasattr(os, 'register_at_fork'):
        os.register_at_fork(before=_share, after_in_child=_in_child)
    _signal.signal(_signal.SIGINT, _on_interrupt)
    if _cwd_entry is not None:
        sys.path.insert(0, _cwd_entry)
    _send('ready', ('%d.%d.%d' % sys.version_info[:3]).encode())
    number = 0
    while True:
        kind, text = _receive()
        if kind == 'run':
            number += 1

            def action(text=text, number=number):
                _run_code(text, number, module.__dict__)
                _finish_figures()

            _guarded(action)
            _flush()
            # The documentation promises 0 for code that keeps its context, exceptions included.
            _send('finished', b'0')
        elif kind == 'script':
            if _cwd_entry is not None and sys.path and sys.path[0] == '':
                sys.path.pop(0)
            del module.display
            code = _script(text.split('\0'), module)
            _flush()
            sys.exit(code)
        elif kind == 'complete':
            try:
                found = _complete(text, module.__dict__)
            except BaseException:
                found = []
            _send('completions', '\n'.join(found).encode('utf-8', 'replace'))


_main()
