"""The outside world: one adapter a file, each for one platform, service or terminal."""
