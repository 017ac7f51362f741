"""What counts of pairs say against chance: statistics of pairs, null models, and false discovery rates."""

__all__: list[str] = []
