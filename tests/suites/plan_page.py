"""The page of `dvt plan --html` in a real browser: a project over SQLite and DuckDB is planned, run and planned again; headless Chromium
looks at the page before and after, in light and dark, wide and narrow. Screenshots stay in build/screenshots."""
import sqlite3

import duckdb

from suites.docs_site import start_browser

NAME, ABOUT, NEEDS = "plan_page", "the page of dvt plan --html in headless Chromium", ["release"]

FILES = {
    "dbt_project.yml": "name: market\nversion: '1'\nprofile: market\nmodels: {market: {+materialized: table}}\n",
    "profiles.yml": """market:
  target: duck
  outputs:
    duck: {type: duckdb, path: market.duckdb, schema: main}
    erp: {type: duckdb, path: erp.duckdb, schema: main}
    crm: {type: sqlite, path: shop.db}
""",
    "models/sources.yml": """version: 2
sources:
  - {name: crm, connection: crm, schema: main, tables: [{name: people}, {name: odd, identifier: "odd <b>name</b>"}]}
  - {name: erp, connection: erp, schema: main, tables: [{name: orders}, {name: missing}]}
""",
    "models/spending.sql": """{{ config(transfer={'join_filter_rows': 1000}) }}
select p.name, p.country, count(*) as orders, sum(o.amount) as amount
from {{ source('erp', 'orders') }} as o join {{ source('crm', 'people') }} as p on p.id = o.person_id
where p.country = 'GB' and p.name like 'person 1%' and regexp_matches(p.name, '0$') group by p.name, p.country
""",
    "models/copied.sql": "select id, note, '</script><img src=x onerror=\"document.title=1\">' as nasty from {{ source('crm', 'odd') }}\n",
    "models/best.sql": "select name, amount from {{ ref('spending') }} where amount > 10\n",
    # One read of the orders feeds both.
    "models/by_name.sql": "{{ config(transfer={'join_filter_rows': 1000000}) }}\nselect p.name, sum(o.amount) as amount, stddev_pop(o.amount) as spread from {{ source('erp', 'orders') }} as o "
                          "join {{ source('crm', 'people') }} as p on p.id = o.person_id group by p.name\n",
    "models/by_country.sql": "{{ config(transfer={'join_filter_rows': 1000000}) }}\nselect p.country, o.id, o.amount from {{ source('erp', 'orders') }} as o "
                             "join {{ source('crm', 'people') }} as p on p.id = o.person_id where o.id > 1000\n",
    "models/broken.sql": "{{ config(enabled=var('broken', false)) }}\nselect * from {{ source('erp', 'missing') }}\n",
}


def run(report, context):
    project = context.scratch("plan_page")
    for path, text in FILES.items():
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(text)
    make_data(project)
    before, after = project / "before.html", project / "after.html"
    steps = [(["plan", "--html", before, "--vars", "broken: true"], 1), (["run"], 0), (["plan", "--html", after], 0), (["plan", "--html"], 0)]
    for words, code in steps:
        outcome = context.run([context.program, *words], cwd=project)
        # Nothing is built yet when the plan is made first: what reads a model that is not there cannot be planned.
        if outcome.code != code:
            report.failed("plan_page", "dvt plan --html", f"{words}: exit {outcome.code} instead of {code}\n{outcome.output[-3000:]}")
            return
    default = project / "target" / "plan.html"
    check = Checks(report)
    check("files", (default.is_file(), "no target/plan.html"), ("http://" not in without_svg(after) and "https://" not in without_svg(after), "an address elsewhere"))
    browser, why = start_browser()
    if browser is None:
        report.skipped("plan_page", "page", why)
        return
    try:
        page = PlanPage(browser, context.top / "build" / "screenshots")
        look_before(check, page, before)
        look_after(check, page, after)
        look_shared(check, page, before, after)
        look_dark_and_narrow(check, page, after)
    finally:
        browser.quit()


def make_data(project):
    shop = sqlite3.connect(project / "shop.db")
    shop.executescript("""create table people (id integer primary key, name text collate nocase, country text);
        insert into people with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
        select i, 'person ' || i, case when i % 50 = 0 then 'GB' else 'NL' end from n;
        create table "odd <b>name</b>" (id integer primary key, note text);
        insert into "odd <b>name</b>" values (1, 'x');""")
    shop.close()
    erp = duckdb.connect(str(project / "erp.duckdb"))
    erp.execute("create table orders as select i::integer as id, (i % 5000 + 1)::integer as person_id, (i / 8)::decimal(10,3) as amount from range(200000) t(i)")
    erp.close()


def without_svg(path):
    return path.read_text().replace("http://www.w3.org/2000/svg", "")


class Checks:
    def __init__(self, report):
        self.report = report

    def __call__(self, name, *facts):
        wrong = [text for ok, text in facts if not ok]
        self.report.failed("plan_page", name, "\n".join(wrong)) if wrong else self.report.passed("plan_page", name)


class PlanPage:
    def __init__(self, browser, screenshots):
        self.browser, self.screenshots = browser, screenshots
        screenshots.mkdir(parents=True, exist_ok=True)

    def open(self, path, place="", width=1400, height=1500, scheme="light"):
        self.browser.set_window_size(width, height)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.browser.get("about:blank")
        self.browser.get(path.as_uri() + ("#" + place if place else ""))

    def texts(self, selector):
        return [e.text for e in self.browser.find_elements("css selector", selector)]

    def section(self, model):
        return self.browser.find_element("id", f"model.market.{model}")

    def screenshot(self, name):
        path = self.screenshots / f"plan_{name}.png"
        self.browser.save_screenshot(str(path))
        return path.stat().st_size > 5000

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def complaints(self):
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]


