"""OpenDP 0.14.2 and SciPy 1.17.1 (OpenDP is in no list of peers: only this script needs it):

    pip install opendp==0.14.2

Its conversion of zero-concentrated into approximate differential privacy, both ways, and the discrete Gaussian
distribution's chances, summed directly.
"""

import numpy as np


def make():
    import opendp.prelude as dp

    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l2_distance(T=float)

    def curve(rho):
        # A Gaussian of this scale is rho-zCDP at sensitivity 1.
        gaussian = dp.m.make_gaussian(*space, scale=float(np.sqrt(1 / (2 * rho))))
        return dp.c.make_zCDP_to_approxDP(gaussian).map(1.0)

    conversions = [
        {"rho": rho, "delta": delta, "epsilon": curve(rho).epsilon(delta)}
        for rho in [0.0005, 0.005, 0.02, 0.1, 0.5, 2.0]
        for delta in [1e-9, 1e-6, 1e-3]
    ]
    chances = []
    for variance in [0.1, 0.7, 4.0, 30.25]:
        z = np.arange(-200, 201)
        weights = np.exp(-(z**2) / (2 * variance))
        chances.append({"variance": variance, "chances": (weights / weights.sum())[200:216].tolist()})
    return {"conversions": conversions, "chances": chances}
