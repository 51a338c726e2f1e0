"""The short digest by which what is made here is told apart."""

from __future__ import annotations

import hashlib


def short_digest(text: str) -> str:
    """12 hexadecimal digits of a text by SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
