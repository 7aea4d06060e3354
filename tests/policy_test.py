#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check --policy from outside: the policies we ship, in every format.

    policy_test.py P2PCHECK SOURCE_DIRECTORY

Each is held to the made-up server as it is, to one that it is met by (what-if)
and to one that an ordinary user recorded.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path.insert(0, str(ROOT / "tests/formats"))
from hosts import as_user  # noqa: E402 (the path stands above)

POLICIES = ROOT / "fixtures/policies"
EXAMPLE = ROOT / "fixtures/examples/made-up-8gpu.recording"
CASES = {
    # what breaks it, by line: id; and what-if that it is met with
    "gpudirect-training.toml": (
        {"policy-pairs"},
        ["acs=0x11:99:00.0", "acs=0x11:99:01.0"], 2),
    "isolated-guests.toml": (
        {"policy-acs", "policy-acs-bits", "policy-command-line"},
        ["cmdline=ro quiet intel_iommu=on"], 1),
    "storage-direct.toml": (
        {"policy-pairs"}, ["cpu=AuthenticAMD:0x19"], 1),
}


def run(*arguments, stdin=None):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin,
                          capture_output=True, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})


def hold(policy, *more, source=EXAMPLE, stdin=None):
    return run("--from", source, "check", "--policy", policy, *more,
               stdin=stdin)


def line_of(policy, line):
    return policy.read_text().splitlines()[line - 1]


class Shipped(unittest.TestCase):
    def test_all_of_them(self):
        self.assertEqual(set(CASES), {p.name for p in POLICIES.glob("*.toml")})

    def test_broken_by_the_example(self):
        for name, (broken, _, _) in CASES.items():
            done = hold(POLICIES / name, "--json")
            self.assertEqual(done.returncode, 1, name)
            document = json.loads(done.stdout)
            self.assertEqual({f["id"] for f in document["findings"]}, broken)
            for finding in document["findings"]:
                self.assertEqual(finding["severity"], "error")
                self.assertRegex(
                    line_of(POLICIES / name, finding["policy_line"]),
                    r"^(\[|[a-z_]+ = )")

    def test_met_with_what_if(self):
        for name, (_, assumptions, _) in CASES.items():
            assume = [w for a in assumptions for w in ("--assume", a)]
            done = hold(POLICIES / name, *assume, "--json")
            self.assertEqual(done.returncode, 0, done.stdout.decode())
            document = json.loads(done.stdout)
            self.assertEqual(document["findings"], [])
            self.assertIs(document["policy"]["met"], True)

    def test_of_a_user_undecided_or_broken_by_what_he_sees(self):
        for name, (_, _, status) in CASES.items():
            done = hold(POLICIES / name, "--json", source="-",
                        stdin=as_user(EXAMPLE))
            self.assertEqual(done.returncode, status, name)
            document = json.loads(done.stdout)
            self.assertIs(document["policy"]["met"],
                          None if status == 2 else False)
            self.assertIn("undecided",
                          {f["severity"] for f in document["findings"]})


class Json(unittest.TestCase):
    def test_a_requirement_a_line(self):
        policy = POLICIES / "gpudirect-training.toml"
        document = json.loads(hold(policy, "--json").stdout)["policy"]
        self.assertEqual(document["file"], str(policy))
        self.assertEqual(document["name"], "training node")
        lines = [r["line"] for r in document["requirements"]]
        self.assertEqual(lines, sorted(lines))
        self.assertEqual([r["met"] for r in document["requirements"]].count(
            False), 1)
        self.assertEqual(len(document["requirements"]), 10)
        for requirement in document["requirements"]:
            self.assertTrue(requirement["text"])

    def test_other_findings_are_those_without_a_policy(self):
        policy = POLICIES / "gpudirect-training.toml"
        document = json.loads(hold(policy, "--json").stdout)
        without = json.loads(run("--from", EXAMPLE, "check", "--json").stdout)
        self.assertEqual(document["policy"]["other_findings"],
                         without["findings"])
        self.assertIsNone(without["policy"])

    def test_why_a_pair_is_not_as_required(self):
        """The words of `pair`."""
        policy = POLICIES / "gpudirect-training.toml"
        finding, = json.loads(hold(policy, "--json").stdout)["findings"]
        pair = json.loads(run("--from", EXAMPLE, "pair", "9a:00.0", "9c:00.0",
                              "--json").stdout)["verdict"]
        for reason in pair["reasons"]:
            self.assertIn(reason["text"], finding["text"])
        self.assertEqual(finding["functions"], ["0000:9c:00.0"])


