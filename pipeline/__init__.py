"""Around the detector: files in, detections into stores and reports, and the command line.

Nothing is imported here; the command line loads what a command needs when it runs.
"""

__version__ = "0.1.0"
