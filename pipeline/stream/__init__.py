"""The stream: Kafka in, detections out to the sinks, nothing lost and nothing counted twice.

consume -> screen -> judge -> 1. dead letters -> 2. details -> 3. summary and progress -> 4. commit

Delivery is at least once; results are effectively once: details have deterministic keys, and the
summary changes in one transaction with how far each partition was read.
"""
