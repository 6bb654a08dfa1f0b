"""POST /predict by FastAPI and scikit-learn, as such servers are usually written: a pipeline over a data frame of one row.

python api.py CUSTOMERS.csv PORT
"""

import sys

import numpy as np
import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

columns = {
    "account_length": "Account length",
    "state": "State",
    "area_code": "Area code",
    "international_plan": "International plan",
    "voice_mail_plan": "Voice mail plan",
    "number_vmail_messages": "Number vmail messages",
    "total_day_calls": "Total day calls",
    "total_eve_calls": "Total eve calls",
    "total_night_calls": "Total night calls",
    "total_intl_calls": "Total intl calls",
    "customer_service_calls": "Customer service calls",
    "total_day_minutes": "Total day minutes",
    "total_eve_minutes": "Total eve minutes",
    "total_night_minutes": "Total night minutes",
    "total_intl_minutes": "Total intl minutes",
}
words = ["State", "Area code", "International plan", "Voice mail plan"]
numbers = [name for name in columns.values() if name not in words]


class Customer(BaseModel):
    account_length: int
    state: str
    area_code: str
    international_plan: str
    voice_mail_plan: str
    number_vmail_messages: int
    total_day_calls: int
    total_eve_calls: int
    total_night_calls: int
    total_intl_calls: int
    customer_service_calls: int
    total_day_minutes: float
    total_eve_minutes: float
    total_night_minutes: float
    total_intl_minutes: float


def encode():
    return ColumnTransformer(
        [("words", OneHotEncoder(drop="first", handle_unknown="ignore"), words), ("numbers", StandardScaler(), numbers)]
    )


data = pd.read_csv(sys.argv[1], dtype={"Area code": str})
# The lightest models that do the work, so that the comparison is about serving.
churn = make_pipeline(encode(), LogisticRegression(max_iter=1000)).fit(data, data["Churn"].astype(str) == "True")
value = make_pipeline(encode(), LinearRegression()).fit(data, 100 * data["Account length"])
app = FastAPI()


@app.get("/online")
def online():
    return {"status": "online"}


@app.post("/predict")
def predict(customer: Customer):
    row = pd.DataFrame([{columns[key]: value for key, value in customer.model_dump().items()}])
    p = float(churn.predict_proba(row)[0, 1])
    v = float(value.predict(row)[0])
    risk = "High" if p > 0.3 else "Medium" if p > 0.15 else "Low"
    return {"churn_probability": round(p, 4), "risk_level": risk, "clv": round(v, 2)}


# The quickest honest way: no frame, each column's place in the matrix known beforehand, no thread for a request.
encoder = churn[0]
words_at = {
    (name, level): sum(len(levels) - 1 for levels in encoder.named_transformers_["words"].categories_[:k]) + at - 1
    for k, (name, levels) in enumerate(zip(words, encoder.named_transformers_["words"].categories_))
    for at, level in enumerate(levels)
    if at > 0
}
scaler = encoder.named_transformers_["numbers"]
key_of = {column: key for key, column in columns.items()}
width = len(words_at) + len(numbers)


@app.post("/predict-quick")
async def predict_quick(customer: Customer):
    row = np.zeros((1, width))
    for name in words:
        at = words_at.get((name, getattr(customer, key_of[name])))
        if at is not None:
            row[0, at] = 1
    row[0, len(words_at) :] = [getattr(customer, key_of[name]) for name in numbers]
    row[0, len(words_at) :] = (row[0, len(words_at) :] - scaler.mean_) / scaler.scale_
    p = float(churn[1].predict_proba(row)[0, 1])
    v = float(value[1].predict(row)[0])
    risk = "High" if p > 0.3 else "Medium" if p > 0.15 else "Low"
    return {"churn_probability": round(p, 4), "risk_level": risk, "clv": round(v, 2)}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
