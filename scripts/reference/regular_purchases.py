"""BG/CNBD-k and MBG/CNBD-k (Platzer and Reutterer, 2016) by quadrature over rate and chance to leave with mpmath, 25 digits."""

from mpmath import beta, exp, factorial, gamma, inf, mp, mpf, quad

mp.dps = 25
PARAMETERS = {"r": 0.8, "alpha": 3.5, "a": 0.7, "b": 2.1}
# Every, shift (0: BG, 1: MBG), frequency, recency, age, horizon.
CASES = [
    (2, 0, 3, 11.5, 14, 8),
    (3, 0, 5, 20, 30, 26),
    (2, 1, 0, 0, 12, 10),
    (3, 1, 2, 6, 9, 52),
    (2, 0, 0, 0, 20, 5),
    (4, 1, 6, 25, 25, 13),
]


def none_since(rate, since, k):
    """The chance that fewer than k events have come."""
    return exp(-rate * since) * sum((rate * since) ** j / factorial(j) for j in range(k))


def make():
    r, alpha, a, b = (mpf(str(PARAMETERS[n])) for n in ["r", "alpha", "a", "b"])

    def rates(weight, x, k, t):
        """The integral over rates of gamma density × rateᵏˣ exp(−rate t) × weight."""
        power = r + k * x - 1
        scale = alpha**r / gamma(r)
        return quad(
            lambda u: scale * u**power * exp(-u * (alpha + t)) * weight(u), [0, 0.05, 0.3, 1, 3, 10, inf]
        )

    rows = []
    for k, shift, x, t, age, horizon in CASES:
        times = x + shift
        kept = lambda n: beta(a, b + times + n) / beta(a, b)
        left = beta(a + 1, b + times - 1) / beta(a, b) if times > 0 else mpf(0)
        present = rates(lambda u: none_since(u, age - t, k), x, k, t)
        gone = rates(lambda u: 1, x, k, t)
        likelihood = kept(0) * present + left * gone
        alive = kept(0) * present / likelihood
        # Purchases to come: the n-th comes within the horizon where at least n k − j events do, j having come since t.
        expected, staying = mpf(0), mpf(0)

        def events(j, m):
            return rates(
                lambda u: exp(-u * (age - t)) * (u * (age - t)) ** j / factorial(j)
                * exp(-u * horizon) * (u * horizon) ** m / factorial(m),
                x, k, t,
            )

        # Sums over the events to come, in closed form by rate: the quadrature would be done hundreds of times.
        def closed(j, m):
            n = r + k * x + j + m
            return (
                alpha**r / gamma(r) * (age - t) ** j / factorial(j) * mpf(horizon) ** m / factorial(m)
                * gamma(n) / (alpha + age + horizon) ** n
            )

        assert age == t or abs(events(1, 3) / closed(1, 3) - 1) < mpf(10) ** -12
        for j in range(k):
            if j > 0 and age == t:
                continue
            m, tail = 0, mpf(1)
            while m < 5400:
                chance = closed(j, m) / present
                made = (j + m) // k
                expected += chance * sum(kept(n) for n in range(made)) / kept(0) if made < 400 else 0
                staying += chance * kept(made) / kept(0)
                m += 1
                if m > 40 and chance < mpf(10) ** -18:
                    break
        rows.append([k, shift, x, t, age, horizon, float(likelihood), float(alive), float(expected), float(staying)])
    return {"parameters": PARAMETERS, "cases": rows}
