# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are.  Nothing is ever installed on the machine itself: what
was downloaded, unpacked and built lies in one cache folder."""
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent
PROJECT = HERE.parent.parent
FIXTURES = PROJECT / 'fixtures' / 'hosts'
HOSTS = HERE / 'hosts'


def cache():
    """$P2PCHECK_KERNELS, or p2pcheck-kernels in the user's cache folder."""
    given = os.environ.get('P2PCHECK_KERNELS')
    if given:
        return pathlib.Path(given)
    base = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    return pathlib.Path(base, 'p2pcheck-kernels')


def tools():
    """The tree of tools that commands are run in (chroot)."""
    return cache() / 'root'


def kernel(name):
    """What belongs to one kernel.  Inside the tree of tools, so that what
    runs there sees it too, as /k/NAME."""
    return tools() / 'k' / name
