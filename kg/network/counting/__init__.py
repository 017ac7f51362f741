"""What figures support, and how often two of it stand together."""
