"""A try of an in-context learner (after Müller et al., 2022, and Hollmann et al., 2023): a transformer that is taught once,
on made-up tables, to read labelled rows and to answer others of the same table, beside the learners people use.

    python scripts/reference/in_context.py train WEIGHTS.npz --seconds 5400   # processor time of one thread
    python scripts/reference/in_context.py judge WEIGHTS.npz OUT.json         # on the tables of notebook 07

It needs jax, numpy, scikit-learn, lightgbm, catboost and pandas. Rows are tokens; columns, up to 32, are one vector of a
row. Judged by mean log loss at 100, 300 and 1,000 labelled rows beside logistic regression, LightGBM with rounds by
cross-validation, and the mean of both, on the same rows.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np

import tables

ROWS, COLUMNS, TASKS = 320, 32, 8
WIDTH, LAYERS, HEADS = 96, 4, 4


# ---- made-up tables -------------------------------------------------------------------------------------------------


def columns_of(rng, n: int, d: int):
    """Columns that hang together through hidden ones, of the shapes that customers' tables have."""
    hidden = rng.normal(size=(n, rng.integers(1, d + 1)))
    x = hidden @ rng.normal(size=(hidden.shape[1], d)) / np.sqrt(hidden.shape[1])
    if rng.random() < 0.3:
        x = np.tanh(x @ rng.normal(size=(d, d)) / np.sqrt(d) * 2)
    x = x + rng.normal(size=x.shape) * rng.uniform(0, 1.5, size=d)
    x = (x - x.mean(0)) / (x.std(0) + 1e-9)
    for j in range(d):
        shape = rng.random()
        if shape < 0.15:
            x[:, j] = np.exp(x[:, j] * rng.uniform(0.5, 1.5))
        elif shape < 0.22:
            x[:, j] = np.abs(x[:, j])
        elif shape < 0.45:
            levels = rng.integers(3, 11)
            code = np.digitize(x[:, j], np.sort(rng.normal(size=levels - 1)))
            x[:, j] = rng.permutation(levels)[code] if rng.random() < 0.6 else code
        elif shape < 0.65:
            x[:, j] = x[:, j] > rng.normal() * 0.8
        elif shape < 0.75:
            x[:, j] = np.maximum(0, x[:, j] - rng.normal() * 0.7)
    return x


def score_of(rng, x):
    """What drives the outcome: lines, steps, trees, or a net, of a few of the columns."""
    n, d = x.shape
    used = rng.permutation(d)[: max(1, int(rng.integers(1, d + 1) ** rng.uniform(0.5, 1)))]
    z = (x[:, used] - x[:, used].mean(0)) / (x[:, used].std(0) + 1e-9)
    kind, k = rng.random(), len(used)
    if kind < 0.3:
        return z @ rng.laplace(size=k)
    if kind < 0.5:
        out = np.zeros(n)
        for j in range(k):
            for _ in range(rng.integers(1, 4)):
                out += rng.normal() * (z[:, j] > rng.normal())
        return out
    if kind < 0.8:
        out = np.zeros(n)
        for _ in range(rng.integers(1, 20)):
            leaf = np.zeros(n, int)
            for _ in range(rng.integers(1, 5)):
                leaf = leaf * 2 + (z[:, rng.integers(k)] > rng.normal() * 0.8)
            out += rng.normal(size=32)[leaf]
        return out
    width = rng.integers(2, 16)
    return np.tanh(z @ rng.normal(size=(k, width)) / np.sqrt(k) * 1.5 + rng.normal(size=width)) @ rng.normal(size=width)


def task(rng):
    d = int(rng.integers(2, COLUMNS + 1) ** rng.uniform(0.75, 1))
    x = columns_of(rng, ROWS, d)
    f = score_of(rng, x)
    if rng.random() < 0.5:
        f = f / (f.std() + 1e-9) + (g := score_of(rng, x)) / (g.std() + 1e-9) * rng.uniform(0, 1)
    f = (f - f.mean()) / (f.std() + 1e-9) * np.exp(rng.uniform(np.log(0.2), np.log(5)))
    share = np.clip(rng.beta(1.2, 2.2), 0.03, 0.7)
    low, high = -25.0, 25.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-f - middle))).mean() < share else (low, middle)
    y = rng.random(ROWS) < 1 / (1 + np.exp(-f - low))
    return x, y.astype(np.float32)


