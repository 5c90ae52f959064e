"""What a model answers. N is the number of samples; arrays of floats are of the model's dtype unless
it is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Tuple

import numpy as np

# How the solve of a sample ended, by mondeq_end.
ENDS = ('converged', 'stagnated', 'max_iterations')


@dataclass(frozen=True)
class Report:
  """How the solves of N samples ended."""

  #: [N] int32: iterations of each sample's solve.
  iterations: np.ndarray
  #: [N] int32: an index of mondeq.ENDS each; 0 is converged.
  end: np.ndarray
  #: [N] float64: the stopping quantity; about the relative error, unless the criterion is another.
  quantity: np.ndarray
  #: [N] float64: ||z - sigma(W z + U x + b)|| / ||z||; NaN unless the solve certifies.
  residual: np.ndarray
  #: [N] float64: a certified bound of ||z - z*||_2, rounding included, infinite where nothing is
  #: known; NaN unless the solve certifies.
  error_bound: np.ndarray

  @property
  def converged(self) -> np.ndarray:
    """[N] bool: whether the stopping quantity is within the tolerance."""
    return self.end == 0

  @property
  def status(self) -> Tuple[str, ...]:
    """How each solve ended: 'converged', 'stagnated' (above the tolerance, where rounding is) or
    'max_iterations'."""
    return tuple(ENDS[i] for i in self.end)


@dataclass(frozen=True)
class Solution(Report):
  """The equilibria of N samples, and how they were found."""

  #: [N, classes]
  logits: np.ndarray
  #: z*, an array for every tier: [N, C, H, W] or [N, n] each. As `start` it begins another solve.
  z: Tuple[np.ndarray, ...]

  @property
  def probabilities(self) -> np.ndarray:
    """[N, classes]: softmax(logits)."""
    powers = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Gradients:
  """The gradients of one loss, a vector-Jacobian product."""

  #: in the shape of x.
  x: np.ndarray
  #: by the parameters' names, in their shapes.
  parameters: Dict[str, np.ndarray]
  #: of the solve for z*, and of the one for the gradients.
  forward: Report = field(repr=False)
  backward: Report = field(repr=False)


@dataclass(frozen=True)
class Certificates:
  """What no disturbance of N samples changes."""

  #: [N] int64: the class.
  predicted: np.ndarray
  #: [N] float64: what its logit is certainly above all others by; 0 or less: not certain.
  margin: np.ndarray
  #: [N] float64: within this distance of x, in the 2-norm and in the maximum norm, the class cannot
  #: change. Of pixels / 255 where the model normalises (normalization is not None), else of x. 0:
  #: not certain.
  radius_l2: np.ndarray
  radius_linf: np.ndarray
