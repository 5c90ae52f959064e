"""Models: what holds for every kind of operator."""

import copy
import multiprocessing
import os
import pickle
import tempfile
import threading
import unittest

import numpy as np

import mondeq
from tests import models


def every_kind(test):
  def run(self):
    for kind in models.CONFIGS:
      with self.subTest(kind):
        test(self, models.make(kind), np.random.default_rng(5))
  return run


def samples(model, rng, count=5):
  return rng.standard_normal((count,) + model.input_shape)


def softmax(logits):
  powers = np.exp(logits - logits.max(axis=1, keepdims=True))
  return powers / powers.sum(axis=1, keepdims=True)


class ModelTest(unittest.TestCase):

  @every_kind
  def test_predictions_logits_and_probabilities_agree(self, model, rng):
    x = samples(model, rng)
    logits = model.logits(x)
    self.assertEqual(logits.shape, (5, model.classes))
    self.assertEqual(logits.dtype, np.float64)
    np.testing.assert_array_equal(model.predict(x), logits.argmax(axis=1))
    np.testing.assert_allclose(model.probabilities(x), softmax(logits), rtol=1e-12)
    np.testing.assert_allclose(model.solve(x).probabilities, softmax(logits), rtol=1e-12)

  @every_kind
  def test_batches_change_nothing_but_rounding(self, model, rng):
    x = samples(model, rng, 7)
    np.testing.assert_allclose(model.logits(x, batch_size=3), model.logits(x), rtol=0, atol=1e-10)
    whole, parts = model.solve(x), model.solve(x, batch_size=2)
    for a, b in zip(whole.z, parts.z):
      np.testing.assert_allclose(a, b, rtol=0, atol=1e-10)
    self.assertEqual(parts.iterations.shape, (7,))
    np.testing.assert_array_equal(model.certify(x, batch_size=3).predicted, model.predict(x))

  @every_kind
  def test_arrays_of_any_order_type_and_stride_are_read(self, model, rng):
    x = samples(model, rng)
    expected = model.logits(x)
    flat = x.reshape(len(x), -1)
    strided = np.empty((len(x) * 2,) + x.shape[1:])[::2]
    strided[...] = x
    backwards = np.ascontiguousarray(x[..., ::-1])[..., ::-1]
    record = np.zeros(x.shape, [('odd', 'i1'), ('value', 'f8')])  # values 9 bytes apart
    record['value'] = x
    for name, array in {'flat': flat, 'fortran': np.asfortranarray(x), 'strided': strided,
                        'backwards': backwards, 'big endian': x.astype('>f8'),
                        'packed': record['value'], 'list': x.tolist()}.items():
      with self.subTest(name):
        np.testing.assert_array_equal(model.logits(array), expected)
    np.testing.assert_allclose(model.logits(x.astype(np.float16)),
                               model.logits(x.astype(np.float16).astype(np.float64)), rtol=1e-12)

  @every_kind
  def test_solution_is_a_fixed_point_with_a_certified_bound(self, model, rng):
    x = samples(model, rng)
    exact = model.solve(x)
    self.assertEqual([tier.shape[1:] for tier in exact.z], model.tiers)
    self.assertTrue(exact.converged.all())
    self.assertEqual(set(exact.status), {'converged'})
    rough = model.solve(x, tol=1e-2)
    distance = np.sqrt(sum(((a - b) ** 2).reshape(len(x), -1).sum(axis=1)
                           for a, b in zip(rough.z, exact.z)))
    self.assertTrue((distance <= rough.error_bound + exact.error_bound).all())
    self.assertTrue((rough.iterations < exact.iterations).all())
    self.assertTrue((exact.residual < 1e-10).all())
    self.assertTrue(np.isnan(model.solve(x, certify=False).residual).all())

  @every_kind
  def test_a_start_at_the_equilibrium_saves_the_solve(self, model, rng):
    x = samples(model, rng)
    first = model.solve(x)
    again = model.solve(x, start=first.z, batch_size=2)
    self.assertLess(again.iterations.max(), first.iterations.min())
    np.testing.assert_allclose(again.logits, first.logits, rtol=0, atol=1e-10)

  @every_kind
  def test_other_methods_find_the_same(self, model, rng):
    x = samples(model, rng)
    expected = model.logits(x)
    for method in ('douglas_rachford', '[mondeq.forward_backward_forward] {}',
                   'douglas_rachford { relaxation: 0.8 }'):
      found = model.solve(x, method=method, criterion='certified_error', tol=1e-8)
      np.testing.assert_allclose(found.logits, expected, rtol=0, atol=1e-6)
    values = {name: 0.5 * value for name, value in model.parameters().items()}
    model.set_parameters(values)
    np.testing.assert_allclose(model.solve(x, method='douglas_rachford').logits, model.logits(x),
                               rtol=0, atol=1e-9)

  @every_kind
  def test_gradients_are_differences(self, model, rng):
    x = samples(model, rng, 3)
    solution = model.solve(x)
    dlogits = rng.standard_normal(solution.logits.shape)
    dz = [rng.standard_normal(tier.shape) for tier in solution.z]
    gradients = model.vjp(x, dlogits, grad_z=dz, start=solution.z)
    self.assertLessEqual(gradients.forward.iterations.max(), 2)
    self.assertTrue(gradients.backward.converged.all())

    def loss(at):
      found = model.solve(at)
      return (found.logits * dlogits).sum() + sum((a * b).sum() for a, b in zip(found.z, dz))

    # Central differences err by about step^2 and 1e-11 / step.
    step = 1e-5
    direction = rng.standard_normal(x.shape)
    slope = (loss(x + step * direction) - loss(x - step * direction)) / (2 * step)
    self.assertAlmostEqual((gradients.x * direction).sum(), slope, delta=1e-4 * (1 + abs(slope)))
    before = model.parameters()
    self.assertEqual(list(gradients.parameters), list(before))
    for name, value in before.items():
      with self.subTest(name):
        direction = rng.standard_normal(value.shape)
        losses = []
        for sign in (1, -1):
          model.set_parameters({name: value + sign * step * direction})
          losses.append(loss(x))
        model.set_parameters({name: value})
        slope = (losses[0] - losses[1]) / (2 * step)
        self.assertAlmostEqual((gradients.parameters[name] * direction).sum(), slope,
                               delta=1e-4 * (1 + abs(slope)))

  @every_kind
  def test_certified_radii_hold(self, model, rng):
    x = samples(model, rng)
    certificates = model.certify(x)
    np.testing.assert_array_equal(certificates.predicted, model.predict(x))
    for radius, norm in ((certificates.radius_l2, 2), (certificates.radius_linf, np.inf)):
      self.assertTrue((radius >= 0).all())
      np.testing.assert_array_equal(radius > 0, certificates.margin > 0)
      step = rng.standard_normal(x.shape).reshape(len(x), -1)
      step *= (radius / np.linalg.norm(step, norm, axis=1))[:, np.newaxis]
      np.testing.assert_array_equal(model.predict(x + step.reshape(x.shape)),
                                    certificates.predicted)

  @every_kind
  def test_files_pickles_and_copies_are_the_same_model(self, model, rng):
    x = samples(model, rng)
    model.set_parameters({name: value + 0.1 for name, value in model.parameters().items()})
    with tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, 'w.safetensors')
      model.save(path)
      loaded = mondeq.load(path, dtype='float64', threads=1)
    for other in (loaded, pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
      self.assertEqual(other.dtype, np.float64)
      np.testing.assert_allclose(other.logits(x), model.logits(x), rtol=0, atol=1e-10)
      for name, value in other.parameters().items():
        np.testing.assert_array_equal(value, model.parameters()[name])

  def test_pixels_and_images_of_one_channel(self):
    config = '''name: "digits" data { [mondeq.digits] { train_count: 10 test_count: 10 } }
        model { equilibrium { injection { [mondeq.affine] {} } operator { [mondeq.dense] { units: 5 } }
        nonlinearity { [mondeq.relu] {} } splitting { [mondeq.peaceman_rachford] {} } }
        readout { [mondeq.affine] {} } }'''
    model = mondeq.from_config(config, threads=1)
    _, rows, columns = model.input_shape
    mean, stddev = model.normalization
    pixels = np.random.default_rng(1).integers(0, 256, (4, rows, columns), np.uint8)
    x = (pixels / np.float32(255) - np.float32(mean[0])) / np.float32(stddev[0])
    # Of numbers of this size float32 has six digits.
    np.testing.assert_allclose(model.logits(pixels), model.logits(x.astype(np.float32)), atol=1e-4)
    np.testing.assert_array_equal(model.logits(pixels), model.logits(pixels.reshape(4, 1, rows, -1)))
    images = x.astype(np.float32)
    for shape in ((4, rows, columns), (4, 1, rows, columns), (4, rows * columns)):
      self.assertEqual(model.vjp(images.reshape(shape), np.ones((4, 10))).x.shape, shape)
    self.assertIsNone(models.make('dense').normalization)

  def test_float32_models_answer_float32(self):
    model = models.make('dense', 'float32')
    x = samples(model, np.random.default_rng(2))
    solution = model.solve(x)
    self.assertEqual({solution.logits.dtype, solution.z[0].dtype}, {np.dtype(np.float32)})
    # Both solve to 1e-4.
    np.testing.assert_allclose(solution.logits, models.make('dense').logits(x), atol=1e-2)

  def test_threads_compute_at_once_on_one_model(self):
    model = models.make('conv')
    rng = np.random.default_rng(3)
    inputs = [samples(model, rng, count) for count in (1, 3, 8, 2)]
    expected = [model.logits(x) for x in inputs]
    wrong = []

    def work(i):
      for _ in range(20):
        if not np.array_equal(model.logits(inputs[i]), expected[i]):
          wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(inputs))]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    self.assertEqual(wrong, [])

  def test_no_samples_have_no_answers(self):
    model = models.make('dense')
    self.assertEqual(model.logits(np.empty((0, 10))).shape, (0, 3))
    self.assertEqual(model.solve(np.empty((0, 10))).z[0].shape, (0, 12))
    gradients = model.vjp(np.empty((0, 10)), np.empty((0, 3)))
    self.assertEqual(gradients.x.shape, (0, 10))
    self.assertFalse(any(value.any() for value in gradients.parameters.values()))

  def test_a_forked_child_is_told(self):
    model = models.make('dense')
    with multiprocessing.get_context('fork').Pool(1) as pool:
      # The pool's process has the model by pickle, and one by memory.
      x = np.ones((2, 10))
      np.testing.assert_array_equal(pool.apply(_logits, (model, x)), model.logits(x))
      global _shared
      _shared = model
    with multiprocessing.get_context('fork').Pool(1) as pool:
      with self.assertRaisesRegex(mondeq.UsageError, 'forked'):
        pool.apply(_logits_of_shared, (x,))
    _shared = None


_shared = None


def _logits(model, x):
  return model.logits(x)


def _logits_of_shared(x):
  return _shared.logits(x)


if __name__ == '__main__':
  unittest.main()
