# Stratified, clustered and start-stop Cox models and Fine and Gray's, by R's survival, for
# tests/reference/survival_r.json:   Rscript scripts/reference/survival.R
# (Debian: r-cran-survival 3.5-3, r-cran-jsonlite)
suppressPackageStartupMessages({
  library(survival)
  library(jsonlite)
})

golden <- fromJSON("tests/reference/survival.json")
rossi <- as.data.frame(golden$rossi$rows)
names(rossi) <- golden$rossi$columns
rossi$week <- golden$rossi$time
rossi$arrest <- golden$rossi$event
rossi$w <- golden$rossi$weights
rossi$id <- (seq_len(nrow(rossi)) - 1) %% 150
close <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)

table_of <- function(fit) {
  errors <- summary(fit)$coefficients
  list(
    coefficients = unname(coef(fit)),
    standardErrors = unname(errors[, if ("robust se" %in% colnames(errors)) "robust se" else "se(coef)"]),
    logLikelihood = fit$loglik[2]
  )
}
at_risk <- Surv(rossi$week, rossi$arrest)
stratified <- coxph(at_risk ~ fin + age + race + mar + paro + prio + strata(wexp), rossi, control = close)
one0 <- transform(rossi[3, ], wexp = 0)
one1 <- transform(rossi[3, ], wexp = 1)
survival_of <- function(row) summary(survfit(stratified, newdata = row), times = c(5, 20, 40, 52), extend = TRUE)$surv

clustered <- coxph(at_risk ~ fin + age + race + wexp + mar + paro + prio, rossi, cluster = id, control = close)
weighted <- coxph(at_risk ~ fin + age + race + wexp + mar + paro + prio, rossi, weights = w, robust = TRUE, control = close)
breslow <- coxph(at_risk ~ fin + age + race + wexp + mar + paro + prio, rossi, ties = "breslow", robust = TRUE, control = close)
both <- coxph(at_risk ~ fin + age + race + mar + paro + prio + strata(wexp), rossi, cluster = id, control = close)

hearts <- heart[, c("start", "stop", "event", "age", "year", "surgery", "id")]
hearts$transplant <- as.numeric(heart$transplant) - 1
varying <- coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, hearts, cluster = id, control = close)

set.seed(11)
n <- 300
x <- round(cbind(rnorm(n), rbinom(n, 1, 0.4)), 3)
first <- rexp(n, 0.05 * exp(0.5 * x[, 1]))
second <- rexp(n, 0.04 * exp(-0.7 * x[, 2]))
left <- runif(n, 5, 40)
time <- ceiling(pmin(first, second, left) * 2) / 2
cause <- ifelse(pmin(first, second) > left, 0, ifelse(first < second, 1, 2))
risks <- data.frame(time, cause = factor(cause, 0:2), a = x[, 1], b = x[, 2], id = seq_len(n))
spread <- finegray(Surv(time, cause) ~ ., risks, etype = "1")
gray <- coxph(Surv(fgstart, fgstop, fgstatus) ~ a + b, spread, weights = fgwt, cluster = id, control = close)
incidence <- 1 - summary(survfit(gray, newdata = data.frame(a = c(0, 1), b = c(1, 0))), times = c(2, 8, 20))$surv
gray_breslow <- coxph(Surv(fgstart, fgstop, fgstatus) ~ a + b, spread, weights = fgwt, ties = "breslow", control = close)

write(toJSON(list(
  stratified = c(table_of(stratified), list(times = c(5, 20, 40, 52), survival = list(survival_of(one0), survival_of(one1)))),
  clustered = table_of(clustered), weighted = table_of(weighted), breslow = table_of(breslow), both = table_of(both),
  hearts = c(
    list(id = as.numeric(hearts$id), start = hearts$start, stop = hearts$stop, event = hearts$event,
      rows = unname(as.matrix(hearts[, c("age", "year", "surgery", "transplant")]))),
    table_of(varying)
  ),
  fineGray = c(
    list(time = time, cause = cause, rows = x),
    table_of(gray),
    list(times = c(2, 8, 20), incidence = t(incidence), breslow = unname(coef(gray_breslow)))
  )
), digits = NA, auto_unbox = TRUE), "tests/reference/survival_r.json")
