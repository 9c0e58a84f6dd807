"""One test class for every base class of the installed dbt-tests-adapter; what a database needs set otherwise is in `settings`."""

import importlib
import inspect
import pathlib

import dbt.tests.adapter
import settings


def base_classes():
    root = pathlib.Path(dbt.tests.adapter.__path__[0])
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        module = importlib.import_module(".".join(("dbt.tests.adapter", *parts)))
        area = parts[0]
        for name, cls in vars(module).items():
            own = inspect.isclass(cls) and cls.__module__ == module.__name__ and not name.lower().startswith("test")
            if own and any(member.startswith("test") and callable(getattr(cls, member)) for member in dir(cls)):
                yield area, cls


def suite():
    for area, cls in base_classes():
        if not settings.not_ours(cls):
            name = f"Test_{area}_{cls.__name__}"
            yield name, type(name, settings.bases(cls), {"__module__": __name__, **settings.members(cls)})


globals().update(dict(suite()))
