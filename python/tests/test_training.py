"""Training through Python."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import mondeq

TINY = '''name: "tiny"
  data { [mondeq.digits] { size: 8 train_count: 400 test_count: 100 } batch_size: 50 }
  model {
    equilibrium {
      injection { [mondeq.affine] {} } operator { [mondeq.dense] { units: 8 } }
      nonlinearity { [mondeq.relu] {} }
      splitting { [mondeq.peaceman_rachford] { alpha { automatic {} } } tolerance: 1e-3 }
    }
    readout { [mondeq.affine] {} } }
  training { epochs: 4 optimizer { [mondeq.adam] {} } schedule { [mondeq.constant] {} } }'''


class TrainingTest(unittest.TestCase):

  def test_callbacks_get_what_the_history_has(self):
    seen = []
    model, history = mondeq.train(TINY, callbacks=[seen.append, lambda row: None], threads=1)
    self.assertEqual(seen, history)
    self.assertEqual([row['epoch'] for row in history], [1, 2, 3, 4])
    self.assertLess(history[-1]['train_loss'], history[0]['train_loss'])
    self.assertEqual(model.input_shape, (1, 8, 8))

  def test_the_model_is_the_one_in_the_folder(self):
    with tempfile.TemporaryDirectory() as folder:
      out = os.path.join(folder, 'run')
      config = os.path.join(folder, 'tiny.textproto')
      with open(config, 'w') as file:
        file.write(TINY)
      model, history = mondeq.train(config, out=out, epochs=2, seed=7, threads=1,
                                    set=['model.equilibrium.operator.dense.units=5'])
      self.assertEqual(len(history), 2)
      self.assertEqual(model.tiers, [(5,)])
      saved = mondeq.load(os.path.join(out, 'weights.safetensors'))
      for name, value in model.parameters().items():
        np.testing.assert_array_equal(saved.parameters()[name], value)
      seen = []
      more = mondeq.train(os.path.join(out, 'experiment.textproto'), out=out, epochs=3, resume=True,
                          callbacks=[seen.append], threads=1)
      self.assertEqual(more.history[:2], history)
      self.assertEqual(seen, more.history[2:])
      with self.assertRaisesRegex(mondeq.UsageError, 'resume'):
        mondeq.train(config, out=out)

  def test_a_callback_ends_it(self):
    _, history = mondeq.train(TINY, callbacks=[lambda row: row['epoch'] == 2], threads=1)
    self.assertEqual([row['epoch'] for row in history], [1, 2])

  def test_an_exception_of_a_callback_ends_it(self):
    def fail(row):
      raise ZeroDivisionError(row['epoch'])
    with self.assertRaisesRegex(ZeroDivisionError, '1'):
      mondeq.train(TINY, callbacks=[fail], threads=1)
    # And another can follow.
    self.assertEqual(len(mondeq.train(TINY, epochs=1, threads=1).history), 1)

  def test_ctrl_c_ends_it(self):
    program = f'''
import mondeq
try:
  mondeq.train({TINY!r}, epochs=100000, threads=1,
               callbacks=[lambda row: print('epoch', flush=True) if row['epoch'] == 1 else None])
except KeyboardInterrupt:
  print('interrupted')
'''
    with subprocess.Popen([sys.executable, '-c', program], stdout=subprocess.PIPE, text=True) as run:
      self.assertEqual(run.stdout.readline(), 'epoch\n')
      run.send_signal(signal.SIGINT)
      self.assertEqual(run.stdout.read(), 'interrupted\n')
    self.assertEqual(run.returncode, 0)


if __name__ == '__main__':
  unittest.main()
