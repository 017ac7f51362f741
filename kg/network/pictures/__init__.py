"""Networks as pictures: what is drawn and where, and the drawing."""

__all__: list[str] = []
