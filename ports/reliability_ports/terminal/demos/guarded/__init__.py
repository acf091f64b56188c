"""The main demo: the same calls, unguarded and guarded, against a real service in seeded trouble."""
