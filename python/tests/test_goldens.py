"""Parity with an independent implementation: what mondeq/parity compares through the program and its
files, through Python. Without the folder that MONDEQ_GOLDENS names every test here is skipped."""

import json
import os
import unittest

import numpy as np

import mondeq

FOLDER = os.environ.get('MONDEQ_GOLDENS', '')
FILES = ('fc_5_7', 'fc_784_87', 'conv_2_3_6x6', 'conv_2_3_7x5', 'multi_2_3_i8')
# The bounds of the C++ tests, by dtype, for dense and other models.
BOUNDS = {'float64': (1e-9, 1e-8), 'float32': (1e-4, 1e-3)}


def config_text(about, x, m):
  """The model that a file's case describes."""
  image = about['kind'] != 'fc'
  size = dict(zip(('channels', 'rows', 'columns'), x.shape[1:] if image else (x.shape[1], 1, 1)))
  if not image:
    size = {'channels': 1, 'rows': 1, 'columns': x.shape[1]}
  m = {'m0p1': 0.1, 'm1p0': 1.0}[m]
  operator = {
      'fc': lambda: f'[mondeq.dense] {{ units: {about["n"]} m: {m} }}',
      'conv': lambda: f'[mondeq.conv] {{ channels: {about["c"]} m: {m} }}',
      'multi': lambda: '[mondeq.multi_tier_conv] {'
                       + ''.join(f' channels: {c}' for c in about['ch']) + f' m: {m} }}',
  }[about['kind']]()
  pool = ''
  if 'pool' in about:
    pool = f'readout {{ [mondeq.average_pool] {{ window: {about["pool"]} }} }}'
  return f'''name: "golden" model {{
    input {{ {' '.join(f'{name}: {extent}' for name, extent in size.items())} }} classes: 10
    equilibrium {{
      injection {{ [mondeq.{'padded_conv' if image else 'affine'}] {{}} }}
      operator {{ {operator} }}
      nonlinearity {{
        {'[mondeq.zero_border] { inner { [mondeq.relu] {} } }' if image else '[mondeq.relu] {}'} }}
      splitting {{ [mondeq.peaceman_rachford] {{}} }}
    }}
    {pool} {'readout { [mondeq.flatten] {} }' if image else ''} readout {{ [mondeq.affine] {{}} }} }}'''


def golden_name(ours):
  """What a parameter is called in the files, and whether ours is the root of theirs."""
  place, _, rest = ours.partition('.')
  if place != 'operator':
    return {'injection': 'p_U_', 'readout': 'p_Wout_'}[place] + rest, False
  kind, _, tier = rest.partition('.')
  theirs = {'A': 'A', 'B': 'B', 'gamma': 'g', 'h': 'h', 'A_down': 'An', 'gamma_down': 'gn'}[kind]
  return f'p_{theirs}' + (f'_t{tier}' if tier else ''), kind.startswith('gamma')


def error(ours, golden):
  return np.linalg.norm((ours - golden).ravel()) / np.linalg.norm(golden.ravel())


@unittest.skipUnless(FOLDER, 'MONDEQ_GOLDENS is not set')
class GoldensTest(unittest.TestCase):

  def compare(self, file, m, dtype):
    with open(os.path.join(FOLDER, 'manifest.json')) as manifest:
      about = json.load(manifest)['files'][file + '.npz']['case']
    golden = dict(np.load(os.path.join(FOLDER, file + '.npz')))
    bound = BOUNDS[dtype][about['kind'] != 'fc']
    x = golden['in_x']
    model = mondeq.from_config(config_text(about, x, m), dtype=dtype, threads=2)
    values = {}
    for name, value in model.parameters().items():
      theirs, root = golden_name(name)
      values[name] = np.asarray(np.sqrt(np.float64(golden[theirs])) if root else golden[theirs],
                                dtype).reshape(value.shape)
    model.set_parameters(values)
    # The tolerances are beyond what can be reached, or nearly: solves stop where they stagnate.
    settings = {'tol': 1e-13 if dtype == 'float64' else 1e-6, 'max_iterations': 5000,
                'allow_unconverged': True}
    found = model.solve(x, **settings)
    for i, tier in enumerate(found.z):
      self.assertLessEqual(error(tier, golden[f'{m}_zstar_t{i}']), bound)
    self.assertLessEqual(error(found.logits, golden[f'{m}_logits']), bound)
    if 'in_labels' in golden:
      self.compare_gradients(model, found, golden, m, bound, settings)

  def compare_gradients(self, model, found, golden, m, bound, settings):
    labels, rows = golden['in_labels'], np.arange(len(found.logits))
    probabilities = found.probabilities.astype(np.float64)
    loss = -np.log(probabilities[rows, labels]).mean()
    self.assertAlmostEqual(loss, golden[f'{m}_loss'], delta=bound * loss)
    grad_logits = probabilities.copy()
    grad_logits[rows, labels] -= 1
    gradients = model.vjp(golden['in_x'], grad_logits / len(rows), start=found.z, **settings)
    self.assertLessEqual(error(gradients.x, golden[f'{m}_grad_x']), bound)
    parameters = model.parameters()
    for name, gradient in gradients.parameters.items():
      theirs, root = golden_name(name)
      if root:  # dl/dg = dl/dgamma / (2 gamma)
        gradient = gradient / (2 * parameters[name])
      expected = golden[f'{m}_grad_{theirs}']
      self.assertLessEqual(error(gradient.reshape(expected.shape), expected), bound, name)

  def test_everything_agrees(self):
    cases = [(file, m) for file in FILES for m in ('m0p1', 'm1p0')] + [('mnist_fc_trained', 'm1p0')]
    for file, m in cases:
      for dtype in BOUNDS:
        with self.subTest(f'{file} {m} {dtype}'):
          self.compare(file, m, dtype)


if __name__ == '__main__':
  unittest.main()
