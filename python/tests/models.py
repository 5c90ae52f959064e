"""Small models of every kind of operator, which solve to working precision of float64."""

import mondeq

_IMAGE = 'rows: 6 columns: 4 channels: 2'
_BORDER = '[mondeq.zero_border] { inner { [mondeq.relu] {} } }'
_FLATTEN = 'readout { [mondeq.flatten] {} }'


def _text(inputs, injection, operator, nonlinearity, readout):
  return f'''name: "small" model {{
    input {{ {inputs} }} classes: 3
    equilibrium {{
      injection {{ {injection} }} operator {{ {operator} }} nonlinearity {{ {nonlinearity} }}
      splitting {{ [mondeq.peaceman_rachford] {{}} tolerance: 1e-12 max_iterations: 3000 }}
    }}
    {readout} readout {{ [mondeq.affine] {{}} }} }}'''


CONFIGS = {
    'dense': _text('rows: 1 columns: 1 channels: 10', '[mondeq.affine] {}',
                   '[mondeq.dense] { units: 12 m: 0.5 }', '[mondeq.relu] {}', ''),
    'conv': _text(_IMAGE, '[mondeq.padded_conv] {}', '[mondeq.conv] { channels: 4 m: 0.5 }', _BORDER,
                  _FLATTEN),
    'multi_tier': _text(_IMAGE, '[mondeq.padded_conv] {}',
                        '[mondeq.multi_tier_conv] { channels: 3 channels: 4 m: 0.5 }', _BORDER,
                        _FLATTEN),
}
# float32 rounds above the configs' tolerance.
SINGLE = ['model.equilibrium.splitting.tolerance=1e-4']


def make(kind, dtype='float64', **settings):
  if dtype == 'float32':
    settings.setdefault('set', SINGLE)
  settings.setdefault('threads', 1)
  return mondeq.from_config(CONFIGS[kind], seed=settings.pop('seed', 3), dtype=dtype, **settings)
