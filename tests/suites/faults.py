NAME, ABOUT, NEEDS = "faults", "", ["release"]


def run(report, context):
    pass
