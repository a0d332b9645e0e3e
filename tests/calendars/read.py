"""Prints as JSON what is in the calendar on standard input: icalendar reads it, recurring-ical-events says when it happens."""

import json
import sys
from datetime import timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

BERLIN = ZoneInfo("Europe/Berlin")


def instant(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(component, name):
    value = component.get(name)
    return None if value is None else str(value)


def attendees(event):
    found = event.get("ATTENDEE", [])
    return [str(one) for one in (found if isinstance(found, list) else [found])]


def told(event):
    names = ("UID", "STATUS", "SUMMARY", "DESCRIPTION", "URL", "CLASS", "LOCATION", "ORGANIZER")
    return {
        **{name.lower(): text(event, name) for name in names},
        "sequence": event["SEQUENCE"],
        "starts_at": instant(event["DTSTART"].dt),
        "ends_at": instant(event["DTEND"].dt),
        "attendees": attendees(event),
        "properties": sorted({name for name, _ in event.property_items(recursive=False)} - {"BEGIN", "END"}),
    }


calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
events = calendar.walk("VEVENT")
occurrences = recurring_ical_events.of(calendar).all()
print(json.dumps({
    "method": text(calendar, "METHOD"),
    "name": text(calendar, "NAME"),
    "refresh": text(calendar, "X-PUBLISHED-TTL"),
    "errors": [str(error) for one in [calendar, *events] for error in one.errors],
    "events": [told(event) for event in events],
    "in_berlin": [one["DTSTART"].dt.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M %Z") for one in occurrences],
}))
