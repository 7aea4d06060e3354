#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program from outside: exit codes, options, formats, what goes where.

    cli_test.py P2PCHECK SOURCE_DIRECTORY
"""
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
EXAMPLE = str(ROOT / "fixtures/examples/made-up-8gpu.recording")
DIRECT = ("18:00.0", "19:00.0")    # one switch, nothing redirects
THROUGH = ("29:00.0", "2a:00.0")   # one switch, ACS redirects
REFUSED = ("18:00.0", "nvme2")     # VMD


def run(*arguments, stdin=None, env=None, stdout=subprocess.PIPE):
    clean = {k: v for k, v in os.environ.items()
             if k not in ("NO_COLOR", "COLUMNS")}
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin,
                          stdout=stdout, stderr=subprocess.PIPE, check=False,
                          env={**clean, "LC_ALL": "C.UTF-8", **(env or {})})


def example(*arguments, **more):
    return run("--from", EXAMPLE, *arguments, **more)


def no_repeats(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key twice: {keys}"
    return dict(pairs)


def documents_keys(value):
    """Keys in their order, all the way down."""
    if isinstance(value, dict):
        return [(k, documents_keys(v)) for k, v in value.items()]
    if isinstance(value, list):
        return [documents_keys(v) for v in value]
    return None


class Case(unittest.TestCase):
    def check(self, done, status, quiet=True):
        self.assertEqual(done.returncode, status, done.stderr.decode())
        if quiet:
            self.assertEqual(done.stderr, b"")

    def check_error(self, done, status, *words):
        """Nothing on stdout; stderr has the words and the program's name."""
        self.assertEqual(done.returncode, status, done.stderr.decode())
        if done.stdout is not None:
            self.assertEqual(done.stdout, b"")
        text = done.stderr.decode()
        self.assertTrue(text.startswith("p2pcheck: "), text)
        for word in words:
            self.assertIn(word, text)


class ExitStatus(Case):
    def test_allowed_is_0(self):
        self.check(example("pair", *DIRECT), 0)
        self.check(example("pair", *THROUGH), 0)

    def test_refused_is_1(self):
        self.check(example("pair", *REFUSED), 1)
        self.check(example("matrix", "nvme", "gpu", "--tsv"), 1)
        self.check(example("report"), 1)

    def test_matrix_of_allowed_is_0(self):
        self.check(example("matrix", "gpu"), 0)

    def test_undecided_is_2(self):
        """As an ordinary user's dump has it: no ACS."""
        lines = pathlib.Path(EXAMPLE).read_bytes().splitlines()
        short = b"\n".join(
            line for line in lines
            if not line.startswith((b"@", b"#")) and
            not re.match(rb"([4-9a-f]0|[1-9a-f][0-9a-f]0): ", line))
        # 5.17 does not list the host bridge yet: direct, or not allowed.
        self.check(run("--from", "-", "--kernel", "5.17", "pair", *THROUGH,
                       stdin=short), 2)

    def test_what_judges_nothing_is_0(self):
        for command in (["tree"], ["rules"], ["record"], ["explain"], []):
            self.check(example(*command), 0)

    def test_usage_is_64(self):
        self.check_error(run("frobnicate"), 64, "frobnicate", "--help")
        self.check_error(run("--frobnicate"), 64, "--frobnicate")
        self.check_error(example("pair"), 64)
        self.check_error(example("pair", "a"), 64)
        self.check_error(example("pair", "a", "b", "c"), 64)
        self.check_error(example("tree", "rules"), 64)
        self.check_error(example("report", "--tsv"), 64, "--tsv")
        self.check_error(example("rank"), 64)
        self.check_error(example("record", "--json"), 64, "--json")
        self.check_error(example("matrix", "--tsv", "--json"), 64)
        self.check_error(example("tree", "--color", "blue"), 64, "--color")
        self.check_error(example("tree", "--color", "1"), 64, "--color")
        self.check_error(example("tree", "--kernel", "x"), 64, "--kernel x")
        self.check_error(example("tree", "--assume", "x"), 64, "--assume x")
        self.check_error(example("record", "--assume", "cpu=A:1"), 64)

    def test_bad_input_is_65_and_shows_the_place(self):
        text = pathlib.Path(EXAMPLE).read_text()
        broken = text.replace("\n00: de 10", "\n00: de 1x", 1)
        line = broken[:broken.index("de 1x")].count("\n") + 1
        done = run("--from", "-", "tree", stdin=broken.encode())
        self.check_error(done, 65, f":{line}:", "de 1x", "^")

    def test_bad_rules_are_65(self):
        bad = sorted((ROOT / "fixtures/bad/rules").glob("*.toml"))
        self.assertTrue(bad)
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "bad.toml").write_bytes(
                bad[0].read_bytes())
            self.check_error(run("rules", "--rules", directory), 65)

    def test_nothing_of_that_name_is_66(self):
        self.check_error(run("--from", "/nonexistent/x", "tree"), 66,
                         "/nonexistent/x")
        self.check_error(run("--rules", "/nonexistent/x", "rules"), 66,
                         "/nonexistent/x")
        self.check_error(example("pair", "ff:1f.7", "18:00.0"), 66, "ff:1f.7",
                         "0000:18:00.0", "0000:9c:00.0")
        self.check_error(example("matrix", "mlx5_7"), 66, "mlx5_7")
        self.check_error(example("explain", "nosuch"), 66, "nosuch")

    def test_an_ambiguous_device_is_66_with_the_candidates(self):
        done = example("pair", "10de:2330", "nvme2")
        self.check_error(done, 66, "8 devices", "0000:18:00.0",
                         "0000:bb:00.0")
        self.assertNotIn(b"0000:1a:00.0", done.stderr)

    def test_no_room_is_74(self):
        self.check_error(example("tree", "--output", "/nonexistent/x"), 74,
                         "/nonexistent/x")
        with open("/dev/full", "wb") as full:
            for command in (["tree"], ["record"], ["matrix", "--tsv"], [],
                            ["report", "--json"], ["explain"]):
                self.check_error(example(*command, stdout=full), 74,
                                 "No space left")


