"""Real servers for the integration tests: installed where they are missing, started on this machine, stopped."""
