"""The two exporters: a PyTorch model in, an ONNX model in float32 (or as the exporter packs it) out."""

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import onnx
import onnxslim
from tokenizers import Tokenizer, models
from transformers import PreTrainedModel, PreTrainedTokenizerFast


def export_by_optimum(model: PreTrainedModel, folder: Path) -> onnx.ModelProto:
    """
    Attention written out, keys and values joined by Concat, slimmed as the transformers.js conversion does it. Attention
    is traced in its sdpa form, but where scores are capped, which that form leaves out.
    """
    from optimum.exporters.onnx import onnx_export_from_model

    if not getattr(model.config, "attn_logit_softcapping", None):
        model.set_attn_implementation("sdpa")
    with contextlib.redirect_stdout(io.StringIO()):
        onnx_export_from_model(model, folder, task="text-generation-with-past", do_validation=False)
        slim = onnxslim.slim(str(folder / "model.onnx"))
    model.set_attn_implementation("eager")
    return slim


def export_by_genai(
    model: PreTrainedModel, folder: Path, *, precision: str, provider: str = "cpu", options: dict[str, str] | None = None
) -> onnx.ModelProto:
    """Attention as GroupQueryAttention. `precision`: fp32, fp16 or int4; `provider`: whom the graph is laid out for."""
    source, built = folder / "source", folder / "built"
    model.save_pretrained(source)
    save_tokenizer(model.config.vocab_size, source)
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", built]
    command += ["-p", precision, "-e", provider, "-c", folder / "cache", "--extra_options", "hf_token=false"]
    command += [f"{key}={value}" for key, value in (options or {}).items()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return onnx.load(built / "model.onnx")


def save_tokenizer(size: int, folder: Path) -> None:
    """Any tokenizer: the builder copies it and looks no closer."""
    words = Tokenizer(models.WordLevel({f"t{index}": index for index in range(size)}, unk_token="t0"))
    PreTrainedTokenizerFast(tokenizer_object=words, bos_token="t0", eos_token="t1").save_pretrained(folder)
