NAME, ABOUT, NEEDS = "demo", "", ["release"]


def run(report, context):
    pass
