# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that the tests of formats judge, beside those of fixtures/."""
import re


def as_user(recording):
    """As an ordinary user records it: 64 bytes of config space."""
    return b"".join(
        re.sub(rb"^(@config_space \d+).*", rb"\1 rest permission-denied", line)
        for line in recording.read_bytes().splitlines(keepends=True)
        if not re.match(rb"([4-9a-f]0|[1-9a-f][0-9a-f]0): ", line))
