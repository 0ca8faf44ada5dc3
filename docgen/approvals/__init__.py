"""Approvals: which posts must approve a paper, who may act for a post, and what was approved."""
