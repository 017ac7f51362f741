"""Measurements of `kg` that are too long for the test suite; each module is a command of its own."""
