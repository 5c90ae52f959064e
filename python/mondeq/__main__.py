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


def main() -> int:
  try:
    status = _command.Command(sys.argv[1:], _print).run()
  except KeyboardInterrupt:
    status = _errors.INTERRUPTED
  return status


if __name__ == '__main__':
  sys.exit(main())
