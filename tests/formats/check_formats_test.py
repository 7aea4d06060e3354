#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check --format for the programs of others: nagios, prometheus, nfd.

    check_formats_test.py P2PCHECK SOURCE_DIRECTORY

Each against the rules of who reads it, and its counts against `matrix --tsv`
and `check --json`.  Where promtool is installed it has the last word on
Prometheus' format.  SARIF has a test of its own.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest

from hosts import as_user

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
EXAMPLE = ROOT / "fixtures/examples/made-up-8gpu.recording"
HOSTS = sorted((ROOT / "fixtures/hosts").glob("*/host.recording"))[::7]
SWITCH = ROOT / "fixtures/hosts/v-vfio-switch@7.3/host.recording"


def run(*arguments, stdin=None, umask=None):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], input=stdin, capture_output=True,
        check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
        preexec_fn=None if umask is None else lambda: os.umask(umask))


def check(source, form, *more):
    return run("--from", source, "check", "--format", form, *more)


def findings(source):
    return json.loads(check(source, "json").stdout)["findings"]


def edited(old, new):
    """The example with one line changed."""
    lines = EXAMPLE.read_text().splitlines(keepends=True)
    out = [re.sub(old, new, line) for line in lines]
    assert out != lines, old
    return "".join(out).encode()


def pairs_of_matrix(source):
    """Ordered pairs of two endpoints: by kinds and possible outcomes."""
    kinds = {f["address"]: f["kind"] for f in json.loads(
        run("--from", source, "report", "--json").stdout)["functions"]}
    counts = collections.Counter()
    text = run("--from", source, "matrix", "--tsv").stdout.decode()
    for line in text.splitlines()[1:]:
        provider, client, _, _, possible = line.split("\t")
        if provider != client:
            counts[kinds[provider], kinds[client], possible] += 1
    return counts


class Formats(unittest.TestCase):
    def test_json_is_that_of_the_option(self):
        self.assertEqual(check(EXAMPLE, "json").stdout.replace(
            b'"--format", "json"', b'"--json"'),
            run("--from", EXAMPLE, "check", "--json").stdout)

    def test_text_is_the_default(self):
        self.assertEqual(check(EXAMPLE, "text").stdout,
                         run("--from", EXAMPLE, "check").stdout)

    def test_exit_status_is_that_of_check(self):
        for source in (EXAMPLE, SWITCH):
            status = run("--from", source, "check").returncode
            for form in ("json", "sarif", "prometheus", "nfd"):
                self.assertEqual(check(source, form).returncode, status, form)

    def test_what_makes_no_sense_is_64(self):
        for more in (["check", "--format", "xml"], ["tree", "--format", "text"],
                     ["check", "--format", "sarif", "--json"]):
            done = run("--from", EXAMPLE, *more)
            self.assertEqual(done.returncode, 64, more)
            self.assertIn(b"--format", done.stderr)


class Nagios(unittest.TestCase):
    WORDS = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]
    PERFDATA = re.compile(r"[a-z_]+=\d+;;;0")

    def hold(self, done, status):
        """The shape of the answer; gives its performance data."""
        self.assertEqual(done.returncode, status, done.stderr.decode())
        lines = done.stdout.decode().splitlines()
        self.assertTrue(lines[0].startswith(
            f"P2PCHECK {self.WORDS[status]} - "), lines[0])
        self.assertEqual(lines[0].count("|"), 1)
        for line in lines[1:]:
            self.assertNotIn("|", line)
            self.assertIn(line.split()[0], self.WORDS[1:])
        data = lines[0].split("|")[1].split(" ")
        for word in data:
            self.assertRegex(word, rf"^{self.PERFDATA.pattern}$")
        return {word.split("=")[0]: int(re.search(r"=(\d+)", word)[1])
                for word in data}

    def test_warning(self):
        data = self.hold(check(EXAMPLE, "nagios"), 1)
        severities = collections.Counter(
            f["severity"] for f in findings(EXAMPLE))
        self.assertGreater(severities["warning"], 2)
        for word in ("error", "warning"):
            self.assertEqual(data[word + "s"], severities[word])
        self.assertEqual(data["undecided"], severities["undecided"])
        self.assertEqual(data["functions"], 44)
        counts = pairs_of_matrix(EXAMPLE)
        refused = sum(n for key, n in counts.items()
                      if key[2] == "NOT_SUPPORTED")
        self.assertEqual(data["pairs_refused"], refused)
        self.assertEqual(data["pairs_allowed"],
                         sum(counts.values()) - refused)

    def test_a_line_a_finding(self):
        lines = check(EXAMPLE, "nagios").stdout.decode().splitlines()
        self.assertEqual([line.split()[1].rstrip(":") for line in lines[1:]],
                         [f["id"] for f in findings(EXAMPLE)])

    def test_ok(self):
        done = check(SWITCH, "nagios", "--only", "no-p2pdma")
        self.hold(done, 0)
        self.assertEqual(done.stdout.count(b"\n"), 1)

    def test_critical(self):
        done = check(EXAMPLE, "nagios", "--assume", "config=PCI_P2PDMA=n")
        data = self.hold(done, 2)
        self.assertEqual(data["pairs_allowed"], 0)

    def test_undecided_is_unknown(self):
        done = run("--from", "-", "check", "--format", "nagios", "--only",
                   "unknown-for-privileges", stdin=as_user(EXAMPLE))
        data = self.hold(done, 3)
        self.assertGreater(data["unknown_facts"], 30)

    def test_a_failure_is_unknown_and_says_so(self):
        bad = pathlib.Path(EXAMPLE).read_bytes().replace(b"\n00: de", b"\n00: x")
        for arguments, stdin in (
                (["--from", "/nonexistent/a|b"], None),
                (["--from", "-"], bad),
                (["--frobnicate"], None),
                (["--only", "nosuch"], None)):
            for form in (["--format", "nagios"], ["--format=nagios"]):
                done = run(*arguments, "check", *form, stdin=stdin)
                self.assertEqual(done.returncode, 3, done.stderr.decode())
                text = done.stdout.decode()
                self.assertTrue(text.startswith("P2PCHECK UNKNOWN - "), text)
                self.assertEqual(text.count("\n"), 1)
                self.assertNotIn("|", text)
                self.assertTrue(done.stderr.startswith(b"p2pcheck: "))

    def test_no_room_is_unknown(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [PROGRAM, "--from", EXAMPLE, "check", "--format", "nagios"],
                stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 3)


