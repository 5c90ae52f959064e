"""Equilibria inside torch models. Where torch is not installed every test here is skipped."""

import copy
import os
import pickle
import struct
import tempfile
import unittest

import numpy as np

import mondeq
from tests import models

try:
  import torch
  import mondeq.torch
except ImportError:
  torch = None


@unittest.skipIf(torch is None, 'torch is not installed')
class TorchTest(unittest.TestCase):

  def layer(self, kind, **settings):
    return mondeq.torch.Equilibrium(models.make(kind), **settings)

  def x(self, layer, count=2, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, *layer.model.input_shape, dtype=torch.float64, generator=generator,
                       requires_grad=True)

  def test_gradcheck(self):
    for kind in models.CONFIGS:
      for output in ('logits', 'z'):
        with self.subTest(f'{kind} {output}'):
          # Gradients by z of a unit that is not active are 0, which no solve reaches relatively.
          layer = self.layer(kind, output=output, allow_unconverged=output == 'z')
          x = self.x(layer)
          self.assertTrue(torch.autograd.gradcheck(
              lambda x, *_: layer(x), (x, *layer.parameters()), fast_mode=output == 'z'))

  def test_it_is_the_model(self):
    for kind in models.CONFIGS:
      model = models.make(kind)
      layer = self.layer(kind)
      x = self.x(layer)
      np.testing.assert_array_equal(layer(x).detach().numpy(), model.logits(x.detach().numpy()))
      self.assertEqual({name for name, _ in layer.named_parameters()}, set(model.parameters()))
      z = self.layer(kind, output='z')(x)
      z = z if isinstance(z, tuple) else (z,)
      for ours, expected in zip(z, model.solve(x.detach().numpy(), certify=False).z):
        np.testing.assert_array_equal(ours.detach().numpy(), expected)

  def test_readout_is_left_out_of_z(self):
    names = [name for name, _ in self.layer('dense', output='z').named_parameters()]
    self.assertIn('operator.A', names)
    self.assertFalse([name for name in names if name.startswith('readout')])

  def test_changes_are_seen_however_they_are_made(self):
    layer = self.layer('dense')
    x = self.x(layer)
    before = layer(x)
    with torch.no_grad():
      layer.get_parameter('injection.bias').add_(0.5)
    inplace = layer(x)
    self.assertGreater((inplace - before).abs().max(), 1e-3)
    layer.get_parameter('injection.bias').data.sub_(0.5)
    torch.testing.assert_close(layer(x), before)
    layer.load_state_dict({name: value + 1 for name, value in layer.state_dict().items()})
    np.testing.assert_array_equal(layer.model.parameters()['injection.bias'],
                                  layer.get_parameter('injection.bias').detach().numpy())

  def test_backward_is_of_the_parameters_of_forward(self):
    layer, other = self.layer('dense'), self.layer('dense')
    x = self.x(layer)
    result = layer(x)
    layer(torch.ones_like(x))  # a solve in between
    result.sum().backward()
    other(x.detach()).sum().backward()
    for ours, expected in zip(layer.parameters(), other.parameters()):
      torch.testing.assert_close(ours.grad, expected.grad)

  def test_inside_a_model(self):
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 10), torch.nn.ReLU(),
        mondeq.torch.Equilibrium(models.make('dense', 'float32'), output='z'), torch.nn.Linear(12, 2))
    x = torch.randn(64, 4)
    labels = (x[:, 0] * x[:, 1] > 0).long()
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    losses = []
    for _ in range(60):
      optimizer.zero_grad()
      loss = torch.nn.functional.cross_entropy(net(x), labels)
      loss.backward()
      optimizer.step()
      losses.append(loss.item())
    self.assertLess(losses[-1], 0.5 * losses[0])
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
      # Solved to 1e-4 each, perhaps with other step sizes.
      torch.testing.assert_close(other(x), net(x), rtol=1e-2, atol=1e-2)

  def test_half_precision_and_float32_inputs(self):
    layer = self.layer('dense')
    for dtype in (torch.float32, torch.bfloat16):
      x = torch.ones(2, 10, dtype=dtype, requires_grad=True)
      layer(x).sum().backward()
      self.assertEqual(x.grad.dtype, dtype)

  def test_not_converged(self):
    x = torch.ones(2, 10)
    with self.assertRaises(mondeq.NotConverged):
      self.layer('dense', max_iterations=1)(x)
    self.layer('dense', max_iterations=1, allow_unconverged=True)(x).sum().backward()
    with self.assertRaisesRegex(ValueError, 'logits, z'):
      self.layer('dense', output='y')

  def test_ten_steps_are_those_of_mondeq_train(self):
    config = '''name: "steps" data { [mondeq.mnist] {} batch_size: 64 }
      model {
        equilibrium {
          injection { [mondeq.affine] {} } operator { [mondeq.dense] { units: 20 } }
          nonlinearity { [mondeq.relu] {} }
          splitting { [mondeq.peaceman_rachford] {} tolerance: 1e-5 max_iterations: 1000 } }
        readout { [mondeq.affine] {} } }
      training {
        epochs: 10 seed: 5 optimizer { [mondeq.sgd] { momentum: 0.9 } }
        schedule { [mondeq.constant] { learning_rate: 0.05 } } }'''
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 256, (64, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 64, np.uint8)
    with tempfile.TemporaryDirectory() as folder:
      # The batch is the whole data set, so an epoch is a step.
      for split in ('train', 't10k'):
        write_idx(os.path.join(folder, f'{split}-images-idx3-ubyte'), pixels)
        write_idx(os.path.join(folder, f'{split}-labels-idx1-ubyte'), labels)
      expected, history = mondeq.train(config, data_dir=folder, threads=1)
      model = mondeq.from_config(config, seed=5, data_dir=folder, threads=1)
    (mean,), (stddev,) = model.normalization
    before = model.parameters()
    layer = mondeq.torch.Equilibrium(model)
    optimizer = torch.optim.SGD(layer.parameters(), 0.05, momentum=0.9)
    x = torch.from_numpy(((pixels.reshape(64, -1) / 255 - mean) / stddev).astype(np.float32))
    target = torch.from_numpy(labels.astype(np.int64))
    for row in history:
      optimizer.zero_grad()
      loss = torch.nn.functional.cross_entropy(layer(x), target)
      # Sums in another order, and solves to 1e-5.
      self.assertAlmostEqual(loss.item(), row['train_loss'], delta=1e-3 * loss.item())
      loss.backward()
      optimizer.step()
    for name, value in layer.model.parameters().items():
      moved = np.linalg.norm(value - before[name])
      self.assertGreater(moved, 0, name)
      self.assertLess(np.linalg.norm(value - expected.parameters()[name]), 1e-2 * moved, name)


def write_idx(path, array):
  with open(path, 'wb') as file:
    file.write(struct.pack(f'>HBB{array.ndim}I', 0, 8, array.ndim, *array.shape) + array.tobytes())


if __name__ == '__main__':
  unittest.main()
