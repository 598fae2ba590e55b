# SPDX-License-Identifier: Apache-2.0
"""The oracle's own tests: what docs/sigma.md says, case by case, written by hand."""

import json
import os
import tempfile
import unittest

import sigma_yaml
from event import DECODER, Event, read_documents, read_events
from fold import CASE_FOLDING, derive_table, fold, read_table
from generate import generate
from oracle import evaluate_files, read_rules
from pattern import ANY, ONE, parse, windash
from regex import RegexError, compile_regex
from rule import RuleSet


def event_of(document):
    return Event(DECODER.decode(json.dumps(document)))


def rule_of(detection, logsource=None, **head):
    return {"title": "x", "id": "x", "detection": detection,
            "logsource": logsource or {"product": "windows", "service": "system"}, **head}


def rules_of(*documents, placeholders=None):
    rule_set = RuleSet(placeholders)
    rule_set.add([("test", document) for document in documents])
    return rule_set


def hits(items, fields, condition="selection", placeholders=None):
    """Whether a rule of one selection fires; it must not be refused."""
    rule_set = rules_of(rule_of({"selection": items, "condition": condition}),
                        placeholders=placeholders)
    if rule_set.refused:
        raise AssertionError(rule_set.refused)
    return bool(rule_set.evaluate(event_of({"Channel": "System", "EventID": 1, **fields})))


def refused(detection):
    return bool(rules_of(rule_of(detection)).refused)


