"""Browsers behind one port: :class:`.port.Browser`."""

from tests.e2e.browsers.chromium import Chromium
from tests.e2e.browsers.firefox import Firefox
from tests.e2e.browsers.pool import Pool
from tests.e2e.browsers.port import Browser, Colours, Complaints, Kind, Media, Page

__all__ = ["Browser", "Chromium", "Colours", "Complaints", "Firefox", "Kind", "Media", "Page", "Pool"]
