"""LightGBM's text format: read and checked to the last number, and written anew from what was checked."""
