"""The double of a catalog (catalog_double.py) judged by Iceberg's compatibility kit for REST catalogs, so that what passes against the double may count."""
import os
import subprocess
import xml.etree.ElementTree

from cases import equal
from cloud_cases import double_over
from peer_cases import Missing

CLASSES = ["org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests", "org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests"]
# Of the kit at the version that tools/dev/iceberg/kit/pom.xml names. Left out are tests of what a catalog may lack: namespaces that nobody
# made, namespaces in namespaces, dots and slashes in names; and one that the kit itself never runs over REST.
PASSED, LEFT_OUT = 144, 13


def compatibility_kit(lake):
    top = lake.context.top
    fetched = subprocess.run(["./dev", "setup", "kit"], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if fetched.returncode != 0:
        raise Missing("Iceberg's compatibility kit is not to be had on this machine: " + (fetched.stdout.strip().splitlines() or [""])[-1])
    reports = lake.scratch / "kit"
    with double_over(lake) as double:
        environment = {**os.environ, "CATALOG_URI": double.uri, "CATALOG_WAREHOUSE": double.catalog, "CATALOG_CREDENTIAL": f"{double.client}:{double.secret}",
                       "CATALOG_SCOPE": "PRINCIPAL_ROLE:ALL"}
        ran = subprocess.run(["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{top}/.deps/iceberg-kit/*:{top}/.deps/iceberg/lib/*", "org.junit.platform.console.ConsoleLauncher",
                              "execute", "--disable-banner", "--details=none", "--config=rck.local=false", f"--reports-dir={reports}", *(f"--select-class={each}" for each in CLASSES)],
                             cwd=lake.scratch, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    report = reports / "TEST-junit-jupiter.xml"
    if not report.exists():
        raise AssertionError(f"the kit did not run: exit {ran.returncode}\n{ran.stdout[-3000:]}")
    tests = xml.etree.ElementTree.parse(report).getroot().findall("testcase")
    failed = {test.get("name"): (test.find("failure") if test.find("failure") is not None else test.find("error")).get("message") for test in tests
              if test.find("failure") is not None or test.find("error") is not None}
    equal(failed, {})
    left_out = sum(test.find("skipped") is not None for test in tests)
    equal((len(tests) - left_out, left_out), (PASSED, LEFT_OUT))
    return f"{PASSED} of its tests passed, {LEFT_OUT} left out"


CASES = [("Iceberg's compatibility kit finds the double right", compatibility_kit)]