class Formats(unittest.TestCase):
    POLICY = POLICIES / "isolated-guests.toml"

    def test_text(self):
        text = hold(self.POLICY).stdout.decode()
        self.assertIn("policy host of isolated guests is broken: "
                      "5 requirements, 2 met, 3 broken, 0 undecided", text)
        self.assertIn("error policy-acs\n", text)

    def test_nagios(self):
        done = hold(self.POLICY, "--format", "nagios")
        self.assertEqual(done.returncode, 2)
        self.assertTrue(done.stdout.startswith(
            b"P2PCHECK CRITICAL - policy broken: "), done.stdout)
        met = hold(POLICIES / "storage-direct.toml", "--format", "nagios",
                   "--assume", "cpu=AuthenticAMD:0x19")
        self.assertEqual(met.returncode, 0)
        self.assertTrue(met.stdout.startswith(
            b"P2PCHECK OK - policy met: no findings"), met.stdout)
        self.assertEqual(hold(POLICIES / "gpudirect-training.toml", "--format",
                              "nagios", source="-",
                              stdin=as_user(EXAMPLE)).returncode, 3)

    def test_prometheus(self):
        text = hold(self.POLICY, "--format", "prometheus").stdout.decode()
        for state, count in (("met", 2), ("broken", 3), ("undecided", 0)):
            self.assertIn(f'p2pcheck_policy_requirements{{state="{state}"}} '
                          f'{count}\n', text)
        self.assertIn('p2pcheck_findings{id="acs-redirect-on-path",'
                      'severity="warning"} 5\n', text)

    def test_nfd(self):
        self.assertIn(b"\np2pcheck/policy=broken\n",
                      hold(self.POLICY, "--format", "nfd").stdout)

    def test_sarif(self):
        run_, = json.loads(hold(self.POLICY, "--format",
                                "sarif").stdout)["runs"]
        self.assertEqual(len(run_["results"]), 3)
        for result in run_["results"]:
            place = result["relatedLocations"][0]["physicalLocation"]
            line = place["region"]["startLine"]
            self.assertRegex(line_of(self.POLICY, line), r"^(\[|[a-z_]+ = )")
            self.assertTrue(place["artifactLocation"]["uri"].endswith(
                "isolated-guests.toml"))
        prints = {str(r["partialFingerprints"]) for r in run_["results"]}
        self.assertEqual(len(prints), 3)


class Errors(unittest.TestCase):
    def test_a_bad_policy_is_65_and_shows_the_place(self):
        for bad in sorted((ROOT / "fixtures/bad/policies").glob("*.toml")):
            done = hold(bad)
            self.assertEqual(done.returncode, 65, bad)
            self.assertEqual(done.stdout, b"")
            self.assertIn(f"p2pcheck: {bad}:", done.stderr.decode())

    def test_no_such_file_is_66(self):
        done = hold("/nonexistent/policy.toml")
        self.assertEqual(done.returncode, 66)
        self.assertIn(b"/nonexistent/policy.toml", done.stderr)

    def test_what_is_no_text(self):
        self.assertEqual(hold("/dev/zero").returncode, 65)
        self.assertEqual(hold(ROOT).returncode, 65)

    def test_the_policy_says_what_counts(self):
        done = hold(POLICIES / "storage-direct.toml", "--only", "no-p2pdma")
        self.assertEqual(done.returncode, 64)

    def test_every_id_is_explained(self):
        for name, (broken, _, _) in CASES.items():
            for one in broken:
                self.assertEqual(run("explain", one).returncode, 0, one)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
