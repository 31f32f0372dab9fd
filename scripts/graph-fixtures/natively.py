"""A model file run by ONNX Runtime's native build, so that a wrong fixture is seen where it is made."""

import numpy as np
import onnx
import onnxruntime

ELEMENT_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


def largest_difference(encoded: bytes, token_ids: list[int], logits: np.ndarray) -> float:
    """
    Between `logits` [tokens, vocabulary] and those of one pass over `token_ids`. NaN where the build cannot run it. Where
    activations are int8, processors without VNNI saturate sums, and this is large; WebAssembly does not.
    """
    model = onnx.load_from_string(encoded)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "accuracy_level":  # As the engine loads it: activations stay float32.
                attribute.i = 1
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        print(str(error)[:300])
        return float("nan")
    count = len(token_ids)
    known = {
        "input_ids": np.array([token_ids], np.int64),
        "attention_mask": np.ones((1, count), np.int64),
        "position_ids": np.arange(count, dtype=np.int64)[None],
    }
    feeds = {}
    for given in session.get_inputs():
        if given.name.startswith("past_key_values."):
            _, heads, _, size = given.shape
            feeds[given.name] = np.zeros((1, heads, 0, size), ELEMENT_TYPES[given.type])
        else:
            feeds[given.name] = known[given.name]
    (answer,) = session.run(["logits"], feeds)
    return float(np.abs(answer[0].astype(np.float32) - logits).max())
