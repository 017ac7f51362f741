"""Networks as files: tables, graph formats, and the associations of RDF and KGX."""

__all__: list[str] = []
