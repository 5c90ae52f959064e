"""The command line as a function, and what is made of it."""

from __future__ import annotations

import ctypes
import queue
import re
import textwrap
import threading
import warnings
from typing import Callable, Dict, List, Optional

from mondeq import _errors, _library
from mondeq._library import lib

OUT, ERR = 1, 2
# How often a thread of the library looks whether its run is to end, while Python is busy.
_SECONDS_BETWEEN_LOOKS = 0.05


class Command:
  """One run of the command line. It runs on a thread of its own, so that Ctrl-C is heeded and what
  it prints is given to `on_text` on the thread that called. An exception there interrupts it."""

  def __init__(self, arguments, on_text: Callable[[int, bytes], None]):
    self._arguments = [_library.text(one, 'arguments') for one in arguments]
    self._on_text = on_text
    self._stop = threading.Event()
    self._answered = threading.Event()
    self._events: 'queue.SimpleQueue' = queue.SimpleQueue()

  def run(self) -> int:
    """Returns the exit code. Raises what `on_text` raised, and KeyboardInterrupt."""
    thread = threading.Thread(target=self._run, daemon=True)
    thread.start()
    error: Optional[BaseException] = None
    while True:
      try:
        event = self._events.get()
        if isinstance(event, int):
          break
        # What is printed after Ctrl-C tells what was kept.
        if error is None or isinstance(error, KeyboardInterrupt):
          self._on_text(*event)
        self._answered.set()
      except BaseException as raised:
        again = error is not None
        error = error or raised
        self._interrupt()
        if again:  # whoever interrupts twice does not want to wait
          raise
    thread.join()
    if error is not None:
      raise error
    return event

  def _interrupt(self) -> None:
    self._stop.set()
    lib.mondeq_interrupt()

  def _run(self) -> None:
    write = _library.Write(self._write)
    arguments = (ctypes.c_char_p * len(self._arguments))(*self._arguments)
    self._events.put(lib.mondeq_run(len(arguments), arguments, write, None))

  def _write(self, _, stream: int, text, length: int) -> int:
    self._answered.clear()
    self._events.put((stream, ctypes.string_at(text, length)))
    while not self._answered.wait(_SECONDS_BETWEEN_LOOKS) and not self._stop.is_set():
      pass
    return int(self._stop.is_set())


class Texts:
  """Keeps what a command prints; what it says on stderr becomes Python's warnings or errors."""

  def __init__(self) -> None:
    self._texts: Dict[int, List[bytes]] = {OUT: [], ERR: []}

  def add(self, stream: int, text: bytes) -> None:
    self._texts[stream].append(text)

  def of(self, stream: int) -> str:
    return b''.join(self._texts[stream]).decode('utf-8', 'replace')

  def finish(self, status: int) -> None:
    """Raises the error of a run, or warns of what it warned of."""
    lines = [re.sub(r'^mondeq: (warning: )?', '', line) for line in self.of(ERR).splitlines()]
    if status:
      raise _errors.error(status, lines[-1] if lines else f'it ended with exit code {status}')
    for line in lines:
      warnings.warn(line, RuntimeWarning, stacklevel=3)


def run(*arguments: str) -> str:
  """Runs the command line, as run('eval', '--weights=w.safetensors'), and returns what it prints.

  Its warnings become RuntimeWarnings, its errors exceptions by their exit codes. One command runs
  at a time.
  """
  texts = Texts()
  texts.finish(Command(arguments, texts.add).run())
  return texts.of(OUT)


def plugins() -> Dict[str, Dict[str, str]]:
  """What configs are made of: for every kind the plugins by name, each with what it is and its
  fields, with type, default and range, as `mondeq list` prints them.

  The first kind, 'experiment', has the fields of a config, and no plugins.
  """
  kinds: Dict[str, Dict[str, str]] = {}
  for block in re.split(r'\n(?=\w)', run('list')):
    kind, _, rest = block.partition(':')
    kinds[kind] = {}
    for name, text in re.findall(r'^  \[[\w.]*?(\w+)\]\n((?:    .*\n?)*)', rest, re.MULTILINE):
      kinds[kind][name] = textwrap.dedent(text).strip()
  return kinds
