"""Dynamic int8, as hub exports named `_quantized` have it, from a 4-bit export: `model_int8.onnx` beside `model_q4.onnx`.

usage: python3 dynamic-int8.py FOLDER/onnx        needs the PyPI packages onnx, onnxruntime and numpy; for the bench alone

MatMulNBits (symmetric blocks, no zero points) is unpacked into float32 MatMul, which onnxruntime's quantize_dynamic then
quantises: int8 weights, one scale a tensor, activations quantised on the way.
"""
import os
import sys
import tempfile

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def unpacked(node, initializers):
    """Weights of a MatMulNBits node as float32 [K, N]."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if len([name for name in node.input if name]) != 3:
        raise SystemExit(f"{node.name}: zero points or further inputs are not known here")
    columns, rows, block = attributes["N"], attributes["K"], attributes["block_size"]
    packed = numpy_helper.to_array(initializers[node.input[1]])  # [N, K / block, bytes of a block]
    scales = numpy_helper.to_array(initializers[node.input[2]]).reshape(columns, -1, 1)
    if attributes["bits"] != 4:
        raise SystemExit(f"{node.name}: {attributes['bits']} bits a weight, not 4")
    nibbles = np.stack([packed & 15, packed >> 4], axis=-1).reshape(columns, -1, block).astype(np.float32)
    return np.ascontiguousarray(((nibbles - 8) * scales).reshape(columns, -1)[:, :rows].T)


def main(folder):
    model = onnx.load(os.path.join(folder, "model_q4.onnx"))
    graph = model.graph
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type != "MatMulNBits":
            continue
        weights = unpacked(node, initializers)
        for name in node.input[1:3]:
            graph.initializer.remove(initializers.pop(name))
        name = f"{node.input[1]}_float"
        graph.initializer.append(numpy_helper.from_array(weights, name))
        node.op_type, node.domain = "MatMul", ""
        del node.attribute[:], node.input[1:]
        node.input.append(name)
    with tempfile.TemporaryDirectory() as scratch:
        float_model = os.path.join(scratch, "model.onnx")
        onnx.save(model, float_model)
        quantize_dynamic(
            float_model,
            os.path.join(folder, "model_int8.onnx"),
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )


main(sys.argv[1])
