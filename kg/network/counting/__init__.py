"""Which genes and families figures support, and how often two of them stand together."""

__all__: list[str] = []