class Values(unittest.TestCase):
    def check(self, items, yes, no=(), **options):
        for value in yes:
            self.assertTrue(hits(items, {"f": value}, **options), (items, value))
        for value in no:
            self.assertFalse(hits(items, {"f": value}, **options), (items, value))

    def test_text_compares_with_simple_folding(self):
        self.check({"f": "STRASSE ẞ Σ"}, ["strasse ß ς", "straſſe ẞ σ"], ["strasse ss σ"])
        self.check({"f": "İ"}, ["İ"], ["i", "ı", "i̇"])

    def test_cased_text_compares_exactly(self):
        self.check({"f|cased": "aB*"}, ["aBx"], ["abx", "ABX"])
        self.check({"f|contains|cased": "É"}, ["xÉ"], ["xé"])

    def test_escapes_stand_for_themselves(self):
        self.assertEqual(parse(r"\*\?\\a\b"), ["*", "?", "\\", "a", "\\", "b"])
        self.assertEqual(parse("a\\"), ["a", "\\"])
        self.assertEqual(parse(r"\\\*"), ["\\", "*"])
        self.assertEqual(parse(r"\\*?"), ["\\", ANY, ONE])

    def test_a_question_mark_is_one_character(self):
        self.check({"f": "a?c"}, ["abc", "a漢c", "a𐐀c", "a\nc"], ["ac", "abbc"])

    def test_wildcards_are_anchored_at_both_ends(self):
        self.check({"f": "a*b?d*"}, ["abcd", "AxxbXd tail", "abbbcd"], ["xabcd", "abd"])

    def test_numbers_and_booleans_compare_as_text(self):
        self.check({"f": [4688, 2.0, 1.5, True]}, [4688, "4688", "2", "1.5", True, "TRUE"],
                   ["2.0", "04688", "yes", 1])

    def test_integers_compare_as_they_are_written(self):
        items = sigma_yaml.load("{f: [0x10, 007, +5], g: 1.50}")
        self.check({"f": items["f"]}, ["0x10", "007", "+5"], ["16", "7", "5"])
        self.check({"f": items["g"]}, ["1.5"], ["1.50"])
        self.check({"f|gte": items["f"][0]}, ["16"], ["15"])
        self.check({"f|re": items["g"]}, ["1.50", "1x50"], ["1.5"])

    def test_an_absent_field_matches_only_null_and_negations(self):
        for items, result in (({"g": "*"}, False), ({"g|re": ""}, False), ({"g": ""}, False),
                              ({"g": None}, True), ({"g|exists": False}, True),
                              ({"g|neq": "x"}, True), ({"g|lt": 5}, False)):
            self.assertEqual(hits(items, {"f": 1}), result, items)

    def test_null_is_absent_or_null_and_not_empty(self):
        self.check({"f": None}, [None, [], [None]], ["", "x", [None, "x"]])
        self.check({"f": [None, "x"]}, [None, "x"], [""])

    def test_an_empty_text_is_there_and_empty(self):
        self.check({"f": ""}, [""], [None, " ", "x"])

    def test_a_star_alone_is_any_value_but_null(self):
        self.check({"f": "*"}, ["", "x", 0], [None])

    def test_one_member_of_several_is_enough(self):
        self.check({"f": "b"}, [["a", "b"]], [["a", "c"]])
        self.check({"f|contains|all": ["a", "b"]}, [["xa", "bx"], "ab"], [["a", "c"]])
        self.check({"f|neq": "b"}, [["a", "c"], None], [["a", "b"]])

    def test_keywords_search_every_value_and_no_name(self):
        self.check(["w?rd"], ["a WORD here", ["x", "ward"]], ["wrd"])
        self.assertFalse(hits(["Channel"], {}))
        self.assertTrue(hits({"|all": ["one", "two"]}, {"f": "one", "g": "two"}))
        self.assertFalse(hits({"|all": ["one", "two"]}, {"f": "one"}))
        self.assertTrue(hits("4242", {"f": 4242}))

    def test_a_space_in_a_name_is_removed(self):
        self.assertTrue(hits({"ThreatName": "x"}, {"Threat Name": "x"}))
        self.assertTrue(hits({"a.b": "x"}, {"a": {"b": ["y", "x"]}}))

    def test_numbers_compare_where_the_value_is_one(self):
        self.check({"f|gte": 16}, [16, "16.0", "0x10", "1e2", "+17"],
                   ["15", "x", "", "16x", "1e999", "16\0", None])
        self.check({"f|lt": -1.5}, ["-2", "-0x2"], ["-1.5", "-"])

    def test_networks_hold_addresses(self):
        self.check({"f|cidr": "10.0.0.0/8"}, ["10.1.2.3", "::ffff:10.1.2.3"],
                   ["11.0.0.1", "10.1.2", "", "10.1.2.3/32", "10.01.2.3", "10.1.2.3\0"])
        self.check({"f|cidr": "fe80::/10"}, ["FE80::1", "febf::"], ["fec0::", "10.0.0.1"])

    def test_a_reference_compares_two_fields(self):
        def refers(modifiers, mine, its):
            return hits({f"f|fieldref{modifiers}": "g"}, {"f": mine, "g": its})
        self.assertTrue(refers("", "Abc", "aBC"))
        self.assertFalse(refers("|cased", "Abc", "aBC"))
        self.assertTrue(refers("|endswith", "xyz", ["q", "YZ"]))
        self.assertFalse(refers("", None, None))
        self.assertTrue(refers("|neq", "a", "b"))

    def test_a_reference_goes_through_the_field_mapping(self):
        rule = rule_of({"s": {"ParentImage|fieldref": "Image"}, "condition": "s"},
                       {"product": "windows", "category": "process_creation"})
        event = event_of({"Channel": "Security", "EventID": "4688", "NewProcessName": "x",
                          "ParentProcessName": "X"})
        self.assertEqual(rules_of(rule).evaluate(event), ["x"])

    def test_dashes_at_the_beginning_of_a_word_are_alike(self):
        self.assertEqual(len(windash(parse("-a /b c-d - _/e"))), 25)
        self.check({"f|contains|windash": " -enc"}, ["x /enc", "x —enc", "x -enc"], ["x ~enc"])
        self.check({"f|contains|windash|all": ["-a", "-b"]}, ["/a –b"], ["/a"])
        self.assertTrue(refused({"s": {"f|windash": " ".join(["-a"] * 6)}, "condition": "s"}))

    def test_base64_is_found_at_every_offset(self):
        self.check({"f|base64offset|contains": "foobar"},
                   ["Zm9vYmFy", "eGZvb2Jhcg==", "eHhmb29iYXI="],
                   ["Zm9vYmFz"])
        self.check({"f|base64": "foob"}, ["Zm9vYg==", "zM9Vyg=="], ["xZm9vYg=="])
        self.check({"f|wide|base64": "ab"}, ["YQBiAA=="])
        self.check({"f|utf16be|base64": "ab"}, ["AGEAYg=="])
        self.check({"f|utf16|base64": "ab"}, ["//5hAGIA"])
        self.check({"f|wide|contains": "a?b"}, ["a\0xb\0"], ["a?b", "axb"])
        for key, value in (("f|base64", "a*"), ("f|utf16", "a"), ("f|wide", "é")):
            self.assertTrue(refused({"s": {key: value}, "condition": "s"}), key)

    def test_exists_is_presence_only(self):
        self.check({"f|exists": True}, ["", None, "x"])
        self.assertFalse(hits({"g|exists": True}, {"f": 1}))

    def test_parts_of_a_time_are_in_utc(self):
        self.check({"f|hour": 23}, ["2024-01-01T00:30:00+01:00", "2023-12-31 23:00:00", 1704063600,
                                    1704063600000], ["2024-01-01T22:00:00Z", "23", "x"])
        self.check({"f|week": 53}, ["2021-01-03T00:00:00Z"], ["2021-01-04"])
        self.check({"f|day": 1}, ["2024-03-01"], ["2024-02-30"])

    def test_regexes_keep_case_and_search_anywhere(self):
        self.check({"f|re": "b.d"}, ["abcd"], ["ABCD", "b\nd"])
        self.check({"f|re|i": "ß[k]"}, ["ẞ\u212a"], ["ssk"])
        self.check({"f|re|m": "^two$"}, ["one\ntwo\n"], ["onetwo"])
        self.check({"f|re|s": "b.d"}, ["b\nd"])
        self.check({"f|re|startswith": "b|c"}, ["bx", "cx"], ["xb", "xc"])
        self.check({"f|re": r"^\w$"}, ["a", "a\n"], ["é", "a\n\n"])
        self.check({"f|re": r"^[^\W\d]$"}, ["a", "_"], ["1", "é", "-"])

    def test_regexes_outside_the_syntax_are_refused(self):
        for regex in (r"(a)\1", "(?=a)", "(?<!a)", "(?>a)", "a*+", "(?R)", "a{1001}", "(", "*a",
                      "[b-a]", r"\p{L}", "(?P<n>a)", "a**"):
            with self.assertRaises(RegexError, msg=regex):
                compile_regex(regex)

    def test_placeholders_are_replaced_or_refused(self):
        values = {"who": ["root", "adm*"]}
        self.check({"f|expand": "u-%who%"}, ["u-root", "u-admin"], ["u-%who%"],
                   placeholders=values)
        self.check({"f|re|expand": "^%who%"}, ["rooted", "admm"], ["xroot"], placeholders=values)
        self.check({"f|expand": r"c:\\%who%"}, [r"c:\root"], [r"c:\%who%"], placeholders=values)
        self.check({"f|expand": r"\%who%"}, ["%who%"], placeholders=values)
        self.assertTrue(refused({"s": {"f|expand": "%who%"}, "condition": "s"}))


