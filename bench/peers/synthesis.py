"""Synthetic rows by other libraries, for bench/synthesis-tables.mjs --peer NAME:

    python synthesis.py NAME TRAIN.csv MADE.csv SEED

NAME is GaussianCopula or CTGAN (SDV 2.0.0) or ARF (arfpy 0.1.1), with their defaults; as many rows are made as were learnt.
They need a Python of their own: pip install sdv==2.0.0 arfpy==0.1.1.
"""

import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")


def main(name, train, made, seed):
    real = pd.read_csv(train, sep=None, engine="python")
    if name == "ARF":
        # arfpy 0.1.1 calls what numpy 2.4 has under another name only.
        np.in1d = np.isin
        from arfpy import arf

        np.random.seed(seed)
        # It takes no missing cells: those of numbers are medians, those of texts a level of their own. Two values are levels.
        for column in real.columns:
            if pd.api.types.is_numeric_dtype(real[column]) and real[column].nunique() > 2:
                real[column] = real[column].fillna(real[column].median()).astype(float)
            else:
                real[column] = real[column].astype(object).where(real[column].notna(), "").astype(str)
        forest = arf.arf(x=real, random_state=seed, verbose=False)
        forest.forde()
        out = forest.forge(n=len(real))
    else:
        import torch
        from sdv.metadata import Metadata
        from sdv.single_table import CTGANSynthesizer, GaussianCopulaSynthesizer

        torch.manual_seed(seed)
        np.random.seed(seed)
        metadata = Metadata.detect_from_dataframes({"table": real})
        kind = {"GaussianCopula": GaussianCopulaSynthesizer, "CTGAN": CTGANSynthesizer}[name]
        model = kind(metadata)
        model.fit({"table": real})
        out = model.sample(len(real))
        out = out["table"] if isinstance(out, dict) else out
    out.to_csv(made, index=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
