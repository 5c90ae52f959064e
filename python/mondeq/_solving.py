"""What the calls of a model share: settings, reports, and inputs in parts."""

from __future__ import annotations

from typing import Dict, Iterator, List, Optional, Sequence

import numpy as np

from mondeq import _errors, _library
from mondeq._arrays import address, floats, views
from mondeq.results import Gradients, Report


def parts(count: int, batch_size: int) -> Iterator[slice]:
  """Slices of `batch_size` samples. Python heeds signals between them."""
  if batch_size < 1:
    raise _errors.UsageError(f'batch_size: expected at least 1, found {batch_size}')
  return (slice(i, min(i + batch_size, count)) for i in range(0, count, batch_size))


def states(tiers, dtype: np.dtype, name: str) -> List[Optional[np.ndarray]]:
  """An array for every tier of a state; one array stands for a state of one tier, None for none."""
  if tiers is None:
    return []
  if isinstance(tiers, np.ndarray):
    tiers = [tiers]
  return [None if tier is None else floats(tier, dtype, f'{name}[{i}]')
          for i, tier in enumerate(tiers)]


def check_start(start: Sequence[Optional[np.ndarray]], count: int) -> None:
  """Checks that every tier that is given has `count` samples, of which parts can be taken."""
  for i, tier in enumerate(start):
    if tier is not None and tier.shape[:1] != (count,):
      raise _errors.UsageError(f'start[{i}]: expected {count} samples, found shape {tier.shape}')


def settings(tol: Optional[float], max_iterations: Optional[int], criterion: Optional[str],
             certify: bool, start: Sequence[Optional[np.ndarray]],
             part: slice) -> _library.Settings:
  # Zero is the config's for the library, and no tolerance and no number of iterations.
  for name, value in (('tol', tol), ('max_iterations', max_iterations)):
    if value is not None and not value > 0:
      raise _errors.UsageError(f'{name}: expected more than 0, found {value}')
  if criterion is not None and criterion not in _library.CRITERIA:
    raise _errors.UsageError(f'criterion: expected one of {", ".join(_library.CRITERIA)}, '
                             f'found "{criterion}"')
  return _library.Settings(tolerance=tol or 0,
                           max_iterations=_library.whole(max_iterations or 0, 'max_iterations', 31),
                           criterion=_library.CRITERIA[criterion] if criterion else 0,
                           certify=bool(certify),
                           start_count=len(start),
                           start=views([tier if tier is None else tier[part] for tier in start]))


def new_report(count: int) -> Dict[str, np.ndarray]:
  report = {name: np.empty(count, np.int32) for name in ('iterations', 'end')}
  for name in ('quantity', 'residual', 'error_bound'):
    report[name] = np.empty(count, np.float64)
  return report


def report_of(report: Dict[str, np.ndarray], part: slice) -> _library.Report:
  return _library.Report(**{name: address(one[part]) for name, one in report.items()})


def gradients(x: np.ndarray, parameters: Dict[str, np.ndarray], forward: Dict[str, np.ndarray],
              backward: Dict[str, np.ndarray]) -> Gradients:
  return Gradients(x=x, parameters=parameters, forward=Report(**forward),
                   backward=Report(**backward))


def check_converged(end: np.ndarray, what: str = 'solves') -> None:
  if end.tobytes() == bytes(end.nbytes):  # several times as fast as NumPy's own ways
    return
  whys = {1: 'stagnated above the tolerance', 2: 'reached max_iterations'}
  counts = [f'{(end == i).sum()} {why}' for i, why in whys.items() if (end == i).any()]
  raise _errors.NotConverged(
      f'{np.count_nonzero(end)} of {len(end)} {what} did not converge ({", ".join(counts)}), '
      f'sample {int(np.flatnonzero(end)[0])} first; allow_unconverged=True takes them as they are')
