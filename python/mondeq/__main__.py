"""python -m mondeq: the command line."""

from __future__ import annotations

import sys

from mondeq import _command, _errors


def _print(stream: int, text: bytes) -> None:
  file = sys.stdout if stream == _command.OUT else sys.stderr
  try:
    file.buffer.write(text)
    file.flush()
  except (AttributeError, BrokenPipeError, ValueError):
    pass  # closed, or nobody reads any more, which ends nothing


def _close() -> None:
  """Python would complain at its end of what it cannot flush."""
  try:
    sys.stdout.close()
  except (AttributeError, OSError):
    pass


def main() -> int:
  try:
    status = _command.Command(sys.argv[1:], _print).run()
  except KeyboardInterrupt:
    status = _errors.INTERRUPTED
  except OSError as why:
    _print(_command.ERR, f'mondeq: standard output: cannot write: {why.strerror}\n'.encode())
    status = _errors.FILE
  _close()
  return status


if __name__ == '__main__':
  sys.exit(main())
