"""Reads the tables that bench/data.mjs wrote."""

import pathlib

import numpy as np

folder = pathlib.Path(__file__).resolve().parents[2] / ".cache" / "bench"


def load(name):
    """x (rows × columns, C order as the libraries like it) and y."""
    everything = np.fromfile(folder / f"{name}.f64")
    rows, columns = int(everything[0]), int(everything[1])
    x = everything[2 : 2 + rows * columns].reshape(columns, rows).T
    return np.ascontiguousarray(x), everything[2 + rows * columns :].copy()