class Options(Case):
    def test_may_stand_before_or_after_the_command(self):
        before = run("--from", EXAMPLE, "--no-names", "--kernel", "6.1",
                     "pair", *REFUSED)
        after = run("pair", *REFUSED, "--kernel", "6.1", "--from", EXAMPLE,
                    "--no-names")
        between = run("--from", EXAMPLE, "pair", REFUSED[0], "--no-names",
                      REFUSED[1], "--kernel=6.1")
        self.check(before, 1)
        self.assertEqual(before.stdout, after.stdout)
        self.assertEqual(before.stdout, between.stdout)

    def test_kernel_changes_the_answer(self):
        """09a2 is listed from 5.18 on."""
        self.check(example("pair", "18:00.0", "29:00.0"), 0)
        self.check(example("pair", "18:00.0", "29:00.0", "--kernel", "5.17"),
                   1)

    def test_assumptions_change_the_answer_and_are_told(self):
        done = example("pair", *REFUSED, "--assume", "cpu=AuthenticAMD:0x19",
                       "--json")
        self.check(done, 0)
        self.assertEqual(json.loads(done.stdout)["assumed"],
                         ["cpu=AuthenticAMD:0x19"])
        self.check(example("pair", *DIRECT, "--assume",
                           "config=PCI_P2PDMA=n"), 1)

    def test_several_assumptions(self):
        self.check(example("--assume", "config=PCI_P2PDMA=n", "--assume",
                           "config=PCI_P2PDMA=y", "pair", *DIRECT), 0)

    def test_rules_of_a_directory(self):
        """Those of the tree are those built in."""
        ours = example("pair", *REFUSED, "--rules", ROOT / "rules")
        self.check(ours, 1)
        self.assertEqual(ours.stdout, example("pair", *REFUSED).stdout)

    def test_help_and_version_go_to_stdout(self):
        for option in ("--help", "--version", "-h"):
            done = run(option)
            self.check(done, 0)
            self.assertIn(b"p2pcheck", done.stdout)


class Sources(Case):
    def test_dash_reads_standard_input(self):
        piped = run("--from", "-", "matrix", "gpu", "--tsv",
                    stdin=pathlib.Path(EXAMPLE).read_bytes())
        self.check(piped, 0)
        self.assertEqual(piped.stdout,
                         example("matrix", "gpu", "--tsv").stdout)

    def test_a_recording_of_a_recording_is_the_same(self):
        once = example("record")
        self.check(once, 0)
        again = run("--from", "-", "record", stdin=once.stdout)
        self.check(again, 0)
        self.assertEqual(once.stdout, again.stdout)

    def test_this_host_needs_no_root(self):
        self.assertIn(run("tree").returncode, (0, 66))


