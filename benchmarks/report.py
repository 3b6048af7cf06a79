"""What was measured, as a table, as a picture, and against a recorded file. Ratios are of least times, Wengert's over
the other's: below 1 Wengert is faster."""

OURS, FAST = "wengert", "wengert fast"
# How contenders' names begin, and what a ratio to the fastest of them is called.
REFERENCES = {"by hand": "by hand", "C compiler": "C compiler", "OpenBLAS": "OpenBLAS", "libmvec": "libmvec",
              "plain C++": "plain", "interpreter": "interpreter", "peak": "peak", "triad": "triad"}
LIMITS = ("peak", "triad")  # what the machine can do at most


def best(row, kind):
    """(name, least seconds) of the fastest contender that gives right answers and whose name begins so."""
    found = [(one["least"], name) for name, one in row["contenders"].items() if name.startswith(kind) and one["right"]]
    return (min(found)[1], min(found)[0]) if found else (None, None)


def peer_names(row):
    return [name for name, one in row["contenders"].items() if one.get("peer")]


def ratios(row):
    out = {}
    ours = row["contenders"].get(OURS, {}).get("least")
    fast = row["contenders"].get(FAST, {}).get("least")
    for kind, label in REFERENCES.items():
        _, theirs = best(row, kind)
        if theirs and ours:
            out[f"{OURS} / {label}"] = ours / theirs
        if theirs and fast:
            out[f"{FAST} / {label}"] = fast / theirs
    peers = [row["contenders"][name]["least"] for name in peer_names(row) if row["contenders"][name]["right"]]
    for who, least in ((OURS, ours), (FAST, fast)):
        if peers and least:
            out[f"{who} / best peer"] = least / min(peers)
    baseline = row["facts"].get("baseline")
    if baseline and ours:
        out[f"derivative / {baseline}"] = ours / row["contenders"][baseline]["least"]
    return out


def seconds(value):
    if value is None:
        return "-"
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 0.9995:
            return f"{value * scale:.3g} {unit}" if value * scale < 999.5 else f"{value * scale:.0f} {unit}"
    return f"{value * 1e9:.3g} ns"


def ratio(value):
    return "-" if value is None else f"{value:.2f}" if value < 99.95 else f"{value:.0f}"


def notes(row):
    """What else there is to say of a row, in words."""
    out, facts = [], row["facts"]
    for limit in LIMITS:
        if f"{OURS} / {limit}" in row["ratios"]:
            out.append(f"{1 / row['ratios'][f'{OURS} / {limit}']:.0%} of {limit}")
    if "compile C" in facts:
        out.append(f"C compiles in {seconds(facts['compile C'])}")
    if quick := row["contenders"].get("wengert quick"):
        out.append(f"quick {seconds(quick['least'])}, compiles in {seconds(facts['compile quick']['total'])}")
    if process := facts.get("process"):
        out.append(f"a process {seconds(process['seconds'])}, {process['peak_mib']} MiB")
    return "; ".join(out)


class Table:
    """Prints a line for each row as soon as it is measured."""
    HEAD = ("row", "wengert", "fast", "by hand", "wengert /", "fast /", "/ value", "best other", "wengert /", "compile")
    WIDTHS = (26, 9, 9, 9, 9, 7, 8, 34, 9, 9)

    def __init__(self, out):
        self.out, self.begun = out, False

    def line(self, cells, note=""):
        print("".join(f"{cell:<{width}}" if i in (0, 7) else f"{cell:>{width}}  "
                      for i, (cell, width) in enumerate(zip(cells, self.WIDTHS))) + note, file=self.out, flush=True)

    def row(self, name, row):
        if not self.begun:
            self.line(self.HEAD)
            self.begun = True
        if "problem" in row:
            print(f"{name:26}{row['problem']}", file=self.out, flush=True)
            return
        least = lambda who: row["contenders"].get(who, {}).get("least")
        _, by_hand = best(row, "by hand")
        others = [(one["least"], who) for who, one in row["contenders"].items()
                  if one["right"] and who != row["facts"].get("baseline") and who not in LIMITS
                  and not who.startswith(("by hand", OURS))]
        other = min(others) if others else None
        r = row["ratios"]
        derivative = next((value for what, value in r.items() if what.startswith("derivative")), None)
        self.line((name, seconds(least(OURS)), seconds(least(FAST)), seconds(by_hand),
                   ratio(r.get(f"{OURS} / by hand")), ratio(r.get(f"{FAST} / by hand")), ratio(derivative),
                   f"{other[1]} {seconds(other[0])}" if other else "-",
                   ratio(least(OURS) / other[0]) if other and least(OURS) else "-",
                   seconds(row["facts"].get("compile", {}).get("total"))), notes(row))
        for who, one in row["contenders"].items():
            if not one["right"]:
                print(f"    {who} is wrong: error {one['error']:.2g}", file=self.out, flush=True)


