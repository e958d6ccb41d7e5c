"""Simple Messenger: chat for people on one network. `messenger_app.py` starts it."""
