NAME, ABOUT, NEEDS = "conformance", "", ["release"]


def run(report, context):
    pass