class Conditions(unittest.TestCase):
    TRUE, FALSE = {"EventID": 1}, {"EventID": 2}

    def says(self, condition):
        rule_set = rules_of(rule_of({"t": self.TRUE, "f": self.FALSE, "sel_a": self.TRUE,
                                     "sel_b": self.FALSE, "_u": self.FALSE,
                                     "condition": condition}))
        if rule_set.refused:
            return None
        return bool(rule_set.evaluate(event_of({"Channel": "System", "EventID": "1"})))

    def test_the_grammar_binds_as_documented(self):
        for condition, result in (
                ("t or t and f", True), ("not f and t", True), ("not (f and t)", True),
                ("t AND NOT f", True), ("not not t", True), ("1 of sel_*", True),
                ("all of sel_*", False), ("2 of them", True), ("3 of them", False),
                ("any of them", True), ("all of _u", None), ("1 of nothing*", None),
                (["f", "t"], True), ("t and", None), ("(t", None), ("t t", None), ("x", None),
                ("t | count() > 5", None)):
            self.assertEqual(self.says(condition), result, condition)


class Filters(unittest.TestCase):
    def test_a_filter_is_anded_to_the_rules_of_its_log_source(self):
        rule = rule_of({"s": {"f": "*"}, "condition": "s"})
        for source, named, result in (({"product": "windows"}, ["x"], False),
                                      ({"product": "linux"}, ["x"], True),
                                      ({"product": "windows"}, ["other"], True),
                                      ({"product": "windows"}, ["x", "other"], True),
                                      ({}, "any", False)):
            filtering = {"title": "f", "logsource": source, "filter": {
                "rules": named, "s": {"f": "ok"}, "condition": "not s"}}
            rule_set = rules_of(rule, filtering)
            event = event_of({"Channel": "System", "f": "ok"})
            self.assertEqual(bool(rule_set.evaluate(event)), result, (source, named))


    def test_an_id_is_given_once(self):
        rule = rule_of({"s": {"f": "*"}, "condition": "s"})
        rule_set = rules_of(rule, rule)
        self.assertEqual((len(rule_set.rules), len(rule_set.refused)), (1, 1))