class Json(Case):
    COMMANDS = {
        "pair": ["pair", *REFUSED],
        "report": ["report"],
        "tree": ["tree"],
        "matrix": ["matrix", "gpu", "nvme"],
        "rank": ["rank", "18:00.0"],
        "cliques": ["cliques"],
        "rules": ["rules"],
        "bars": ["bars", "gpu"],
        "explain": ["explain", "acs-redirect"],
    }
    HEAD = ["schema", "tool", "argv", "source", "host", "kernel", "rules",
            "assumed", "privileges", "unknowns"]

    def parse(self, done):
        return json.loads(done.stdout.decode("utf-8"),
                          object_pairs_hook=no_repeats)

    def test_is_one_document_with_the_same_keys_each_time(self):
        for name, command in self.COMMANDS.items():
            first = self.parse(example(*command, "--json"))
            second = self.parse(example("--json", *command))
            self.assertEqual(first["schema"], f"p2pcheck.{name}/1")
            self.assertEqual(documents_keys(first), documents_keys(second))

    def test_starts_with_what_the_answer_is_about(self):
        for name, command in self.COMMANDS.items():
            if name == "explain":
                continue
            document = self.parse(example(*command, "--json"))
            self.assertEqual(list(document)[:len(self.HEAD)], self.HEAD)
            self.assertEqual(document["source"]["name"], EXAMPLE)

    def test_every_verdict_has_the_same_keys(self):
        matrix = self.parse(example("matrix", "gpu", "nvme", "--json"))
        keys = {tuple(verdict) for verdict in matrix["verdicts"]}
        pair = self.parse(example("pair", *REFUSED, "--json"))
        keys.add(tuple(pair["verdict"]))
        keys.add(tuple(pair["reverse"]))
        self.assertEqual(len(keys), 1, keys)
        self.assertEqual(len(matrix["verdicts"]), 11 * 11)

    def test_unknown_is_null(self):
        dump = b"\n".join(
            line for line in pathlib.Path(EXAMPLE).read_bytes().splitlines()
            if not line.startswith((b"@", b"#")))
        document = self.parse(run("--from", "-", "report", "--json",
                                  stdin=dump))
        self.assertIsNone(document["kernel"]["release"])
        self.assertIsNone(document["kernel"]["p2pdma_built_in"])
        self.assertIsNone(document["functions"][0]["iommu_group"])
        self.assertTrue(document["unknowns"])

    def test_explain_lists_what_it_explains(self):
        document = self.parse(run("explain", "--json"))
        ids = [entry["id"] for entry in document["ids"]]
        self.assertIn("acs-redirect", ids)
        for one in ids:
            self.check(run("explain", one), 0)
        text = run("explain").stdout.decode()
        self.assertEqual([line.split()[0] for line in text.splitlines()], ids)


class Probe(Case):
    """Never with --yes on the machine that runs the tests: it might have a
    function on VFIO, and that would be reset."""

    def test_a_recorded_host_cannot_be_asked(self):
        for more in ([], ["--yes"]):
            self.check_error(example("probe", *more), 64, "--from")

    def test_nothing_is_assumed_of_what_is_opened(self):
        for more in ([], ["--yes"]):
            self.check_error(run("probe", "--assume",
                                 "driver=vfio-pci:endpoint", *more), 64,
                             "--assume")

    def test_yes_is_its_own(self):
        self.check_error(example("tree", "--yes"), 64, "--yes")

    def test_without_yes_it_only_tells(self):
        done = run("probe", "--json")
        if done.returncode == 66:
            self.skipTest("no PCI on this machine")
        self.check(done, 0, quiet=False)
        document = json.loads(done.stdout)
        self.assertEqual(document["schema"], "p2pcheck.probe/1")
        self.assertIs(document["asked"], False)
        self.assertEqual([f["answers"] for f in document["functions"]],
                         [[]] * len(document["functions"]))
        self.assertIn(b"probe", run("probe").stdout)
        self.assertEqual(
            run("probe", "--tsv").stdout.splitlines()[0],
            b"function\tstatus\tstep\tregion\tlength\tanswer\tpredicted"
            b"\terrno\tagrees")

    def test_its_finding_is_explained(self):
        self.check(run("explain", "probe-differs"), 0)

    def test_a_device_that_is_not_there_is_66(self):
        self.check_error(run("probe", "ff:1f.7"), 66, "ff:1f.7")


