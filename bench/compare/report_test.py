"""The kernels of the comparison: which rounds count, and what is to be reached."""

import unittest

import laps
import metrics
import report


def lap(touch_us=1.0, stolen=0.0, **figures):
    return {"touch_us": touch_us, "stolen": stolen, **figures}


class Rounds(unittest.TestCase):
    def test_a_pair_on_unlike_machines_is_discarded(self):
        rounds = [
            {"weir": lap(1.0), "kafka": lap(1.19), "floor": lap(9.0)},
            {"weir": lap(1.0), "kafka": lap(1.21)},
            {"weir": lap(1.3), "kafka": lap(1.0)},
            {"weir": lap(stolen=0.06), "kafka": lap()},
            {"weir": lap(9.0), "floor": lap(1.0)},
        ]
        self.assertEqual(laps.discarded(rounds), [1, 2, 3])

    def test_a_column_has_the_rounds_that_count_and_all_when_none_does(self):
        good, bad = {"weir": lap(1, p50_us=10), "kafka": lap(1, p50_us=5)}, {"weir": lap(1, p50_us=99), "kafka": lap(2, p50_us=5)}
        self.assertEqual(report.column([good, bad, good], "weir", metrics.P50), [10, 10])
        self.assertEqual(report.column([bad, bad], "weir", metrics.P50), [99, 99])
        self.assertEqual(report.column([good], "floor", metrics.P50), [])


class Goals(unittest.TestCase):
    def goal(self, metric, kafka, floor=None):
        return report.goal_of(metric, {"median": kafka}, floor and {"median": floor})

    def test_a_goal_is_a_share_of_kafka_unless_the_floor_leaves_less(self):
        self.assertAlmostEqual(self.goal(metrics.P50.with_goal(0.75), 100), 75)
        self.assertAlmostEqual(self.goal(metrics.P50.with_goal(0.75), 100, 40), 75)
        self.assertAlmostEqual(self.goal(metrics.P50.with_goal(0.75), 100, 70), 84)
        self.assertAlmostEqual(self.goal(metrics.RECORDS_PER_SECOND.with_goal(2), 100), 200)
        self.assertAlmostEqual(self.goal(metrics.RECORDS_PER_SECOND.with_goal(2), 100, 180), 150)

    def test_without_a_goal_or_kafka_there_is_none(self):
        self.assertIsNone(self.goal(metrics.P50, 100))
        self.assertIsNone(report.goal_of(metrics.P50.with_goal(0.5), None, None))

    def test_a_limit_stands_for_itself(self):
        self.assertEqual(report.goal_of(metrics.Metric("x", "x", None, limit=0.05), None, None), 0.05)


class Numbers(unittest.TestCase):
    def test_figures_are_short(self):
        self.assertEqual([report.number(n) for n in (None, 0.012345, 12.345, 1234.5, 0)], ["-", "0.0123", "12.3", "1,234", "0"])


if __name__ == "__main__":
    unittest.main()
