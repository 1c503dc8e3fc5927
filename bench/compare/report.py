"""The results of a folder as a table: medians, spread, ratios and goals, in text, Markdown and JSON. A result is one line of one
workload, written when it was measured; what was measured at different times stands in one table, each with its time."""

import json
import statistics

from laps import discarded

KINDS = ("weir", "kafka", "floor")
FLOOR_MARGIN = 1.2


def column(rounds, kind, metric):
    """The figures of the laps that count; of all when none does."""
    dropped = set(discarded(rounds))
    if len(dropped) == len(rounds):
        dropped = set()
    return [metric.of(laps[kind]) for n, laps in enumerate(rounds) if n not in dropped and kind in laps]


def summary(values):
    if not values:
        return None
    return {"median": statistics.median(values), "least": min(values), "most": max(values), "laps": len(values)}


def goal_of(metric, kafka, floor):
    """The figure to reach: a goal beyond what the floor leaves room for gives way to that."""
    if metric.limit is not None:
        return metric.limit
    if metric.goal is None or kafka is None:
        return None
    goal = metric.goal * kafka["median"]
    if floor:
        margin = floor["median"] / FLOOR_MARGIN if metric.more_is_better else floor["median"] * FLOOR_MARGIN
        goal = min(goal, margin) if metric.more_is_better else max(goal, margin)
    return goal


def rows(line, stored, all_stored):
    """A row for each metric."""
    rounds = stored["rounds"]
    floors = all_stored.get(line.floor_of, {}).get("rounds", rounds)
    for metric in line.metrics:
        row = {kind: summary(column(floors if kind == "floor" else rounds, kind, metric)) for kind in KINDS}
        weir, kafka = row["weir"], row["kafka"]
        row["goal"] = goal_of(metric, kafka, row["floor"])
        row["ratio"] = weir["median"] / kafka["median"] if weir and kafka and kafka["median"] else None
        row["reached"] = None
        if row["goal"] is not None and weir:
            row["reached"] = weir["median"] >= row["goal"] if metric.more_is_better else weir["median"] <= row["goal"]
        row.update(metric=metric.name, label=metric.label, more_is_better=metric.more_is_better)
        yield row


def number(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(figures):
    if not figures:
        return "-"
    if figures["laps"] == 1:
        return number(figures["median"])
    return f"{number(figures['median'])} [{number(figures['least'])}..{number(figures['most'])}]"


def tabled(workloads, all_stored):
    """[(workload, [(line, stored, rows)])] of what was measured."""
    table = []
    for workload in workloads:
        measured = [(line, all_stored[line.name]) for line in workload.lines if line.name in all_stored]
        if measured:
            table.append((workload, [(line, stored, list(rows(line, stored, all_stored))) for line, stored in measured]))
    return table


HEADINGS = ("", "Weir", "Apache Kafka", "floor", "ratio", "goal", "")


def cells(row):
    goal = "-" if row["goal"] is None else number(row["goal"])
    verdict = {None: "", True: "reached", False: "missed"}[row["reached"]]
    return (row["label"], *(spread(row[kind]) for kind in KINDS), number(row["ratio"]), goal, verdict)


def heading(line, stored):
    count, dropped = len(stored["rounds"]), len(discarded(stored["rounds"]))
    note = f"{count} rounds"
    if dropped == count > 0:
        note += ", all on unlike machines: shown none the less"
    elif dropped:
        note += f", {dropped} discarded"
    return f"{line.name}: {line.title} ({note})"


def as_text(table):
    lines = []
    for workload, measured in table:
        lines += ["", f"== {workload.name}: {workload.title}"]
        for line, stored, its_rows in measured:
            grid = [HEADINGS, *map(cells, its_rows)]
            widths = [max(len(words[place]) for words in grid) for place in range(len(HEADINGS))]
            lines.append(heading(line, stored))
            lines += ["  " + "  ".join(f"{word:{width}}" for word, width in zip(words, widths)).rstrip() for words in grid]
    return "\n".join(lines) + "\n"


def as_markdown(table):
    lines = []
    for workload, measured in table:
        lines += ["", f"**{workload.name}: {workload.title}**", ""]
        lines += ["| | Weir | Apache Kafka | floor | ratio | goal | |", "|---|---|---|---|---|---|---|"]
        for line, stored, its_rows in measured:
            lines.append(f"| *{heading(line, stored)}* | | | | | | |")
            lines += ["| " + " | ".join(cells(row)) + " |" for row in its_rows]
    return "\n".join(lines) + "\n"


def as_json(table, head):
    return json.dumps(
        {
            **head,
            "lines": [
                {"workload": workload.name, "line": line.name, "title": line.title, "when": stored["when"], "rows": its_rows}
                for workload, measured in table
                for line, stored, its_rows in measured
            ],
        },
        indent=1,
    )


def load_results(folder):
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
