"""libmondeq.so by ctypes, which releases the GIL in calls: what mondeq.h declares, in its order."""

from __future__ import annotations

import ctypes
import operator
import os
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double, c_int, c_int32,
                    c_int64, c_size_t, c_uint64, c_void_p)

from mondeq import _errors

FLOAT32, FLOAT64, UINT8 = 0, 1, 2
CRITERIA = {
    'relative_error': 1,
    'certified_error': 2,
    'relative_change': 3,
    'relative_change_per_sample': 4,
}


class Array(Structure):
  _fields_ = [('data', c_void_p), ('dtype', c_int32), ('rank', c_int32), ('shape', c_int64 * 4),
              ('strides', c_int64 * 4), ('dense', c_int32)]


class _Versioned(Structure):
  """A struct that begins with its own size."""

  def __init__(self, **fields):
    super().__init__(struct_size=ctypes.sizeof(type(self)), **fields)


class Options(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('device', c_char_p), ('threads', c_int32),
              ('dtype', c_int32), ('overrides', POINTER(c_char_p)), ('override_count', c_size_t),
              ('data_dir', c_char_p)]


class Info(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('input', c_int64 * 3), ('input_is_image', c_int32),
              ('dtype', c_int32), ('classes', c_int64), ('tiers', c_size_t),
              ('parameters', c_size_t), ('alpha', c_double), ('normalizes', c_int32)]


class Settings(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('tolerance', c_double), ('max_iterations', c_int32),
              ('criterion', c_int32), ('certify', c_int32), ('start_count', c_size_t),
              ('start', POINTER(Array))]


class Answers(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('logits', Array), ('probabilities', Array),
              ('z_count', c_size_t), ('z', POINTER(Array))]


class Report(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('iterations', c_void_p), ('end', c_void_p),
              ('quantity', c_void_p), ('residual', c_void_p), ('error_bound', c_void_p)]


class Cotangents(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('logits', Array), ('z_count', c_size_t),
              ('z', POINTER(Array))]


class Gradients(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('x', Array), ('parameter_count', c_size_t),
              ('parameters', POINTER(Array))]


class Certificates(_Versioned):
  _fields_ = [('struct_size', c_size_t), ('predicted', c_void_p), ('margin', c_void_p),
              ('radius_l2', c_void_p), ('radius_linf', c_void_p)]


Write = CFUNCTYPE(c_int, c_void_p, c_int, POINTER(c_char), c_size_t)

_PREDICTOR = c_void_p
_FUNCTIONS = {
    'mondeq_last_error': (c_char_p, []),
    'mondeq_version': (c_char_p, []),
    'mondeq_api_version': (c_int, []),
    'mondeq_load': (c_int, [c_char_p, POINTER(Options), POINTER(_PREDICTOR)]),
    'mondeq_from_config': (c_int, [c_char_p, c_uint64, POINTER(Options), POINTER(_PREDICTOR)]),
    'mondeq_free': (None, [_PREDICTOR]),
    'mondeq_describe': (c_int, [_PREDICTOR, POINTER(Info)]),
    'mondeq_tier': (c_int, [_PREDICTOR, c_size_t, POINTER(c_int64), POINTER(c_int32)]),
    'mondeq_parameter': (c_int, [_PREDICTOR, c_size_t, POINTER(c_char_p), POINTER(c_int32),
                                 POINTER(c_int64)]),
    'mondeq_normalization': (c_int, [_PREDICTOR, c_size_t, POINTER(c_double), POINTER(c_double)]),
    'mondeq_config': (c_int, [_PREDICTOR, POINTER(c_char_p)]),
    'mondeq_device': (c_int, [_PREDICTOR, POINTER(c_char_p)]),
    'mondeq_solve': (c_int, [_PREDICTOR, POINTER(Array), POINTER(Settings), POINTER(Answers),
                             POINTER(Report)]),
    'mondeq_gradient': (c_int, [_PREDICTOR, POINTER(Array), POINTER(Settings), POINTER(Cotangents),
                                POINTER(Answers), POINTER(Gradients), POINTER(Report),
                                POINTER(Report)]),
    'mondeq_certify': (c_int, [_PREDICTOR, POINTER(Array), POINTER(Certificates)]),
    'mondeq_get_parameter': (c_int, [_PREDICTOR, c_size_t, POINTER(Array)]),
    'mondeq_set_parameters': (c_int, [_PREDICTOR, POINTER(Array), c_size_t]),
    'mondeq_save': (c_int, [_PREDICTOR, c_char_p]),
    'mondeq_run': (c_int, [c_int, POINTER(c_char_p), Write, c_void_p]),
    'mondeq_interrupt': (None, []),
}


def _load() -> ctypes.CDLL:
  path = os.environ.get('MONDEQ_LIBRARY') or os.path.join(
      os.path.dirname(os.path.abspath(__file__)), 'lib', 'libmondeq.so.1')
  try:
    library = ctypes.CDLL(path)
  except OSError as why:
    raise ImportError(f'{path}: cannot load mondeq\'s library: {why}') from why
  for name, (result, arguments) in _FUNCTIONS.items():
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
  return library


lib = _load()


def text(value, name: str) -> bytes:
  """A string or a path as C has it, without a zero in it."""
  data = os.fsencode(value)
  if b'\0' in data:
    raise _errors.UsageError(f'{name}: expected a text without zeros, found {value!r}')
  return data


def whole(value, name: str, bits: int) -> int:
  """A number that an unsigned C type of so many bits holds: ctypes would cut off the others."""
  number = operator.index(value)
  if not 0 <= number < 2**bits:
    raise _errors.UsageError(f'{name}: expected a whole number from 0 to 2^{bits} - 1, '
                             f'found {value}')
  return number


def check(status: int) -> None:
  """Raises what a status that is not MONDEQ_OK stands for."""
  if status:
    raise _errors.error(status, lib.mondeq_last_error().decode('utf-8', 'replace'))
