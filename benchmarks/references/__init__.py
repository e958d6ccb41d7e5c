"""What the messenger is compared with, each a program of its own that listens on ``MESSENGER_PORT``."""

DEMO = ['-m', 'benchmarks.references.demo']
SEED = ['-m', 'benchmarks.references.seed']
FLOOR = ['-m', 'benchmarks.references.floor']
