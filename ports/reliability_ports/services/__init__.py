"""Adapters to other programs: servers, engines and brokers."""
