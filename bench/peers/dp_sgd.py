"""Synthetic customers of IBM Telco by nets with DP-SGD (Abadi et al., 2016), for bench/private-synthesis.mjs:

    python dp_sgd.py NET DOMAIN.json TRAIN.csv MADE.csv EPSILON SEED

NET is vae, a variational autoencoder, or ar, a linear layer a column given the columns before it. Rows of a step are drawn by
themselves (Poisson sampling), each row's gradient is clipped by its norm, which follows from what goes into each layer and what
comes back, and noise is as large as dp_accounting's loss distribution asks for at a delta of a millionth. Numbers are in bins
that the domain's bounds give. It needs a Python of its own: pip install torch dp-accounting.
"""

import csv
import json
import math
import sys

import numpy as np
import torch
from dp_accounting import dp_event, pld

# By net and ε: the best of four to six settings tried on the first split.
settings = {
    ("ar", 1): dict(hidden=0, steps=150, share=0.5, rate=0.045, clip=3.0),
    ("ar", 4): dict(hidden=0, steps=300, share=0.5, rate=0.04, clip=3.0),
    ("vae", 1): dict(hidden=32, steps=300, share=0.3, rate=0.01, clip=3.0),
    ("vae", 4): dict(hidden=48, steps=600, share=0.3, rate=0.01, clip=4.0),
}
latent = 6


class Linear:
    """A layer that keeps what went in and what comes back."""

    def __init__(self, inputs, outputs, gain=1.0):
        self.weight = torch.randn(outputs, inputs) * gain / math.sqrt(inputs)
        self.bias = torch.zeros(outputs)

    def __call__(self, x):
        self.x = x.detach()
        y = x @ self.weight.T + self.bias
        if not y.requires_grad:
            y.requires_grad_(True)
        y.retain_grad()
        self.y = y
        return y


class Columns:
    """A net a column: its level given those before it."""

    def __init__(self, starts):
        self.starts = starts
        self.layers = [Linear(max(1, int(a)), int(b - a), 0.0) for a, b in zip(starts, starts[1:])]

    def logits(self, k, x):
        return self.layers[k](x[:, : self.starts[k]] if k else torch.ones(len(x), 1))

    def loss(self, x, codes):
        entropy = torch.nn.functional.cross_entropy
        return sum(entropy(self.logits(k, x), codes[:, k], reduction="none") for k in range(len(self.layers)))

    def sample(self, rows):
        x = torch.zeros(rows, int(self.starts[-1]))
        codes = []
        for k in range(len(self.layers)):
            drawn = torch.multinomial(torch.softmax(self.logits(k, x).detach(), 1), 1)[:, 0]
            codes.append(drawn)
            x[torch.arange(rows), int(self.starts[k]) + drawn] = 1
        return torch.stack(codes, 1)


class Autoencoder:
    def __init__(self, starts, hidden):
        self.starts = starts
        width = int(starts[-1])
        self.layers = [
            Linear(width, hidden),
            Linear(hidden, 2 * latent, 0.1),
            Linear(latent, hidden, 1.4),
            Linear(hidden, hidden, 1.4),
            Linear(hidden, width, 0.5),
        ]

    def decode(self, z):
        _, _, first, second, last = self.layers
        return last(torch.relu(second(torch.relu(first(z)))))

    def parts(self, logits):
        return [logits[:, int(a) : int(b)] for a, b in zip(self.starts, self.starts[1:])]

    def loss(self, x, codes):
        h = self.layers[1](torch.relu(self.layers[0](x)))
        mean, spread = h[:, :latent], h[:, latent:].clamp(-6, 3)
        z = mean + torch.randn_like(mean) * (spread / 2).exp()
        entropy = torch.nn.functional.cross_entropy
        told = sum(entropy(one, codes[:, k], reduction="none") for k, one in enumerate(self.parts(self.decode(z))))
        return told + 0.35 * (mean**2 + spread.exp() - 1 - spread).sum(1)

    def sample(self, rows):
        parts = self.parts(self.decode(torch.randn(rows, latent)).detach())
        return torch.stack([torch.multinomial(torch.softmax(one, 1), 1)[:, 0] for one in parts], 1)


def noise(epsilon, share, steps):
    """The least noise, in clipping norms, of so many steps."""

    def spent(sigma):
        accountant = pld.PLDAccountant(value_discretization_interval=1e-3)
        step = dp_event.PoissonSampledDpEvent(share, dp_event.GaussianDpEvent(sigma))
        return accountant.compose(step, steps).get_epsilon(1e-6)

    low, high = 0.3, 60.0
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if spent(middle) > epsilon else (low, middle)
    return high


