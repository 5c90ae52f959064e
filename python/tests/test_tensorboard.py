"""Event files, as TensorBoard's own reader loads them. Where it is not installed the test is skipped."""

import csv
import glob
import os
import tempfile
import unittest

import numpy as np

import mondeq
from tests.test_training import TINY

try:
  from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
  EventAccumulator = None

BATCHES = 8  # of an epoch of TINY


@unittest.skipIf(EventAccumulator is None, 'tensorboard is not installed')
class TensorBoardTest(unittest.TestCase):

  def setUp(self):
    self.folder = tempfile.TemporaryDirectory()
    self.addCleanup(self.folder.cleanup)
    self.out = os.path.join(self.folder.name, 'run')
    self.config = os.path.join(self.folder.name, 'tiny.textproto')
    with open(self.config, 'w') as file:
      file.write(TINY)

  def train(self, *more):
    mondeq.run('train', f'--config={self.config}', f'--out={self.out}', '--tensorboard',
               '--threads=1', '--checkpoints=9', *more)

  def check(self, epochs):
    """Every number of metrics.csv is there, once, and the steps are those of all epochs."""
    events = EventAccumulator(self.out, size_guidance={'scalars': 0})
    events.Reload()
    with open(os.path.join(self.out, 'metrics.csv')) as file:
      rows = list(csv.DictReader(file))
    self.assertEqual(len(rows), epochs)
    tags = {tag.split('/')[-1] if tag.split('/')[0] not in ('train', 'test') else tag: tag
            for tag in events.Tags()['scalars'] if not tag.startswith('step/')}
    for name in rows[0]:
      tag = tags.get(name) or tags.get('train/' + name) or tags[name.replace('_', '/', 1)]
      scalars = events.Scalars(tag)
      self.assertEqual([one.step for one in scalars], [BATCHES * (i + 1) for i in range(epochs)], tag)
      np.testing.assert_array_equal(np.float32([one.value for one in scalars]),
                                    np.float32([row[name] for row in rows]), tag)
    self.assertEqual([one.step for one in events.Scalars('step/loss')],
                     [BATCHES * (i + 1) for i in range(epochs)])

  def test_a_run(self):
    self.train()
    self.check(4)

  def test_a_run_that_goes_on_from_an_earlier_checkpoint(self):
    self.train('--epochs=3')
    for newest in sorted(glob.glob(os.path.join(self.out, 'checkpoint', '*')))[1:]:
      os.remove(newest)
    self.train('--resume')
    self.check(4)


if __name__ == '__main__':
  unittest.main()
