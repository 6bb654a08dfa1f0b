"""Special functions and quantiles by mpmath (400 digits) and SciPy, and minima by scipy.optimize."""

import mpmath
import numpy as np
from scipy import optimize, special, stats


def make():
    mpmath.mp.dps = 400
    positive = [1e-8, 1e-3, 0.1, 0.4999, 0.75, 0.999999, 1, 1.0000001, 1.4, 1.7, 2, 2.1, 2.6, 5.5, 8.9, 9.1, 25.25, 1e3, 1e7]
    pairs = [[0.1, 0.2], [1, 1], [0.5, 30], [7.5, 8.5], [1e-3, 1e6], [20, 1e9], [3, 12]]
    reals = [-38, -12.5, -6, -3.3, -1.01, -0.99, -0.3, -1e-9, 0, 0.2, 0.49, 0.51, 1.5, 2.7, 5, 8.1]
    shares = [1e-300, 1e-20, 1e-6, 0.01, 0.025, 0.2, 0.4999, 0.5, 0.7, 0.975, 0.999999]
    incomplete = [[0.5, 0.1], [0.5, 3], [1, 1], [3.2, 0.4], [3.2, 12], [50, 40], [50, 70], [400, 390], [2, 60]]
    beta = [[0.5, 0.5, 0.1], [2, 3, 0.4], [2, 3, 0.97], [30, 2, 0.9], [0.1, 12, 0.01], [150, 200, 0.45]]
    hyper = [
        [0.5, 1, 1.5, 0.3], [2.2425945, 4.4258881, 4.218808, 0.4488], [1, 1.182, 1.8861, 1 / 1.1],
        [1.2, 0.7, 2.4, 0.999], [1.5, 2.5, 4, 0.9], [1.5, 2.5, 4, 0.99999], [2, 3, 5, -3], [2, 3, 5, -0.2],
        [31.4, 1.6, 32.4, 0.995], [10.24, 12.43, 12.22, 0.93], [0.3, -0.2, 1.1, 0.8], [200.2, 202.4, 202.2, 0.6],
        [2, 1.5, 0.7, 0.97], [0.6, 5.2, 3.2, 0.9999],
    ]
    rosen = optimize.minimize(optimize.rosen, [-1.2, 1.0, 0.8], jac=optimize.rosen_der, method="BFGS")
    return {
        "lgamma": [[x, float(mpmath.loggamma(x))] for x in positive],
        "digamma": [[x, float(special.digamma(x))] for x in positive],
        "trigamma": [[x, float(special.polygamma(1, x))] for x in positive],
        "betaln": [[a, b, float(mpmath.log(mpmath.beta(a, b)))] for a, b in pairs],
        "erf": [[x, float(special.erf(x))] for x in reals],
        "erfc": [[x, float(special.erfc(x))] for x in reals],
        "normalCdf": [[x, float(mpmath.ncdf(x))] for x in reals],
        "normalLogCdf": [[x, float(stats.norm.logcdf(x))] for x in reals],
        "normalQuantile": [[p, float(-mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * mpmath.mpf(p)))] for p in shares],
        "gammaP": [[a, x, float(mpmath.gammainc(a, 0, x, regularized=True))] for a, x in incomplete],
        "gammaQ": [[a, x, float(mpmath.gammainc(a, x, regularized=True))] for a, x in incomplete],
        "betaInc": [[a, b, x, float(mpmath.betainc(a, b, 0, x, regularized=True))] for a, b, x in beta],
        "hypergeometric": [[*v, float(mpmath.hyp2f1(*v))] for v in hyper],
        "chiSquaredUpper": [[x, df, float(stats.chi2.sf(x, df))] for x, df in [[3.84, 1], [0.2, 3], [55, 10], [300, 2]]],
        "rosenbrock": {"x": rosen.x.tolist(), "hessian": optimize.rosen_hess(np.ones(3)).ravel().tolist()},
    }
