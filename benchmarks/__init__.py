"""The measured promises: the messenger under load, beside three reference servers. Start with ``python -m benchmarks``.

Each server under test runs on one core, the load generator on another, both on this machine. The generator speaks the
protocol of NiceGUI's page without a browser, so that one process can act for a thousand visitors.
"""
