"""An audit as pages and pictures."""
