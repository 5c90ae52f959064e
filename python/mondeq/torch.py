"""Equilibria inside torch models: forward and backward are mondeq's, parameters are torch's."""

from __future__ import annotations

import functools
from typing import Dict, List, Optional, Tuple, Union

import numpy as np
import torch

from mondeq._following import Follower
from mondeq.model import Model

_OUTPUTS = ('logits', 'z')


class Equilibrium(torch.nn.Module):
  """z* = sigma(W z* + U x + b) and its readout, as a module.

    layer = mondeq.torch.Equilibrium(mondeq.from_config('model.textproto', dtype='float64'))
    loss = torch.nn.functional.cross_entropy(layer(x), labels)
    loss.backward()

  x is [N, C, H, W] or [N, d]; its gradient is found too. The result is in the model's dtype, and on
  the device of x: states are handed to mondeq through the host's memory. The parameters are
  torch.nn.Parameters by the model's names ("operator.A", "injection.weight"), of its dtype, and
  begin as its own. The backward pass begins at the equilibrium of the forward pass, and so costs one
  solve. There are no second derivatives.

  Args:
    model: a mondeq.Model. The module takes it over, and changes its parameters.
    output: 'logits', [N, classes], or 'z', the equilibrium: a tensor, or a tuple of one for every
      tier where there are several. Then the readout's parameters are not among the module's.
    tol, max_iterations: of the solves; by default the config's.
    allow_unconverged: whether solves that do not converge are taken as they are. Else they raise
      mondeq.NotConverged.
  """

  def __init__(self, model: Model, *, output: str = 'logits', tol: Optional[float] = None,
               max_iterations: Optional[int] = None, allow_unconverged: bool = False):
    super().__init__()
    if output not in _OUTPUTS:
      raise ValueError(f'output: expected one of {", ".join(_OUTPUTS)}, found "{output}"')
    self.output = output
    self.settings = {'tol': tol, 'max_iterations': max_iterations,
                     'allow_unconverged': allow_unconverged}
    self._follower = Follower(model)
    self._names: List[str] = []
    for name, value in model.parameters().items():
      if output == 'logits' or not name.startswith('readout.'):
        self._names.append(name)
        _register(self, name, torch.nn.Parameter(torch.from_numpy(value)))

  @property
  def model(self) -> Model:
    """The mondeq.Model with the module's parameters, to save or to certify."""
    with self._follower.lock:
      self._follower.take(_arrays(self._names, self._values()))
    return self._follower.model

  def _values(self) -> List[torch.Tensor]:
    # By attribute: torch's parametrizations and functional_call put other tensors in their place.
    return [functools.reduce(getattr, name.split('.'), self) for name in self._names]

  def forward(self, x: torch.Tensor) -> Union[torch.Tensor, Tuple[torch.Tensor, ...]]:
    results = _Solve.apply(self._follower, self._names, self.output, self.settings, x,
                           *self._values())
    return results[0] if len(results) == 1 else results

  def extra_repr(self) -> str:
    return f'{self._follower.model!r}, output={self.output}'


def _register(module: torch.nn.Module, name: str, parameter: torch.nn.Parameter) -> None:
  """A dot in a name stands for a module."""
  *path, last = name.split('.')
  for part in path:
    if not hasattr(module, part):
      module.add_module(part, torch.nn.Module())
    module = getattr(module, part)
  module.register_parameter(last, parameter)


def _array(tensor: torch.Tensor) -> np.ndarray:
  tensor = tensor.detach().cpu()
  short = tensor.dtype in (torch.float16, torch.bfloat16)
  return tensor.float().numpy() if short else tensor.numpy()


def _arrays(names: List[str], tensors: List[torch.Tensor]) -> Dict[str, np.ndarray]:
  return {name: _array(tensor) for name, tensor in zip(names, tensors)}


def _like(array: np.ndarray, tensor: torch.Tensor) -> torch.Tensor:
  return torch.from_numpy(array).to(tensor)


class _Solve(torch.autograd.Function):

  @staticmethod
  def forward(ctx, follower, names, output, settings, x, *parameters):
    with follower.lock:
      follower.take(_arrays(names, parameters))
      solution = follower.model.solve(_array(x), certify=False, batch_size=max(1, len(x)),
                                      **settings)
    ctx.follower, ctx.names, ctx.output, ctx.settings = follower, names, output, settings
    ctx.save_for_backward(x, *parameters)
    ctx.z = solution.z
    results = solution.z if output == 'z' else [solution.logits]
    # A z of its own for the user, who may change it in place.
    return tuple(torch.from_numpy(one).to(x.device, copy=output == 'z') for one in results)

  @staticmethod
  @torch.autograd.function.once_differentiable
  def backward(ctx, *cotangents):
    x, *parameters = ctx.saved_tensors
    cotangents = [_array(one) for one in cotangents]
    given = {'grad_z': cotangents} if ctx.output == 'z' else {'grad_logits': cotangents[0]}
    with ctx.follower.lock:
      ctx.follower.take(_arrays(ctx.names, parameters))
      found = ctx.follower.model.vjp(_array(x), start=ctx.z, **given, **ctx.settings)
    gradients = [_like(found.parameters[name], parameter)
                 for name, parameter in zip(ctx.names, parameters)]
    dx = _like(found.x, x) if ctx.needs_input_grad[4] else None
    return (None, None, None, None, dx, *gradients)
