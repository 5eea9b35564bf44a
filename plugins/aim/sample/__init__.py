"""Invented provider files over the real population totals, with defects planted on demand and the truth beside them."""

from aim.sample.writing import SampleResult, write_sample

__all__ = ["SampleResult", "write_sample"]