def look_before(check, page, path):
    page.open(path)
    chips, table = page.texts("#table .way"), page.texts("#table tbody tr")
    check("before a run", (sorted(chips) == ["direct", "federated", "federated", "federated", "no plan", "pushdown"], f"ways: {chips}"), (any("≈" in row for row in table), f"{table}"),
          (not page.texts(".line.done"), "numbers of a run that was not"), ("missing" in page.section("broken").text, page.section("broken").text),
          (page.screenshot("before"), "empty screenshot"))
    spending = page.section("spending").text
    check("what stays and why", ("DVT005" in spending, spending), ("DVT007" in spending, spending), ("person_id" in spending, "no join filter"))


def look_shared(check, page, before, after):
    """One read for two models: said before a run, and counted after it."""
    page.open(before)
    cards = [[e.text for e in page.section(name).find_elements("css selector", ".card.extract.shared .line.shared")] for name in ("by_name", "by_country")]
    facts = " ".join(page.texts(".fact"))
    check("a shared read before a run", (all(any("one read of" in text and "2 models" in text for text in card) for card in cards), f"{cards}"),
          ("shared reads should save" in facts, facts), (not page.texts(".line.done.shared"), "numbers of a run that was not"))
    page.open(after)
    had = [[e.text.replace("\n", " ") for e in page.section(name).find_elements("css selector", ".line.done.shared")] for name in ("by_name", "by_country")]
    began = [text for card in had for text in card if "it began" in text]
    ribbons = page.script("return document.querySelectorAll('.picture > svg path.shared').length")
    facts = " ".join(page.texts(".fact"))
    check("a shared read after a run", (len(began) >= 1, f"{had}"), (all(any("200.0 k rows" in text and "2 models" in text for text in card) for card in had), f"{had}"),
          (any("199.0 k rows of a read" in text for text in had[1]), f"{had[1]}"), ("saved by shared reads" in facts, facts), (ribbons >= 2, f"{ribbons} ribbons"),
          (any("+ 19" in row or "+ 20" in row for row in page.texts("#table tbody tr")), f"{page.texts('#table tbody tr')}"), (page.screenshot("shared"), "empty screenshot"))
    by_name = page.section("by_name")
    for each in by_name.find_elements("css selector", "details"):
        each.find_element("css selector", "summary").click()
    check("who shares it", ("model.market.by_country (" in by_name.text and "dvt_marks" in by_name.text, by_name.text))


def look_after(check, page, path):
    page.open(path)
    facts = " ".join(page.texts(".fact"))
    check("after a run", ("rows moved" in facts and "avoided" in facts, facts), (len(page.texts("#table .way")) == 5, "models"),
          (not page.texts("h2 .chip.warn"), "the run is said to have had another plan"), (page.screenshot("after"), "empty screenshot"))
    spending = page.section("spending")
    done = [e.text for e in spending.find_elements("css selector", ".line.done")]
    ribbons = page.script("return [...arguments[0].querySelectorAll('.picture > svg path')].map(p => p.getTotalLength())", spending)
    check("picture", (len(spending.find_elements("css selector", ".card.extract")) == 2, "extracts"), (any("moved" in d for d in done), f"{done}"),
          (any("avoided" in d for d in done), f"{done}"), (len(ribbons) == 3 and all(r > 20 for r in ribbons), f"ribbons {ribbons}"))
    details = spending.find_elements("css selector", "details")
    for each in details:
        each.find_element("css selector", "summary").click()
    codes = [e.text for e in spending.find_elements("css selector", "pre")]
    check("SQL", (len(codes) == 4 and all("select" in c.lower() for c in codes), f"{codes}"), (page.screenshot("sql"), "empty screenshot"))
    page.script("document.querySelector('#graph [data-id=\"model.market.copied\"]').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    top = page.script("return document.getElementById('model.market.copied').getBoundingClientRect().top")
    check("from the drawing to a model", ("model.market.copied" in page.browser.current_url, page.browser.current_url), (abs(top) < 200 or page.script("return document.querySelector('main').scrollTop") > 0, f"{top}"))
    copied = page.section("copied")
    check("texts stay texts", (page.browser.title == "market · plan", page.browser.title), ("odd <b>name</b>" in copied.text, copied.text), (not copied.find_elements("css selector", "img"), "a text became a tag"))
    check("nothing from elsewhere", (not page.script("return performance.getEntriesByType('resource').map(e => e.name)"), "requests"), (not (c := page.complaints()), f"the browser complains: {c}"))


def look_dark_and_narrow(check, page, path):
    page.open(path, "model.market.spending", scheme="dark")
    back = page.script("return getComputedStyle(document.body).backgroundColor")
    check("dark", (sum(int(n) for n in back[4:-1].split(",")[:3]) < 200, back), (page.screenshot("dark"), "empty screenshot"))
    page.open(path, "model.market.spending", width=520, height=1200)
    wide = page.script("return document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth")
    check("narrow", (wide <= 0, f"{wide} pixels too wide"), (page.screenshot("narrow"), "empty screenshot"))
