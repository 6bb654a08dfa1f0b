import pathlib
import resource

import pandas as pd
import torch
from ctgan import CTGAN, TVAE

folder = pathlib.Path(__file__).resolve().parents[2] / ".cache" / "bench"


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def prepare(params):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    table = pd.read_csv(folder / (f"telco-{params['rows']}.csv" if "rows" in params else "telco.csv"))
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce").fillna(0)
    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    discrete = [name for name in table.columns if name not in numbers]
    kind = CTGAN if params["peer"] == "ctgan" else TVAE

    def fitted(epochs):
        model = kind(epochs=epochs, enable_gpu=False)
        model.fit(table, discrete)
        return model

    if "sample" in params:
        model = fitted(1)

        def draw():
            start = cpu()
            rows = len(model.sample(params["sample"]))
            return {"rowsPerSecond": rows / (cpu() - start)}

        return draw
    epochs = params.get("peerEpochs", params.get("epochs"))
    start = cpu()
    fitted(1)
    one = cpu() - start

    def work():
        start = cpu()
        fitted(epochs)
        return {"epoch": (cpu() - start - one) / (epochs - 1)}

    return work
