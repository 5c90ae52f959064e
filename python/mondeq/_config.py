"""Configs, as Python gives them."""

from __future__ import annotations

import os
import re
from typing import Union

from mondeq import _errors


def is_text(config: Union[str, 'os.PathLike[str]']) -> bool:
  """Whether a config is given, and not the path of one."""
  return isinstance(config, str) and ('{' in config or '\n' in config)


def read(config: Union[str, 'os.PathLike[str]']) -> str:
  """The text of a config that is given, or of the file that is."""
  if is_text(config):
    return str(config)
  try:
    with open(config, encoding='utf-8') as file:
      return file.read()
  except OSError as why:
    raise _errors.FileError(f'{os.fspath(config)}: {why.strerror}; expected a config, as a text or '
                            'as the path of a file') from why
  except UnicodeDecodeError as why:
    raise _errors.UsageError(f'{os.fspath(config)}: expected a text in UTF-8') from why


def method_override(method: str) -> str:
  """The --set of a splitting method, "NAME" or "[mondeq.NAME] { FIELDS }"."""
  match = re.fullmatch(r'\s*(\[[\w.]+\]|\w+)\s*(\{.*\})?\s*', method, re.DOTALL)
  if not match:
    raise _errors.UsageError('method: expected the name of a splitting method, with fields as in '
                             f'"douglas_rachford {{ relaxation: 0.8 }}", found "{method}"')
  name, fields = match.groups()
  return f'model.equilibrium.splitting.{name}={fields or "{}"}'
