# SPDX-License-Identifier: GPL-2.0-or-later
"""A private apt: its own lists, its own cache and an empty dpkg status, so
that it resolves and downloads and can install nothing.  The mirror is the one
that the machine is configured for."""
import pathlib
import re
import subprocess

from harness import places

SUITES = ('bookworm', 'bookworm-backports', 'trixie', 'trixie-backports')
KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'
SOURCES = ('/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list')


def mirror():
    for path in map(pathlib.Path, SOURCES):
        text = path.read_text(encoding='utf-8') if path.exists() else ''
        match = (re.search(r'^URIs:\s*(\S+)', text, re.M) or
                 re.search(r'^deb\s+(?:\[.*?\]\s+)?(\S+)', text, re.M))
        if match:
            return match[1]
    raise SystemExit('no Debian mirror is configured on this machine')


def folder():
    return places.cache() / 'apt'


def options():
    apt = folder()
    values = {
        'Dir::State::Lists': apt / 'lists',
        'Dir::Cache': apt / 'cache',
        'Dir::State::status': apt / 'empty-status',
        'Dir::State::extended_states': apt / 'extended-states',
        'Dir::Etc::SourceList': apt / 'sources.list',
        'Dir::Etc::SourceParts': '/dev/null',
        'Dir::Etc::Preferences': '/dev/null',
        'Dir::Etc::PreferencesParts': '/dev/null',
        'APT::Sandbox::User': 'root',
        'APT::Install-Recommends': '0',
        'Debug::NoLocking': '1',
        'Acquire::Languages': 'none',
        'Acquire::Retries': '3',
    }
    return [f'-o{key}={value}' for key, value in values.items()]


def apt(command, *arguments, cwd=None):
    done = subprocess.run([command, *options(), *arguments], cwd=cwd,
                          check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f'{command} {" ".join(arguments)}:\n{done.stderr}')
    return done.stdout


def prepare():
    """Makes the private apt and fetches the lists, once."""
    where = folder()
    if (where / 'ready').exists():
        return
    for part in ('lists/partial', 'cache/archives/partial'):
        (where / part).mkdir(parents=True, exist_ok=True)
    (where / 'empty-status').write_text('')
    (where / 'sources.list').write_text(''.join(
        f'deb [signed-by={KEYS}] {mirror()} {suite} main\n'
        for suite in SUITES))
    apt('apt-get', '-qq', 'update')
    (where / 'ready').write_text('')


def names(prefix):
    """The packages whose names begin so."""
    prepare()
    return sorted(apt('apt-cache', 'pkgnames', prefix).split())


def fetch(*packages):
    """Downloads packages; returns their files, in the same order."""
    prepare()
    debs = places.cache() / 'debs'
    debs.mkdir(exist_ok=True)
    missing = [p for p in packages if not list(debs.glob(f'{p}_*.deb'))]
    if missing:
        apt('apt-get', '-qq', 'download', *missing, cwd=debs)
    return [max(debs.glob(f'{p}_*.deb')) for p in packages]


def fetch_with_all_it_needs(suite, *packages):
    """Downloads packages and their dependencies, as if nothing was there."""
    prepare()
    debs = places.cache() / 'tool-debs'
    (debs / 'partial').mkdir(parents=True, exist_ok=True)
    apt('apt-get', f'-oDir::Cache::Archives={debs}', '-qq', '-y',
        '--download-only', '-t', suite, 'install', *packages)
    return sorted(debs.glob('*.deb'))


def unpack(deb, target, *members):
    """The package's files, or those members, below a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(['dpkg-deb', '--fsys-tarfile', deb],
                          stdout=subprocess.PIPE) as tar:
        subprocess.run(['tar', '-x', '--keep-directory-symlink', '-C', target,
                        *(['--wildcards'] if members else []), *members],
                       stdin=tar.stdout, check=True)
