"""What docs/python.md and the README show runs, in its order."""

import contextlib
import importlib.util
import io
import os
import re
import tempfile
import unittest

import numpy as np

import mondeq

ROOT = os.environ.get('MONDEQ_ROOT', '')


def blocks(path):
  with open(os.path.join(ROOT, path), encoding='utf-8') as file:
    return re.findall(r'^```python\n(.*?)^```$', file.read(), re.MULTILINE | re.DOTALL)


def runs_here(block):
  modules = re.findall(r'^import (torch|jax)$', block, re.MULTILINE)
  return all(importlib.util.find_spec(module) for module in modules)


@unittest.skipUnless(ROOT, 'MONDEQ_ROOT is not set: tools/test_python does that')
class DocsTest(unittest.TestCase):

  def setUp(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(folder.name)
    os.symlink(os.path.join(ROOT, 'configs'), 'configs')

  def run_blocks(self, path, scope):
    found = blocks(path)
    self.assertTrue(found)
    for block in filter(runs_here, found):
      with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(block, path, 'exec'), scope)

  def test_python_md(self):
    scope = {}
    self.run_blocks('docs/python.md', scope)
    self.assertGreater(scope['history'][-1]['test_accuracy'], 0.5)

  def test_readme(self):
    mondeq.from_config('configs/quickstart.textproto').save('weights.safetensors')
    rng = np.random.default_rng(1)
    self.run_blocks('README.md', {'x': rng.integers(0, 256, (8, 16, 16), np.uint8),
                                  'grad_logits': rng.standard_normal((8, 10))})


if __name__ == '__main__':
  unittest.main()