class Correlations(unittest.TestCase):
    def run_events(self, correlation, events, bases=2):
        documents = [rule_of({"s": {"f": number}, "condition": "s"}, id=f"b{number}",
                             name=f"b{number}")
                     for number in range(bases)]
        documents.append({"title": "c", "id": "c", "correlation": correlation})
        rule_set = rules_of(*documents)
        self.assertEqual(rule_set.refused, [])
        found = []
        for second, number, *fields in events:
            event = event_of({"Channel": "System", "f": number, "EventTime": 1700000000 + second,
                              "u": "a", **(fields[0] if fields else {})})
            found += [second] * rule_set.evaluate(event).count("c")
        return found

    def test_a_window_slides_and_is_emptied_by_an_alert(self):
        rule = {"type": "event_count", "rules": ["b0"], "group-by": ["u"], "timespan": "10s",
                "condition": {"gte": 3}}
        self.assertEqual(self.run_events(rule, [(0, 0), (5, 0), (11, 0), (12, 0), (13, 0), (14, 0),
                                                (15, 0)]), [12, 15])
        self.assertEqual(self.run_events(rule, [(0, 0), (1, 0, {"u": "A"}), (2, 0, {"u": "b"}),
                                                (3, 0, {"u": None}), (4, 0)]), [4])
        self.assertEqual(self.run_events(rule, [(100, 0), (1, 0), (2, 0), (101, 0),
                                                (102, 0)]), [102])

    def test_values_are_counted_once(self):
        rule = {"type": "value_count", "rules": ["b0"], "group-by": ["u"], "timespan": "1m",
                "condition": {"field": "p", "gte": 2}}
        self.assertEqual(self.run_events(rule, [(0, 0, {"p": "x"}), (1, 0, {"p": "X"}), (2, 0),
                                                (3, 0, {"p": "y"})]), [3])

    def test_numbers_are_summed_averaged_and_ranked(self):
        for kind, bound, more, result in (
                ("value_sum", 10, {}, [2]), ("value_avg", 4, {}, [1]),
                ("value_median", 4, {}, [1]),
                ("value_percentile", 5, {"percentile": 67}, [1])):
            rule = {"type": kind, "rules": ["b0"], "group-by": ["u"], "timespan": "1m",
                    "condition": {"field": "p", "gte": bound, **more}}
            events = [(0, 0, {"p": 3}), (1, 0, {"p": "5"}), (2, 0, {"p": 3}), (3, 0, {"p": "x"})]
            self.assertEqual(self.run_events(rule, events), result, kind)

    def test_temporal_takes_any_order_and_ordered_does_not(self):
        rule = {"type": "temporal", "rules": ["b0", "b1"], "group-by": ["u"], "timespan": "10s"}
        self.assertEqual(self.run_events(rule, [(0, 1), (1, 0), (2, 0), (13, 1)]), [1])
        rule["type"] = "temporal_ordered"
        self.assertEqual(self.run_events(rule, [(0, 1), (1, 0), (2, 1), (3, 1)]), [2])

    def test_one_event_counts_for_two_parts(self):
        rule = {"type": "temporal", "rules": ["b0", "b1"], "group-by": ["u"], "timespan": "10s"}
        self.assertEqual(self.run_events(rule, [(0, [0, 1])]), [0])

    def test_one_event_is_judged_once(self):
        rule = {"type": "event_count", "rules": ["b0", "b1"], "timespan": "10s",
                "condition": {"gte": 1}}
        self.assertEqual(self.run_events(rule, [(0, [0, 1]), (1, 1)]), [0, 1])
        rule = {"type": "temporal", "rules": ["b0", "b1"], "group-by": ["u"], "timespan": "10s",
                "condition": "b0 and not b1"}
        self.assertEqual(self.run_events(rule, [(0, [0, 1]), (1, 0), (2, 0, {"u": "b"})]), [2])

    def test_base_rules_are_silent_unless_generate(self):
        base = rule_of({"s": {"f": 1}, "condition": "s"}, id="b")
        for generated, result in ((False, ["c"]), (True, ["b", "c"])):
            rule_set = rules_of(base, {"title": "c", "correlation": {
                "type": "event_count", "rules": ["b"], "timespan": "1s", "condition": {"gte": 1},
                "generate": generated}})
            event = event_of({"Channel": "System", "f": 1, "EventTime": 1700000000})
            self.assertEqual(rule_set.evaluate(event), result)


