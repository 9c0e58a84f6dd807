"""./dev demo's script, twice: what a newcomer sees first, and that an incremental model's second run works."""
NAME, ABOUT, NEEDS = "demo", "the example that ./dev demo shows", ["release"]

SHOWN = ["customer_revenue", "revenue_by_region", "daily_sales", "segment_targets", "Central Europe", "federated", "Where to look next"]


def run(report, context):
    outcome = context.run([context.top / "tools" / "dev" / "demo.sh"], environment={"DVT_PROGRAM": str(context.program)})
    missing = [text for text in SHOWN if text not in outcome.output]
    if outcome.code != 0 or missing:
        report.failed("demo", "demo", f"exit {outcome.code}, not shown: {missing}\n{outcome.output[-5000:]}")
        return
    report.passed("demo", "demo")
    project = context.top / "examples" / "two_shops"
    again = context.dvt("build", "--project-dir", project, "--profiles-dir", project)
    if again.code != 0:
        report.failed("demo", "second build", again.output[-4000:])
    else:
        report.passed("demo", "second build")