class Prometheus(unittest.TestCase):
    SERIES = re.compile(
        r'(?P<name>[a-z_:][a-z0-9_:]*)'
        r'(?:\{(?P<labels>(?:[a-z_0-9]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})?'
        r' (?P<value>-?\d+)')

    def parse(self, text):
        """{name: {labels: value}}, held to the format's grammar."""
        metrics, current = {}, None
        self.assertTrue(text.endswith("\n"))
        lines = text.splitlines()
        for i, line in enumerate(lines):
            if line.startswith("# HELP "):
                current = line.split()[2]
                self.assertNotIn(current, metrics)
                self.assertEqual(lines[i + 1], f"# TYPE {current} gauge")
                self.assertGreater(len(line.split()), 4)
                metrics[current] = {}
            elif not line.startswith("# TYPE "):
                found = self.SERIES.fullmatch(line)
                self.assertTrue(found, line)
                self.assertEqual(found["name"], current)
                labels = tuple(re.findall(r'([a-z_0-9]+)="((?:[^"\\]|\\.)*)"',
                                          found["labels"] or ""))
                self.assertNotIn(labels, metrics[current])
                metrics[current][labels] = int(found["value"])
        return metrics

    def of(self, source, *more):
        return self.parse(check(source, "prometheus", *more).stdout.decode())

    def test_pairs_are_those_of_the_matrix(self):
        compared = 0
        for source in [EXAMPLE, *HOSTS]:
            counts = pairs_of_matrix(source)
            ours = collections.Counter()
            for labels, n in self.of(source)["p2pcheck_pairs"].items():
                of = dict(labels)
                ours[of["provider"], of["client"], of["map_type"],
                     of["allowed"]] += n
            theirs = collections.Counter()
            for (provider, client, possible), n in counts.items():
                types = possible.split("|")
                allowed = ("yes" if "NOT_SUPPORTED" not in types else
                           "no" if len(types) == 1 else "undecided")
                theirs[provider, client, types[0] if len(types) == 1
                       else "undecided", allowed] += n
            self.assertEqual(+ours, +theirs, source)
            compared += sum(theirs.values())
        print(f"prometheus: {compared} pairs compared")
        self.assertGreater(compared, 1500)

    def test_series_do_not_grow_with_the_host(self):
        """As many for 44 functions as for any other host of those kinds."""
        metrics = self.of(EXAMPLE)
        kinds = sum(n > 0 for labels, n in
                    metrics["p2pcheck_functions"].items()
                    if labels != (("kind", "bridge"),))
        self.assertEqual(len(metrics["p2pcheck_pairs"]), 5 * kinds ** 2)
        for series in metrics.values():
            for labels in series:
                for _, value in labels:
                    self.assertNotRegex(value, r"\w\w:\w\w\.\w")

    def test_findings_are_those_of_json(self):
        counts = collections.Counter(
            (f["id"], f["severity"]) for f in findings(EXAMPLE))
        ours = {tuple(v for _, v in labels): n for labels, n in
                self.of(EXAMPLE)["p2pcheck_findings"].items()}
        self.assertEqual({k: n for k, n in ours.items() if n}, counts)
        self.assertIn(("no-p2pdma", "error"), ours)

    def test_info_and_time(self):
        before = int(time.time())
        metrics = self.of(EXAMPLE)
        (labels, one), = metrics["p2pcheck_info"].items()
        self.assertEqual(one, 1)
        self.assertEqual(dict(labels)["kernel"], "6.12.95")
        self.assertEqual(len(dict(labels)["rules"]), 64)
        at, = metrics["p2pcheck_last_run_timestamp_seconds"].values()
        self.assertTrue(before <= at <= time.time() + 1)

    def odd_release(self):
        """A release with everything that a label has to escape."""
        text = edited(r"^@kernel_release .*", r'@kernel_release 6.12.95-a"b\\x5cc')
        return run("--from", "-", "check", "--format", "prometheus",
                   stdin=text).stdout.decode()

    def test_labels_are_escaped(self):
        (labels, _), = self.parse(self.odd_release())["p2pcheck_info"].items()
        self.assertEqual(dict(labels)["release"], r'6.12.95-a\"b\\c')

    def test_promtool_is_content(self):
        tool = shutil.which("promtool")
        if not tool:
            self.skipTest("promtool is not installed")
        texts = [check(source, "prometheus").stdout.decode()
                 for source in (EXAMPLE, SWITCH)] + [self.odd_release()]
        for text in texts:
            done = subprocess.run([tool, "check", "metrics"],
                                  input=text.encode(), capture_output=True,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (0, b"", b""))
        broken = texts[0].replace("# TYPE p2pcheck_pairs gauge\n",
                                  "# TYPE p2pcheck_pairs gauge\nx{\n")
        done = subprocess.run([tool, "check", "metrics"],
                              input=broken.encode(), capture_output=True,
                              check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_a_collector_may_read_the_file_and_sees_it_whole(self):
        for form in ("prometheus", "nfd"):
            with tempfile.TemporaryDirectory() as directory:
                file = pathlib.Path(directory, "p2pcheck.prom")
                done = run("--from", EXAMPLE, "check", "--format", form, "-o",
                           file, umask=0o077)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o644)
                self.assertEqual(os.listdir(directory), ["p2pcheck.prom"])
                other = file.with_name("other")
                os.link(file, other)
                run("--from", SWITCH, "check", "--format", form, "-o", file)
                self.assertNotEqual(file.read_bytes(), other.read_bytes())

    def test_other_files_are_of_the_umask(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "check.txt")
            run("--from", EXAMPLE, "check", "-o", file, umask=0o077)
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)


