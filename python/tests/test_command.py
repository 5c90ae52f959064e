"""The command line through Python: run, plugins, python -m mondeq."""

import importlib.metadata
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import warnings

import mondeq
from tests.test_training import TINY


def program(*arguments, **settings):
  return subprocess.run([sys.executable, '-m', 'mondeq', *arguments], text=True, capture_output=True,
                        **settings)


class CommandTest(unittest.TestCase):

  def test_run_returns_what_is_printed(self):
    self.assertIn(mondeq.__version__, mondeq.run('version'))
    self.assertIn('peaceman_rachford', mondeq.run('list', 'splitting'))

  def test_warnings_are_pythons(self):
    with tempfile.TemporaryDirectory() as folder:
      config = os.path.join(folder, 'c.textproto')
      with open(config, 'w') as file:
        file.write(TINY.replace('peaceman_rachford', 'picard').replace('alpha { automatic {} }', ''))
      with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        mondeq.run('train', f'--config={config}', '--epochs=1')
      self.assertTrue(any('picard' in str(one.message) for one in caught), caught)

  def test_every_plugin_is_listed_with_its_fields(self):
    plugins = mondeq.plugins()
    self.assertIn('douglas_rachford', plugins['splitting'])
    self.assertIn('units: int', plugins['operator']['dense'])
    self.assertEqual(plugins['experiment'], {})
    for kind, names in plugins.items():
      printed = mondeq.run('list', kind)
      for name, text in names.items():
        self.assertTrue(text, name)
        self.assertIn(f'[mondeq.{name}]', printed)
      self.assertEqual(len(names), printed.count('\n  [mondeq.'), kind)

  def test_the_version_is_the_packages(self):
    self.assertEqual(mondeq.__version__, importlib.metadata.version('mondeq'))

  def test_the_module_is_the_command_line(self):
    listed = program('list', 'nonlinearity')
    self.assertEqual((listed.returncode, listed.stderr), (0, ''))
    self.assertEqual(listed.stdout, mondeq.run('list', 'nonlinearity'))
    failed = program('lisst')
    self.assertEqual((failed.returncode, failed.stdout), (2, ''))
    self.assertRegex(failed.stderr, '^mondeq: .*lisst.*\n$')
    script = os.path.join(os.path.dirname(sys.executable), 'mondeq')
    if os.path.exists(script):
      output = subprocess.run([script, 'version'], text=True, capture_output=True)
      self.assertEqual((output.returncode, output.stdout), (0, program('version').stdout))

  def test_a_reader_who_leaves_ends_nothing(self):
    with subprocess.Popen([sys.executable, '-m', 'mondeq', 'list'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as run:
      run.stdout.close()
      self.assertEqual(run.stderr.read(), b'')
    self.assertEqual(run.returncode, 0)

  def test_a_full_disk_is_an_error(self):
    with open('/dev/full', 'w') as full:
      run = subprocess.run([sys.executable, '-m', 'mondeq', 'list'], stdout=full, text=True,
                           stderr=subprocess.PIPE)
    self.assertEqual(run.returncode, 3)
    self.assertRegex(run.stderr, '^mondeq: standard output: cannot write: .*\n$')

  def test_an_interrupt_keeps_the_epochs_that_are_complete(self):
    with tempfile.TemporaryDirectory() as folder:
      config, out = os.path.join(folder, 'c.textproto'), os.path.join(folder, 'run')
      with open(config, 'w') as file:
        file.write(TINY)
      # Started in the background by a shell without job control, tests and children ignore SIGINT.
      heed = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
      with subprocess.Popen([sys.executable, '-m', 'mondeq', 'train', f'--config={config}',
                             f'--out={out}', '--epochs=100000', '--threads=1'], preexec_fn=heed,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        while not run.stdout.readline().startswith('epoch 2/'):
          pass
        run.send_signal(signal.SIGINT)
        _, err = run.communicate()
      self.assertEqual(run.returncode, 130)
      self.assertRegex(err, 'interrupted in epoch .*keeps the run')
      self.assertEqual(mondeq.load(os.path.join(out, 'weights.safetensors')).classes, 10)

  def test_weights_pass_from_python_to_the_command_line(self):
    with tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, 'w.safetensors')
      mondeq.from_config(TINY, set=['training.seed=4']).save(path)
      self.assertIn('accuracy', mondeq.run('eval', f'--weights={path}'))


if __name__ == '__main__':
  unittest.main()