class Schema(Case):
    """That outputs are what their schemas say is schemas_test's."""

    def test_every_output_has_a_schema_of_its_name(self):
        for command in (["tree"], ["pair", *DIRECT], ["rules"]):
            document = json.loads(example(*command, "--json").stdout)
            done = run("schema", document["schema"])
            self.check(done, 0)
            schema = json.loads(done.stdout, object_pairs_hook=no_repeats)
            self.assertEqual(schema["properties"]["schema"],
                             {"const": document["schema"]})
            self.assertEqual(run("schema", command[0]).stdout, done.stdout)

    def test_the_list_names_each_with_its_command(self):
        lines = run("schema").stdout.decode().splitlines()
        listed = json.loads(run("schema", "--json").stdout)["schemas"]
        self.assertEqual([line.split()[:2] for line in lines],
                         [[s["name"], s["schema"]] for s in listed])
        for schema in listed:
            self.check(run("schema", schema["name"]), 0)
            command = schema["command"].split()
            self.assertEqual(command[0], "p2pcheck")
            self.check(run(command[1], "--help"), 0)

    def test_another_name_is_64_and_told_the_names(self):
        self.check_error(run("schema", "pear"), 64, "pear", "pair", "matrix")


class WorkedCases(Case):
    """Those of the specification's 9.2 that the command line decides."""

    def test_T01_nobody_asked_for_is_no_question(self):
        self.check_error(example("pair", "18:00.0"), 64)

    def test_T02_a_block_device_is_the_function_it_hangs_from(self):
        by_node = json.loads(
            example("pair", "18:00.0", "nvme2", "--json").stdout)
        address = by_node["verdict"]["client"]
        self.assertEqual(address, "10000:e1:00.0")
        by_address = json.loads(
            example("pair", "18:00.0", address, "--json").stdout)
        self.assertEqual(by_node["verdict"], by_address["verdict"])

    def test_T04_a_device_without_a_function_is_nobody(self):
        self.check_error(example("pair", "18:00.0", "loop0"), 66, "loop0")


VFIO = str(ROOT / "fixtures/hosts/v-vfio-switch@7.2s/host.recording")


