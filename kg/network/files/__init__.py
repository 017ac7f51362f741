"""Networks as files: tables, graph formats, and the associations of RDF and KGX."""
