"""Computes maps.json: what the backbone makes of one synthetic image, by an implementation that is not ours.

  python3 -m venv /tmp/v && /tmp/v/bin/pip install numpy && /tmp/v/bin/python make-maps.py FILE.pth

FILE.pth is the weights file inside the wheel that scripts/fetch-backbone pins. The network is written out here in float64,
with its batch normalisation in place instead of folded, and padded as TensorFlow's "same".
"""

import collections
import hashlib
import json
import pathlib
import pickle
import struct
import sys

import numpy as np

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# Repeats, kernel, widening, channels, stride of each stage.
STAGES = [(1, 3, 1, 16, 1), (2, 3, 6, 24, 2), (2, 5, 6, 40, 2), (3, 3, 6, 80, 2), (3, 5, 6, 112, 1)]


def read(path):
    data = pathlib.Path(path).read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256
    kinds = {}

    class Reader(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "OrderedDict":
                return collections.OrderedDict
            if name == "_rebuild_tensor_v2":
                return lambda key, offset, shape, stride, *rest: (key, shape, stride)
            if module == "torch" and name.endswith("Storage"):
                return name
            raise pickle.UnpicklingError(name)

        def persistent_load(self, identifier):
            kinds[identifier[2]] = identifier[1]
            return identifier[2]

    with open(path, "rb") as file:
        _, _, _, tensors, keys = (Reader(file).load() for _ in range(5))
        stored = {}
        for key in keys:
            (count,) = struct.unpack("<q", file.read(8))
            kind = {"FloatStorage": np.float32, "LongStorage": np.int64}[kinds[key]]
            stored[key] = np.frombuffer(file.read(count * np.dtype(kind).itemsize), kind)
    strided = np.lib.stride_tricks.as_strided
    return {
        name: strided(stored[key], shape, [step * stored[key].itemsize for step in stride]).astype(np.float64)
        for name, (key, shape, stride) in tensors.items()
    }


def padded(x, kernel, stride):
    size = x.shape[1]
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + kernel - size)
    return np.pad(x, ((0, 0), (total // 2, total - total // 2), (total // 2, total - total // 2))), out


def convolution(x, weights, stride, is_depthwise=False):
    kernel = weights.shape[2]
    x, out = padded(x, kernel, stride)
    result = 0
    for row in range(kernel):
        for column in range(kernel):
            part = x[:, row : row + (out - 1) * stride + 1 : stride, column : column + (out - 1) * stride + 1 : stride]
            if is_depthwise:
                result = result + weights[:, 0, row, column][:, None, None] * part
            else:
                result = result + np.einsum("oi,ihw->ohw", weights[:, :, row, column], part)
    return result


def maps(tensors, image):
    def normalised(x, name):
        part = lambda kind: tensors[f"{name}.{kind}"][:, None, None]
        return (x - part("running_mean")) / np.sqrt(part("running_var") + 1e-3) * part("weight") + part("bias")

    relu6 = lambda x: np.clip(x, 0, 6)
    x = ((image.astype(np.float64) - 127) / 128).transpose(2, 0, 1)
    x = relu6(normalised(convolution(x, tensors["_conv_stem.weight"], 2), "_bn0"))
    block = 0
    for repeats, kernel, widening, channels, stride in STAGES:
        for repeat in range(repeats):
            name, before = f"_blocks.{block}.", x
            if widening > 1:
                x = relu6(normalised(convolution(x, tensors[name + "_expand_conv.weight"], 1), name + "_bn0"))
            step = stride if repeat == 0 else 1
            x = relu6(normalised(convolution(x, tensors[name + "_depthwise_conv.weight"], step, True), name + "_bn1"))
            x = normalised(convolution(x, tensors[name + "_project_conv.weight"], 1), name + "_bn2")
            if repeat > 0:
                x = x + before
            block += 1
        if channels == 40:
            eighth = x
    places = [eighth[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
    return np.concatenate([x] + places).transpose(1, 2, 0)


def main():
    y, x, c = np.meshgrid(np.arange(224), np.arange(224), np.arange(3), indexing="ij")
    image = (x * 7 + y * 13 + c * 29 + x * y // 16 * 3) % 256
    result = maps(read(sys.argv[1]), image)
    points = [(k * 5 % 14, k * 11 % 14, k * 37 % 272) for k in range(400)]
    golden = {
        "made-by": "make-maps.py, numpy " + np.__version__,
        "channel-means": [round(float(value), 5) for value in result.mean((0, 1))],
        "points": [[row, column, channel, round(float(result[row, column, channel]), 5)] for row, column, channel in points],
    }
    (pathlib.Path(__file__).parent / "maps.json").write_text(json.dumps(golden) + "\n")


main()
