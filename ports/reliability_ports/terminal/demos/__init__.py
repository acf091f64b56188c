"""The demos of `reliability demo NAME`: one package each, named in the table of `terminal/demo.py`."""