class Dmabuf(Case):
    """bars and dmabuf from outside; what they say is golden_test's."""

    def vfio(self, *arguments, **more):
        return run("--from", VFIO, *arguments, **more)

    def parse(self, done):
        return json.loads(done.stdout, object_pairs_hook=no_repeats)

    def test_ranges_are_offset_and_length(self):
        self.check_error(self.vfio("dmabuf", "04:00.0"), 64)
        for ranges in ("4096", "0+", "+4096", "x+1", "0+4Q", "0+4K+1"):
            self.check_error(self.vfio("dmabuf", "04:00.0", "03:00.0",
                                       "--ranges", ranges), 64)
        for ranges in ("0+4096", "0x0+0x1000", "0+4K"):
            document = self.parse(self.vfio(
                "dmabuf", "04:00.0", "03:00.0", "--ranges", ranges, "--json"))
            self.assertEqual(document["ranges"],
                             [{"offset": "0x0", "length": "0x1000"}])

    def test_json_starts_as_that_of_all_commands(self):
        for more in ([], ["--kernel", "6.12"]):
            document = self.parse(self.vfio("dmabuf", "04:00.0", "03:00.0",
                                            "--json", *more))
            self.assertEqual(document["schema"], "p2pcheck.dmabuf/1")
            self.assertEqual(list(document)[:len(Json.HEAD)], Json.HEAD)

    def test_no_memory_bar_is_66(self):
        self.check_error(self.vfio("dmabuf", "00:1f.3", "03:00.0"), 66,
                         "no memory BAR")

    def test_a_bar_stands_behind_a_full_address(self):
        for word, bar in (("0000:04:00.0.1", 1), ("04:00.0.3", 3),
                          ("04:00.0.6", "rom"), ("04:00.0.rom", "rom")):
            document = self.parse(
                self.vfio("dmabuf", word, "03:00.0", "--json"))
            self.assertEqual(document["exporter"], "0000:04:00.0")
            self.assertEqual(document["bar"]["bar"], bar)
            self.assertFalse(document["bar"]["picked"])
        for word in ("0000:04:00.0.7", "04:00.0.x", "04:00.0."):
            self.check_error(self.vfio("dmabuf", word, "03:00.0"), 66)

    def test_without_one_the_largest_that_works_is_taken(self):
        document = self.parse(
            self.vfio("dmabuf", "04:00.0", "03:00.0", "--json"))
        self.assertTrue(document["bar"]["picked"])
        self.assertEqual(document["bar"]["size"], "0x20000")

    def test_a_use_is_named_behind_the_importer_or_by_an_option(self):
        behind = self.parse(self.vfio("dmabuf", "04:00.0", "03:00.0:static",
                                      "--json"))
        option = self.parse(self.vfio("dmabuf", "04:00.0", "03:00.0", "--as",
                                      "static", "--json"))
        self.assertEqual(behind["uses"], option["uses"])
        self.assertEqual(behind["use_choice"], "named")
        self.assertEqual(behind["uses"][0]["attach"]["errno"], "EOPNOTSUPP")
        self.check_error(self.vfio("dmabuf", "04:00.0", "03:00.0:frob"), 66,
                         "frob", "mlx5-mr", "iommufd")
        self.check_error(self.vfio("dmabuf", "04:00.0", "03:00.0", "--as",
                                   "frob"), 66, "frob")

    def test_the_verdict_is_that_of_pair(self):
        dmabuf = self.parse(self.vfio("dmabuf", "04:00.0", "03:00.0", "--json"))
        pair = self.parse(self.vfio("pair", "04:00.0", "03:00.0", "--json"))
        self.assertEqual(dmabuf["verdict"], pair["verdict"])

    def test_exit_status_follows_the_answer(self):
        statuses = {True: 0, False: 1, None: 2}
        seen = set()
        for use in ("dynamic", "static", None):
            more = ["--as", use] if use else []
            done = self.vfio("dmabuf", "04:00.0", "03:00.0", "--json", *more)
            answer = self.parse(done)["answer"]
            self.assertEqual(done.returncode, statuses[answer])
            seen.add(answer)
        self.assertEqual(seen, {True, False, None})

    def test_bars_status_is_of_memory_bars_only(self):
        """An I/O BAR and a ROM, which nobody exports, do not count."""
        done = self.vfio("bars", "04:00.0", "--tsv")
        rows = [line.split("\t") for line in
                done.stdout.decode().splitlines()[1:]]
        self.assertIn("bar-is-io", [row[7] for row in rows])
        memory = [row[5] for row in rows
                  if row[1] != "rom" and int(row[4], 16) & 0x200]
        self.check(done, 1 if "no" in memory else 2 if "?" in memory else 0)

    def test_tsv_has_a_line_a_bar(self):
        lines = self.vfio("bars", "--tsv").stdout.decode().splitlines()
        self.assertEqual(lines[0], "function\tbar\tstart\tsize\tflags\t"
                                   "export\tby\treason\terrno")
        document = self.parse(self.vfio("bars", "--json"))
        bars = [(f["function"], str(b["bar"])) for f in document["functions"]
                for b in f["bars"]]
        self.assertEqual([tuple(line.split("\t")[:2]) for line in lines[1:]],
                         bars)
        self.assertGreater(len(bars), 10)

    def test_what_is_open_says_what_would_decide_it(self):
        dump = b"\n".join(
            line for line in pathlib.Path(VFIO).read_bytes().splitlines()
            if not line.startswith((b"@kernel_", b"@config", b"@symbol")))
        done = run("--from", "-", "bars", "--json", stdin=dump)
        found = 0
        for function in self.parse(done)["functions"]:
            for bar in function["bars"]:
                for step in (bar["as_bound"], bar["if_vfio_pci"]):
                    if step["answer"] is None:
                        found += 1
                        self.assertTrue(step["missing"], step)
        self.assertGreater(found, 0)

    def test_a_report_of_a_large_host_leaves_bars_to_bars(self):
        rows = "".join(f"{row:02x}:{' 00' * 16}\n" for row in (16, 32, 48))
        for count, kind in ((1024, list), (1025, type(None))):
            dump = "".join(
                f"00:{i // 8:02x}.{i % 8} Class 0108: 144d:a824\n"
                f"00: 4d 14 24 a8 {'00 ' * 12}\n{rows}\n".replace(
                    "00:", f"{i // 256:02x}:", 1).replace(
                        f":{i // 8:02x}.", f":{i % 256 // 8:02x}.", 1)
                for i in range(count))
            document = self.parse(run("--from", "-", "report", "--json",
                                      stdin=dump.encode()))
            self.assertEqual(len(document["functions"]), count)
            self.assertIsInstance(document["functions"][0]["bars"], kind)

    def test_report_has_the_bars_of_each_function(self):
        document = self.parse(self.vfio("report", "--json"))
        rows = [line.split("\t") for line in
                self.vfio("bars", "all", "--tsv").stdout.decode()
                .splitlines()[1:]]
        answers = {"yes": True, "no": False, "?": None}
        ours = {(f["address"], str(b["bar"])): (b["export"], b["by"])
                for f in document["functions"] for b in f["bars"]}
        for row in rows:
            if row[1] != "rom":
                self.assertEqual(ours.pop((row[0], row[1])),
                                 (answers[row[5]], row[6]))
        self.assertEqual(ours, {})


