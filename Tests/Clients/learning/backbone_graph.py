"""The backbone as an ONNX graph, built from the flat files that scripts/fetch-backbone writes.

An implementation that shares nothing with ours but the weights: the geometry is written out from the paper (Tan and Le,
"EfficientNet", 2019; Lite0: no squeeze-and-excitation, ReLU6), the arithmetic is ONNX Runtime's.

  python backbone_graph.py STRIDE-16.bin REST.bin PICTURE…     a line of JSON per picture
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Iterator

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

HEADER_BYTES = 64
# Repeats, kernel, widening, channels, stride of each stage; the first five end at stride 16.
STAGES = [
    (1, 3, 1, 16, 1),
    (2, 3, 6, 24, 2),
    (2, 5, 6, 40, 2),
    (3, 3, 6, 80, 2),
    (3, 5, 6, 112, 1),
    (4, 5, 6, 192, 2),
    (1, 3, 6, 320, 1),
]
HEAD = 1280


def payload(file: Path, layers: int) -> np.ndarray:
    """The numbers of a flat file."""
    data = file.read_bytes()
    magic, version, count, length = struct.unpack_from("<8sIIQ", data)
    assert (magic, version, count, length) == (b"GWBACKBN", 1, layers, len(data) - HEADER_BYTES)
    return np.frombuffer(data, "<f4", offset=HEADER_BYTES)


class _Graph:
    """A graph that grows layer by layer while it takes weights off a run of numbers."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers, self.nodes, self.constants = numbers, [], []
        self.constants.append(numpy_helper.from_array(np.float32(0), "zero"))
        self.constants.append(numpy_helper.from_array(np.float32(6), "six"))

    def add(self, kind: str, inputs: list[str], **attributes: object) -> str:
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def _take(self, *shape: int) -> np.ndarray:
        count = int(np.prod(shape))
        taken, self.numbers = self.numbers[:count], self.numbers[count:]
        return taken.reshape(shape)

    def convolution(self, x: str, kernel: int, channels: tuple[int, int], stride: int, is_cut: bool, groups: int = 1):
        """A convolution as TensorFlow pads it, and ReLU6 where it is cut."""
        depth, count = channels
        weights = self._take(kernel, kernel, depth // groups, count).transpose(3, 2, 0, 1)
        names = [f"weights{len(self.constants)}", f"biases{len(self.constants)}"]
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(weights), names[0]))
        self.constants.append(numpy_helper.from_array(self._take(count).copy(), names[1]))
        x = self.add(
            "Conv", [x, *names], kernel_shape=[kernel] * 2, strides=[stride] * 2, group=groups, auto_pad="SAME_UPPER"
        )
        return self.add("Clip", [x, "zero", "six"]) if is_cut else x

    def block(self, x: str, kernel: int, widening: int, channels: tuple[int, int], stride: int) -> str:
        """An inverted residual block."""
        before, (depth, count) = x, channels
        wide = depth * widening
        if widening > 1:
            x = self.convolution(x, 1, (depth, wide), 1, True)
        x = self.convolution(x, kernel, (wide, wide), stride, True, groups=wide)
        x = self.convolution(x, 1, (wide, count), 1, False)
        return self.add("Add", [x, before]) if depth == count and stride == 1 else x

    def stages(self, x: str, first: int, last: int, depth: int) -> tuple[str, list[str]]:
        """Several stages; also what comes out of each."""
        ends = []
        for repeats, kernel, widening, channels, stride in STAGES[first:last]:
            for repeat in range(repeats):
                x = self.block(x, kernel, widening, (depth, channels), stride if repeat == 0 else 1)
                depth = channels
            ends.append(x)
        return x, ends

    def model(self, shape: tuple[int, ...], outputs: dict[str, tuple[int, ...]]) -> onnx.ModelProto:
        assert len(self.numbers) == 0, "weights are left over"
        given = helper.make_tensor_value_info("given", TensorProto.FLOAT, shape)
        results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in outputs.items()]
        graph = helper.make_graph(self.nodes, "backbone", [given], results, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        return model


def to_stride_16(file: Path) -> onnx.ModelProto:
    """From the normalised image (1 x 3 x 224 x 224) to the maps of stride 16 and of stride 8."""
    graph = _Graph(payload(file, 33))
    x = graph.convolution("given", 3, (3, 32), 2, True)
    x, ends = graph.stages(x, 0, 5, 32)
    return graph.model((1, 3, 224, 224), {x: (1, 112, 14, 14), ends[2]: (1, 40, 28, 28)})


def rest(file: Path) -> onnx.ModelProto:
    """From the map of stride 16 (1 x 112 x 14 x 14) to that of the head (1 x 1280 x 7 x 7)."""
    graph = _Graph(payload(file, 16))
    x, _ = graph.stages("given", 5, 7, 112)
    return graph.model((1, 112, 14, 14), {graph.convolution(x, 1, (320, HEAD), 1, True): (1, HEAD, 7, 7)})


def features(stride_16: Path, others: Path, pictures: list[Path]) -> Iterator[dict[str, list[float]]]:
    """The kept maps of each picture (224 x 224), and its pooled features from these and in single precision."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    first, second = (
        onnxruntime.InferenceSession(model.SerializeToString(), options)
        for model in (to_stride_16(stride_16), rest(others))
    )

    def pooled(middle: np.ndarray, eighth: np.ndarray) -> list[float]:
        (head,) = second.run(None, {"given": middle})
        across = (2, 3)
        parts = head.mean(across), head.max(across), middle.mean(across), middle.max(across), eighth.max(across)
        return np.concatenate(parts, axis=1)[0].tolist()

    for picture in pictures:
        with Image.open(picture) as image:
            pixels = np.asarray(image.convert("RGB"), np.float32)
        middle, eighth = first.run(None, {"given": ((pixels - 127) / 128).transpose(2, 0, 1)[None]})
        places = [eighth[0, :, row::2, column::2] for row in (0, 1) for column in (0, 1)]
        halves = [values.astype(np.float16).astype(np.float32) for values in (middle, eighth)]
        yield {
            "maps": np.concatenate([middle[0], *places]).transpose(1, 2, 0).ravel().tolist(),
            "pooled": pooled(*halves),
            "unbroken": pooled(middle, eighth),
        }


if __name__ == "__main__":
    for found in features(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]):
        print(json.dumps(found))
