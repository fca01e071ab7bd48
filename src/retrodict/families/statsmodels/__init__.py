"""statsmodels: results of regressions, generalised linear models, discrete, quantile, robust and mixed ones."""
