"""What counts of pairs say against chance: statistics, null models, false discovery rates, and growth over years."""

__all__: list[str] = []
