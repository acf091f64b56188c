"""What happened: spans, graphs of spans, profiles and stacks."""
