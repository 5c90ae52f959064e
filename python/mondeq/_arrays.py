"""NumPy's arrays as mondeq.h has them: without a copy where the type is one of its own."""

from __future__ import annotations

import ctypes
from typing import Optional, Sequence

import numpy as np

from mondeq import _errors, _library
from mondeq._library import Array

# By dtype.num, which is the same for foreign bytes.
_DTYPES = {np.dtype(np.float32).num: _library.FLOAT32, np.dtype(np.float64).num: _library.FLOAT64,
           np.dtype(np.uint8).num: _library.UINT8}
NO_ARRAY = Array()


def floats(value, dtype: np.dtype, name: str) -> np.ndarray:
  """An array that `view` takes: the array itself where it is of float32 or float64, whatever its
  strides are; else converted to `dtype`."""
  array = np.asarray(value)
  if array.dtype.kind not in 'fiub':
    raise _errors.UsageError(f'{name}: expected numbers, found {array.dtype}')
  return _steppable(array if array.dtype.char in 'fd' else array.astype(dtype))


def samples(x, info: _library.Info, dtype: np.dtype) -> np.ndarray:
  """x as the library takes it: [N, C, H, W] or [N, d]; images of one channel also as [N, H, W]."""
  array = np.asarray(x)
  if array.dtype.num in _DTYPES:
    array = _steppable(array)
  elif array.dtype.kind == 'f':
    array = floats(array, dtype, 'x')
  else:
    # Whether whole numbers are pixels or x itself cannot be known.
    raise _errors.UsageError(f'x: expected floats, or uint8 for pixels, found {array.dtype}')
  if array.ndim == 3 and info.input_is_image and info.input[0] == 1:
    array = array[:, np.newaxis]
  if array.ndim not in (2, 4):
    raise _errors.UsageError(f'x: expected {_input_text(info)}, found the shape {array.shape}')
  return array


def _input_text(info: _library.Info) -> str:
  channels, rows, columns = info.input
  values = channels * rows * columns
  image = f'[N, {channels}, {rows}, {columns}] or ' if info.input_is_image else ''
  return f'samples {image}[N, {values}]'


def _steppable(array: np.ndarray) -> np.ndarray:
  """The array itself, or a copy where elements are not whole steps apart, or of foreign bytes."""
  flags = array.flags
  if flags.aligned and array.dtype.isnative:
    size = array.itemsize
    if flags.c_contiguous or all(stride % size == 0 for stride in array.strides):
      return array
  return array.astype(array.dtype.newbyteorder('='), order='C')


def view(array: np.ndarray) -> Array:
  """The mondeq_array of an array, which is to be kept beside the result."""
  result = Array()
  rank = array.ndim
  result.data = address(array)
  result.dtype = _DTYPES[array.dtype.num]
  result.rank = rank
  result.shape[:rank] = array.shape
  if array.flags.c_contiguous:
    result.dense = 1
  else:
    size = array.itemsize
    result.strides[:rank] = [stride // size for stride in array.strides]
  return result


def views(arrays: Sequence[Optional[np.ndarray]]):
  """The same for several, in a ctypes array; None is no array."""
  return (Array * len(arrays))(*[NO_ARRAY if one is None else view(one) for one in arrays])


def address(array: np.ndarray) -> int:
  if array.flags.carray and array.size:  # the quick way, where it works
    return ctypes.addressof(ctypes.c_char.from_buffer(array))  # type: ignore[arg-type]
  return array.__array_interface__['data'][0]
