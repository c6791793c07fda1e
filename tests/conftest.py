"""How many examples the property tests draw: few in CI, always the same; many with PQL_FUZZ=N."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

# Timing is the bench's business: a busy machine must not turn a right answer into a failure.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_EXAMPLES = int(os.environ.get("PQL_FUZZ", "0"))

settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile(
    "fuzz", max_examples=_EXAMPLES or 1, deadline=None, suppress_health_check=_SLOW, print_blob=True
)
settings.load_profile("fuzz" if _EXAMPLES else "ci")

# A suite in the background of a script, or behind `nohup`, hands its commands signals to be ignored.
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)