def prepared(x, known):
    """Numbers as the net reads them, scaled by the labelled rows alone; what is missing is the mean."""
    mean, sd = np.nanmean(x[:known], 0), np.nanstd(x[:known], 0)
    z = np.nan_to_num((x - np.nan_to_num(mean)) / np.where(sd > 1e-9, sd, 1))
    z = np.sign(z) * np.log1p(np.abs(z))
    out = np.zeros((len(x), COLUMNS), np.float32)
    out[:, : x.shape[1]] = z * np.sqrt(COLUMNS / x.shape[1])
    return out


def batch(rng):
    x, y, known = [], [], int(np.exp(rng.uniform(np.log(40), np.log(288))))
    for _ in range(TASKS):
        a, b = task(rng)
        x.append(prepared(a, known))
        y.append(b)
    return np.stack(x), np.stack(y), known


# ---- the net --------------------------------------------------------------------------------------------------------


def initial(rng):
    def dense(a, b, scale=1.0):
        return rng.normal(size=(a, b)).astype(np.float32) * scale / np.sqrt(a)

    weights = {"x": dense(COLUMNS, WIDTH), "y": dense(2, WIDTH), "out": dense(WIDTH, 1, 0.1),
               "bias": np.zeros(1, np.float32)}
    for k in range(LAYERS):
        weights |= {f"qkv{k}": dense(WIDTH, 3 * WIDTH), f"mix{k}": dense(WIDTH, WIDTH, 0.3),
                    f"in{k}": dense(WIDTH, 2 * WIDTH), f"back{k}": dense(2 * WIDTH, WIDTH, 0.3)}
    return weights


def normal(h):
    return (h - h.mean(-1, keepdims=True)) * jax.lax.rsqrt(h.var(-1, keepdims=True) + 1e-5)


def logits(w, x, y, known):
    """x: (tables, rows, columns); the first `known` rows are labelled; the others see these alone."""
    labelled = (jnp.arange(x.shape[1]) < known)[None, :, None]
    told = jnp.stack([y, 1 - y], -1) @ w["y"]
    h = x @ w["x"] + jnp.where(labelled, told, 0)
    shown = jnp.where(labelled[:, :, 0], 0, -1e9)[:, None, None, :]
    for k in range(LAYERS):
        q, key, v = (one.reshape(*one.shape[:2], HEADS, -1) for one in jnp.split(normal(h) @ w[f"qkv{k}"], 3, -1))
        near = jnp.einsum("tqhc,tkhc->thqk", q, key) / np.sqrt(WIDTH / HEADS) + shown
        h = h + jnp.einsum("thqk,tkhc->tqhc", jax.nn.softmax(near), v).reshape(h.shape) @ w[f"mix{k}"]
        h = h + jax.nn.gelu(normal(h) @ w[f"in{k}"]) @ w[f"back{k}"]
    return (normal(h) @ w["out"] + w["bias"])[..., 0]


def loss(w, x, y, known):
    z = logits(w, x, y, known)
    asked = (jnp.arange(x.shape[1]) >= known)[None, :]
    return (jnp.where(asked, jax.nn.softplus(z) - y * z, 0)).sum() / (asked.sum() * x.shape[0])


@jax.jit
def step(w, m, v, t, rate, x, y, known):
    value, g = jax.value_and_grad(loss)(w, x, y, known)
    size = jnp.sqrt(sum((one**2).sum() for one in jax.tree.leaves(g)))
    g = jax.tree.map(lambda one: one / jnp.maximum(1, size), g)
    m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
    v = jax.tree.map(lambda a, b: 0.99 * a + 0.01 * b**2, v, g)
    w = jax.tree.map(
        lambda a, b, c: a - rate * b / (1 - 0.9**t) / (jnp.sqrt(c / (1 - 0.99**t)) + 1e-8), w, m, v)
    return w, m, v, value


