"""Snippets that fork."""

from process.snippets import run_forking

__all__ = ["run_forking"]