class Tsv(Case):
    def test_a_line_a_pair_in_order_of_address(self):
        lines = example("matrix", "all", "--tsv").stdout.decode().splitlines()
        self.assertEqual(lines[0],
                         "provider\tclient\tmap_type\tdistance\tpossible")
        rows = [line.split("\t") for line in lines[1:]]
        self.assertEqual(len(rows), 44 * 44)
        self.assertTrue(all(len(row) == 5 for row in rows))
        key = [[int(n, 16) for part in row[:2]
                for n in part.replace(".", ":").split(":")] for row in rows]
        self.assertEqual(key, sorted(key))


    def rows(self, *command):
        lines = example(*command, "--tsv").stdout.decode().splitlines()
        head = lines[0].split("\t")
        rows = [line.split("\t") for line in lines[1:]]
        self.assertTrue(all(len(row) == len(head) for row in rows))
        return [dict(zip(head, row)) for row in rows]

    def test_paths_are_a_sixth_column_for_who_asks(self):
        rows = self.rows("matrix", "gpu", "nic", "--paths")
        words = {(r["provider"], r["client"]): r["path"] for r in rows}
        self.assertEqual(words["0000:18:00.0", "0000:18:00.0"], "X")
        self.assertEqual(words["0000:18:00.0", "0000:19:00.0"], "PIX")
        self.assertEqual(words["0000:18:00.0", "0000:29:00.0"], "NODE")
        self.assertEqual(words["0000:18:00.0", "0000:9a:00.0"], "SYS")
        document = json.loads(
            example("matrix", "gpu", "nic", "--json").stdout)
        square = {(a, b): word
                  for a, row in zip(document["devices"], document["paths"])
                  for b, word in zip(document["devices"], row)}
        self.assertEqual(square, words)

    def test_rank_is_best_first(self):
        rows = self.rows("rank", "18:00.0", "gpu", "nic", "nvme")
        grades = ["BUS_ADDR", "THRU_HOST_BRIDGE", "NOT_SUPPORTED"]
        worst = [max(grades.index(row[k]) for k in
                     ("as_client", "as_provider")) for row in rows]
        self.assertEqual(worst, sorted(worst))
        first = rows[0]
        self.assertEqual(first["partner"], "0000:19:00.0")
        self.assertEqual(first["line_rate"], "63015384615")
        self.assertEqual(first["bottleneck"], "0000:17:00.0")
        self.assertEqual(first["path"], "PIX")
        # Of Intel's crossings nothing is known.
        thru = next(r for r in rows if r["as_client"] == "THRU_HOST_BRIDGE")
        self.assertEqual(thru["usable_rate"], "?")

    def test_rank_agrees_with_pair(self):
        document = json.loads(example("rank", "18:00.0", "--json").stdout)
        self.assertEqual(len(document["partners"]), 20)
        for partner in document["partners"][::5]:
            pair = json.loads(example("pair", "18:00.0", partner["device"],
                                      "--json").stdout)
            self.assertEqual(partner["as_client"], pair["verdict"])
            self.assertEqual(partner["as_provider"], pair["reverse"])
            for way in ("to_provider", "to_client"):
                ours, theirs = (d["bandwidth"][way] for d in (partner, pair))
                self.assertEqual(ours["now"]["line_rate"],
                                 theirs["now"]["line_rate"])
                self.assertEqual(ours["usable_rate"], theirs["usable_rate"])

    def test_cliques_of_the_example(self):
        rows = self.rows("cliques", "gpu", "nic")
        self.assertEqual({r["certainty"] for r in rows}, {"surely"})
        self.assertEqual({r["set"] for r in rows}, {"1"})
        self.assertEqual(len(rows), 10)
        self.check(example("cliques", "gpu", "nic"), 0)
        self.check(example("cliques"), 1)


