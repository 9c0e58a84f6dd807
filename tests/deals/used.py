"""Which of the means that make extracts smaller, or joins fit, the runs of deals really used: from what the runs report and from their plans."""
import collections
import json

MEANS = ("tables of keys", "lists of keys", "ranges of keys", "joins in parts", "groups below joins", "shared reads")


class Used:
    """Counts models by means, over all deals."""

    def __init__(self):
        self.models = 0
        self.wants_tables = False  # some deal was told to make tables of few keys
        self.counts = collections.Counter()

    def add(self, deal, with_plans=True):
        """Of a deal that was run. Joins in parts and groups below joins are seen in its plans only, which are made again."""
        self.wants_tables = self.wants_tables or bool((deal.transfer or {}).get("join_filter_tables"))
        plans = {plan["node_id"].split(".")[-1]: plan for plan in (deal.plans() if with_plans else [])}
        for name, result in deal.results.items():
            if result["status"] != "success":
                continue
            self.models += 1
            self.counts.update(means_of(result["adapter_response"], plans.get(name, {})))

    def __str__(self):
        return f"of {self.models} models: " + ", ".join(f"{means} {self.counts[means]}" for means in MEANS)


def means_of(response, plan):
    found = set()
    for transfer in response.get("dvt_transfers", []):
        for keys in filter(None, transfer.get("filtered_by", "").split(", ")):
            found.add("tables of keys" if keys.endswith("in a temporary table") else "ranges of keys" if keys.endswith("as ranges") else "lists of keys")
        if transfer.get("shared_by") or transfer["role"] == "shared":
            found.add("shared reads")
    if plan.get("plan_id") == response.get("dvt_plan"):
        if ((plan.get("transform") or {}).get("joined") or {}).get("parts", 1) > 1:
            found.add("joins in parts")
        if any("rows grouped by" in said or "one row at most" in said for extract in plan.get("extracts", []) for said in extract["pushed"]):
            found.add("groups below joins")
    return found


def parse_plans(output):
    """The list that `dvt plan --json` prints, whatever warnings stand before it."""
    start = output.find("[\n")
    return json.JSONDecoder().raw_decode(output[start:])[0] if start >= 0 else []
