"""POST /predict by FastAPI and scikit-learn, as such servers are usually written: a pipeline over a data frame of one row.

python api.py CUSTOMERS.csv PORT
"""

import sys

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


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
