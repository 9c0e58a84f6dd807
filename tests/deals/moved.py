"""How many rows move: with columns and filters pushed alone, and with all that the planner pushes."""
from deals.deal import Deal, deal_tables, difference


def moved_rows(context, data, number, only=()):
    """{query: [rows with filters alone, rows with everything]}; rows that differ from DuckDB's are an error."""
    texts = {name: text for name, text in data.queries(number, 0).items() if not only or name in only}
    out = {name: [] for name in texts}
    for push in ("filters", "all"):
        deal = Deal(context, data, deal_tables(data.tables, number, with_target=False), "duckdb", transfer={"push": push, "shared_extracts": False})
        outcome = deal.run({name: data.model(text) for name, text in texts.items()})
        rows = deal.rows([name for name in texts if deal.results.get(name, {}).get("status") == "success"])
        for name, text in texts.items():
            if name not in rows:
                raise RuntimeError(f"{name}: {deal.results.get(name, {}).get('message', outcome.output[-2000:])}")
            wrong = difference(data.expected(name, text), rows[name])
            if wrong:
                raise RuntimeError(f"{name} of deal {number}: {wrong}")
            transfers = deal.results[name]["adapter_response"].get("dvt_transfers", [])
            out[name].append(sum(t["rows"] for t in transfers if t["role"] == "extract"))
    return out


def table_of(found):
    """Lines of {deal: moved_rows}, and the ratio of the totals."""
    names = list(next(iter(found.values())))
    head = ["query"] + [f"deal {number}" for number in found] + ["all deals"]
    rows, sums = [], [0, 0]
    for name in names + ["total"]:
        row, both = [name], [0, 0]
        for moved in found.values():
            pair = moved[name] if name != "total" else [sum(m[i] for m in moved.values()) for i in (0, 1)]
            row.append(part(*pair))
            both = [both[0] + pair[0], both[1] + pair[1]]
        rows.append(row + [part(*both)])
        sums = both
    return head, rows, sums[1] / max(1, sums[0])


def part(before, after):
    return f"{before:,} → {after:,} ({100 * after / max(1, before):.0f} %)"
