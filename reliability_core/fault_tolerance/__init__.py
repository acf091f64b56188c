"""Policies that keep a failing call alive: one file a policy."""
