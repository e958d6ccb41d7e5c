"""How databases of earlier versions become the present one: a file in ``versions`` for each step."""
