import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from tables import load

warnings.simplefilter("ignore")


def prepare(params):
    # Our side has one thread; idle ones of the peer would count as its CPU time.
    threadpool_limits(1)
    x, y = load(params["train"])
    l1 = params.get("l1")
    # Newton's method, the fastest of its solvers to full convergence here; lbfgs stops at 1e-4 of the gradient.
    model = (
        LogisticRegression(C=0.01, l1_ratio=1.0, solver="saga", tol=1e-6, max_iter=10_000)
        if l1
        else LogisticRegression(solver="newton-cholesky", tol=1e-8, max_iter=1000)
    )

    def work():
        model.fit(x, y)

        def figures():
            z = model.decision_function(x)
            sum = (np.logaddexp(0, z) - y * z).sum()
            sum += np.abs(model.coef_).sum() / 0.01 if l1 else (model.coef_**2).sum() / 2
            return {"loss": sum / len(y), "zeros": int((model.coef_ == 0).sum())}

        return figures

    return work
