"""A calibration's folder."""
