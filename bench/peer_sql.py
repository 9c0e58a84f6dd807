"""peer_sql.py NAME FILE READ WRITE: another SQL frontend on the statements of FILE, as bench/sql/sql_bench.cc measures ours."""
import json
import sys
import time


def rate(texts, each):
    best = 0.0
    for _ in range(3):
        start, count, spent = time.process_time(), 0, 0.0
        while spent < 0.5:
            for text in texts:
                try:
                    each(text)
                except Exception:
                    pass
            count += len(texts)
            spent = time.process_time() - start
        best = max(best, count / spent)
    return best


def main():
    name, file, read, write = sys.argv[1:5]
    texts = json.load(open(file))
    if name == "sqlglot":
        import sqlglot
        parse, transpile = (lambda t: sqlglot.parse(t, read=read)), (lambda t: sqlglot.transpile(t, read=read, write=write))
        version = sqlglot.__version__
    else:
        import importlib.metadata
        import polyglot_sql
        parse, transpile = (lambda t: polyglot_sql.parse(t, dialect=read)), (lambda t: polyglot_sql.transpile(t, read=read, write=write))
        version = importlib.metadata.version("polyglot-sql")
    failed = 0
    for text in texts:
        try:
            transpile(text)
            parse(text)
        except Exception:
            failed += 1
    print(json.dumps({"version": version, "parse": rate(texts, parse), "transpile": rate(texts, transpile), "failed": failed}))


if __name__ == "__main__":
    main()
