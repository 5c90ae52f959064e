"""Monotone operator equilibrium networks: z* = sigma(W z* + U x + b).

  m = mondeq.load('weights.safetensors')
  m.predict(x)                         # classes
  m.solve(x, tol=1e-6).error_bound     # certified: ||z - z*||

docs/python.md of the repository tells more.
"""

from __future__ import annotations

from mondeq._command import plugins, run
from mondeq._errors import (DeviceError, DivergedError, Error, FileError, InterruptedRun,
                            NotConverged, UsageError)
from mondeq._library import lib as _lib
from mondeq._predictor import Normalization
from mondeq._training import Training, train
from mondeq.model import Model, from_config, load
from mondeq.results import ENDS, Certificates, Gradients, Report, Solution

__version__ = _lib.mondeq_version().decode()
__all__ = [
    'Certificates', 'DeviceError', 'DivergedError', 'ENDS', 'Error', 'FileError', 'Gradients',
    'InterruptedRun', 'Model', 'Normalization', 'NotConverged', 'Report', 'Solution', 'Training',
    'UsageError', 'from_config', 'load', 'plugins', 'run', 'train',
]
