"""A model that computes with somebody else's parameters."""

from __future__ import annotations

import threading
from typing import Dict, Mapping

import numpy as np

from mondeq.model import Model


class Follower:
  """One call at a time uses its model: with `lock`, take parameters and compute with them."""

  def __init__(self, model: Model):
    self.model = model
    self.lock = threading.RLock()
    self._taken: Dict[str, np.ndarray] = {}

  def __reduce__(self):
    return Follower, (self.model,)

  def take(self, values: Mapping[str, np.ndarray]) -> None:
    """Gives the model those values that differ from what it was given: it prepares W for them anew.

    They are compared, for nobody else tells reliably whether they have changed.
    """
    changed = {name: value for name, value in values.items()
               if name not in self._taken or not np.array_equal(self._taken[name], value)}
    if changed:
      self.model.set_parameters(changed)
      self._taken.update((name, value.copy()) for name, value in changed.items())
