"""Equilibria inside JAX functions: forward and backward are mondeq's, on the host.

  f = mondeq.jax.equilibrium(model)
  parameters = mondeq.jax.parameters(model)
  logits = f(parameters, x)                                # differentiable in both, under jit too
"""

from __future__ import annotations

from typing import Callable, Dict

import jax
import numpy as np

from mondeq._errors import UsageError
from mondeq._following import Follower
from mondeq.model import Model

Parameters = Dict[str, jax.Array]


def parameters(model: Model) -> Parameters:
  """The model's parameters, by name. Those of a float64 model need jax_enable_x64."""
  return {name: jax.numpy.asarray(value) for name, value in model.parameters().items()}


def equilibrium(model: Model, **settings) -> Callable[[Parameters, jax.Array], jax.Array]:
  """f(parameters, x) -> logits [N, classes], with gradients by both and no second ones.

  x is [N, C, H, W] or [N, d]. The backward pass begins at the equilibrium of the forward pass. What
  is mapped over (vmap) is solved one after the other.

  Args:
    model: a mondeq.Model. The function takes it over, and changes its parameters.
    **settings: tol, max_iterations, criterion and allow_unconverged of `Model.solve`.
  """
  dtype, tiers, classes = model.dtype, model.tiers, model.classes
  if dtype == np.float64 and not jax.config.jax_enable_x64:
    raise ValueError('a float64 model needs jax.config.update("jax_enable_x64", True)')
  follower = Follower(model)

  def arrays(tree):
    return jax.tree_util.tree_map(np.asarray, tree)

  def solve_on_host(parameters, x):
    with follower.lock:
      follower.take(arrays(parameters))
      solution = model.solve(np.asarray(x), certify=False, batch_size=max(1, len(x)), **settings)
    return solution.logits, solution.z

  def pull_back_on_host(parameters, x, z, grad_logits):
    with follower.lock:
      follower.take(arrays(parameters))
      found = model.vjp(np.asarray(x), np.asarray(grad_logits), start=arrays(z), **settings)
    return {name: found.parameters[name] for name in parameters}, found.x

  def struct(*shape):
    return jax.ShapeDtypeStruct(shape, dtype)

  def forward(parameters, x):
    x = jax.numpy.asarray(x)
    if not jax.numpy.issubdtype(x.dtype, jax.numpy.floating):
      raise UsageError(f'x: expected floats, found {x.dtype}; pixels are for Model.predict')
    x = x.astype(dtype)
    shapes = struct(len(x), classes), tuple(struct(len(x), *tier) for tier in tiers)
    logits, z = jax.pure_callback(solve_on_host, shapes, parameters, x, vmap_method='sequential')
    return logits, (parameters, x, z)

  def backward(saved, grad_logits):
    parameters, x, z = saved
    shapes = {name: struct(*value.shape) for name, value in parameters.items()}, struct(*x.shape)
    return jax.pure_callback(pull_back_on_host, shapes, parameters, x, z, grad_logits,
                             vmap_method='sequential')

  f = jax.custom_vjp(lambda parameters, x: forward(parameters, x)[0])
  f.defvjp(forward, backward)
  return f
