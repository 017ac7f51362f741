"""Networks as graphs: centralities, communities, and the backbone that a picture shows."""

__all__: list[str] = []
