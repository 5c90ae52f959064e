"""A model of the library, and what it says of itself."""

from __future__ import annotations

import ctypes
import os
import weakref
from typing import List, NamedTuple, Optional, Tuple

import numpy as np

from mondeq import _errors, _library
from mondeq._library import check, lib

# Grows in a process that was forked off: the threads of models made before are not there.
_forks = 0


def _count_fork() -> None:
  global _forks
  _forks += 1


os.register_at_fork(after_in_child=_count_fork)


def _free(handle: Optional[int], forks: int) -> None:
  if forks == _forks:
    lib.mondeq_free(handle)


class Normalization(NamedTuple):
  """How pixels become x: (pixel / 255 - mean) / stddev, for every channel."""

  mean: Tuple[float, ...]
  stddev: Tuple[float, ...]


class Predictor:
  """Owns a mondeq_predictor."""

  def __init__(self, handle: ctypes.c_void_p):
    self._handle = handle.value
    self._forks = _forks
    self._finalizer = weakref.finalize(self, _free, self._handle, _forks)
    self._finalizer.atexit = False
    self._info = _library.Info()
    check(lib.mondeq_describe(self._handle, self._info))
    self._dtype = np.dtype(np.float64 if self._info.dtype else np.float32)
    self._tiers = [self._tier(i) for i in range(self._info.tiers)]
    self._shapes = dict(self._parameter(i) for i in range(self._info.parameters))

  def _tier(self, index: int) -> Tuple[int, ...]:
    shape, is_image = (ctypes.c_int64 * 3)(), ctypes.c_int32()
    check(lib.mondeq_tier(self._handle, index, shape, is_image))
    return tuple(shape) if is_image else (shape[0],)

  def _parameter(self, index: int) -> Tuple[str, Tuple[int, ...]]:
    name, rank, shape = ctypes.c_char_p(), ctypes.c_int32(), (ctypes.c_int64 * 4)()
    check(lib.mondeq_parameter(self._handle, index, name, rank, shape))
    return (name.value or b'').decode(), tuple(shape[:rank.value])

  def _use(self) -> Optional[int]:
    if self._forks != _forks:
      raise _errors.UsageError('this model was made before the process was forked, and its threads '
                               'are not here; load it after the fork, or start processes by "spawn"')
    return self._handle

  @property
  def dtype(self) -> np.dtype:
    """What the model computes in and answers: float32 or float64."""
    return self._dtype

  @property
  def input_shape(self) -> Tuple[int, ...]:
    """The shape of a sample: (C, H, W) or (d,)."""
    channels, rows, columns = self._info.input
    return (channels, rows, columns) if self._info.input_is_image else (channels * rows * columns,)

  @property
  def classes(self) -> int:
    return self._info.classes

  @property
  def tiers(self) -> List[Tuple[int, ...]]:
    """The shape of a sample in every array of z*: (C, H, W) or (n,)."""
    return list(self._tiers)

  @property
  def alpha(self) -> float:
    """The step size of the splitting method."""
    info = _library.Info()
    check(lib.mondeq_describe(self._use(), info))
    return info.alpha

  @property
  def normalization(self) -> Optional[Normalization]:
    """How uint8 becomes x; None where the model's data was not normalised pixels."""
    if not self._info.normalizes:
      return None
    channels = []
    for channel in range(self._info.input[0]):
      mean, stddev = ctypes.c_double(), ctypes.c_double()
      check(lib.mondeq_normalization(self._handle, channel, mean, stddev))
      channels.append((mean.value, stddev.value))
    return Normalization(*zip(*channels))

  @property
  def config(self) -> str:
    """The experiment, a textproto."""
    return self._text(lib.mondeq_config)

  @property
  def device(self) -> str:
    """What computes, as "cpu, 2 threads"."""
    return self._text(lib.mondeq_device)

  def _text(self, function) -> str:
    found = ctypes.c_char_p()
    check(function(self._handle, found))
    return (found.value or b'').decode()

  def __repr__(self) -> str:
    return (f'<mondeq.{type(self).__name__} {self.input_shape} -> {self.classes} classes, '
            f'{sum(int(np.prod(shape)) for shape in self._shapes.values())} parameters, '
            f'{self._dtype}, {self.device}>')
