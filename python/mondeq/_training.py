"""Training, as `mondeq train` does it."""

from __future__ import annotations

import csv
import os
import tempfile
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from mondeq import _command, _config, _errors
from mondeq.model import Model, PathOrText, load

Row = Dict[str, Union[int, float]]
Callback = Callable[[Row], Optional[bool]]


class Training(NamedTuple):
  """A trained model, and a row for every epoch."""

  model: Model
  history: List[Row]


class _Run:
  """Gives the rows of a run's metrics.csv to the callbacks as they come."""

  def __init__(self, folder: str, callbacks: Iterable[Callback], done: int):
    self._path = os.path.join(folder, 'metrics.csv')
    self._callbacks = list(callbacks)
    self._seen = done
    self._texts = _command.Texts()
    self.stopped = False

  def on_text(self, stream: int, text: bytes) -> None:
    self._texts.add(stream, text)
    self.tell()

  def tell(self) -> None:
    rows = read_metrics(self._path)
    for row in rows[self._seen:]:
      self._seen += 1
      # All are told, whichever wants to stop.
      if any([_is_true(callback(row)) for callback in self._callbacks]):
        self.stopped = True
        raise _Stop()

  def finish(self, status: int) -> None:
    self._texts.finish(status)


def _is_true(answer: object) -> bool:
  return answer is True or (isinstance(answer, np.bool_) and bool(answer))


class _Stop(Exception):
  """A callback has seen enough."""


def read_metrics(path: str) -> List[Row]:
  """The rows of a metrics.csv; none where there is no file yet."""
  try:
    with open(path, encoding='utf-8', newline='') as file:
      return [{name: _number(text) for name, text in row.items()} for row in csv.DictReader(file)]
  except FileNotFoundError:
    return []


def _number(text: str) -> Union[int, float]:
  try:
    return int(text)
  except ValueError:
    return float(text)


def train(config: PathOrText, *, callbacks: Iterable[Callback] = (),
          out: Optional[PathOrText] = None, resume: bool = False,
          data_dir: Optional[PathOrText] = None, seed: Optional[int] = None,
          epochs: Optional[int] = None, device: str = 'auto', threads: int = 0,
          set: Sequence[str] = ()) -> Training:
  """Trains the network of a config, as the command line's `train` does.

  Args:
    config: a textproto, or the path of one.
    callbacks: are called after every epoch with its row of metrics.csv, a dict: epoch, train_loss,
      train_accuracy, test_loss, test_accuracy (0 to 1), iterations and more. One that returns True
      ends the training; what one raises does too.
    out: the folder that gets weights, metrics and checkpoints; by default one that is removed.
    resume: goes on with the run in `out`, whose earlier rows are in the history too.
    data_dir: where the data set looks for its files.
    seed, epochs: instead of the config's.
    device, threads, set: as for `load`.

  Ctrl-C raises KeyboardInterrupt; the epochs that are complete are in `out`. Raises UsageError,
  FileError, DeviceError and DivergedError.
  """
  with tempfile.TemporaryDirectory(prefix='mondeq-') as folder:
    path = config
    if _config.is_text(config):
      path = os.path.join(folder, 'config.textproto')
      with open(path, 'w', encoding='utf-8') as file:
        file.write(str(config))
    out = os.path.join(folder, 'run') if out is None else os.fspath(out)
    flags = {'config': os.fspath(path), 'out': out,
             'data_dir': None if data_dir is None else os.fspath(data_dir), 'seed': seed,
             'epochs': epochs, 'device': device, 'threads': threads}
    arguments = ['train'] + [f'--{name}={value}' for name, value in flags.items()
                             if value is not None]
    arguments += [f'--set={one}' for one in set] + ['--resume'] * resume
    _run(arguments, out, callbacks, resume)
    history = read_metrics(os.path.join(out, 'metrics.csv'))
    if not history:
      raise _errors.InterruptedRun('a callback ended the training before the first epoch')
    return Training(load(os.path.join(out, 'weights.safetensors'), device=device, threads=threads),
                    history)


def _run(arguments: List[str], out: str, callbacks: Iterable[Callback], resume: bool) -> None:
  done = len(read_metrics(os.path.join(out, 'metrics.csv'))) if resume else 0
  run = _Run(out, callbacks, done)
  try:
    run.finish(_command.Command(arguments, run.on_text).run())
    run.tell()
  except _Stop:
    pass
