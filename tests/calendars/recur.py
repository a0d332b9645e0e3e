"""Says when recurrence rules happen: lines of [zone, first wall time, rule] in, lines of instants out, by python-dateutil."""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr


def instants(zone, first, rule):
    start = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    # Of a time that is skipped or shown twice, a zone of Python's takes what RFC 5545 says (PEP 495, fold 0).
    return [moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") for moment in rrulestr(rule, dtstart=start)]


for line in sys.stdin:
    print(json.dumps(instants(*json.loads(line))))
