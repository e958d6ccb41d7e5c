"""The measured promises: the messenger under load, beside three reference servers. Start with ``python -m benchmarks``.

Servers run on one core, the load generator on another. It speaks the protocol of a page without a browser.
"""
