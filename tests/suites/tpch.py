NAME, ABOUT, NEEDS = "tpch", "", ["release"]


def run(report, context):
    pass
