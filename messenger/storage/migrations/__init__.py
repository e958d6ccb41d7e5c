"""How databases of earlier versions become the present one: a file in ``versions`` for each step.

An empty database does not go these steps: its tables are those of ``models.py``. The first databases in PostgreSQL were
of revision 0005, so what 0001 to 0005 say is for SQLite only; later ones run on both. ``CONTRIBUTING.md`` says how to
write one.
"""
