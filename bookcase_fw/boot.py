"""Runs before main.py; boot counter and reset cause live in notes and board.py."""
