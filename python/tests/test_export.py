"""What `mondeq export` writes, as NumPy, PyTorch and the code of Winston & Kolter read it."""

import collections
import os
import pickle
import tempfile
import unittest
import zipfile

import numpy as np

import mondeq
from tests import models
from tests.test_command import program

try:
  import torch
  import mondeq.torch
except ImportError:
  torch = None


class _Unpickler(pickle.Unpickler):
  """Reads the pickle of a torch file without torch."""

  _TYPES = {'FloatStorage': '<f4', 'DoubleStorage': '<f8'}

  def __init__(self, archive):
    super().__init__(archive.open('archive/data.pkl'))
    self._archive = archive

  def find_class(self, module, name):
    if (module, name) == ('collections', 'OrderedDict'):
      return collections.OrderedDict
    if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
      return self._tensor
    if module == 'torch' and name in self._TYPES:
      return np.dtype(self._TYPES[name])
    raise pickle.UnpicklingError(f'{module}.{name}')

  def persistent_load(self, pid):
    kind, dtype, key, location, count = pid
    storage = np.frombuffer(self._archive.read(f'archive/data/{key}'), dtype)
    if (kind, location, count) != ('storage', 'cpu', storage.size):
      raise pickle.UnpicklingError(f'{pid}')
    return storage

  @staticmethod
  def _tensor(storage, offset, shape, strides, requires_grad, hooks):
    assert not requires_grad and not hooks
    return np.lib.stride_tricks.as_strided(storage[offset:], shape,
                                           [storage.itemsize * stride for stride in strides])


class ExportTest(unittest.TestCase):

  def setUp(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.folder = folder.name

  def models(self):
    """Models of each kind and type, not as they were made."""
    for kind in models.CONFIGS:
      for dtype in ('float32', 'float64'):
        random = np.random.default_rng(len(kind))
        model = models.make(kind, dtype=dtype)
        model.set_parameters({name: value + 0.3 * random.standard_normal(value.shape)
                              for name, value in model.parameters().items()})
        yield kind, model

  def export(self, model, file_format, *flags):
    weights, output = (os.path.join(self.folder, name) for name in ('weights', 'output'))
    model.save(weights)
    run = program('export', f'--weights={weights}', f'--format={file_format}',
                  f'--output={output}', *flags)
    self.assertEqual((run.returncode, run.stderr), (0, ''))
    return output

  def assert_same(self, found, expected):
    self.assertEqual(set(found), set(expected))
    for name, value in expected.items():
      self.assertEqual(found[name].dtype, value.dtype, name)
      self.assertEqual(found[name].shape, value.shape, name)
      self.assertEqual(found[name].tobytes(), value.tobytes(), name)

  def test_numpy_reads_npz(self):
    for kind, model in self.models():
      with self.subTest(f'{kind} {model.dtype}'):
        path = self.export(model, 'npz')
        with zipfile.ZipFile(path) as archive:
          self.assertIsNone(archive.testzip())
        with np.load(path, allow_pickle=False) as file:
          arrays = dict(file)
        config = arrays['metadata.config'].item()
        self.assertIsInstance(config, str)
        self.assert_same({name: value for name, value in arrays.items()
                          if not name.startswith('metadata.')}, model.parameters())
        again = mondeq.from_config(config, dtype=model.dtype, threads=1)
        again.set_parameters({name: arrays[name] for name in again.parameters()})
        self.assert_same(again.parameters(), model.parameters())

  def test_a_torch_file_is_a_pickle_of_a_dict(self):
    for kind, model in self.models():
      with self.subTest(f'{kind} {model.dtype}'):
        with zipfile.ZipFile(self.export(model, 'torch')) as archive:
          self.assertIsNone(archive.testzip())
          self.assertEqual(archive.read('archive/byteorder'), b'little')
          self.assert_same(_Unpickler(archive).load(), model.parameters())

  @unittest.skipIf(torch is None, 'torch is not installed')
  def test_torch_reads_it(self):
    for kind, model in self.models():
      with self.subTest(f'{kind} {model.dtype}'):
        path = self.export(model, 'torch')
        for settings in ({}, {'mmap': True}):
          state = torch.load(path, weights_only=True, **settings)
          self.assert_same({name: value.numpy() for name, value in state.items()},
                           model.parameters())
        layer = mondeq.torch.Equilibrium(models.make(kind, dtype=model.dtype))
        layer.load_state_dict(torch.load(path, weights_only=True))
        self.assert_same(layer.model.parameters(), model.parameters())

  @unittest.skipIf(torch is None, 'torch is not installed')
  def test_the_published_modules_take_it(self):
    for kind, model in self.models():
      with self.subTest(f'{kind} {model.dtype}'):
        state = torch.load(self.export(model, 'torch', '--names=monotone_op_net'),
                           weights_only=True)
        readout = state['Wout.weight']
        theirs = _published(kind, readout.shape[1]).to(readout.dtype)
        theirs.load_state_dict(state)  # all that there is, and nothing else
        if kind == 'dense':
          self.assert_solves(theirs, model)

  def assert_solves(self, theirs, model):
    linear = theirs.mon.linear_module
    x = np.random.default_rng(5).standard_normal((4, *model.input_shape)).astype(model.dtype)
    solution = model.solve(x, certify=False)
    z, b = torch.from_numpy(solution.z[0]), linear.U(torch.from_numpy(x.reshape(4, -1)))
    with torch.no_grad():
      # m of models.CONFIGS
      step = torch.relu((1 - 0.5) * z - linear.A(z) @ linear.A.weight + linear.B(z)
                        - z @ linear.B.weight + b)
      # The solve's tolerance is for a distance, which W and rounding may enlarge.
      atol = 1e-3 if model.dtype == 'float32' else 1e-10
      np.testing.assert_allclose(step.numpy(), z.numpy(), rtol=0, atol=atol)
      np.testing.assert_allclose(theirs.Wout(z).numpy(), solution.logits, rtol=0, atol=atol)


def _published(kind, outputs):
  """The parameters of the published model of that kind, in the shapes of models.CONFIGS."""
  linear = torch.nn.Module()

  def scalars(count):
    return torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(1.)) for _ in range(count)])

  def square(channels):
    return torch.nn.Conv2d(channels, channels, 3, bias=False)

  if kind == 'dense':
    linear.U = torch.nn.Linear(10, 12)
    linear.A, linear.B = (torch.nn.Linear(12, 12, bias=False) for _ in 'AB')
  elif kind == 'conv':
    linear.U = torch.nn.Conv2d(2, 4, 3)
    linear.A, linear.B = square(4), square(4)
    linear.g, linear.h = scalars(2)
  else:
    linear.U = torch.nn.Conv2d(2, 3, 3)
    linear.A0, linear.B0 = (torch.nn.ModuleList([square(3), square(4)]) for _ in 'AB')
    linear.A_n0 = torch.nn.ModuleList([torch.nn.Conv2d(3, 4, 3, bias=False, stride=2)])
    linear.g, linear.gn, linear.h = scalars(2), scalars(1), scalars(2)
  model = torch.nn.Module()
  model.mon = torch.nn.Module()
  model.mon.linear_module = linear
  model.Wout = torch.nn.Linear(outputs, 3)
  return model


if __name__ == '__main__':
  unittest.main()
