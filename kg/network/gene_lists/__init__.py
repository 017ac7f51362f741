"""Lists of genes, a user's or a library's, against the figures and the pairs of a build."""

__all__: list[str] = []
