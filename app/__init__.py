"""The explorer without a screen: mazes, policies, interventions, fields and studies. Nothing in here imports Qt."""

__version__ = "0.1.0"
