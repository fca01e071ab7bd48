"""The demonstration: a user of the library like any other."""
