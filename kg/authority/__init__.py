"""Who a gene or a family is, as its authority says (HGNC, FamPlex), and how far a mention of it can be believed."""

__all__: list[str] = []
