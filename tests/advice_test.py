#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the advice that p2pcheck gives, through the program itself.

  advice_test.py PROGRAM FIXTURES

For each pair of endpoints of recorded hosts that goes through ACS redirect:
the advised kernel parameter, given to --assume cmdline=, must make the pair
direct; with any one port left out of it, it must not.  The same with each
advised word given to --assume acs=.
"""
import json
import os
import subprocess
import sys

HOSTS = ['m-acs-switch@6.1s', 'm-acs-switch@6.12s', 'm-acs-switch@7.2',
         'm-acs-switch-epyc@7.2', 'b-rootports@7.2']
MIN_TAKEN = 40


def ask(program, *arguments):
    done = subprocess.run([program, *arguments, '--json'],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):
        sys.exit(f'{arguments}: exit status {done.returncode}: {done.stderr}')
    return json.loads(done.stdout)


def is_direct(program, source, pair, *assume):
    options = [word for text in assume for word in ('--assume', text)]
    answer = ask(program, '--from', source, *options, 'pair', *pair)
    return (answer['verdict']['map_type'] == 'BUS_ADDR' and
            answer['reverse']['map_type'] == 'BUS_ADDR')


def check(condition, what):
    if not condition:
        sys.exit(f'FAILED: {what}')


def split(parameter):
    """"pci=name=a;b" -> the prefix and its elements."""
    name, _, elements = parameter.rpartition('=')
    return name + '=', elements.split(';')


def take_parameter(program, source, pair, parameter):
    prefix, elements = split(parameter)
    check(is_direct(program, source, pair, f'cmdline={parameter}'),
          f'{source} {pair}: {parameter} does not make it direct')
    for left_out in elements:
        fewer = prefix + ';'.join(e for e in elements if e != left_out)
        # An empty list is no parameter.
        text = 'cmdline=' + (fewer if len(elements) > 1 else 'quiet')
        check(not is_direct(program, source, pair, text),
              f'{source} {pair}: {left_out} was not needed')


def take_words(program, source, pair, changes):
    words = [f"acs={c['control']}:{c['port']}" for c in changes]
    check(is_direct(program, source, pair, *words),
          f'{source} {pair}: {words} do not make it direct')
    for left_out in words:
        check(not is_direct(program, source, pair,
                            *[w for w in words if w != left_out]),
              f'{source} {pair}: {left_out} was not needed')


def main():
    program, fixtures = sys.argv[1:]
    taken = parameters = 0
    for name in HOSTS:
        source = os.path.join(fixtures, name, 'host.recording')
        matrix = ask(program, '--from', source, 'matrix', 'endpoint')
        for verdict in matrix['verdicts']:
            pair = verdict['provider'], verdict['client']
            if pair[0] >= pair[1] or not verdict['acs_redirect']:
                continue
            advice = ask(program, '--from', source, 'advise', *pair)
            check(advice['obstacle'] == 'none', f'{source} {pair}: {advice}')
            take_words(program, source, pair, advice['changes'])
            taken += 1
            for key in ('disable_acs_redir', 'config_acs'):
                if advice[key]:
                    take_parameter(program, source, pair, advice[key])
                    parameters += 1
    print(f'{taken} pieces of advice taken, {parameters} parameters booted')
    check(taken >= MIN_TAKEN and parameters >= MIN_TAKEN,
          f'fewer than {MIN_TAKEN}')


if __name__ == '__main__':
    main()