def train(net, x, codes, rng, epsilon, steps, share, rate, clip, **_):
    sigma = noise(epsilon, share, steps)
    weights = [one for layer in net.layers for one in (layer.weight, layer.bias)]
    first = [torch.zeros_like(one) for one in weights]
    second = [torch.zeros_like(one) for one in weights]
    for step in range(steps):
        rows = torch.tensor(np.flatnonzero(rng.random(len(x)) < share))
        net.loss(x[rows], codes[rows]).sum().backward()
        with torch.no_grad():
            norms = sum((one.y.grad**2).sum(1) * ((one.x**2).sum(1) + 1) for one in net.layers).sqrt()
            scale = (clip / norms.clamp_min(1e-9)).clamp_max(1.0)
            pace = rate * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            grads = []
            for layer in net.layers:
                back = layer.y.grad * scale[:, None]
                grads += [back.T @ layer.x, back.sum(0)]
            for k, (grad, weight) in enumerate(zip(grads, weights)):
                grad = (grad + torch.randn_like(weight) * sigma * clip) / (share * len(x))
                first[k].mul_(0.9).add_(grad, alpha=0.1)
                second[k].mul_(0.999).add_(grad**2, alpha=0.001)
                mean = first[k] / (1 - 0.9 ** (step + 1))
                weight -= pace * mean / ((second[k] / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8)


def main(kind, domain, source, made, epsilon, seed):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    with open(source) as file:
        rows = list(csv.DictReader(file))
    with open(domain) as file:
        levels = {one["name"]: one.get("levels") for one in json.load(file)["columns"]}
    names = [name for name in rows[0] if name != "customerID"]
    order = ["Churn"] + [name for name in names if name != "Churn"] if kind == "ar" else names
    # Of the total charge the ratio to months × monthly charge is learnt: the domain's rule.
    ratios = [-1, 0.5, 0.8, 0.9, 0.94, 0.96, 0.98, 0.99, 0.995, 1, 1.005, 1.01, 1.02, 1.04, 1.06, 1.1, 1.2, 1.6, 3]
    edges = {
        "tenure": np.append(np.arange(-0.5, 71, 4.0), 72.5),
        "MonthlyCharges": np.linspace(18, 120, 25),
        "TotalCharges": np.array(ratios, float),
    }

    def value(row, name):
        if name != "TotalCharges":
            return float(row[name])
        expected = float(row["tenure"]) * float(row["MonthlyCharges"])
        return float(row[name]) / expected if row[name].strip() and expected else math.nan

    codes = []
    for name in order:
        if name not in edges:
            codes.append([levels[name].index(row[name]) for row in rows])
            continue
        values = np.array([value(row, name) for row in rows])
        bins = len(edges[name]) - 1
        places = np.clip(np.searchsorted(edges[name], values, side="right") - 1, 0, bins - 1)
        codes.append(np.where(np.isnan(values), bins, places))
    sizes = [len(edges[name]) if name in edges else len(levels[name]) for name in order]
    starts = np.cumsum([0] + sizes)
    codes = torch.tensor(np.stack(codes, 1))
    x = torch.zeros(len(rows), int(starts[-1]))
    x[torch.arange(len(rows))[:, None], codes + torch.tensor(starts[:-1])] = 1
    own = settings[(kind, 1 if epsilon <= 2 else 4)]
    net = Columns(starts) if kind == "ar" else Autoencoder(starts, own["hidden"])
    train(net, x, codes, rng, epsilon, **own)
    drawn = dict(zip(order, net.sample(len(rows)).numpy().T))
    table = {name: np.array(levels[name])[drawn[name]] for name in order if name not in edges}

    def inside(name):
        ends = edges[name]
        place = np.minimum(drawn[name], len(ends) - 2)
        values = ends[place] + rng.random(len(place)) * (ends[place + 1] - ends[place])
        return np.where(drawn[name] == len(ends) - 1, np.nan, values)

    months = np.nan_to_num(np.clip(np.round(inside("tenure")), 0, 72))
    monthly = np.round(inside("MonthlyCharges"), 2)
    total = np.round(np.clip(inside("TotalCharges") * months * monthly, 0, 9000), 2)
    table |= {"tenure": [f"{one:g}" for one in months], "MonthlyCharges": [f"{one:g}" for one in monthly]}
    table["TotalCharges"] = ["" if math.isnan(one) else f"{one:g}" for one in total]
    with open(made, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["customerID", *names])
        for i in range(len(rows)):
            letters = "".join(chr(65 + one) for one in rng.integers(26, size=5))
            out.writerow([f"{rng.integers(10**4):04d}-{letters}", *(table[name][i] for name in names)])


if __name__ == "__main__":
    kind, domain, source, made, epsilon, seed = sys.argv[1:]
    main(kind, domain, source, made, float(epsilon), int(seed))
