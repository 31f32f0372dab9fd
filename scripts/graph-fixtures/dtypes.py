"""The weight formats of the hub, made of a float32 export as the transformers.js conversion makes them."""

import logging
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

logging.getLogger().setLevel(logging.WARNING)
logging.getLogger("onnxruntime.quantization.matmul_nbits_quantizer").setLevel(logging.WARNING)

BLOCK = 32


def pack_products(model: onnx.ModelProto, bits: int, *, symmetric: bool = True) -> onnx.ModelProto:
    """Weights of every MatMul in blocks of 32 that share a scale (and a zero point), activations as they are."""
    quantizer = MatMulNBitsQuantizer(model, bits=bits, block_size=BLOCK, is_symmetric=symmetric, accuracy_level=1)
    quantizer.process()
    return quantizer.model.model


def to_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """Everything in float16, keys and values too; logits come out as float32."""
    return convert_float_to_float16(model, keep_io_types=["logits"])


def quantise_dynamically(model: onnx.ModelProto, folder: Path) -> onnx.ModelProto:
    """Weights int8, one scale a tensor; every product rounds its activations to int8 first."""
    source, target = folder / "float.onnx", folder / "int8.onnx"
    onnx.save(model, source)
    quantize_dynamic(source, target, weight_type=QuantType.QInt8)
    return onnx.load(target)


def round_activations(model: PreTrainedModel) -> None:
    """Makes every product of `model` round what it is given as DynamicQuantizeLinear does: 8 bits, one scale a pass."""

    def rounded(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        (values,) = inputs
        low, high = values.amin().clamp(max=0), values.amax().clamp(min=0)
        scale = (high - low) / 255
        zero_point = (-low / scale).round()
        return (((values / scale).round() + zero_point).clamp(0, 255).sub(zero_point) * scale,)

    for module in model.modules():
        if isinstance(module, nn.Linear | Conv1D):
            module.register_forward_pre_hook(rounded)
