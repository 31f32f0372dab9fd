"""Tiny models of every family, with seeded random weights that make logits and attention lively."""

import copy

import torch
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    Phi3Config,
    PretrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen3Config,
)

VOCABULARY, LARGE_VOCABULARY, CONTEXT, WINDOW = 160, 384, 96, 8

SPECIAL = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 0}
# Two heads share a key. Head sizes are multiples of 16, which the fused attention asks for.
COMMON = {
    **SPECIAL,
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "tie_word_embeddings": False,
}
# Gemma scales scores by a number of its own, and embeddings by the root of the width, which onnxruntime-genai's builder
# rounds to two places: 8 is exact.
GEMMA = {
    **COMMON,
    "hidden_size": 64,
    "intermediate_size": 32,
    "head_dim": 16,
    "query_pre_attn_scalar": 24,
    "sliding_window": WINDOW,
    "tie_word_embeddings": True,
}
GPT = {**SPECIAL, "vocab_size": VOCABULARY}


def gemma3(layer_types: list[str]) -> Gemma3TextConfig:
    """Norms of queries and keys; full and windowed layers rotate by different bases."""
    sizes = {**GEMMA, "vocab_size": LARGE_VOCABULARY, "num_hidden_layers": len(layer_types)}
    return Gemma3TextConfig(**sizes, layer_types=layer_types, rope_theta=1e6, rope_local_base_freq=1e4)


CONFIGS: dict[str, PretrainedConfig] = {
    "llama": LlamaConfig(**COMMON, head_dim=16),
    "llama-tied": LlamaConfig(**{**COMMON, "tie_word_embeddings": True}, head_dim=16),
    # Biases of query, key and value; the head size follows from the width.
    "qwen2": Qwen2Config(**{**COMMON, "num_attention_heads": 2, "num_key_value_heads": 1}),
    # Norms of queries and keys; heads wider than the width has room for.
    "qwen3": Qwen3Config(**COMMON, head_dim=16),
    # Scores and logits are capped. onnxruntime-genai's builder has the window in the odd layers.
    "gemma2": Gemma2Config(
        **GEMMA,
        attn_logit_softcapping=2.0,
        final_logit_softcapping=5.0,
        layer_types=["full_attention", "sliding_attention"],
    ),
    "gemma3": gemma3(["sliding_attention", "full_attention"]),
    # onnxruntime-genai's builder has every sixth layer see all.
    "gemma3-six": gemma3([*["sliding_attention"] * 5, "full_attention"]),
    # Query, key and value in one product, and half of each head rotated: a multiple of 16, for the fused attention.
    "phi3": Phi3Config(
        **{**COMMON, "hidden_size": 64, "intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 2},
        partial_rotary_factor=0.5,
        original_max_position_embeddings=CONTEXT,
    ),
    # Learned positions, biases everywhere, no rotation.
    "gpt2": GPT2Config(**GPT, n_embd=32, n_layer=2, n_head=2, n_positions=CONTEXT),
    # A quarter of each head rotated, attention and MLP side by side.
    "gpt_neox": GPTNeoXConfig(
        **GPT,
        hidden_size=64,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=CONTEXT,
        rotary_pct=0.25,
        tie_word_embeddings=False,
    ),
}


def make_model(name: str) -> PreTrainedModel:
    """The model of CONFIGS[name]: products keep the size of what they are given, norms and biases are near 1 and 0."""
    torch.manual_seed(20260101)
    model = AutoModelForCausalLM.from_config(copy.deepcopy(CONFIGS[name]), attn_implementation="eager").eval()
    with torch.no_grad():
        for label, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
            elif "embed" in label or "wte" in label:
                parameter.copy_(torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) * 1.5 * parameter.shape[1] ** -0.5)
    return model
