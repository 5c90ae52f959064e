"""What goes wrong, by the status that libmondeq answers with: the command line's exit codes."""

from __future__ import annotations

OK, INTERNAL, USAGE, FILE, DEVICE, DIVERGED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


class Error(Exception):
  """An error of mondeq: one line that says what was expected and what was found.

  status: the exit code that the command line has for it.
  """

  status = INTERNAL


class UsageError(Error, ValueError):
  """An argument or a config is wrong (2)."""

  status = USAGE


class FileError(Error, OSError):
  """A file is missing, damaged or not writable (3)."""

  status = FILE


class DeviceError(Error, RuntimeError):
  """A device is not there or out of memory (4)."""

  status = DEVICE


class DivergedError(Error, ArithmeticError):
  """NaN or infinity came out (5)."""

  status = DIVERGED


class InterruptedRun(Error):
  """A run was interrupted, by a callback that asked for it (130). Ctrl-C is KeyboardInterrupt."""

  status = INTERRUPTED


class NotConverged(Error, ArithmeticError):
  """Some samples are not within the tolerance; `allow_unconverged=True` takes them as they are."""

  status = DIVERGED


_KINDS = {kind.status: kind
          for kind in (Error, UsageError, FileError, DeviceError, DivergedError, InterruptedRun)}


def error(status: int, message: str) -> Error:
  """The exception for a status that is not OK."""
  result = _KINDS.get(status, Error)(message)
  result.status = status
  return result
