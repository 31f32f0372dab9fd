"""Writes the tiny models of src/models/fixtures/graphs, one for each family and way to export it, and their logits.

    python3 -m venv venv && venv/bin/pip install -r scripts/graph-fixtures/requirements.txt
    venv/bin/python scripts/graph-fixtures/make.py [NAME ...]

A model NAME.onnx has the logits NAME.logits, float32 [tokens, vocabulary], which PyTorch computes over TOKEN_IDS at once
and without a cache, in double precision (norms and rotations in float32, as the models' own code has it), from the
weights as the file holds them (unpacked, where they are packed), and, where the file rounds activations to int8, from
such activations. What is left between the two is rounding: src/models/testing/graph-fixtures.ts states how much.

Not every family comes in every dtype: each exporter comes in every dtype, each family in two or more and, where both
exporters know it, from both. GPT-2 and GPT-NeoX come from Optimum alone.
"""

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import onnx
import torch
from dtypes import pack_products, quantise_dynamically, round_activations, to_float16
from exporters import export_by_genai, export_by_optimum
from families import make_model
from natively import largest_difference
from stored_weights import take_stored_weights
from transformers import PreTrainedModel

FOLDER = Path(__file__).parents[2] / "src" / "models" / "fixtures" / "graphs"
LARGEST_FILE = 300_000
# 40 of them: further than a window reaches, and across the 32 rows by which caches grow.
TOKEN_IDS = [(index * 61 + 17) % 158 + 2 for index in range(40)]

Export = Callable[[PreTrainedModel, Path], onnx.ModelProto]


def optimum(convert: Callable[[onnx.ModelProto, Path], onnx.ModelProto] = lambda file, _: file) -> Export:
    return lambda model, folder: convert(export_by_optimum(model, folder), folder)


def genai(precision: str, **how: object) -> Export:
    return lambda model, folder: export_by_genai(model, folder, precision=precision, **how)


def genai_in_8_bits(model: PreTrainedModel, folder: Path) -> onnx.ModelProto:
    return pack_products(export_by_genai(model, folder, precision="fp32"), 8)


FP32 = optimum()
FP16 = optimum(lambda file, _: to_float16(file))
Q4 = optimum(lambda file, _: pack_products(file, 4))
Q4_WITH_ZERO_POINTS = optimum(lambda file, _: pack_products(file, 4, symmetric=False))
Q4F16 = optimum(lambda file, _: to_float16(pack_products(file, 4)))
Q8 = optimum(quantise_dynamically)
# One packed table that is both looked up in and multiplied by.
SHARED = {"shared_embeddings": "true", "int4_algo_config": "rtn"}

FIXTURES: dict[str, tuple[str, Export]] = {
    "llama-optimum-fp32": ("llama", FP32),
    "llama-optimum-q8": ("llama", Q8),
    "llama-genai-q4": ("llama", genai("int4")),
    "llama-genai-q4f16": ("llama", genai("int4", provider="webgpu")),
    "llama-tied-genai-q4": ("llama-tied", genai("int4", options=SHARED)),
    "qwen2-optimum-q4": ("qwen2", Q4),
    "qwen2-genai-fp16": ("qwen2", genai("fp16", provider="webgpu")),
    "qwen3-optimum-q4f16": ("qwen3", Q4F16),
    "qwen3-genai-q4": ("qwen3", genai("int4", provider="webgpu", options={"use_webgpu_fp32": "true"})),
    "gemma2-optimum-fp32": ("gemma2", FP32),
    "gemma2-genai-q4": ("gemma2", genai("int4")),
    "gemma3-optimum-fp16": ("gemma3", FP16),
    "gemma3-optimum-q4": ("gemma3", Q4),
    "gemma3-genai-q4": ("gemma3-six", genai("int4")),
    "phi3-optimum-q4": ("phi3", Q4_WITH_ZERO_POINTS),
    "phi3-genai-fp32": ("phi3", genai("fp32")),
    "phi3-genai-q8": ("phi3", genai_in_8_bits),
    "gpt2-optimum-fp32": ("gpt2", FP32),
    "gpt2-optimum-q8": ("gpt2", Q8),
    "gpt_neox-optimum-fp16": ("gpt_neox", FP16),
    "gpt_neox-optimum-q4": ("gpt_neox", Q4),
}


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or FIXTURES:
        family, export = FIXTURES[name]
        model = make_model(family)
        with tempfile.TemporaryDirectory() as folder:
            file = export(model, Path(folder))
        del file.graph.value_info[:]
        file.doc_string = ""
        for node in file.graph.node:
            node.doc_string = ""
        take_stored_weights(model, file)
        if any(node.op_type == "MatMulInteger" for node in file.graph.node):
            round_activations(model)
        with torch.no_grad():
            logits = model.double()(torch.tensor([TOKEN_IDS]), use_cache=False).logits[0].float().numpy()
        encoded = file.SerializeToString(deterministic=True)
        for kind, content in (("onnx", encoded), ("logits", logits.tobytes())):
            if len(content) >= LARGEST_FILE:
                raise ValueError(f"{name}.{kind} has {len(content)} bytes, the limit is {LARGEST_FILE}")
            (FOLDER / f"{name}.{kind}").write_bytes(content)
        apart = largest_difference(encoded, TOKEN_IDS, logits)
        print(f"{name}: {len(encoded)} bytes, logits up to {abs(logits).max():.1f}, natively {apart:.1e} off", flush=True)


main(sys.argv[1:])
