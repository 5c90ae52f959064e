"""Models: trained ones of weights files, and new ones of configs."""

from __future__ import annotations

import ctypes
import os
import tempfile
import threading
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Union

import numpy as np
from numpy.typing import ArrayLike

from mondeq import _answering, _config, _errors, _library, _solving
from mondeq._arrays import address, floats, samples, view, views
from mondeq._library import check, lib, text, whole
from mondeq._predictor import Predictor
from mondeq.results import Certificates, Gradients, Solution

PathOrText = Union[str, 'os.PathLike[str]']
# A state: an array for every tier, or one array where there is one tier.
State = Union[np.ndarray, Sequence[ArrayLike]]
_DTYPES = {'float32': _library.FLOAT32, 'float64': _library.FLOAT64}

class Options(NamedTuple):
  """What `load` and `from_config` are told of how a model computes."""

  device: str
  threads: int
  dtype: str


class Model(Predictor):
  """A monotone operator equilibrium network; `mondeq.load` and `mondeq.from_config` make one.

  x is [N, C, H, W], or [N, d] with the values of an image in that order; images of one channel may
  be [N, H, W]. float32 and float64 are x itself, which is normalised where the model's data was;
  uint8 are pixels, and are normalised as that was. Arrays of these types are read where they lie,
  with any strides, floats of other types are converted; what is answered is of the model's dtype.

  Methods but set_parameters may be called from several threads at once: they release the GIL and
  compute beside each other. Large inputs are computed `batch_size` samples at a time, between which
  Ctrl-C is heeded. A model can be pickled and copied; one that was made before a fork is refused in
  the child.

  Every method raises UsageError for shapes, types and numbers that are not as expected,
  DivergedError where a solve ends in NaN or infinity, DeviceError where the device fails, and
  NotConverged where solves do not reach their tolerance, unless `allow_unconverged` is given.
  """

  def __init__(self, handle: ctypes.c_void_p, options: Options):
    super().__init__(handle)
    self._options = options
    # By their `method`, models of the same parameters.
    self._others: Dict[str, Model] = {}
    self._others_lock = threading.Lock()
    self._calls = _answering.Calls()

  def predict(self, x: ArrayLike, *, batch_size: int = 256,
              allow_unconverged: bool = False) -> np.ndarray:
    """The classes of samples: [N] int64."""
    return self._answer(x, 'logits', batch_size, allow_unconverged).argmax(1)

  def logits(self, x: ArrayLike, *, batch_size: int = 256,
             allow_unconverged: bool = False) -> np.ndarray:
    """The logits of samples: [N, classes]."""
    return self._answer(x, 'logits', batch_size, allow_unconverged)

  def probabilities(self, x: ArrayLike, *, batch_size: int = 256,
                    allow_unconverged: bool = False) -> np.ndarray:
    """softmax(logits): [N, classes]."""
    return self._answer(x, 'probabilities', batch_size, allow_unconverged)

  def _answer(self, x: ArrayLike, which: str, batch_size: int,
              allow_unconverged: bool) -> np.ndarray:
    handle = self._use()
    x = samples(x, self._info, self._dtype)
    answer = np.empty((len(x), self._info.classes), self._dtype)
    call = self._calls.take()
    if 0 < len(x) <= batch_size:
      call.solve(handle, x, which, answer)
      end = call.end
    else:
      end = np.empty(len(x), np.int32)
      for part in _solving.parts(len(x), batch_size):
        call.solve(handle, x[part], which, answer[part])
        end[part] = call.end
    if not allow_unconverged:
      _solving.check_converged(end)
    self._calls.give_back(call)
    return answer

  def solve(self, x: ArrayLike, *, tol: Optional[float] = None,
            max_iterations: Optional[int] = None, criterion: Optional[str] = None,
            start: Optional[State] = None,
            method: Optional[str] = None, certify: bool = True, batch_size: int = 256,
            allow_unconverged: bool = False) -> Solution:
    """Finds the equilibria z* = sigma(W z* + U x + b).

    Args:
      x: samples.
      tol: the tolerance; by default, as all that follows, the config's.
      max_iterations: where the solver gives up.
      criterion: 'relative_error', 'certified_error', 'relative_change' or
        'relative_change_per_sample'.
      start: states to begin at, as Solution.z has them; by default zero.
      method: another splitting method, by its name in `mondeq.plugins()['splitting']`, or with
        fields, as 'douglas_rachford { relaxation: 0.8 }'.
      certify: whether residual and error_bound are found, for one to four products by W.
      batch_size: how many samples are computed at a time.
      allow_unconverged: whether solves that do not converge are answered too.
    """
    model = self._with_method(method) if method else self
    handle = model._use()
    x = samples(x, model._info, model._dtype)
    count = len(x)
    begin = _solving.states(start, model._dtype, 'start')
    _solving.check_start(begin, count)
    logits = np.empty((count, model.classes), model._dtype)
    z = tuple(np.empty((count,) + tier, model._dtype) for tier in model._tiers)
    report = _solving.new_report(count)
    for part in _solving.parts(count, batch_size):
      settings = _solving.settings(tol, max_iterations, criterion, certify, begin, part)
      answers = _library.Answers(logits=view(logits[part]), z_count=len(z),
                                 z=views([tier[part] for tier in z]))
      check(lib.mondeq_solve(handle, view(x[part]), settings, answers,
                             _solving.report_of(report, part)))
    solution = Solution(**report, logits=logits, z=z)
    if not allow_unconverged:
      _solving.check_converged(solution.end)
    return solution

  def vjp(self, x: ArrayLike, grad_logits: Optional[ArrayLike] = None, *,
          grad_z: Union[None, np.ndarray, Sequence[Optional[ArrayLike]]] = None,
          start: Optional[State] = None, tol: Optional[float] = None,
          max_iterations: Optional[int] = None, criterion: Optional[str] = None,
          allow_unconverged: bool = False) -> Gradients:
    """The vector-Jacobian product, by the implicit function theorem: of a loss whose gradients by
    the logits and by z* are given, those by x and by every parameter.

    Args:
      x: floats; the gradient of pixels is that of what they become by normalisation.
      grad_logits: [N, classes]; None is zero.
      grad_z: as Solution.z, None being zero.
      start: z* where it is known, which saves the solve for it.
      tol, max_iterations, criterion: of both solves, as for `solve`.
      allow_unconverged: as for `solve`.
    """
    handle = self._use()
    shape = np.shape(x)
    x = samples(x, self._info, self._dtype)
    begin = _solving.states(start, self._dtype, 'start')
    _solving.check_start(begin, len(x))
    dz = _solving.states(grad_z, self._dtype, 'grad_z')
    cotangents = _library.Cotangents(z_count=len(dz), z=views(dz))
    if grad_logits is not None:
      dlogits = floats(grad_logits, self._dtype, 'grad_logits')
      cotangents.logits = view(dlogits)
    dx = np.empty(x.shape, self._dtype)
    dparameters = {name: np.empty(shape, self._dtype) for name, shape in self._shapes.items()}
    gradients = _library.Gradients(x=view(dx), parameter_count=len(dparameters),
                                   parameters=views(list(dparameters.values())))
    forward, backward = _solving.new_report(len(x)), _solving.new_report(len(x))
    everything = slice(0, len(x))
    if not len(x):
      for gradient in dparameters.values():
        gradient.fill(0)
      return _solving.gradients(dx.reshape(shape), dparameters, forward, backward)
    check(lib.mondeq_gradient(
        handle, view(x),
        _solving.settings(tol, max_iterations, criterion, False, begin, everything), cotangents, None, gradients, _solving.report_of(forward, everything),
        _solving.report_of(backward, everything)))
    result = _solving.gradients(dx.reshape(shape), dparameters, forward, backward)
    if not allow_unconverged:
      _solving.check_converged(result.forward.end)
      _solving.check_converged(result.backward.end, 'solves for gradients')
    return result

  def certify(self, x: ArrayLike, *, batch_size: int = 256) -> Certificates:
    """Radii around every sample within which its class cannot change.

    It computes in float64, whatever the model's dtype is; the first call bounds norms of the model,
    which takes a while.
    """
    handle = self._use()
    x = samples(x, self._info, self._dtype)
    count = len(x)
    found = {'predicted': np.empty(count, np.int64)}
    for name in ('margin', 'radius_l2', 'radius_linf'):
      found[name] = np.empty(count, np.float64)
    for part in _solving.parts(count, batch_size):
      into = _library.Certificates(**{name: address(one[part]) for name, one in found.items()})
      check(lib.mondeq_certify(handle, view(x[part]), into))
    return Certificates(**found)

  def parameters(self) -> Dict[str, np.ndarray]:
    """Copies of the parameters, by name; set_parameters gives them back."""
    handle = self._use()
    values = {name: np.empty(shape, self._dtype) for name, shape in self._shapes.items()}
    for i, value in enumerate(values.values()):
      check(lib.mondeq_get_parameter(handle, i, view(value)))
    return values

  def set_parameters(self, values: Mapping[str, ArrayLike]) -> None:
    """Replaces parameters, by name: all that are given or, where there is an error, none.

    It waits for calls of other threads. Where alpha is automatic it is chosen anew now and then, as
    in training.
    """
    unknown = [name for name in values if name not in self._shapes]
    if unknown:
      raise _errors.UsageError(f'no parameter is called "{unknown[0]}"; there are '
                               + ', '.join(self._shapes))
    arrays = [floats(values[name], self._dtype, name) if name in values else None
              for name in self._shapes]
    with self._others_lock:
      check(lib.mondeq_set_parameters(self._use(), views(arrays), len(arrays)))
      self._others.clear()

  def save(self, path: PathOrText) -> None:
    """Writes a weights file, with the config in it. Raises FileError."""
    check(lib.mondeq_save(self._use(), text(path, 'path')))

  def _with_method(self, method: str) -> Model:
    with self._others_lock:
      if method not in self._others:
        with tempfile.TemporaryDirectory() as folder:
          path = os.path.join(folder, 'weights.safetensors')
          self.save(path)
          self._others[method] = load(path, **self._options._asdict(),
                                      set=[_config.method_override(method)])
      return self._others[method]

  def __reduce__(self):
    with tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, 'weights.safetensors')
      self.save(path)
      with open(path, 'rb') as file:
        return _from_bytes, (file.read(), self._options._asdict())


