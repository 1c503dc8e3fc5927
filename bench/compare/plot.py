"""One SVG for each workload: a strip for each figure, a dot for each lap that counts, a bar at the median. Strips begin at 0."""

from html import escape

from report import column, number

COLOURS = {"weir": "#1668b8", "kafka": "#c2571a", "floor": "#8a8f98"}
NAMES = {"weir": "Weir", "kafka": "Apache Kafka", "floor": "floor"}
WIDTH, LEFT, RIGHT, LANE, HEAD, GAP = 900, 290, 110, 13, 46, 14


def text(x, y, words, size=11, fill="#24292f", anchor="start", weight="normal"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'


def strip(row, columns, top):
    """The marks of one figure, and its height."""
    kinds = [kind for kind in COLOURS if columns[kind]]
    most = max(max(columns[kind]) for kind in kinds) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    ratio = f", {number(row['ratio'])} of Kafka's" if row["ratio"] is not None else ""
    marks = [text(LEFT - 10, top + LANE * len(kinds) / 2 + 4, row["label"] + ratio, anchor="end")]
    for lane, kind in enumerate(kinds):
        y = top + LANE * (lane + 0.5)
        median = LEFT + row[kind]["median"] * scale
        marks.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#d8dee4" stroke-width="1"/>')
        marks.append(f'<line x1="{median:.1f}" y1="{y - 5:.1f}" x2="{median:.1f}" y2="{y + 5:.1f}" stroke="{COLOURS[kind]}" stroke-width="3"/>')
        for value in columns[kind]:
            marks.append(f'<circle cx="{LEFT + value * scale:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[kind]}" fill-opacity="0.45"/>')
        marks.append(text(WIDTH - RIGHT + 10, y + 4, number(row[kind]["median"]), fill=COLOURS[kind]))
    return marks, LANE * len(kinds)


def figures(measured, all_stored):
    for line, stored, its_rows in measured:
        floors = all_stored.get(line.floor_of, stored)
        for metric, row in zip(line.metrics, its_rows):
            columns = {kind: column((floors if kind == "floor" else stored)["rounds"], kind, metric) for kind in COLOURS}
            yield line, row, columns


def drawn(workload, measured, all_stored):
    marks, top, last = [], HEAD, None
    for line, row, columns in figures(measured, all_stored):
        if not any(columns.values()):
            continue
        if line is not last:
            marks.append(text(12, top + 12, f"{line.name}: {line.title}", size=12, weight="bold"))
            top, last = top + 22, line
        ours, height = strip(row, columns, top)
        marks += ours
        top += height + GAP
    legend = [text(12, 20, f"{workload.name}: {workload.title}", size=14, weight="bold")]
    for place, kind in enumerate(COLOURS):
        legend.append(text(12 + 110 * place, 36, NAMES[kind], fill=COLOURS[kind], weight="bold"))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>',
            *legend,
            *marks,
            "</svg>\n",
        ]
    )
