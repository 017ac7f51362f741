"""What stands behind pairs: the figures and words of one, the papers of many, and how they grew over the years."""

__all__: list[str] = []
