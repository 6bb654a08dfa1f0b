"""Parts of nets by PyTorch (scripts/peers-sdv.txt): a layer of long short-term memory, the focal loss, rates over time."""

import torch


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def lstm():
    """torch.nn.LSTM(2, 3) over four steps of three rows: what it shows last, and the derivatives of its weighted sum."""
    torch.manual_seed(7)
    net = torch.nn.LSTM(2, 3).double()
    x = torch.randn(4, 3, 2, dtype=torch.float64)
    shown = net(x)[0][-1]
    share = torch.linspace(0.5, 2, 9, dtype=torch.float64).reshape(3, 3)
    (shown * share).sum().backward()
    # Rows of torch's matrices: input gate, forget gate, candidate, output gate.
    gates = ["write", "keep", "new", "show"]
    weights, slopes = {}, {}
    for i, gate in enumerate(gates):
        rows = slice(3 * i, 3 * i + 3)
        for to, of in [(weights, lambda p: p.detach()), (slopes, lambda p: p.grad)]:
            both = torch.cat([of(net.weight_ih_l0)[rows], of(net.weight_hh_l0)[rows]], dim=1)
            to[f"{gate}.w"] = rounded(both.T.flatten())
        # Two biases that act as one: their sum, and either's derivative.
        weights[f"{gate}.b"] = rounded((net.bias_ih_l0 + net.bias_hh_l0).detach()[rows])
        slopes[f"{gate}.b"] = rounded(net.bias_ih_l0.grad[rows])
    return {
        "x": rounded(x.flatten()),
        "weights": weights,
        "shown": rounded(shown.detach().flatten()),
        "share": rounded(share.flatten()),
        "slopes": slopes,
    }


def focal():
    """Mean focal loss, as torchvision.ops.sigmoid_focal_loss(z, y, alpha=-1, gamma=g, reduction="mean"), with gradients."""
    y = torch.tensor([0, 0, 0, 1, 1, 1], dtype=torch.float64)
    weight = torch.tensor([1, 0.5, 2, 1, 1.5, 1], dtype=torch.float64)
    cases = []
    for gamma in [0, 1, 2, 3.5]:
        z = torch.tensor([-3, 0.2, 4, -2, 0.1, 5], dtype=torch.float64, requires_grad=True)
        p = torch.sigmoid(z)
        of_label = p * y + (1 - p) * (1 - y)
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")
        loss = (weight * (1 - of_label) ** gamma * entropy).mean()
        loss.backward()
        cases.append({"gamma": gamma, "loss": float(loss.detach()), "slopes": rounded(z.grad)})
    return {"z": [-3, 0.2, 4, -2, 0.1, 5], "y": y.tolist(), "weight": weight.tolist(), "cases": cases}


def one_cycle():
    """torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=1000, cycle_momentum=False), every 37th step."""
    optimiser = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1, total_steps=1000, cycle_momentum=False)
    rates = []
    for step in range(1000):
        if step % 37 == 0:
            rates.append([step, schedule.get_last_lr()[0]])
        optimiser.step()
        if step < 999:
            schedule.step()
    return rates


def plateau():
    """torch.optim.lr_scheduler.ReduceLROnPlateau(factor=0.5, patience=2) over some epochs' figures."""
    figures = [1, 0.9, 0.91, 0.9, 0.89999, 0.85, 0.86, 0.87, 0.88, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.7, 0.6]
    found = []
    for sign in [1, -1]:
        optimiser = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=1)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=2)
        rates = []
        for figure in figures:
            optimiser.step()
            # torch measures relative to the best so far, which must not be negative for that.
            schedule.step(figure if sign > 0 else 2 - figure)
            rates.append(optimiser.param_groups[0]["lr"])
        found.append({"figures": figures if sign > 0 else [2 - figure for figure in figures], "rates": rates})
    return found


def make():
    return {"lstm": lstm(), "focal": focal(), "oneCycle": one_cycle(), "plateau": plateau()}