def wrong_answers(result):
    out = []
    for name, row in result["rows"].items():
        if "problem" in row:
            out.append(f"{name}: {row['problem']}")
            continue
        out += [f"{name}: {who} differs from the answer by {row['contenders'][who]['error']:.2g}"
                for who in row["contenders"]
                if (who.startswith(OURS) or who == row["facts"].get("baseline")) and not row["contenders"][who]["right"]]
    return out


def worse(result, recorded, margin):
    """The ratios that grew by more than the margin; rows and ratios that only one of the two has don't count."""
    out, compared = [], 0
    for name, row in result["rows"].items():
        before = recorded["rows"].get(name, {}).get("ratios", {})
        for what, value in row.get("ratios", {}).items():
            if what not in before:
                continue
            compared += 1
            if value > before[what] * (1 + margin):
                out.append(f"{name}: {what} is {value:.3g}, was {before[what]:.3g}")
    print(f"{compared} ratios compared, {len(out)} worse by more than {margin:.0%}")
    return out if compared else ["no ratio of this run is in the recorded file"]


def write_svg(path, result):
    """Bars of wengert / by hand (or the best peer, or plain C++), default and fast, on a logarithmic axis."""
    import math
    bars = []
    for name, row in result["rows"].items():
        for reference in ("by hand", "C compiler", "best peer", "OpenBLAS", "libmvec", "plain"):
            value = row.get("ratios", {}).get(f"{OURS} / {reference}")
            if value:
                bars.append((name, reference, value, row["ratios"].get(f"{FAST} / {reference}")))
                break
    left, width, step = 170, 460, 26
    top = max([2.0] + [value for bar in bars for value in bar[2:] if value])
    bottom = min([0.5] + [value for bar in bars for value in bar[2:] if value])
    place = lambda value: left + width * (math.log(value / bottom) / math.log(top / bottom))
    height = 60 + step * len(bars)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 110}" height="{height}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{left}" y="20">Time of Wengert over that of another (left of 1: Wengert is faster)</text>']
    for mark in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200):
        if bottom <= mark <= top:
            x, color = place(mark), "#000" if mark == 1 else "#ddd"
            lines += [f'<line x1="{x:.1f}" x2="{x:.1f}" y1="40" y2="{height - 12}" stroke="{color}"/>',
                      f'<text x="{x:.1f}" y="36" text-anchor="middle" fill="#555">{mark:g}</text>']
    for i, (name, reference, value, fast) in enumerate(bars):
        y = 46 + step * i
        lines.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{name}</text>')
        for offset, one, color in ((2, value, "#4477aa"), (11, fast, "#ee9944")):
            if one:
                a, b = sorted((place(1), place(one)))
                lines.append(f'<rect x="{a:.1f}" y="{y + offset}" width="{max(b - a, 1):.1f}" height="8" '
                             f'fill="{color}"/>')
        lines.append(f'<text x="{left + width + 8}" y="{y + 14}" fill="#555">/ {reference}</text>')
    lines += [f'<rect x="{left + 300}" y="{height - 10}" width="8" height="8" fill="#4477aa"/>',
              f'<text x="{left + 312}" y="{height - 2}">default</text>',
              f'<rect x="{left + 370}" y="{height - 10}" width="8" height="8" fill="#ee9944"/>',
              f'<text x="{left + 382}" y="{height - 2}">fast_math</text>', "</svg>"]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