class Reading(unittest.TestCase):
    def test_yaml_is_read_as_version_1_2(self):
        self.assertEqual(sigma_yaml.load('[yes, 010, 0x10, 0o10, 1e2, 2020-01-01, 1:30, ~, "1"]'),
                         ["yes", 10, 16, 8, 100.0, "2020-01-01", "1:30", None, "1"])

    def test_folding_is_unicodes_own(self):
        if not os.path.exists(CASE_FOLDING):
            self.skipTest(f"no {CASE_FOLDING}")
        self.assertEqual(read_table(CASE_FOLDING), derive_table())
        self.assertEqual(fold("ẞΣ"), "ßσ")

    def test_nested_events_name_attributes_and_data(self):
        event = event_of({"Event": {
            "System": {"Provider": {"#attributes": {"Name": "P"}}, "Channel": "Sec",
                       "Correlation": None,
                       "EventID": {"#attributes": {"Qualifiers": 1}, "#text": 7}},
            "EventData": {"Data": [{"#attributes": {"Name": "A b"}, "#text": "x"}]},
            "UserData": {"Inner": {"#attributes": {"xmlns": "u"}, "K": "v"}}}})
        self.assertEqual((event.source, event.id), ("windows:sec", 7))
        self.assertEqual([event.values(name) for name in
                          ("Provider_Name", "EventID_Qualifiers", "Ab", "K", "Correlation")],
                         [["P"], ["1"], ["x"], ["v"], []])

    def test_a_stream_of_documents_keeps_its_lines(self):
        text = '{"a":\n1}\n\n{"b": [2]} {"c": 3}\nbad\n[{"d": 4},\n{"e": 5}]'
        self.assertEqual([(line, document and document[0][0])
                          for line, document in read_documents(text)],
                         [(1, "a"), (4, "b"), (4, "c"), (5, None), (6, "d"), (7, "e")])


class Generation(unittest.TestCase):
    def test_every_modifier_decides_both_ways(self):
        """A modifier that never matches, or always does, would compare nothing."""
        with tempfile.TemporaryDirectory() as folder:
            generate(1, 400, 400, folder)
            rule_set = read_rules([os.path.join(folder, "rules")],
                                  os.path.join(folder, "placeholders.yml"))
            self.assertEqual({os.path.basename(path) for path, _ in rule_set.refused} -
                             {"filters.yml"}, set())
            results = {}
            for event in read_events_of(folder):
                for (key, *_), item in rule_set.items.items():
                    for modifier in key.split("|")[1:]:
                        results.setdefault(modifier, set()).add(item.matches(event))
            self.assertEqual({name for name, seen in results.items() if len(seen) < 2}, set())
            self.assertGreaterEqual(len(results), 28)
            fired = {rule_id for rule_id, _ in evaluate_files(
                rule_set, [os.path.join(folder, "events", "events.jsonl")])}
            self.assertGreater(len(fired), 200)


def read_events_of(folder):
    return read_events(os.path.join(folder, "events", "events.jsonl"))[0]


if __name__ == "__main__":
    unittest.main()
