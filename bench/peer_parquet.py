"""The other side of `./dev bench parquet`: ConnectorX reads a table into Arrow, in as many ranges of a column as there are cores, pyarrow
writes it. Prints one JSON line with the seconds, without those of the imports.
peer_parquet.py --source URI --table NAME --split COLUMN --output FILE"""
import argparse
import json
import os
import time

import connectorx
import pyarrow.parquet


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("source", "table", "split", "output"):
        parser.add_argument("--" + name, required=True)
    wanted = parser.parse_args()
    started = time.perf_counter()
    rows = connectorx.read_sql(wanted.source, f"select * from {wanted.table}", return_type="arrow", partition_on=wanted.split,
                               partition_num=os.cpu_count())
    read = time.perf_counter()
    pyarrow.parquet.write_table(rows, wanted.output, compression="zstd")
    print(json.dumps({"read": round(read - started, 3), "total": round(time.perf_counter() - started, 3)}))


if __name__ == "__main__":
    main()