def _from_bytes(weights: bytes, options: Dict[str, Any]) -> Model:
  with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'weights.safetensors')
    with open(path, 'wb') as file:
      file.write(weights)
    return load(path, **options)


def load(path: PathOrText, *, device: str = 'auto', threads: int = 0, dtype: str = 'float32',
         set: Sequence[str] = ()) -> Model:
  """The model of a weights file, which holds its config and the normalisation of its data.

  Args:
    path: what `mondeq train`, `Model.save` or `mondeq import` wrote.
    device: 'cpu', 'cuda' or 'auto', which is cuda where there is a usable one.
    threads: CPU threads of every call; 0 takes one per core.
    dtype: what the model computes in: 'float32' or 'float64'.
    set: changes of how equilibria are found, as for the command line's --set:
      'model.equilibrium.splitting.tolerance=1e-4'.

  Raises FileError, UsageError and DeviceError.
  """
  options = Options(device, threads, str(np.dtype(dtype)))
  handle = ctypes.c_void_p()
  check(lib.mondeq_load(text(path, 'path'), _options(options, set), handle))
  return Model(handle, options)


def from_config(config: PathOrText, *, seed: int = 0, device: str = 'auto', threads: int = 0,
                dtype: str = 'float32', set: Sequence[str] = (),
                data_dir: Optional[PathOrText] = None) -> Model:
  """An untrained model.

  Args:
    config: a textproto, or the path of one. Where its model has no input and classes they are those
      of its data set.
    seed: draws the parameters.
    data_dir: where the data set looks for its files.
    device, threads, dtype, set: as for `load`.

  Raises UsageError, FileError and DeviceError.
  """
  options = Options(device, threads, str(np.dtype(dtype)))
  handle = ctypes.c_void_p()
  check(lib.mondeq_from_config(text(_config.read(config), 'config'), whole(seed, 'seed', 64),
                               _options(options, set, data_dir), handle))
  return Model(handle, options)


def _options(options: Options, overrides: Sequence[str],
             data_dir: Optional[PathOrText] = None) -> _library.Options:
  if isinstance(overrides, str):
    raise _errors.UsageError('set: expected a list of "PATH=VALUE", found a string')
  if options.dtype not in _DTYPES:
    raise _errors.UsageError(f'dtype: expected float32 or float64, found {options.dtype}')
  texts = (ctypes.c_char_p * len(overrides))(*[text(one, 'set') for one in overrides])
  return _library.Options(device=text(options.device, 'device'),
                          threads=whole(options.threads, 'threads', 31),
                          dtype=_DTYPES[options.dtype], overrides=texts,
                          override_count=len(texts),
                          data_dir=None if data_dir is None else text(data_dir, 'data_dir'))
