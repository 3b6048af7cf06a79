"""wengert ops: the table comes from the records."""
import json
import unittest

from command import CommandTest


class Ops(CommandTest):
    def test_tables(self):
        rows = json.loads(self.wengert("ops", "--json"))
        names = [row["name"] for row in rows]
        self.assertEqual(names, sorted(names))
        self.assertIn("dot_general", names)
        for row in rows:
            self.assertTrue(row["summary"])
        text = self.wengert("ops")
        self.assertEqual(len(text.splitlines()), len(rows) + 1)
        markdown = self.wengert("ops", "--markdown").splitlines()
        self.assertEqual(len(markdown), len(rows) + 2)
        for line in markdown:
            # Bars in a summary are escaped, or the table has too many columns.
            self.assertEqual(line.replace("\\|", "").count("|"), 6, line)

    def test_one(self):
        self.assertEqual([row["name"] for row in json.loads(self.wengert("ops", "sine", "--json"))], ["sine"])
        self.refused("ops", "sin", says="there is no op 'sin'; it is a function of the language, made of sine\n")
        self.refused("ops", "sofplus", says="there is no op 'sofplus'")
        self.refused("ops", "cosin", says="there is no op 'cosin'; did you mean 'cosine'?")


if __name__ == "__main__":
    unittest.main()
