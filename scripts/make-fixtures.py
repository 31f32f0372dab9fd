"""Writes the tiny models of src/models/fixtures and what they must answer.

    python3 -m venv .venv && .venv/bin/pip install onnx numpy
    .venv/bin/python scripts/make-fixtures.py

Each model is a two-layer Llama of width 16 with grouped heads and seeded random weights; together they cover
how exports differ: how keys and values are handed on, who makes the positions, the type of the cache, how
weights are packed, what attention does beside attending. The expected logits come from a plain numpy implementation of the same formulas below, which shares no code with
the graphs, over the whole text at once and without a cache.
"""

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FOLDER = Path(__file__).parent.parent / "src" / "models" / "fixtures"
VOCABULARY, WIDTH, LAYERS, HEADS, KV_HEADS, HEAD_SIZE, HIDDEN, CONTEXT = 40, 16, 2, 4, 2, 16, 24, 96
EPSILON = 1e-5
TEXT = [3, 17, 9, 30, 0, 12, 25, 38, 7, 7, 21, 14, 2, 33, 19, 5, 28, 11, 36, 1, 16, 8, 23, 39]


def make_weights():
    random = np.random.default_rng(20260101)

    def matrix(rows, columns, scale):
        return (random.standard_normal((rows, columns)) * scale).astype(np.float32)

    weights = {"embedding": matrix(VOCABULARY, WIDTH, 1.0), "head": matrix(WIDTH, VOCABULARY, 0.8)}
    for layer in range(LAYERS):
        weights[f"q{layer}"] = matrix(WIDTH, HEADS * HEAD_SIZE, 0.5)
        weights[f"k{layer}"] = matrix(WIDTH, KV_HEADS * HEAD_SIZE, 0.5)
        weights[f"v{layer}"] = matrix(WIDTH, KV_HEADS * HEAD_SIZE, 0.5)
        weights[f"o{layer}"] = matrix(HEADS * HEAD_SIZE, WIDTH, 0.3)
        weights[f"up{layer}"] = matrix(WIDTH, HIDDEN, 0.4)
        weights[f"down{layer}"] = matrix(HIDDEN, WIDTH, 0.4)
    angle = np.arange(CONTEXT)[:, None] / 100.0 ** (np.arange(HEAD_SIZE // 2)[None] * 2 / HEAD_SIZE)
    weights["cos"], weights["sin"] = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    return weights


# ---- the reference ------------------------------------------------------------------------------------


def reference_logits(weights, text, *, scale=HEAD_SIZE**-0.5, softcap=None, window=None, interleaved=False):
    """
    Logits [len(text), VOCABULARY] of one pass over the whole text, in float64. `window`: how many positions a
    token sees, its own included.
    """
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    count = len(text)
    x = w["embedding"][text]

    def norm(values):
        return values / np.sqrt((values**2).mean(-1, keepdims=True) + EPSILON)

    def rotate(values):  # [count, heads, HEAD_SIZE], halves (or neighbours) rotated against each other
        cos, sin = w["cos"][:count, None], w["sin"][:count, None]
        if interleaved:
            left, right = values[..., 0::2], values[..., 1::2]
            return np.stack([left * cos - right * sin, right * cos + left * sin], -1).reshape(values.shape)
        left, right = values[..., : HEAD_SIZE // 2], values[..., HEAD_SIZE // 2 :]
        return np.concatenate([left * cos - right * sin, right * cos + left * sin], -1)

    for layer in range(LAYERS):
        h = norm(x)
        q = rotate((h @ w[f"q{layer}"]).reshape(count, HEADS, HEAD_SIZE))
        k = rotate((h @ w[f"k{layer}"]).reshape(count, KV_HEADS, HEAD_SIZE))
        v = (h @ w[f"v{layer}"]).reshape(count, KV_HEADS, HEAD_SIZE)
        mixed = np.zeros((count, HEADS, HEAD_SIZE))
        for head in range(HEADS):
            group = head // (HEADS // KV_HEADS)
            for position in range(count):
                first = 0 if window is None else max(0, position + 1 - window)
                scores = k[first : position + 1, group] @ q[position, head] * scale
                if softcap is not None:
                    scores = softcap * np.tanh(scores / softcap)
                weight = np.exp(scores - scores.max())
                mixed[position, head] = (weight / weight.sum()) @ v[first : position + 1, group]
        x = x + mixed.reshape(count, -1) @ w[f"o{layer}"]
        x = x + np.tanh(norm(x) @ w[f"up{layer}"]) @ w[f"down{layer}"]
    return norm(x) @ w["head"]


# ---- packed weights -----------------------------------------------------------------------------------


def pack(matrix, bits, block, zero_points, half_scales):
    """
    The inputs of MatMulNBits for `matrix` [K, N], packed weights, scales and zero points (None: the middle), and
    the matrix they stand for.
    """
    columns, rows = matrix.shape
    blocks = -(-columns // block)
    values = np.zeros((rows, blocks * block), np.float64)
    values[:, :columns] = matrix.T
    values = values.reshape(rows, blocks, block)
    top = 2**bits - 1
    if zero_points:
        low, high = np.minimum(values.min(-1), 0), np.maximum(values.max(-1), 0)
        scale = np.maximum(high - low, 1e-6) / top
    else:
        low, scale = None, np.maximum(np.abs(values).max(-1), 1e-6) / 2 ** (bits - 1)
    scale = scale.astype(np.float16 if half_scales else np.float32)
    wide = scale.astype(np.float64)[..., None]
    zero = np.clip(np.round(-low / wide[..., 0]), 0, top) if zero_points else np.full((rows, blocks), 2 ** (bits - 1))
    quantised = np.clip(np.round(values / wide) + zero[..., None], 0, top)
    stands_for = ((quantised - zero[..., None]) * wide).reshape(rows, -1)[:, :columns].T

    def bytes_of(numbers):  # along the last axis; of two in a byte the first has the low bits
        numbers = numbers.astype(np.uint8)
        if bits == 8:
            return numbers
        if numbers.shape[-1] % 2:
            numbers = np.concatenate([numbers, np.zeros((*numbers.shape[:-1], 1), np.uint8)], -1)
        return numbers[..., 0::2] | (numbers[..., 1::2] << 4)

    return bytes_of(quantised), scale, bytes_of(zero) if zero_points else None, stands_for


PACKED = ("q", "k", "v", "o", "up", "down")


class Packing:
    """Which weights a graph takes packed, and what they then stand for."""

    def __init__(self, weights, bits, block, *, zero_points=False, half_scales=False):
        self.bits, self.block, self.half = bits, block, half_scales
        self.inputs, self.weights = {}, dict(weights)
        for name in ["head", *(f"{part}{layer}" for layer in range(LAYERS) for part in PACKED)]:
            *inputs, self.weights[name] = pack(weights[name], bits, block, zero_points, half_scales)
            self.inputs[name] = inputs


# ---- the graphs ---------------------------------------------------------------------------------------


class Graph:
    """Collects nodes; `op` returns the name of the node's first output."""

    def __init__(self, weights, packing=None):
        self.weights, self.packing, self.nodes, self.constants = weights, packing, [], {}

    def op(self, kind, *inputs, outputs=None, domain="", **attributes):
        outputs = outputs or [f"value_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, list(inputs), outputs, domain=domain, **attributes))
        return outputs[0]

    def constant(self, value, kind=np.int64):
        array = np.asarray(value, dtype=kind)
        name = f"constant_{len(self.constants)}"
        self.constants[name] = array
        return name

    def weight(self, name):
        self.constants[name] = self.weights[name]
        return name

    def product(self, x, *names, outputs=None):
        """x by a weight, or by several side by side."""
        if self.packing is None:
            return self.op("MatMul", x, self.weight(names[0]), outputs=outputs)
        stored = self.packing.inputs
        label = "+".join(names)
        inputs = []
        for index, part in enumerate(("packed", "scales", "zero_points")):
            parts = [stored[name][index] for name in names]
            if parts[0] is not None:
                self.constants[f"{label}.{part}"] = np.concatenate(parts)
                inputs.append(f"{label}.{part}")
        if self.packing.half:
            x = self.op("Cast", x, to=TensorProto.FLOAT16)
        y = self.op(
            "MatMulNBits", x, *inputs, domain="com.microsoft", bits=self.packing.bits, block_size=self.packing.block,
            K=self.weights[names[0]].shape[0], N=sum(self.weights[name].shape[1] for name in names),
            outputs=None if self.packing.half else outputs,
        )
        return self.op("Cast", y, outputs=outputs, to=TensorProto.FLOAT) if self.packing.half else y

    def sizes(self, value, axis):
        return self.op("Gather", self.op("Shape", value), self.constant([axis]), axis=0)

    def norm(self, x):
        mean = self.op("ReduceMean", self.op("Mul", x, x), axes=[-1], keepdims=1)
        return self.op("Div", x, self.op("Sqrt", self.op("Add", mean, self.constant(EPSILON, np.float32))))

    def heads_first(self, x, heads):
        """[1, S, heads * HEAD_SIZE] -> [1, heads, S, HEAD_SIZE]"""
        return self.op("Transpose", self.op("Reshape", x, self.constant([0, 0, heads, HEAD_SIZE])), perm=[0, 2, 1, 3])

    def rotate(self, x, positions):
        """x [1, heads, S, HEAD_SIZE], positions [1, S]"""
        one = self.constant([1])
        cos = self.op("Unsqueeze", self.op("Gather", self.weight("cos"), positions), one)
        sin = self.op("Unsqueeze", self.op("Gather", self.weight("sin"), positions), one)
        half, end, axis, zero = (self.constant([n]) for n in (HEAD_SIZE // 2, HEAD_SIZE, -1, 0))
        left, right = self.op("Slice", x, zero, half, axis), self.op("Slice", x, half, end, axis)
        return self.op(
            "Concat",
            self.op("Sub", self.op("Mul", left, cos), self.op("Mul", right, sin)),
            self.op("Add", self.op("Mul", right, cos), self.op("Mul", left, sin)),
            axis=-1,
        )

    def concat_attention(self, layer, q, k, v, positions, rows_before, half_cache):
        """Attention written out; the cache is past and new rows joined by Concat."""
        q = self.rotate(self.heads_first(q, HEADS), positions)
        new = {
            "key": self.rotate(self.heads_first(k, KV_HEADS), positions),
            "value": self.heads_first(v, KV_HEADS),
        }
        joined = {}
        for part, rows in new.items():
            past = f"past_key_values.{layer}.{part}"
            if half_cache:
                past = self.op("Cast", past, to=TensorProto.FLOAT)
                joined[part] = self.op("Concat", past, rows, axis=2)
                self.op("Cast", joined[part], outputs=[f"present.{layer}.{part}"], to=TensorProto.FLOAT16)
            else:
                joined[part] = self.op("Concat", past, rows, axis=2, outputs=[f"present.{layer}.{part}"])
        group = self.constant([1, KV_HEADS, HEADS // KV_HEADS, -1, HEAD_SIZE])
        grouped = self.op("Reshape", q, group)
        two = self.constant([2])
        keys = self.op("Transpose", self.op("Unsqueeze", joined["key"], two), perm=[0, 1, 2, 4, 3])
        scores = self.op("Mul", self.op("MatMul", grouped, keys), self.constant(HEAD_SIZE**-0.5, np.float32))
        # Row i of the new ones sees columns 0 .. rows_before + i.
        total = self.op("Add", rows_before, self.sizes(q, 2))
        scalar = self.constant([], np.int64)
        columns = self.op("Range", self.constant(0), self.op("Reshape", total, scalar), self.constant(1))
        rows = self.op(
            "Range", self.op("Reshape", rows_before, scalar), self.op("Reshape", total, scalar), self.constant(1)
        )
        hidden = self.op("Greater", self.op("Unsqueeze", columns, self.constant([0])), self.op("Unsqueeze", rows, self.constant([1])))
        scores = self.op("Where", hidden, self.constant(-1e9, np.float32), scores)
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), self.op("Unsqueeze", joined["value"], two))
        mixed = self.op("Reshape", mixed, self.constant([1, HEADS, -1, HEAD_SIZE]))
        return self.op("Reshape", self.op("Transpose", mixed, perm=[0, 2, 1, 3]), self.constant([0, 0, HEADS * HEAD_SIZE]))

    def grouped_attention(self, layer, h, positions, last_index, total_int32, style):
        """The fused operator, which may keep past and present in one buffer."""
        tables = [self.weight("cos"), self.weight("sin")]
        attributes = {name: style[name] for name in ("scale", "softcap", "local_window_size") if name in style}
        inputs = [last_index, total_int32]
        if style.get("rotary_inside"):
            attributes.update(do_rotary=1, rotary_interleaved=int(style.get("interleaved", False)))
            inputs += [*tables, *([positions] if style.get("positions_inside") else [])]
        if style.get("packed_qkv"):
            qkv = [self.product(h, *(f"{part}{layer}" for part in "qkv")), "", ""]
        else:
            qkv = [self.product(h, f"{part}{layer}") for part in "qkv"]
            if not style.get("rotary_inside"):
                for index, heads in ((0, HEADS), (1, KV_HEADS)):
                    qkv[index] = self.op(
                        "RotaryEmbedding", qkv[index], positions, *tables,
                        domain="com.microsoft", num_heads=heads, rotary_embedding_dim=0,
                    )
        past = [f"past_key_values.{layer}.{part}" for part in ("key", "value")]
        present = [f"present.{layer}.{part}" for part in ("key", "value")]
        return self.op(
            "GroupQueryAttention", *qkv, *past, *inputs, outputs=[f"attention{layer}", *present],
            domain="com.microsoft", num_heads=HEADS, kv_num_heads=KV_HEADS, **attributes,
        )


def make_model(
    weights, *, grouped=None, position_ids=True, logits_to_keep=False, half=False, extra_input=False, packing=None
):
    """`grouped`: how GroupQueryAttention is used, None for attention written out."""
    graph = Graph(weights, packing)
    cache_type = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"]),
    ]
    new_rows, total = graph.sizes("input_ids", 1), graph.sizes("attention_mask", 1)
    rows_before = graph.op("Sub", total, new_rows)
    if position_ids:
        inputs.append(helper.make_tensor_value_info("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"]))
        positions = "position_ids"
    else:
        counted = graph.op("Sub", graph.op("CumSum", "attention_mask", graph.constant(1)), graph.constant(1))
        positions = graph.op("Slice", counted, rows_before, total, graph.constant([1]))
    last_index = total_int32 = None
    if grouped is not None:
        mask_sum = graph.op("ReduceSum", "attention_mask", graph.constant([1]), keepdims=1)
        last_index = graph.op("Cast", graph.op("Sub", mask_sum, graph.constant(1)), to=TensorProto.INT32)
        total_int32 = graph.op("Cast", graph.op("Reshape", total, graph.constant([], np.int64)), to=TensorProto.INT32)

    x = graph.op("Gather", graph.weight("embedding"), "input_ids")
    if extra_input:
        inputs.append(helper.make_tensor_value_info("encoder_hidden_states", TensorProto.FLOAT, ["batch_size", "sequence_length", WIDTH]))
        x = graph.op("Add", x, "encoder_hidden_states")
    for layer in range(LAYERS):
        h = graph.norm(x)
        if grouped is not None:
            mixed = graph.grouped_attention(layer, h, positions, last_index, total_int32, grouped)
        else:
            q, k, v = (graph.product(h, f"{part}{layer}") for part in "qkv")
            mixed = graph.concat_attention(layer, q, k, v, positions, rows_before, half)
        x = graph.op("Add", x, graph.product(mixed, f"o{layer}"))
        inner = graph.op("Tanh", graph.product(graph.norm(x), f"up{layer}"))
        x = graph.op("Add", x, graph.product(inner, f"down{layer}"))
    if logits_to_keep:
        inputs.append(helper.make_tensor_value_info("num_logits_to_keep", TensorProto.INT64, []))
        # -0 is 0, so that 0 keeps all rows.
        start = graph.op("Unsqueeze", graph.op("Neg", "num_logits_to_keep"), graph.constant([0]))
        x = graph.op("Slice", x, start, graph.constant([np.iinfo(np.int64).max]), graph.constant([1]))
    x = graph.norm(x)
    if half:
        graph.op("Cast", graph.op("MatMul", x, graph.weight("head")), outputs=["logits"], to=TensorProto.FLOAT16)
    else:
        graph.product(x, "head", outputs=["logits"])

    cache = [(f"{layer}.{part}") for layer in range(LAYERS) for part in ("key", "value")]
    for name in cache:
        inputs.append(helper.make_tensor_value_info(f"past_key_values.{name}", cache_type, ["batch_size", KV_HEADS, "past_sequence_length", HEAD_SIZE]))
    outputs = [helper.make_tensor_value_info("logits", cache_type, ["batch_size", "rows", VOCABULARY])]
    for name in cache:
        outputs.append(helper.make_tensor_value_info(f"present.{name}", cache_type, ["batch_size", KV_HEADS, "total_sequence_length", HEAD_SIZE]))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "tiny-llama", inputs, outputs,
            [numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
        ir_version=8,
        producer_name="make-fixtures",
    )
    if grouped is None:  # the checker does not know com.microsoft
        checker.check_model(model)
    return model


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    weights = make_weights()
    models = {
        "concat-positions": make_model(weights),
        "concat-mask": make_model(weights, position_ids=False, logits_to_keep=True),
        "concat-half": make_model(weights, half=True),
        "grouped-positions": make_model(weights, grouped={}),
        "unknown-input": make_model(weights, extra_input=True),
    }
    # The styles that exporters combine: weights of 4 and 8 bits, with and without zero points and whole last blocks;
    # what is done inside GroupQueryAttention, and how it is fed.
    packed = {
        "packed-4": (Packing(weights, 4, 16), {"packed_qkv": True, "rotary_inside": True}),
        "packed-4-zero": (
            Packing(weights, 4, 16, zero_points=True),
            {"local_window_size": 6},
        ),
        "packed-8": (
            Packing(weights, 8, 32),
            {"packed_qkv": True, "rotary_inside": True, "interleaved": True, "softcap": 2.0},
        ),
        "packed-8-zero": (
            Packing(weights, 8, 16, zero_points=True),
            {"rotary_inside": True, "positions_inside": True, "scale": 0.3},
        ),
        "packed-half": (Packing(weights, 4, 32, zero_points=True, half_scales=True), {"rotary_inside": True}),
    }
    for name, (packing, style) in packed.items():
        has_positions = not style.get("rotary_inside") or style.get("positions_inside", False)
        models[name] = make_model(weights, grouped=style, packing=packing, position_ids=has_positions)
    for name, model in models.items():
        path = FOLDER / f"{name}.onnx"
        path.write_bytes(model.SerializeToString(deterministic=True))
        print(path.name, path.stat().st_size, "bytes")

    def rounded(logits):
        return [[round(float(value), 6) for value in row] for row in logits]

    expected = {"vocabSize": VOCABULARY, "contextLength": CONTEXT, "tokenIds": TEXT}
    plain = {**expected, "logits": rounded(reference_logits(weights, TEXT))}
    (FOLDER / "expected.json").write_text(json.dumps(plain, indent=1) + "\n")
    by_name = {}
    for name, (packing, style) in packed.items():
        attention = {key: style[key] for key in ("scale", "softcap", "interleaved") if key in style}
        window = style.get("local_window_size")
        by_name[name] = rounded(reference_logits(packing.weights, TEXT, window=window, **attention))
    (FOLDER / "expected-packed.json").write_text(json.dumps(by_name) + "\n")


main()
