"""Loads a checkpoint of Collapse Lab into PyTorch.

    from load_checkpoint import load
    model, knobs = load("run.safetensors")
    model(x)  # the mix at each place of x [rows, 2 + K], as the page says it

Only PyTorch is needed. `read` needs nothing but Python; safetensors.torch.load_file gives the same tensors.
"""

import json
import struct
import sys

CODES = {"F64": "d", "F32": "f"}


def read(path):
    """The tensors as {name: (shape, values)}, row-major, and what stands beside them as {name: text}."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    beside = header.pop("__metadata__", {})
    if "collapse-lab.checkpoint" not in beside:
        raise ValueError(f"{path} is no checkpoint of Collapse Lab.")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = CODES[entry["dtype"]]
        count = (end - begin) // struct.calcsize("<" + code)
        tensors[name] = (entry["shape"], struct.unpack(f"<{count}{code}", data[begin:end]))
    return tensors, beside


def load(path):
    """The network with its head, in double precision as it was trained (.float() makes it single), and its knobs."""
    import torch

    tensors, beside = read(path)
    knobs = json.loads(beside["knobs"])
    activation = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "silu": torch.nn.functional.silu,
        "gelu": torch.nn.functional.gelu,
    }[knobs["model.activation"]]
    weights = {
        name: torch.tensor(values, dtype=torch.float64).reshape(shape)
        for name, (shape, values) in tensors.items()
        if name.startswith("layers.")
    }

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            shapes = [weights[f"layers.{i}.weight"].shape for i in range(len(weights) // 2)]
            self.layers = torch.nn.ModuleList(
                torch.nn.Linear(inputs, outputs, dtype=torch.float64) for outputs, inputs in shapes
            )
            self.load_state_dict(weights)

        def forward(self, x):
            for layer in self.layers[:-1]:
                x = activation(layer(x))
            logits = self.layers[-1](x)
            if knobs["model.use_logit_norm"]:
                length = logits.norm(dim=-1, keepdim=True) + 1e-7
                logits = knobs["model.logit_norm"] * logits / length
            if knobs["model.temperature_at"] != "training":
                logits = logits / knobs["model.temperature"]
            return logits.softmax(dim=-1)

    return Network().eval(), knobs


if __name__ == "__main__":
    for name, (shape, values) in read(sys.argv[1])[0].items():
        print(name, shape)
