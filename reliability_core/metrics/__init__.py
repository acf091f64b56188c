"""Numbers: readings of the machine and instruments of the program."""
