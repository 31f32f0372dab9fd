"""What a model file makes of the weights: read back from it and put into the PyTorch model."""

from collections.abc import Iterator

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from transformers import PreTrainedModel

# Rounding to 4 bits moves a weight by less than this share of the largest one; other weights are far from that.
CLOSE = 0.15


def take_stored_weights(model: PreTrainedModel, file: onnx.ModelProto) -> None:
    """
    Replaces every matrix of `model` by what the file holds of it, so that PyTorch computes with the very numbers that
    the file stands for. Matrices are found by their values: they may be transposed, or lie side by side with others.
    Fails where one is not found.
    """
    lookups, products = list(stored_lookups(file)), list(stored_products(file))
    if model.get_output_embeddings().weight is model.get_input_embeddings().weight:
        # Tied in PyTorch, they may be rounded differently in the file.
        head = model.get_output_embeddings()
        head.weight = nn.Parameter(head.weight.detach().clone())
        model.config.tie_word_embeddings = False
    is_half = any(tensor.data_type == onnx.TensorProto.FLOAT16 for tensor in file.graph.initializer)
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            values = parameter.detach().numpy()
            if values.ndim == 2:
                stored = find_whole_or_halves(values, lookups if isinstance(module, nn.Embedding) else products)
                if stored is None:
                    raise ValueError(f"{type(module).__name__}.{name} {values.shape} is not in the file")
                values = stored
            elif is_half:
                values = values.astype(np.float16).astype(np.float32)
            parameter.data = torch.from_numpy(values.copy())


def find_whole_or_halves(values: np.ndarray, stored: list[np.ndarray]) -> np.ndarray | None:
    """As `find`; what is one matrix in PyTorch (gate and up of an MLP) may be two in the file."""
    whole = find(values, stored)
    if whole is not None or values.shape[0] % 2:
        return whole
    halves = [find(half, stored) for half in np.split(values, 2)]
    return None if any(half is None for half in halves) else np.concatenate(halves)


def find(values: np.ndarray, stored: list[np.ndarray]) -> np.ndarray | None:
    """The first of `stored` that has `values`, or their transpose, in some of its rows or columns, up to rounding."""
    for matrix in stored:
        for candidate in (matrix, matrix.T):
            for wanted in (values, values.T):
                rows = rows_like(wanted, candidate)
                if rows is not None:
                    return rows if wanted is values else rows.T
    return None


def rows_like(wanted: np.ndarray, matrix: np.ndarray) -> np.ndarray | None:
    count, columns = wanted.shape
    if matrix.shape[1] != columns:
        return None
    limit = CLOSE * np.abs(wanted).max()
    for first in range(matrix.shape[0] - count + 1):
        rows = matrix[first : first + count]
        if np.abs(rows[0] - wanted[0]).max() < limit and np.abs(rows - wanted).max() < limit:
            return rows
    return None


def stored_products(file: onnx.ModelProto) -> Iterator[np.ndarray]:
    """Weights of products, [outputs, inputs]; packed ones first, which come before a table that is also looked up in."""
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in file.graph.initializer}
    for node in file.graph.node:
        given = [tensors.get(name) for name in node.input]
        if node.op_type == "MatMulNBits":
            numbers = {attribute.name: attribute.i for attribute in node.attribute}
            zero_points = given[3] if len(given) > 3 else None
            shape = (numbers["N"], numbers["K"])
            yield unpack(given[1], given[2], zero_points, numbers["bits"], numbers["block_size"], shape)
        elif node.op_type == "MatMulInteger":
            base = node.input[1].removesuffix("_quantized")
            yield ((given[1].astype(np.float32) - given[3]) * tensors[f"{base}_scale"]).T
    yield from floats(file)


def stored_lookups(file: onnx.ModelProto) -> Iterator[np.ndarray]:
    """Tables that are looked up in, [entries, width]; packed ones first."""
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in file.graph.initializer}
    # A table that a product shares is brought into shape first.
    reshaped = {node.output[0]: node.input[0] for node in file.graph.node if node.op_type == "Reshape"}
    for node in file.graph.node:
        given = [tensors.get(reshaped.get(name, name)) for name in node.input]
        if node.op_type == "GatherBlockQuantized":
            numbers = {attribute.name: attribute.i for attribute in node.attribute}
            bits = numbers.get("bits", 4)
            rows, blocks = given[2].shape
            shape = (rows, blocks * numbers["block_size"])
            zero_points = given[3] if len(given) > 3 else None
            yield unpack(given[0], given[2], zero_points, bits, numbers["block_size"], shape)
        elif node.op_type == "Gather" and given[0] is not None and given[0].dtype in (np.int8, np.uint8):
            base = node.input[0].removesuffix("_quantized")
            yield (given[0].astype(np.float32) - tensors[f"{base}_zero_point"]) * tensors[f"{base}_scale"]
    yield from floats(file)


def floats(file: onnx.ModelProto) -> Iterator[np.ndarray]:
    for tensor in file.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim == 2 and values.dtype in (np.float32, np.float16):
            yield values.astype(np.float32)


def unpack(
    packed: np.ndarray,
    scales: np.ndarray,
    zero_points: np.ndarray | None,
    bits: int,
    block: int,
    shape: tuple[int, int],
) -> np.ndarray:
    """(value - zero point) * scale, [rows, columns]; of two values in a byte the first has the low bits."""
    rows, columns = shape
    blocks = -(-columns // block)

    def values(packed_bytes: np.ndarray, count: int) -> np.ndarray:
        flat = packed_bytes.reshape(rows, -1)
        if bits == 4:
            flat = np.stack([flat & 15, flat >> 4], -1).reshape(rows, -1)
        return flat[:, :count].astype(np.float32)

    middle = np.full((rows, blocks), 2 ** (bits - 1), np.float32)
    zeros = middle if zero_points is None else values(zero_points, blocks)
    wide = values(packed, blocks * block).reshape(rows, blocks, block)
    return ((wide - zeros[..., None]) * scales.astype(np.float32).reshape(rows, blocks, 1)).reshape(rows, -1)[:, :columns]
