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


def layers_of(tensors, beside):
    """The layers of the network, as the file describes them; files of before have dense ones only, and say less."""
    if "layers" in beside:
        return json.loads(beside["layers"])
    activation = json.loads(beside["knobs"])["model.activation"]
    count = sum(name.startswith("layers.") for name in tensors) // 2
    layers = []
    for i in range(count):
        outputs, inputs = tensors[f"layers.{i}.weight"][0]
        layer = {"kind": "dense", "inputs": inputs, "outputs": outputs}
        layers.append({**layer, "activation": activation} if i < count - 1 else layer)
    return layers


def load(path):
    """The network with its head, in double precision as it was trained (.float() makes it single), and its knobs."""
    import torch

    tensors, beside = read(path)
    knobs = json.loads(beside["knobs"])
    activations = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "silu": torch.nn.functional.silu,
        "gelu": torch.nn.functional.gelu,
    }

    class Dense(torch.nn.Linear):
        def __init__(self, layer):
            super().__init__(layer["inputs"], layer["outputs"], dtype=torch.float64)
            self.activation = activations.get(layer.get("activation"))

        def forward(self, x):
            z = super().forward(x)
            return self.activation(z) if self.activation else z

    class Embed(torch.nn.Module):
        """Numbers first, then the vector of each index: table by table, position by position."""

        def __init__(self, layer):
            super().__init__()
            self.lookups = [(table["name"], column) for table in layer["tables"] for column in table["columns"]]
            read = {column for _, column in self.lookups}
            self.passed = [column for column in range(layer["inputs"]) if column not in read]
            self.tables = torch.nn.ModuleDict(
                {
                    table["name"]: torch.nn.Embedding(table["rows"], table["width"], dtype=torch.float64)
                    for table in layer["tables"]
                }
            )

        def forward(self, x):
            vectors = [self.tables[name](x[..., column].long()) for name, column in self.lookups]
            return torch.cat([x[..., self.passed], *vectors], dim=-1)

    kinds = {"dense": Dense, "embed": Embed}

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.ModuleList(kinds[layer["kind"]](layer) for layer in layers_of(tensors, beside))
            self.load_state_dict(
                {
                    name: torch.tensor(values, dtype=torch.float64).reshape(shape)
                    for name, (shape, values) in tensors.items()
                    if name.startswith("layers.")
                }
            )

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            if knobs["model.use_logit_norm"]:
                length = x.norm(dim=-1, keepdim=True) + 1e-7
                x = knobs["model.logit_norm"] * x / length
            if knobs["model.temperature_at"] != "training":
                x = x / knobs["model.temperature"]
            return x.softmax(dim=-1)

    return Network().eval(), knobs


if __name__ == "__main__":
    for name, (shape, values) in read(sys.argv[1])[0].items():
        print(name, shape)