class Exports(Case):
    def test_qemu_has_a_line_a_gpu(self):
        done = example("cliques", "--qemu")
        self.check(done, 0)
        lines = done.stdout.decode().splitlines()
        self.assertEqual(len(lines), 8)
        for line in lines:
            self.assertRegex(line, r"^-device vfio-pci,host=0000:\w\w:00\.0,"
                                   r"x-nv-gpudirect-clique=\d+$")
        self.check_error(example("cliques", "--qemu", "--json"), 64, "--qemu")

    def test_nccl_goes_to_its_own_file(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "topology.xml")
            done = example("report", "--nccl", file)
            self.check(done, 1)
            self.assertEqual(done.stdout, example("report").stdout)
            only = example("report", "--nccl", "-")
            self.check(only, 0)
            self.assertEqual(file.read_bytes(), only.stdout)
            self.assertEqual(os.listdir(directory), ["topology.xml"])
        self.check_error(example("report", "--nccl", "/nonexistent/x"), 74)

    def test_page_goes_to_its_own_file(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "page.html")
            done = example("report", "--json", "--html", file)
            self.check(done, 1)
            self.assertEqual(json.loads(done.stdout)["schema"],
                             "p2pcheck.report/1")
            page = file.read_bytes()
            self.assertTrue(page.startswith(b"<!DOCTYPE html>"))
            self.assertTrue(page.endswith(b"</html>\n"))
            other = pathlib.Path(directory, "other.html")
            only = example("report", "--html", "-", "--output", other)
            self.check(only, 1)
            self.assertEqual(only.stdout, b"")
            self.assertEqual(other.read_bytes(), page)
            self.assertEqual(sorted(os.listdir(directory)),
                             ["other.html", "page.html"])
        self.check_error(example("report", "--html", "/nonexistent/x"), 74)
        self.check_error(example("report", "--html", "-", "--json"), 64,
                         "--html -")


class Color(Case):
    ESC = b"\x1b["

    def on_terminal(self, *arguments, **environment):
        """What the program writes to a terminal."""
        try:
            master, slave = pty.openpty()
        except OSError as error:  # A container without /dev/pts.
            self.skipTest(f"no terminal to be had: {error}")
        env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        env.update({"TERM": "xterm", **environment})
        with subprocess.Popen(
                [PROGRAM, "--from", EXAMPLE, "explain", "BUS_ADDR",
                 *arguments], stdout=slave, env=env) as process:
            process.wait()
        os.close(slave)
        text = os.read(master, 100000)
        os.close(master)
        return text

    def test_terminal(self):
        self.assertIn(self.ESC, self.on_terminal())
        self.assertNotIn(self.ESC, self.on_terminal(NO_COLOR="1"))
        self.assertIn(self.ESC, self.on_terminal(NO_COLOR=""))
        self.assertNotIn(self.ESC, self.on_terminal(TERM="dumb"))
        self.assertNotIn(self.ESC, self.on_terminal("--color", "never"))

    def test_pipe(self):
        self.assertNotIn(self.ESC, example("explain", "BUS_ADDR").stdout)
        always = example("explain", "BUS_ADDR", "--color", "always",
                         env={"NO_COLOR": "1", "TERM": "dumb"})
        self.assertIn(self.ESC, always.stdout)

    def test_ascii_where_the_locale_is(self):
        done = example("tree", "--no-names", env={"LC_ALL": "C"})
        self.assertTrue(done.stdout.isascii())
        self.assertFalse(example("tree").stdout.isascii())


class OutputFile(Case):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.directory.name, "out")

    def tearDown(self):
        self.directory.cleanup()

    def names(self):
        return sorted(os.listdir(self.directory.name))

    def test_holds_what_stdout_would(self):
        done = example("tree", "-o", self.file)
        self.check(done, 0)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(self.file.read_bytes(), example("tree").stdout)
        self.assertEqual(self.names(), ["out"])

    def test_is_renamed_into_place(self):
        """Another name of the old file keeps the old bytes."""
        self.file.write_text("old")
        other = self.file.with_name("other")
        os.link(self.file, other)
        self.check(example("tree", "--output", self.file), 0)
        self.assertEqual(other.read_text(), "old")
        self.assertNotEqual(self.file.read_text(), "old")

    def test_a_failing_run_leaves_the_old_file(self):
        self.file.write_text("old")
        for command, status in ((["pair", "x", "y"], 66),
                                (["explain", "nosuch"], 66),
                                (["report", "--tsv"], 64)):
            self.check_error(example(*command, "-o", self.file), status)
            self.assertEqual(self.file.read_text(), "old")
            self.assertEqual(self.names(), ["out"])

    def test_a_directory_in_its_place_is_74(self):
        self.file.mkdir()
        self.check_error(example("tree", "-o", self.file), 74)
        self.assertEqual(self.names(), ["out"])

    def test_a_refusal_is_written_whole(self):
        self.check(example("pair", *REFUSED, "-o", self.file), 1)
        self.assertIn("NOT_SUPPORTED", self.file.read_text())