def train(file, seconds: float) -> None:
    rng = np.random.default_rng(42)
    w = initial(rng)
    m = v = jax.tree.map(jnp.zeros_like, w)
    begun, said, mean, t = time.process_time(), time.time(), 0.69, 0
    while (share := (time.process_time() - begun) / seconds) < 1:
        t += 1
        rate = 2e-3 * min(1, t / 200) * (0.02 + 0.98 * (0.5 + 0.5 * np.cos(np.pi * share)))
        w, m, v, value = step(w, m, v, float(t), rate, *batch(rng))
        mean = 0.99 * mean + 0.01 * float(value)
        if time.time() - said > 60:
            said = time.time()
            np.savez(file, **w)
            print(f"{t} steps, {t * TASKS} tables, {share:.0%}: log loss {mean:.4f}", flush=True)
    np.savez(file, **w)
    print(f"{t} steps, {t * TASKS} tables, {seconds:.0f} s of the processor: log loss {mean:.4f}")


# ---- beside the others ----------------------------------------------------------------------------------------------


def numbers_of(x):
    """Levels as codes in the order of their names; too many columns: the first."""
    out = x.apply(lambda one: one.cat.codes if one.dtype.name == "category" else one).astype(float)
    return out.to_numpy()[:, :COLUMNS]


def answers(w, x, y, new, forward, ensemble=8):
    """The mean of nets that see the columns in other orders, as these nets aren't blind to it."""
    rng = np.random.default_rng(7)
    rows = np.concatenate([x, new])
    out = 0
    for _ in range(ensemble):
        order = rng.permutation(x.shape[1])
        z = prepared(rows[:, order], len(x))[None]
        given = np.concatenate([y, np.zeros(len(new))]).astype(np.float32)[None]
        out += np.asarray(forward(w, z, given, len(x)))[0, len(x):]
    return 1 / (1 + np.exp(-out / ensemble))


def judge(file, out) -> None:
    catalogue = json.loads((tables.root / "data" / "sources.json").read_text())
    w = dict(np.load(file))
    forward = jax.jit(logits)
    others = tables.learners()
    made: dict = {}
    for name in tables.TABLES:
        source = next(one for one in catalogue["sources"] if one["name"] == name)
        x, y, _ = tables.read(source, catalogue["schemas"][source["schema"]], 3000)
        coded = numbers_of(x)
        for size in (100, 300, 1000):
            if size + 300 > len(y):
                continue
            for draw in range(5):
                rng = np.random.default_rng(draw)
                order = rng.permutation(len(y))
                known, asked = order[:size], order[size : size + 1000]
                if len(set(y[known])) < 2:
                    continue
                said = {"In-context": answers(w, coded[known], y[known], coded[asked], forward)}
                for learner in ("Logistic regression (scikit-learn)", "LightGBM, rounds by CV"):
                    said[learner] = others[learner](x.iloc[known], y[known], x.iloc[asked])
                pair = list(said.values())[1:]
                said["Mean of both"] = sum(pair) / 2
                said["Mean of three"] = sum(said[one] for one in list(said)[:3]) / 3
                for learner, p in said.items():
                    made.setdefault(str(size), {}).setdefault(learner, {}).setdefault(name, []).append(
                        tables.figures(y[asked], p))
    out.write_text(json.dumps(made, indent=1) + "\n")
    for size, learners in made.items():
        for learner, found in learners.items():
            row = {f: np.mean([np.mean([one[f] for one in draws]) for draws in found.values()])
                   for f in ("logLoss", "rocAuc")}
            print(f"{size:>5} {learner:<36} log loss {row['logLoss']:.4f}  ROC AUC {row['rocAuc']:.4f}")


if __name__ == "__main__":
    given = argparse.ArgumentParser()
    given.add_argument("what", choices=["train", "judge"])
    given.add_argument("weights", type=pathlib.Path)
    given.add_argument("out", type=pathlib.Path, nargs="?")
    given.add_argument("--seconds", type=float, default=5400)
    options = given.parse_args()
    if options.what == "train":
        train(options.weights, options.seconds)
    else:
        judge(options.weights, options.out)
