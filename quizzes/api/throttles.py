"""Brakes against scripts that run away. They count in the cache: without it nobody is braked, and nothing breaks."""

from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class StrangerBrake(AnonRateThrottle):
    rate = "240/min"


class LearnerBrake(UserRateThrottle):
    rate = "1200/min"
