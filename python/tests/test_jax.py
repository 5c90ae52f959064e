"""Equilibria inside JAX functions. Where jax is not installed every test here is skipped."""

import unittest

import numpy as np

import mondeq
from tests import models

try:
  import jax
  import mondeq.jax
except ImportError:
  jax = None


@unittest.skipIf(jax is None, 'jax is not installed')
class JaxTest(unittest.TestCase):

  def setUp(self):
    jax.config.update('jax_enable_x64', True)

  def test_gradients_under_jit(self):
    for kind in models.CONFIGS:
      with self.subTest(kind):
        model = models.make(kind)
        x = np.random.default_rng(1).standard_normal((3,) + model.input_shape)
        f, parameters = mondeq.jax.equilibrium(model), mondeq.jax.parameters(model)
        np.testing.assert_allclose(jax.jit(f)(parameters, x), models.make(kind).logits(x), rtol=1e-12)
        loss = lambda parameters, x: (f(parameters, x) ** 2).sum()
        found, dx = jax.jit(jax.grad(loss, argnums=(0, 1)))(parameters, x)
        other = models.make(kind)
        expected = other.vjp(x, 2 * other.logits(x))
        np.testing.assert_allclose(dx, expected.x, rtol=1e-8, atol=1e-10)
        self.assertEqual(set(found), set(expected.parameters))
        for name, gradient in expected.parameters.items():
          np.testing.assert_allclose(found[name], gradient, rtol=1e-8, atol=1e-10)

  def test_vmap(self):
    model = models.make('dense')
    f, parameters = mondeq.jax.equilibrium(model), mondeq.jax.parameters(model)
    x = np.random.default_rng(1).standard_normal((4, 2, 10))
    found = jax.vmap(f, in_axes=(None, 0))(parameters, x)
    for ours, one in zip(found, x):
      np.testing.assert_allclose(ours, models.make('dense').logits(one), rtol=1e-10)

  def test_float64_needs_x64(self):
    jax.config.update('jax_enable_x64', False)
    with self.assertRaisesRegex(ValueError, 'jax_enable_x64'):
      mondeq.jax.equilibrium(models.make('dense'))


if __name__ == '__main__':
  unittest.main()