class Diff(Case):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.other = pathlib.Path(self.directory.name) / "other"

    def tearDown(self):
        self.directory.cleanup()

    def changed(self, *edits):
        """The example with some of its text replaced."""
        text = pathlib.Path(EXAMPLE).read_text()
        for old, new in edits:
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.other.write_text(text)
        return run("diff", "--json", EXAMPLE, self.other)

    def test_nothing_is_different(self):
        done = run("diff", EXAMPLE, EXAMPLE)
        self.check(done, 0)
        self.assertIn(b"nothing is different", done.stdout)

    def test_a_change_is_1_and_told(self):
        done = self.changed(("@driver nvidia\n", "@driver vfio-pci\n"))
        self.check(done, 1)
        told = json.loads(done.stdout, object_pairs_hook=no_repeats)
        self.assertEqual(told["schema"], "p2pcheck.diff/1")
        self.assertEqual(told["difference"], "changed")
        self.assertEqual({f["fact"] for f in told["facts"]}, {"driver"})
        self.assertEqual({(f["before"], f["after"]) for f in told["facts"]},
                         {("nvidia", "vfio-pci")})
        self.assertEqual(told["verdicts"]["changed"], 0)

    def test_what_is_known_only_is_2(self):
        done = self.changed(("@driver nvidia\n", ""))
        self.check(done, 2)
        told = json.loads(done.stdout)
        self.assertEqual(told["difference"], "only-knowledge")
        self.assertEqual({f["change"] for f in told["facts"]}, {"lost"})

    def test_another_kernel_is_the_cause(self):
        done = run("diff", "--json", "--assume", "kernel=5.1", EXAMPLE,
                   EXAMPLE)
        self.check(done, 0)
        done = self.changed(("@kernel_release 6.12.95",
                             "@kernel_release 5.1.0"))
        self.check(done, 1)
        verdicts = json.loads(done.stdout)["verdicts"]
        self.assertEqual({cause for c in verdicts["classes"]
                          for cause in c["causes"]}, {"kernel"})
        self.assertEqual(len(verdicts["pairs"]), verdicts["changed"])
        self.assertEqual(sum(c["pairs"] for c in verdicts["classes"]),
                         verdicts["changed"])

    def test_one_of_the_two_may_be_standard_input(self):
        text = pathlib.Path(EXAMPLE).read_bytes()
        self.check(run("diff", EXAMPLE, "-", stdin=text), 0)
        self.check(run("diff", "-", EXAMPLE, stdin=text), 0)

    def test_two_kernels_change_exports_too(self):
        host = ROOT / "fixtures/hosts/v-vfio-switch@7.3/host.recording"
        done = run("--from", host, "diff", "--json", "--kernel", "6.12", "7.0")
        self.check(done, 1)
        told = json.loads(done.stdout)
        self.assertEqual(told["schema"], "p2pcheck.kernel-diff/1")
        self.assertEqual(told["kernels"], ["6.12", "7.0"])
        self.assertEqual(told["changes"], [])
        exports = {(e["function"], e["bar"]): e for e in told["exports"]}
        nvme = exports["0000:03:00.0", 0]
        answers = [nvme[side]["if_vfio_pci"]["answer"]
                   for side in ("before", "after")]
        self.assertEqual(answers, [False, True])
        text = run("--from", host, "diff", "--kernel", "6.12", "7.0").stdout
        self.assertIn(f"{len(exports)} BARs are exported otherwise",
                      text.decode())
        self.check(run("--from", host, "diff", "--kernel", "7.0", "7.0"), 0)

    def test_refusals(self):
        self.check_error(run("diff", EXAMPLE), 64, "two sources")
        self.check_error(run("diff", "-", "-"), 64, "standard input")
        self.check_error(example("diff", EXAMPLE, EXAMPLE), 64, "--from")
        self.check_error(run("diff", "--tsv", EXAMPLE, EXAMPLE), 64, "--tsv")
        self.check_error(run("diff", EXAMPLE, "/nowhere"), 66, "/nowhere")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
