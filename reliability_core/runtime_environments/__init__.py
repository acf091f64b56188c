"""Where the program runs and what it may use there."""
