"""The documentation page in a real browser: examples/two_shops is built, documented and served by dvt; headless Chromium walks the page.
Screenshots stay in build/screenshots."""
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse

NAME, ABOUT, NEEDS = "docs_site", "the documentation page in headless Chromium", ["release"]
PAGE = "model/model.two_shops.revenue_by_region"
# A name and a description that would break out of a careless page.
NASTY = 'version: 2\nmodels:\n  - name: nasty\n    description: "**bold** </script><img src=x onerror=\\"document.title=1\\">"\n'


def run(report, context):
    project = context.scratch("docs_site") / "two_shops"
    shutil.copytree(context.top / "examples" / "two_shops", project, ignore=shutil.ignore_patterns("target", "logs", "*.db", "*.duckdb"))
    library = context.top / ".deps" / "duckdb" / "libduckdb.so"
    (project / "models" / "nasty.yml").write_text(NASTY)
    (project / "models" / "nasty.sql").write_text("select 1 as id")
    for command in ([sys.executable, project / "make_data.py", project, library], [context.program, "build"], [context.program, "docs", "generate"]):
        outcome = context.run(command, cwd=project)
        if outcome.code != 0:
            report.failed("docs_site", "docs generate", f"{command}: exit {outcome.code}\n{outcome.output[-4000:]}")
            return
    report.passed("docs_site", "docs generate")
    browser, why = start_browser()
    if browser is None:
        report.skipped("docs_site", "page", why)
        return
    server = subprocess.Popen([context.program, "docs", "serve", "--port", "0", "--no-browser"], cwd=project, env=context.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        address = re.search(r"http://\S+", server.stdout.readline()).group(0)
        walk(report, Page(browser, address, context.top / "build" / "screenshots"))
        walk_file(report, browser, project)
    finally:
        browser.quit()
        server.send_signal(signal.SIGINT)
        try:
            code = server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            code = "none: still serving 20 s after Ctrl-C"
    if code in (0, 130):
        report.passed("docs_site", "docs serve ends with Ctrl-C")
    else:
        report.failed("docs_site", "docs serve ends with Ctrl-C", f"exit {code}")


def start_browser():
    """Chromium by its driver, or None and why."""
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    driver = shutil.which("chromedriver")
    if driver is None:
        return None, "no chromedriver on this machine"
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000", "--no-proxy-server"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    os.environ["SE_AVOID_STATS"] = "true"
    try:
        return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)), ""
    except WebDriverException as error:
        return None, f"Chromium does not start: {str(error)[:300]}"


class Page:
    def __init__(self, browser, address, screenshots):
        self.browser, self.address, self.screenshots = browser, address, screenshots
        screenshots.mkdir(parents=True, exist_ok=True)

    def open(self, place):
        self.browser.get("about:blank")
        self.browser.get(f"{self.address}/index.html#!/{place}")

    def all(self, selector):
        return self.browser.find_elements("css selector", selector)

    def wait_for_texts(self, selector, seconds=10):
        """The texts once there are some; none if they do not come."""
        end = time.monotonic() + seconds
        while not (found := self.texts(selector)) and time.monotonic() < end:
            time.sleep(0.05)
        return found

    def texts(self, selector):
        return [e.text for e in self.all(selector)]

    def screenshot(self, name):
        path = self.screenshots / f"{name}.png"
        self.browser.save_screenshot(str(path))
        return path.stat().st_size > 5000

    def requests(self):
        return self.browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")


def walk(report, page):
    def check(name, *facts):
        wrong = [text for ok, text in facts if not ok]
        report.failed("docs_site", name, "\n".join(wrong)) if wrong else report.passed("docs_site", name)

    page.open("overview")
    text = page.browser.find_element("id", "page").text
    check("overview", ("sqlite" in text and "duckdb" in text, f"systems: {text}"), ("between systems" in text, f"edges: {text}"),
          (page.screenshot("overview"), "empty screenshot"))

    page.open("overview")
    box = page.browser.find_element("id", "search")
    box.send_keys("unit_price")
    hits = page.wait_for_texts("#hits li")
    box.send_keys("\ue007")
    check("search by a column", (any("column" in h for h in hits), f"hits: {hits}"), ("/source/" in page.browser.current_url, page.browser.current_url))

    page.open(PAGE)
    names, text = page.texts("#columns td.name"), page.browser.find_element("id", "page").text
    page.all("[data-code='1']")[0].click()
    panes = [p.is_displayed() for p in page.all("[data-pane]")]
    check("model", ("revenue" in names, f"columns: {names}"), ("federated" in text, "the way is not shown"),
          ("crm.customers.customer_id" in text, "no origin of a column"), (panes == [False, True], f"compiled SQL is not shown: {panes}"),
          (page.screenshot("model"), "empty screenshot"))

    page.open(PAGE)
    next(b for b in page.all("[data-column]") if b.text == "revenue").click()
    lineage = page.texts("#columnlineage")
    check("column lineage", (bool(lineage) and "erp.order_lines.unit_price" in lineage[0], f"lineage: {lineage}"),
          (len(page.all("path.lit")) >= 2, "no way is lit"), (len(page.all("g.part")) > 0, "nothing is dimmed"), (page.screenshot("column_lineage"), "empty screenshot"))

    page.open("lineage")
    boxes, crossing = len(page.all("g[data-id]")), [p.get_attribute("textContent") for p in page.all("path.cross title")]
    around = page.browser.find_element("id", "around")
    around.send_keys("daily_sales\ue007")
    fewer = len(page.all("g[data-id]"))
    check("lineage", (boxes >= 12, f"{boxes} boxes"), (any("sqlite" in c and "duckdb" in c for c in crossing), f"crossing edges: {crossing}"),
          (0 < fewer < boxes, f"{fewer} boxes around one model"), (page.screenshot("lineage"), "empty screenshot"))

    page.open("model/model.two_shops.nasty")
    description = page.browser.find_element("id", "description")
    check("a description is text", (page.browser.title != "1" and not description.find_elements("css selector", "img"), "a description became a tag"),
          (len(description.find_elements("css selector", "strong")) == 1, "Markdown is not read"), ("</script>" in description.text, description.text))

    page.open("model/" + urllib.parse.quote("model.two_shops.<b>"))
    check("unknown address", ("nothing called" in page.browser.find_element("id", "page").text, "not told"))
    complaints = [entry["message"] for entry in page.browser.get_log("browser") if entry["level"] == "SEVERE" and "favicon" not in entry["message"]]
    others = [r for r in page.requests() if not r.startswith(page.address)]
    check("nothing from elsewhere", (not complaints, f"the browser complains: {complaints}"), (not others, f"requests: {others}"))


def walk_file(report, browser, project):
    browser.get((project / "target" / "index.html").as_uri())
    title = browser.find_element("tag name", "h1").text
    if title == "two_shops":
        report.passed("docs_site", "opened as a file")
    else:
        report.failed("docs_site", "opened as a file", f"title {title!r}")