class Nfd(unittest.TestCase):
    """Kubernetes: "Labels and Selectors", syntax and character set."""
    NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
    VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
    PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                        r"(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")

    def parse(self, text):
        labels = {}
        for line in text.splitlines():
            if line.startswith("#"):
                # "# +..." would be a directive.
                self.assertNotRegex(line, r"^#\s*\+")
                continue
            key, value = line.split("=", 1)
            prefix, name = key.split("/")
            self.assertTrue(self.PREFIX.fullmatch(prefix), line)
            self.assertTrue(self.NAME.fullmatch(name), line)
            self.assertTrue(self.VALUE.fullmatch(value), line)
            self.assertEqual(prefix, "p2pcheck")
            self.assertNotIn(name, labels)
            labels[name] = value
        return labels

    def of(self, source, *more):
        return self.parse(check(source, "nfd", *more).stdout.decode())

    def test_labels_of_the_example(self):
        labels = self.of(EXAMPLE)
        self.assertEqual(labels["gpu.count"], "8")
        self.assertEqual(labels["gpu-nic.direct"], "true")
        self.assertEqual(labels["kernel"], "6.12.95")
        counts = pairs_of_matrix(EXAMPLE)
        self.assertEqual(labels["gpu-nic.direct.pairs"],
                         str(counts["gpu", "nic", "BUS_ADDR"]))
        self.assertEqual(labels["nvme-gpu.allowed.pairs"],
                         str(counts["nvme", "gpu", "BUS_ADDR"] +
                             counts["nvme", "gpu", "THRU_HOST_BRIDGE"]))
        self.assertEqual(labels["kernel.p2pdma"], "true")

    def test_refused_and_undecided(self):
        labels = self.of(EXAMPLE, "--assume", "config=PCI_P2PDMA=n")
        self.assertEqual(labels["kernel.p2pdma"], "false")
        self.assertEqual(labels["gpu-gpu.direct"], "false")
        self.assertEqual(labels["gpu-gpu.allowed"], "false")
        labels = self.parse(run("--from", "-", "check", "--format", "nfd",
                                stdin=as_user(EXAMPLE)).stdout.decode())
        self.assertEqual(labels["gpu-nic.direct"], "unknown")
        self.assertEqual(labels["gpu-nic.direct.pairs"], "0")
        self.assertEqual(labels["gpu-nic.allowed"], "true")

    def test_every_host_gives_labels(self):
        for source in HOSTS:
            self.assertGreaterEqual(len(self.of(source)), 10)

    def test_no_values_that_a_label_cannot_have(self):
        """The kernel is named in a sentence here."""
        labels = self.of(EXAMPLE, "--kernel", "next")
        self.assertRegex(labels["kernel"], "^next__?[a-z_]+$|^[0-9a-z_.]+$")
        self.assertIn("no_release", labels["kernel"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
