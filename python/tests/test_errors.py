"""Bad input is answered with one line, by the exception that its exit code stands for."""

import os
import tempfile
import unittest

import numpy as np

import mondeq
from tests import models


class ErrorsTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    cls.model = models.make('dense')
    cls.image = models.make('conv')
    cls.x = np.ones((2, 10))

  def expect(self, kind, text, call, *arguments, **settings):
    with self.assertRaisesRegex(kind, text) as caught:
      call(*arguments, **settings)
    self.assertNotIn('\n', str(caught.exception))
    self.assertIsInstance(caught.exception, mondeq.Error)
    return caught.exception

  def test_samples(self):
    for text, x in {'shape': np.ones(10), 'int64': [[1] * 10], 'complex': np.ones((2, 10), complex),
                    '11': np.ones((2, 11)), 'finite': np.full((2, 10), np.nan),
                    'bool': np.ones((2, 10), bool), 'object': np.array([[None] * 10]),
                    'uint8|pixels': np.ones((2, 10), np.uint8)}.items():
      with self.subTest(text):
        self.expect(ValueError, text, self.model.logits, x)
    self.expect(mondeq.UsageError, r'\[N, 2, 6, 4\] or \[N, 48\]', self.image.predict,
                np.ones((2, 6, 4)))
    self.expect(mondeq.UsageError, '', self.image.predict, np.ones((2, 6, 4, 2)))

  def test_settings(self):
    for text, settings in {'tol': {'tol': 0}, 'max_iterations': {'max_iterations': -1},
                           'certified_error': {'criterion': 'exact'}, 'batch_size': {'batch_size': 0},
                           'douglas_rachfort': {'method': 'douglas_rachfort'},
                           'method': {'method': 'two words'},
                           '2.31': {'max_iterations': 2**32 + 1},
                           'start': {'start': np.ones((2, 11))}, 'tier': {'start': [self.x, self.x]},
                           r'start\[0\]: expected 2 samples, found shape \(50, 12\)':
                           {'start': np.ones((50, 12))},
                           r'found shape \(\)': {'start': [np.float64(1)]},
                           }.items():
      with self.subTest(text):
        self.expect(mondeq.UsageError, text, self.model.solve, self.x, **settings)

  def test_gradients(self):
    self.expect(mondeq.UsageError, 'logits', self.model.vjp, self.x, np.ones((2, 4)))
    self.expect(mondeq.UsageError, '', self.model.vjp, self.x, np.ones((3, 3)))
    self.expect(mondeq.UsageError, '', self.model.vjp, self.x, grad_z=np.ones((2, 13)))

  def test_not_converged(self):
    expected = r'2 of 2 solves did not converge \(2 reached max_iterations\), sample 0 first'
    error = self.expect(mondeq.NotConverged, expected, self.model.solve, self.x, max_iterations=1)
    self.assertIsInstance(error, ArithmeticError)
    found = self.model.solve(self.x, max_iterations=1, allow_unconverged=True)
    self.assertEqual(found.status, ('max_iterations',) * 2)
    self.assertEqual(found.iterations.tolist(), [1, 1])
    self.expect(mondeq.NotConverged, '', self.model.vjp, self.x, np.ones((2, 3)), max_iterations=1)
    self.model.vjp(self.x, np.ones((2, 3)), max_iterations=1, allow_unconverged=True)
    weak = models.make('dense', set=['model.equilibrium.splitting.max_iterations=1'])
    self.expect(mondeq.NotConverged, '', weak.predict, self.x)
    weak.predict(self.x, allow_unconverged=True)

  def test_parameters(self):
    before = self.model.parameters()
    good = {name: value + 1 for name, value in before.items()}
    for text, bad in {'operator.A': np.ones((2, 2)), 'finite': np.full((12, 12), np.inf)}.items():
      self.expect(mondeq.UsageError, text, self.model.set_parameters, {**good, 'operator.A': bad})
    self.expect(mondeq.UsageError, '"operator.C".*operator.A', self.model.set_parameters,
                {'operator.C': 1.0})
    for name, value in self.model.parameters().items():
      np.testing.assert_array_equal(value, before[name])

  def test_files(self):
    with tempfile.TemporaryDirectory() as folder:
      missing = os.path.join(folder, 'none')
      self.expect(OSError, 'none', mondeq.load, missing)
      self.expect(mondeq.FileError, 'none', mondeq.from_config, missing)
      self.expect(mondeq.FileError, '', self.model.save, os.path.join(missing, 'w.safetensors'))
      path = os.path.join(folder, 'damaged')
      with open(path, 'wb') as file:
        file.write(b'\xff' * 100)
      self.assertEqual(self.expect(mondeq.Error, 'damaged', mondeq.load, path).status, 3)
      self.expect(mondeq.UsageError, 'UTF-8', mondeq.from_config, path)

  def test_configs(self):
    config = models.CONFIGS['dense']
    self.expect(mondeq.UsageError, 'dens', mondeq.from_config, config.replace('dense', 'dens'))
    self.expect(mondeq.UsageError, 'set', mondeq.from_config, config, set='a=b')
    self.expect(mondeq.UsageError, 'no.such', mondeq.from_config, config, set=['no.such=1'])
    self.expect(mondeq.UsageError, 'seed', mondeq.from_config, config, seed=-1)
    self.expect(mondeq.UsageError, 'zeros', mondeq.load, 'a\0b')
    self.expect(mondeq.UsageError, 'zeros', mondeq.run, 'list\0')
    self.expect(mondeq.UsageError, 'float16', mondeq.from_config, config, dtype='float16')
    self.expect(mondeq.Error, 'abacus', mondeq.from_config, config, device='abacus')

  def test_runs(self):
    self.assertEqual(self.expect(mondeq.UsageError, 'lisst', mondeq.run, 'lisst').status, 2)
    self.expect(mondeq.FileError, 'none', mondeq.run, 'eval', '--weights=/none')
    self.expect(mondeq.UsageError, 'data', mondeq.train, models.CONFIGS['dense'])


if __name__ == '__main__':
  unittest.main()
