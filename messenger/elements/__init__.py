"""The few custom elements, each a Python class with its browser half beside it, and how everything looks."""
