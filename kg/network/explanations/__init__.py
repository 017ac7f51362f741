"""What stands behind pairs: the figures and the words of one, and the papers of many."""

__all__: list[str] = []
