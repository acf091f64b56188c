"""The command `reliability`: one file a verb, and the demos. Nothing here is loaded by the library itself."""
